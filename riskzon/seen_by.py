"""Who can see one case at this moment, and on which ground? The policy read from the side of the case.

`riskzon.access` is asked by a person for cases; this is asked by a case for persons, in a handful of statements however
many work here. A test holds the two equal for everybody.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from riskzon import duty, leading
from riskzon.absence import holding
from riskzon.access import GIVEN, live, roles_with
from riskzon.matrix import Ground, roles_reaching
from riskzon.models import Absence, Case, CaseBlock, CaseGrant, CaseGroupGrant, CasePermission, Role, User

_G = TypeVar("_G", CaseGrant, CaseGroupGrant)


@dataclass(frozen=True)
class Sight:
    """One person who can see the case, on the strongest ground. `covers`: in whose place, until `until` (None: not known)."""

    person: User
    ground: Ground
    covers: User | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Given:
    """One right that is given on the case to one person; `unit`: to everybody in that unit's group instead."""

    person: User | None
    unit: str
    ground: Ground
    grant: CaseGrant | CaseGroupGrant


def people(case: Case, now: datetime) -> list[Sight]:
    """Everybody who can see this case at `now` (UTC, the product's clock), the strongest ground first, then by name."""
    strength = list(Ground)
    best: dict[UUID, Sight] = {}
    for sight in _everybody(case, now):
        known = best.get(sight.person.pk)
        if known is None or strength.index(sight.ground) < strength.index(known.ground):
            best[sight.person.pk] = sight
    blocked = _blocked(case)
    found = [sight for person_id, sight in best.items() if person_id not in blocked]
    return sorted(found, key=lambda one: (strength.index(one.ground), str(one.person).casefold()))


def given(case: Case, now: datetime) -> list[Given]:
    """Every right that is given on this case and gives something at `now`, the oldest first."""
    blocked = _blocked(case)
    own = [
        Given(grant.user, "", ground, grant)
        for ground, grant in _grants(CaseGrant.objects.select_related("user__unit"), case, now)
        if grant.user.is_active and grant.user.role in roles_reaching(ground) and grant.user_id not in blocked
    ]
    units = [
        Given(None, getattr(grant.group, "unit", grant.group).name, ground, grant)
        for ground, grant in _grants(CaseGroupGrant.objects.select_related("group__unit"), case, now)
    ]
    return sorted([*own, *units], key=lambda one: (one.grant.granted_at, one.grant.pk))


def _everybody(case: Case, now: datetime) -> Iterator[Sight]:
    """Each ground of each person, those who are blocked too."""
    working = User.objects.filter(is_active=True).select_related("unit")
    leads = working.filter(role=Role.SUPERVISOR)
    if Role.SUPERVISOR in roles_reaching(Ground.LEAD) and case.unit.supervisor_id is not None:
        yield from (Sight(one, Ground.LEAD) for one in leads.filter(pk=case.unit.supervisor_id))
        for absence in Absence.objects.filter(holding(now), person=case.unit.supervisor_id, cover__isnull=False):
            until = min((one for one in (absence.ends_at, absence.ended_at) if one is not None), default=None)
            yield from (
                Sight(one, Ground.LEAD, absence.person, until) for one in leads.filter(pk__in=[absence.cover_id])
            )
    if Role.HEAD in roles_reaching(Ground.LEAD) and leading.leaders(now)[case.unit_id] <= _blocked(case):
        yield from (Sight(one, Ground.LEAD) for one in working.filter(role=Role.HEAD))
    for one in working.filter(role__in=roles_reaching(Ground.UNIT), unit=case.unit_id):
        yield Sight(one, Ground.UNIT)
    shift = duty.shift(now)
    if Case.objects.filter(duty.at_night(shift) | duty.from_duty(shift), pk=case.pk).exists():
        yield from (Sight(one, Ground.DUTY) for one in working.filter(role__in=roles_reaching(Ground.DUTY)))
    for ground, permission in GIVEN.items():
        here = Q(live(now), content_object=case.pk, permission__codename=permission)
        to = Q(pk__in=CaseGrant.objects.filter(here).values("user"))
        to |= Q(groups__in=CaseGroupGrant.objects.filter(here).values("group"))
        for one in working.filter(to, role__in=roles_with(permission)).distinct():
            yield Sight(one, ground)


def _grants(rows: QuerySet[_G], case: Case, now: datetime) -> Iterator[tuple[Ground, _G]]:
    grounds = {permission: ground for ground, permission in GIVEN.items()}
    for grant in rows.select_related("permission", "granted_by").filter(live(now), content_object=case.pk):
        yield grounds[CasePermission(grant.permission.codename)], grant


def _blocked(case: Case) -> set[UUID]:
    rows = CaseBlock.objects.filter(child=case.child_id, ended_at__isnull=True)
    return set(rows.values_list("user", flat=True))
