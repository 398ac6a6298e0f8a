"""When the clock for reaching a guardian stops, is not needed, or the task of following every guardian is done."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction

from riskzon import audit
from riskzon.identity import age_on, turns_18_at
from riskzon.localtime import local_date
from riskzon.models import AuditAction, Case, Report, ReportKind, User
from workflows import deadlines, steps
from workflows.ends import has_ended
from workflows.family import Custodian, custodians, is_without_guardian
from workflows.flows.case import CaseFlow
from workflows.models import Kind, Todo

PARTY_AGE = 15
NO_GUARDIAN = "EXEMPT_NO_GUARDIAN"
TURNED_18 = "EXEMPT_TURNED_18"


def settle(case: Case, *, by: User | None, now: datetime) -> None:
    """Bring the 24-hour clock and the contact task in line with contacts, holds and write-offs of the locked case.

    The clock is exempt only when every known custodian is under a decided hold, when it is decided that there is none,
    or when custody has ended (FB 6:2); it runs anew, on a line of its own, once there is somebody to reach again. The
    task is done when every known custodian is reached, held or written off and a child of 15 or more is told, and is
    open again when a custodian appears or is released from a hold, or when the child turns 15. `by` None: the clock
    struck. Nothing happens in a case that is void or transferred.
    """
    if has_ended(case):
        return
    _leave_child_to_be_told(case, now)
    people = custodians(case)
    is_adult = has_come_of_age(case, now)
    nobody = is_adult or (not people and is_without_guardian(case))
    if is_adult:
        deadlines.exempt(case, [Kind.GUARDIAN_CONTACT], code=TURNED_18, now=now)
    elif people and all(person.is_held for person in people):
        code = next(person.hold.code for person in people if person.hold is not None)
        deadlines.exempt(case, [Kind.GUARDIAN_CONTACT], code=code, now=now)
    elif nobody:
        deadlines.exempt(case, [Kind.GUARDIAN_CONTACT], code=NO_GUARDIAN, now=now)
    elif _runs_anew(case, people):
        deadlines.start(case, Kind.GUARDIAN_CONTACT, starts_at=now, now=now, after_hold=True)
    was_open = case.guardian_contact_open
    case.guardian_contact_open = case.guardian_reached_at is None and (
        case.deadlines.filter(deadlines.OUTSTANDING, kind=Kind.GUARDIAN_CONTACT).exists()
        or not case.child.is_identified
    )
    if case.guardian_contact_open and not was_open:
        case.contact_reopened_at = now
    _keep_task(case, nobody or (bool(people) and all(person.is_followed for person in people)), by, now)


def settle_beside(case: Case, *, by: User | None, now: datetime) -> None:
    """Bring every other open case of the child in line too: guardians and custody are the child's, not the case's."""
    for other in beside(case):
        settle(other, by=by, now=now)
        other.save()


def starts_at(report: Report) -> datetime:
    """The moment from which a contact counts: the arrest; for the other kinds, or while it is unknown, the notice."""
    if report.kind == ReportKind.ARREST and report.occurred_at is not None:
        return report.occurred_at
    return report.notified_at


def is_provisional(report: Report) -> bool:
    """Whether that moment is the notice only because the time of the arrest is not known."""
    return report.kind == ReportKind.ARREST and report.occurred_at is None


def beside(case: Case) -> Iterator[Case]:
    """Every other open case of the child, locked in one order; whoever changes one saves it."""
    yield from (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("report", "child", "unit")
        .filter(child_id=case.child_id, closed_at__isnull=True)
        .exclude(pk=case.pk)
        .order_by("pk")
    )


def release(case_id: UUID, *, now: datetime) -> bool:
    """The clock has struck the 15th or 18th birthday: settle the case. False: somebody is working in it, so later."""
    with transaction.atomic():
        case = (
            Case.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
            .select_related("report", "child", "unit")
            .filter(pk=case_id)
            .first()
        )
        if case is None:
            return False
        settle(case, by=None, now=now)
        case.save()
        what = "came_of_age" if has_come_of_age(case, now) else "turned_15"
        audit.record(AuditAction.SYSTEM, by=None, now=now, what=what, case_id=case.pk)
    return True


def has_come_of_age(case: Case, now: datetime) -> bool:
    """Whether custody has ended: at 00:00 local time on the 18th birthday nobody is to be reached any more."""
    born = case.child.birth_date
    return bool(born and turns_18_at(born) <= now)


def must_be_told(case: Case, now: datetime) -> bool:
    """A child of 15 or more speaks for itself (SoL 3:4) and is told as well."""
    born = case.child.birth_date
    return bool(born and age_on(born, local_date(now)) >= PARTY_AGE)


def _runs_anew(case: Case, people: list[Custodian]) -> bool:
    if case.guardian_reached_at is not None or not case.child.is_identified:
        return False
    if all(person.is_followed for person in people):
        return False
    clocks = case.deadlines.filter(kind=Kind.GUARDIAN_CONTACT)
    return clocks.exclude(exempt_code="").exists() and not clocks.filter(deadlines.OUTSTANDING).exists()


def _keep_task(case: Case, followed: bool, by: User | None, now: datetime) -> None:
    is_done = followed and not _child_waits(case)
    if not is_done and case.guardians_followed_at is not None and case.closed_at is None:
        case.guardians_followed_at = None
        steps.reopen(case, CaseFlow.contact_guardians)
    elif is_done and case.guardians_followed_at is None:
        case.guardians_followed_at = now
        steps.take(case, CaseFlow.contact_guardians, by=by, now=now)


def _leave_child_to_be_told(case: Case, now: datetime) -> None:
    """The 15th birthday, or the birth date itself, may come while the case is open."""
    if case.closed_at is not None or not must_be_told(case, now):
        return
    if not Todo.objects.filter(case=case, what=Todo.What.INFORM_CHILD).exists():
        Todo.objects.create(case=case, what=Todo.What.INFORM_CHILD, created_at=now)


def _child_waits(case: Case) -> bool:
    return Todo.objects.filter(
        case=case, what=Todo.What.INFORM_CHILD, done_at__isnull=True, cancelled_at__isnull=True
    ).exists()
