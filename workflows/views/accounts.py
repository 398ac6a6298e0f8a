"""The administrator's list of accounts: how each logs in, and help for whoever has lost the phone."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from riskzon import clock, role_requests, sessions, tokens
from riskzon.doors import glance
from riskzon.errors import Unseen
from riskzon.matrix import Place
from workflows.verbs import accounts
from workflows.views.gates import only_in


@only_in(Place.ACCOUNTS)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Everybody, those who work here first, by name."""
    with glance(request.user, "accounts"):
        people = accounts.people().order_by("-is_active", "last_name", "first_name", "username")
        return render(request, "workflows/accounts.html", {"people": people})


@only_in(Place.ACCOUNTS)
@require_safe
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """One account: second factor, how many sessions are open, keys. Nothing of cases."""
    with glance(request.user, "account_of"):
        found = accounts.people().filter(pk=person_id).first()
        if found is None:
            raise Unseen
        context = {
            "person": found,
            "open_sessions": sessions.open_of(found),
            "tokens": tokens.live_of(found),
            "ended_tokens": tokens.ended_of(found),
            "waits": role_requests.waiting_for(found),
            "offers": accounts.offers(request.user, found),
            "real_now": clock.real_now(),
        }
        return render(request, "workflows/account_of.html", context)


@only_in(Place.ACCOUNTS)
@require_POST
def reset(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Take a lost second factor away."""
    accounts.reset_second_factor(request.user, person_id)
    messages.success(request, _("Koden är nollställd. Vid nästa inloggning läggs en ny app till."))
    return redirect("account-of", person_id)


@only_in(Place.ACCOUNTS)
@require_POST
def end(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Log somebody out everywhere."""
    accounts.end_sessions(request.user, person_id)
    messages.success(request, _("Alla inloggningar är avslutade, och alla nycklar."))
    return redirect("account-of", person_id)


@only_in(Place.ACCOUNTS)
@require_POST
def revoke(request: HttpRequest, person_id: UUID, token_id: UUID) -> HttpResponse:
    """End somebody's key."""
    accounts.revoke_token(request.user, person_id, token_id)
    messages.success(request, _("Nyckeln är återkallad."))
    return redirect("account-of", person_id)
