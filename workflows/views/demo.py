"""The demo's clock in the header: moves the product's time forward and fires what then is due."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from riskzon import clock
from riskzon.errors import Invalid, Unseen
from workflows.sweep import sweep
from workflows.views.entry import signed_in

#: One press moves the clock a week at most; longer ways are gone step by step, so that nothing on them is missed.
FARTHEST = timedelta(days=7)


@signed_in
@require_POST
def move_clock(request: HttpRequest) -> HttpResponse:
    """Forward by `advance_seconds`, one sweep, and back to the page. Only in the demo."""
    if not settings.RISKZON_DEMO:
        raise Unseen
    text = request.POST.get("advance_seconds", "")
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
    if not 0 < seconds <= FARTHEST.total_seconds():
        raise Invalid.field("advance_seconds", _("Ange hur långt klockan ska flyttas: högst en vecka i taget."))
    clock.advance(timedelta(seconds=seconds))
    sweep()
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return redirect(target if safe else "/")
