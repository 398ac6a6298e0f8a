"""How long is somebody still logged in, and how do they stay?

A session ends after a quarter of an hour in which nothing was done, and ten hours after the login whatever is done (NIST
SP 800-63B, AAL3). It also ends when the password, the role or its unit changes (`User.get_session_auth_hash`). The page asks
five minutes before, where an answer helps, and what was typed is kept by `riskzon.drafts`.

Each login has a mark. A page knows to which login it belongs, and shows nothing more once the browser has another, or none.
"""

import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

#: When the login was and when somebody was last here, in the session, in seconds since 1970.
_BEGAN, SEEN = "began", "seen"
#: Which login this is, in the session: random, and good for nothing but to be compared.
_MARK = "mark"
#: How exactly it is known when somebody was last seen, in seconds: a click does not write the session each time.
_PRECISION = 30
#: A page that asks for news by itself says so: that is nobody's doing.
BY_ITSELF = "X-By-Itself"
#: In how many seconds the session ends if nothing more is done, when whatever is done, and which login it is: said with
#: every answer, so that a page that stays knows it.
LEFT, AT_MOST, MARK = "X-Session-Left", "X-Session-At-Most", "X-Session-Mark"


def begin(request: HttpRequest) -> None:
    """Count from now. Django ends sessions by the web server's clock, so this is that clock."""
    request.session[_BEGAN] = request.session[SEEN] = int(time.time())
    request.session[_MARK] = secrets.token_hex(8)


def told(request: HttpRequest) -> dict[str, str]:
    """What a page and an answer say of the session, by header; empty where nobody is logged in."""
    left = seconds_left(request)
    if left is None:
        return {}
    at_most = max(int(request.session[_BEGAN] + settings.SESSION_COOKIE_AGE - time.time()), left)
    return {LEFT: str(left), AT_MOST: str(at_most), MARK: request.session.get(_MARK, "")}


def page_of(request: HttpRequest) -> str:
    """The page to come back to: an address that only takes what is sent is not one, the page with the button is."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    came_from = urlsplit(request.headers.get("Referer", ""))
    return came_from.path if came_from.netloc == request.get_host() else "/"


def way_back(request: HttpRequest, login: str) -> str:
    """The login page at `login`, which leads back to this page, or straight to it whoever is still logged in."""
    return f"{login}?expired=1&next={quote(page_of(request))}"


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
        for header, text in told(request).items():
            response.headers[header] = text
        return response


@require_POST
@login_required
def stay(request: HttpRequest) -> HttpResponse:
    """The answer to the question five minutes before the end (WCAG 2.2.1)."""
    return HttpResponse()
