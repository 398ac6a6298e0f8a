"""Somebody is to have a role: the administrator asks, who leads answers, the log reviewers hear (`riskzon.role_requests`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from notifications.outbox import tell
from riskzon import audit, clock, first_password, role_requests, sessions, tokens
from riskzon.doors import unseen
from riskzon.errors import Conflict, Invalid, Unseen
from riskzon.matrix import Place, has
from riskzon.models import AuditAction, Role, RoleRequest, SignOn, Unit, UnitKind, User
from riskzon.sso_groups import HAS_UNIT
from workflows.verbs.accounts import people

#: In which kinds of unit a role is held, where not in any.
_KINDS = {
    Role.SOCIAL_WORKER: (UnitKind.INTAKE, UnitKind.INVESTIGATION),
    Role.DUTY: (UnitKind.DUTY,),
    Role.LIAISON: (UnitKind.LIAISON,),
}


def ask(by: User, person_id: UUID, *, role: Role, unit: Unit | None, reason: str) -> RoleRequest:
    """Ask that somebody has this role, in this unit; what waited before is taken back. Only the administrator, else Unseen.

    Invalid names the field: role and unit do not go together, nothing new, no reason.
    """
    with _acting(by, Place.ACCOUNTS, "role_ask") as now:
        person = people().filter(pk=person_id).first()
        if person is None:
            raise Unseen
        _require(role, unit, reason)
        if person.is_active and (person.role, person.unit_id) == (role, unit and unit.pk):
            raise Invalid.field("role", _("Personen har redan den rollen."))
        return _ask(by, person, role, unit, reason, now)


def make_account(
    by: User,
    *,
    username: str,
    given_name: str,
    family_name: str,
    email: str,
    role: Role,
    unit: Unit | None,
    reason: str,
) -> RoleRequest:
    """A new account without a password, shut until its role is confirmed. As `ask`; Invalid also for a name that is taken."""
    with _acting(by, Place.ACCOUNTS, "account_new") as now:
        _require(role, unit, reason)
        try:
            UnicodeUsernameValidator()(username)
        except ValidationError as wrong:
            raise Invalid.field("username", str(wrong.message)) from wrong
        if User.objects.filter(username__iexact=username).exists():
            raise Invalid.field("username", _("Någon har redan det användarnamnet."))
        person = _shut_account(username, first_name=given_name, last_name=family_name, email=email)
        return _ask(by, person, role, unit, reason, now)


def new_password(by: User, person_id: UUID) -> RoleRequest:
    """The password is forgotten: it lets nobody in any more, nor do sessions and keys, and the role is asked for again.

    Whoever confirms it hands over a new first password, having seen who it is; the administrator never knows it.
    Unseen: nobody such, the own account, one that is closed, or the municipality's. Conflict: the last head, whose role
    nobody else could confirm.
    """
    with _acting(by, Place.ACCOUNTS, "account_password") as now:
        person = people().filter(pk=person_id, is_active=True, sign_on=None).exclude(pk=by.pk).first()
        if person is None:
            raise Unseen
        role_requests.keep_a_head(person.pk)
        person.set_unusable_password()
        person.save(update_fields=["password"])
        sessions.end_all(person)
        tokens.revoke_all(person)
        return _ask(by, person, Role(person.role), person.unit, _("Nytt lösenord."), now)


def close_account(by: User, person_id: UUID) -> User:
    """End somebody's account, with every session and key, and what is asked for it; heads and log reviewers are told.

    Unseen: nobody such, ended already, or the own. Conflict: the last head, or who leads a unit that has nobody else to lead it.
    """
    with _acting(by, Place.ACCOUNTS, "account_close") as now:
        person = people().filter(pk=person_id).exclude(pk=by.pk).first()
        if person is None:
            raise Unseen
        was_asked = role_requests.take_back(person, by=by, now=now)
        if not person.is_active and not was_asked:
            raise Unseen
        if person.is_active:
            role_requests.keep_a_head(person.pk)
            if alone := role_requests.pass_units_on(person):
                raise Conflict(
                    _(
                        "Personen leder %(unit)s. Begär först rollen enhetschef där för någon annan under Konton, och låt "
                        "den bekräftas."
                    )
                    % {"unit": alone[0]}
                )
        person.is_active = False
        person.save(update_fields=["is_active"])
        # Ended here: no group of the directory opens it again.
        SignOn.objects.filter(user=person).update(ended_at=None)
        sessions.end_all(person)
        tokens.revoke_all(person)
        _log(by, "account_close", now, user=str(person.pk))
        key = f"{person.pk}:closed:{clock.real_now().isoformat()}"
        tell("account_closed", to=[*_in_role(Role.HEAD), *_in_role(Role.LOG_REVIEWER)], key=key, now=now)
        return person


def confirm(by: User, request_id: UUID) -> tuple[RoleRequest, str]:
    """Let the role hold from now on; and the first password of an account that has none, told this once, else "".

    Unseen: not this person's to answer. Conflict: answered or taken back, or nobody would be head any more.
    """
    with _answering(by, request_id, "role_confirm") as (request, now):
        person = role_requests.take_effect(request)
        password = "" if _has_a_way_in(person) else first_password.give(person)
        _answer(request, RoleRequest.State.CONFIRMED, by, "", now)
        tell("role_yours", to=[person], key=f"{request.pk}:yours", now=now)
    return request, password


def refuse(by: User, request_id: UUID, *, answer: str) -> RoleRequest:
    """Say no to a role, and why. As `confirm`; Invalid without a reason."""
    with _answering(by, request_id, "role_refuse") as (request, now):
        if not answer.strip():
            raise Invalid.field("answer", _("Skriv varför rollen avslås."))
        _answer(request, RoleRequest.State.REFUSED, by, answer.strip(), now)
    return request


def give_at_the_server(username: str, role: Role, unit: Unit | None) -> str:
    """Give a role at once, to a new account too: for the first people, and where nobody is left who may answer.

    Whoever may run a program at the server can do everything; it is logged, and the log reviewers are told. Returns the
    first password of an account that has none, else "". Invalid: as `ask`. Conflict: nobody would be head any more.
    """
    with transaction.atomic():
        now = clock.now()
        _require(role, unit, "manage.py give_role")
        person = User.objects.filter(username=username).first()
        if person is None:
            UnicodeUsernameValidator()(username)
            person = _shut_account(username)
        request = role_requests.ask(person, role, unit, by=None, now=now, reason="manage.py give_role")
        person = role_requests.take_effect(request)
        password = "" if _has_a_way_in(person) else first_password.give(person)
        _answer(request, RoleRequest.State.CONFIRMED, None, "", now)
        detail = {"request": str(request.pk), "user": str(person.pk), "role": role.value}
        audit.record(AuditAction.SYSTEM, by=None, now=now, what="role_confirm", detail=detail)
    return password


def tell_of_new(now: datetime) -> int:
    """Tell whoever is to answer, and the log reviewers, of each request that they have not heard of. In a transaction.

    Asked at every sweep: a request also comes from the directory, while somebody logs in.
    """
    told = 0
    waiting = RoleRequest.objects.filter(state=RoleRequest.State.WAITING, told_at__isnull=True)
    for request in waiting.select_for_update(skip_locked=True, no_key=True).order_by("asked_at"):
        told += tell("role_asked", to=role_requests.who_answers(request), key=f"{request.pk}:asked", now=now)
        told += tell("role_watched", to=_in_role(Role.LOG_REVIEWER), key=f"{request.pk}:asked", now=now)
        RoleRequest.objects.filter(pk=request.pk).update(told_at=now)
    return told


@contextmanager
def _acting(by: User, place: Place, what: str) -> Iterator[datetime]:
    try:
        if not has(by, place):
            raise Unseen
        with transaction.atomic():
            yield clock.now()
    except Unseen as refusal:
        raise unseen(by, what) from refusal


@contextmanager
def _answering(by: User, request_id: UUID, what: str) -> Iterator[tuple[RoleRequest, datetime]]:
    with _acting(by, Place.ROLES_ANSWER, what) as now:
        RoleRequest.objects.select_for_update().filter(pk=request_id).first()
        request = role_requests.shown_to(by).select_related("person", "unit__group").filter(pk=request_id).first()
        if request is None:
            raise Unseen
        if request.state != RoleRequest.State.WAITING:
            raise Conflict(_("Rollen är redan besvarad eller tillbakadragen."))
        yield request, now
        _log(by, what, now, request=str(request.pk), user=str(request.person_id), role=request.role)


def _ask(by: User, person: User, role: Role, unit: Unit | None, reason: str, now: datetime) -> RoleRequest:
    try:
        with transaction.atomic():
            request = role_requests.ask(person, role, unit, by=by, now=now, reason=reason.strip())
    except IntegrityError as error:
        if "one_role_waits" not in str(error):
            raise
        raise Conflict(_("En roll väntar redan på svar för den här personen.")) from error
    _log(by, "role_ask", now, request=str(request.pk), user=str(person.pk), role=role.value)
    return request


def _shut_account(username: str, **said: str) -> User:
    """A new account that lets nobody in. Invalid: somebody else has made one of that name in between."""
    person = User(username=username, is_active=False, **said)
    person.set_unusable_password()
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        raise Invalid.field("username", _("Någon har redan det användarnamnet.")) from error
    return person


def _require(role: Role, unit: Unit | None, reason: str) -> None:
    errors = []
    if HAS_UNIT[role] and unit is None:
        errors.append(("unit", _("Välj i vilken enhet.")))
    elif not HAS_UNIT[role] and unit is not None:
        errors.append(("unit", _("Den rollen hör inte till någon enhet. Välj ingen.")))
    elif unit is not None and unit.kind not in _KINDS.get(role, UnitKind.values):
        errors.append(("unit", _("Den rollen finns inte i den enheten.")))
    if not reason.strip():
        errors.append(("reason", _("Skriv varför personen ska ha rollen.")))
    if errors:
        raise Invalid(errors)


def _answer(request: RoleRequest, state: RoleRequest.State, by: User | None, answer: str, now: datetime) -> None:
    request.state, request.answer, request.answered_at, request.answered_by = state, answer, now, by
    request.save(update_fields=["state", "answer", "answered_at", "answered_by"])
    kind = "role_confirmed" if state == RoleRequest.State.CONFIRMED else "role_refused"
    asker = [request.asked_by_id] if request.asked_by_id else []
    tell(kind, to=[*asker, *_in_role(Role.LOG_REVIEWER)], key=f"{request.pk}:{kind}", now=now)


def _has_a_way_in(person: User) -> bool:
    return person.has_usable_password() or SignOn.objects.filter(user=person).exists()


def _in_role(role: Role) -> list[UUID]:
    found = User.objects.filter(role=role, is_active=True)
    return list(found.order_by("pk").values_list("pk", flat=True))


def _log(by: User, what: str, now: datetime, **detail: str) -> None:
    audit.record(AuditAction.CHANGE, by=by, now=now, what=what, detail=detail)
