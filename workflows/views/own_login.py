"""Everybody's own pages for what they are told of when it changes: another password."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from riskzon import audit, clock, guessing, login
from riskzon.account import local_owner
from riskzon.code_forms import PasswordForm
from riskzon.models import AuditAction, User
from workflows.verbs import own_login

_METHODS = ("GET", "HEAD", "POST")


@sensitive_post_parameters()
@login_required
@require_http_methods(_METHODS)
def password(request: HttpRequest) -> HttpResponse:
    """Change the password of a local account. The one of now is asked for, and may be tried as often as at the login."""
    user = local_owner(request)
    if request.method != "POST":
        return _password(request, PasswordForm(user))
    form = PasswordForm(user, request.POST)
    if request.POST.get("old_password") and not guessing.may_try(request, user.username):
        return _password(request, PasswordForm(user), HTTPStatus.TOO_MANY_REQUESTS)
    is_valid = form.is_valid()
    if "old_password" not in form.errors:
        guessing.forget(request, user.username)
    elif form.has_error("old_password", "password_incorrect"):
        _wrong_password(user)
    if not is_valid:
        return _password(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    own_login.change_password(request, user, form.cleaned_data["new_password1"])
    messages.success(request, _("Lösenordet är bytt. Dina andra inloggningar är avslutade."))
    return redirect("account")


def _wrong_password(user: User) -> None:
    """A denial that names whom it was about, and nothing that was typed; nobody knows that it was the owner."""
    audit.record(AuditAction.DENIED, by=None, now=clock.now(), what="password", detail={"user": str(user.pk)})


def _password(request: HttpRequest, form: PasswordForm, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    wait = login.asked_to_wait() if status == HTTPStatus.TOO_MANY_REQUESTS else ""
    return render(request, "workflows/own/password.html", {"form": form, "wait": wait}, status=status)
