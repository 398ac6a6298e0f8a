"""Due dates on every day of twenty years, and on every minute around each change of the clock, against a walk through time.

Nothing of the product's own is used to expect them: real time is walked hour by hour, a zone file says what the clock on
the wall shows, and the days are counted as they come.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from riskzon.localtime import local_midnight_after
from tests.workflows.test_due import off
from workflows.due import Length, due_at, next_local_clock, rolled

STOCKHOLM = ZoneInfo("Europe/Stockholm")
FIRST, LAST = 2020, 2040
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DAYS, MONTHS, WORKING_DAYS = (0, 1, 7, 14, 42), (0, 1, 3, 4, 6, 13), (0, 1, 3, 10)


@dataclass
class Wall:
    """The calendar on the wall, as somebody writes it down who looks at it once an hour for more than twenty years."""

    days: list[date] = field(default_factory=list)
    #: The first moment of each of them, and one more for the end of the last.
    begins: list[datetime] = field(default_factory=list)
    #: When the clock first shows eight, by day.
    eight: dict[date, datetime] = field(default_factory=dict)
    #: The first moments at which the clock is another distance from UTC than before.
    changes: list[datetime] = field(default_factory=list)
    months: dict[tuple[int, int], list[int]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def watch(cls) -> "Wall":
        wall, instant, before = cls(), datetime(FIRST - 1, 12, 31, 23, tzinfo=UTC), None
        while True:
            shown = instant.astimezone(STOCKHOLM)
            if not wall.days or shown.date() != wall.days[-1]:
                if shown.year > LAST + 2:
                    break
                wall.months[shown.year, shown.month].append(len(wall.days))
                wall.days.append(shown.date())
                wall.begins.append(instant)
            if shown.hour == 8:
                wall.eight.setdefault(shown.date(), instant)
            if before is not None and shown.utcoffset() != before:
                wall.changes.append(instant)
            before = shown.utcoffset()
            instant += HOUR
        wall.begins.append(instant)
        return wall

    def last_second(self, place: int) -> datetime:
        return self.begins[place + 1] - SECOND

    def months_later(self, place: int, months: int) -> int:
        """The same number in a later month, or the last day of a month that has no such number."""
        year, month = self.days[place].year, self.days[place].month
        for _turn in range(months):
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        days = self.months[year, month]
        return days[min(self.days[place].day, len(days)) - 1]

    def working_days_later(self, place: int, days: int) -> int:
        while days:
            place += 1
            days -= not off(self.days[place])
        return place

    def expected(self, place: int) -> Iterator[tuple[Length, int, datetime]]:
        """What is due when, for whatever starts on this day; elapsed hours ask for no calendar."""
        for amount in DAYS:
            yield Length.DAYS, amount, self.last_second(place + amount)
        for amount in MONTHS:
            yield Length.MONTHS, amount, self.last_second(self.months_later(place, amount))
        for amount in WORKING_DAYS:
            yield Length.WORKING_DAYS, amount, self.last_second(self.working_days_later(place, amount))


@pytest.fixture(scope="module")
def wall() -> Wall:
    return Wall.watch()


def of_twenty_years(wall: Wall) -> Iterator[int]:
    return (place for place, day in enumerate(wall.days) if day.year <= LAST)


def test_the_walk_has_seen_every_day_and_every_change_of_the_clock(wall: Wall) -> None:
    assert all(later - earlier == DAY for earlier, later in pairwise(wall.days))
    lengths = [end - begin for begin, end in pairwise(wall.begins)]
    years = LAST + 2 - FIRST + 1
    assert (lengths.count(23 * HOUR), lengths.count(25 * HOUR)) == (years, years)
    assert len(wall.changes) == 2 * years


def test_every_day_of_twenty_years(wall: Wall) -> None:
    for place in of_twenty_years(wall):
        begins, last = wall.begins[place], wall.last_second(place)
        for length, amount, due in wall.expected(place):
            for start in (begins, begins + 11 * HOUR + 17 * MINUTE, last, last + timedelta(microseconds=999_999)):
                assert due_at(start, length, amount) == due, (start, length, amount)


def test_every_minute_of_the_days_around_each_change_of_the_clock(wall: Wall) -> None:
    place = 0
    for change in (moment for moment in wall.changes if moment.year <= LAST):
        start = change - 26 * HOUR
        while wall.begins[place + 1] <= start:
            place += 1
        around = {near: list(wall.expected(near)) for near in range(place, place + 4)}
        while start < change + 26 * HOUR:
            while wall.begins[place + 1] <= start:
                place += 1
            assert start.astimezone(STOCKHOLM).date() == wall.days[place]
            # As seconds since 1970, which know no summer time.
            assert due_at(start, Length.HOURS, 24).timestamp() - start.timestamp() == 86_400
            # The night's own arithmetic is the same for all lengths: one of each, by turns.
            length, amount, due = around[place][start.minute % len(around[place])]
            assert due_at(start, length, amount) == due, (start, length, amount)
            assert local_midnight_after(start) == wall.begins[place + 1]
            start += MINUTE


def test_86400_seconds_from_any_hour_of_twenty_years_whatever_the_offset_they_are_written_with(wall: Wall) -> None:
    for place in of_twenty_years(wall):
        start = wall.begins[place] + timedelta(minutes=61 * (place % 24))
        limit = start.timestamp() + 86_400
        assert due_at(start, Length.HOURS, 24).timestamp() == limit
        assert due_at(start.astimezone(STOCKHOLM), Length.HOURS, 24).timestamp() == limit


def test_eight_in_the_morning_and_the_next_working_day_of_twenty_years(wall: Wall) -> None:
    for place in of_twenty_years(wall):
        today, tomorrow = wall.days[place], wall.days[place + 1]
        eight = wall.eight[today]
        assert next_local_clock(eight - SECOND) == eight
        assert next_local_clock(eight) == next_local_clock(wall.last_second(place)) == wall.eight[tomorrow]
        working = place
        while off(wall.days[working]):
            working += 1
        assert rolled(today) == wall.days[working]
