"""How much may one person ask for? So many requests in a minute, by pages and API together, and then to wait for the next.

Nobody at work comes near it (REQUESTS_A_MINUTE, 600); a program that runs wild, or somebody who harvests with a stolen
session, does. Each web process counts for itself, in its memory: the count costs no query, outlives no minute, and works
while the broker is away. What somebody types is counted by itself, and as much of it kept: whoever has to wait loses no
word. The first refusal of a minute stands in the access log. Who is not logged in is counted by `riskzon.guessing` where
passwords are tried, and else by the proxy: no address is kept here.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable
from http import HTTPStatus

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse

from riskzon import audit, drafts
from riskzon import clock as product_clock
from riskzon.models import AuditAction, User

_MINUTE = 60
log = structlog.get_logger()


class Pace:
    """Counts of this minute. `clock`: seconds, never back; `told`: hears of whoever is refused, once a minute."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, told: Callable[[Hashable], None] = lambda who: None
    ) -> None:
        self._clock, self._told, self._lock = clock, told, threading.Lock()
        self._minute = 0
        self._counts: Counter[Hashable] = Counter()

    def seconds_to_wait(self, who: Hashable) -> int:
        """Count one more request of this person; 0 if it may be answered, else how long until the next may."""
        if not settings.REQUESTS_A_MINUTE:
            return 0
        now = self._clock()
        with self._lock:
            if (minute := int(now // _MINUTE)) != self._minute:
                self._minute, self._counts = minute, Counter()
            self._counts[who] += 1
            asked = self._counts[who]
        if asked <= settings.REQUESTS_A_MINUTE:
            return 0
        if asked == settings.REQUESTS_A_MINUTE + 1:
            # Once a minute, and not who it was: a line says what happened, never to whom.
            log.warning("asked_too_often")
            self._told(who)
        return int(_MINUTE - now % _MINUTE) + 1


def _log_refusal(who: Hashable) -> None:
    user = User.objects.get(pk=who[0] if isinstance(who, tuple) else who)
    audit.record(AuditAction.DENIED, by=user, now=product_clock.now(), what="pace", detail={"status": 429})


#: Of persons, by their id, and of what they type, by their id and "draft".
pace = Pace(told=_log_refusal)


class PaceMiddleware:
    """429 for the page that is one too many; what was typed is kept. The API asks for itself, once it knows whose key it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        who = request.user.pk if request.user.is_authenticated else None
        if who is None:
            return self.get_response(request)
        seconds = pace.seconds_to_wait((who, "draft") if request.path == reverse("draft") else who)
        return _wait(request, seconds) if seconds else self.get_response(request)


def _wait(request: HttpRequest, seconds: int) -> HttpResponse:
    """The page says when to come back. The database is asked for what was typed and for the first one's row in the log alone."""
    kept = None
    if request.method == "POST" and not pace.seconds_to_wait((request.user.pk, "draft")):
        kept = drafts.keep_posted(request)
    return HttpResponse(
        render_to_string("429.html", {"seconds": seconds, "back_url": kept.path if kept else ""}),
        status=HTTPStatus.TOO_MANY_REQUESTS,
        headers={"Retry-After": str(seconds)},
    )
