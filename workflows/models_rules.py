"""What the clocks are set by: the versions of rules and ladders, and the changes of them that somebody has proposed."""

import uuid
from datetime import UTC, datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from riskzon.models import ReportKind, User

#: From when the versions hold that the product comes with.
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


class Kind(models.TextChoices):
    """The clocks of contract and law; the label is the screen's word."""

    GUARDIAN_CONTACT = "guardian_contact", _("Kontakt med vårdnadshavare eller beslut att avvakta")
    PROTECTIVE_ASSESSMENT = "protective_assessment", _("Omedelbar skyddsbedömning")
    OPEN_INVESTIGATION = "open_investigation", _("Inleda utredning")
    REPORTER_FEEDBACK = "reporter_feedback", _("Återkoppling till anmälare")
    INVESTIGATION = "investigation", _("Utredningstid")
    HOLD_REVIEW = "hold_review", _("Ompröva avvakta kontakt")
    BREACH_REVIEW = "breach_review", _("Granska överskriden frist")
    LUL_STATEMENT = "lul_statement", _("Yttrande enligt LUL")


#: How a rule's amount is counted (`workflows.due.Length`); "named": the moment is stated, not computed.
LENGTHS = [
    ("hours", _("timmar")),
    ("days", _("dagar")),
    ("months", _("månader")),
    ("working_days", _("arbetsdagar")),
    ("named", _("till angiven tid")),
]


class DeadlineRule(models.Model):
    """One version of one rule. A running deadline keeps the version it started with."""

    kind = models.CharField(max_length=24, choices=Kind.choices)
    report_kind = models.CharField(max_length=12, choices=ReportKind.choices, blank=True, help_text="blank: every kind")
    length = models.CharField(max_length=12, choices=LENGTHS)
    amount = models.PositiveSmallIntegerField()
    ground = models.CharField(max_length=120)
    enabled = models.BooleanField(default=True, help_text="the switch per kind; off: no deadline is set")
    version = models.PositiveSmallIntegerField(default=1)
    valid_from = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "report_kind", "version"], name="one_rule_version")]

    def __str__(self) -> str:
        return f"{self.kind}/{self.report_kind or '*'} v{self.version}"


class Rung(models.Model):
    """One step of one version of a kind's ladder: when, counted from start or due, and to whom."""

    class Anchor(models.TextChoices):
        START = "start", _("från registreringen")
        DUE = "due", _("från fristen")
        DAILY = "daily", _("varje dag 08.00 efter fristen")

    class Condition(models.TextChoices):
        ALWAYS = "", _("alltid")
        NOT_TAKEN = "not_taken", _("om ingen har tagit ärendet")

    kind = models.CharField(max_length=24, choices=Kind.choices)
    key = models.CharField(max_length=20)
    anchor = models.CharField(max_length=8, choices=Anchor.choices)
    offset_seconds = models.IntegerField(default=0)
    recipients = models.JSONField(default=list, help_text='of "holder", "lead", "unit_supervisor", "head"')
    condition = models.CharField(max_length=12, choices=Condition.choices, blank=True)
    version = models.PositiveSmallIntegerField(default=1)
    valid_from = models.DateTimeField(default=BEGINNING, help_text="the same for all rungs of a version")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key", "version"], name="one_rung_per_key")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} v{self.version}"


class RuleChange(models.Model):
    """A version of one rule or ladder that the administrator has proposed, and what the head of department said of it.

    Only a confirmed one becomes rows of `DeadlineRule` or `Rung`, so that nothing unconfirmed is ever asked. What was
    proposed never changes, and an answer is given once, never by who proposed (trigger, constraints). `content`: of a
    rule `length`, `amount`, `enabled`; of a ladder `rungs`, each `key`, `anchor`, `seconds`, `recipients`, `condition`.
    `valid_from` is what was asked for, `holds_from` what came of it.
    """

    class What(models.TextChoices):
        RULE = "rule", _("Regel")
        LADDER = "ladder", _("Trappa")

    class State(models.TextChoices):
        WAITING = "waiting", _("Väntar på verksamhetschefen")
        CONFIRMED = "confirmed", _("Bekräftad")
        REFUSED = "refused", _("Avslagen")
        WITHDRAWN = "withdrawn", _("Tillbakadragen")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    what = models.CharField(max_length=6, choices=What.choices)
    kind = models.CharField(max_length=24, choices=Kind.choices)
    report_kind = models.CharField(max_length=12, choices=ReportKind.choices, blank=True, help_text="blank: every kind")
    content = models.JSONField()
    ground = models.CharField(max_length=120)
    reason = models.TextField()
    valid_from = models.DateTimeField()
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(blank=True)
    version = models.PositiveSmallIntegerField(null=True)
    holds_from = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["what", "kind", "report_kind"], condition=Q(state="waiting"), name="one_change_waits"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", answered_at__isnull=True, answered_by__isnull=True)
                | Q(state__in=["confirmed", "refused"], answered_at__isnull=False, answered_by__isnull=False)
                & ~Q(answered_by=F("proposed_by"))
                | Q(state="withdrawn", answered_at__isnull=False, answered_by=F("proposed_by")),
                name="rule_change_is_answered_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state="confirmed", version__isnull=False, holds_from__isnull=False)
                | ~Q(state="confirmed") & Q(version__isnull=True, holds_from__isnull=True),
                name="only_a_confirmed_change_holds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.kind}/{self.report_kind or '*'} {self.state}"
