"""What stands for the children who share a guardian with this one: whom must be kept from them, and are they hidden?

A text about one child tells of the others who live there. So it is asked of every sibling, whoever reads the case and
whichever of them that person may open: past the wall of the database, and only for what is to be left out.
"""

from dataclasses import dataclass
from uuid import UUID

from riskzon import wall
from riskzon.models import Child, Guardianship, Hold
from riskzon.veil import is_protected


@dataclass(frozen=True)
class Siblings:
    """`shared`: (guardian, sibling) for each guardian in common; `holds`: those that stand for a sibling, of any guardian."""

    children: tuple[Child, ...]
    shared: frozenset[tuple[UUID, UUID]]
    holds: tuple[Hold, ...]

    @property
    def is_protected(self) -> bool:
        """Whether one of them has a protected identity."""
        return any(map(is_protected, self.children))

    def holds_on(self, guardian_id: UUID | None) -> list[Hold]:
        """The holds that keep this guardian from a sibling: on the guardian, or on every guardian of that sibling."""
        return [
            hold
            for hold in self.holds
            if hold.guardian_id == guardian_id
            or (hold.guardian_id is None and (guardian_id, hold.child_id) in self.shared)
        ]


def siblings_of(child_id: UUID) -> Siblings:
    """Every other child with a guardian in common, and every hold that stands for one of them; in two statements."""
    with wall.beyond():
        links = list(
            Guardianship.objects.filter(guardian__guardianships__child=child_id)
            .exclude(child=child_id)
            .select_related("child")
            .order_by("pk")
        )
        children = {link.child_id: link.child for link in links}
        holds = list(Hold.objects.filter(child__in=children, ended_at__isnull=True)) if children else []
    shared = frozenset((link.guardian_id, link.child_id) for link in links)
    return Siblings(tuple(children.values()), shared, tuple(holds))
