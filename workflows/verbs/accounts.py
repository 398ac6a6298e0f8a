"""What an administrator does for somebody who cannot log in, or must no longer: never for the own account."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from notifications.outbox import tell
from riskzon import audit, clock, role_requests, second_factor, sessions, tokens
from riskzon.doors import unseen
from riskzon.models import CANARY_USERNAME, AuditAction, User


def people() -> QuerySet[User]:
    """Everybody who has an account, those that are ended too."""
    return User.objects.exclude(username=CANARY_USERNAME).select_related("unit", "sign_on", "second_factor")


def offers(by: User, person: User) -> dict[str, bool]:
    """What the administrator `by` can do to this account, by name of the act: to the own one none of it."""
    is_other = person.pk != by.pk
    waits = role_requests.waiting_for(person) is not None
    return {
        "new_password": is_other and person.is_active and not hasattr(person, "sign_on"),
        "close": is_other and (person.is_active or waits),
    }


def reset_second_factor(by: User, person_id: UUID) -> User:
    """The phone is lost: the person adds a new one at the next login, and is told; sessions and keys end at once.

    Unseen: nobody such, no second factor, or the administrator's own, which is changed with a code like anybody's.
    """
    with transaction.atomic():
        person = people().filter(pk=person_id).exclude(pk=by.pk).first()
        if person is not None and second_factor.remove(person):
            now = clock.now()
            sessions.end_all(person)
            tokens.revoke_all(person)
            detail = {"second_factor": "removed", "user": str(person.pk)}
            audit.record(AuditAction.CHANGE, by=by, now=now, what="second_factor", detail=detail)
            tell("second_factor_removed", to=[person], key=f"second_factor:{clock.real_now().isoformat()}", now=now)
            return person
    raise unseen(by, "account_reset")


def end_sessions(by: User, person_id: UUID) -> User:
    """Log somebody out everywhere, other systems with the person's keys too. Unseen: nobody such."""
    with transaction.atomic():
        person = people().filter(pk=person_id).first()
        if person is not None:
            sessions.end_all(person)
            tokens.revoke_all(person)
            detail = {"sessions": "ended", "user": str(person.pk)}
            audit.record(AuditAction.CHANGE, by=by, now=clock.now(), what="sessions", detail=detail)
            return person
    raise unseen(by, "account_sessions")


def revoke_token(by: User, person_id: UUID, token_id: UUID) -> User:
    """End somebody's key at once. Unseen: nobody such, or no such key that holds."""
    person = people().filter(pk=person_id).first()
    if person is None or not tokens.revoke(person, token_id, by=by):
        raise unseen(by, "account_token")
    return person
