"""Which emergency access has nobody reviewed in time, and what stands about it on a case's pages?"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from notifications.outbox import Telling, tell_many
from riskzon.models import Case, EmergencyAccess, Role, User
from workflows.recipients import Directory

#: So many at a sweep; the next sweep takes the rest.
BATCH = 200


def raise_late(now: datetime) -> int:
    """Tell the heads of each access that was not reviewed in time, once; returns to how many. In a transaction.

    Where every head has had a part in it the log reviewers are told. Asked at every sweep. Two dispatchers never take the
    same row; where there is nobody to tell it is tried anew.
    """
    late = list(
        EmergencyAccess.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        .select_related("case")
        .filter(reviewed_at__isnull=True, opened_at__isnull=False, late_told_at__isnull=True, review_by__lt=now)
        .order_by("review_by")[:BATCH]
    )
    if not late:
        return 0
    directory = Directory.read(now)
    tellings = {row.pk: _late(row, directory, now) for row in late}
    told = [pk for pk, telling in tellings.items() if telling.to]
    EmergencyAccess.objects.filter(pk__in=told).update(late_told_at=now)
    return tell_many([tellings[pk] for pk in told])


def _late(row: EmergencyAccess, directory: Directory, now: datetime) -> Telling:
    had_part = {row.user_id, row.confirmed_by_id, *directory.staff.blocked.get(row.case.child_id, ())}
    heads = tuple(head for head in directory.heads or directory.staff.heads if head not in had_part)
    if heads:
        facts = {"at": row.review_by.isoformat()}
        key = f"{row.pk}:emergency:late"
        return Telling("emergency_late", to=heads, key=key, now=now, case_id=row.case_id, facts=facts)
    reviewers = User.objects.filter(role=Role.LOG_REVIEWER, is_active=True).values_list("pk", flat=True)
    return Telling("emergency_unreviewed", to=tuple(reviewers), key=f"{row.pk}:emergency:unreviewed", now=now)


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
