"""Who is away, and when. Why is nobody's business: no reason is kept."""

import uuid

from django.db import models
from django.db.models import F, Q

from riskzon.models.people import User


class Absence(models.Model):
    """One person is away from `starts_at` up to the earlier of `ends_at` and `ended_at`; without both, until further notice.

    `cover`: the colleague who has taken what the person held; None: the unit's queue. `moved_at`: when that was done.
    Two absences of one person never overlap (trigger). One that was ended before it began never was.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    cover = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()
    moved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="ended early, at this moment")
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="absence_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(cover__isnull=True) | ~Q(cover=F("person")), name="absence_is_covered_by_another"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="absence_is_ended_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "starts_at"], name="absence_by_person"),
            models.Index(fields=["starts_at"], condition=Q(moved_at__isnull=True), name="absence_to_begin"),
        ]

    def __str__(self) -> str:
        return str(self.id)
