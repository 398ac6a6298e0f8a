"""At which moments somebody is told about one deadline, if nobody acts: pure, no query."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import takewhile
from typing import NamedTuple

from workflows.due import next_local_clock
from workflows.models import Rung

#: A breach fires when `due_at < now`, a reminder when `at <= now`: the breach rung stands one tick after the limit.
TICK = timedelta(microseconds=1)
BREACH = "breach"
#: How the keys end of rungs that are counted from the registration; the second asks whether somebody has the case.
SINCE_START = ("-waiting", "-untaken")
#: The most that one ladder has; of a daily rung only the first is counted.
MOST_RUNGS = 12


class Step(NamedTuple):
    """One rung at its moment (UTC)."""

    at: datetime
    key: str
    recipients: tuple[str, ...]
    condition: str = ""


def steps(rungs: Iterable[Rung], *, created_at: datetime, due_at: datetime) -> Iterator[Step]:
    """Every step in the order it fires; endless where the ladder has a daily rung."""
    fixed, daily = [], []
    for rung in rungs:
        if rung.anchor == Rung.Anchor.DAILY:
            daily.append(rung)
            continue
        base = created_at if rung.anchor == Rung.Anchor.START else due_at
        at = base + timedelta(seconds=rung.offset_seconds) + (TICK if rung.key == BREACH else timedelta(0))
        fixed.append(Step(at, rung.key, tuple(rung.recipients), rung.condition))
    yield from sorted(fixed, key=lambda step: step.at)
    for rung in daily:
        moment = due_at + timedelta(seconds=rung.offset_seconds)
        while True:
            moment = next_local_clock(moment)
            yield Step(moment, f"{rung.key}-{moment:%Y-%m-%d}", tuple(rung.recipients), rung.condition)


def due_steps(all_steps: Iterable[Step], *, since: datetime, now: datetime) -> list[Step]:
    """The steps from `since` (included) up to `now` (included)."""
    return [step for step in takewhile(lambda step: step.at <= now, all_steps) if step.at >= since]


def next_step(all_steps: Iterable[Step], after: datetime) -> datetime | None:
    """The moment of the first step later than `after`; None if none is left."""
    return next((step.at for step in all_steps if step.at > after), None)
