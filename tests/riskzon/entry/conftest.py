"""The provider, running, and a browser."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client

from riskzon import clock, second_factor, sso, sso_groups
from riskzon.models import RoleRequest, SecondFactor
from tests.factories import person
from tests.front.browser import chromium, open_page
from tests.provider import Provider, running
from workflows.verbs.roles import confirm

__all__ = ["chromium", "open_page", "provider"]

GROUPS = [
    {"group": "Riskzon chefer", "role": "supervisor", "unit": "utredning-norr"},
    {"group": "CN=Riskzon mottagning,OU=Social", "role": "social_worker", "unit": "mottagning-barn-och-unga"},
    {"group": "Riskzon siffror", "role": "analyst"},
    {"group": "Riskzon nedlagd", "role": "duty", "unit": "no-such-unit"},
]
INTAKE, CHIEFS, FIGURES, GONE = GROUPS[1]["group"], "Riskzon chefer", "Riskzon siffror", "Riskzon nedlagd"
NAMES = {
    "preferred_username": "nova.ny",
    "given_name": "Nova",
    "family_name": "Ny",
    "email": "nova.ny@kommunen.example",
}


def with_app(username: str) -> list[str]:
    """This person has an app for codes, and these codes on paper."""
    factor = SecondFactor.objects.create(
        user=person(username), secret=second_factor.new_secret(), last_step=0, since=clock.real_now()
    )
    return second_factor._give_codes(factor)


@pytest.fixture(scope="module")
def _server() -> Iterator[Provider]:
    with running() as provider:
        yield provider


@pytest.fixture
def provider(_server: Provider, settings: Any) -> Provider:
    """Tells the truth until a test says otherwise, and knows Nova Ny, who is in the group of intake."""
    sso._app.cache_clear()
    _server.__dict__.update(twist=lambda claims: claims, sign=None, metadata={}, says="", asked=[], left=[])
    _server.__dict__.update(since={}, is_careless=False)
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = _server.issuer, "riskzon", "secret"
    settings.OIDC_GROUPS, faults = sso_groups.read(json.dumps(GROUPS))
    assert faults == []
    _server.knows("sub-nova", INTAKE, **NAMES)
    return _server


def log_in(client: Client, provider: Provider, following: str = "", *, confirmed: bool = True) -> HttpResponse:
    """A login there and back; `confirmed`: what the groups give is confirmed by who leads, and then there is another."""
    answer = back(client, provider.logs_in(begin(client, following), "sub-nova"))
    waiting = RoleRequest.objects.filter(state="waiting").first()
    if waiting is None or not confirmed:
        return answer
    confirm(person("maria.oberg"), waiting.pk)
    return log_in(client, provider, following)


def begin(client: Client, following: str = "") -> str:
    """Where the press on the login page sends the browser."""
    answer = client.post("/login/municipal/", {"next": following})
    assert answer.status_code == 200
    return sent_to(answer)


def sent_to(answer: HttpResponse) -> str:
    """Where a page that moves by itself sends the browser."""
    page = answer.content.decode()
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page)
    assert found
    assert page.count(found[1]) == 2, "and a link, for whoever stays on the page"
    return html.unescape(found[1])


def back(client: Client, address: str) -> HttpResponse:
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200
