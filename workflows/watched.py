"""Does somebody look after the clocks at this moment? Said on every page to those who must act if not.

Supervisors, heads and administrators read what the last audit found, or that there was none. Those who handle cases read
only that nobody fires what is due, for then they must watch the time themselves. One statement, remembered for seconds.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache as once
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext as _

from riskzon.matrix import PLACES, Place
from riskzon.models import Role, User
from workflows.fault_words import NOT_WATCHED, sentences
from workflows.health import AUDIT, STALE
from workflows.sweep import DISPATCHERS

LEADERS = PLACES[Place.ALARMS]
WORKERS = frozenset({Role.SOCIAL_WORKER, Role.DUTY})
#: How long a look is remembered: the question stands on every page.
SECONDS = 5
NO_SWEEP = "no_sweep"
#: What the board says itself, with more words.
_SAID_BY_THE_BOARD = frozenset({NO_SWEEP, "roster_gap"})


def faults() -> tuple[str, ...]:
    """What is wrong as far as anybody knows, by the real clock; names of `workflows.fault_words`."""
    key = f"watched:{connection.settings_dict['NAME']}"
    found: tuple[str, ...] = cache.get_or_set(key, _read, SECONDS)
    return found


def words(user: User, page: str = "") -> str:
    """What this person is to know and do, in a few sentences; "" where all is well or it is not theirs. `page`: url name."""
    wrong = set(faults()) if user.role in LEADERS | WORKERS else set()
    wrong &= {NO_SWEEP} if user.role in WORKERS else wrong
    if page == "board":
        wrong -= _SAID_BY_THE_BOARD
    if not wrong:
        return ""
    help_at = settings.SUPPORT_PHONE
    call = _("Ring %(number)s.") % {"number": help_at} if help_at else _("Ring den som sköter driften.")
    return " ".join([*sentences(wrong), call])


def banner(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `watch_alarm`, a callable, so that a page without header never asks."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    page = request.resolver_match.url_name or "" if request.resolver_match else ""
    said: Callable[[], str] = once(lambda: words(user, page))
    return {"watch_alarm": said}


def _read() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT clock_timestamp(), (SELECT max(at) FROM workflows_heartbeat WHERE name = ANY (%s)), audit.at,"
            " array(SELECT jsonb_array_elements_text(audit.detail -> 'faults'))"
            " FROM (SELECT 1) AS one LEFT JOIN workflows_heartbeat AS audit ON audit.name = %s",
            [list(DISPATCHERS), AUDIT],
        )
        now, swept, audited, found = cursor.fetchone()

    def is_old(seen: datetime | None) -> bool:
        return seen is None or now - seen > STALE

    # An old audit says nothing about now, but that it is old.
    named = {NOT_WATCHED} if is_old(audited) else set(found)
    # What it saw of the sweep may be half a minute old; this is from now.
    named = named | {NO_SWEEP} if is_old(swept) else named - {NO_SWEEP}
    return tuple(sorted(named))
