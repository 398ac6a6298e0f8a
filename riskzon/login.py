"""Who comes in: login with a name and a password, written to the access log, in the person's own language."""

from django.conf import settings
from django.contrib.auth.views import LoginView
from django.db import transaction
from django.http import HttpResponse

from riskzon import audit, clock, stay
from riskzon.forms import LoginForm
from riskzon.models import AuditAction, User


class Login(LoginView):
    """The login page. A login that cannot be logged does not happen."""

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
