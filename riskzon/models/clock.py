"""How far the demo's clock has been moved from the real one."""

from datetime import timedelta

from django.db import models


class ProductClock(models.Model):
    """The one row, if any, that moves `riskzon_now()` away from the database's clock; never written in production.

    `standing_at` stops the clock at a moment: scenarios are told to the second with it.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    offset = models.DurationField(default=timedelta(0))
    standing_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_product_clock")]

    def __str__(self) -> str:
        return f"+{self.offset}"
