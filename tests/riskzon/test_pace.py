"""One person may ask for so much in a minute and is then asked, in words, to wait; nobody else notices."""

from collections import Counter
from typing import Any

import pytest
from django.test import Client

from riskzon import tokens
from riskzon.models import AuditEntry, TokenScope
from riskzon.pace import Pace, pace
from tests.acts import at_once
from tests.factories import people, person


@pytest.fixture(autouse=True)
def _five(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REQUESTS_A_MINUTE = 5
    # The minute stands still, and begins anew for each test.
    monkeypatch.setattr(pace, "_clock", lambda: 6000.0 + 15)
    monkeypatch.setattr(pace, "_counts", Counter())


def _client(username: str) -> Client:
    client = Client()
    client.force_login(person(username))
    return client


@pytest.mark.django_db
def test_the_page_that_is_one_too_many_says_to_wait_and_how_long() -> None:
    people()
    karin, elsewhere, sara = _client("karin.ek"), _client("karin.ek"), _client("sara.lindh")
    assert [karin.get("/account/").status_code for _each in range(6)] == [200] * 5 + [429]

    answer = elsewhere.get("/account/", headers={"Accept-Language": "sv"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "46"), "one count for the person"
    assert "Vänta en minut" in answer.content.decode()
    assert "Wait a minute" in elsewhere.get("/account/", headers={"Accept-Language": "en"}).content.decode()
    assert sara.get("/account/").status_code == 200
    row = AuditEntry.objects.get(what="pace")
    assert (row.action, row.actor, row.role, row.detail) == (
        "denied",
        person("karin.ek"),
        "social_worker",
        {"status": 429},
    )
    assert Client().get("/login/").status_code == 200


@pytest.mark.django_db
def test_calls_are_counted_with_the_pages_of_whoever_has_the_key() -> None:
    people()
    karin = person("karin.ek")
    keys = [tokens.make(karin, scope=TokenScope.READ, by=None).text for _each in range(2)]
    calls = [Client(headers={"Authorization": f"Bearer {key}"}) for key in keys]
    assert [client.get("/api/v1/cases").status_code for client in calls * 2] == [200] * 4
    assert _client("karin.ek").get("/account/").status_code == 200

    answer = calls[0].get("/api/v1/cases")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "46")
    assert (answer.headers["Content-Type"], answer.json()["status"]) == ("application/problem+json", 429)
    assert "Vänta en stund" in answer.json()["detail"]


def test_the_next_minute_begins_anew() -> None:
    now = [59.5]
    counted = Pace(clock=lambda: now[0])
    assert [counted.seconds_to_wait("karin") for _each in range(6)] == [0] * 5 + [1]
    now[0] = 60.0
    assert counted.seconds_to_wait("karin") == 0


def test_fifty_at_the_same_moment_are_five() -> None:
    counted = Pace(clock=lambda: 30.0)
    waits = at_once(*[lambda: counted.seconds_to_wait("karin") for _each in range(50)])
    assert sorted(bool(wait) for wait in waits) == [False] * 5 + [True] * 45


def test_where_no_limit_is_set_nothing_is_counted(settings: Any) -> None:
    settings.REQUESTS_A_MINUTE = 0
    counted = Pace()
    assert {counted.seconds_to_wait("karin") for _each in range(1000)} == {0}
