"""What do social services already know about a child: earlier reports, a running investigation, siblings?"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from riskzon import wall
from riskzon.access import read_in_full
from riskzon.models import Case, Child, Guardianship, Investigation, User


@dataclass(frozen=True)
class EarlierReport:
    """Another report about the same child: when, of what kind, and what came of it; none that was registered in error."""

    number: str
    kind: str
    notified_at: datetime
    disposition: str


@dataclass(frozen=True)
class Sibling:
    """A child with a guardian in common; `case` is the newest open one that the reader sees in full, if any."""

    child: Child
    shared: tuple[UUID, ...]
    case: Case | None


@dataclass(frozen=True)
class History:
    """The child summary."""

    reports: tuple[EarlierReport, ...]
    running_investigation: Investigation | None
    siblings: tuple[Sibling, ...]


def histories(
    cases: Sequence[Case], links: Mapping[UUID, Sequence[Guardianship]], user: User, now: datetime
) -> dict[UUID, History]:
    """The history of each case's child by case id; `links` holds the children's guardianships by child id."""
    children = {case.child_id for case in cases}
    others: dict[UUID, list[tuple[UUID, EarlierReport]]] = defaultdict(list)
    for case_id, child_id, report in wall.reports_about(children):
        others[child_id].append((case_id, EarlierReport(*report)))
    running = {
        investigation.child_id: investigation
        for investigation in Investigation.objects.filter(child__in=children, closed_at__isnull=True).select_related(
            "case_worker", "unit"
        )
    }
    siblings = _siblings(children, links, user, now)
    return {
        case.pk: History(
            reports=tuple(report for other, report in others[case.child_id] if other != case.pk),
            running_investigation=running.get(case.child_id),
            siblings=siblings[case.child_id],
        )
        for case in cases
    }


def _siblings(
    children: set[UUID], links: Mapping[UUID, Sequence[Guardianship]], user: User, now: datetime
) -> dict[UUID, tuple[Sibling, ...]]:
    guardians = {link.guardian_id for rows in links.values() for link in rows}
    shared = wall.siblings(guardians, user)
    known = {child.pk: child for _guardian, child in shared}
    common: dict[UUID, dict[UUID, list[UUID]]] = {}
    for child_id in children:
        own = {link.guardian_id for link in links.get(child_id, ())}
        beside = common[child_id] = defaultdict(list)
        for guardian_id, child in shared:
            if guardian_id in own and child.pk != child_id:
                beside[child.pk].append(guardian_id)
    siblings = {sibling for beside in common.values() for sibling in beside}
    seen: dict[UUID, Case] = {}
    if siblings:
        open_cases = read_in_full(user, now).filter(child__in=siblings, closed_at__isnull=True)
        for case in open_cases.select_related("report").order_by("registered_at"):
            seen[case.child_id] = case
    return {
        child_id: tuple(
            Sibling(known[sibling], tuple(guardians), seen.get(sibling)) for sibling, guardians in beside.items()
        )
        for child_id, beside in common.items()
    }
