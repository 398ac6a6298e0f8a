"""What must happen by when, what fired, what passed, and where each case stands in its process."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from viewflow.workflow.models import AbstractProcess, AbstractTask

from riskzon.models import Case, Hold, Investigation, Unit, User
from workflows.models_reviews import Flag, LogReview, LogSample
from workflows.models_rules import LENGTHS, DeadlineRule, Kind, RuleChange, Rung

__all__ = [
    "LENGTHS",
    "Breach",
    "BreachNote",
    "CaseProcess",
    "CaseTask",
    "Deadline",
    "DeadlineEvent",
    "DeadlineRule",
    "Flag",
    "Heartbeat",
    "Kind",
    "LogReview",
    "LogSample",
    "RuleChange",
    "Rung",
    "State",
    "Todo",
]


class State(models.TextChoices):
    RUNNING = "running", _("Pågår")
    MET = "met", _("Klar i tid")
    BREACHED = "breached", _("Överskriden")
    MET_LATE = "met_late", _("Klar, efter fristen")
    EXEMPT = "exempt", _("Undantagen")
    VOID = "void", _("Utgår")


class Deadline(models.Model):
    """One moment by which one thing must have happened. `due_at` never changes (trigger).

    `settled_at` None: something is still demanded (running, or breached and not yet done). Overdue is one expression,
    `workflows.deadlines.OVERDUE`. `next_step_at` is the moment of the ladder's next rung; None: no rung is left.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="deadlines")
    kind = models.CharField(max_length=24, choices=Kind.choices)
    rule = models.ForeignKey(DeadlineRule, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    fired_at = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    exempt_code = models.CharField(max_length=30, blank=True)
    next_step_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(
        null=True, help_text="could not be fired; left alone until then, then tried again"
    )
    provisional_start = models.BooleanField(default=False, help_text="the true start is not known yet")
    hold = models.ForeignKey(Hold, null=True, on_delete=models.PROTECT, related_name="deadlines")
    investigation = models.ForeignKey(Investigation, null=True, on_delete=models.PROTECT, related_name="deadlines")
    breach = models.ForeignKey("Breach", null=True, on_delete=models.PROTECT, related_name="review_deadlines")
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    breach_stands = models.BooleanField(
        default=False,
        db_default=False,
        help_text="a clock before it that a corrected time has replaced was breached: never counted as in time",
    )
    after_hold = models.BooleanField(default=False, help_text="a new clock after a decided hold: its own line")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="deadline_kind_is_known"),
            models.CheckConstraint(
                condition=Q(state="running", settled_at__isnull=True, met_at__isnull=True, fired_at__isnull=True)
                | Q(state="met", met_at__isnull=False, fired_at__isnull=True, settled_at__isnull=False)
                | Q(state="breached", met_at__isnull=True, fired_at__isnull=False)
                | Q(state="met_late", met_at__isnull=False, fired_at__isnull=False, settled_at__isnull=False)
                | Q(state__in=["exempt", "void"], settled_at__isnull=False),
                name="deadline_met_xor_breached",
            ),
            models.CheckConstraint(
                condition=~Q(state="met") | Q(settled_at__lte=F("due_at")), name="deadline_met_is_recorded_in_time"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["breached", "met_late"]) | Q(fired_at__gt=F("due_at")),
                name="deadline_breach_lies_after_its_limit",
            ),
            models.CheckConstraint(
                condition=Q(next_step_at__isnull=True) | Q(settled_at__isnull=True), name="settled_deadline_has_no_step"
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(next_step_at__isnull=False), name="running_deadline_has_a_step"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_step_at", "id"], condition=Q(next_step_at__isnull=False), name="deadline_next_step"
            ),
            models.Index(fields=["case", "kind"], name="deadline_by_case"),
            models.Index(fields=["due_at", "id"], condition=Q(settled_at__isnull=True), name="deadline_outstanding"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_at}"


class DeadlineEvent(models.Model):
    """One rung of one deadline's ladder, fired once: the unique key is the promise."""

    deadline = models.ForeignKey(Deadline, on_delete=models.PROTECT, related_name="events")
    step = models.CharField(max_length=24)
    at = models.DateTimeField(help_text="the moment the rung was set for")
    fired_at = models.DateTimeField()
    told = models.PositiveSmallIntegerField(default=0, help_text="how many people")
    folded = models.BooleanField(default=False, help_text="already past at registration, said in the first message")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deadline", "step"], name="a_rung_fires_once")]

    def __str__(self) -> str:
        return f"{self.deadline_id} {self.step}"


