"""How long did things take, and how many came in: the figures that are not counts of deadlines.

Bare values, as `workflows.statistics`; what may leave the house goes through `workflows.published`.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from django.db.models import Count, QuerySet

from riskzon.identity import age_on
from riskzon.localtime import local_date
from riskzon.models import Disposition, Precision, ReportKind
from riskzon.workdays import working_day_from
from workflows.models import Deadline, Kind
from workflows.statistics import ARREST, Scope, rows, within

#: Police notice later than this after the arrest is flagged.
SLOW_NOTICE = timedelta(hours=6)
AGE_BANDS = {"0-5": range(6), "6-11": range(6, 12), "12-14": range(12, 15), "15-17": range(15, 18)}
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Delays:
    """Every single duration: minutes, but days for the decision. Nothing in it says whose it is."""

    arrest_to_contact: tuple[float, ...]
    notice_to_contact: tuple[float, ...]
    arrest_to_notice: tuple[float, ...]
    notice_to_opening: tuple[int, ...]
    opened_next_working_day: int

    @property
    def slow_notices(self) -> int:
        return sum(minutes > SLOW_NOTICE.total_seconds() / 60 for minutes in self.arrest_to_notice)


@dataclass(frozen=True)
class Volumes:
    """How much came in: reports and children, and reports by what they were."""

    reports: int
    children: int
    children_by_reports: dict[str, int]
    reports_by_month_and_kind: dict[tuple[str, str], int]
    reports_by_reporter: dict[str, int]
    children_by_age: dict[str, int]


def delays(scope: Scope) -> Delays:
    """The durations of arrests (K2, K3) and of every decision to open (K6) in the scope."""
    contacts = [
        row
        for outcome in ("met", "late")
        for row in rows(f"{ARREST}-{outcome}", scope).values_list("starts_at", "case__report__notified_at", "met_at")
    ]
    notices = (
        _cases(scope)
        .filter(case__report__kind=ReportKind.ARREST, case__report__occurred_at__isnull=False)
        .exclude(case__report__occurred_at_precision=Precision.UNKNOWN)
        .values_list("case__report__occurred_at", "case__report__notified_at", "case__report")
        .distinct()
    )
    openings = [
        (local_date(notified), local_date(decided))
        for notified, decided in _cases(scope)
        .filter(case__disposition=Disposition.OPENED)
        .values_list("case__report__notified_at", "case__disposed_at")
    ]
    return Delays(
        arrest_to_contact=tuple(_minutes(starts, met) for starts, _notified, met in contacts),
        notice_to_contact=tuple(_minutes(notified, met) for _starts, notified, met in contacts),
        arrest_to_notice=tuple(_minutes(occurred, notified) for occurred, notified, _report in notices),
        notice_to_opening=tuple((decided - notified).days for notified, decided in openings),
        opened_next_working_day=sum(decided <= _next_working_day(notified) for notified, decided in openings),
    )


def volumes(scope: Scope) -> Volumes:
    """Reports and children whose cases fall in the scope (K8, K9)."""
    cases = _cases(scope)
    by_child = Counter(_band(count) for count in _per_child(cases))
    reports = list(
        cases.values_list(
            "case__report", "case__report__notified_at", "case__report__kind", "case__report__reporter_type"
        ).distinct()
    )
    ages = Counter(_ages(cases))
    return Volumes(
        reports=len(reports),
        children=sum(by_child.values()),
        children_by_reports={band: by_child[band] for band in ("1", "2", "3-4", "5+")},
        reports_by_month_and_kind=dict(
            Counter((f"{local_date(notified):%Y-%m}", kind) for _report, notified, kind, _reporter in reports)
        ),
        reports_by_reporter=dict(Counter(reporter or UNKNOWN for _report, _at, _kind, reporter in reports)),
        children_by_age={band: ages[band] for band in (*AGE_BANDS, UNKNOWN)},
    )


def middle(values: Iterable[float]) -> float | None:
    """The median; None of nothing."""
    found = list(values)
    return median(found) if found else None


def _cases(scope: Scope) -> QuerySet[Deadline]:
    """One row for each case, since each has one question of an investigation; by when the report reached us."""
    return within(scope).filter(kind=Kind.OPEN_INVESTIGATION)


def _per_child(cases: QuerySet[Deadline]) -> Iterable[int]:
    # What was registered in error is no report about the child.
    cases = cases.exclude(case__disposition=Disposition.VOID)
    grouped = cases.values("case__child").order_by("case__child").annotate(reports=Count("case__report", distinct=True))
    return (row["reports"] for row in grouped)


def _ages(cases: QuerySet[Deadline]) -> Iterable[str]:
    """Each child once, in the age it had at its first report of the scope."""
    first: dict[object, str] = {}
    of_children = cases.exclude(case__disposition=Disposition.VOID)
    for child, born, notified in of_children.order_by("starts_at").values_list(
        "case__child", "case__child__birth_date", "case__report__notified_at"
    ):
        first.setdefault(child, _age_band(born, local_date(notified)))
    return first.values()


def _age_band(born: date | None, on: date) -> str:
    if born is None:
        return UNKNOWN
    age = age_on(born, on)
    return next((band for band, ages in AGE_BANDS.items() if age in ages), UNKNOWN)


def _band(reports: int) -> str:
    return "5+" if reports >= 5 else "3-4" if reports >= 3 else str(reports)


def _next_working_day(day: date) -> date:
    return working_day_from(day + timedelta(days=1))


def _minutes(since: datetime, until: datetime) -> float:
    return (until - since).total_seconds() / 60
