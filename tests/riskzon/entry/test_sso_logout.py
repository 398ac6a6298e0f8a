"""Whoever came by the municipality's account leaves there too with one press, and leaves here whatever happens there."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from riskzon import sso
from riskzon.models import AuditEntry, LoginSession
from tests.factories import people
from tests.provider import Provider
from tests.riskzon.entry.conftest import log_in, sent_to

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _people() -> None:
    people()


def _log_in(provider: Provider) -> Client:
    client = Client()
    assert log_in(client, provider).status_code == 302
    return client


def _is_out(client: Client) -> bool:
    return client.get("/inbox/").status_code == 302 and not LoginSession.objects.filter(
        session_key=client.session.session_key
    )


@pytest.mark.parametrize("query", ["", "?realm=city"])
def test_one_press_ends_the_session_here_and_sends_the_browser_to_the_providers_end(
    provider: Provider, query: str
) -> None:
    provider.metadata = {"end_session_endpoint": provider.leave + query}
    client = _log_in(provider)

    answer = client.post("/logout/")

    assert _is_out(client)
    assert AuditEntry.objects.filter(action="logout", what="logout", actor__username="nova.ny").count() == 1
    there = sent_to(answer)
    assert there.startswith(provider.leave + query)
    said = parse_qs(urlsplit(there).query)
    assert (said["client_id"], said["post_logout_redirect_uri"]) == (["riskzon"], ["http://testserver/login/"])
    assert said.keys() <= {"client_id", "post_logout_redirect_uri", "realm"}, "nothing that names the person"


@pytest.mark.parametrize(
    "says", [None, "", 7, "javascript:alert(1)", "https:", "//elsewhere.example/x", "ftp://elsewhere.example/"]
)
def test_a_provider_without_such_an_address_or_with_a_strange_one_leaves_the_logout_as_it_was(
    provider: Provider, says: Any
) -> None:
    provider.metadata = {"end_session_endpoint": says}
    client = _log_in(provider)
    assert client.post("/logout/")["Location"] == "/login/"
    assert _is_out(client)


def test_a_provider_that_does_not_answer_keeps_nobody_in(provider: Provider, settings: Any) -> None:
    provider.metadata = {"end_session_endpoint": provider.leave}
    client = _log_in(provider)
    settings.OIDC_ISSUER = "http://localhost:1"
    sso._app.cache_clear()
    assert client.post("/logout/")["Location"] == "/login/"
    assert _is_out(client)


@pytest.mark.parametrize("says", ["[]", "7", "null", '"x"', "{", "{}"])
def test_a_provider_that_answers_with_anything_keeps_nobody_in(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, says: str
) -> None:
    client = _log_in(provider)
    sso._app.cache_clear()
    provider.says = says
    assert client.post("/logout/")["Location"] == "/login/"
    assert _is_out(client)


def test_the_session_is_over_here_before_the_provider_is_asked(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = _log_in(provider)
    monkeypatch.setattr(sso, "end_address", lambda _request: 1 / 0)
    client.raise_request_exception = False
    assert client.post("/logout/").status_code == 500
    assert _is_out(client)


def test_whoever_came_with_a_password_is_sent_nowhere(provider: Provider) -> None:
    provider.metadata = {"end_session_endpoint": provider.leave}
    client = Client()
    client.post("/login/", {"username": "karin.ek", "password": "riskzon-demo"})
    assert client.post("/logout/")["Location"] == "/login/"
    assert Client().post("/logout/")["Location"] == "/login/"
