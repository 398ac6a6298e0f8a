"""In which order a person's cases are walked: one index walk for each way of reaching them, stopped at the page's length.

The SQL twin of `riskzon.access.visible_cases`; a test holds the two equal for every role, by day and by night.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from riskzon import access, leading
from riskzon.access import Ground
from riskzon.matrix import can_reach
from riskzon.models import CasePermission, User

#: The grounds by strength, as the walk numbers them; rank 0 is the person's unit, which for its supervisor is more.
_GROUNDS = dict(
    enumerate(
        (
            Ground.LEAD,
            Ground.UNIT,
            Ground.HANDLE,
            Ground.DUTY,
            Ground.NOTE,
            Ground.READ,
            Ground.EMERGENCY,
            Ground.FOLLOW,
        ),
        -1,
    )
)


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

    now: datetime
    scope: str = "all"
    state: str = "open"
    overdue: bool | None = None
    due_before: datetime | None = None
    report_kind: str = ""
    unit: UUID | None = None
    number: str = ""

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
    is_counted: bool = False,
    given: str = "",
) -> tuple[str, Mapping[str, Any]]:
    """One ordered, limited walk for each way in which this person reaches cases, joined by UNION ALL.

    `is_counted`: only how many there are is asked, so that `limit` of all units together are enough, whichever they are.
    `given`: where several are asked at once, the name under which `open_given` has been written before them.
    """
    condition, params = wanted.sql(prefix, user)
    if after is not None:
        condition += f" AND (c.next_due_at, c.id) > (%({prefix}_after_at)s, %({prefix}_after_id)s)"
        params[f"{prefix}_after_at"], params[f"{prefix}_after_id"] = after
    unblocked = f"""NOT EXISTS (SELECT 1 FROM riskzon_caseblock b WHERE b.user_id = %({prefix}_user)s
        AND b.child_id = c.child_id AND b.ended_at IS NULL)"""
    params[f"{prefix}_user"] = user.pk
    # In the order of their limits, up to the page's length; what is only counted comes by whichever index finds the fewest.
    tail = f"{condition} AND {unblocked}{'' if is_counted else ' ORDER BY c.next_due_at, c.id'} LIMIT {int(limit)}"
    is_morning = wanted.scope == "from_duty"
    shift = access.shift_at(user, now) if is_morning else access.shift_of(user, now)
    on_duty = access.shift_of(user, now)
    branches: list[str] = []
    of_all = f" LIMIT {int(limit)}" if is_counted else ""

    def in_units(units: Mapping[UUID, datetime], rank: int, *conditions: str) -> None:
        """One walk for each unit, and for each way in which a case there can be meant; a unit has a moment beside it."""
        if units:
            place = len(branches)
            params[f"{prefix}_units{place}"], params[f"{prefix}_since{place}"] = list(units), list(units.values())
            branches.extend(
                f"""SELECT one.*, {rank} AS rank
                      FROM unnest(%({prefix}_units{place})s::uuid[], %({prefix}_since{place})s::timestamptz[])
                           AS u (id, since)
                     CROSS JOIN LATERAL (SELECT c.next_due_at, c.id FROM riskzon_case c
                                          WHERE c.unit_id = u.id AND {which} AND {tail}) one{of_all}"""
                for which in conditions
            )

    own = access.units_of(user)
    if is_morning:
        in_units({unit: opened for unit, opened in shift.opened.items() if unit in own}, 0, _WORKED_ON, _HELD)
    else:
        in_units(dict.fromkeys(own, now), 0, "true")
    if wanted.scope != "unit" and user.is_active:
        in_units(on_duty.opened, 2, _WORKED_ON, _HELD)
        if not is_morning:
            in_units(on_duty.closed, 2, _FIRST_DAYS, _WORKED_ON)
        if is_morning:
            # A single case that is given may lie with any unit.
            params[f"{prefix}_open"], params[f"{prefix}_opened"] = list(shift.opened), list(shift.opened.values())
            tail = f"{_IS_FROM_DUTY.format(prefix=prefix)} AND {tail}"
        if given:
            branches.append(f"SELECT c.next_due_at, c.id, c.rank FROM {given} c WHERE {tail}")
        else:
            branches += [_granted(table, owner, prefix, tail) for table, owner in _GRANTS]
            params |= _given_params(user, now, prefix)
        if access.is_above(user):
            above = leading.above(now)
            in_units(dict.fromkeys(above.units, now), -1, "true")
            pairs = [(unit_id, child_id) for unit_id, children in above.children.items() for child_id in children]
            params[f"{prefix}_led"] = [unit_id for unit_id, _child in pairs]
            params[f"{prefix}_kept"] = [child_id for _unit, child_id in pairs]
            branches.append(_ONE_LEVEL_UP.format(prefix=prefix) + tail)
    if not branches:
        return "SELECT NULL::timestamptz AS next_due_at, NULL::uuid AS id, 0 AS rank WHERE false", params
    return " UNION ALL ".join(f"({branch})" for branch in branches), params


def open_given(user: User, now: datetime) -> tuple[str, Mapping[str, Any]]:
    """The open cases that are given to this person one by one, each with its rank and every column."""
    given = (_granted(table, owner, "given", "c.closed_at IS NULL", "c.*") for table, owner in _GRANTS)
    return " UNION ALL ".join(given), _given_params(user, now, "given") | {"given_user": user.pk}


def _given_params(user: User, now: datetime, prefix: str) -> dict[str, Any]:
    held = [access.permission_id(given) for ground, given in access.GIVEN.items() if can_reach(user, ground)]
    ranked = {
        name.lower(): access.permission_id(CasePermission[name]) for name in ("HANDLE", "NOTE", "READ", "EMERGENCY")
    }
    return {f"{prefix}_{name}": value for name, value in {**ranked, "held": held, "moment": now}.items()}


# The twins of `riskzon.duty`, each so that the partial index fits it; `u.since` is the unit's opening, next or last.
_NEEDED = "c.closed_at IS NULL AND (c.assessed_at IS NULL OR c.guardian_contact_open OR c.review_due_at IS NOT NULL)"
_FIRST_DAYS = f"{_NEEDED} AND (c.assessed_at IS NULL OR c.guardian_contact_open OR c.review_due_at < u.since)"
_WORKED_ON = (
    "c.closed_at IS NULL AND c.duty_at IS NOT NULL AND (c.taken_over_at IS NULL OR c.duty_at > c.taken_over_at)"
)
_HELD = f"""{_NEEDED} AND GREATEST(c.registered_at, c.taken_over_at) < u.since
    AND (c.assessed_at IS NULL OR c.review_due_at < u.since
         OR (c.guardian_contact_open AND (c.contact_reopened_at IS NULL OR c.contact_reopened_at < u.since)))"""
_IS_FROM_DUTY = f"""EXISTS (
    SELECT 1 FROM unnest(%({{prefix}}_open)s::uuid[], %({{prefix}}_opened)s::timestamptz[]) AS u (id, since)
     WHERE u.id = c.unit_id AND (({_WORKED_ON}) OR ({_HELD})))"""

_ONE_LEVEL_UP = """SELECT c.next_due_at, c.id, -1 AS rank
    FROM unnest(%({prefix}_led)s::uuid[], %({prefix}_kept)s::uuid[]) AS led (unit_id, child_id)
    JOIN riskzon_case c ON c.unit_id = led.unit_id AND c.child_id = led.child_id WHERE """

_GRANTS = (
    ("riskzon_casegrant", "g.user_id = %({prefix}_user)s"),
    (
        "riskzon_casegroupgrant",
        "g.group_id IN (SELECT group_id FROM riskzon_user_groups WHERE user_id = %({prefix}_user)s)",
    ),
)


def _granted(table: str, owner: str, prefix: str, tail: str, columns: str = "c.next_due_at, c.id") -> str:
    rank = f"""CASE g.permission_id WHEN %({prefix}_handle)s THEN 1 WHEN %({prefix}_note)s THEN 3
        WHEN %({prefix}_read)s THEN 4 WHEN %({prefix}_emergency)s THEN 5 ELSE 6 END"""
    return f"""SELECT {columns}, {rank} AS rank FROM {table} g JOIN riskzon_case c ON c.id = g.case_id
        WHERE {owner.format(prefix=prefix)} AND g.ended_at IS NULL
          AND g.permission_id = ANY (%({prefix}_held)s)
          AND (g.ends_at IS NULL OR g.ends_at > %({prefix}_moment)s
               OR (g.source IN ('registered', 'named', 'taken_over') AND c.closed_at IS NULL))
          AND {tail}"""
