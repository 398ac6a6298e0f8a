"""What can come back: the shape of every answer that tells of reports and cases."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from riskzon.api.fields import Answer, Shown


class ReportHead(Answer):
    number: str
    kind: str
    occurred_at: Shown | None
    notified_at: Shown


class ChildOut(Answer):
    id: UUID
    name: str
    identity_number: str | None
    birth_date: date | None
    approximate_age: int | None
    description: str
    protected_identity: str
    home_municipality: str
    whereabouts: str


class GuardianOut(Answer):
    """`phone` is null while contact is held back; `hold` is the id of the hold that does it."""

    id: UUID
    name: str
    phone: str | None
    relation: str
    is_custodian: bool | None
    language: str
    interpreter: bool
    hold: UUID | None
    reached_at: Shown | None
    written_off: bool
    attempts: int


class GuardianRef(Answer):
    """All that is said of a guardian whose child is no longer a child."""

    id: UUID


class DeadlineOut(Answer):
    id: UUID
    kind: str
    starts_at: Shown
    due_at: Shown
    state: str
    fired_at: Shown | None
    met_at: Shown | None
    ground: str


class HoldOut(Answer):
    """`guardian` null: every guardian. Provisional: asked for with the report, stops no clock."""

    id: UUID
    guardian: UUID | None
    code: str
    reason: str
    until: Shown
    provisional: bool
    decided_at: Shown
    decided_by: str
    needs_confirmation: bool
    confirmed_at: Shown | None
    ended_at: Shown | None


class TaskOut(Answer):
    id: str
    name: str
    state: str


class PlanOut(Answer):
    """Who is told when, if nobody acts; `recipients` are user names as things stand."""

    at: Shown
    kind: str
    step: str
    recipients: list[str]


class EarlierOut(Answer):
    number: str
    kind: str
    notified_at: Shown
    disposition: str | None


class InvestigationOut(Answer):
    id: UUID
    opened_at: Shown
    case_worker: str
    unit: str


class SiblingOut(Answer):
    """A child with a guardian in common; `case` is its open case, if the caller sees that in full.

    No `name` where its identity is protected.
    """

    name: str
    case: UUID | None
    guardians: list[UUID]


class HistoryOut(Answer):
    reports: list[EarlierOut]
    running_investigation: InvestigationOut | None
    siblings: list[SiblingOut]


class CaseRef(Answer):
    id: UUID
    number: str


class EndOut(Answer):
    """An end that waits for its second party, or has taken effect; `points_to` is the case that goes on instead."""

    disposition: str
    reason: str
    void_kind: str | None
    points_to: CaseRef | None
    municipality: str | None
    recipient: str | None
    proposed_at: Shown
    proposed_by: str
    acknowledged_at: Shown | None
    acknowledged_by: str | None
    confirmed_at: Shown | None
    confirmed_by: str | None


class CaseOut(Answer):
    """One child in one report, in full. `unit` is its name, `assignee` a user name, `investigation` an id."""

    id: UUID
    number: str
    report: ReportHead
    registered_at: Shown
    child: ChildOut
    summary: str
    unit: str
    assignee: str | None
    state: str
    disposition: str | None
    disposition_reason: str
    proposed_end: EndOut | None
    investigation: UUID | None
    next_due_at: Shown | None
    guardians: list[GuardianOut]
    deadlines: list[DeadlineOut]
    holds: list[HoldOut]
    tasks: list[TaskOut]
    plan: list[PlanOut]
    from_duty: bool
    history: HistoryOut


class ContactState(Answer):
    state: str
    due_at: Shown
    met_at: Shown | None


class ContactOut(Answer):
    """One contact or attempt. `counts`: it met the demand for contact; not said to the liaison."""

    id: UUID
    case: UUID
    guardian: UUID
    at: Shown
    recorded_at: Shown
    channel: str
    outcome: str
    initiated_by: str
    note: str


class FullContactOut(ContactOut):
    counts: bool
    by: str


class ReducedCaseOut(Answer):
    """The liaison's own report: what the liaison sent, and how far it has come."""

    id: UUID
    number: str
    report: ReportHead
    registered_at: Shown
    child: dict[str, Any]
    guardians: list[dict[str, Any]]
    assigned: bool
    protective_assessment_done: bool
    guardian_contact: ContactState | None
    do_not_contact: bool
    contacts: list[ContactOut]


class CaseReceipt(Answer):
    """What remains to be said to somebody who has just given the case away."""

    id: UUID
    number: str
    unit: str


class CorrectionOut(Answer):
    field: str
    old: Shown | None
    new: Shown | None
    at: Shown
    by: str | None
    reason: str | None


