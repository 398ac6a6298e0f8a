"""Who may see and do what with which case: the one policy. Rights on one case are given by `riskzon.granting`.

A person reaches a case on one of these grounds, strongest first:

* lead - supervisor of the unit that holds the case, and whoever covers for one who is away; where nobody leads the unit, or
  whoever does must see nothing of the child (jäv), the heads of department (`riskzon.leading`)
* unit - social worker in that unit
* handle - a grant to handle this one case (own running investigation, named colleague of another unit)
* duty - Socialjouren, while the unit is closed and the case still needs the first days' work, and in the morning until
  somebody in the unit has taken it over; computed, never a row (`riskzon.duty`)
* note - two hours after that, to finish own notes: a grant that ends by itself
* read - a grant to read this one case
* emergency - broke in, with a reason, to read this one case for four hours (`riskzon.emergency`)
* follow - the liaison's own report, in reduced form, until 30 days after registration or the end of the case

A block (jäv) on the child removes the case whatever the ground. Nobody has a right on all cases. Which role can have which
ground, and what each allows, is declared in `riskzon.matrix`.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import Permission
from django.db.models import Case as SqlCase
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value, When

from riskzon import clock, duty, leading
from riskzon.absence import holding
from riskzon.duty import Shift
from riskzon.matrix import CASE_ROLES, RIGHTS, Action, Ground, can_reach, roles_reaching
from riskzon.models import (
    Absence,
    Case,
    CaseBlock,
    CaseGrant,
    CaseGroupGrant,
    CasePermission,
    GrantSource,
    ProtectedIdentity,
    Role,
    Unit,
    User,
)

__all__ = [
    "CASE_ROLES",
    "RIGHTS",
    "Action",
    "Ground",
    "can_reach",
]  # asked for here together with the policy that reads them

FOLLOW_FOR = timedelta(days=30)

#: The grounds that somebody has given; the others follow from where a person works.
GIVEN = {
    Ground.HANDLE: CasePermission.HANDLE,
    Ground.NOTE: CasePermission.NOTE,
    Ground.READ: CasePermission.READ,
    Ground.EMERGENCY: CasePermission.EMERGENCY,
    Ground.FOLLOW: CasePermission.FOLLOW,
}

_FOLLOWING = (GrantSource.REGISTERED, GrantSource.NAMED, GrantSource.TAKEN_OVER)


def units_of(user: User) -> list[UUID]:
    """The units whose cases are this person's everyday work."""
    if not can_reach(user, Ground.UNIT):
        return []
    own = [user.unit_id] if user.unit_id else []
    if user.role == Role.SUPERVISOR:
        own += [unit_id for unit_id in units_led_by(user) if unit_id != user.unit_id]
    return own


def units_led_by(user: User) -> list[UUID]:
    """The units that this person supervises, and as supervisor those of whoever is away and covered by this person.

    Read once for each request or task.
    """
    if user.role != Role.SUPERVISOR or not can_reach(user, Ground.LEAD):
        return []
    found: list[UUID] | None = getattr(user, "_led", None)
    if found is None:
        covered = Absence.objects.filter(holding(clock.Now()), cover=user)
        led = Unit.objects.filter(Q(supervisor=user) | Q(supervisor__in=covered.values("person")))
        found = list(led.values_list("pk", flat=True))
        user._led = found  # type: ignore[attr-defined]
    return list(found)


def shift_of(user: User, now: datetime) -> Shift:
    """The units for which this person stands in at `now` as one of Socialjouren; none of them for everybody else."""
    if not can_reach(user, Ground.DUTY):
        return Shift({}, {})
    return shift_at(user, now)


def shift_at(user: User, now: datetime) -> Shift:
    """Which units are closed and which are open at `now`; one page asks many times about one person and one moment."""
    moment, found = getattr(user, "_shift", (None, Shift({}, {})))
    if moment != now:
        found = duty.shift(now)
        user._shift = (now, found)  # type: ignore[attr-defined]
    return found


def asked_at(user: User) -> datetime | None:
    """The moment at which the page that is being made has asked about the hours; None: it has not."""
    moment: datetime | None = getattr(user, "_shift", (None,))[0]
    return moment


