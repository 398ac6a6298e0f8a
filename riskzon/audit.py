"""How an act is written to the access log: always in the transaction of the act itself."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from riskzon.columns import arrays
from riskzon.models import AuditAction, User


def record(
    action: AuditAction,
    *,
    by: User | None,
    now: datetime,
    what: str = "",
    ground: str = "",
    case_id: UUID | None = None,
    case_ids: Iterable[UUID] = (),
    detail: Mapping[str, object] | None = None,
) -> None:
    """Add one row. If it cannot be written the exception goes on, and the act is undone even if somebody catches it."""
    with transaction.mark_for_rollback_on_error(), connection.cursor() as cursor:
        # Every reading waits for this row, so it is written without a detour.
        cursor.execute(
            """
            INSERT INTO riskzon_auditentry
                   (product_at, actor_id, role, unit_id, action, what, ground, case_id, cases, detail)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::uuid[], %s::jsonb)
            """,
            [
                now,
                by.pk if by else None,
                by.role if by else "",
                by.unit_id if by else None,
                action.value,
                what,
                ground,
                case_id,
                list(case_ids),
                json.dumps(dict(detail or {})),
            ],
        )


def record_system(what: str, about: Sequence[tuple[UUID, Mapping[str, object]]], *, now: datetime) -> None:
    """Add one row for each case and its detail: nobody did this, the clock struck."""
    record_each(AuditAction.SYSTEM, what, about, by=None, now=now)


def record_each(
    action: AuditAction,
    what: str,
    about: Sequence[tuple[UUID, Mapping[str, object]]],
    *,
    by: User | None,
    now: datetime,
) -> None:
    """Add one row for each case and its detail, for one act that has touched them all."""
    if not about:
        return
    with transaction.mark_for_rollback_on_error(), connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO riskzon_auditentry
                   (product_at, actor_id, role, unit_id, action, what, ground, case_id, cases, detail)
            SELECT %s, %s, %s, %s, %s, %s, '', said.case_id, '{}', said.detail
              FROM unnest(%s::uuid[], %s::jsonb[]) AS said (case_id, detail)
            """,
            [
                now,
                by.pk if by else None,
                by.role if by else "",
                by.unit_id if by else None,
                action.value,
                what,
                *arrays((case_id, json.dumps(dict(detail))) for case_id, detail in about),
            ],
        )
