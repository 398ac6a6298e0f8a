"""What follows in one case when a time of its report has been put right: contacts and clocks are judged anew.

No clock moves: the one that counted from the wrong time closes, and another opens in its place. A breach stands whatever
the right time says; it gets a note.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q

from riskzon.models import Case, Contact, Disposition, Guardianship, Hold, Report, ReporterType, User
from workflows import contact_clock, deadlines
from workflows.family import custodians
from workflows.models import Breach, BreachNote, Deadline, Kind, State

Starts = Mapping[Kind, datetime]


def starts(report: Report) -> Starts:
    """From which moment each clock that comes with a report is counted."""
    return {
        Kind.GUARDIAN_CONTACT: contact_clock.starts_at(report),
        Kind.PROTECTIVE_ASSESSMENT: report.notified_at,
        Kind.OPEN_INVESTIGATION: report.notified_at,
    }


def rejudge(case: Case, before: Starts, *, by: User, reason: str, now: datetime) -> list[Deadline]:
    """Judge the locked case by the times that its report has now; returns the new clocks whose outcome is another.

    `before`: the starts by the times that held until now. A contact before the new start counts no more, one after it may
    count now. A closed case stays closed: what has passed there is a breach, and nothing more is demanded.
    """
    if case.disposition == Disposition.VOID and case.closed_at is not None:
        # Registered by mistake: nothing was ever demanded here.
        return []
    after = starts(case.report)
    if after[Kind.GUARDIAN_CONTACT] != before[Kind.GUARDIAN_CONTACT]:
        _recount(case, before[Kind.GUARDIAN_CONTACT], after[Kind.GUARDIAN_CONTACT])
    first = _first_counting(case)
    case.guardian_reached_at = first[0] if first else None
    moved = [kind for kind in after if after[kind] != before[kind]]
    changed = []
    for old in _clocks(case, moved):
        if old.starts_at == before[Kind(old.kind)]:
            new = _judge(old, case, after[Kind(old.kind)], first, now)
            _note(old, new, by, reason, now)
            if _outcome(old) != _outcome(new):
                changed.append(new)
    if case.closed_at is None:
        contact_clock.settle(case, by=by, now=now)
    deadlines.refresh(case)
    return changed


def _clocks(case: Case, kinds: list[Kind]) -> list[Deadline]:
    found = (
        Deadline.objects.select_for_update(of=("self",), no_key=True)
        .filter(case=case, kind__in=kinds, after_hold=False, replaced_by__isnull=True)
        .select_related("rule")
        .order_by("kind", "created_at")
    )
    rows = list(found)
    for row in rows:
        row.case = case
    return rows


def _judge(
    old: Deadline, case: Case, starts_at: datetime, first: tuple[datetime, datetime] | None, now: datetime
) -> Deadline:
    met = first if old.kind == Kind.GUARDIAN_CONTACT else _as_before(old)
    ended_at = old.settled_at if old.exempt_code or old.state == State.VOID else None
    if met and ended_at and met[1] > ended_at:
        # When it was done, it was not demanded any more.
        met = None
    if met is None and ended_at is None and case.closed_at is not None:
        ended_at = now
    is_provisional = old.kind == Kind.GUARDIAN_CONTACT and contact_clock.is_provisional(case.report)
    return deadlines.replace(
        old, starts_at=starts_at, now=now, met=met, ended_at=ended_at, provisional_start=is_provisional
    )


def _as_before(old: Deadline) -> tuple[datetime, datetime] | None:
    return (old.met_at, old.settled_at) if old.met_at and old.settled_at else None


def _outcome(row: Deadline) -> tuple[bool, bool, str]:
    """What a supervisor would call the outcome: passed or not, done or not, and why it is not demanded."""
    return row.fired_at is not None, row.met_at is not None, row.exempt_code


def _note(old: Deadline, new: Deadline, by: User, reason: str, now: datetime) -> None:
    BreachNote.objects.bulk_create(
        BreachNote(breach=breach, at=now, by=by, due_at=new.due_at, reason=reason)
        for breach in Breach.objects.filter(deadline=old)
    )


def _recount(case: Case, before: datetime, after: datetime) -> None:
    """A contact before the start never counts; one that was left out only for that counts now."""
    for contact in Contact.objects.filter(case=case, outcome__in=Contact.TWO_WAY):
        if _is_the_report(contact, case):
            continue
        may_count = contact.counts or (contact.at < before and _could_count(contact, case))
        counts = may_count and contact.at >= after
        if counts != contact.counts:
            contact.counts = counts
            contact.save(update_fields=["counts"])


def _could_count(contact: Contact, case: Case) -> bool:
    link = Guardianship.objects.filter(child=case.child_id, guardian=contact.guardian_id).first()
    was_held = Hold.objects.filter(
        Q(guardian=None) | Q(guardian=contact.guardian_id),
        Q(ended_at__isnull=True) | Q(ended_at__gt=contact.recorded_at),
        child=case.child_id,
        decided_at__lte=contact.recorded_at,
    )
    return link is not None and link.may_meet_guarantee and not was_held.exists()


def _first_counting(case: Case) -> tuple[datetime, datetime] | None:
    """When the first contact that counts was made, and when it was recorded; the first recorded is the first."""
    people = [person.guardianship.guardian_id for person in custodians(case)]
    contact = Contact.objects.filter(case=case, counts=True, guardian__in=people).order_by("recorded_at", "at").first()
    if contact is None:
        return None
    return (case.report.notified_at if _is_the_report(contact, case) else contact.at), contact.recorded_at


def _is_the_report(contact: Contact, case: Case) -> bool:
    """A custodian who reports has been spoken with when the report came, whenever that was."""
    return case.report.reporter_type == ReporterType.CUSTODIAN and (
        contact.initiated_by == Contact.Initiator.GUARDIAN and contact.recorded_at == case.registered_at
    )