def visible_cases(user: User, now: datetime | None = None, *, down_to: Ground = Ground.FOLLOW) -> QuerySet[Case]:
    """Every case that `user` may see in any form at `now` (the product's clock), annotated with its `ground`.

    `down_to`: only those on this ground or a stronger one; the weaker ones, which the database would ask of each of many
    cases, are not asked for.
    """
    moment = now or clock.now()
    none = Case.objects.none().annotate(ground=Value("", output_field=CharField()))  # type: ignore[no-redef]  # as below
    if not user.is_active:
        return none
    strength = list(Ground)
    grounds = {
        ground: condition
        for ground, condition in _grounds(user, moment)
        if strength.index(ground) <= strength.index(down_to)
    }
    if not grounds:
        return none
    return (
        Case.objects.filter(Q(*grounds.values(), _connector=Q.OR))  # type: ignore[no-redef]  # the plugin takes the annotation for a second attribute
        .exclude(_blocked(user))
        .annotate(
            ground=SqlCase(
                *(When(condition, then=Value(ground.value)) for ground, condition in grounds.items()),
                output_field=CharField(),
            )
        )
    )


def reached(user: User, ground: Ground, now: datetime) -> QuerySet[Case]:
    """The cases whose `ground` in `visible_cases` is this one, without asking for the weaker: cheap enough for every page."""
    found = Case.objects.exclude(_blocked(user)) if user.is_active else Case.objects.none()
    for one, condition in _grounds(user, now):
        if one == ground:
            return found.filter(condition)
        found = found.exclude(condition)
    return Case.objects.none()


def read_in_full(user: User, now: datetime | None = None) -> QuerySet[Case]:
    """The visible cases without those that are only followed: an own report in reduced form. Not annotated.

    To follow is the weakest ground: it is the only one exactly where no other holds.
    """
    others = [condition for ground, condition in _grounds(user, now or clock.now()) if ground != Ground.FOLLOW]
    # No condition at all would let every case through.
    if not others or not user.is_active:
        return Case.objects.none()
    return Case.objects.filter(Q(*others, _connector=Q.OR)).exclude(_blocked(user))


def can(user: User, action: Action, case: Case, now: datetime | None = None) -> bool:
    """Whether `user` may do `action` with `case` at `now`; the same rule as `visible_cases`, for one case."""
    return action in rights(user, case, now)


def rights(user: User, case: Case, now: datetime | None = None) -> frozenset[Action]:
    """Everything that `user` may do with `case` at `now`; empty if the case may not be seen."""
    return rights_on(ground_of(user, case.pk, now), user)


def ground_of(user: User, case_id: UUID, now: datetime | None = None) -> str | None:
    """The strongest ground on which `user` reaches one case at `now`; None if it may not be seen or does not exist.

    The rule of `visible_cases`, asked ground by ground: nearly all of a day's work is settled by the first question.
    """
    if not user.is_active:
        return None
    unit_id = _open_to(user).filter(pk=case_id).values_list("unit", flat=True).first()
    # Asked in full of a missing or blocked case too: it takes as long as one that is hidden, and no time tells them apart.
    ground = _ground_in(user, case_id, unit_id, now)
    return None if unit_id is None else ground


def _open_to(user: User) -> QuerySet[Case]:
    return Case.objects.exclude(_blocked(user))


def _ground_in(user: User, case_id: UUID, unit_id: UUID | None, now: datetime | None) -> Ground | None:
    if unit_id in units_led_by(user):
        return Ground.LEAD
    moment = now or clock.now()
    if is_above(user) and _open_to(user).filter(leading.above(moment).cases, pk=case_id).exists():
        return Ground.LEAD
    if unit_id in units_of(user):
        return Ground.UNIT
    found = set(_given(user, case_id, moment))
    given = {ground for ground, permission in GIVEN.items() if permission_id(permission) in found}
    if can_reach(user, Ground.DUTY) and Case.objects.filter(_on_duty(user, moment), pk=case_id).exists():
        given.add(Ground.DUTY)
    return next((ground for ground in Ground if ground in given and can_reach(user, ground)), None)


