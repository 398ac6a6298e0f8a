"""Is the product well, and what time does the demo think it is?"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja.responses import Status

from riskzon import clock
from riskzon.api import answers, bodies
from riskzon.api.app import Routes
from riskzon.errors import Invalid
from workflows import health
from workflows.sweep import sweep

routes = Routes(tags=["System"])


@routes.get("/health", auth=None, response={200: answers.HealthOut, 503: answers.HealthOut})
def read_health(request: HttpRequest) -> Status[Any]:
    """Without login and without anything personal. 503: nobody has watched the clocks for 90 seconds, or the last audit
    found that a promise is not kept (`faults`). A silent dispatcher beside one that works, and a gap in the duty roster
    within a day, are named with 200."""
    try:
        found = health.read()
    except (OperationalError, InterfaceError):
        # Without its database the product is not well, and knows nothing more.
        return Status(503, answers.HealthOut())
    return Status(
        200 if found.is_well else 503,
        answers.HealthOut(
            last_sweep_at=found.last_sweep_at,
            last_audit_at=found.last_audit_at,
            overdue_unfired=found.overdue_unfired,
            outbox_oldest_seconds=round(found.outbox_oldest.total_seconds()),
            clock_skew_seconds=round(found.clock_skew.total_seconds(), 3),
            faults=list(found.faults),
        ),
    )


@routes.get("/demo/clock", response=answers.ClockOut)
def read_clock(request: HttpRequest) -> answers.ClockOut:
    """The product's clock; only in the demo."""
    _only_in_demo()
    return answers.ClockOut(now=clock.now())


@routes.post("/demo/clock", response=answers.ClockOut)
def advance_clock(request: HttpRequest, by: bodies.ClockIn) -> answers.ClockOut:
    """Move the product's clock forward and fire what has become due; only in the demo."""
    _only_in_demo()
    try:
        clock.advance(timedelta(seconds=by.advance_seconds))
    except ValueError:
        raise Invalid.field("advance_seconds", _("Klockan går inte att flytta så långt.")) from None
    # Under a name of its own: this sweep must not hide that the others have stopped.
    sweep(name="demo")
    return answers.ClockOut(now=clock.now())


def _only_in_demo() -> None:
    if not settings.RISKZON_DEMO:
        raise Http404
