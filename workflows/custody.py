"""What follows when an adult who was taken for a custodian turns out to be none: like a wrong time, it is put right."""

from datetime import datetime

from notifications.outbox import tell
from riskzon.models import Case, Contact
from workflows import deadlines
from workflows.ends import has_ended
from workflows.family import custodians
from workflows.models import Deadline, Kind, State
from workflows.recipients import Directory


def correct(case: Case, *, now: datetime) -> None:
    """Let the 24-hour clock of the locked case count only contacts with those who may meet it after all.

    The clock that was met closes and another one points back to it, with the same limit: met by the first contact that
    does count, else running, and a breach at once where the limit has passed. A breach is never un-made: a clock that was
    met late starts anew, on a line of its own. The unit's supervisor is told where the outcome changes.
    """
    if case.guardian_reached_at is None or has_ended(case):
        return
    people = [person.guardianship.guardian_id for person in custodians(case)]
    first = Contact.objects.filter(case=case, counts=True, guardian__in=people).order_by("recorded_at", "at").first()
    met = (
        case.deadlines.filter(
            kind=Kind.GUARDIAN_CONTACT, state__in=[State.MET, State.MET_LATE], replaced_by__isnull=True
        )
        .order_by("created_at")
        .last()
    )
    case.guardian_reached_at = first.at if first else None
    if met is None or (first is not None and first.at == met.met_at) or (first and met.state == State.MET_LATE):
        return
    _replace(case, met, first, now)
    tell(
        "times_corrected",
        to=Directory.read(now).answers_for(case.unit_id, case.child_id),
        key=f"{met.pk}:custody",
        now=now,
        case_id=case.pk,
    )


def _replace(case: Case, met: Deadline, first: Contact | None, now: datetime) -> None:
    if met.state == State.MET_LATE:
        deadlines.start(case, Kind.GUARDIAN_CONTACT, starts_at=now, now=now, after_hold=True)
        return
    met.case = case
    deadlines.replace(
        met,
        starts_at=met.starts_at,
        now=now,
        met=(first.at, first.recorded_at) if first else None,
        provisional_start=met.provisional_start,
    )