class SupplementOut(Answer):
    id: UUID
    at: Shown
    by: str
    text: str
    released_at: Shown | None
    released_to: str


class FeedbackOut(Answer):
    requested_at: Shown | None
    given_at: Shown | None
    fact: str | None


class ReceiptOut(Answer):
    """What a partner gets."""

    number: str
    registered_at: Shown


class ReportOut(Answer):
    """A report with the cases that the caller may see; what stands under it depends on the caller."""

    number: str
    kind: str
    occurred_at: Shown | None
    notified_at: Shown
    registered_at: Shown
    cases: list[CaseOut | ReducedCaseOut]


class CorrectedReportOut(ReportOut):
    """A report as it is read afterwards. `by` and `reason` of a correction: for social services, and of one's own.

    `supplements`: one's own, for social services all.
    """

    corrections: list[CorrectionOut]
    supplements: list[SupplementOut]


class FullReportOut(CorrectedReportOut):
    """For social services. `raw` and `supplements` speak of every child: only for those who see all of its cases."""

    occurred_at_precision: str
    channel: str
    acute_risk: bool
    feedback: FeedbackOut
    raw: dict[str, Any] | None


class CaseList(Answer):
    results: list[CaseOut | ReducedCaseOut]
    next: str | None


class AssessmentOut(Answer):
    id: UUID
    case: UUID
    outcome: str
    at: Shown
    recorded_at: Shown
    by: str
    note: str
    reassess_at: Shown | None


class BlockOut(Answer):
    """Somebody who must see nothing of a child (jäv)."""

    username: str
    since: Shown
    set_by: str
    reason: str
    ended_at: Shown | None


class EmergencyOut(Answer):
    """One emergency access. `case` null: it waits for a second person, and until then nothing is told of the case.

    `state`: waiting, open or ended. `review_by`: by when it is reviewed; null where nothing was shown.
    """

    id: UUID
    case: CaseRef | None
    state: str
    code: str
    reason: str
    by: str
    asked_at: Shown
    ends_at: Shown
    needs_second: bool
    confirmed_by: str | None
    review_by: Shown | None
    reviewed_at: Shown | None
    reviewed_by: str | None
    outcome: str | None
    note: str


class BlockList(Answer):
    results: list[BlockOut]


class NoteOut(Answer):
    id: UUID
    at: Shown
    by: str
    text: str


class DeadlineRow(DeadlineOut):
    case: CaseRef


class DeadlineList(Answer):
    results: list[DeadlineRow]
    next: str | None


class BreachOut(Answer):
    id: UUID
    kind: str
    due_at: Shown
    fired_at: Shown
    reviewed: bool
    reviewed_at: Shown | None
    cause: str | None
    proposed_cause: str | None
    action: str
    duty_unit: str | None
    case: CaseRef


class BreachList(Answer):
    results: list[BreachOut]
    next: str | None


class WaitingOut(Answer):
    """One thing that waits. `by` null: no limit.

    `id`: of the hold, the proposed end, the investigation, the breach, the emergency access or the
    proposed rule.
    """

    kind: str
    id: UUID | None
    case: CaseRef | None
    since: Shown
    by: Shown | None
    proposed_cause: str | None


class WaitingList(Answer):
    results: list[WaitingOut]


class Unaccounted(Answer):
    number: str
    what: str
    message: str


class AccountOut(Answer):
    registered: int
    accounted: int
    unaccounted: list[Unaccounted]


class StatisticsOut(Answer):
    """Each measure has an `id` (K1-K12), a `name` and its own figures; "<5" and ".." stand for what is hidden."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: str = Field(alias="from")
    to: str
    measures: list[dict[str, Any]]


class HealthOut(Answer):
    """Ages by the real clock of the database, whatever the demo's clock shows; null: not known."""

    last_sweep_at: Shown | None = None
    last_audit_at: Shown | None = None
    overdue_unfired: int | None = None
    outbox_oldest_seconds: int | None = None
    clock_skew_seconds: float | None = None
    #: What the last audit found, by name; empty when all is well, null when nobody knows.
    faults: list[str] | None = None


class ClockOut(Answer):
    now: Shown


class ShiftOut(Answer):
    """One stretch that one person is on duty; `lead`: leads the duty shift."""

    username: str
    name: str
    starts_at: Shown
    ends_at: Shown
    lead: bool


class GapOut(Answer):
    """A stretch in which a unit is closed and nobody is on duty."""

    starts_at: Shown
    ends_at: Shown


class RosterOut(Answer):
    """From the first to the last local day, both included."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: str = Field(alias="from")
    to: str
    shifts: list[ShiftOut]
    gaps: list[GapOut]
