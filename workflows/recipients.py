"""Who is meant by holder, lead, unit supervisor and head at the moment when a rung fires."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from notifications import roster
from riskzon.access import CASE_ROLES
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
    #: Who could hold a case: active, in a role that works with cases.
    workers: frozenset[UUID]
    #: When each person is away: from, and up to; None: until further notice.
    absences: dict[UUID, list[tuple[datetime, datetime | None]]]
    #: Who must hear nothing of a child (jäv), by child: for that child they are not there.
    blocked: dict[UUID, set[UUID]]


@dataclass
class Directory:
    """Everybody who could be told at `now`, read in one statement, asked many times."""

    now: datetime
    staff: Staff
    _open: dict[UUID, bool] = field(default_factory=dict)
    _on_duty: list[UUID] | None = None

    @classmethod
    def read(cls, now: datetime) -> "Directory":
        return cls(now=now, staff=_standing.read())

    @property
    def on_duty(self) -> list[UUID]:
        """Whoever is on duty at Socialjouren and there; asked only once a unit is found closed."""
        return self.there(self.on_roster)

    @property
    def on_roster(self) -> list[UUID]:
        if self._on_duty is None:
            self._on_duty = roster.on_duty(self.now)
        return self._on_duty

    @property
    def heads(self) -> list[UUID]:
        return self.there(self.staff.heads)

    def there(self, people: Iterable[UUID]) -> list[UUID]:
        """Those of these people who are not away at `now`; whoever is away hears nothing."""
        return [person for person in people if not self.is_away(person)]

    def is_away(self, person: UUID) -> bool:
        return any(
            starts <= self.now and (until is None or self.now < until)
            for starts, until in self.staff.absences.get(person, ())
        )

    def is_open(self, unit_id: UUID) -> bool:
        if unit_id not in self._open:
            self._open[unit_id] = self.staff.units[unit_id].hours.is_open(self.now)
        return self._open[unit_id]

    def holder(self, unit_id: UUID, assignee_id: UUID | None) -> list[UUID]:
        """The assignee while the unit is open, else its queue; while it is closed, whoever is on duty.

        An assignee who is away, has left or works with cases no more is as good as none.
        """
        if not self.is_open(unit_id):
            return self.on_duty
        if assignee_id is not None and assignee_id in self.staff.workers and not self.is_away(assignee_id):
            return [assignee_id]
        return self.there(self.staff.of_unit.get(unit_id, []))

    def unit_supervisor(self, unit_id: UUID) -> list[UUID]:
        supervisor = self.staff.units[unit_id].supervisor_id
        return self.there([supervisor]) if supervisor in self.staff.active else []

    def lead(self, unit_id: UUID) -> list[UUID]:
        """The unit's supervisor while it is open; while it is closed the supervisor of Socialjouren, else the heads."""
        if self.is_open(unit_id):
            return self.unit_supervisor(unit_id)
        if self.staff.duty_unit and (lead := self.unit_supervisor(self.staff.duty_unit)):
            return lead
        return self.heads

    def find(self, roles: Iterable[str], case: Case) -> tuple[UUID, ...]:
        """Everybody meant by these roles, each person once, in order; nobody who is blocked from the case's child."""
        found: dict[UUID, None] = {}
        blocked = self.staff.blocked.get(case.child_id, set())
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
    absences: dict[UUID, list[tuple[datetime, datetime | None]]] = {}
    for absence in said["absences"] or []:
        until = datetime.fromisoformat(absence["until"]) if absence["until"] else None
        absences.setdefault(UUID(absence["person"]), []).append((datetime.fromisoformat(absence["starts"]), until))
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
        workers=frozenset(UUID(person["id"]) for person in said["people"] or [] if person["role"] in CASE_ROLES),
        absences=absences,
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
        'absences', (
            SELECT json_agg(
                       json_build_object('person', a.person_id, 'starts', a.starts_at, 'until', LEAST(a.ends_at, a.ended_at))
                       ORDER BY a.id
                   )
              FROM riskzon_absence AS a
             WHERE COALESCE(LEAST(a.ends_at, a.ended_at), 'infinity') > riskzon_now() - interval '1 day'
        ),
        'blocks', (
            SELECT json_agg(json_build_object('child', b.child_id, 'person', b.user_id) ORDER BY b.id)
              FROM riskzon_caseblock AS b WHERE b.ended_at IS NULL
        )
    )::text
    """,
    _built,
)
