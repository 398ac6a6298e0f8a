"""One child's inquiry (utredning, SoL 20 kap.), and what is written in it on the way."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from riskzon.models.children import Child, Guardian
from riskzon.models.people import Unit, User


class Investigation(models.Model):
    """Opened (inledd) from a case; later cases of the same child link to it (SoL 20:2-20:3).

    `follow_up_until`: the last local day of the follow-up that was decided when it ended without a measure (SoL 23:1).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="investigations")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    case_worker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True)
    outcome_reason = models.TextField(blank=True)
    follow_up_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child"], condition=Q(closed_at__isnull=True), name="one_running_investigation_per_child"
            ),
            models.CheckConstraint(
                condition=Q(follow_up_until__isnull=True) | Q(closed_at__isnull=False),
                name="follow_up_is_decided_at_the_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit", "opened_at"], condition=Q(closed_at__isnull=True), name="investigation_running"
            ),
            models.Index(
                fields=["case_worker", "unit"], condition=Q(closed_at__isnull=True), name="investigation_held_in_unit"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class InvestigationEntry(models.Model):
    """One thing done or decided in an investigation; never changed (trigger), the newest of a kind is what holds.

    `guardian` None where it was said to, or about, the child. `at`: when it happened; `recorded_at`: when it was written.
    """

    class What(models.TextChoices):
        TOLD = "told", _("Underrättad om att utredning har inletts")
        NOT_TOLD = "not_told", _("Underrättas inte, särskilda skäl")
        PLAN_SHORT = "plan_short", _("Utredningsplan, kort")
        PLAN_FULL = "plan_full", _("Utredningsplan, fullständig")
        HEARD = "heard", _("Barnet har hörts")
        NOT_HEARD = "not_heard", _("Barnet har inte hörts")
        EXTENDED = "extended", _("Utredningstiden är förlängd")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    investigation = models.ForeignKey(Investigation, on_delete=models.PROTECT, related_name="entries")
    what = models.CharField(max_length=12, choices=What.choices)
    guardian = models.ForeignKey(Guardian, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    until = models.DateTimeField(null=True, help_text="the new limit of an extension")
    needs_confirmation = models.BooleanField(
        default=False, db_default=False, help_text="more time, decided by somebody who does not lead the unit"
    )

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(what__in=["told", "heard"]) | ~Q(text=""), name="investigation_entry_says_why"
            ),
            models.CheckConstraint(
                condition=Q(what="extended", until__isnull=False) | (~Q(what="extended") & Q(until__isnull=True)),
                name="only_an_extension_has_a_new_limit",
            ),
            models.CheckConstraint(
                condition=Q(needs_confirmation=False) | Q(what="extended"), name="only_an_extension_is_confirmed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.investigation_id}"

    @property
    def answer(self) -> "ExtensionAnswer | None":
        """What the supervisor has said of more time that waits for it."""
        return next(iter(self.answers.all()), None)

    @property
    def is_waiting(self) -> bool:
        return self.needs_confirmation and self.answer is None


class ExtensionAnswer(models.Model):
    """The supervisor's answer to more time that somebody else in the unit decided; given once, never changed (trigger)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey(InvestigationEntry, on_delete=models.PROTECT, related_name="answers")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    refused = models.BooleanField()
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry"], name="an_extension_is_answered_once"),
            models.CheckConstraint(
                condition=Q(refused=False) | ~Q(reason=""), name="extension_is_refused_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
