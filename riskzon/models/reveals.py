"""Who has had the data of a child with a protected identity shown, why, and until when?"""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Reveal(models.Model):
    """One person has seen who one child is, for a reason, until `until`; in every case of that child. Rows are kept.

    `reason`: own words, demanded where the code says nothing (OTHER).
    """

    class Why(models.TextChoices):
        CONTACT = "contact", _("Jag ska tala med barnet eller familjen")
        ASSESS = "assess", _("Jag ska bedöma eller besluta")
        WRITE = "write", _("Jag ska skriva i ärendet eller i personakten")
        ANSWER = "answer", _("Jag ska svara någon som har rätt till uppgifterna")
        OTHER = "other", _("Annat")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey("riskzon.Child", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("riskzon.Case", on_delete=models.PROTECT, related_name="reveals")
    user = models.ForeignKey("riskzon.User", on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=12, choices=Why.choices)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(why__in=["contact", "assess", "write", "answer"]) | (Q(why="other") & ~Q(reason="")),
                name="reveal_has_a_reason",
            ),
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="reveal_ends"),
        ]
        indexes = [
            models.Index(fields=["user", "child", "-until"], name="reveal_of_user"),
            models.Index(fields=["case", "-at"], name="reveal_of_case"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
