"""How is it seen to that a first password, which somebody else has read, is soon the person's own?

It is made by the product, shown once to whoever confirmed the role, and good for a week (ASVS 5.0 V6.4.1). Whoever has logged
in with it comes to one page, where it is changed, and to no other.
"""

import secrets
from collections.abc import Callable
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from riskzon import clock
from riskzon.models import SignOn, User

#: How long a first password lets somebody in, by the real clock.
GOOD_FOR = timedelta(days=7)
#: Letters and digits that are not taken for one another; twenty of them are 99 bits.
_SIGNS, _GROUPS, _IN_A_GROUP = "abcdefghjkmnpqrstuvwxyz23456789", 4, 5
#: What somebody needs who has it: to change it, to leave, to read the page in another language, to stay logged in.
_OPEN = ("account-password", "logout", "set_language", "stay", "accessibility")


def give(user: User) -> str:
    """A first password for this account, in the caller's transaction; it stands nowhere else."""
    groups = ("".join(secrets.choice(_SIGNS) for _place in range(_IN_A_GROUP)) for _group in range(_GROUPS))
    password = "-".join(groups)
    user.set_password(password)
    user.first_password_until = clock.real_now() + GOOD_FOR
    user.save(update_fields=["password", "first_password_until"])
    return password


class FirstPasswordMiddleware:
    """Nothing is open to a first password but the page where it is changed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated or getattr(user, "first_password_until", None) is None:
            return self.get_response(request)
        # Of the API a session opens nothing but what is open to everybody.
        if request.path in map(reverse, _OPEN) or request.path.startswith("/api/"):
            return self.get_response(request)
        # Whoever comes by the municipality's sign-on has no password here to change.
        if SignOn.objects.filter(pk=user.pk).exists():
            return self.get_response(request)
        return redirect("account-password")
