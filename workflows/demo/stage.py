"""How does a year pass in a minute? Acts in order of time, the clock stood at each, and what fell due between fired."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from random import Random

from django.db import connection

from riskzon import clock
from riskzon.errors import Refused
from riskzon.hours import OFFICE_WEEK, OpeningHours
from riskzon.localtime import local_date, start_of_local_day
from riskzon.models import User
from workflows.demo.people import People
from workflows.sweep import fire_due

Act = Callable[[], object]
OFFICE = OpeningHours(weekly=OFFICE_WEEK)


@dataclass(repr=False)
class Stage:
    """Everything that is to happen until `end`, in order of time. What lies later never happens."""

    rng: Random
    people: People
    end: datetime
    now: datetime
    refused: Counter[str] = field(default_factory=Counter)
    _coming: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _placed: int = 0

    def at(self, moment: datetime, act: Act) -> None:
        """Let `act` happen at `moment`, but never before now."""
        self._placed += 1
        heappush(self._coming, (max(moment, self.now), self._placed, act))

    def play(self) -> None:
        """Let everything up to the end happen, and every rung of every ladder at its own moment between."""
        clock.stand_still(self.now)
        while self._coming and self._coming[0][0] <= self.end:
            moment, _place, act = heappop(self._coming)
            self._pass_until(moment)
            try:
                act()
            except Refused as refusal:
                # As in life: somebody else was first, or the case has moved on. Counted, so that a test can look.
                self.refused[f"{_name(act)}: {type(refusal).__name__}"] += 1
        self._pass_until(self.end)

    def user(self, name: str) -> User:
        return self.people.users[name]

    def minutes(self, low: float, high: float) -> timedelta:
        return timedelta(seconds=round(self.rng.uniform(low, high) * 60))

    def later(self, low: float, high: float) -> datetime:
        """So many minutes from now, whatever the hour."""
        return self.now + self.minutes(low, high)

    def in_office(self, after: datetime, low: float = 0, high: float = 90) -> datetime:
        """A moment in office hours, some minutes after `after` or after the next opening."""
        moment = after + self.minutes(low, high)
        while not OFFICE.is_open(moment):
            moment = (OFFICE.next_opening(moment) or moment) + self.minutes(5, 150)
        return moment

    def office_days(self, low: int, high: int) -> datetime:
        """A moment in office hours, so many calendar days from now."""
        days = self.rng.randint(low, high)
        if not days:
            return self.in_office(self.now, 10, 240)
        day = local_date(self.now) + timedelta(days=days)
        return self.in_office(start_of_local_day(day) + timedelta(hours=8), 0, 480)

    @property
    def is_office_open(self) -> bool:
        return OFFICE.is_open(self.now)

    def _pass_until(self, moment: datetime) -> None:
        while self._stand_before_next_rung(moment) < moment:
            fire_due(self.now)

    def _stand_before_next_rung(self, moment: datetime) -> datetime:
        """Stand the clock at `moment`, or at the next rung if one comes before it: one statement, as it is done often."""
        with connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE riskzon_productclock
                   SET standing_at = greatest(%(now)s, least(%(moment)s, (
                           SELECT min(next_step_at) FROM workflows_deadline
                            WHERE next_step_at IS NOT NULL AND paused_until IS NULL
                       )))
                RETURNING standing_at
                """,
                {"now": self.now, "moment": moment},
            )
            self.now = cursor.fetchone()[0]
        return self.now


def _name(act: Act) -> str:
    return str(getattr(getattr(act, "func", act), "__name__", "act"))
