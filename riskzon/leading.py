"""Who leads a unit at a moment, and what do the heads of department lead because nobody else may?"""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from riskzon.absence import Moment, holding
from riskzon.models import Absence, CaseBlock, Role, Unit, User


@dataclass(frozen=True)
class Above:
    """What lies one level up: units that nobody leads, and in other units the children whom nobody who leads may know of."""

    units: list[UUID]
    children: dict[UUID, set[UUID]]

    @property
    def cases(self) -> Q:
        found = Q(unit__in=self.units)
        for unit_id, children in self.children.items():
            found |= Q(unit=unit_id, child__in=children)
        return found


def leaders(now: Moment) -> dict[UUID, frozenset[UUID]]:
    """Who leads each unit at `now`: its supervisor, or while that one is away the supervisor who covers; perhaps nobody."""
    away = Absence.objects.filter(holding(now))
    working = User.objects.filter(role=Role.SUPERVISOR, is_active=True).exclude(pk__in=away.values("person"))
    there = set(working.values_list("pk", flat=True))
    covers: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for person_id, cover_id in away.filter(cover__in=there).values_list("person", "cover"):
        covers[person_id].add(cover_id)
    return {
        unit_id: frozenset({supervisor_id, *covers[supervisor_id]} & there)
        for unit_id, supervisor_id in Unit.objects.values_list("pk", "supervisor")
    }


def above(now: Moment) -> Above:
    """What the heads of department lead at `now`."""
    leading = leaders(now)
    everybody = {person_id for people in leading.values() for person_id in people}
    barred: defaultdict[UUID, set[UUID]] = defaultdict(set)
    blocks = CaseBlock.objects.filter(user__in=everybody, ended_at__isnull=True)
    for person_id, child_id in blocks.values_list("user", "child"):
        barred[person_id].add(child_id)
    found = {
        unit_id: set.intersection(*(barred[person_id] for person_id in people))
        for unit_id, people in leading.items()
        if people
    }
    return Above(
        [unit_id for unit_id, people in leading.items() if not people],
        {unit_id: children for unit_id, children in found.items() if children},
    )
