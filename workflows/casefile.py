"""What is known about a case, in full, for those in social services who may read it?

Read for many cases in the same number of statements as for one; the timeline comes with a single case only. What the
liaison gets instead is in `workflows.reduced`, who has looked in `workflows.caselog`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from viewflow.workflow.status import STATUS

from riskzon import veil, wall
from riskzon.access import Ground, read_in_full
from riskzon.duty import those_from_duty
from riskzon.identity import MAJORITY, age_on
from riskzon.localtime import local_date
from riskzon.models import (
    AdultNote,
    Assessment,
    Case,
    Contact,
    EmergencyAccess,
    EndProposal,
    Guardianship,
    Hold,
    Note,
    Supplement,
    TimeCorrection,
    User,
    WrittenOff,
)
from riskzon.ui import Entry
from workflows import veiled
from workflows.deadlines import current_first
from workflows.emergencies import unsettled
from workflows.ends import hides_guardians, of_cases
from workflows.family import hold_on
from workflows.history import History, histories
from workflows.models import Breach, CaseTask, Deadline, Kind, Todo
from workflows.nodes import Step
from workflows.plan import PlanLine, plans
from workflows.timeline import timeline


@dataclass(frozen=True)
class GuardianLine:
    """One adult as seen from one case. While contact is held back `phone` is empty and `may_call` False."""

    id: UUID
    name: str
    phone: str
    relation: str
    relation_label: str
    is_custodian: bool | None
    language: str
    interpreter: bool
    hold: Hold | None
    reached_at: datetime | None
    refused: bool
    written_off: WrittenOff | None
    last_attempt: Contact | None
    attempts: int
    #: The name is the relation: who it is has not been shown to the reader.
    is_veiled: bool = False

    @property
    def may_call(self) -> bool:
        return self.hold is None


@dataclass(frozen=True)
class CaseFile:
    """One case in full.

    `guardians` is empty where `hides_guardians`. `report_summary`, `supplements` and why a time was corrected speak of the
    whole report: they are empty for a reader who does not see every case of it in full. `from_duty`: it waits for the day's
    people to take it over. `timeline` is empty where it was not asked for, and newest first.
    """

    case: Case
    reader: User
    now: datetime
    deadlines: tuple[Deadline, ...]
    guardians: tuple[GuardianLine, ...]
    #: Those that stand, of the child.
    holds: tuple[Hold, ...]
    #: All that were decided in this case.
    all_holds: tuple[Hold, ...]
    written_off: tuple[WrittenOff, ...]
    all_steps: tuple[CaseTask, ...]
    all_todos: tuple[Todo, ...]
    contacts: tuple[Contact, ...]
    assessments: tuple[Assessment, ...]
    notes: tuple[Note, ...]
    breaches: tuple[Breach, ...]
    ends: tuple[EndProposal, ...]
    report_summary: str
    supplements: tuple[Supplement, ...]
    corrections: tuple[TimeCorrection, ...]
    sees_whole_report: bool
    adult_notes: int
    plan: tuple[PlanLine, ...]
    history: History
    from_duty: bool = False
    #: Emergency access that nobody has answered or reviewed.
    emergencies: tuple[EmergencyAccess, ...] = ()
    timeline: tuple[Entry, ...] = ()

    @property
    def steps(self) -> tuple[CaseTask, ...]:
        """The steps that wait for somebody."""
        return tuple(step for step in self.all_steps if step.status in (STATUS.NEW, STATUS.ASSIGNED))

    @property
    def todos(self) -> tuple[Todo, ...]:
        """What is still to be done beside the steps."""
        return tuple(todo for todo in self.all_todos if todo.done_at is None and todo.cancelled_at is None)

    @property
    def replaced(self) -> frozenset[UUID]:
        """The clocks in whose place a corrected time or custody has put another."""
        return frozenset(row.replaces_id for row in self.deadlines if row.replaces_id)

    @property
    def child_age(self) -> int | None:
        """Whole years on the local day of `now`; None where no birth date is known."""
        return _age(self.case, self.now)

    @property
    def is_adult(self) -> bool:
        """Whether custody has ended (FB 6:2): from then on no page names a guardian, in old entries either."""
        return self.child_age is not None and self.child_age >= MAJORITY

    @property
    def waiting_end(self) -> EndProposal | None:
        """The proposed end that waits for its second party."""
        return next((end for end in self.ends if end.is_waiting), None)

    @property
    def end(self) -> EndProposal | None:
        """The end that has taken effect: void or transferred."""
        return next((end for end in self.ends if end.confirmed_at is not None), None)

    @property
    def hides_guardians(self) -> bool:
        """Whether no page names a guardian: custody has ended, or the child may be the wrong one."""
        return self.is_adult or hides_guardians(self.ends)

    def current(self, kind: Kind) -> Deadline | None:
        """The newest deadline of one kind."""
        return next((row for row in self.deadlines if row.kind == kind), None)


def read(case: Case, user: User, now: datetime) -> CaseFile:
    """One case in full, with its timeline. The caller has seen to it, through a door, that `user` may read it."""
    return with_timeline(read_briefly(case, user, now))


def with_timeline(file: CaseFile) -> CaseFile:
    """The same case with what has happened in it; without what was written, for a reader under the veil."""
    events = timeline(file)
    return replace(file, timeline=tuple(veiled.entries(events) if file.case.is_veiled else events))


def read_briefly(case: Case, user: User, now: datetime) -> CaseFile:
    """One case without its timeline, as a page with a form needs it."""
    return read_many([case], user, now)[0]


def read_many(cases: Sequence[Case], user: User, now: datetime) -> list[CaseFile]:
    """Several cases, in the order given, with `report`, `child`, `unit` and `assignee` loaded.

    Without who the child is, where its identity is protected and has not been shown to `user` (`riskzon.veil`).
    """
    veil.draw(user, cases, now)
    ids = [case.pk for case in cases]
    children = {case.child_id for case in cases}
    reports = {case.report_id for case in cases}
    whole = fully_seen(cases, user, now)
    deadlines = _by_case(Deadline.objects.filter(case__in=ids).select_related("rule"))
    contacts = _by_case(Contact.objects.filter(case__in=ids).select_related("guardian", "by"))
    assessments = _by_case(Assessment.objects.filter(case__in=ids).select_related("by"))
    notes = _by_case(Note.objects.filter(case__in=ids).select_related("by"))
    breaches = _by_case(
        Breach.objects.filter(case__in=ids)
        .select_related("duty_unit", "reviewed_by")
        .prefetch_related("corrections__by")
        .order_by("-fired_at", "-id")
    )
    ends = _by_case(of_cases(ids, user))
    todos = _by_case(Todo.objects.filter(case__in=ids).select_related("done_by"))
    written_off = _by_case(WrittenOff.objects.filter(case__in=ids).select_related("by", "guardian").order_by("at"))
    steps = _steps(ids)
    every_hold = list(
        Hold.objects.filter(Q(child__in=children, ended_at__isnull=True) | Q(case__in=ids))
        .select_related("guardian", "decided_by", "confirmed_by", "ended_by")
        .order_by("provisional", "decided_at")
    )
    decided_here = _by_case(every_hold)
    holds = _grouped((hold for hold in every_hold if hold.ended_at is None), "child_id")
    links = _grouped(
        Guardianship.objects.filter(child__in=children).select_related("guardian").order_by("pk"), "child_id"
    )
    supplements = _grouped(Supplement.objects.filter(report__in=whole).select_related("by").order_by("at"), "report_id")
    corrections = _grouped(
        TimeCorrection.objects.filter(report__in=reports).select_related("by").order_by("at", "field"), "report_id"
    )
    adults = dict(
        AdultNote.objects.filter(report__in=reports).values("report").annotate(n=Count("pk")).values_list("report", "n")
    )
    history = histories(cases, links, user, now)
    lines = plans(cases, deadlines, now)
    from_duty = those_from_duty(ids, now)
    broken_in = unsettled(cases, now)
    files = [
        CaseFile(
            case=case,
            reader=user,
            now=now,
            deadlines=tuple(current_first(deadlines[case.pk])),
            guardians=()
            if hides_guardians(ends[case.pk])
            else _guardians(
                case, links[case.child_id], holds[case.child_id], contacts[case.pk], written_off[case.pk], now
            ),
            holds=tuple(holds[case.child_id]),
            all_holds=tuple(decided_here[case.pk]),
            written_off=tuple(written_off[case.pk]),
            all_steps=tuple(steps[case.pk]),
            all_todos=tuple(todos[case.pk]),
            contacts=tuple(contacts[case.pk]),
            assessments=tuple(assessments[case.pk]),
            notes=tuple(notes[case.pk]),
            breaches=tuple(breaches[case.pk]),
            ends=tuple(ends[case.pk]),
            report_summary=case.report.summary if case.report_id in whole else "",
            supplements=tuple(supplements[case.report_id]),
            corrections=tuple(corrections[case.report_id]),
            sees_whole_report=case.report_id in whole,
            adult_notes=adults.get(case.report_id, 0),
            plan=tuple(lines[case.pk]),
            history=history[case.pk],
            from_duty=case.pk in from_duty,
            emergencies=tuple(broken_in.get(case.pk, ())),
        )
        for case in cases
    ]
    for file in files:
        if not file.sees_whole_report:
            veiled.empty(file.corrections)
            veiled.empty(note for breach in file.breaches for note in breach.corrections.all())
    return [veiled.cover(file) if file.case.is_veiled else file for file in files]


def fully_seen(cases: Iterable[Case], user: User, now: datetime) -> set[UUID]:
    """Those reports of `cases` of which `user` sees every case in full: only they show their raw content.

    None with a child whose protected identity has not been shown: it speaks of all of them.
    """
    cases = list(cases)
    reports = {case.report_id for case in cases} - {case.report_id for case in cases if case.is_veiled}
    opened = {case.pk for case in cases if sees_in_full(case)}
    # Most reports are about one child: then there is nothing left to ask the policy about.
    others = {case: report for case, report in wall.cases_of(reports).items() if case not in opened}
    if not others:
        return reports
    beside = read_in_full(user, now).filter(pk__in=others).select_related("child")
    seen = {case.pk for case in beside if not veil.is_protected(case.child)}
    return reports - {report for case, report in others.items() if case not in seen}


def sees_in_full(case: Case) -> bool:
    """Whether the person who got `case` through a door (it has its `ground`) may read it as a `CaseFile`."""
    return case.ground not in (None, Ground.FOLLOW)


def _guardians(
    case: Case,
    links: list[Guardianship],
    holds: list[Hold],
    contacts: list[Contact],
    written_off: list[WrittenOff],
    now: datetime,
) -> tuple[GuardianLine, ...]:
    age = _age(case, now)
    if age is not None and age >= MAJORITY:
        return ()
    lines = []
    for link in links:
        guardian = link.guardian
        hold = hold_on(holds, guardian.pk)
        made = [contact for contact in contacts if contact.guardian_id == guardian.pk]
        counting = [contact for contact in made if contact.counts]
        lines.append(
            GuardianLine(
                id=guardian.pk,
                name=guardian.name,
                phone="" if hold else guardian.phone,
                relation=link.relation,
                relation_label=str(link.get_relation_display()),
                is_custodian=link.is_custodian,
                language=guardian.language,
                interpreter=guardian.interpreter,
                hold=hold,
                reached_at=min((contact.at for contact in counting), default=None),
                refused=bool(counting) and counting[0].outcome == Contact.Outcome.REFUSED,
                written_off=next((row for row in written_off if row.guardian_id == guardian.pk), None),
                last_attempt=made[0] if made else None,
                attempts=len(made),
            )
        )
    return tuple(lines)


def _age(case: Case, now: datetime) -> int | None:
    born = case.child.birth_date
    return None if born is None else age_on(born, local_date(now))


def _steps(case_ids: Sequence[UUID]) -> dict[UUID, list[CaseTask]]:
    """What people do in the process, in the order in which it was asked for."""
    found: dict[UUID, list[CaseTask]] = defaultdict(list)
    for task in CaseTask.objects.filter(process__case__in=case_ids).select_related("process").order_by("pk"):
        if isinstance(task.flow_task, Step):
            found[task.process.case_id].append(task)
    return found


def _by_case(rows: Iterable[Any]) -> dict[UUID, list]:
    return _grouped(rows, "case_id")


def _grouped(rows: Iterable[Any], column: str) -> dict[UUID, list]:
    found: dict[UUID, list] = defaultdict(list)
    for row in rows:
        found[getattr(row, column)].append(row)
    return found
