"""Which readings of a month is somebody to look at? Some by chance, and those with the most that speaks for a look.

The controller checks unauthorised access systematically and recurrently (SOLPUL 10 §; lag 2023:821), here each month, by
chance and with weight. The sample is drawn from the access log alone, once, when the month is over.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from notifications import roster
from notifications.outbox import tell
from riskzon.access import Ground
from riskzon.localtime import local_date, start_of_local_day
from riskzon.models import Role, User
from workflows.due import working_days_after
from workflows.models_reviews import Flag, LogReview, LogSample

#: Of all readings of a month so many are drawn by chance: one in a hundred, but never fewer or more than this.
SHARE, FEWEST, MOST = 100, 10, 50
#: So many are drawn by weight, the heaviest first: one for each person and case.
HEAVIEST = 40
#: How much each thing speaks for a look.
WEIGHTS = {
    Flag.OWN_CHILD: 8,
    Flag.EMERGENCY: 8,
    Flag.SAME_NAME: 6,
    Flag.PROTECTED: 4,
    Flag.NIGHT: 4,
    Flag.MANY_SEARCHES: 3,
    Flag.NO_RELATION: 1,
}
#: More than so many searches and look-ups on one local day are many.
SEARCHES = 20
#: A sample is to be gone through within so many working days.
WITHIN = 10
#: What reads, and what tries to.
_READINGS = ["open", "reveal", "search", "lookup", "export", "denied"]


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
    bounds = {"start": start_of_local_day(month), "end": start_of_local_day(_next(month)), "after": after}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('riskzon log sample', 0))")
        if LogSample.objects.filter(month=month).exists():
            return 0  # another dispatcher was first
        cursor.execute(_COUNT, {**bounds, "readings": _READINGS})
        readings, last_id = cursor.fetchone()
        sample = LogSample.objects.create(month=month, made_at=now, readings=readings, last_id=max(last_id or 0, after))
        wanted = {
            **bounds,
            "readings": _READINGS,
            "zone": settings.TIME_ZONE,
            "many": SEARCHES,
            "emergency": Ground.EMERGENCY.value,
        }
        cursor.execute(_SUSPECTS, wanted)
        heavy = _heaviest(cursor.fetchall())
        size = min(max(FEWEST, readings // SHARE), MOST)
        cursor.execute(_CHANCE, {**bounds, "readings": _READINGS, "size": size})
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


def _heaviest(rows: list[tuple[Any, ...]]) -> dict[int, frozenset[Flag]]:
    """The heaviest reading of each person and case, by the id of its row, with what speaks for a look at it."""
    rota = roster.read()
    found: dict[tuple[UUID, UUID | None], tuple[int, int, frozenset[Flag]]] = {}
    for entry, actor, case, at, *marks in rows:
        flags = {flag for flag, is_so in zip(_MARKS, marks, strict=True) if is_so}
        if Flag.NIGHT in flags and actor in rota.on_duty(at):
            flags.discard(Flag.NIGHT)
        weight = sum(WEIGHTS[flag] for flag in flags)
        if weight > found.get((actor, case), (0, 0, frozenset()))[0]:
            found[actor, case] = (weight, entry, frozenset(flags))
    heaviest = sorted(found.values(), key=lambda one: (-one[0], one[1]))[:HEAVIEST]
    return {entry: flags for _weight, entry, flags in heaviest}


_FROM = """
  FROM riskzon_auditentry AS e
 WHERE e.id > %(after)s AND e.product_at >= %(start)s AND e.product_at < %(end)s
   AND e.actor_id IS NOT NULL AND e.action = ANY (%(readings)s)
"""
_COUNT = f"SELECT count(*), max(e.id) {_FROM}"
_CHANCE = f"SELECT e.id {_FROM} ORDER BY random() LIMIT %(size)s"
#: In the order of the columns of `_SUSPECTS`.
_MARKS = (
    Flag.OWN_CHILD,
    Flag.EMERGENCY,
    Flag.SAME_NAME,
    Flag.PROTECTED,
    Flag.NIGHT,
    Flag.MANY_SEARCHES,
    Flag.NO_RELATION,
)
# A search is looked at as one of a day; a reading by the case that it opened, a look-up by each case that it found.
_SUSPECTS = f"""
WITH reading AS (
    SELECT e.id, e.actor_id, e.action, e.ground, e.product_at, e.case_id, e.cases,
           count(*) FILTER (WHERE e.action IN ('search', 'lookup')) OVER (
               PARTITION BY e.actor_id, (e.product_at AT TIME ZONE %(zone)s)::date
           ) AS searches
    {_FROM}
), about AS (
    SELECT r.id, r.actor_id, r.action, r.ground, r.product_at, r.searches, one.case_id
      FROM reading AS r
      LEFT JOIN LATERAL (
               SELECT r.case_id WHERE r.case_id IS NOT NULL
                UNION ALL
               SELECT unnest(r.cases) WHERE r.case_id IS NULL AND r.action = 'lookup'
           ) AS one (case_id) ON true
), marked AS (
    SELECT a.id, a.actor_id, a.case_id, a.product_at,
           EXISTS (
               SELECT 1 FROM riskzon_guardianship AS g JOIN riskzon_guardian AS adult ON adult.id = g.guardian_id
                WHERE g.child_id = k.id AND person.last_name <> ''
                  AND lower(adult.name) = lower(person.first_name || ' ' || person.last_name)
           ) AS own_child,
           a.ground = %(emergency)s AS emergency,
           person.last_name <> '' AND (
               lower(k.family_name) = lower(person.last_name)
               OR EXISTS (
                   SELECT 1 FROM riskzon_guardianship AS g JOIN riskzon_guardian AS adult ON adult.id = g.guardian_id
                    WHERE g.child_id = k.id
                      AND right(lower(adult.name), length(person.last_name) + 1) = ' ' || lower(person.last_name)
               )
           ) AS same_name,
           k.protected_identity <> 'none' AS protected,
           extract(hour FROM a.product_at AT TIME ZONE %(zone)s) NOT BETWEEN 6 AND 21 AS night,
           a.action IN ('search', 'lookup') AND a.searches > %(many)s AS many_searches,
           a.action = 'open' AND a.ground IN ('unit', 'read') AND c.assignee_id IS DISTINCT FROM a.actor_id
               AND NOT EXISTS (
                   SELECT 1 FROM riskzon_auditentry AS done
                    WHERE done.case_id = a.case_id AND done.actor_id = a.actor_id
                      AND done.action IN ('change', 'register')
               )
               AND NOT EXISTS (
                   SELECT 1 FROM riskzon_casegrant AS given
                    WHERE given.case_id = a.case_id AND given.user_id = a.actor_id
               ) AS no_relation
      FROM about AS a
      JOIN riskzon_user AS person ON person.id = a.actor_id
      LEFT JOIN riskzon_case AS c ON c.id = a.case_id
      LEFT JOIN riskzon_child AS k ON k.id = c.child_id
)
SELECT id, actor_id, case_id, product_at, own_child, emergency, same_name, protected, night, many_searches, no_relation
  FROM marked
 WHERE own_child OR emergency OR same_name OR protected OR night OR many_searches OR no_relation
 ORDER BY id
"""  # noqa: S608 - nothing of it comes from outside
