"""Who has shown the password in this browser, and not yet the code? For ten minutes, and for nothing but the second step."""

import time

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from riskzon.models import User

_KEY = "halfway"
_SECONDS = 10 * 60


def begin(request: HttpRequest, user: User, following: str) -> None:
    """The password was right. Under a new key, so that nobody who knew the old one is halfway too."""
    request.session.cycle_key()
    request.session[_KEY] = {
        "user": str(user.pk),
        "hash": user.get_session_auth_hash(),
        "at": int(time.time()),
        "next": following,
    }


def who(request: HttpRequest) -> tuple[User, str] | None:
    """The person and the page after the login; None if nobody is halfway, or no longer."""
    said = request.session.get(_KEY)
    if not said or time.time() - said["at"] > _SECONDS:
        return None
    user = User.objects.select_related("unit").filter(pk=said["user"], is_active=True).first()
    if user is None or not constant_time_compare(user.get_session_auth_hash(), said["hash"]):
        return None
    return user, said["next"]


def end(request: HttpRequest) -> None:
    request.session.pop(_KEY, None)
