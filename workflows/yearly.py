"""What does a year do to the limits: closed days, clock changes, months without the day, and children born on 29 February?"""

from calendar import Calendar, isleap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import get_language

from riskzon.identity import birthday_on
from riskzon.localtime import FIRST_YEAR, LAST_YEAR, STOCKHOLM, at_local_minute, local_date, start_of_local_day
from riskzon.models import Unit
from riskzon.models.people import UnitKind
from riskzon.workdays import is_working_day, names_of_days_off
from workflows.due import Length, due_at, hours_after, rolled
from workflows.lawful import COUNTED, TRACKS, Track
from workflows.models import DeadlineRule
from workflows.rules import Rulebook

#: A year on each side is needed to count into.
YEARS = range(FIRST_YEAR + 1, LAST_YEAR)
#: 22.40, in minutes past midnight.
_EVENING = 22 * 60 + 40
#: The ages at which a child is a party of its own (SoL 10:5, LVU 36 §), and at which custody ends (FB 6:2).
AGES = (15, 18)


@dataclass(frozen=True)
class Day:
    """One day of a month's grid. `name` of a public holiday or one of the three eves; `units` that are closed beside that."""

    day: date
    is_in_month: bool
    is_working: bool
    name: str = ""
    units: Sequence[str] = ()
    #: 23 or 25 where the clock is moved, else 24.
    hours: int = 24

    @property
    def is_told(self) -> bool:
        return self.is_in_month and bool(self.name or self.units or self.hours != 24)


@dataclass(frozen=True)
class Month:
    first: date
    weeks: Sequence[Sequence[Day]]

    @property
    def told(self) -> list[Day]:
        """The days that something is to be said of."""
        return [day for week in self.weeks for day in week if day.is_told]


@dataclass(frozen=True)
class Example:
    """One clock that starts at the chosen moment.

    `in_practice`: the next working day where the limit falls on a closed one. It is shown and never used: the limit stands
    (`workflows.due`). `moved`: by how many hours the wall clock differs, since it is changed on the way: -1 in autumn.
    """

    track: Track
    rule: DeadlineRule
    due_at: datetime
    in_practice: date | None
    moved: int


@dataclass(frozen=True)
class ShortMonth:
    """Start days whose number the month of the limit does not have: all of them end on its last day."""

    track: Track
    first: date
    last: date
    due: date


@dataclass(frozen=True)
class ClockNight:
    """24 hours that begin on the evening before the clock is moved; the day in which it is has `hours`."""

    start: datetime
    due: datetime
    hours: int


@dataclass(frozen=True)
class LeapBirth:
    born: date
    age: int
    on: date


def months(year: int) -> list[Month]:
    names, closed = names_of_days_off(year, get_language() or "sv"), _closed(year)
    grid = Calendar()
    return [
        Month(
            date(year, month, 1),
            [
                [_day(day, day.month == month, names, closed) for day in week]
                for week in grid.monthdatescalendar(year, month)
            ],
        )
        for month in range(1, 13)
    ]


def examples(start: datetime, book: Rulebook, at: datetime) -> list[Example]:
    """The limit of every rule that holds at `at`, for a clock that starts at `start`."""
    return list(_examples(start, book, at))


def short_months(year: int, book: Rulebook, now: datetime) -> list[ShortMonth]:
    """Where a limit counted in months falls on the last day of a month that lacks the day."""
    found: list[ShortMonth] = []
    for track in TRACKS:
        rule = book.rule(track.kind, track.report_kind, now)
        if rule is None or rule.length != Length.MONTHS:
            continue
        for day in _days(year):
            due = local_date(due_at(start_of_local_day(day), Length.MONTHS, rule.amount))
            if due.day == day.day:
                continue
            if found and found[-1].due == due:
                found[-1] = ShortMonth(track, found[-1].first, day, due)
            else:
                found.append(ShortMonth(track, day, day, due))
    return found


def clock_nights(year: int) -> list[ClockNight]:
    """The two nights of the year in which the clock is moved, and what 24 hours come to over each."""
    found = []
    for day in _days(year):
        if (hours := hours_of(day)) != 24:
            start = at_local_minute(day - timedelta(days=1), _EVENING)
            found.append(ClockNight(start, hours_after(start, 24), hours))
    return found


def leap_births(year: int) -> list[LeapBirth]:
    """Children born on 29 February who reach an age in `year`, and on which day."""
    return [
        LeapBirth(born, age, birthday_on(born, age))
        for age in AGES
        if isleap(year - age)
        for born in [date(year - age, 2, 29)]
    ]


def _examples(start: datetime, book: Rulebook, at: datetime) -> Iterator[Example]:
    for track in TRACKS:
        rule = book.rule(track.kind, track.report_kind, at)
        if rule is None or rule.length not in COUNTED:
            continue
        due = due_at(start, Length(rule.length), rule.amount)
        day = local_date(due)
        is_day = rule.length != Length.HOURS
        yield Example(
            track=track,
            rule=rule,
            due_at=due,
            in_practice=rolled(day) if is_day and not is_working_day(day) else None,
            moved=0 if is_day else _moved(start, due),
        )


def _moved(start: datetime, due: datetime) -> int:
    ends = [at.astimezone(STOCKHOLM).utcoffset() or timedelta(0) for at in (start, due)]
    return int((ends[1] - ends[0]) / timedelta(hours=1))


def hours_of(day: date) -> int:
    """How many hours the local day has: 23, 24 or 25."""
    return (start_of_local_day(day + timedelta(days=1)) - start_of_local_day(day)) // timedelta(hours=1)


def _day(day: date, is_in_month: bool, names: dict[date, str], closed: dict[date, list[str]]) -> Day:
    return Day(day, is_in_month, is_working_day(day), names.get(day, ""), closed.get(day, ()), hours_of(day))


def _closed(year: int) -> dict[date, list[str]]:
    """The days on which units are closed although it is a day on which they would be open, by name."""
    found: dict[date, list[str]] = {}
    for unit in Unit.objects.filter(kind__in=(UnitKind.INTAKE, UnitKind.INVESTIGATION)):
        for day in unit.hours.closed_dates:
            if day.year == year and is_working_day(day):
                found.setdefault(day, []).append(unit.name)
    return found


def _days(year: int) -> Iterable[date]:
    first = date(year, 1, 1)
    return (first + timedelta(days=ahead) for ahead in range((date(year + 1, 1, 1) - first).days))
