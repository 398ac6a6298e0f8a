"""A login is written to the access log, or does not happen."""

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from riskzon.models import AuditAction, AuditEntry
from tests.factories import people, person

pytestmark = pytest.mark.django_db


def _log_in(client: Client, password: str = "riskzon-demo") -> int:
    return client.post("/login/", {"username": "karin.ek", "password": password}).status_code


def test_a_login_is_one_row_in_the_access_log_and_a_failed_one_none(client: Client) -> None:
    people()

    assert _log_in(client, "wrong") == 200
    assert not AuditEntry.objects.exists()
    assert _log_in(client) == 302
    entry = AuditEntry.objects.get()

    assert (entry.action, entry.actor) == (AuditAction.LOGIN, person("karin.ek"))


def test_a_login_that_cannot_be_logged_is_refused(client: Client) -> None:
    people()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TRIGGER full_log BEFORE INSERT ON riskzon_auditentry EXECUTE FUNCTION riskzon_refuse()")

    with pytest.raises(DatabaseError):
        _log_in(client)

    assert "_auth_user_id" not in client.session


def test_whoever_answers_before_the_session_ends_stays_and_a_stranger_is_sent_to_the_login(client: Client) -> None:
    people()
    assert client.post("/stay/")["Location"] == "/login/?next=/stay/"
    _log_in(client)
    session = client.session
    ended = session["ends"] = session["ends"] - 42_950
    session.save()
    assert 'data-session="2' in client.get("/accessibility").content.decode()

    assert client.post("/stay/").status_code == 200
    assert client.session["ends"] > ended
