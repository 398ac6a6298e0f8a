"""A login, one that failed and a logout are written to the access log, or do not happen."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.test import Client

from riskzon.guessing import WITHIN
from riskzon.models import AuditEntry, LoginAttempt
from tests.factories import people, person

pytestmark = pytest.mark.django_db


def _log_in(client: Client, password: str = "riskzon-demo") -> int:
    return client.post("/login/", {"username": "karin.ek", "password": password}).status_code


def test_a_login_is_one_row_in_the_access_log_and_so_is_its_end(client: Client) -> None:
    people()

    assert _log_in(client) == 302
    assert client.post("/logout/").status_code == 302
    assert client.post("/logout/").status_code == 302

    karin = person("karin.ek").pk
    rows = AuditEntry.objects.order_by("id").values_list("action", "what", "actor")
    assert list(rows) == [("login", "login", karin), ("logout", "logout", karin)]


def test_a_failed_login_is_a_denial_that_names_whom_it_was_about_and_nothing_that_was_typed(client: Client) -> None:
    people()

    assert _log_in(client, "wrong") == 200
    assert client.post("/login/", {"username": "my-password", "password": "x"}).status_code == 200
    assert client.post("/login/", {"username": "", "password": ""}).status_code == 200

    rows = AuditEntry.objects.order_by("id").values_list("action", "what", "actor", "detail")
    assert list(rows) == [
        ("denied", "login", None, {"user": str(person("karin.ek").pk)}),
        ("denied", "login", None, {}),
    ]


def test_that_somebody_is_asked_to_wait_is_one_denial_in_a_quarter_of_an_hour(client: Client) -> None:
    people()
    assert [_log_in(client, "wrong") for _each in range(25)] == [200] * 5 + [429] * 20
    assert client.post("/login/", {"username": "\0 nobody", "password": "x"}).status_code == 200
    asked = [client.post("/login/", {"username": "nobody\0", "password": "x"}).status_code for _each in range(8)]
    assert asked == [200] * 5 + [429] * 3

    karin = str(person("karin.ek").pk)
    told = AuditEntry.objects.filter(detail__has_key="status").order_by("id")
    assert list(told.values_list("action", "what", "actor", "detail")) == [
        ("denied", "login", None, {"status": 429, "user": karin}),
        ("denied", "login", None, {"status": 429}),
    ]
    LoginAttempt.objects.update(at=F("at") - WITHIN)
    assert [_log_in(client, "wrong") for _each in range(7)] == [200] * 5 + [429] * 2
    assert told.count() == 3


@pytest.mark.parametrize("password", ["riskzon-demo", "wrong"])
def test_a_login_that_cannot_be_logged_is_refused(client: Client, password: str) -> None:
    people()
    _fill_the_log()

    with pytest.raises(DatabaseError), transaction.atomic():
        _log_in(client, password)

    assert "_auth_user_id" not in client.session


def test_a_session_does_not_end_without_its_row(client: Client) -> None:
    people()
    _log_in(client)
    _fill_the_log()

    with pytest.raises(DatabaseError), transaction.atomic():
        client.post("/logout/")

    assert client.get("/inbox/").status_code == 200


def _fill_the_log() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TRIGGER full_log BEFORE INSERT ON riskzon_auditentry EXECUTE FUNCTION riskzon_refuse()")
