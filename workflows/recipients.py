"""Who is meant by holder, lead, unit supervisor and head at the moment when a rung fires."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from notifications import roster
from riskzon.models import Case, Role, Unit
from riskzon.models.people import UnitKind
from riskzon.standing import Standing, rows


@dataclass(frozen=True)
class Staff:
    """The units and the people in them as they stand, whatever the hour."""

    units: dict[UUID, Unit]
    of_unit: dict[UUID, list[UUID]]
    heads: list[UUID]
    #: The unit that every report comes to.
    intake: Unit | None
    duty_unit: UUID | None
    active: frozenset[UUID]
    #: Who must hear nothing of a child (jäv), by child: for that child they are not there.
    blocked: dict[UUID, set[UUID]]


@dataclass
class Directory:
    """Everybody who could be told at `now`, read in one statement, asked many times."""

    now: datetime
    staff: Staff
    _open: dict[UUID, bool] = field(default_factory=dict)
    _found: dict[tuple[object, ...], tuple[UUID, ...]] = field(default_factory=dict, init=False)
    _on_duty: list[UUID] | None = None

    @classmethod
    def read(cls, now: datetime) -> "Directory":
        return cls(now=now, staff=_standing.read())

    @property
    def on_duty(self) -> list[UUID]:
        """Whoever is on duty at Socialjouren; asked only once a unit is found closed."""
        if self._on_duty is None:
            self._on_duty = roster.on_duty(self.now)
        return self._on_duty

    def is_open(self, unit_id: UUID) -> bool:
        if unit_id not in self._open:
            self._open[unit_id] = self.staff.units[unit_id].hours.is_open(self.now)
        return self._open[unit_id]

    def holder(self, unit_id: UUID, assignee_id: UUID | None) -> list[UUID]:
        """The assignee while the unit is open, else its queue; while it is closed, whoever is on duty."""
        if not self.is_open(unit_id):
            return self.on_duty
        if assignee_id in self.staff.active and assignee_id is not None:
            return [assignee_id]
        return self.staff.of_unit.get(unit_id, [])

    def unit_supervisor(self, unit_id: UUID) -> list[UUID]:
        supervisor = self.staff.units[unit_id].supervisor_id
        return [supervisor] if supervisor in self.staff.active else []

    def lead(self, unit_id: UUID) -> list[UUID]:
        """The unit's supervisor while it is open; while it is closed the supervisor of Socialjouren, else the heads."""
        if self.is_open(unit_id):
            return self.unit_supervisor(unit_id)
        if self.staff.duty_unit and (lead := self.unit_supervisor(self.staff.duty_unit)):
            return lead
        return self.staff.heads

    def find(self, roles: Sequence[str], case: Case) -> tuple[UUID, ...]:
        """Everybody meant by these roles, each person once, in order; nobody who is blocked from the case's child."""
        blocked = self.staff.blocked.get(case.child_id, set())
        # Many cases of a batch lie with few units and people.
        asked = (*roles, case.unit_id, case.assignee_id, *blocked)
        if asked not in self._found:
            self._found[asked] = self._meant(roles, case, blocked)
        return self._found[asked]

    def _meant(self, roles: Iterable[str], case: Case, blocked: set[UUID]) -> tuple[UUID, ...]:
        found: dict[UUID, None] = {}
        unit_id, assignee_id = case.unit_id, None if case.assignee_id in blocked else case.assignee_id
        for role in roles:
            people = {
                "holder": lambda: self.holder(unit_id, assignee_id),
                "lead": lambda: self.lead(unit_id),
                "unit_supervisor": lambda: self.unit_supervisor(unit_id),
                "head": lambda: self.staff.heads,
            }[role]()
            found.update(dict.fromkeys(people))
        return tuple(person for person in found if person not in blocked)

    def holding_unit(self, unit_id: UUID) -> UUID:
        """The unit that holds the case at this moment: its own, or Socialjouren while that is closed."""
        if self.is_open(unit_id) or self.staff.duty_unit is None:
            return unit_id
        return self.staff.duty_unit


def _built(said: dict[str, Any]) -> Staff:
    units = {unit.pk: unit for unit in rows(Unit, said["units"])}
    heads: list[UUID] = []
    of_unit: dict[UUID, list[UUID]] = {}
    for person in said["people"] or []:
        if person["role"] == Role.HEAD:
            heads.append(UUID(person["id"]))
        elif person["role"] in (Role.SOCIAL_WORKER, Role.DUTY) and person["unit"]:
            of_unit.setdefault(UUID(person["unit"]), []).append(UUID(person["id"]))
    blocked: dict[UUID, set[UUID]] = {}
    for block in said["blocks"] or []:
        blocked.setdefault(UUID(block["child"]), set()).add(UUID(block["person"]))
    return Staff(
        units=units,
        of_unit=of_unit,
        heads=heads,
        intake=min(
            (unit for unit in units.values() if unit.kind == UnitKind.INTAKE), key=lambda one: one.slug, default=None
        ),
        duty_unit=next((unit.pk for unit in units.values() if unit.kind == UnitKind.DUTY), None),
        active=frozenset(UUID(person["id"]) for person in said["people"] or []),
        blocked=blocked,
    )


_standing = Standing(
    """
    SELECT json_build_object(
        'units', (SELECT json_agg(u ORDER BY u.name) FROM riskzon_unit AS u),
        'people', (
            SELECT json_agg(json_build_object('id', p.id, 'role', p.role, 'unit', p.unit_id) ORDER BY p.id)
              FROM riskzon_user AS p WHERE p.is_active
        ),
        'blocks', (
            SELECT json_agg(json_build_object('child', b.child_id, 'person', b.user_id) ORDER BY b.id)
              FROM riskzon_caseblock AS b WHERE b.ended_at IS NULL
        )
    )::text
    """,
    _built,
)
