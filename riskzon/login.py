"""Who comes in and goes: login with a name and a password, in the person's own language; all of it stands in the log."""

from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView, LogoutView
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from riskzon import audit, clock, stay
from riskzon.forms import LoginForm
from riskzon.models import AuditAction, User


class Login(LoginView):
    """The login page. A login that cannot be logged does not happen; one that failed is logged as well."""

    authentication_form = LoginForm
    redirect_authenticated_user = True

    def form_valid(self, form: LoginForm) -> HttpResponse:
        user = form.get_user()
        assert isinstance(user, User)  # noqa: S101 - the form authenticates against AUTH_USER_MODEL
        with transaction.atomic():
            audit.record(AuditAction.LOGIN, by=user, now=clock.now(), what="login")
            answer = super().form_valid(form)
            stay.begin(self.request)
        if settings.LANGUAGE_COOKIE_NAME not in self.request.COOKIES:
            answer.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                user.language,
                httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
                samesite=settings.LANGUAGE_COOKIE_SAMESITE,
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return answer

    def form_invalid(self, form: LoginForm) -> HttpResponse:
        if form.non_field_errors():
            # What was typed is not kept: it may be a password in the wrong field. And it was nobody yet who typed it.
            meant = User.objects.filter(username=form.cleaned_data["username"]).values_list("pk", flat=True).first()
            detail = {"user": str(meant)} if meant else {}
            audit.record(AuditAction.DENIED, by=None, now=clock.now(), what="login", detail=detail)
        return super().form_invalid(form)


class Logout(LogoutView):
    """The end of a session, by the person's own hand. It ends with its row in the log, or not at all."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            if isinstance(request.user, User):
                audit.record(AuditAction.LOGOUT, by=request.user, now=clock.now(), what="logout")
            return super().post(request, *args, **kwargs)
