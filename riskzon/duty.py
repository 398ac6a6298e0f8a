"""Which cases are Socialjouren's: while their unit is closed, and in the morning until its own people take them over?

Computed from the unit's hours and columns of the case, never from a row that a job must write in time. The SQL of the
worklist says the same (`workflows.walk`); a test holds the two equal.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import DateTimeField, F, Q, Value
from django.db.models.functions import Greatest
from django.db.models.lookups import LessThan

from riskzon.models import Case, Unit
from riskzon.models.people import UnitKind

#: The roster, which stands on the floor above, and says so when it is loaded.
_rosters: list[Callable[[datetime], Collection[UUID]]] = []

#: A unit that never opens again is Socialjouren's for as long as anybody plans.
_LONG_CLOSED = timedelta(days=400)
#: Since when a unit has been open that was never closed: before every case.
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


def ask(roster: Callable[[datetime], Collection[UUID]]) -> None:
    """Let `on_duty` be answered by this function from now on."""
    _rosters[:] = [roster]


def on_duty(now: datetime) -> set[UUID]:
    """Everybody of Socialjouren who has a shift at `now`; empty where the roster names nobody."""
    return {person for roster in _rosters for person in roster(now)}


@dataclass(frozen=True)
class Shift:
    """The units that hold cases, at one moment. `closed`: each with its next opening; `opened`: each with its last one."""

    closed: dict[UUID, datetime]
    opened: dict[UUID, datetime]


def shift(now: datetime) -> Shift:
    """Which units Socialjouren stands in for at `now`, and which have opened; moments in UTC."""
    closed, opened = {}, {}
    for unit in Unit.objects.filter(kind__in=[UnitKind.INTAKE, UnitKind.INVESTIGATION]):
        stretch = _stretch(unit, now)
        if stretch.is_open:
            opened[unit.pk] = stretch.starts
        else:
            closed[unit.pk] = stretch.opening or now + _LONG_CLOSED
    return Shift(closed, opened)


def opened_last(unit: Unit, now: datetime) -> datetime | None:
    """When the unit last opened, up to and at `now`; None: it never did. Asked of every unit at every sweep."""
    return _stretch(unit, now).opened


@dataclass(frozen=True)
class _Stretch:
    """From when up to when one unit is as it is. `opened`: when it last did; `opening`: when it next will; None: never."""

    starts: datetime
    ends: datetime
    is_open: bool
    opened: datetime | None
    opening: datetime | None = None


#: The stretch in which each unit was last found, by its hours: a calendar is worked out at its edges, not for each page.
_stretches: dict[tuple[UUID, str], _Stretch] = {}


def _stretch(unit: Unit, now: datetime) -> _Stretch:
    key = (unit.pk, f"{unit.weekly_hours}{unit.closed_dates}")
    known = _stretches.get(key)
    if known is None or not known.starts <= now < known.ends:
        known = _stretches[key] = _worked_out(unit, now)
    return known


def _worked_out(unit: Unit, now: datetime) -> _Stretch:
    hours, later = unit.hours, now + timedelta(days=1)
    opened = hours.last_opening(now)
    if hours.is_open(now):
        return _Stretch(opened or _ALWAYS, hours.next_closing(now) or later, is_open=True, opened=opened)
    opening = hours.next_opening(now)
    return _Stretch(now, opening or later, is_open=False, opened=opened, opening=opening)


def first_days(opening: datetime) -> Q:
    """Cases that cannot wait until the unit opens."""
    return Q(closed_at__isnull=True) & (
        Q(assessed_at__isnull=True) | Q(guardian_contact_open=True) | Q(review_due_at__lt=opening)
    )


def was_worked_on() -> Q:
    """Open cases that came in at night, or that Socialjouren has worked in, since their unit last took them over."""
    return Q(closed_at__isnull=True, duty_at__isnull=False) & (
        Q(taken_over_at__isnull=True) | Q(duty_at__gt=F("taken_over_at"))
    )


def was_held(opened: datetime) -> Q:
    """Cases that Socialjouren held when the unit opened, that still need it, and that nobody has taken over since.

    What began to be needed after that moment is the day's.
    """
    # The later of the two, or the one that there is: the database has an index on it.
    is_older = LessThan(Greatest("registered_at", "taken_over_at"), Value(opened, DateTimeField()))
    return Q(is_older, closed_at__isnull=True) & (
        Q(assessed_at__isnull=True)
        | Q(guardian_contact_open=True, contact_reopened_at__isnull=True)
        | Q(guardian_contact_open=True, contact_reopened_at__lt=opened)
        | Q(review_due_at__lt=opened)
    )


def at_night(at: Shift) -> Q:
    """The cases of closed units that Socialjouren holds: what cannot wait, and what it is in the middle of."""
    found = Q(pk__in=[])
    for opening, units in _by_moment(at.closed).items():
        found |= Q(unit__in=units) & (first_days(opening) | was_worked_on())
    return found


def from_duty(at: Shift) -> Q:
    """The cases of open units that lie under "Från jouren": Socialjouren's until somebody takes them over."""
    found = Q(pk__in=[])
    for opened, units in _by_moment(at.opened).items():
        found |= Q(unit__in=units) & (was_worked_on() | was_held(opened))
    return found


def _by_moment(units: Mapping[UUID, datetime]) -> dict[datetime, list[UUID]]:
    """Most units keep the same hours: one condition for all of these."""
    found: dict[datetime, list[UUID]] = {}
    for unit_id, moment in units.items():
        found.setdefault(moment, []).append(unit_id)
    return found


def those_from_duty(case_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Which of these cases lie under "Från jouren" at `now`."""
    if not case_ids:
        return set()
    return set(Case.objects.filter(from_duty(shift(now)), pk__in=case_ids).values_list("pk", flat=True))
