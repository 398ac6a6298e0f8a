"""Which readings of a month is somebody to look at? Some by chance, and those with the most that speaks for a look.

The controller checks unauthorised access systematically and recurrently (SOLPUL 10 §; lag 2023:821), here each month, by
chance and with weight. The sample is drawn from the access log alone, once, when the month is over.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection

from notifications.outbox import tell
from riskzon.localtime import local_date, start_of_local_day
from riskzon.models import Role, User
from workflows.due import working_days_after
from workflows.log_weight import FROM, heaviest
from workflows.models_reviews import Flag, LogReview, LogSample

#: Of all readings of a month so many are drawn by chance: one in a hundred, but never fewer or more than this.
SHARE, FEWEST, MOST = 100, 10, 50
#: A sample is to be gone through within so many working days.
WITHIN = 10
#: What reads, and what tries to. One person's lists of one local day are one reading, or they would be nearly all there is.
_READINGS = ["open", "reveal", "search", "lookup", "export", "denied", "list"]


def draw(now: datetime) -> int:
    """Draw the samples of the months that are over and have none; returns how many readings. In a transaction.

    Asked at every sweep, and nearly always one statement says that there is nothing to do.
    """
    last = LogSample.objects.order_by("-month").first()
    drawn = 0
    for month in _months(last.month if last else None, local_date(now)):
        drawn += _draw(month, last.last_id if last else 0, now)
        last = LogSample.objects.get(month=month)
    return drawn


def _months(last: date | None, today: date) -> Iterator[date]:
    this = today.replace(day=1)
    month = _next(last) if last else (this - timedelta(days=1)).replace(day=1)
    while month < this:
        yield month
        month = _next(month)


def _next(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _draw(month: date, after: int, now: datetime) -> int:
    bounds = {
        "start": start_of_local_day(month),
        "end": start_of_local_day(_next(month)),
        "after": after,
        "readings": _READINGS,
        "zone": settings.TIME_ZONE,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('riskzon log sample', 0))")
        if LogSample.objects.filter(month=month).exists():
            return 0  # another dispatcher was first
        cursor.execute(_COUNT, bounds)
        readings, last_id = cursor.fetchone()
        sample = LogSample.objects.create(month=month, made_at=now, readings=readings, last_id=max(last_id or 0, after))
        heavy = heaviest(bounds)
        size = min(max(FEWEST, readings // SHARE), MOST)
        cursor.execute(_CHANCE, {**bounds, "size": size})
        chance = {row[0]: frozenset[Flag]() for row in cursor.fetchall() if row[0] not in heavy}
    due_at = working_days_after(now, WITHIN)
    LogReview.objects.bulk_create(
        LogReview(sample=sample, entry_id=entry, flags=[flag.value for flag in Flag if flag in flags], due_at=due_at)
        for entry, flags in {**heavy, **chance}.items()
    )
    if count := len(heavy) + len(chance):
        reviewers = User.objects.filter(role=Role.LOG_REVIEWER, is_active=True)
        tell(
            "log_reviews_drawn",
            to=reviewers.values_list("pk", flat=True),
            key=f"log:{month}",
            now=now,
            facts={"count": min(count, 999)},
        )
    return len(heavy) + len(chance)


_READ = f"""
(SELECT e.id {FROM} AND e.action <> 'list'
  UNION ALL
 SELECT max(e.id) {FROM} AND e.action = 'list' AND e.cases <> '{{}}'
  GROUP BY e.actor_id, (e.product_at AT TIME ZONE %(zone)s)::date) AS read
"""
_COUNT = f"SELECT count(*), max(id) FROM {_READ}"  # noqa: S608 - nothing of it comes from outside
_CHANCE = f"SELECT id FROM {_READ} ORDER BY random() LIMIT %(size)s"  # noqa: S608 - as above
