"""Who comes in? Login with a name and a password, in the person's own language; all of it stands in the log.

The second step, where there is one, is `riskzon.login_code`; the municipality's own sign-on is `riskzon.sso`, the end of a
session `riskzon.logout`.
"""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth import login as log_in
from django.contrib.auth.views import LoginView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from riskzon import audit, clock, guessing, halfway, second_factor, sessions, stay
from riskzon.forms import LoginForm
from riskzon.models import AuditAction, User, Way


class Login(LoginView):
    """The login page. A login that cannot be logged does not happen; one that failed is logged as well.

    Who guesses too often is asked to wait, and nothing is looked at.
    """

    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(has_sso=bool(settings.OIDC_ISSUER), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not guessing.may_try(request, request.POST.get("username", "")):
            return self._asked_to_wait()
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer

    def form_valid(self, form: LoginForm) -> HttpResponse:
        user = form.get_user()
        assert isinstance(user, User)  # noqa: S101 - the form authenticates against AUTH_USER_MODEL
        if second_factor.is_asked_of(user):
            guessing.forget(self.request, user.username)
            halfway.begin(self.request, user, self.get_success_url())
            return redirect("login-code")
        return let_in(self.request, user, Way.PASSWORD, HttpResponseRedirect(self.get_success_url()))

    def _asked_to_wait(self) -> HttpResponse:
        """The form with the name that was typed, and nothing looked at."""
        form = LoginForm(self.request, initial={"username": self.request.POST.get("username", "")[:150]})
        answer = self.render_to_response(self.get_context_data(form=form, wait=asked_to_wait()))
        answer.status_code = HTTPStatus.TOO_MANY_REQUESTS
        return answer

    def form_invalid(self, form: LoginForm) -> HttpResponse:
        if form.non_field_errors():
            # What was typed is not kept: it may be a password in the wrong field. And it was nobody yet who typed it.
            meant = User.objects.filter(username=form.cleaned_data["username"]).values_list("pk", flat=True).first()
            detail = {"user": str(meant)} if meant else {}
            audit.record(AuditAction.DENIED, by=None, now=clock.now(), what="login", detail=detail)
        return super().form_invalid(form)


def let_in(request: HttpRequest, user: User, way: Way, answer: HttpResponse) -> HttpResponse:
    """Everything has been shown that is asked for: begin the session, with its row in the log, or not at all."""
    with transaction.atomic():
        audit.record(AuditAction.LOGIN, by=user, now=clock.now(), what="login", detail={"way": way.value})
        log_in(request, user, backend="riskzon.backend.PolicyBackend")
        stay.begin(request)
        sessions.note(request, user, way)
        guessing.forget(request, user.username)
    guessing.know(request, answer, user.username)
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return answer


def asked_to_wait() -> str:
    return _(
        "Det har varit för många försök. Vänta en kvart och försök igen, eller logga in på en dator där du brukar."
    )


def safe_next(request: HttpRequest) -> str:
    """The page of our own that was asked for before the login; "/" where none was."""
    asked = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return asked if ours else settings.LOGIN_REDIRECT_URL