def rights_on(ground: str | None, user: User) -> frozenset[Action]:
    """What a ground allows this person."""
    return RIGHTS[Ground(ground)] if ground else frozenset()


def offered(user: User) -> QuerySet[Case]:
    """The open cases that a liaison may take over: of reports that another liaison of the same unit registered.

    No case of a report in which a child is blocked for this person, or has a protected identity: who follows such a child
    is decided by social services, who name the liaison.
    """
    if user.role != Role.LIAISON or not user.is_active or user.unit_id is None:
        return Case.objects.none()
    hidden = Case.objects.filter(report=OuterRef("report")).filter(
        Q(_blocked(user)) | ~Q(child__protected_identity=ProtectedIdentity.NONE)
    )
    colleagues = User.objects.filter(role=Role.LIAISON, unit=user.unit_id).exclude(pk=user.pk)
    return Case.objects.filter(closed_at__isnull=True, report__registered_by__in=colleagues).exclude(Exists(hidden))


def may_hold(user: User, case: Case) -> bool:
    """Whether this person could be given the case: no block on its child."""
    return not CaseBlock.objects.filter(user=user, child_id=case.child_id, ended_at__isnull=True).exists()


def _blocked(user: User) -> Exists:
    return Exists(CaseBlock.objects.filter(user=user, ended_at__isnull=True, child=OuterRef("child")))


_permission_ids: dict[str, int] = {}


def permission_id(permission: CasePermission) -> int:
    """The key of the permission's row; remembered, since migrations alone write these rows."""
    key = permission.value
    if key not in _permission_ids:
        _permission_ids[key] = Permission.objects.get(content_type__app_label="riskzon", codename=key).pk
    return _permission_ids[key]


def roles_with(permission: CasePermission) -> list[Role]:
    """The roles in which a grant of this right gives anything."""
    return roles_reaching(next(ground for ground, given in GIVEN.items() if given == permission))


def live(now: datetime) -> Q:
    """The grants that hold at `now`; a liaison's own report as long as its case is open."""
    return Q(ended_at__isnull=True) & (
        Q(ends_at__isnull=True) | Q(ends_at__gt=now) | Q(source__in=_FOLLOWING, content_object__closed_at__isnull=True)
    )


def _granted(user: User, permission: CasePermission, now: datetime) -> Q:
    wanted = Q(live(now), permission_id=permission_id(permission), content_object=OuterRef("pk"))
    return Q(Exists(CaseGrant.objects.filter(wanted, user=user))) | Q(
        Exists(CaseGroupGrant.objects.filter(wanted, group__user=user))
    )


def _given(user: User, case_id: UUID, now: datetime) -> QuerySet[CaseGrant, int]:
    """The rights that are given on one case, to the person or to a group of hers."""
    here = Q(live(now), content_object=case_id)
    own = CaseGrant.objects.filter(here, user=user).order_by().values_list("permission_id", flat=True)
    groups = CaseGroupGrant.objects.filter(here, group__user=user).order_by().values_list("permission_id", flat=True)
    return own.union(groups)


def _on_duty(user: User, now: datetime) -> Q:
    shift = shift_of(user, now)
    return duty.at_night(shift) | duty.from_duty(shift)


def is_above(user: User) -> bool:
    """Whether this person leads what nobody else may (`riskzon.leading`)."""
    return user.role == Role.HEAD and can_reach(user, Ground.LEAD)


def _grounds(user: User, now: datetime) -> Iterator[tuple[Ground, Q]]:
    """Strongest first."""
    if led := units_led_by(user):
        yield Ground.LEAD, Q(unit__in=led)
    if is_above(user):
        yield Ground.LEAD, leading.above(now).cases
    if units := units_of(user):
        yield Ground.UNIT, Q(unit__in=units)
    for ground in Ground:
        if not can_reach(user, ground):
            continue
        if ground == Ground.DUTY:
            yield ground, _on_duty(user, now)
        elif ground in GIVEN:
            yield ground, _granted(user, GIVEN[ground], now)
