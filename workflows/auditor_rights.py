"""Has everybody the rights on single cases that they should have, and no others? The auditor's own answer, by keys alone.

Nothing of the policy's code is used, only its rows: what each right presupposes is written here once more. A right that
nobody should have gives mostly nothing, since the policy asks for role, account and block as well; it is found all the
same. What a sweep moves (somebody has left, or changed unit) is gone before a second round has seen it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import Error, connection, transaction

#: How often all live rights are compared; each round while something is wrong.
EVERY = timedelta(hours=1)
#: A comparison older than this is missed.
SILENT = timedelta(hours=3)
PATIENCE = "5s"

#: What is wrong with a right that is there, and with one that is not.
WRONG = ("inactive", "role", "blocked", "investigation_over", "no_source", "no_giver", "endless", "too_long")
MISSING = ("worker", "assignee")


@dataclass(frozen=True)
class Deviation:
    """One right that should not be there, or is not. `user_id` None: that of everybody in a unit's group."""

    what: str
    case_id: UUID
    user_id: UUID | None


@dataclass(frozen=True)
class Compared:
    """What the newest comparison saw, and how long ago by the database's real clock; None: there has been none."""

    wrong: int = 0
    missing: int = 0
    age_seconds: float | None = None

    @property
    def faults(self) -> Mapping[str, bool]:
        """By name, whether it is so."""
        return {
            "rights_wrong": self.wrong > 0,
            "rights_missing": self.missing > 0,
            "rights_not_compared": self.age_seconds is None or self.age_seconds > SILENT.total_seconds(),
        }


def compared() -> Compared:
    """The newest comparison, made now where it is time. One that fails costs the rest of the round nothing."""
    before = _last()
    is_time = before.age_seconds is None or before.age_seconds >= EVERY.total_seconds()
    if not (is_time or before.wrong or before.missing):
        return before
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{PATIENCE}'")
            found = deviations()
            cursor.execute("SET LOCAL statement_timeout = '10s'")
    except Error:
        return before
    wrong = sum(one.what in WRONG for one in found)
    return Compared(wrong, len(found) - wrong, 0.0)


def deviations() -> list[Deviation]:
    """Every right that is too many or too few at this moment of the product's clock."""
    with connection.cursor() as cursor:
        cursor.execute(_DEVIATIONS)
        return [Deviation(*row) for row in cursor.fetchall()]


def everywhere() -> int:
    """How many have a right on all cases, past the policy: superusers, case permissions model-wide, guardian's generic rows."""
    with connection.cursor() as cursor:
        cursor.execute(_EVERYWHERE)
        found: int = cursor.fetchone()[0]
    return found


def _last() -> Compared:
    """What the auditor's own heartbeat remembers of it."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST)
        row = cursor.fetchone()
    return Compared(*row) if row else Compared()


_LAST = """
SELECT (detail ->> 'rights_wrong')::int, (detail ->> 'rights_missing')::int,
       (detail ->> 'rights_age_seconds')::float8 + extract(epoch FROM clock_timestamp() - at)::float8
  FROM workflows_heartbeat WHERE name = 'audit' AND detail ->> 'rights_age_seconds' IS NOT NULL
"""


_EVERYWHERE = """
WITH kind AS (
    SELECT id FROM auth_permission
     WHERE codename IN ('handle_case', 'note_case', 'read_case', 'emergency_case', 'follow_case')
)
SELECT (SELECT count(*) FROM riskzon_user AS p WHERE p.is_superuser)
     + (SELECT count(*) FROM riskzon_user_user_permissions AS g JOIN kind ON kind.id = g.permission_id)
     + (SELECT count(*) FROM auth_group_permissions AS g JOIN kind ON kind.id = g.permission_id)
     + (SELECT count(*) FROM guardian_userobjectpermission AS g JOIN kind ON kind.id = g.permission_id)
     + (SELECT count(*) FROM guardian_groupobjectpermission AS g JOIN kind ON kind.id = g.permission_id)
