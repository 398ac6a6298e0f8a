"""In which order a person's cases are walked: one index walk for each way of reaching them, stopped at the page's length.

The SQL twin of `riskzon.access.visible_cases`; a test holds the two equal for every role, by day and by night.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from riskzon import access
from riskzon.access import Ground
from riskzon.models import CasePermission, User

#: The grounds by strength, as the walk numbers them; rank 0 is the person's unit, which for its supervisor is more.
_GROUNDS = (Ground.UNIT, Ground.HANDLE, Ground.DUTY, Ground.READ, Ground.FOLLOW)


@dataclass(frozen=True)
class Step:
    """One case met on the walk."""

    due: datetime
    case_id: UUID
    ground: Ground


def parse_number(text: str) -> tuple[str, int | None] | None:
    """`2026-000417` or `2026-000417-1` as report number and place; None if it is neither."""
    parts = text.strip().split("-")
    if len(parts) not in (2, 3) or not all(part.isdecimal() and part.isascii() for part in parts):
        return None
    if len(parts[0]) != 4 or len(parts[1]) != 6 or (len(parts) == 3 and not 1 <= len(parts[2]) <= 3):
        return None
    return f"{parts[0]}-{parts[1]}", int(parts[2]) if len(parts) == 3 else None


@dataclass(frozen=True)
class Wanted:
    """Which of the visible cases a list is about: one view with its filters."""

    scope: str
    state: str
    overdue: bool | None
    due_before: datetime | None
    report_kind: str
    unit: UUID | None
    number: str
    now: datetime

    def sql(self, prefix: str, user: User) -> tuple[str, dict[str, Any]]:
        """Conditions on `c`, the case; only constants are written in, every value is bound."""
        conditions: list[str] = []
        values: dict[str, Any] = {}
        if self.state == "open":
            conditions.append("c.closed_at IS NULL")
        elif self.state == "closed":
            conditions.append("c.closed_at IS NOT NULL")
        if self.scope == "mine":
            conditions.append(f"c.assignee_id = %({prefix}_me)s")
            values[f"{prefix}_me"] = user.pk
        elif self.scope == "unassigned":
            conditions.append("c.assignee_id IS NULL")
        if self.overdue is not None:
            conditions.append(f"c.next_due_at {'<' if self.overdue else '>='} %({prefix}_now)s")
            values[f"{prefix}_now"] = self.now
        if self.due_before is not None:
            conditions.append(f"c.next_due_at <= %({prefix}_before)s")
            values[f"{prefix}_before"] = self.due_before
        if self.report_kind:
            conditions.append(
                f"EXISTS (SELECT 1 FROM riskzon_report r WHERE r.id = c.report_id AND r.kind = %({prefix}_kind)s)"
            )
            values[f"{prefix}_kind"] = self.report_kind
        if self.unit is not None:
            conditions.append(f"c.unit_id = %({prefix}_unit)s")
            values[f"{prefix}_unit"] = self.unit
        if self.number:
            report_number, ordinal = parse_number(self.number) or ("", None)
            conditions.append(f"c.report_id = (SELECT id FROM riskzon_report WHERE number = %({prefix}_number)s)")
            values[f"{prefix}_number"] = report_number
            if ordinal:
                conditions.append(f"c.ordinal = %({prefix}_ordinal)s")
                values[f"{prefix}_ordinal"] = ordinal
        return " AND ".join(conditions) or "true", values


def walk(user: User, now: datetime, wanted: Wanted, *, after: tuple[datetime, UUID] | None, limit: int) -> list[Step]:
    """The first `limit` steps after `after`, each case once, on the strongest ground."""
    sql, params = branches(user, now, wanted, limit=limit, prefix="w", after=after)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT next_due_at, id, min(rank) FROM ({sql}) found"
            " GROUP BY next_due_at, id ORDER BY next_due_at, id LIMIT %(limit)s",
            {**params, "limit": limit},
        )
        return [Step(due, case_id, _GROUNDS[rank]) for due, case_id, rank in cursor.fetchall()]


def branches(
    user: User,
    now: datetime,
    wanted: Wanted,
    *,
    limit: int,
    prefix: str,
    after: tuple[datetime, UUID] | None = None,
) -> tuple[str, Mapping[str, Any]]:
    """One ordered, limited walk for each way in which this person reaches cases, joined by UNION ALL."""
    condition, params = wanted.sql(prefix, user)
    if after is not None:
        condition += f" AND (c.next_due_at, c.id) > (%({prefix}_after_at)s, %({prefix}_after_id)s)"
        params[f"{prefix}_after_at"], params[f"{prefix}_after_id"] = after
    unblocked = f"""NOT EXISTS (SELECT 1 FROM riskzon_caseblock b WHERE b.user_id = %({prefix}_user)s
        AND b.child_id = c.child_id AND b.ended_at IS NULL)"""
    params[f"{prefix}_user"] = user.pk
    tail = f"{condition} AND {unblocked} ORDER BY c.next_due_at, c.id LIMIT {int(limit)}"
    branches = []
    if units := access.units_of(user):
        params[f"{prefix}_units"] = units
        branches.append(
            f"""SELECT one.*, 0 AS rank FROM unnest(%({prefix}_units)s::uuid[]) AS u (id) CROSS JOIN LATERAL (
                SELECT c.next_due_at, c.id FROM riskzon_case c WHERE c.unit_id = u.id AND {tail}) one"""
        )
    if wanted.scope != "unit" and user.is_active:
        if on_duty := access.units_on_duty(user, now):
            params[f"{prefix}_closed"] = list(on_duty)
            params[f"{prefix}_opens"] = list(on_duty.values())
            branches.append(
                f"""SELECT one.*, 2 AS rank FROM unnest(%({prefix}_closed)s::uuid[], %({prefix}_opens)s::timestamptz[])
                    AS u (id, opens) CROSS JOIN LATERAL (
                    SELECT c.next_due_at, c.id FROM riskzon_case c WHERE c.unit_id = u.id AND c.closed_at IS NULL
                    AND (c.assessed_at IS NULL OR c.guardian_contact_open OR c.review_due_at IS NOT NULL)
                    AND (c.assessed_at IS NULL OR c.guardian_contact_open OR c.review_due_at < u.opens) AND {tail}) one"""
            )
        branches += [_granted(table, owner, prefix, tail) for table, owner in _GRANTS]
        params[f"{prefix}_moment"] = now
        params[f"{prefix}_handle"] = access.permission_id(CasePermission.HANDLE)
        params[f"{prefix}_read"] = access.permission_id(CasePermission.READ)
    if not branches:
        return "SELECT NULL::timestamptz AS next_due_at, NULL::uuid AS id, 0 AS rank WHERE false", params
    return " UNION ALL ".join(f"({branch})" for branch in branches), params


_GRANTS = (
    ("riskzon_casegrant", "g.user_id = %({prefix}_user)s"),
    (
        "riskzon_casegroupgrant",
        "g.group_id IN (SELECT group_id FROM riskzon_user_groups WHERE user_id = %({prefix}_user)s)",
    ),
)


def _granted(table: str, owner: str, prefix: str, tail: str) -> str:
    rank = f"CASE g.permission_id WHEN %({prefix}_handle)s THEN 1 WHEN %({prefix}_read)s THEN 3 ELSE 4 END"
    return f"""SELECT c.next_due_at, c.id, {rank} AS rank FROM {table} g JOIN riskzon_case c ON c.id = g.case_id
        WHERE {owner.format(prefix=prefix)} AND g.ended_at IS NULL
          AND (g.ends_at IS NULL OR g.ends_at > %({prefix}_moment)s
               OR (g.source IN ('registered', 'named', 'taken_over') AND c.closed_at IS NULL))
          AND {tail}"""
