"""Which emergency access has nobody reviewed in time, and what stands about it on a case's pages?"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from notifications.outbox import Telling, tell_many
from riskzon.models import Case, EmergencyAccess
from workflows.recipients import Directory

#: So many at a sweep; the next sweep takes the rest.
BATCH = 200


def raise_late(now: datetime) -> int:
    """Tell the heads of each access that was not reviewed in time, once; returns to how many. In a transaction.

    Asked at every sweep. Two dispatchers never take the same row; where there is nobody to tell it is tried anew.
    """
    late = list(
        EmergencyAccess.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        .filter(reviewed_at__isnull=True, opened_at__isnull=False, late_told_at__isnull=True, review_by__lt=now)
        .order_by("review_by")[:BATCH]
    )
    if not late:
        return 0
    directory = Directory.read(now)
    heads = tuple(directory.heads or directory.staff.heads)
    if not heads:
        return 0
    tellings = [
        Telling(
            "emergency_late",
            to=tuple(head for head in heads if head != row.user_id),
            key=f"{row.pk}:emergency:late",
            now=now,
            case_id=row.case_id,
            facts={"at": row.review_by.isoformat()},
        )
        for row in late
    ]
    EmergencyAccess.objects.filter(pk__in=[row.pk for row in late]).update(late_told_at=now)
    return tell_many(tellings)


def unsettled(cases: Iterable[Case], now: datetime) -> dict[UUID, list[EmergencyAccess]]:
    """What waits for a second person, or for its review, by case; the oldest first."""
    found: dict[UUID, list[EmergencyAccess]] = {}
    by_id = {case.pk: case for case in cases}
    rows = EmergencyAccess.objects.filter(case__in=by_id, reviewed_at__isnull=True).select_related("user")
    for row in rows.order_by("asked_at"):
        if row.opened_at is not None or row.waits(now):
            row.case = by_id[row.case_id]
            found.setdefault(row.case_id, []).append(row)
    return found
