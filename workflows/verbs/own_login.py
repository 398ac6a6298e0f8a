"""What does somebody change in the own way in, and how do they hear of it, in case it was not them?"""

from django.db import transaction
from django.http import HttpRequest

from notifications.outbox import tell
from riskzon import audit, clock, passkeys, sessions
from riskzon.models import AuditAction, Passkey, User


@transaction.atomic
def change_password(request: HttpRequest, user: User, new: str) -> None:
    """Another password, checked by the caller: every other session ends, the person is told. Keys for the API stay."""
    user.set_password(new)
    user.first_password_until = None
    user.save(update_fields=["password", "first_password_until"])
    sessions.keep_only(request, user)
    _note(user, "password", "password_changed", {})


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
    now = clock.now()
    audit.record(AuditAction.CHANGE, by=user, now=now, what=what, detail=detail)
    tell(kind, to=[user], key=f"{kind}:{clock.real_now().isoformat()}", now=now)
