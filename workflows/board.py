"""How does it stand in the units that one person oversees, and which rows is each figure made of?

A supervisor oversees the own units' cases that the policy shows; the head of department all units, without any case's
content. Each figure is one set of rows: the number on the board is their count, and its link shows these rows.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.cache import cache
from django.db import connection
from django.db.models import Case as SqlCase
from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet, Sum, When
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull
from django.utils.functional import cached_property

from riskzon import access, wall
from riskzon.doors import Look
from riskzon.errors import Unseen
from riskzon.matrix import PLACES, Place
from riskzon.models import Case, CaseBlock, EndProposal, Hold, ReportKind, ReportSeries, Role, Unit, User
from riskzon.models.people import UnitKind
from riskzon.timewords import SOON
from workflows import statistics
from workflows.accounting import account
from workflows.deadlines import OUTSTANDING, overdue
from workflows.ends import WAITING
from workflows.measures import SLOW_NOTICE
from workflows.models import Breach, Deadline, Kind
from workflows.statistics import LINES, Counts, Scope

OVERSEERS = PLACES[Place.BOARD]
#: A hold whose review is nearer than this is on the board.
REVIEW_WITHIN = timedelta(hours=24)
PERIOD_DAYS = 30
#: Registered later than this after the event is flagged.
LATE_REGISTRATION = timedelta(hours=24)
CUSTODIES = (ReportKind.ARREST, ReportKind.LOB_CUSTODY)
#: How old the accounting figure on the board may be. One that took longer than ACCOUNT_CHEAP seconds is kept for so many
#: times as long, and at most so many seconds.
ACCOUNT_SECONDS, ACCOUNT_CHEAP, ACCOUNT_SHARE, ACCOUNT_KEPT = 10, 0.1, 50, 600
WEEKS = 12
#: What the share is made of; what is no part of it; and what explains some of those who were not reached in time.
DECIDED = ("met", "late", "missed")
OUTSIDE = ("running", "exempt", "void")
EXPLAINED = ("recorded-late", "corrected-in-time", "born", "corrected")
BESIDE = (*OUTSIDE, *EXPLAINED)


@dataclass(frozen=True)
class Overseen:
    """What one person oversees at one moment. `unit`: the board is narrowed to it; `has_blocks`: something is hidden."""

    user: User
    now: datetime
    units: tuple[Unit, ...]
    unit: Unit | None
    cases: QuerySet[Case]
    has_blocks: bool

    @property
    def is_head(self) -> bool:
        return self.user.role == Role.HEAD

    @property
    def unit_ids(self) -> tuple[UUID, ...]:
        return (self.unit.pk,) if self.unit else tuple(unit.pk for unit in self.units)

    @cached_property
    def period(self) -> Scope:
        """The last 30 days."""
        return Scope.last_days(PERIOD_DAYS, self.now, self.unit_ids)

    @cached_property
    def weeks(self) -> Scope:
        """The last twelve weeks, the present one among them."""
        return Scope.last_days(7 * (WEEKS - 1) + 1, self.now, self.unit_ids)

    def week(self, monday: date) -> Scope:
        return Scope.of_days(monday, monday + timedelta(days=6), self.now, self.unit_ids)


def oversee(door: Look, unit: str = "") -> Overseen:
    """What this person oversees, narrowed to one unit by its slug. Unseen: the person oversees nothing, or not that."""
    user = door.user
    if user.role not in OVERSEERS:
        raise Unseen
    units = _units(user)
    chosen = next((one for one in units if one.slug == unit), None)
    if unit and chosen is None:
        raise Unseen
    blocked = CaseBlock.objects.filter(user=user, ended_at__isnull=True)
    if user.role == Role.HEAD:
        cases = Case.objects.exclude(child__in=blocked.values("child"))
    else:
        cases = access.visible_cases(user, door.now, down_to=access.Ground.UNIT)
    within = [chosen.pk] if chosen else [one.pk for one in units]
    return Overseen(user, door.now, units, chosen, cases.filter(unit__in=within), blocked.exists())


def overdue_now(seen: Overseen) -> QuerySet[Deadline]:
    """Limits that have passed with the thing still undone; reviews of breaches have a list of their own."""
    return _outstanding(seen).filter(overdue(seen.now))


def due_soon(seen: Overseen) -> QuerySet[Deadline]:
    """Limits within the next four hours."""
    return _outstanding(seen).filter(due_at__gte=seen.now, due_at__lte=seen.now + SOON)


def unassigned(seen: Overseen) -> QuerySet[Case]:
    """Open cases that nobody has, the one that has waited longest first."""
    return seen.cases.filter(closed_at__isnull=True, assignee__isnull=True).order_by("registered_at", "pk")


def late_registered(seen: Overseen) -> QuerySet[Case]:
    """Cases of the last 30 days whose report was registered more than 24 hours after the event, the newest first.

    The event of a concern may lie long back: there, and where its time is unknown, it is counted from the notice.
    """
    event = SqlCase(
        When(Q(report__kind__in=CUSTODIES), then=Coalesce(F("report__occurred_at"), F("report__notified_at"))),
        default=F("report__notified_at"),
    )
    return _later_than(seen, LATE_REGISTRATION, F("report__registered_at") - event)


def late_notice(seen: Overseen) -> QuerySet[Case]:
    """Cases of the last 30 days of which we were told more than six hours after the arrest or the custody."""
    lag = F("report__notified_at") - F("report__occurred_at")
    return _later_than(seen, SLOW_NOTICE, lag).filter(report__kind__in=CUSTODIES)


def _later_than(seen: Overseen, most: timedelta, lag: CombinedExpression) -> QuerySet[Case]:
    """Those registered in the period, the newest first. Said as a length of time, which the database has an index on."""
    within = {"report__registered_at__gte": seen.period.starts, "report__registered_at__lt": seen.period.ends}
    found = seen.cases.alias(lag=ExpressionWrapper(lag, DurationField())).filter(lag__gt=most, **within)
    return found.order_by("-report__registered_at", "pk")


def holds(seen: Overseen) -> QuerySet[Hold]:
    """Holds that want a supervisor: asked for and undecided, decided alone at night, or soon to be reviewed."""
    return wanted_holds(seen.cases, seen.now).order_by("until", "pk")


def wanted_holds(cases: QuerySet[Case], now: datetime) -> QuerySet[Hold]:
    """The holds of these cases on which somebody must take a stand at `now`."""
    wanted = Q(provisional=True) | Q(needs_confirmation=True, confirmed_at__isnull=True)
    return Hold.objects.filter(
        wanted | Q(until__lte=now + REVIEW_WITHIN), case__in=cases.values("pk"), ended_at__isnull=True
    )


def ends(seen: Overseen) -> QuerySet[EndProposal]:
    """Ends that wait for their second party, the one that has waited longest first."""
    return EndProposal.objects.filter(WAITING, case__in=seen.cases.values("pk")).order_by("proposed_at", "pk")


def to_review(seen: Overseen) -> QuerySet[Breach]:
    """Breaches that nobody has explained, then those whose thing is still undone; the newest first."""
    open_ones = Q(reviewed_at__isnull=True) | Q(deadline__settled_at__isnull=True)
    return (
        Breach.objects.filter(open_ones, case__in=seen.cases.values("pk"))
        .exclude(kind=Kind.BREACH_REVIEW)
        .order_by(IsNull(F("reviewed_at"), False), "-fired_at", "-pk")
    )


def one_breach(seen: Overseen, breach_id: UUID) -> Breach:
    """One breach of what this person oversees; Unseen otherwise."""
    breach = (
        Breach.objects.filter(pk=breach_id, case__in=seen.cases.values("pk"))
        .select_related("case__report", "case__child", "deadline", "unit", "duty_unit", "reviewed_by")
        .first()
    )
    if breach is None:
        raise Unseen
    return breach


def in_time_counts(seen: Overseen, scope: Scope) -> Mapping[str, int]:
    """The 24 hours of each line, by code of `workflows.statistics`; of what this person may see."""
    if not seen.has_blocks:
        return statistics.counts(scope, LINES)
    codes = [f"{line}-{part}" for line in LINES for part in (*DECIDED, *BESIDE)]
    return Counts({code: _visible(seen, statistics.rows(code, scope)).count() for code in codes})


def in_time_rows(seen: Overseen, line: str, part: str, scope: Scope) -> QuerySet[Deadline]:
    """The rows that one of those figures counts; `decided` is everything that the share is made of. Unseen: no such."""
    if line not in LINES or part not in ("decided", *DECIDED, *BESIDE):
        raise Unseen
    parts = DECIDED if part == "decided" else (part,)
    found = statistics.rows(f"{line}-{parts[0]}", scope)
    for other in parts[1:]:
        found = found | statistics.rows(f"{line}-{other}", scope)
    return _visible(seen, found).order_by("-starts_at", "pk")


def weekly(seen: Overseen) -> list[statistics.Week]:
    """Arrests by week; of what this person may see."""
    if not seen.has_blocks:
        return statistics.weekly(seen.weeks)
    weeks = statistics.weekly(seen.weeks)
    shown = {
        part: list(_visible(seen, statistics.rows(f"arrest-{part}", seen.weeks)).values_list("starts_at", flat=True))
        for part in (*DECIDED, "exempt")
    }
    return [
        statistics.Week(
            week.monday,
            **{part: sum(_starts_in(seen.week(week.monday), at) for at in moments) for part, moments in shown.items()},
        )
        for week in weeks
    ]


@dataclass(frozen=True)
class AccountFigure:
    """How many reports were registered, and how many of them are accounted for."""

    registered: int
    accounted: int

    @property
    def is_whole(self) -> bool:
        return self.registered == self.accounted


def account_figure(now: datetime) -> AccountFigure:
    """The accounting figure; gone through anew when a report has come in, when the clock has moved, and each ten seconds.

    The whole register is read for it, which takes a second with a hundred thousand cases: then it may be fifty times as
    old as it took long, so that no more than a fiftieth of a process goes into it.
    """
    given = ReportSeries.objects.aggregate(sum=Sum("last"))["sum"]
    key, state = f"account:{connection.settings_dict['NAME']}", (given, f"{now:%Y-%m-%dT%H:%M}")
    begun = time.monotonic()
    counted, soonest, figure = cache.get(key, (None, 0, None))
    if figure is not None and begun < soonest + (ACCOUNT_SECONDS if counted == state else 0):
        return figure
    figure = _count_account(now)
    took = time.monotonic() - begun
    soonest = begun + (ACCOUNT_SHARE * took if took > ACCOUNT_CHEAP else 0)
    cache.set(key, (state, soonest, figure), ACCOUNT_KEPT)
    return figure


def _count_account(now: datetime) -> AccountFigure:
    # Of the whole register, whoever's board it stands on.
    with wall.beyond():
        found = account(now)
    return AccountFigure(found.registered, found.accounted)


def _units(user: User) -> tuple[Unit, ...]:
    held = Unit.objects.filter(kind__in=[UnitKind.INTAKE, UnitKind.INVESTIGATION])
    if user.role == Role.SUPERVISOR:
        held = held.filter(pk__in=access.units_of(user))
    return tuple(held.order_by("name"))


def _outstanding(seen: Overseen) -> QuerySet[Deadline]:
    return (
        Deadline.objects.filter(OUTSTANDING, case__in=seen.cases.values("pk"))
        .exclude(kind=Kind.BREACH_REVIEW)
        .order_by("due_at", "pk")
    )


def _visible(seen: Overseen, found: QuerySet[Deadline]) -> QuerySet[Deadline]:
    return found.filter(case__in=seen.cases.values("pk"))


def _starts_in(scope: Scope, at: datetime) -> bool:
    return scope.starts <= at < scope.ends
