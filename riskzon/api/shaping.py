"""How does what the floors below know become an answer, cut to what this reader may have?"""

from collections.abc import Collection, Sequence
from typing import Any, TypeVar
from uuid import UUID

from viewflow.workflow.status import STATUS

from riskzon.api import answers, rows
from riskzon.doors import Look, look
from riskzon.identity import format_identity
from riskzon.models import Case, EndProposal, Hold, ProtectedIdentity, Report, Role, User
from riskzon.models.cases import NOTHING_DUE
from workflows import veiled
from workflows.casefile import CaseFile, GuardianLine, fully_seen, read_many, sees_in_full
from workflows.contact_clock import has_come_of_age
from workflows.ends import with_hidden_guardians
from workflows.history import History
from workflows.models import CaseTask, Todo
from workflows.plan import PlanLine
from workflows.reduced import ReducedCase, reduced_many

_STEP_STATES = {STATUS.DONE: "done", STATUS.CANCELED: "cancelled"}
_PHONE, _GUARDIANS = "phone", "guardians"

Written = TypeVar("Written")


def cases(door: Look, found: Sequence[Case]) -> list[answers.CaseOut | answers.ReducedCaseOut]:
    """These visible cases (`report`, `child`, `unit`, `assignee` loaded), each in the form for the door's user."""
    full = [case for case in found if sees_in_full(case)]
    followed = [case for case in found if not sees_in_full(case)]
    shaped: dict[Any, answers.CaseOut | answers.ReducedCaseOut] = {}
    if full:
        shaped |= {file.case.pk: _case(file) for file in read_many(full, door.user, door.now)}
    if followed:
        shaped |= {line.id: _reduced(line) for line in reduced_many(followed, door.user, door.now)}
    return [shaped[case.pk] for case in found]


def listed(door: Look, found: Sequence[Case]) -> list[answers.CaseOut | answers.ReducedCaseOut]:
    """The same as rows of a list: a child with a protected identity by the case's number alone, until it is opened."""
    protected = {case.pk for case in found if case.child.protected_identity != ProtectedIdentity.NONE}
    return [
        _by_number(shaped) if isinstance(shaped, answers.CaseOut) and shaped.id in protected else shaped
        for shaped in cases(door, found)
    ]


def report_cases(door: Look, report: Report) -> list[answers.CaseOut | answers.ReducedCaseOut]:
    """The cases of one report that the door's user may see, logged as a list."""
    found = list(
        door.cases.filter(report=report).select_related("report", "child", "unit", "assignee").order_by("ordinal")
    )
    door.listed([case.pk for case in found])
    return cases(door, found)


def registered(door: Look, report: Report) -> answers.ReportOut | answers.ReceiptOut:
    """What the one who registers gets back."""
    if door.user.role == Role.PARTNER:
        return rows.receipt(report)
    return answers.ReportOut(**_head(report), cases=report_cases(door, report))


def report(door: Look, found: Report) -> answers.FullReportOut | answers.CorrectedReportOut:
    """A report that the door's user reaches through at least one of its cases."""
    seen = report_cases(door, found)
    if not any(isinstance(case, answers.CaseOut) for case in seen):
        own = found.supplements.filter(by=door.user).select_related("by").order_by("at")
        return answers.CorrectedReportOut(
            **_head(found),
            cases=seen,
            corrections=_corrections(found, whole=True, own_of=door.user.pk),
            supplements=[rows.supplement(row) for row in own],
        )
    whole = bool(fully_seen(found.cases.all(), door.user, door.now))
    hidden = set()
    if Hold.objects.filter(child__cases__report=found, ended_at__isnull=True).exists():
        hidden.add(_PHONE)  # nobody is tempted to call
    of_report = list(found.cases.select_related("child"))
    if any(has_come_of_age(case, door.now) for case in of_report) or with_hidden_guardians(
        case.pk for case in of_report
    ):
        hidden.add(_GUARDIANS)  # custody has ended (FB 6:2), or a child may be the wrong one
    return answers.FullReportOut(
        **_head(found),
        cases=seen,
        occurred_at_precision=found.occurred_at_precision,
        channel=found.channel,
        acute_risk=found.acute_risk,
        feedback=answers.FeedbackOut(
            requested_at=found.feedback_requested_at, given_at=found.feedback_given_at, fact=found.feedback_fact or None
        ),
        corrections=_corrections(found, whole=whole),
        supplements=[rows.supplement(row) for row in found.supplements.select_related("by").order_by("at")]
        if whole
        else [],
        raw=_without(hidden, found.raw) if whole else None,
    )


