"""How an act is written to the access log: always in the transaction of the act itself."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from riskzon.models import AuditAction, AuditEntry, User


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
) -> AuditEntry:
    """Add one row. If it cannot be written the exception goes on, and the act with it is undone."""
    return AuditEntry.objects.create(
        action=action,
        actor=by,
        role=by.role if by else "",
        unit_id=by.unit_id if by else None,
        product_at=now,
        what=what,
        ground=ground,
        case_id=case_id,
        cases=list(case_ids),
        detail=dict(detail or {}),
    )
