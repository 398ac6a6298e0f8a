"""Everybody's own pages for what they are told of when it changes: the password, keys to log in with, keys for the API."""

import time
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from riskzon import audit, clock, guessing, login, passkeys, second_factor
from riskzon.account import local_owner, proof_of, refused, show
from riskzon.code_forms import CodeForm, NewPasskeyForm, PasswordForm, TokenForm
from riskzon.doors import unseen
from riskzon.models import AuditAction, LoginSession, TokenScope, User
from riskzon.sessions import browser_of
from workflows.verbs import own_login

_METHODS = ("GET", "HEAD", "POST")
#: Where the question to a new key lies until it is answered, once; and for how many seconds.
_ASKED, _WAITS = "new_passkey", 300
#: Whoever has neither code nor password here makes a key so soon after the login.
_JUST_IN = timedelta(minutes=15)


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
    messages.success(request, _("Lösenordet är bytt. Dina andra inloggningar och dina nycklar är avslutade."))
    return redirect("account")


@sensitive_post_parameters()
@login_required
@require_POST
def make_token(request: HttpRequest) -> HttpResponse:
    """Make a key for another system; it stands in this answer and nowhere else. Its owner shows first who asks."""
    user: User = request.user
    form = TokenForm(request.POST, proof=proof_of(user))
    if not form.is_valid() or _is_not_shown(request, user, form):
        return show(request, token_form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    said = form.cleaned_data
    key = own_login.make_token(user, scope=TokenScope(said["scope"]), days=said["days"], name=said["name"])
    return show(request, key=key)


@login_required
@require_http_methods(_METHODS)
def new_passkey(request: HttpRequest) -> HttpResponse:
    """First what the key is to be called and a code from the app; then the browser is asked to make it."""
    user = _with_factor(request)
    if len(passkeys.of(user)) >= passkeys.MOST:
        messages.warning(request, _("Du har så många lösennycklar som det går att ha. Ta bort en först."))
        return redirect("account")
    if request.method != "POST":
        return _new(request, NewPasskeyForm(initial={"name": browser_of(request.headers.get("User-Agent", ""))}))
    form = NewPasskeyForm(request.POST)
    if not form.is_valid() or refused(request, user, form, "code"):
        return _new(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    options, state = passkeys.ask_for_new(user)
    name = form.cleaned_data["name"]
    request.session[_ASKED] = {"state": state, "name": name, "at": int(time.time())}
    return render(request, "workflows/own/passkey_make.html", {"options": options, "name": name})


@login_required
@require_POST
def add_passkey(request: HttpRequest) -> HttpResponse:
    """What the browser has made."""
    user = _with_factor(request)
    asked = request.session.pop(_ASKED, None)
    is_answer = asked is not None and time.time() - asked["at"] <= _WAITS
    if not is_answer or not own_login.add_passkey(
        user, asked["state"], request.POST.get("credential", ""), asked["name"]
    ):
        form = NewPasskeyForm(initial={"name": asked["name"]} if asked else {})
        return _new(request, form, HTTPStatus.UNPROCESSABLE_ENTITY, failed=True)
    messages.success(request, _("Lösennyckeln är tillagd. Nästa gång kan du logga in med den i stället för koden."))
    return redirect("account")


@login_required
@require_http_methods(_METHODS)
def remove_passkey(request: HttpRequest, passkey_id: UUID) -> HttpResponse:
    """Take one of the own keys away, with a code from the app. Unseen: nobody's, or somebody else's."""
    user = local_owner(request)
    key = next((one for one in passkeys.of(user) if one.pk == passkey_id), None)
    if key is None:
        raise unseen(user, "account_passkey")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if not form.is_valid() or refused(request, user, form, "code"):
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        return render(request, "workflows/own/passkey_remove.html", {"form": form, "passkey": key}, status=status)
    own_login.remove_passkey(user, key)
    messages.success(request, _("Lösennyckeln är borttagen. Ta också bort den i telefonen eller datorn."))
    return redirect("account")


def _with_factor(request: HttpRequest) -> User:
    """The owner of a local account who has an app for codes, where this installation takes keys beside it."""
    user = local_owner(request)
    if not passkeys.is_possible() or not second_factor.has_one(user):
        raise unseen(user, "account_passkey")
    return user


def _new(request: HttpRequest, form: Form, status: HTTPStatus = HTTPStatus.OK, *, failed: bool = False) -> HttpResponse:
    return render(request, "workflows/own/passkey_new.html", {"form": form, "failed": failed}, status=status)


def _is_not_shown(request: HttpRequest, user: User, form: TokenForm) -> bool:
    """Whether the form says why it is not believed that its owner asks."""
    if "code" in form.fields:
        return bool(refused(request, user, form, "code"))
    if "password" in form.fields:
        return _is_wrong(request, user, form)
    just_now = LoginSession.objects.filter(user=user, began_at__gt=clock.real_now() - _JUST_IN)
    if not just_now.filter(session_key=request.session.session_key).exists():
        form.add_error(None, _("Logga ut och in igen först. En nyckel görs inom en kvart efter inloggningen."))
    return bool(form.errors)


def _is_wrong(request: HttpRequest, user: User, form: TokenForm) -> bool:
    if not guessing.may_try(request, user.username):
        form.add_error("password", login.asked_to_wait())
    elif not user.check_password(form.cleaned_data["password"]):
        _wrong_password(user)
        form.add_error("password", _("Det är inte ditt lösenord. Kontrollera det och försök igen."))
    else:
        guessing.forget(request, user.username)
    return bool(form.errors)


def _wrong_password(user: User) -> None:
    """A denial that names whom it was about, and nothing that was typed; nobody knows that it was the owner."""
    audit.record(AuditAction.DENIED, by=None, now=clock.now(), what="password", detail={"user": str(user.pk)})


def _password(request: HttpRequest, form: PasswordForm, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    wait = login.asked_to_wait() if status == HTTPStatus.TOO_MANY_REQUESTS else ""
    return render(request, "workflows/own/password.html", {"form": form, "wait": wait}, status=status)
