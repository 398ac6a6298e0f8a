"""How often was what must happen done in time, and exactly which cases is each figure made of?

Every count is a condition on deadlines, known by a code: `counts` counts all of them in one statement and `rows` gives
the very rows that one code counts, so that a figure on a page can link to them. Counts are bare; what may leave the
house goes through `workflows.published`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate, TruncWeek

from riskzon.localtime import STOCKHOLM, local_date, start_of_local_day
from riskzon.models import Disposition, Hold, InvestigationEntry, ReportKind
from workflows.contact_clock import NO_GUARDIAN
from workflows.deadlines import overdue
from workflows.models import Breach, Deadline, Kind, State

#: The lines of the 24 hours. Only the first is the guarantee; a clock after a decided hold has a line of its own.
ARREST, LOB, CONCERN, AFTER_HOLD = "arrest", "lob", "concern", "after-hold"
LINES = (ARREST, LOB, CONCERN, AFTER_HOLD)
EXEMPT_CODES = (*Hold.Code.values, NO_GUARDIAN, "EXEMPT_TURNED_18", "EXEMPT_OTHER_MUNICIPALITY")


_VOID = Q(state=State.VOID)


@dataclass(frozen=True)
class Scope:
    """What is counted: clocks that started from `starts` to before `ends`, in these units (None: all), as seen at `now`.

    A case counts for the unit that has it now.
    """

    starts: datetime
    ends: datetime
    now: datetime
    units: tuple[UUID, ...] | None = None

    @classmethod
    def of_days(cls, first: date, last: date, now: datetime, units: Sequence[UUID] | None = None) -> "Scope":
        """Whole local days, both included. ValueError: the last before the first."""
        if last < first:
            raise ValueError("the period ends before it begins")
        ends = start_of_local_day(last + timedelta(days=1))
        return cls(start_of_local_day(first), ends, now, None if units is None else tuple(units))

    @classmethod
    def last_days(cls, days: int, now: datetime, units: Sequence[UUID] | None = None) -> "Scope":
        """Today and the local days before it, `days` in all."""
        today = local_date(now)
        return cls.of_days(today - timedelta(days=days - 1), today, now, units)


@dataclass(frozen=True)
class Ratio:
    """A share before anybody decides how to show it."""

    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        """In whole per cent; 100 and 0 mean all and none. None of nothing."""
        if not self.whole:
            return None
        if 0 < self.part < self.whole:
            return min(max(round(100 * self.part / self.whole), 1), 99)
        return 100 * self.part // self.whole


@dataclass(frozen=True)
class Counts(Mapping[str, int]):
    """The count of every code."""

    of: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, code: str) -> int:
        return self.of[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self.of)

    def __len__(self) -> int:
        return len(self.of)

    def in_time(self, line: str) -> Ratio:
        """Met among what has been decided one way or the other: met, met late, or passed and still not done.

        What is exempt, void or still running is in neither number; it stands beside the share.
        """
        met = self.of[f"{line}-met"]
        return Ratio(met, met + self.of[f"{line}-late"] + self.of[f"{line}-missed"])

    def always_opened(self) -> Ratio:
        """Opened or linked among the cases that have been decided, or should have been (Strategi 5)."""
        kept = self.of["decision-opened"] + self.of["decision-linked"]
        return Ratio(kept, kept + self.of["decision-deviation"] + self.of["decision-missed"])


def counts(scope: Scope, lines: Collection[str] | None = None) -> Counts:
    """Every figure of the scope in one statement; with `lines`, only those of these lines (`LINES`), which is faster."""
    conditions = _conditions(scope.now)
    found = within(scope)
    if lines is not None:
        conditions = {code: which for code, which in conditions.items() if code.startswith(tuple(lines))}
        found = found.filter(kind=Kind.GUARDIAN_CONTACT)
    return Counts(found.aggregate(**{code: Count("pk", filter=which) for code, which in conditions.items()}))


def rows(code: str, scope: Scope) -> QuerySet[Deadline]:
    """Exactly the deadlines that `counts` counts under this code. KeyError: no such code."""
    return within(scope).filter(_conditions(scope.now)[code])


def by_unit(scope: Scope) -> dict[UUID, Counts]:
    """The same figures for each unit that has any."""
    conditions = _conditions(scope.now)
    grouped = within(scope).values("case__unit").order_by("case__unit")
    found = grouped.annotate(**{code: Count("pk", filter=which) for code, which in conditions.items()})
    return {row.pop("case__unit"): Counts(row) for row in found}


@dataclass(frozen=True)
class Week:
    """One week of arrests, by its Monday."""

    monday: date
    met: int
    late: int
    missed: int
    exempt: int

    @property
    def last_day(self) -> date:
        return self.monday + timedelta(days=6)


def weekly(scope: Scope, line: str = ARREST) -> list[Week]:
    """Every week that the scope touches, oldest first, empty ones too; the days outside the scope are not counted."""
    conditions = _conditions(scope.now)
    parts = ("met", "late", "missed", "exempt")
    found = {
        row["week"].date(): {part: row[part] for part in parts}
        for row in within(scope)
        .filter(kind=Kind.GUARDIAN_CONTACT)
        .annotate(week=TruncWeek("starts_at", tzinfo=STOCKHOLM))
        .values("week")
        .order_by("week")
        .annotate(**{part: Count("pk", filter=conditions[f"{line}-{part}"]) for part in parts})
    }
    monday = local_date(scope.starts)
    monday -= timedelta(days=monday.weekday())
    weeks = []
    while start_of_local_day(monday) < min(scope.ends, scope.now):
        weeks.append(Week(monday, **found.get(monday, dict.fromkeys(parts, 0))))
        monday += timedelta(days=7)
    return weeks


def within(scope: Scope) -> QuerySet[Deadline]:
    """Every clock of the scope that counts, with the local days on which it started and was met."""
    # A clock that a corrected time has replaced is not counted; the one that replaced it is.
    found = Deadline.objects.filter(
        starts_at__gte=scope.starts, starts_at__lt=scope.ends, replaced_by__isnull=True
    ).annotate(started_on=TruncDate("starts_at", tzinfo=STOCKHOLM), met_on=TruncDate("met_at", tzinfo=STOCKHOLM))
    return found if scope.units is None else found.filter(case__unit__in=scope.units)


def _conditions(now: datetime) -> dict[str, Q]:
    reports = {ARREST: ReportKind.ARREST, LOB: ReportKind.LOB_CUSTODY, CONCERN: ReportKind.CONCERN}
    contact = Q(kind=Kind.GUARDIAN_CONTACT)
    found: dict[str, Q] = {}
    for line in LINES:
        of_line = contact & (
            Q(after_hold=True) if line == AFTER_HOLD else Q(after_hold=False, case__report__kind=reports[line])
        )
        found |= _outcomes(line, of_line, now)
        recorded_late = of_line & Q(state=State.MET_LATE, met_at__lte=F("due_at"))
        found |= {
            # Reached in time, but written down after the limit: the breach stands, and this stands beside it.
            f"{line}-recorded-late": recorded_late,
            f"{line}-confirmed": recorded_late & Q(passed__cause=Breach.Cause.LATE_REGISTRATION),
            f"{line}-born": of_line & Q(passed__born=True) & ~_VOID,
            f"{line}-corrected": of_line & Q(replaces__isnull=False) & ~_VOID,
            # In time by the right time, too late by the one that held: the breach stands, and this stands beside it.
            f"{line}-corrected-in-time": of_line & Q(state=State.MET, breach_stands=True),
        }
    for code in EXEMPT_CODES:
        found[f"exempt-{code}"] = contact & Q(state=State.EXEMPT, exempt_code=code, breach_stands=False)
    assessment = Q(kind=Kind.PROTECTIVE_ASSESSMENT)
    found |= _outcomes("assessment", assessment, now)
    found["assessment-same-day"] = assessment & Q(state=State.MET, met_on=F("started_on"))
    found |= _outcomes("feedback", Q(kind=Kind.REPORTER_FEEDBACK), now)
    found |= _outcomes("investigation", Q(kind=Kind.INVESTIGATION), now)
    # The extension that holds: one that was refused has given the limit back.
    given = InvestigationEntry.objects.filter(investigation=OuterRef("investigation"), until=OuterRef("due_at"))
    found["investigation-extended"] = Q(Exists(given), kind=Kind.INVESTIGATION) & ~_VOID
    found |= _outcomes("hold-review", Q(kind=Kind.HOLD_REVIEW), now)
    found |= _outcomes("breach-review", Q(kind=Kind.BREACH_REVIEW), now)
    decision = Q(kind=Kind.OPEN_INVESTIGATION)
    found |= {f"decision-{answer}": decision & Q(case__disposition=answer) for answer in Disposition.values}
    undecided = decision & Q(case__disposition="")
    found["decision-missed"] = undecided & _passed(now)
    found["decision-running"] = undecided & Q(state=State.RUNNING, due_at__gte=now)
    found["decision-late"] = decision & Q(state=State.MET_LATE)
    return found


def _outcomes(name: str, which: Q, now: datetime) -> dict[str, Q]:
    """A corrected time moves an outcome out of what is in time, never into it: a breach before it still counts."""
    stands = Q(breach_stands=True)
    running = Q(state=State.RUNNING, due_at__gte=now)
    return {
        f"{name}-met": which & Q(state=State.MET, breach_stands=False),
        f"{name}-late": which & (Q(state=State.MET_LATE) | Q(state=State.MET, breach_stands=True)),
        f"{name}-missed": which & (_passed(now) | (stands & (running | Q(state=State.EXEMPT)))),
        f"{name}-running": which & running & ~stands,
        f"{name}-exempt": which & Q(state=State.EXEMPT) & ~stands,
        # A breach is never removed: that of a case registered in error stands on a line of its own.
        f"{name}-void": which & _VOID & Q(fired_at__isnull=False),
    }


def _passed(now: datetime) -> Q:
    """Passed and never done; a limit that has just passed counts although nothing has fired yet."""
    return Q(state=State.BREACHED) | (Q(state=State.RUNNING) & overdue(now))
