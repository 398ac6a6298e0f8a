"""Which of the cases a person may see come first: the worklist, its counts and its search.

A list walks one index per unit and per granted case, in the order of the limits, and stops at the page's length; so it
costs the same whether there are a thousand cases or a million, for a wide, a narrow and a late user alike. What it finds
is checked to equal `visible_cases` by a test.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from riskzon import access
from riskzon.doors import Look
from riskzon.errors import Invalid
from riskzon.identity import BadIdentity, parse_identity
from riskzon.localtime import end_of_local_day, local_date
from riskzon.models import AuditAction, Case, User
from riskzon.names import name_key

#: Counts stop here: "1000+" is as good as the number, and flat.
CAP = 1000
MOST = 200


@dataclass(frozen=True)
class WorklistPage:
    """One page, in the order of the limits; `next` is the opaque cursor of the following page or None."""

    cases: list[Case]
    next: str | None


def page(
    door: Look,
    *,
    scope: str = "all",
    state: str = "open",
    overdue: bool | None = None,
    due_before: datetime | None = None,
    report_kind: str = "",
    unit: UUID | None = None,
    number: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> WorklistPage:
    """One page of the cases this person may see, written to the access log as one list.

    `scope`: mine, unassigned, unit (the person's own units) or all. `number`: a case or report number, exact.
    """
    after = _read_cursor(cursor)
    found = _walk(
        door.user,
        door.now,
        _Filter(scope, state, overdue, due_before, report_kind, unit, number, door.now),
        after=after,
        limit=limit + 1,
    )
    ids = [case_id for _due, case_id in found[:limit]]
    by_id = door.cases.select_related("report", "child", "unit", "assignee").in_bulk(ids) if ids else {}
    door.listed(ids)
    following = _write_cursor(*found[limit - 1]) if len(found) > limit else None
    return WorklistPage([by_id[case_id] for case_id in ids if case_id in by_id], following)


def counts(user: User, now: datetime) -> dict[str, int]:
    """How many open cases each view of the worklist holds; CAP means that many or more."""
    end_of_today = end_of_local_day(local_date(now))
    views = {
        "mine": _Filter("mine", "open", None, None, "", None, "", now),
        "unassigned": _Filter("unassigned", "open", None, None, "", None, "", now),
        "today": _Filter("all", "open", None, end_of_today, "", None, "", now),
        "overdue": _Filter("all", "open", True, None, "", None, "", now),
        "soon": _Filter("all", "open", False, now + timedelta(hours=4), "", None, "", now),
        "all": _Filter("all", "open", None, None, "", None, "", now),
    }
    pieces, params = [], {}
    for name, wanted in views.items():
        sql, values = _branches(user, now, wanted, limit=CAP, prefix=name)
        pieces.append(f"(SELECT count(*) FROM (SELECT id FROM ({sql}) found GROUP BY id LIMIT {CAP}) capped)")
        params.update(values)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(pieces)}", params)
        return dict(zip(views, cursor.fetchone(), strict=True))


def search(door: Look, text: str, *, limit: int = 50) -> list[Case]:
    """Cases by identity number, case number, or the beginning of a name; logged as a search, without its text."""
    typed = text.strip()
    if not typed:
        raise Invalid.field("q", _("Skriv ett nummer eller ett namn."))
    cases = door.cases.select_related("report", "child", "unit", "assignee")
    found = list(cases.filter(_meant(typed, door.now)).order_by("-registered_at")[:limit])
    door.listed([case.pk for case in found], AuditAction.SEARCH)
    return found


def _meant(typed: str, now: datetime) -> Q:
    if (number := parse_number(typed)) is not None:
        report_number, ordinal = number
        return Q(report__number=report_number) & (Q(ordinal=ordinal) if ordinal else Q())
    try:
        return Q(child__identity_number=parse_identity(typed, local_date(now)).normalised)
    except BadIdentity:
        key = name_key(typed)
        if not key:
            return Q(pk__in=[])
        return Q(child__name_key__startswith=key) | Q(child__given_key__startswith=key)


def parse_number(text: str) -> tuple[str, int | None] | None:
    """`2026-000417` or `2026-000417-1` as report number and place; None if it is neither."""
    parts = text.strip().split("-")
    if len(parts) not in (2, 3) or not all(part.isdecimal() and part.isascii() for part in parts):
        return None
    if len(parts[0]) != 4 or len(parts[1]) != 6 or (len(parts) == 3 and not 1 <= len(parts[2]) <= 3):
        return None
    return f"{parts[0]}-{parts[1]}", int(parts[2]) if len(parts) == 3 else None


@dataclass(frozen=True)
class _Filter:
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
        conditions, values = [], {}
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


def _walk(
    user: User, now: datetime, wanted: _Filter, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[tuple[datetime, UUID]]:
    sql, params = _branches(user, now, wanted, limit=limit, prefix="w", after=after)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT next_due_at, id FROM ({sql}) found GROUP BY next_due_at, id ORDER BY next_due_at, id LIMIT %(limit)s",
            {**params, "limit": limit},
        )
        return list(cursor.fetchall())


def _branches(
    user: User,
    now: datetime,
    wanted: _Filter,
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
            f"""SELECT one.* FROM unnest(%({prefix}_units)s::uuid[]) AS u (id) CROSS JOIN LATERAL (
                SELECT c.next_due_at, c.id FROM riskzon_case c WHERE c.unit_id = u.id AND {tail}) one"""
        )
    if wanted.scope != "unit":
        if on_duty := access.units_on_duty(user, now):
            params[f"{prefix}_closed"] = list(on_duty)
            params[f"{prefix}_opens"] = list(on_duty.values())
            branches.append(
                f"""SELECT one.* FROM unnest(%({prefix}_closed)s::uuid[], %({prefix}_opens)s::timestamptz[])
                    AS u (id, opens) CROSS JOIN LATERAL (
                    SELECT c.next_due_at, c.id FROM riskzon_case c WHERE c.unit_id = u.id AND c.closed_at IS NULL
                    AND (c.assessed_at IS NULL OR c.guardian_contact_open OR c.review_due_at IS NOT NULL)
                    AND (c.assessed_at IS NULL OR c.guardian_contact_open OR c.review_due_at < u.opens) AND {tail}) one"""
            )
        branches += [_granted(table, owner, prefix, tail) for table, owner in _GRANTS]
        params[f"{prefix}_moment"] = now
    if not branches:
        return "SELECT NULL::timestamptz AS next_due_at, NULL::uuid AS id WHERE false", params
    return " UNION ALL ".join(f"({branch})" for branch in branches), params


_GRANTS = (
    ("riskzon_casegrant", "g.user_id = %({prefix}_user)s"),
    (
        "riskzon_casegroupgrant",
        "g.group_id IN (SELECT group_id FROM riskzon_user_groups WHERE user_id = %({prefix}_user)s)",
    ),
)


def _granted(table: str, owner: str, prefix: str, tail: str) -> str:
    return f"""SELECT c.next_due_at, c.id FROM {table} g JOIN riskzon_case c ON c.id = g.case_id
        WHERE {owner.format(prefix=prefix)} AND g.ended_at IS NULL
          AND (g.ends_at IS NULL OR g.ends_at > %({prefix}_moment)s
               OR (g.source IN ('registered', 'named', 'taken_over') AND c.closed_at IS NULL))
          AND {tail}"""


def _write_cursor(due: datetime, case_id: UUID) -> str:
    text = json.dumps([due.astimezone(UTC).isoformat(), str(case_id)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(cursor: str | None) -> tuple[datetime, UUID] | None:
    if not cursor:
        return None
    try:
        due, case_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment = datetime.fromisoformat(due)
        if moment.tzinfo is None:
            raise ValueError("a cursor's moment has an offset")
        return moment, UUID(case_id)
    except (ValueError, TypeError, AttributeError, binascii.Error, UnicodeDecodeError):
        raise Invalid.field("cursor", _("Sidan finns inte. Börja om från första sidan.")) from None
