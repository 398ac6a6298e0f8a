"""How long is somebody still logged in, and how do they stay?"""

import time

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

_ENDS = "ends"


def begin(request: HttpRequest) -> None:
    """Count from now. Django ends sessions by the web server's clock, so this is that clock."""
    request.session[_ENDS] = int(time.time()) + settings.SESSION_COOKIE_AGE


def seconds_left(request: HttpRequest) -> int | None:
    """Until the session ends; None where nobody has logged in on the login page."""
    ends = request.session.get(_ENDS) if hasattr(request, "session") else None
    return None if ends is None else max(ends - int(time.time()), 0)


@require_POST
@login_required
def stay(request: HttpRequest) -> HttpResponse:
    """The answer to the question five minutes before the end (WCAG 2.2.1)."""
    begin(request)
    return HttpResponse()
