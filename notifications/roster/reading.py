"""The roster as the database has it: one statement, built anew only when something in it has changed."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from notifications.roster.core import Person, Roster
from notifications.roster.models import DutyAbsence, DutyExtra, DutyOffer, DutyPattern
from notifications.roster.spans import Stretch
from riskzon.models import Unit
from riskzon.standing import Standing, rows

#: The roster answers for this many days back, as the statement below says too; what is older is kept, and not read.
DAYS_BACK = 400


def read() -> Roster:
    """Everything that says who is on duty, as it stands."""
    return _standing.read()


def _built(said: dict[str, Any]) -> Roster:
    people = (Person(UUID(one["id"]), one["username"], one["name"]) for one in said["people"] or [])
    return Roster(
        people={person.id: person for person in people},
        # Most units keep the same hours, and a calendar is long.
        hours=tuple({repr(unit.hours): unit.hours for unit in rows(Unit, said["units"])}.values()),
        patterns=tuple(rows(DutyPattern, said["patterns"])),
        absences=tuple(rows(DutyAbsence, said["absences"])),
        extras=tuple(rows(DutyExtra, said["extras"])),
        moves=tuple(rows(DutyOffer, said["moves"])),
        away=_away(said["away"]),
    )


def _away(said: list[dict[str, Any]] | None) -> dict[UUID, list[Stretch]]:
    found: dict[UUID, list[Stretch]] = {}
    for one in said or []:
        stretch = tuple(datetime.fromisoformat(one[end]).astimezone(UTC) for end in ("starts", "until"))
        found.setdefault(UUID(one["person"]), []).append((stretch[0], stretch[1]))
    return found


_standing = Standing(
    """
    WITH oldest AS (SELECT (riskzon_now() AT TIME ZONE 'Europe/Stockholm')::date - 400 AS day)
    SELECT json_build_object(
        'people', (
            SELECT json_agg(json_build_object(
                       'id', p.id, 'username', p.username,
                       'name', coalesce(nullif(trim(p.first_name || ' ' || p.last_name), ''), p.username)
                   ) ORDER BY p.username)
              FROM riskzon_user AS p JOIN riskzon_unit AS u ON u.id = p.unit_id
             WHERE p.is_active AND p.role = 'duty' AND u.kind = 'duty'
        ),
        'units', (SELECT json_agg(u ORDER BY u.slug) FROM riskzon_unit AS u WHERE u.kind IN ('intake', 'investigation')),
        'patterns', (
            SELECT json_agg(r ORDER BY r.weekday, r.starts, r.id) FROM notifications_dutypattern AS r, oldest
             WHERE coalesce(least(r.valid_to, r.last_day), 'infinity') >= oldest.day
        ),
        'absences', (
            SELECT json_agg(r ORDER BY r.added_at, r.id) FROM notifications_dutyabsence AS r, oldest
             WHERE r.day >= oldest.day
        ),
        'extras', (
            SELECT json_agg(r ORDER BY r.day, r.starts, r.id) FROM notifications_dutyextra AS r, oldest
             WHERE r.day >= oldest.day
        ),
        'moves', (
            SELECT json_agg(r ORDER BY r.taken_at, r.added_at, r.id) FROM notifications_dutyoffer AS r, oldest
             WHERE r.taken_at IS NOT NULL AND r.day >= oldest.day
        ),
        'away', (
            SELECT json_agg(json_build_object(
                       'person', a.person_id, 'starts', a.starts_at,
                       'until', coalesce(least(a.ends_at, a.ended_at), '9999-01-01T00:00:00Z')
                   ) ORDER BY a.starts_at, a.id)
              FROM riskzon_absence AS a JOIN riskzon_user AS p ON p.id = a.person_id, oldest
             WHERE p.role = 'duty' AND coalesce(least(a.ends_at, a.ended_at), 'infinity') >= oldest.day
        )
    )::text
    """,
    _built,
)
