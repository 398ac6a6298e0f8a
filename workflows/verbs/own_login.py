"""What does somebody change in the own way in, and how do they hear of it, in case it was not them?"""

from django.db import transaction
from django.http import HttpRequest

from notifications.outbox import tell
from riskzon import audit, clock, sessions
from riskzon.models import AuditAction, User


@transaction.atomic
def change_password(request: HttpRequest, user: User, new: str) -> None:
    """Another password, checked by the caller: every other session ends, the person is told. Keys for the API stay."""
    user.set_password(new)
    user.save(update_fields=["password"])
    sessions.keep_only(request, user)
    now = clock.now()
    audit.record(AuditAction.CHANGE, by=user, now=now, what="password")
    tell("password_changed", to=[user], key=f"password:{clock.real_now().isoformat()}", now=now)
