"""Who is it that the municipality's sign-on has let in, and what may they do here?

The provider's groups decide each time what is asked for: another role, or another unit, holds once somebody who leads has
confirmed it (`riskzon.role_requests`), and what the groups no longer give is gone at once. Whoever has none of the declared
groups has no account here any more. An account that was made by hand is never taken over by a name that is alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction

from riskzon import audit, clock, role_requests, sessions, sso_groups, tokens
from riskzon.models import AuditAction, Role, RoleRequest, SignOn, Unit, User
from riskzon.sso_groups import GroupRule

log = structlog.get_logger()


class Turned(StrEnum):
    """Why somebody who has logged in there does not come in here."""

    NO_GROUP = "no_group"
    TAKEN = "taken"
    ENDED = "ended"
    WAITING = "waiting"
    NOT_CONFIRMED = "not_confirmed"


@dataclass(frozen=True)
class Arrival:
    """Either a person who may come in, or why not; `user` also then, where it is known who it was."""

    user: User | None
    turned: Turned | None = None


@transaction.atomic
def arrive(subject: str, claims: Mapping[str, Any], groups: Iterable[str]) -> Arrival:
    """The account of whom the provider calls `subject`, brought in line with what it says now.

    `claims`: checked by the caller. Made at the first login; ended where no group gives access; taken up again by a
    group that does, once that is confirmed, but not where somebody here had ended it.
    """
    with connection.cursor() as cursor:
        # Two first logins of one person at the same moment make one account.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sso:{subject}"])
    real_now = clock.real_now()
    sign_on = SignOn.objects.select_related("user__unit").filter(issuer=settings.OIDC_ISSUER, subject=subject).first()
    rule = sso_groups.first(settings.OIDC_GROUPS, groups)
    unit = Unit.objects.filter(slug=rule.unit).first() if rule and rule.unit else None
    if rule is None or (rule.unit and unit is None):
        if rule is not None:
            log.error("sso_unit_unknown")
        if sign_on is not None:
            _end(sign_on, real_now)
            role_requests.take_back(sign_on.user, by=None, now=clock.now())
        return Arrival(sign_on.user if sign_on else None, Turned.NO_GROUP)
    if sign_on is None:
        made = _make(subject, claims)
        if made is None:
            return Arrival(None, Turned.TAKEN)
        sign_on = made
    user = sign_on.user
    if not user.is_active and sign_on.ended_at is None:
        return Arrival(user, Turned.ENDED)
    _name(sign_on, claims, real_now)
    if user.is_active and (user.role, user.unit) == (rule.role, unit):
        role_requests.lead_if_nobody_does(user)
        return Arrival(user)
    return Arrival(user, _ask(sign_on, rule, unit, real_now))


@transaction.atomic
def connect(user: User, subject: str) -> None:
    """From now on this account is the municipality's: no password and no second factor of its own (`manage.py connect`).

    What it was before lets nobody in any more: its sessions and keys for the API end.

    ValueError: the account or the subject is connected already.
    """
    if SignOn.objects.filter(user=user).exists():
        raise ValueError("the account is connected already")
    if SignOn.objects.filter(issuer=settings.OIDC_ISSUER, subject=subject).exists():
        raise ValueError("somebody else has this subject")
    user.set_unusable_password()
    user.first_password_until = None
    user.save(update_fields=["password", "first_password_until"])
    sessions.end_all(user)
    tokens.revoke_all(user)
    SignOn.objects.create(user=user, issuer=settings.OIDC_ISSUER, subject=subject)
    _log("connected", user)


def _make(subject: str, claims: Mapping[str, Any]) -> SignOn | None:
    """A new account; None if the name that the provider gives is no name, or somebody else's here."""
    username = _text(claims, settings.OIDC_USERNAME_CLAIM)
    try:
        UnicodeUsernameValidator()(username)
    except ValidationError:
        return None
    if not username or User.objects.filter(username__iexact=username).exists():
        return None
    user = User(username=username, is_active=False)
    user.set_unusable_password()
    user.save()
    _log("made", user)
    # Ended until somebody has confirmed the role.
    return SignOn.objects.create(user=user, issuer=settings.OIDC_ISSUER, subject=subject, ended_at=clock.real_now())


def _name(sign_on: SignOn, claims: Mapping[str, Any], real_now: datetime) -> None:
    user = sign_on.user
    user.first_name, user.last_name = _names(claims) or (user.first_name, user.last_name)
    user.email = _email(claims) or user.email
    user.save(update_fields=["first_name", "last_name", "email"])
    sign_on.confirmed_at = real_now
    sign_on.save(update_fields=["confirmed_at"])


def _ask(sign_on: SignOn, rule: GroupRule, unit: Unit | None, real_now: datetime) -> Turned:
    """The groups give something else than this person has: that ends at once, and the new waits for its answer."""
    user, role = sign_on.user, Role(rule.role)
    _end(sign_on, real_now)
    last = RoleRequest.objects.filter(person=user).order_by("-asked_at", "-pk").first()
    if last is not None and (last.role, last.unit_id) == (role, unit and unit.pk):
        if last.state == RoleRequest.State.WAITING:
            return Turned.WAITING
        if last.state == RoleRequest.State.REFUSED:
            return Turned.NOT_CONFIRMED
    role_requests.ask(user, role, unit, by=None, now=clock.now())
    _log("asks", user, {"role": role.value, "unit": rule.unit})
    return Turned.WAITING


def _end(sign_on: SignOn, real_now: datetime) -> None:
    user = sign_on.user
    if not user.is_active:
        return
    user.is_active = False
    user.save(update_fields=["is_active"])
    sign_on.ended_at = real_now
    sign_on.save(update_fields=["ended_at"])
    sessions.end_all(user)
    tokens.revoke_all(user)
    # What the directory ends is ended at once, the last head too: then the auditor calls (`no_head`).
    role_requests.pass_units_on(user)
    _log("ended", user)


def _log(what: str, user: User, changed: Mapping[str, str] | None = None) -> None:
    detail = {"sign_on": what, "user": str(user.pk), **(changed or {})}
    audit.record(AuditAction.SYSTEM, by=None, now=clock.now(), what="sign_on", detail=detail)


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.strip()[:150] if isinstance(value, str) and value.isprintable() else ""


def _names(claims: Mapping[str, Any]) -> tuple[str, str] | None:
    """Given and family name; a name in one piece is given as the first."""
    given, family = _text(claims, "given_name"), _text(claims, "family_name")
    if not given and not family:
        given, _space, family = _text(claims, "name").partition(" ")
    return (given, family) if given or family else None


def _email(claims: Mapping[str, Any]) -> str:
    address = _text(claims, "email")
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address
