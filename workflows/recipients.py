"""Who is meant by holder, lead, unit supervisor and head at the moment when a rung fires."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from notifications import roster
from riskzon.models import Case, CaseBlock, Role, Unit, User


@dataclass
class Directory:
    """Everybody who could be told at `now`, read once in a few statements, asked many times."""

    now: datetime
    units: dict[UUID, Unit]
    staff: dict[UUID, list[UUID]]
    heads: list[UUID]
    duty_unit: UUID | None
    active: set[UUID]
    #: Who must hear nothing of a child (jäv), by child: for that child they are not there.
    blocked: dict[UUID, set[UUID]]
    _open: dict[UUID, bool] = field(default_factory=dict)
    _on_duty: list[UUID] | None = None

    @classmethod
    def read(cls, now: datetime) -> "Directory":
        units = {unit.pk: unit for unit in Unit.objects.all()}
        staff: dict[UUID, list[UUID]] = {}
        heads: list[UUID] = []
        active: set[UUID] = set()
        for pk, role, unit_id in (
            User.objects.filter(is_active=True).values_list("pk", "role", "unit_id").order_by("pk")
        ):
            active.add(pk)
            if role == Role.HEAD:
                heads.append(pk)
            elif role in (Role.SOCIAL_WORKER, Role.DUTY) and unit_id:
                staff.setdefault(unit_id, []).append(pk)
        blocked: dict[UUID, set[UUID]] = {}
        for child_id, user_id in CaseBlock.objects.filter(ended_at__isnull=True).values_list("child_id", "user_id"):
            blocked.setdefault(child_id, set()).add(user_id)
        return cls(
            now=now,
            units=units,
            staff=staff,
            heads=heads,
            duty_unit=next((unit.pk for unit in units.values() if unit.kind == "duty"), None),
            active=active,
            blocked=blocked,
        )

    @property
    def on_duty(self) -> list[UUID]:
        """Whoever is on duty at Socialjouren; asked only once a unit is found closed."""
        if self._on_duty is None:
            self._on_duty = [person.pk for person in roster.on_duty(self.now)]
        return self._on_duty

    def is_open(self, unit_id: UUID) -> bool:
        if unit_id not in self._open:
            self._open[unit_id] = self.units[unit_id].hours.is_open(self.now)
        return self._open[unit_id]

    def holder(self, unit_id: UUID, assignee_id: UUID | None) -> list[UUID]:
        """The assignee while the unit is open, else its queue; while it is closed, whoever is on duty."""
        if not self.is_open(unit_id):
            return self.on_duty
        if assignee_id in self.active and assignee_id is not None:
            return [assignee_id]
        return self.staff.get(unit_id, [])

    def unit_supervisor(self, unit_id: UUID) -> list[UUID]:
        supervisor = self.units[unit_id].supervisor_id
        return [supervisor] if supervisor in self.active else []

    def lead(self, unit_id: UUID) -> list[UUID]:
        """The unit's supervisor while it is open; while it is closed the supervisor of Socialjouren, else the heads."""
        if self.is_open(unit_id):
            return self.unit_supervisor(unit_id)
        if self.duty_unit and (lead := self.unit_supervisor(self.duty_unit)):
            return lead
        return self.heads

    def find(self, roles: Iterable[str], case: Case) -> tuple[UUID, ...]:
        """Everybody meant by these roles, each person once, in order; nobody who is blocked from the case's child."""
        found: dict[UUID, None] = {}
        blocked = self.blocked.get(case.child_id, set())
        unit_id, assignee_id = case.unit_id, None if case.assignee_id in blocked else case.assignee_id
        for role in roles:
            people = {
                "holder": lambda: self.holder(unit_id, assignee_id),
                "lead": lambda: self.lead(unit_id),
                "unit_supervisor": lambda: self.unit_supervisor(unit_id),
                "head": lambda: self.heads,
            }[role]()
            found.update(dict.fromkeys(people))
        return tuple(person for person in found if person not in blocked)

    def holding_unit(self, unit_id: UUID) -> UUID:
        """The unit that holds the case at this moment: its own, or Socialjouren while that is closed."""
        if self.is_open(unit_id) or self.duty_unit is None:
            return unit_id
        return self.duty_unit
