"""Everybody's own page Inloggning: the second factor, the last logins, the open sessions, the keys for the API.

Keys are made in `workflows.views.own_login`, where their owner is told of it.
"""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from riskzon import clock, guessing, login, new_phone, passkeys, second_factor, sessions, tokens
from riskzon.code_forms import CodeForm, NewPhoneForm, TokenForm
from riskzon.doors import unseen
from riskzon.login_code import DOOR, wrong_code
from riskzon.models import AuditAction, AuditEntry, SignOn, User, Way

_LOGINS = 10


@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """What is known of how this person comes in; nobody else's."""
    return show(request)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """Add an app for codes, or take another in its place, which needs a code of the one before."""
    user = local_owner(request)
    has_one = second_factor.has_one(user)
    form = NewPhoneForm(request.POST if request.method == "POST" else None, has_one=has_one)
    if not form.is_valid():
        return new_phone.show(request, user, form, {})
    if has_one and (wait := refused(request, user, form, "current")):
        return new_phone.show(request, user, form, {"wait": wait})
    codes = new_phone.take(request, user, form)
    if codes is None:
        return new_phone.show(request, user, form, {})
    return new_phone.codes_page(request, codes, "")


@login_required
@require_POST
def codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes in place of those before, for a code from the app."""
    user = local_owner(request)
    if not second_factor.has_one(user):
        raise unseen(user, "account_codes")
    form = CodeForm(request.POST)
    if not form.is_valid() or refused(request, user, form, "code"):
        return show(request, code_form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return new_phone.codes_page(request, second_factor.renew_codes(user), "")


@login_required
@require_POST
def end_session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """End another of the own sessions; the one that asks ends by logging out."""
    if not sessions.end(request.user, session_id):
        raise unseen(request.user, "account_session")
    messages.success(request, _("Inloggningen är avslutad."))
    return redirect("account")


@login_required
@require_POST
def revoke_token(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """End one of the own keys at once."""
    if not tokens.revoke(request.user, token_id, by=request.user):
        raise unseen(request.user, "account_token")
    messages.success(request, _("Nyckeln är återkallad."))
    return redirect("account")


def last_logins(user: User) -> list[dict[str, Any]]:
    """The last ten, the latest first: when by the real clock, and by what."""
    rows = AuditEntry.objects.filter(actor=user, action=AuditAction.LOGIN).order_by("-pk")[:_LOGINS]
    return [{"at": row.at, "way": Way(row.detail.get("way", Way.PASSWORD)).label} for row in rows]


def local_owner(request: HttpRequest) -> User:
    """The person, if the account is a local one; whoever comes by the municipality's sign-on has the factor there."""
    user: User = request.user
    if SignOn.objects.filter(pk=user.pk).exists():
        raise unseen(user, "account_phone")
    return user


def refused(request: HttpRequest, user: User, form: Form, name: str) -> str:
    """What to say of a code that does not count; "" if it counts. As few may be tried as at the login."""
    if not guessing.may_try(request, user.username, at=DOOR):
        said = login.asked_to_wait()
        form.add_error(name, said)
        return said
    if second_factor.accepted(user, form.cleaned_data[name]) is None:
        wrong_code(request, user)
        said = _("Koden stämmer inte, eller är redan använd. Vänta på nästa kod och försök igen.")
        form.add_error(name, said)
        return said
    guessing.forget(request, user.username, at=DOOR)
    return ""


def proof_of(user: User) -> str:
    """By what somebody shows in an open session who it is: "code", "password"; "" by a login that is not long ago."""
    if SignOn.objects.filter(pk=user.pk).exists():
        return ""
    return "code" if second_factor.has_one(user) else "password"


def show(
    request: HttpRequest,
    *,
    code_form: Form | None = None,
    token_form: Form | None = None,
    key: tokens.Key | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """The page, with what was typed in one of its forms, or the key that was just made."""
    user: User = request.user
    has_one = second_factor.has_one(user)
    context = {
        "real_now": clock.real_now(),
        "by_sign_on": SignOn.objects.filter(pk=user.pk).exists(),
        "has_factor": has_one,
        "codes_left": second_factor.codes_left(user) if has_one else 0,
        "short_codes": has_one and second_factor.has_short_codes(user),
        "passkeys_possible": passkeys.is_possible(),
        "passkeys": passkeys.of(user),
        "code_form": code_form or CodeForm(),
        "sessions": sessions.open_of(user, this=request.session.session_key),
        "logins": last_logins(user),
        "tokens": tokens.live_of(user),
        "ended_tokens": tokens.ended_of(user),
        "token_form": token_form or TokenForm(proof=proof_of(user)),
        "key": key,
        "page_has_errors": bool((code_form and code_form.errors) or (token_form and token_form.errors)),
    }
    return render(request, "riskzon/account.html", context, status=status)
