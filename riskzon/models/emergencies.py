"""Who has opened a case without any other right to it, why, who vouched for it, and what the review came to."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

#: So many characters a reason has at least: "behövs" is none.
SHORTEST_REASON = 15


class EmergencyAccess(models.Model):
    """One use of emergency access (nödåtkomst) to one case: four hours to read, and a review that is not optional.

    `opened_at` None: a second person has not vouched for it, which a protected identity asks for, and nothing is shown.
    The right itself is a grant that ends by itself at `ends_at`. Rows are kept.
    """

    class Code(models.TextChoices):
        DANGER = "danger", _("Barnet kan vara i fara nu")
        IN_CONTACT = "in_contact", _("Barnet eller familjen är i kontakt med mig nu")
        NOBODY_THERE = "nobody_there", _("Ingen som har ärendet går att nå")
        OTHER = "other", _("Annat")

    class Outcome(models.TextChoices):
        JUSTIFIED = "justified", _("Motiverad")
        UNJUSTIFIED = "unjustified", _("Ej motiverad")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("riskzon.Case", on_delete=models.PROTECT, related_name="emergencies")
    user = models.ForeignKey("riskzon.User", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=20, choices=Code.choices)
    reason = models.TextField()
    asked_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    needs_second = models.BooleanField(default=False)
    confirmed_by = models.ForeignKey("riskzon.User", null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(null=True)
    review_by = models.DateTimeField()
    late_told_at = models.DateTimeField(null=True, help_text="when it went one level up, not reviewed in time")
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey("riskzon.User", null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(code__in=["danger", "in_contact", "nobody_there", "other"]), name="emergency_code_is_known"
            ),
            models.CheckConstraint(
                condition=Q(reason__regex=f"^.{{{SHORTEST_REASON}}}"), name="emergency_has_a_reason"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("asked_at")), name="emergency_ends"),
            models.CheckConstraint(
                condition=Q(needs_second=False, confirmed_by__isnull=True, opened_at__isnull=False)
                | Q(needs_second=True, confirmed_by__isnull=True, opened_at__isnull=True)
                | Q(needs_second=True, confirmed_by__isnull=False, opened_at__isnull=False),
                name="emergency_is_vouched_for",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("user")),
                name="emergency_is_vouched_for_by_another",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, reviewed_by__isnull=True, outcome="", note="")
                | (
                    Q(reviewed_at__isnull=False, reviewed_by__isnull=False, opened_at__isnull=False)
                    & Q(outcome__in=["justified", "unjustified"])
                    & ~Q(note="")
                ),
                name="emergency_is_reviewed_whole",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("user")),
                name="emergency_is_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True)
                | Q(confirmed_by__isnull=True)
                | ~Q(reviewed_by=F("confirmed_by")),
                name="emergency_is_not_reviewed_by_whoever_vouched",
            ),
        ]
        indexes = [
            models.Index(fields=["review_by"], condition=Q(reviewed_at__isnull=True), name="emergency_to_review"),
            models.Index(fields=["case", "-asked_at"], name="emergency_of_case"),
            models.Index(fields=["user", "-ends_at"], name="emergency_of_user"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def waits(self, now: datetime) -> bool:
        """Whether a second person can still vouch for it."""
        return self.opened_at is None and now < self.ends_at

    def is_open(self, now: datetime) -> bool:
        """Whether its four hours still run; the policy asks the grant, not this."""
        return self.opened_at is not None and now < self.ends_at
