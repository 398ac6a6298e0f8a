"""What is done for one child in one report, up to the investigation."""

import uuid
from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from riskzon.models.children import Child, Guardian
from riskzon.models.grants import CasePermission
from riskzon.models.investigations import Investigation
from riskzon.models.people import Unit, User
from riskzon.models.reports import Channel, Report

#: `Case.next_due_at` when nothing is due: sorts last, is never shown.
NOTHING_DUE = datetime(9999, 1, 1, tzinfo=UTC)


class Disposition(models.TextChoices):
    """The answer to the question of the investigation (SoL 14:2, 20:2; Strategi 5: always opened)."""

    OPENED = "opened", _("Utredning inledd")
    LINKED = "linked", _("Hör till pågående utredning")
    DEVIATION = "deviation", _("Avsteg från Strategi 5")
    TRANSFERRED = "transferred", _("Överflyttad till annan kommun")
    VOID = "void", _("Felregistrerad / Dubblett")


class Case(models.Model):
    """One child in one report.

    The columns from `assessed_at` to `taken_over_by` repeat what other rows say, so that the worklist, the right of
    Socialjouren and the guard against an unlawful end are each one index walk or one CHECK.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="cases")
    ordinal = models.PositiveSmallIntegerField(help_text="1 for the first child of the report")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="cases")
    summary = models.TextField(blank=True, help_text="what the report says about this child")
    as_reported = models.JSONField(help_text="this child as the reporter sent it, guardians with their ids; immutable")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="cases")
    assignee = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="cases")
    registered_at = models.DateTimeField()

    assessed_at = models.DateTimeField(null=True)
    guardian_reached_at = models.DateTimeField(null=True)
    guardian_contact_open = models.BooleanField(
        default=True, help_text="the 24-hour clock has neither been met nor held"
    )
    guardians_followed_at = models.DateTimeField(null=True, help_text="every custodian reached, held or written off")
    review_due_at = models.DateTimeField(null=True, help_text="earliest reassessment or hold review")
    feedback_owed = models.BooleanField(default=False)
    next_due_at = models.DateTimeField(default=NOTHING_DUE)
    contact_reopened_at = models.DateTimeField(null=True, help_text="when guardian_contact_open last became true again")
    duty_at = models.DateTimeField(
        null=True,
        help_text="the last moment at which it was Socialjouren's work: registered at night, or changed by it",
    )
    taken_over_at = models.DateTimeField(null=True, help_text="when the day's people last took it over")
    taken_over_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    disposition = models.CharField(max_length=12, choices=Disposition.choices, blank=True)
    disposition_reason = models.TextField(blank=True)
    disposed_at = models.DateTimeField(null=True)
    disposed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    investigation = models.ForeignKey(Investigation, null=True, on_delete=models.PROTECT, related_name="cases")
    closed_at = models.DateTimeField(null=True)

    #: How the reader reaches the case, and what that allows; set by the doors, never stored.
    ground: str | None = None
    rights: frozenset[str] = frozenset()
    #: Until when it is read by emergency access; set by the door.
    emergency_until: datetime | None = None
    #: Who the child is, is hidden from the reader, or shown until then (`riskzon.veil`).
    is_veiled = False
    revealed_until: datetime | None = None

    class Meta:
        permissions = CasePermission.choices
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["report", "ordinal"], name="one_case_per_ordinal"),
            models.UniqueConstraint(fields=["report", "child"], name="one_case_per_child_in_a_report"),
            models.CheckConstraint(
                condition=Q(disposition="") | Q(disposition__in=Disposition.values), name="case_disposition_is_known"
            ),
            models.CheckConstraint(
                condition=Q(disposition="", disposed_at__isnull=True, disposed_by__isnull=True)
                | (~Q(disposition="") & Q(disposed_at__isnull=False, disposed_by__isnull=False)),
                name="case_disposition_has_decider",
            ),
            models.CheckConstraint(
                condition=~Q(disposition__in=["opened", "linked"]) | Q(investigation__isnull=False),
                name="case_opened_or_linked_has_investigation",
            ),
            models.CheckConstraint(
                condition=~Q(disposition__in=["deviation", "void", "transferred"]) | ~Q(disposition_reason=""),
                name="case_exception_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True)
                | Q(disposition__in=["void", "transferred"])
                | (
                    ~Q(disposition="")
                    & Q(assessed_at__isnull=False, guardians_followed_at__isnull=False, feedback_owed=False)
                ),
                name="case_ends_only_lawfully",
            ),
            models.CheckConstraint(
                condition=Q(taken_over_at__isnull=True, taken_over_by__isnull=True)
                | Q(taken_over_at__isnull=False, taken_over_by__isnull=False),
                name="case_is_taken_over_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit", "next_due_at", "id"], condition=Q(closed_at__isnull=True), name="case_unit_due"
            ),
            models.Index(
                fields=["unit", "next_due_at", "id"],
                condition=Q(closed_at__isnull=True, assignee__isnull=True),
                name="case_unit_unassigned_due",
            ),
            models.Index(
                fields=["assignee", "next_due_at", "id"], condition=Q(closed_at__isnull=True), name="case_assignee_due"
            ),
            models.Index(
                fields=["unit", "next_due_at", "id"],
                condition=Q(closed_at__isnull=True)
                & (Q(assessed_at__isnull=True) | Q(guardian_contact_open=True) | Q(review_due_at__isnull=False)),
                name="case_first_days",
            ),
            models.Index(fields=["unit", "-registered_at"], name="case_unit_registered"),
            models.Index(
                fields=["assignee", "unit"],
                condition=Q(closed_at__isnull=True, assignee__isnull=False),
                name="case_held_in_unit",
            ),
            models.Index(
                fields=["unit", "next_due_at", "id"],
                condition=Q(closed_at__isnull=True, duty_at__isnull=False)
                & (Q(taken_over_at__isnull=True) | Q(duty_at__gt=F("taken_over_at"))),
                name="case_duty_work",
            ),
            models.Index(
                F("unit"),
                Greatest("registered_at", "taken_over_at"),
                condition=Q(closed_at__isnull=True)
                & (Q(assessed_at__isnull=True) | Q(guardian_contact_open=True) | Q(review_due_at__isnull=False)),
                name="case_first_days_since",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def save(self, *args: Any, **kwargs: Any) -> None:
        # What was emptied for one reader must never be written over what is known.
        if self.is_veiled:
            raise ValueError("emptied for one reader, and not to be saved")
        super().save(*args, **kwargs)

    @property
    def number(self) -> str:
        """The case number: the report's number and the child's place in it, `2026-000417-1`."""
        return f"{self.report.number}-{self.ordinal}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class Contact(models.Model):
    """One contact or attempt with one guardian about one child; `call` binds the rows of one call about siblings."""

    class Outcome(models.TextChoices):
        REACHED = "reached", _("Nådd")
        REFUSED = "refused", _("Nådd, ville inte prata")
        NO_ANSWER = "no_answer", _("Inget svar")
        MESSAGE_LEFT = "message_left", _("Lämnade meddelande")
        WRONG_NUMBER = "wrong_number", _("Fel nummer")

    class Initiator(models.TextChoices):
        STAFF = "staff", _("Socialtjänsten")
        GUARDIAN = "guardian", _("Vårdnadshavaren")

    TWO_WAY = (Outcome.REACHED, Outcome.REFUSED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.UUIDField(default=uuid.uuid4, db_index=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="contacts")
    guardian = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="contacts")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=12, choices=Channel.choices, default=Channel.PHONE)
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    initiated_by = models.CharField(max_length=10, choices=Initiator.choices, default=Initiator.STAFF)
    note = models.TextField(blank=True)
    counts = models.BooleanField(
        help_text="two-way, with somebody who may meet the guarantee, after its start; judged anew where that is put right"
    )

    class Meta:
        ordering = ["-at", "-recorded_at"]
        constraints = [models.UniqueConstraint(fields=["call", "case"], name="one_contact_per_call_and_case")]

    def __str__(self) -> str:
        return str(self.id)


class WrittenOff(models.Model):
    """A decision, with its reason, that one guardian need not be sought any more in one case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="written_off")
    guardian = models.ForeignKey(Guardian, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()

    def __str__(self) -> str:
        return str(self.pk)


class Assessment(models.Model):
    """One immediate protective assessment (omedelbar skyddsbedömning, SoL 20:1)."""

    class Outcome(models.TextChoices):
        NO_IMMEDIATE_NEED = "no_immediate_need", _("Inget omedelbart skyddsbehov")
        IMMEDIATE_NEED = "immediate_need", _("Omedelbart skyddsbehov, åtgärd vidtagen")
        REASSESS = "reassess", _("Kan inte bedömas än, ny bedömning")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assessments")
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)
    reassess_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="reassess") | Q(reassess_at__isnull=False), name="reassess_has_a_time"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Hold(models.Model):
    """A reasoned, time-limited ground for not contacting one guardian about one child (avvakta kontakt).

    `guardian` None: every guardian of the child. Provisional: asked for with the report, blocks contact but stops no
    clock. A hold never lapses into permission: after `until` it still blocks, until a named person renews or ends it.
    """

    class Code(models.TextChoices):
        GUARDIAN_SUSPECT = (
            "HOLD_GUARDIAN_SUSPECT",
            _("Våld eller övergrepp av vårdnadshavare eller närstående misstänks"),
        )
        HONOUR = "HOLD_HONOUR", _("Hedersrelaterat våld eller förtryck")
        INVESTIGATION = "HOLD_INVESTIGATION", _("Förundersökningsledaren har skjutit upp underrättelsen (LUL 5, 33 §§)")
        PROTECTED_ID = "HOLD_PROTECTED_ID", _("Skyddade personuppgifter: en vårdnadshavare är hotet")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="holds")
    guardian = models.ForeignKey(Guardian, null=True, on_delete=models.PROTECT, related_name="holds")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="holds", help_text="where it was set")
    code = models.CharField(max_length=30, choices=Code.choices)
    reason = models.TextField(blank=True)
    until = models.DateTimeField()
    provisional = models.BooleanField(default=False)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    needs_confirmation = models.BooleanField(
        default=False, help_text="decided by the duty social worker alone at night"
    )
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    end_reason = models.TextField(blank=True)
    renews = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="renewed_by")

    class Meta:
        ordering = ["-decided_at"]
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("decided_at")), name="hold_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=["child", "guardian"],
                condition=Q(ended_at__isnull=True, guardian__isnull=False),
                name="one_live_hold_per_guardian_and_child",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Note(models.Model):
    """A dated note in a case (journalanteckning, SoL 14:3)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return str(self.id)
