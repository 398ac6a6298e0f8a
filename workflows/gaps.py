"""Who hears that nobody will be on duty? Socialjouren's own supervisor and the heads, once for each gap that opens.

A gap is new where it was not there at the last look, so one that was filled and has opened again is told again; one that
only has come nearer, or has begun, is not. A roster with nobody in it at all is one gap, not one for each night.
"""

from datetime import datetime, timedelta
from uuid import UUID

from notifications import roster
from notifications.outbox import Telling, tell_many
from notifications.roster import Gap, Roster
from riskzon import clock
from riskzon.models.people import UnitKind
from workflows.models import Heartbeat
from workflows.recipients import Directory

NAME = "roster_gaps"
#: A gap is told when it begins within so long; what lies further ahead stands on the board.
AHEAD = timedelta(hours=24)
#: A roster without a shift for so long is empty. So far back a gap is followed to where it began, too.
FORTNIGHT = timedelta(days=14)
#: What a gap is known by that has no beginning: in a roster with nobody in it, or more than a fortnight ago.
_EMPTY, _LONG = "empty", "long"


def warn(now: datetime) -> int:
    """Tell of each gap that has opened and begins before `now` + AHEAD; returns to how many. In a transaction.

    Asked at every sweep, and nearly always two statements say that nothing has changed. Where there is no Socialjouren
    nothing is told, and where there is nobody to tell it is tried anew.
    """
    known = Heartbeat.objects.filter(name=NAME).values_list("detail", flat=True).first() or {}
    there = _there(roster.read(), now, was_empty=_EMPTY in known)
    if there.keys() == known.keys():
        return 0
    people = _people(now)
    if not people and there.keys() - known.keys():
        return 0
    Heartbeat.objects.get_or_create(name=NAME, defaults={"at": clock.real_now()})
    # Another dispatcher may have told it since: the row is what both wait for.
    row = Heartbeat.objects.select_for_update().get(name=NAME)
    new = there.keys() - row.detail.keys()
    row.at, row.detail = clock.real_now(), {key: row.detail.get(key, now.isoformat()) for key in there}
    row.save(update_fields=["at", "detail"])
    return tell_many(
        [Telling("roster_gap", to=people, key=f"gap:{key}:{now.isoformat()}", now=now, facts=there[key]) for key in new]
    )


def _there(rota: Roster, now: datetime, *, was_empty: bool) -> dict[str, dict[str, object]]:
    """The gaps of the coming day, by what they are known by, with the facts to tell."""
    gaps = rota.gaps(now, now + AHEAD)
    if (gaps or was_empty) and not rota.shifts(now, now + FORTNIGHT) and rota.gaps(now, now + FORTNIGHT):
        return {_EMPTY: {}}
    starts = [_start(rota, gap, now) for gap in gaps]
    return {(at := start.isoformat()): {"at": at} for start in starts if start} | (
        {_LONG: {}} if None in starts else {}
    )


def _start(rota: Roster, gap: Gap, now: datetime) -> datetime | None:
    """When a gap began, also one that has: it is the same gap however much of it is over. None: longer ago than that."""
    if gap.starts_at > now:
        return gap.starts_at
    since = now - FORTNIGHT
    start = rota.gaps(since, gap.ends_at)[-1].starts_at
    return start if start > since else None


def _people(now: datetime) -> tuple[UUID, ...]:
    """The supervisor of Socialjouren, if it has one, and the heads; nobody where there is no Socialjouren."""
    directory = Directory.read(now)
    ours = [unit.pk for unit in directory.staff.units.values() if unit.kind == UnitKind.DUTY]
    leads = [person for unit_id in ours for person in directory.unit_supervisor(unit_id)]
    return tuple(dict.fromkeys([*leads, *directory.heads])) if ours else ()
