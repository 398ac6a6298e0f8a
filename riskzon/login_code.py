"""The second step of a login: the code or a key of the person's own, or at the first login the app for codes."""

from http import HTTPStatus

from django.db import transaction
from django.dispatch import Signal
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from riskzon import audit, clock, guessing, halfway, login, new_phone, passkeys, second_factor
from riskzon.code_forms import CodeForm, NewPhoneForm
from riskzon.models import AuditAction, User, Way

#: The door of `riskzon.guessing` at which codes are tried.
DOOR = "code"
#: Of `user` as many codes have been tried as may be, by somebody who has the password; who is told is said above.
codes_used_up = Signal()
_METHODS = ("GET", "HEAD", "POST")
#: Where the question to the person's keys lies until it is answered, once.
_ASKED = "passkey_login"


@require_http_methods(_METHODS)
def code(request: HttpRequest) -> HttpResponse:
    """Ask whoever has shown the password for a code; without a password shown there is nothing here but the login."""
    if (found := halfway.who(request)) is None:
        return redirect("login")
    user, following = found
    if not second_factor.has_one(user):
        return redirect("login-phone")
    paper = "paper" in request.GET
    if request.method != "POST":
        return _show(request, user, CodeForm(paper=paper), paper=paper)
    form = CodeForm(request.POST, paper=paper)
    if not form.is_valid():
        return _show(request, user, form, HTTPStatus.UNPROCESSABLE_ENTITY, paper=paper)
    if not guessing.may_try(request, user.username, at=DOOR):
        return _show(request, user, CodeForm(paper=paper), HTTPStatus.TOO_MANY_REQUESTS, paper=paper)
    way = second_factor.accepted(user, form.cleaned_data["code"])
    if way is None:
        wrong_code(request, user)
        form.add_error("code", _("Koden stämmer inte, eller är redan använd. Vänta på nästa kod och försök igen."))
        return _show(request, user, form, HTTPStatus.UNPROCESSABLE_ENTITY, paper=paper)
    return _in(request, user, way, HttpResponseRedirect(following))


@require_http_methods(_METHODS)
def phone(request: HttpRequest) -> HttpResponse:
    """The first login: the person adds the app, types its first code, and is in; the recovery codes are shown once."""
    if (found := halfway.who(request)) is None:
        return redirect("login")
    user, following = found
    if second_factor.has_one(user):
        return redirect("login-code")
    form = NewPhoneForm(request.POST if request.method == "POST" else None, has_one=False)
    codes = new_phone.take(request, user, form) if form.is_valid() else None
    if codes is None:
        return new_phone.show(request, user, form, {"is_first": True})
    answer = _in(request, user, Way.CODE, HttpResponse())
    answer.content = new_phone.codes_page(request, codes, following).content
    return answer


@require_POST
def passkey(request: HttpRequest) -> HttpResponse:
    """What the browser brings from one of the person's keys, in place of a code; as few may be tried."""
    if (found := halfway.who(request)) is None:
        return redirect("login")
    user, following = found
    asked = request.session.pop(_ASKED, None)
    form = CodeForm(data={})
    form.errors.clear()
    if not guessing.may_try(request, user.username, at=DOOR):
        return _show(request, user, CodeForm(), HTTPStatus.TOO_MANY_REQUESTS)
    if asked is None or not passkeys.accepted(user, asked, request.POST.get("credential", "")):
        wrong_code(request, user)
        form.add_error(None, _("Det gick inte med lösennyckeln. Försök igen, eller använd koden från appen."))
        return _show(request, user, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _in(request, user, Way.PASSKEY, HttpResponseRedirect(following))


@transaction.atomic
def wrong_code(request: HttpRequest, user: User) -> None:
    """A code was wrong: a denial that names whom it was about, and nothing that was typed. The last one is also told."""
    audit.record(AuditAction.DENIED, by=None, now=clock.now(), what="login_code", detail={"user": str(user.pk)})
    if guessing.used_up(request, user.username, at=DOOR):
        codes_used_up.send(sender=None, user=user)


def _in(request: HttpRequest, user: User, way: Way, answer: HttpResponse) -> HttpResponse:
    halfway.end(request)
    answer = login.let_in(request, user, way, answer)
    guessing.forget(request, user.username, at=DOOR)
    return answer


def _show(
    request: HttpRequest, user: User, form: Form, status: HTTPStatus = HTTPStatus.OK, *, paper: bool = False
) -> HttpResponse:
    """The form for the code, and where the person has a key the question to it: another each time."""
    asked = passkeys.ask_for_login(user)
    if asked is not None:
        request.session[_ASKED] = asked[1]
    context = {
        "form": form,
        "wait": login.asked_to_wait() if status == HTTPStatus.TOO_MANY_REQUESTS else "",
        "paper": paper,
        "passkey": asked and asked[0],
    }
    return render(request, "riskzon/login_code.html", context, status=status)
