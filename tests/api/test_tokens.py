"""A key is good for what it says, until it says, and for nobody who has left."""

import hashlib
import json
import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from riskzon import clock, tokens
from riskzon.models import ApiToken, AuditEntry, SignOn, TokenScope
from tests.api.caller import ARREST
from tests.factories import at, make_report, person


def _with(text: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {text}", "Idempotency-Key": "en nyckel"})


def _made(username: str = "karin.ek", scope: TokenScope = TokenScope.READ, **more: Any) -> Client:
    return _with(tokens.make(person(username), scope=scope, by=None, **more).text)


def _send(client: Client, path: str, body: Any = None, method: str = "POST") -> Any:
    return client.generic(method, f"/api/v1{path}", "{}" if body is None else json.dumps(body), "application/json")


def test_a_key_that_may_read_reads_and_is_told_in_words_that_it_may_not_change():
    case = make_report().cases[0]
    reader = _made()

    for path in ("/cases", f"/cases/{case.pk}", "/deadlines", "/breaches", "/accounting", "/demo/clock"):
        assert reader.get(f"/api/v1{path}").status_code in (200, 403, 404), path
    assert reader.get(f"/api/v1/cases/{case.pk}").status_code == 200
    assert _send(reader, "/cases/search", {"q": "Albin"}).status_code == 200, "a question that is sent"

    before = AuditEntry.objects.count()
    answer = _send(reader, "/reports", ARREST)
    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"] == "Nyckeln får bara läsa. Gör en nyckel som också får ändra."
    row = AuditEntry.objects.latest("id")
    assert AuditEntry.objects.count() == before + 1
    assert (row.action, row.what, row.actor.username) == ("denied", "token", "karin.ek")


def test_no_call_that_changes_anything_takes_a_key_that_may_read():
    from riskzon.api.app import api  # noqa: PLC0415

    asked = 0
    for path, operations in api.get_openapi_schema()["paths"].items():
        for method in operations:
            if method == "get" or path.endswith("/cases/search"):
                continue
            address = path.removeprefix("/api/v1")
            address = re.sub(r"\{\w+_id\}", "0e7f6a52-6c0e-4d5a-9d5e-3b1f4a2c9d10", address)
            address = address.replace("{number}", "2026-000001").replace("{username}", "karin.ek")
            assert _send(_made(), address, method=method.upper()).status_code == 403, (method, path)
            asked += 1
    assert asked > 30


def test_a_key_that_may_change_does():
    assert _send(_made(scope=TokenScope.WRITE), "/reports", ARREST).status_code == 201


def test_a_key_ends_on_its_day_by_the_real_clock_and_not_by_the_demos():
    client = _made(days=1)
    at("2027-12-01T12:00:00+01:00")
    assert client.get("/api/v1/cases").status_code == 200
    ApiToken.objects.update(expires_at=clock.real_now() - timedelta(seconds=1))
    assert client.get("/api/v1/cases").status_code == 401


def test_a_key_holds_90_days_unless_told_otherwise_and_a_year_at_most():
    tokens.make(person("karin.ek"), scope=TokenScope.READ, by=None)
    held = ApiToken.objects.get()
    assert held.expires_at - held.created_at == timedelta(days=90)
    for days in (0, 366):
        with pytest.raises(ValueError, match="365"):
            tokens.make(person("karin.ek"), scope=TokenScope.READ, days=days, by=None)
        with pytest.raises(CommandError):
            call_command("token", "karin.ek", days=days)


def test_the_command_makes_a_key_for_everything_unless_it_is_to_read():
    for options, scope in (({}, TokenScope.WRITE), ({"read": True}, TokenScope.READ)):
        out = StringIO()
        call_command("token", "karin.ek", stdout=out, **options)
        text = out.getvalue().split()[-1]
        assert ApiToken.objects.get(digest=ApiToken.digest_of(text)).scope == scope


def test_the_last_use_is_kept_to_the_minute_and_written_once_a_minute():
    client = _made()
    client.get("/api/v1/cases")
    first = ApiToken.objects.get().last_used_at
    assert abs(clock.real_now() - first) < timedelta(seconds=20)

    with CaptureQueriesContext(connection) as asked:
        client.get("/api/v1/cases")
    assert not [one for one in asked if one["sql"].startswith("UPDATE")]
    assert ApiToken.objects.get().last_used_at == first

    ApiToken.objects.update(last_used_at=first - timedelta(minutes=2))
    client.get("/api/v1/cases")
    assert ApiToken.objects.get().last_used_at > first - timedelta(minutes=1)


def test_of_a_key_nothing_is_kept_but_its_sha256():
    text = tokens.make(person("karin.ek"), scope=TokenScope.READ, name="System A", by=person("karin.ek")).text
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(kept)::text FROM riskzon_apitoken kept")
        [(kept,)] = cursor.fetchall()
    assert json.loads(kept)["digest"] == hashlib.sha256(text.encode()).hexdigest()
    assert text not in kept + str(list(AuditEntry.objects.values()))


def test_a_revoked_key_opens_nothing():
    client = _made()
    karin = person("karin.ek")
    assert tokens.revoke(karin, ApiToken.objects.get().public_id, by=karin)
    assert client.get("/api/v1/cases").status_code == 401
    assert not tokens.revoke(karin, ApiToken.objects.get().public_id, by=karin), "once"


def test_the_key_of_whoever_has_not_come_by_the_municipalitys_account_for_a_month_rests():
    client = _made()
    sign_on = SignOn.objects.create(
        user=person("karin.ek"), issuer="https://x", subject="k", confirmed_at=clock.real_now() - timedelta(days=29)
    )
    assert client.get("/api/v1/cases").status_code == 200
    SignOn.objects.filter(pk=sign_on.pk).update(confirmed_at=clock.real_now() - timedelta(days=31))
    assert client.get("/api/v1/cases").status_code == 401
    SignOn.objects.filter(pk=sign_on.pk).update(confirmed_at=None)
    assert client.get("/api/v1/cases").status_code == 401
