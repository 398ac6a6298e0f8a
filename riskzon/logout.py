"""How does somebody leave: here, and at the municipality's sign-on if it was that which let them in?

Here first, with its row in the log: whatever the provider does, this session is over. Then the browser is sent on to the
provider's own end (OpenID Connect RP-Initiated Logout 1.0) by a page that moves by itself, without a script: the policy
of our pages lets no form lead to another host. The provider is told which service asks and where to send the browser
back, and is not handed the token of the login, which names the person and would stand in an address.
"""

from typing import Any

from django.contrib.auth.views import LogoutView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from riskzon import audit, clock, sso
from riskzon.models import AuditAction, LoginSession, User, Way


class Logout(LogoutView):
    """The end of a session, by the person's own hand. It ends with its row in the log, or not at all."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        this = request.session.session_key
        by_sign_on = bool(this) and LoginSession.objects.filter(session_key=this, way=Way.SIGN_ON).exists()
        with transaction.atomic():
            if isinstance(request.user, User):
                audit.record(AuditAction.LOGOUT, by=request.user, now=clock.now(), what="logout")
            answer: HttpResponse = super().post(request, *args, **kwargs)
        there = sso.end_address(request) if by_sign_on else None
        return answer if there is None else render(request, "riskzon/sso_logout.html", {"there": there})