class Breach(models.Model):
    """A deadline that passed. Never removed, only explained (trigger)."""

    class Cause(models.TextChoices):
        NOT_REACHABLE = "not_reachable", _("Gick inte att nå")
        NO_CONTACT_DETAILS = "no_contact_details", _("Kontaktuppgifter saknades")
        NO_STAFF = "no_staff", _("Ingen personal")
        WRONG_RECIPIENT = "wrong_recipient", _("Fel mottagare")
        DECIDED_TO_WAIT = "decided_to_wait", _("Beslut att avvakta")
        LATE_NOTICE = "late_notice", _("Sen underrättelse")
        LATE_REGISTRATION = "late_registration", _("Sent registrerad")
        SYSTEM = "system", _("Systemfel")
        OTHER = "other", _("Annat")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deadline = models.OneToOneField(Deadline, on_delete=models.PROTECT, related_name="passed")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="breaches")
    kind = models.CharField(max_length=24, choices=Kind.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    fired_at = models.DateTimeField()
    duty_unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    on_duty = models.JSONField(default=list, help_text="ids of the people who held the case when it passed")
    born = models.BooleanField(default=False, help_text="the limit had passed before the report was registered")
    cause = models.CharField(max_length=20, choices=Cause.choices, blank=True)
    action = models.TextField(blank=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, cause="")
                | (Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~Q(cause="")),
                name="breach_review_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["-fired_at", "-id"], name="breach_newest"),
            models.Index(fields=["unit", "-fired_at"], condition=Q(reviewed_at__isnull=True), name="breach_unreviewed"),
            models.Index(fields=["case"], name="breach_by_case"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_at}"


class BreachNote(models.Model):
    """What a corrected time says of a breach, which stands all the same: by the right time the limit is `due_at`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    breach = models.ForeignKey(Breach, on_delete=models.PROTECT, related_name="corrections")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return str(self.id)


class CaseProcess(AbstractProcess):
    """Where one case stands in `workflows.flows.case`; viewflow's row, without any data of its own."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="process")

    class Meta:
        default_permissions = ("manage",)  # viewflow adds it at import; nobody is ever granted it


class CaseTask(AbstractTask):
    """One step of one case's process: done, open or cancelled."""

    process = models.ForeignKey(CaseProcess, on_delete=models.PROTECT, related_name="task_set")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    #: viewflow writes both on every task; a case's step carries no data.
    data: dict = {}
    seed = None
    artifact = None

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["process"], condition=Q(status__in=["NEW", "ASSIGNED"]), name="task_open_by_process"),
        ]


class Todo(models.Model):
    """One thing to do in a case beside the steps of the process: check custody, take a stand on a sibling's hold.

    `answer`: why, where it was answered in words instead of by an act that has a row of its own.
    """

    class What(models.TextChoices):
        CHECK_CUSTODY = "check_custody", _("Kontrollera vårdnad")
        SIBLING_HOLD = "sibling_hold", _("Ta ställning till avvakta kontakt för syskonet")
        IDENTIFY_CHILD = "identify_child", _("Ta reda på vem barnet är")
        FIND_GUARDIANS = "find_guardians", _("Ta reda på vårdnadshavarna")
        INFORM_CHILD = "inform_child", _("Informera barnet, som har fyllt 15")
        DECIDE_HOLD = "decide_hold", _("Ta ställning till att avvakta kontakt")
        CONFIRM_END = "confirm_end", _("Bekräfta eller avslå felregistreringen")
        ACKNOWLEDGE = "acknowledge", _("Registrera att den andra kommunen tar emot")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="todos")
    what = models.CharField(max_length=20, choices=What.choices)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(blank=True, default="", db_default="")
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "what"],
                condition=Q(done_at__isnull=True, cancelled_at__isnull=True),
                name="one_open_todo_of_a_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.case_id}"


class Heartbeat(models.Model):
    """When each background part last did its work, by the database's real clock."""

    name = models.CharField(max_length=30, primary_key=True)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.name} {self.at}"