def _corrections(found: Report, *, whole: bool, own_of: UUID | None = None) -> list[answers.CorrectionOut]:
    """What was put right, oldest first; why, where the `whole` report is seen. With `own_of`, who and why only of that one."""
    return [
        answers.CorrectionOut(
            field=row.field,
            old=row.old,
            new=row.new,
            at=row.at,
            by=row.by.username if own_of in (None, row.by_id) else None,
            reason=row.reason if whole and own_of in (None, row.by_id) else None,
        )
        for row in found.corrections.select_related("by").order_by("at", "field")
    ]


def written(user: User, row: Written, case_id: UUID, what: str) -> Written:
    """A row as the answer to what was done with it: without its words where the case is not this person's to read, or is
    under the veil."""
    with look(user, what) as door:
        if veiled.hidden_in(door, [case_id]):
            veiled.empty([row])
    return row


def given_away(case_id: UUID) -> answers.CaseReceipt:
    """What is left to say of a case that its last holder has just put out of sight."""
    case = Case.objects.select_related("report", "unit").get(pk=case_id)
    return answers.CaseReceipt(id=case.pk, number=case.number, unit=case.unit.name)


def _head(found: Report) -> dict[str, Any]:
    return {
        "number": found.number or "",
        "kind": found.kind,
        "occurred_at": found.occurred_at,
        "notified_at": found.notified_at,
        "registered_at": found.registered_at,
    }


def _case(file: CaseFile) -> answers.CaseOut:
    case, child = file.case, file.case.child
    return answers.CaseOut(
        id=case.pk,
        number=case.number,
        report=answers.ReportHead(
            number=case.report.number or "",
            kind=case.report.kind,
            occurred_at=case.report.occurred_at,
            notified_at=case.report.notified_at,
        ),
        registered_at=case.registered_at,
        child=answers.ChildOut(
            id=child.pk,
            name=child.name,
            identity_number=format_identity(child.identity_number) if child.identity_number else None,
            birth_date=None if child.is_veiled else child.birth_date,
            approximate_age=child.approximate_age,
            description=child.description,
            protected_identity=child.protected_identity,
            home_municipality=child.home_municipality,
            whereabouts=child.whereabouts,
        ),
        summary=case.summary,
        unit=case.unit.name,
        assignee=case.assignee.username if case.assignee else None,
        state="open" if case.is_open else "closed",
        disposition=case.disposition or None,
        disposition_reason=case.disposition_reason,
        proposed_end=_end(file.waiting_end or file.end),
        investigation=case.investigation_id,
        next_due_at=None if case.next_due_at == NOTHING_DUE else case.next_due_at,
        guardians=[guardian(line) for line in file.guardians],
        deadlines=[answers.DeadlineOut(**rows.deadline(row)) for row in file.deadlines],
        holds=[rows.hold(row) for row in file.holds],
        tasks=[*map(_step, file.all_steps), *map(_todo, file.all_todos)],
        plan=[_plan(line) for line in file.plan],
        from_duty=file.from_duty,
        history=_history(file.history),
    )


def _by_number(shaped: answers.CaseOut) -> answers.CaseOut:
    """Without what tells who the child is and where: the family, what was written, and the other reports."""
    nobody = shaped.child.model_copy(
        update={
            **dict.fromkeys(("name", "description", "home_municipality", "whereabouts"), ""),
            **dict.fromkeys(("identity_number", "birth_date", "approximate_age")),
        }
    )
    history = shaped.history.model_copy(update={"siblings": []})
    update = {"child": nobody, "guardians": [], "summary": "", "disposition_reason": "", "history": history}
    return shaped.model_copy(update=update)


