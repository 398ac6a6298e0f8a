"""When the clock for reaching a guardian stops, is not needed, or the task of following every guardian is done."""

from datetime import datetime

from riskzon.identity import age_on
from riskzon.localtime import local_date
from riskzon.models import Case, User
from workflows import deadlines, steps
from workflows.family import custodians, is_without_guardian
from workflows.flows.case import CaseFlow
from workflows.models import Kind, Todo

PARTY_AGE = 15
NO_GUARDIAN = "EXEMPT_NO_GUARDIAN"


def settle(case: Case, *, by: User, now: datetime) -> None:
    """Bring the 24-hour clock and the contact task in line with contacts, holds and write-offs of the locked case.

    The clock is exempt only when every known custodian is under a decided hold, or it is decided that there is none. The
    task is done when every known custodian is reached, held or written off, and a child of 15 or more is told.
    """
    people = custodians(case)
    nobody = is_without_guardian(case)
    if people and all(person.is_held for person in people):
        code = next(person.hold.code for person in people if person.hold is not None)
        deadlines.exempt(case, [Kind.GUARDIAN_CONTACT], code=code, now=now)
    elif nobody and not people:
        deadlines.exempt(case, [Kind.GUARDIAN_CONTACT], code=NO_GUARDIAN, now=now)
    case.guardian_contact_open = case.guardian_reached_at is None and (
        case.deadlines.filter(deadlines.OUTSTANDING, kind=Kind.GUARDIAN_CONTACT).exists()
        or not case.child.is_identified
    )
    followed = all(person.is_followed for person in people) if people else nobody
    if followed and case.guardians_followed_at is None and not _child_waits(case):
        case.guardians_followed_at = now
        steps.take(case, CaseFlow.contact_guardians, by=by, now=now)


def must_be_told(case: Case, now: datetime) -> bool:
    """A child of 15 or more speaks for itself (SoL 3:4) and is told as well."""
    born = case.child.birth_date
    return bool(born and age_on(born, local_date(now)) >= PARTY_AGE)


def _child_waits(case: Case) -> bool:
    return Todo.objects.filter(
        case=case, what=Todo.What.INFORM_CHILD, done_at__isnull=True, cancelled_at__isnull=True
    ).exists()
