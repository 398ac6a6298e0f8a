"""The review of the access log (loggkontroll): which readings were drawn for whom to look at, and what came of it."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from riskzon.models import AuditEntry, User


class Flag(models.TextChoices):
    """Why a reading was drawn with weight; one without any was drawn by chance."""

    OWN_CHILD = "own_child", _("En vårdnadshavare har samma namn som den som läste")
    EMERGENCY = "emergency", _("Nödåtkomst")
    SAME_NAME = "same_name", _("Samma efternamn som barnet eller en vårdnadshavare")
    PROTECTED = "protected", _("Skyddade personuppgifter")
    NIGHT = "night", _("På natten, utan jourpass")
    EXPORT = "export", _("Utdrag ur ärendet")
    MANY_SEARCHES = "many_searches", _("Många sökningar samma dag")
    NO_RELATION = "no_relation", _("Har inte arbetat i ärendet")


class LogSample(models.Model):
    """One month's sample. `readings`: out of how many; `last_id`: the next month begins above this row of the log."""

    month = models.DateField(primary_key=True, help_text="the first local day of the month that was read in")
    made_at = models.DateTimeField()
    readings = models.IntegerField()
    last_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class LogReview(models.Model):
    """One row of the access log that somebody is to look at. Its result is written once and never changes (trigger)."""

    class Outcome(models.TextChoices):
        NO_REMARK = "no_remark", _("Utan anmärkning")
        TO_HEAD = "to_head", _("Till chef")
        INCIDENT = "incident", _("Incident")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sample = models.ForeignKey(LogSample, on_delete=models.PROTECT, related_name="reviews")
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="+")
    flags = ArrayField(models.CharField(max_length=16, choices=Flag.choices), default=list)
    due_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(reviewed_at__isnull=True), name="log_review_waits")]
        constraints = [
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, reviewed_by__isnull=True, outcome="", note="")
                | (Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~Q(outcome="") & ~Q(note="")),
                name="log_review_has_a_whole_result",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def reasons(self) -> list[str]:
        """Why it was drawn, in words."""
        return [str(flag.label) for flag in Flag if flag.value in self.flags] or [str(_("Slumpvis"))]
