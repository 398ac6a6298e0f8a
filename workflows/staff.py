"""Which units are there, who works in them, who is away and who must not hear of whom? Read in one statement."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from riskzon.access import CASE_ROLES
from riskzon.models import Role, Unit
from riskzon.models.people import UnitKind
from riskzon.standing import Standing, rows


class Away(NamedTuple):
    """From when, and up to when (None: until further notice); `cover`: who takes over meanwhile."""

    starts: datetime
    until: datetime | None
    cover: UUID | None


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
    #: Who has a number for SMS.
    with_number: frozenset[UUID]
    #: Who could hold a case: active, in a role that works with cases.
    workers: frozenset[UUID]
    #: Who could lead a unit.
    supervisors: frozenset[UUID]
    #: When each person is away.
    absences: dict[UUID, list["Away"]]
    #: Who must hear nothing of a child (jäv), by child: for that child they are not there.
    blocked: dict[UUID, set[UUID]]


def read() -> Staff:
    """As it stands, whatever the hour."""
    return _standing.read()


def _built(said: dict[str, Any]) -> Staff:
    units = {unit.pk: unit for unit in rows(Unit, said["units"])}
    heads: list[UUID] = []
    of_unit: dict[UUID, list[UUID]] = {}
    for person in said["people"] or []:
        if person["role"] == Role.HEAD:
            heads.append(UUID(person["id"]))
        elif person["role"] in (Role.SOCIAL_WORKER, Role.DUTY) and person["unit"]:
            of_unit.setdefault(UUID(person["unit"]), []).append(UUID(person["id"]))
    absences: dict[UUID, list[Away]] = {}
    for absence in said["absences"] or []:
        until = datetime.fromisoformat(absence["until"]) if absence["until"] else None
        cover = UUID(absence["cover"]) if absence["cover"] else None
        away = Away(datetime.fromisoformat(absence["starts"]), until, cover)
        absences.setdefault(UUID(absence["person"]), []).append(away)
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
        with_number=frozenset(UUID(person["id"]) for person in said["people"] or [] if person["number"]),
        workers=frozenset(UUID(person["id"]) for person in said["people"] or [] if person["role"] in CASE_ROLES),
        supervisors=frozenset(UUID(one["id"]) for one in said["people"] or [] if one["role"] == Role.SUPERVISOR),
        absences=absences,
        blocked=blocked,
    )


_standing = Standing(
    """
    SELECT json_build_object(
        'units', (SELECT json_agg(u ORDER BY u.name) FROM riskzon_unit AS u),
        'people', (
            SELECT json_agg(
                       json_build_object('id', p.id, 'role', p.role, 'unit', p.unit_id, 'number', p.phone <> '')
                       ORDER BY p.id
                   )
              FROM riskzon_user AS p WHERE p.is_active
        ),
        'absences', (
            SELECT json_agg(
                       json_build_object(
                           'person', a.person_id, 'starts', a.starts_at, 'cover', a.cover_id,
                           'until', LEAST(a.ends_at, a.ended_at)
                       )
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