def _end(row: EndProposal | None) -> answers.EndOut | None:
    if row is None:
        return None
    target = row.points_to
    return answers.EndOut(
        disposition=row.disposition,
        reason=row.reason,
        void_kind=row.void_kind or None,
        points_to=answers.CaseRef(id=target.pk, number=target.number) if target else None,
        municipality=row.municipality or None,
        recipient=row.recipient or None,
        proposed_at=row.proposed_at,
        proposed_by=row.proposed_by.username,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by or None,
        confirmed_at=row.confirmed_at,
        confirmed_by=row.confirmed_by.username if row.confirmed_by else None,
    )


def _reduced(line: ReducedCase) -> answers.ReducedCaseOut:
    child = _typed(line.as_reported)
    return answers.ReducedCaseOut(
        id=line.id,
        number=line.number,
        report=answers.ReportHead(
            number=line.report_number,
            kind=line.report_kind,
            occurred_at=line.occurred_at,
            notified_at=line.notified_at,
        ),
        registered_at=line.registered_at,
        guardians=child.pop("guardians", []),
        child=child,
        assigned=line.is_assigned,
        protective_assessment_done=line.is_assessed,
        guardian_contact=answers.ContactState(
            state=line.contact.state, due_at=line.contact.due_at, met_at=line.contact.met_at
        )
        if line.contact
        else None,
        do_not_contact=line.do_not_contact,
        contacts=[rows.contact(row, in_full=False) for row in line.contacts],
    )


def guardian(line: GuardianLine) -> answers.GuardianOut:
    """One adult as seen from one case."""
    return answers.GuardianOut(
        id=line.id,
        name="" if line.is_veiled else line.name,
        phone=line.phone or None,
        relation=line.relation,
        is_custodian=line.is_custodian,
        language=line.language,
        interpreter=line.interpreter,
        hold=line.hold.pk if line.hold else None,
        reached_at=line.reached_at,
        written_off=line.written_off is not None,
        attempts=line.attempts,
    )


def _typed(sent: dict[str, Any]) -> dict[str, Any]:
    """What was sent about a child, its number and its guardians' numbers as people write them."""
    typed = {**sent, "guardians": [_typed(one) for one in sent["guardians"]]} if "guardians" in sent else dict(sent)
    if typed.get("identity_number"):
        typed["identity_number"] = format_identity(typed["identity_number"])
    return typed


def _step(task: CaseTask) -> answers.TaskOut:
    return answers.TaskOut(id=str(task.pk), name=task.flow_task.name, state=_STEP_STATES.get(task.status, "open"))


def _todo(todo: Todo) -> answers.TaskOut:
    state = "cancelled" if todo.cancelled_at else "done" if todo.done_at else "open"
    return answers.TaskOut(id=str(todo.pk), name=todo.what, state=state)


def _plan(line: PlanLine) -> answers.PlanOut:
    return answers.PlanOut(
        at=line.at, kind=line.kind, step=line.step, recipients=[person.username for person in line.people]
    )


def _history(history: History) -> answers.HistoryOut:
    running = history.running_investigation
    return answers.HistoryOut(
        reports=[
            answers.EarlierOut(
                number=row.number, kind=row.kind, notified_at=row.notified_at, disposition=row.disposition or None
            )
            for row in history.reports
        ],
        running_investigation=answers.InvestigationOut(
            id=running.pk,
            opened_at=running.opened_at,
            case_worker=running.case_worker.username,
            unit=running.unit.name,
        )
        if running
        else None,
        siblings=[
            answers.SiblingOut(
                name=sibling.child.name if sibling.child.protected_identity == ProtectedIdentity.NONE else "",
                case=sibling.case.pk if sibling.case else None,
                guardians=list(sibling.shared),
            )
            for sibling in history.siblings
        ],
    )


def _without(hidden: Collection[str], raw: Any) -> Any:
    """What was sent, without the fields that may not be shown now."""
    if isinstance(raw, dict):
        return {key: _without(hidden, value) for key, value in raw.items() if key not in hidden}
    if isinstance(raw, list):
        return [_without(hidden, value) for value in raw]
    return raw
