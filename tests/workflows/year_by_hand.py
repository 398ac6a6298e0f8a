"""Who is told of what in any hour of a year, worked out from the contract alone, with nothing of the product's own.

The ladders are those of `ladder_by_hand`; here the people behind them change with the hour: a roster of shifts by the wall
clock, people who are away, and a case that somebody takes, reaches a guardian in, or decides to wait in.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from tests.workflows.ladder_by_hand import HOUR, STOCKHOLM, Rung, Told, guardian_contact, protective_assessment

#: From July 2026 to June 2027, entered from the almanac.
DAYS_OFF = {
    date(2026, 10, 31),
    *(date(2026, 12, day) for day in (24, 25, 26, 31)),
    date(2027, 1, 1),
    date(2027, 1, 6),
    date(2027, 3, 26),
    date(2027, 3, 28),
    date(2027, 3, 29),
    date(2027, 5, 1),
    date(2027, 5, 6),
    date(2027, 6, 6),
    date(2027, 6, 25),
    date(2027, 6, 26),
}


@dataclass(frozen=True)
class Shift:
    """One person's hours on one weekday (Monday 0), in minutes past local midnight; past 1440 is the next day."""

    username: str
    weekday: int
    begins: int
    ends: int
    is_lead: bool = False

    def covers(self, at: datetime) -> bool:
        """Whether the wall clock at `at` lies in the shift; the hour that comes twice counts both times."""
        wall = at.astimezone(STOCKHOLM)
        minute = wall.hour * 60 + wall.minute
        yesterday = (wall.weekday() - 1) % 7
        today = wall.weekday() == self.weekday and self.begins <= minute < self.ends
        return today or (yesterday == self.weekday and minute + 1440 < self.ends)


@dataclass(frozen=True)
class Away:
    """One person, away from one moment up to another."""

    username: str
    begins: datetime
    ends: datetime

    def holds(self, at: datetime) -> bool:
        return self.begins <= at < self.ends


@dataclass(frozen=True)
class Life:
    """One case of the intake unit and everything that decides who hears of it."""

    registered: datetime
    arrested: datetime
    until: datetime
    roster: tuple[Shift, ...] = ()
    away: tuple[Away, ...] = ()
    supervisor: str = "sara.lindh"
    #: Whose hands the case is in, from which moment on; "" is the queue.
    held: tuple[tuple[datetime, str], ...] = ()
    #: A guardian was reached, or every guardian is under a decided hold.
    contact_ends: datetime | None = None
    assessed: datetime | None = None
    queue: tuple[str, ...] = ("karin.ek", "omar.nyman")
    heads: tuple[str, ...] = ("maria.oberg",)

    def heard(self) -> set[Told]:
        """Everybody who is told, of which rung, at its moment; a rung that finds nobody reaches whom the next one means."""
        contact = guardian_contact(self.registered, self.arrested + 24 * HOUR, self.until)
        protect = protective_assessment(self.registered, self.registered + 24 * HOUR, is_taken=False)
        return set(self._of("guardian_contact", contact, self.contact_ends)) | set(
            self._of("protective_assessment", protect, self.assessed)
        )

    def _of(self, deadline: str, ladder: list[Rung], settled: datetime | None) -> Iterator[Told]:
        ladder = sorted(ladder, key=lambda rung: rung.at)
        past = [rung for rung in ladder if rung.at <= self.registered]
        # What is past already is said in the first message, to everybody whom it would have reached.
        roles = " ".join(rung.roles for rung in past)
        first = self.people(roles, self.registered) or self._first_found(ladder[len(past) - 1 :], self.registered)
        yield from (Told(self.registered, deadline, "registered", name) for name in first)
        for place, rung in enumerate(ladder[len(past) :], len(past)):
            if rung.at > self.until or (settled is not None and settled <= rung.at):
                return
            if rung.step == "+1h-waiting" and self._holder(rung.at):
                continue
            people = self._first_found(ladder[place:], rung.at)
            yield from (Told(rung.at, deadline, rung.step, name) for name in people)

    def _first_found(self, ladder: list[Rung], at: datetime) -> frozenset[str]:
        found = (self.people(rung.roles, at) for rung in ladder[:7])
        return next((people for people in found if people), self._there(self.heads, at) or frozenset(self.heads))

    def people(self, roles: str, at: datetime) -> frozenset[str]:
        """The people behind roles such as "holder lead" at a moment, without those who are away."""
        is_open = unit_is_open(at)
        on_duty = [shift for shift in self.roster if shift.covers(at)]
        supervisor = self._there((self.supervisor,), at)
        holder = self._there((self._holder(at),), at) or self._there(self.queue, at)
        leads = self._there((shift.username for shift in on_duty if shift.is_lead), at)
        means = {
            "holder": holder if is_open else self._there((shift.username for shift in on_duty), at),
            "lead": supervisor if is_open else leads or self._there(self.heads, at),
            "supervisor": supervisor,
            "head": self._there(self.heads, at),
        }
        return frozenset().union(*(means[role] for role in roles.split()))

    def _holder(self, at: datetime) -> str:
        return next((name for moment, name in reversed(self.held) if moment <= at), "")

    def _there(self, names: Iterable[str], at: datetime) -> frozenset[str]:
        gone = {absence.username for absence in self.away if absence.holds(at)}
        return frozenset(name for name in names if name and name not in gone)


def unit_is_open(at: datetime) -> bool:
    """Weekdays from 8 up to 17, local time; not on public holidays and the eves."""
    local = at.astimezone(STOCKHOLM)
    return local.weekday() < 5 and local.date() not in DAYS_OFF and 8 <= local.hour < 17