"""


# Whoever leads: the unit's supervisor, and who covers for one who is away.
_LEADS = """EXISTS (
    SELECT 1 FROM riskzon_unit AS led
     WHERE led.id = c.unit_id AND p.role = 'supervisor' AND (led.supervisor_id = p.id OR EXISTS (
               SELECT 1 FROM riskzon_absence AS away
                WHERE away.person_id = led.supervisor_id AND away.cover_id = p.id AND away.starts_at <= clock.now
                  AND coalesce(least(away.ends_at, away.ended_at), 'infinity') > clock.now)))"""
_WORKS_THERE = "p.unit_id = c.unit_id AND p.role IN ('social_worker', 'supervisor', 'duty')"
_HANDLES = """EXISTS (SELECT 1 FROM given AS g
     WHERE g.case_id = c.id AND g.codename = 'handle_case' AND (g.user_id = p.id OR g.group_id IN (
               SELECT mine.group_id FROM riskzon_user_groups AS mine WHERE mine.user_id = p.id)))"""

_DEVIATIONS = f"""
WITH clock AS MATERIALIZED (SELECT riskzon_now() AS now),
every AS (
    SELECT case_id, user_id, NULL::integer AS group_id, permission_id, source, granted_by_id, ends_at
      FROM riskzon_casegrant WHERE ended_at IS NULL
    UNION ALL
    SELECT case_id, NULL, group_id, permission_id, source, granted_by_id, ends_at
      FROM riskzon_casegroupgrant WHERE ended_at IS NULL
), given AS MATERIALIZED (
    SELECT every.*, kind.codename, c.child_id, c.report_id, c.registered_at
      FROM every CROSS JOIN clock
      JOIN auth_permission AS kind ON kind.id = every.permission_id
      JOIN riskzon_case AS c ON c.id = every.case_id
     WHERE every.ends_at IS NULL OR every.ends_at > clock.now
        OR (every.source IN ('registered', 'named', 'taken_over') AND c.closed_at IS NULL)
), judged AS (
    SELECT g.case_id, g.user_id,
           CASE
               WHEN NOT p.is_active THEN 'inactive'
               WHEN p.id IS NOT NULL AND NOT CASE g.codename
                        WHEN 'handle_case' THEN p.role IN ('social_worker', 'supervisor', 'duty', 'head')
                        WHEN 'read_case' THEN p.role IN ('social_worker', 'supervisor', 'duty', 'head')
                        WHEN 'emergency_case' THEN p.role IN ('social_worker', 'supervisor', 'duty')
                        WHEN 'note_case' THEN p.role = 'duty'
                        WHEN 'follow_case' THEN p.role = 'liaison'
                        ELSE false
                    END THEN 'role'
               WHEN EXISTS (
                        SELECT 1 FROM riskzon_caseblock AS b
                         WHERE b.user_id = g.user_id AND b.child_id = g.child_id AND b.ended_at IS NULL
                    ) THEN 'blocked'
               WHEN g.source = 'investigation' AND NOT EXISTS (
                        SELECT 1 FROM riskzon_investigation AS i
                         WHERE i.child_id = g.child_id AND i.case_worker_id = g.user_id AND i.closed_at IS NULL
                    ) THEN 'investigation_over'
               WHEN CASE g.codename
                        WHEN 'handle_case' THEN g.source IN ('investigation', 'assigned')
                        WHEN 'read_case' THEN g.source IN ('named', 'assigned')
                        WHEN 'note_case' THEN g.source = 'duty' AND g.user_id IS NOT NULL
                        WHEN 'follow_case' THEN CASE g.source
                            WHEN 'registered' THEN r.registered_by_id = g.user_id
                            WHEN 'named' THEN g.user_id IS NOT NULL AND g.granted_by_id IS DISTINCT FROM g.user_id
                            WHEN 'taken_over' THEN g.granted_by_id = g.user_id AND r.registered_by_id <> g.user_id
                            ELSE false
                        END
                        WHEN 'emergency_case' THEN g.source = 'emergency' AND EXISTS (
                                    SELECT 1 FROM riskzon_emergencyaccess AS e
                                     WHERE e.case_id = g.case_id AND e.user_id = g.user_id
                                       AND e.opened_at IS NOT NULL AND e.ends_at = g.ends_at)
                        ELSE false
                    END IS NOT TRUE THEN 'no_source'
               WHEN g.granted_by_id IS NULL AND g.source NOT IN ('investigation', 'duty', 'emergency') THEN 'no_giver'
               WHEN g.ends_at IS NULL AND g.codename IN ('note_case', 'emergency_case', 'follow_case') THEN 'endless'
               WHEN g.codename = 'follow_case' AND g.ends_at > g.registered_at + interval '30 days' THEN 'too_long'
           END AS what
      FROM given AS g JOIN riskzon_report AS r ON r.id = g.report_id LEFT JOIN riskzon_user AS p ON p.id = g.user_id
), lacking AS (
    SELECT c.id AS case_id, p.id AS user_id, 'worker' AS what
      FROM riskzon_investigation AS i CROSS JOIN clock
      JOIN riskzon_user AS p ON p.id = i.case_worker_id
      JOIN riskzon_case AS c ON c.child_id = i.child_id
     WHERE i.closed_at IS NULL AND p.is_active
       AND (c.investigation_id = i.id AND c.disposition = 'opened'
            OR c.closed_at IS NULL AND c.registered_at >= i.opened_at)
       AND NOT ({_WORKS_THERE}) AND NOT {_LEADS} AND NOT {_HANDLES}
       AND NOT EXISTS (SELECT 1 FROM riskzon_caseblock AS b
                        WHERE b.user_id = p.id AND b.child_id = c.child_id AND b.ended_at IS NULL)
    UNION ALL
    SELECT c.id, p.id, 'assignee'
      FROM riskzon_case AS c CROSS JOIN clock JOIN riskzon_user AS p ON p.id = c.assignee_id
     WHERE c.closed_at IS NULL AND NOT (p.is_active AND ({_WORKS_THERE} OR {_LEADS} OR {_HANDLES}))
)
SELECT what, case_id, user_id FROM judged WHERE what IS NOT NULL
UNION ALL
SELECT what, case_id, user_id FROM lacking
 ORDER BY 1, 2, 3
"""  # noqa: S608 - nothing of it comes from outside
