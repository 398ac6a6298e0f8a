"""Who answers when somebody is to have a role, and what does the answer do?

The administrator, and whoever keeps the municipality's directory, ask; the unit's supervisor answers, or a head of
department, who alone answers for supervisors and for roles outside the units. Nobody answers an own request, or about the
own role. To lose a role needs no answer; but whoever is the last head, or leads a unit alone, has a successor first.
(SOLPUL 10 §: authorisation limited to what each needs.)
"""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from riskzon import sessions, tokens
from riskzon.access import units_led_by
from riskzon.errors import Conflict
from riskzon.models import Role, RoleRequest, SignOn, Unit, User
from riskzon.sso_groups import HAS_UNIT

_WAITING = RoleRequest.State.WAITING


def answerable(user: User) -> QuerySet[RoleRequest]:
    """The waiting requests that `user` may answer."""
    return shown_to(user).filter(state=_WAITING)


def shown_to(user: User) -> QuerySet[RoleRequest]:
    """Every request, answered too, that is or was `user`'s to answer."""
    others = RoleRequest.objects.exclude(person=user).exclude(asked_by=user)
    if user.is_active and user.role == Role.HEAD:
        return others
    return others.filter(unit__in=units_led_by(user)).exclude(role=Role.SUPERVISOR)


def readable(user: User) -> QuerySet[RoleRequest]:
    """Every request that `user` may read: the administrator and the log reviewer all, whoever leads what is theirs."""
    if user.is_active and user.role in (Role.ADMIN, Role.LOG_REVIEWER):
        return RoleRequest.objects.all()
    return shown_to(user)


def expected_of(user: User) -> QuerySet[RoleRequest]:
    """Those of them that are the user's own to answer: a head leaves to a unit's supervisor what is that one's."""
    found = answerable(user)
    if user.role != Role.HEAD:
        return found
    return found.filter(Q(unit__isnull=True) | Q(role=Role.SUPERVISOR) | ~Q(unit__in=_led_units()))


def who_answers(request: RoleRequest) -> list[User]:
    """Those of whom the answer to this waiting request is expected; none: nobody is there who may."""
    able = User.objects.filter(role__in=[Role.SUPERVISOR, Role.HEAD], is_active=True).order_by("last_name", "pk")
    # Whoever works unseen reads no password.
    able = able.defer("password")
    return [user for user in able if expected_of(user).filter(pk=request.pk).exists()]


def waiting_for(person: User) -> RoleRequest | None:
    """What is asked for this person and not answered."""
    return RoleRequest.objects.filter(person=person, state=_WAITING).select_related("unit").first()


def ask(
    person: User, role: Role, unit: Unit | None, *, by: User | None, now: datetime, reason: str = ""
) -> RoleRequest:
    """Let a role wait for its answer, in a transaction; what waited before is taken back.

    ValueError: the role is held in a unit and none is given, or the other way round.
    """
    if HAS_UNIT[role] != (unit is not None):
        raise ValueError("the role and the unit do not go together")
    take_back(person, by=by, now=now)
    return RoleRequest.objects.create(person=person, role=role, unit=unit, asked_by=by, asked_at=now, reason=reason)


def take_back(person: User, *, by: User | None, now: datetime) -> bool:
    """Nothing is asked for this person any more; False: nothing was."""
    waiting = RoleRequest.objects.filter(person=person, state=_WAITING)
    return bool(waiting.update(state=RoleRequest.State.WITHDRAWN, answered_at=now, answered_by=by))


def take_effect(request: RoleRequest) -> User:
    """Give the role that was confirmed, in the transaction of the answer; the account is open from then on.

    Nothing goes on from a former role, or from before the account was closed: sessions and keys for the API end.
    Conflict: nobody would be head any more.
    """
    if request.role != Role.HEAD:
        keep_a_head(request.person_id)
    user = User.objects.select_for_update().get(pk=request.person_id)
    is_other = (user.role, user.unit_id) != (request.role, request.unit_id)
    if is_other or not user.is_active:
        sessions.end_all(user)
        tokens.revoke_all(user)
    if is_other:
        # Whoever leads elsewhere from now on leads there no more: the heads do, until somebody else does.
        Unit.objects.filter(supervisor=user).exclude(pk=request.unit_id).update(supervisor=None)
    user.role, user.unit, user.is_active = Role(request.role), request.unit, True
    user.save(update_fields=["role", "unit", "is_active"])
    user.groups.set([request.unit.group] if request.unit else [])
    SignOn.objects.filter(user=user).update(ended_at=None)
    lead_if_nobody_does(user)
    return user


def keep_a_head(person_id: UUID) -> None:
    """Conflict: nobody but this person is head of department, and every ladder ends there. In a transaction.

    All of them are locked, so that of two who leave at once the second is refused.
    """
    heads = User.objects.select_for_update(no_key=True).filter(role=Role.HEAD, is_active=True).order_by("pk")
    if list(heads.values_list("pk", flat=True)) == [person_id]:
        raise Conflict(
            _(
                "Personen är den enda verksamhetschefen. Begär först rollen för någon till under Konton, och låt den bekräftas."
            )
        )


def pass_units_on(person: User) -> list[Unit]:
    """Let another supervisor of each unit lead it instead of this one, who leaves; returns the units that have no other."""
    left = []
    for unit in Unit.objects.select_for_update(no_key=True, of=("self",)).filter(supervisor=person):
        others = User.objects.filter(role=Role.SUPERVISOR, is_active=True, unit=unit).exclude(pk=person.pk)
        successor = others.defer("password").order_by("last_name", "pk").first()
        if successor is None:
            left.append(unit)
            continue
        unit.supervisor = successor
        unit.save(update_fields=["supervisor"])
    return left


def lead_if_nobody_does(user: User) -> None:
    """A unit whose supervisor has gone gets this one of its own; where one leads it already, that is changed by hand."""
    unit = user.unit
    if unit is None or user.role != Role.SUPERVISOR:
        return
    if not _led_units().filter(pk=unit.pk).exists():
        unit.supervisor = user
        unit.save(update_fields=["supervisor"])


def _led_units() -> QuerySet[Unit]:
    return Unit.objects.filter(supervisor__is_active=True, supervisor__role=Role.SUPERVISOR)
