"""Does every rung of a ladder reach somebody who is there, at every hour of the next two weeks, in every unit?

Asked of the same directory that the rungs ask when they fire, for a case that nobody has taken: at each full hour and at
each moment at which hours, shifts or absences change, so that a hole is as long as it is and none is too short to see.
A rung that finds nobody passes its message on (`workflows.firing.find`); that is no reason to plan for it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from notifications import roster
from riskzon.models import Absence, Unit
from riskzon.models.people import UnitKind
from workflows.ladder import BREACH
from workflows.lawful import RungSpec
from workflows.recipients import OF_FIRST_DAYS, Directory, Place

AHEAD = timedelta(days=14)
_HOUR = timedelta(hours=1)
#: The units that cases lie with.
_HOLDING = frozenset({UnitKind.INTAKE, UnitKind.INVESTIGATION})

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True)
class Hole:
    """One stretch (UTC) in which one rung would reach nobody. `is_new`: the present ladder has no such hole there."""

    unit: str
    starts_at: datetime
    ends_at: datetime
    rung: RungSpec
    is_new: bool

    @property
    def is_at_limit(self) -> bool:
        return self.rung.key == BREACH


def holes(kind: str, rungs: Sequence[RungSpec], present: Sequence[RungSpec], now: datetime) -> list[Hole]:
    """Every hole of `rungs` from `now` on, earliest first. A hole is old where the same rung of `present` has it."""
    units = [unit for unit in Directory.read(now).staff.units.values() if unit.kind in _HOLDING]
    wanted = {rung.recipients for rung in (*rungs, *present)}
    silent = _silent(wanted, [Place(unit.pk, None, None, kind in OF_FIRST_DAYS) for unit in units], units, now)
    before = {rung.key: rung.recipients for rung in present}
    found = [
        Hole(unit.name, start, end, rung, is_new)
        for unit in units
        for rung in rungs
        for start, end, is_new in _marked(
            silent[unit.pk, rung.recipients], silent.get((unit.pk, before.get(rung.key, ())), [])
        )
    ]
    return sorted(found, key=lambda hole: (hole.starts_at, hole.unit, hole.rung.seconds))


def at_limit(found: Iterable[Hole]) -> list[Hole]:
    """The holes that the change itself makes at the limit. With one of them a ladder is not taken.

    Decided: where the present ladder would reach nobody either it is a fault of the roster, shown but no reason to refuse.
    """
    return [hole for hole in found if hole.is_at_limit and hole.is_new]


def _silent(
    wanted: Iterable[tuple[str, ...]], places: Sequence[Place], units: Sequence[Unit], now: datetime
) -> dict[tuple[UUID, tuple[str, ...]], list[Stretch]]:
    """When each of these recipients are nobody, by unit."""
    moments = _moments(units, now)
    everybody = Directory.read(now)
    found: dict[tuple[UUID, tuple[str, ...]], list[Stretch]] = {
        (place.unit_id, roles): [] for place in places for roles in wanted
    }
    for start, end in pairwise(moments):
        there = everybody.at(start)
        for place in places:
            for roles in wanted:
                if not there.find(roles, place):
                    _add(found[place.unit_id, roles], start, end)
    return found


def _add(stretches: list[Stretch], start: datetime, end: datetime) -> None:
    if stretches and stretches[-1][1] == start:
        start = stretches.pop()[0]
    stretches.append((start, end))


def _marked(new: Sequence[Stretch], old: Sequence[Stretch]) -> Iterator[tuple[datetime, datetime, bool]]:
    """The stretches of `new`, cut where `old` ones begin or end, with whether they lie outside of them."""
    edges = sorted({edge for stretch in old for edge in stretch})
    for start, end in new:
        points = [start, *(edge for edge in edges if start < edge < end), end]
        for first, last in pairwise(points):
            yield first, last, not any(begins <= first < ends for begins, ends in old)


def _moments(units: Sequence[Unit], now: datetime) -> list[datetime]:
    """Every moment at which the answer may change, from `now` to the end, both included."""
    end = now + AHEAD
    whole = now.replace(minute=0, second=0, microsecond=0)
    found = {now, end, *(whole + hours * _HOUR for hours in range(1, AHEAD // _HOUR + 1))}
    for shift in roster.shifts(now, end):
        found |= {shift.starts_at, shift.ends_at}
    for edges in Absence.objects.filter(starts_at__lt=end).values_list("starts_at", "ends_at", "ended_at"):
        found |= {edge for edge in edges if edge is not None}
    for unit in units:
        found |= set(_edges(unit, now, end))
    return sorted(moment for moment in found if now <= moment <= end)


def _edges(unit: Unit, now: datetime, end: datetime) -> Iterator[datetime]:
    hours = unit.hours
    for following in (hours.next_opening, hours.next_closing):
        moment = following(now)
        while moment is not None and moment < end:
            yield moment
            moment = following(moment)
