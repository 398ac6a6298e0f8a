"""Will somebody be on duty whenever a unit is closed? The auditor's own answer, beside the roster's.

Nothing of the roster's code is used, only its rows and the calendar of days off. A stretch with nobody in it begins now, as
a shift ends, as a unit closes or as somebody goes away: so these moments are all that is asked about. In the hour that
comes twice in autumn a clock time is read as the second one, for the shift that ends at it and for the one that begins.
"""

from datetime import UTC, date, datetime, timedelta

from django.db import connection

from riskzon.localtime import local_date
from riskzon.workdays import is_day_off

#: How far ahead somebody must be on duty.
AHEAD = timedelta(hours=24)


def seconds_until_nobody() -> float | None:
    """How long until a unit is closed and nobody is on duty, by the product's clock; 0: now. None: not in this day."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT riskzon_now()")
        now: datetime = cursor.fetchone()[0].astimezone(UTC)
        cursor.execute(_NOBODY, {"now": now, "ahead": AHEAD, "days_off": _days_off(now)})
        found: float | None = cursor.fetchone()[0]
    return found


def _days_off(now: datetime) -> list[date]:
    days = (local_date(now) + timedelta(days=ahead) for ahead in range(-2, 4))
    return [day for day in days if is_day_off(day)]


_NOBODY = """
WITH day AS (
    SELECT (%(now)s::timestamptz AT TIME ZONE 'Europe/Stockholm')::date + ahead AS day
      FROM generate_series(-2, 2) AS ahead
), planned AS (
    SELECT p.id, day.day, p.person_id, p.starts, p.ends
      FROM notifications_dutypattern AS p
      JOIN day ON extract(isodow FROM day.day) - 1 = p.weekday
              AND day.day BETWEEN p.valid_from AND coalesce(least(p.valid_to, p.last_day), 'infinity')
     WHERE NOT EXISTS (
               SELECT 1 FROM notifications_dutyabsence AS a
                WHERE a.pattern_id = p.id AND a.day = day.day AND a.ended_at IS NULL
           )
    UNION ALL
    SELECT e.id, e.day, e.person_id, e.starts, e.ends
      FROM notifications_dutyextra AS e JOIN day USING (day)
     WHERE e.ended_at IS NULL
), shift AS (
    SELECT (planned.day + make_interval(mins => planned.starts)) AT TIME ZONE 'Europe/Stockholm' AS starts_at,
           (planned.day + make_interval(days => (planned.ends <= planned.starts)::int, mins => planned.ends))
               AT TIME ZONE 'Europe/Stockholm' AS ends_at,
           person.id AS person_id
      FROM planned
      LEFT JOIN LATERAL (
               SELECT o.taken_by_id
                 FROM notifications_dutyoffer AS o
                WHERE o.taken_at IS NOT NULL AND o.day = planned.day
                  AND (o.pattern_id = planned.id OR o.extra_id = planned.id)
                ORDER BY o.taken_at DESC, o.added_at DESC
                LIMIT 1
           ) AS moved ON true
      JOIN riskzon_user AS person ON person.id = coalesce(moved.taken_by_id, planned.person_id)
      JOIN riskzon_unit AS unit ON unit.id = person.unit_id
     WHERE person.is_active AND person.role = 'duty' AND unit.kind = 'duty'
), away AS (
    SELECT person_id, starts_at, coalesce(least(ends_at, ended_at), 'infinity') AS until FROM riskzon_absence
     WHERE coalesce(least(ends_at, ended_at), 'infinity') > %(now)s::timestamptz
), unit AS (
    SELECT id, weekly_hours, closed_dates FROM riskzon_unit
     WHERE kind IN ('intake', 'investigation') AND weekly_hours <> '{}'::jsonb
), open AS (
    SELECT unit.id AS unit_id,
           (day.day + make_interval(mins => (span ->> 0)::int)) AT TIME ZONE 'Europe/Stockholm' AS opens_at,
           (day.day + make_interval(mins => (span ->> 1)::int)) AT TIME ZONE 'Europe/Stockholm' AS closes_at
      FROM unit
     CROSS JOIN day
     CROSS JOIN jsonb_array_elements(
               coalesce(unit.weekly_hours -> (extract(isodow FROM day.day) - 1)::int::text, '[]')
           ) AS span
     WHERE day.day <> ALL (%(days_off)s::date[]) AND NOT unit.closed_dates ? day.day::text
), moment AS (
    SELECT %(now)s::timestamptz AS at
    UNION SELECT ends_at FROM shift
    UNION SELECT closes_at FROM open
    UNION SELECT starts_at FROM away
)
SELECT extract(epoch FROM min(moment.at) - %(now)s::timestamptz)::float8
  FROM moment
 WHERE moment.at >= %(now)s::timestamptz AND moment.at < %(now)s::timestamptz + %(ahead)s::interval
   AND EXISTS (
           SELECT 1 FROM unit
            WHERE NOT EXISTS (
                      SELECT 1 FROM open
                       WHERE open.unit_id = unit.id AND open.opens_at <= moment.at AND moment.at < open.closes_at
                  )
       )
   AND NOT EXISTS (
           SELECT 1 FROM shift
            WHERE shift.starts_at <= moment.at AND moment.at < shift.ends_at
              AND NOT EXISTS (
                      SELECT 1 FROM away
                       WHERE away.person_id = shift.person_id
                         AND away.starts_at <= moment.at AND moment.at < away.until
                  )
       )
"""
