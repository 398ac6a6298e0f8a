"""Which instants does a shift between two local clock times cover, and what is left when stretches are taken away?

A shift lasts from the first occurrence of its start to the last occurrence of its end. In the autumn hour that comes
twice, that is the longer reading; where another shift begins as this one ends, the first of the two is the hand-over, so
that there is neither gap nor overlap. A time in the spring hour that does not exist is the moment the clock was moved.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from riskzon.hours import OpeningHours
from riskzon.localtime import STOCKHOLM, at_local_minute, is_ambiguous, local_date

#: From an instant up to, but not at, another; both UTC.
Stretch = tuple[datetime, datetime]

ONE_DAY = timedelta(days=1)


def end_day(day: date, starts: int, ends: int) -> date:
    """The local day on which a shift ends: the next one if it ends as early as it starts, or earlier."""
    return day if ends > starts else day + ONE_DAY


def span(day: date, starts: int, ends: int, *, is_handed_over: bool = False) -> Stretch:
    """The stretch of a shift that begins on a local day, in minutes past midnight; empty in a skipped hour.

    `is_handed_over`: another shift begins at its end.
    """
    closing = end_day(day, starts, ends)
    ended = at_local_minute(closing, ends)
    wall = datetime.combine(closing, time(ends // 60, ends % 60))
    if is_ambiguous(wall) and not is_handed_over:
        ended = wall.replace(tzinfo=STOCKHOLM, fold=1).astimezone(UTC)
    return at_local_minute(day, starts), ended


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same instants as stretches in order and apart; empty ones fall away."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def without(stretches: Iterable[Stretch], taken: Iterable[Stretch]) -> list[Stretch]:
    """What is left of the stretches, joined, when others are taken away."""
    left = joined(stretches)
    for start, end in joined(taken):
        left = [
            part
            for begins, ends in left
            for part in ((begins, min(ends, start)), (max(begins, end), ends))
            if part[0] < part[1]
        ]
    return left


def closed(units: Sequence[OpeningHours], start: datetime, end: datetime) -> list[Stretch]:
    """The stretches between two instants in which at least one of the units is closed."""
    days = (local_date(end) - local_date(start)).days + 1
    found: list[Stretch] = []
    for hours in units:
        open_now = [
            (at_local_minute(day, opens), at_local_minute(day, closes))
            for day in (local_date(start) + timedelta(days=ahead) for ahead in range(days))
            for opens, closes in hours.intervals_on(day)
        ]
        found += without([(start, end)], open_now)
    return joined(found)
