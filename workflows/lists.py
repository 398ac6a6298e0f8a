"""Which deadlines and which breaches may a person see, a page at a time?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.db.models import Q, QuerySet

from riskzon.access import Ground
from riskzon.doors import Look
from riskzon.models import CaseBlock, Role
from workflows import cursors, veiled
from workflows.models import Breach, Deadline, Kind

Row = TypeVar("Row", Deadline, Breach)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page; `next` is the cursor of the following one or None."""

    rows: list[Row]
    next: str | None


def deadlines(
    door: Look,
    *,
    kind: str = "",
    state: str = "",
    due_before: datetime | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Deadline]:
    """Deadlines of the cases that this person may see, earliest limit first; logged as a list of these cases.

    Of an own report the liaison sees the clock for reaching a guardian and no other.
    """
    after = cursors.read(cursor)
    followed = door.cases.filter(ground=Ground.FOLLOW).values("pk")
    in_full = door.cases.exclude(ground=Ground.FOLLOW).values("pk")
    rows = Deadline.objects.filter(Q(case__in=in_full) | Q(case__in=followed, kind=Kind.GUARDIAN_CONTACT))
    if kind:
        rows = rows.filter(kind=kind)
    if state:
        rows = rows.filter(state=state)
    if due_before is not None:
        rows = rows.filter(due_at__lt=due_before)
    if after is not None:
        rows = rows.filter(Q(due_at__gt=after[0]) | Q(due_at=after[0], pk__gt=after[1]))
    found = list(rows.select_related("case__report", "rule").order_by("due_at", "pk")[: limit + 1])
    door.listed(list(dict.fromkeys(row.case_id for row in found[:limit])))
    return Page(
        found[:limit], cursors.write(found[limit - 1].due_at, found[limit - 1].pk) if len(found) > limit else None
    )


def breaches(door: Look, *, reviewed: bool | None = None, cursor: str | None = None, limit: int = 50) -> Page[Breach]:
    """Breaches, newest first: of the cases this person reads in full, and for the head of department of all units.

    What was written about one is there for whoever reads its case in full and has been shown who the child is.
    """
    after = cursors.read(cursor)
    rows = _breaches_seen(door)
    if reviewed is not None:
        rows = rows.filter(reviewed_at__isnull=not reviewed)
    if after is not None:
        rows = rows.filter(Q(fired_at__lt=after[0]) | Q(fired_at=after[0], pk__lt=after[1]))
    found = list(rows.select_related("case__report", "deadline", "duty_unit").order_by("-fired_at", "-pk")[: limit + 1])
    explained = [row for row in found if row.action]
    hidden = veiled.hidden_in(door, (row.case_id for row in explained))
    veiled.empty(row for row in explained if row.case_id in hidden)
    door.listed(list(dict.fromkeys(row.case_id for row in found[:limit])))
    return Page(
        found[:limit], cursors.write(found[limit - 1].fired_at, found[limit - 1].pk) if len(found) > limit else None
    )


def _breaches_seen(door: Look) -> QuerySet[Breach]:
    if door.user.role == Role.HEAD:
        blocked = CaseBlock.objects.filter(user=door.user, ended_at__isnull=True).values("child")
        return Breach.objects.exclude(case__child__in=blocked)
    return Breach.objects.filter(case__in=door.cases.exclude(ground=Ground.FOLLOW).values("pk"))
