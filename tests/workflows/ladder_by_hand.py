"""Who is told when, if nobody acts - worked out from the contract alone, with nothing of the product's own."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
HOUR = timedelta(hours=1)
DAYS_OFF = {date(2026, 12, day) for day in (24, 25, 26, 31)} | {date(2027, 1, 1), date(2027, 1, 6)}


@dataclass(frozen=True)
class Staff:
    """Who there is for a case of the intake unit. An empty name or list: nobody."""

    queue: tuple[str, ...] = ("karin.ek", "omar.nyman")
    assignee: str = ""
    supervisor: str = "sara.lindh"
    on_duty: tuple[str, ...] = ("jour.vakt",)
    duty_lead: str = ""
    heads: tuple[str, ...] = ("maria.oberg",)
    #: Local days on which nobody at all is on duty.
    gaps: tuple[str, ...] = ()
    is_taken: bool = False

    def find(self, roles: str, at: datetime) -> frozenset[str]:
        """The people behind roles such as "holder lead" at a moment."""
        is_open = unit_is_open(at)
        is_gap = str(at.astimezone(STOCKHOLM).date()) in self.gaps
        leads = self.duty_lead and not is_gap
        lead = (self.supervisor,) if is_open else (self.duty_lead,) if leads else self.heads
        holder = () if is_gap else self.on_duty
        if is_open:
            holder = (self.assignee,) if self.assignee else self.queue
        people = {"holder": holder, "lead": lead, "supervisor": (self.supervisor,), "head": self.heads}
        return frozenset(name for role in roles.split() for name in people[role] if name)


@dataclass(frozen=True, order=True)
class Told:
    """One person hears at one moment of one rung."""

    at: datetime
    deadline: str
    step: str
    username: str


@dataclass(frozen=True)
class Rung:
    at: datetime
    step: str
    roles: str


def unit_is_open(at: datetime) -> bool:
    """Weekdays from 8 up to 17, local time; not on public holidays and the three eves."""
    local = at.astimezone(STOCKHOLM)
    return local.weekday() < 5 and local.date() not in DAYS_OFF and 8 <= local.hour < 17


def guardian_contact(registered: datetime, due: datetime, until: datetime) -> list[Rung]:
    """The ladder of the 24 hours; a breach stands one microsecond after its limit."""
    return [
        Rung(registered, "registered", "holder"),
        Rung(due - 12 * HOUR, "-12h", "holder"),
        Rung(due - 4 * HOUR, "-4h", "holder lead"),
        Rung(due - HOUR, "-1h", "holder lead"),
        Rung(due + timedelta(microseconds=1), "breach", "holder lead supervisor"),
        Rung(due + HOUR, "+1h", "holder lead"),
        Rung(due + 4 * HOUR, "+4h", "head"),
        *_mornings(due + 4 * HOUR, until),
    ]


def protective_assessment(registered: datetime, due: datetime, *, is_taken: bool) -> list[Rung]:
    """The ladder of the assessment: the second rung falls away once somebody has the case."""
    return [
        Rung(registered, "registered", "holder"),
        *([] if is_taken else [Rung(registered + HOUR, "+1h-waiting", "holder")]),
        Rung(registered + 4 * HOUR, "+4h-waiting", "holder lead"),
        Rung(due + timedelta(microseconds=1), "breach", "holder lead supervisor"),
    ]


def _mornings(after: datetime, until: datetime) -> Iterator[Rung]:
    day = after.astimezone(STOCKHOLM).date()
    while True:
        at = datetime(day.year, day.month, day.day, 8, tzinfo=STOCKHOLM).astimezone(UTC)
        if at > until:
            return
        if at > after:
            yield Rung(at, f"daily-{day}", "lead supervisor")
        day += timedelta(days=1)


def tell(deadline: str, ladder: list[Rung], staff: Staff) -> set[Told]:
    """Everybody whom a ladder reaches; where a rung finds nobody, the people of the first later rung that finds some."""
    heard = set()
    ladder = sorted(ladder, key=lambda rung: rung.at)
    for place, rung in enumerate(ladder):
        # Nobody has taken a case before it has come in.
        there = replace(staff, assignee="") if rung.step == "registered" else staff
        people = next(
            (found for later in ladder[place:] if (found := there.find(later.roles, rung.at))), frozenset(there.heads)
        )
        heard |= {Told(rung.at, deadline, rung.step, name) for name in people}
    return heard


def without_clock(told: Told) -> Told:
    """What two clocks say at registration is said once: a report has come in."""
    return replace(told, deadline="") if told.step == "registered" else told
