"""How is an app for codes added, at the first login and later: its secret shown, its first code asked for?"""

from http import HTTPStatus
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from riskzon import second_factor
from riskzon.context import CITY
from riskzon.models import User

#: Where the sealed secret lies until its first code has come.
_KEY = "new_phone"


def show(request: HttpRequest, user: User, form: Form, context: dict[str, Any]) -> HttpResponse:
    """The secret as a picture and as text, the same until it is taken, and the form for its first code."""
    sealed = request.session.get(_KEY)
    if sealed is None:
        sealed = request.session[_KEY] = second_factor.new_secret()
    secret = {"picture": second_factor.as_picture(sealed, user, CITY), "text": second_factor.as_text(sealed)}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "riskzon/new_phone.html", {"form": form, "secret": secret, **context}, status=status)


def take(request: HttpRequest, user: User, form: Form) -> list[str] | None:
    """Keep the secret that was shown if the code is from it: the recovery codes. None: the form says what is wrong."""
    sealed = request.session.get(_KEY)
    codes = second_factor.enrol(user, sealed, form.cleaned_data["code"]) if sealed else None
    if codes is None:
        form.add_error("code", _("Koden stämmer inte. Se efter att appen visar koden för det här kontot."))
        return None
    del request.session[_KEY]
    return codes


def codes_page(request: HttpRequest, codes: list[str], following: str) -> HttpResponse:
    """The recovery codes, shown this once."""
    return render(request, "riskzon/recovery_codes.html", {"codes": codes, "following": following})
