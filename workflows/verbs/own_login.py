"""What does somebody change in the own way in, and how do they hear of it, in case it was not them?"""

from django.db import transaction
from django.http import HttpRequest

from notifications.outbox import tell
from riskzon import audit, clock, passkeys, sessions, tokens
from riskzon.models import AuditAction, Passkey, TokenScope, User


@transaction.atomic
def change_password(request: HttpRequest, user: User, new: str) -> None:
    """Another password, checked by the caller: every other session and every key for the API ends, the person is told."""
    user.set_password(new)
    user.first_password_until = None
    user.save(update_fields=["password", "first_password_until"])
    sessions.keep_only(request, user)
    tokens.revoke_all(user)
    _note(user, "password", "password_changed", {})


@transaction.atomic
def make_token(user: User, *, scope: TokenScope, days: int, name: str) -> tokens.Key:
    """A key for another system; the person is told."""
    key = tokens.make(user, scope=scope, days=days, name=name, by=user)
    _tell(user, "token_made")
    return key


def tell_of_codes(*, user: User, **_signal: object) -> None:
    """Wrong codes have been tried until no more are looked at: the owner is told, once a day. In a transaction."""
    day = clock.real_now().date().isoformat()
    tell("codes_used_up", to=[user], key=f"codes_used_up:{day}", now=clock.now())


@transaction.atomic
def add_passkey(user: User, state: passkeys.State, answer: str, name: str) -> Passkey | None:
    """A key more with which to log in; the person is told. None: it is no answer to what was asked."""
    added = passkeys.add(user, state, answer, name)
    if added is not None:
        _note(user, "second_factor", "passkey_added", {"second_factor": "passkey_added"})
    return added


@transaction.atomic
def remove_passkey(user: User, key: Passkey) -> None:
    """The key lets nobody in any more; the person is told."""
    key.delete()
    _note(user, "second_factor", "passkey_removed", {"second_factor": "passkey_removed"})


def _note(user: User, what: str, kind: str, detail: dict[str, object]) -> None:
    audit.record(AuditAction.CHANGE, by=user, now=clock.now(), what=what, detail=detail)
    _tell(user, kind)


def _tell(user: User, kind: str) -> None:
    tell(kind, to=[user], key=f"{kind}:{clock.real_now().isoformat()}", now=clock.now())
