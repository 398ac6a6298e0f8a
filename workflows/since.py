"""What has happened in the units that one person oversees since they last closed? The supervisor's Monday morning."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import Count, Model, Q, QuerySet

from riskzon.models import Case, Hold, Investigation, TimeCorrection
from workflows.board import Overseen
from workflows.models import Breach, Kind

Row = TypeVar("Row", bound=Model)

#: Of each kind so many are shown: more than anybody reads over a cup of coffee, and the page says how many are left out.
MOST = 100
#: The other spans that can be chosen, by their name in the address.
SPANS = {"day": timedelta(days=1), "week": timedelta(days=7)}


@dataclass(frozen=True)
class Some(Generic[Row]):
    """Rows of one kind, at most MOST of them; `count` is how many there are."""

    rows: Sequence[Row]
    count: int

    @property
    def left_out(self) -> int:
        return self.count - len(self.rows)


@dataclass(frozen=True)
class News:
    """Everything since `starts` (UTC). For the head of department only `breaches` and `kinds` are filled."""

    starts: datetime
    breaches: Some[Breach]
    #: How many cases came in of each report kind.
    kinds: Counter[str]
    arrived: Some[Case]
    waiting: Some[Case]
    holds: Some[Hold]
    ended: Some[Case]
    corrections: Some[TimeCorrection]
    #: The cases in sight of the reports whose corrected times are shown: those times are theirs.
    corrected: Sequence[UUID] = ()


def begins(seen: Overseen, span: str = "") -> datetime:
    """When the units last closed, the earliest of them, up to now; or the chosen span back. Never closed: a day back."""
    if span in SPANS:
        return seen.now - SPANS[span]
    # Most units keep the same hours, and a calendar is long.
    hours = {repr(unit.hours): unit.hours for unit in seen.units}.values()
    closings = [at for one in hours if (at := one.last_closing(seen.now)) is not None]
    return min(closings, default=seen.now - SPANS["day"])


def read(seen: Overseen, starts: datetime) -> News:
    """What has happened since `starts`, in a constant number of statements."""
    arrived = seen.cases.filter(registered_at__gte=starts)
    breaches = (
        Breach.objects.filter(fired_at__gte=starts, case__in=seen.cases.values("pk"))
        .exclude(kind=Kind.BREACH_REVIEW)
        .select_related("case__report", "deadline", "duty_unit")
        .order_by("-fired_at", "-pk")
    )
    if seen.is_head:
        return News(starts, _some(breaches), _kinds(arrived), *(Some([], 0) for _unread in range(5)))
    in_sight = seen.cases.values("pk")
    corrections = _some(
        TimeCorrection.objects.filter(at__gte=starts, report__cases__in=in_sight)
        .select_related("report", "by")
        .distinct()
        .order_by("-at", "pk")
    )
    corrected = seen.cases.filter(report__in=[row.report_id for row in corrections.rows])
    return News(
        starts=starts,
        breaches=_some(breaches),
        kinds=_kinds(arrived),
        arrived=_some_cases(seen, arrived.order_by("-registered_at", "pk")),
        waiting=_some_cases(seen, _still_waiting(seen, starts).order_by("next_due_at", "pk")),
        holds=_some(_holds(starts).filter(case__in=in_sight).order_by("decided_at", "pk")),
        ended=_some_cases(seen, _ended(seen, starts).order_by("-investigation__closed_at", "pk")),
        corrections=corrections,
        corrected=list(corrected.order_by("pk").values_list("pk", flat=True)),
    )


def _kinds(arrived: QuerySet[Case]) -> Counter[str]:
    counted = arrived.order_by().values_list("report__kind").annotate(number=Count("pk"))
    return Counter(dict(counted))


def _still_waiting(seen: Overseen, starts: datetime) -> QuerySet[Case]:
    """Older cases without a protective assessment or a contact; the new ones say so in their own rows."""
    undone = Q(assessed_at__isnull=True) | Q(guardian_contact_open=True)
    return seen.cases.filter(undone, closed_at__isnull=True, registered_at__lt=starts)


def _holds(starts: datetime) -> QuerySet[Hold]:
    """Decided or asked for since then, or still without the supervisor's answer."""
    unanswered = Q(needs_confirmation=True, confirmed_at__isnull=True, ended_at__isnull=True)
    return Hold.objects.filter(unanswered | Q(decided_at__gte=starts)).select_related("case__report", "decided_by")


def _ended(seen: Overseen, starts: datetime) -> QuerySet[Case]:
    ended = Investigation.objects.filter(closed_at__gte=starts)
    return seen.cases.filter(disposition="opened", investigation__in=ended)


def _some_cases(seen: Overseen, found: QuerySet[Case]) -> Some[Case]:
    """The first are found before they are read: what a row shows would otherwise be gathered for each of many."""
    first = _some(found.only("pk"))
    related = ("report", "child", "unit", "assignee", "investigation")
    read = seen.cases.select_related(*related).in_bulk([case.pk for case in first.rows])
    return Some([read[case.pk] for case in first.rows], first.count)


def _some(found: QuerySet[Row]) -> Some[Row]:
    rows = list(found[: MOST + 1])
    return Some(rows[:MOST], len(rows) if len(rows) <= MOST else found.count())
