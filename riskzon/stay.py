"""How long is somebody still logged in, and how do they stay?

A session ends after a quarter of an hour in which nothing was done, and ten hours after the login whatever is done (NIST
SP 800-63B, AAL3). It also ends when the password, the role or its unit changes (`User.get_session_auth_hash`). The page asks five
minutes before, and what was typed is kept by `riskzon.drafts`.
"""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

#: When the login was and when somebody was last here, in the session, in seconds since 1970.
_BEGAN, SEEN = "began", "seen"
#: How exactly it is known when somebody was last seen, in seconds: a click does not write the session each time.
_PRECISION = 30
#: A page that asks for news by itself says so: that is nobody's doing.
BY_ITSELF = "X-By-Itself"
#: In how many seconds the session ends, said with every answer, so that a page that stays knows it.
LEFT = "X-Session-Left"


def begin(request: HttpRequest) -> None:
    """Count from now. Django ends sessions by the web server's clock, so this is that clock."""
    request.session[_BEGAN] = request.session[SEEN] = int(time.time())


def seconds_left(request: HttpRequest) -> int | None:
    """Until the session ends if nothing more is done; None where nobody is logged in."""
    ends = ends_at(getattr(request, "session", {}))
    return None if ends is None else max(int(ends - time.time()), 0)


def ends_at(session: Any) -> int | None:
    """When a session ends if nothing more is done, in seconds since 1970; None: nobody has logged in to it."""
    if SEEN not in session:
        return None
    return int(min(session[SEEN] + settings.SESSION_IDLE_SECONDS, session[_BEGAN] + settings.SESSION_COOKIE_AGE))


class StayMiddleware:
    """Ends the session of whoever has been away too long, and remembers when somebody was last here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            left = seconds_left(request)
            if left is None:
                begin(request)
            elif left == 0:
                logout(request)
            elif BY_ITSELF not in request.headers and time.time() - request.session[SEEN] >= _PRECISION:
                request.session[SEEN] = int(time.time())
        response = self.get_response(request)
        if (left := seconds_left(request)) is not None:
            response.headers[LEFT] = str(left)
        return response


@require_POST
@login_required
def stay(request: HttpRequest) -> HttpResponse:
    """The answer to the question five minutes before the end (WCAG 2.2.1)."""
    return HttpResponse()
