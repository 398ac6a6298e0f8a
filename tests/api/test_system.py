"""Keys, the description, the health page and the demo's clock."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import InterfaceError, OperationalError
from django.test import Client

from notifications.models import Delivery
from riskzon import clock
from riskzon.api import auth, problems
from riskzon.models import ApiToken, AuditEntry, User
from riskzon.pace import Pace
from tests.factories import at
from workflows.models import Heartbeat


def _bearer(token):
    return Client(headers={"Authorization": f"Bearer {token}"})


def _beat(name, age):
    Heartbeat.objects.update_or_create(name=name, defaults={"at": clock.real_now() - timedelta(seconds=age)})


def test_token_command_prints_a_working_token_as_its_last_word():
    out = StringIO()
    call_command("token", "karin.ek", stdout=out)
    token = out.getvalue().split()[-1]

    assert _bearer(token).get("/api/v1/cases").status_code == 200
    assert token not in str(list(ApiToken.objects.values()))


def test_token_command_knows_active_people_only():
    User.objects.filter(username="karin.ek").update(is_active=False)

    for username in ("karin.ek", "nobody"):
        with pytest.raises(CommandError):
            call_command("token", username)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer x", "Bearer ö", "Basic a2FyaW46eA==", "x"])
def test_call_without_a_valid_token_is_401(header):
    answer = Client(headers={"Authorization": header} if header else {}).get("/api/v1/cases")

    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_revoked_token_and_deactivated_owner_are_401(call_as):
    karin, omar = call_as("karin.ek"), call_as("omar.nyman")
    ApiToken.objects.filter(user__username="karin.ek").update(revoked_at=clock.real_now())
    User.objects.filter(username="omar.nyman").update(is_active=False)

    assert karin.get("/cases").status_code == 401
    assert omar.get("/cases").status_code == 401
    denials = AuditEntry.objects.filter(action="denied", what="token", detail={"status": 401}).order_by("id")
    assert [row.actor.username for row in denials] == ["karin.ek", "omar.nyman"]
    assert Client(headers={"Authorization": "Bearer neverakey"}).get("/api/v1/cases").status_code == 401
    assert denials.count() == 2


def test_an_old_key_that_runs_wild_neither_fills_the_log_nor_stops_its_owner(call_as, settings, monkeypatch):
    settings.REQUESTS_A_MINUTE = 5
    monkeypatch.setattr(auth, "_former", Pace(clock=lambda: 15.0))
    monkeypatch.setattr(auth, "pace", Pace(clock=lambda: 15.0))
    old = call_as("karin.ek")
    ApiToken.objects.update(revoked_at=clock.real_now())

    assert {old.get("/cases").status_code for _each in range(20)} == {401}

    assert AuditEntry.objects.filter(action="denied", what="token").count() == 5
    assert call_as("karin.ek").get("/cases").status_code == 200


def test_session_of_the_browser_opens_nothing_here():
    browser = Client()
    browser.force_login(User.objects.get(username="karin.ek"))

    assert browser.get("/api/v1/cases").status_code == 401


def test_description_says_how_every_refusal_looks():
    schema = Client().get("/api/v1/openapi.json").json()

    for path in schema["paths"].values():
        for operation in path.values():
            assert list(operation["responses"]["4XX"]["content"]) == ["application/problem+json"]
    (key,) = schema["paths"]["/api/v1/reports"]["post"]["parameters"]
    assert (key["name"], key["in"], key["required"]) == ("Idempotency-Key", "header", True)


def test_docs_page_has_no_inline_script_or_style():
    page = Client().get("/api/v1/docs")

    assert page.status_code == 200
    text = page.content.decode()
    assert "<style" not in text
    assert "style=" not in text
    scripts = [part.split(">", 1) for part in text.split("<script")[1:]]
    assert all("src=" in head or 'type="application/json"' in head for head, _body in scripts)
    assert "//cdn" not in text


def test_health_is_well_while_both_have_been_seen():
    _beat("sweep", 5)
    _beat("audit", 30)

    answer = Client().get("/api/v1/health")

    assert answer.status_code == 200
    assert set(answer.json()) == {
        "last_sweep_at", "last_audit_at", "overdue_unfired", "outbox_oldest_seconds", "clock_skew_seconds",
        "faults",
    }  # fmt: skip
    assert answer.json()["overdue_unfired"] == 0
    assert abs(answer.json()["clock_skew_seconds"]) < 5


@pytest.mark.parametrize(("sweep", "audit"), [(91, 5), (5, 91), (None, 5), (5, None)])
def test_health_is_503_when_either_is_old_or_was_never_there(sweep, audit):
    for name, age in (("sweep", sweep), ("audit", audit)):
        if age is not None:
            _beat(name, age)

    assert Client().get("/api/v1/health").status_code == 503


def test_watcher_may_ask_for_the_head_only():
    _beat("sweep", 5)
    _beat("audit", 5)

    answer = Client().head("/api/v1/health")

    assert (answer.status_code, answer.content) == (200, b"")


def test_second_dispatcher_keeps_the_product_well():
    _beat("loop", 5)
    _beat("audit", 5)

    assert Client().get("/api/v1/health").status_code == 200


def test_health_counts_what_has_passed_and_not_fired_and_the_oldest_message(call_as):
    call_as("karin.ek").report()
    Delivery.objects.update(created_at=clock.real_now() - timedelta(seconds=40))
    at("2026-11-14T13:21:00+01:00")

    found = Client().get("/api/v1/health").json()

    assert found["overdue_unfired"] == 1
    assert 40 <= found["outbox_oldest_seconds"] <= 45


def test_demo_clock_goes_forward_and_fires_what_became_due(call_as):
    karin = call_as("karin.ek")
    case = karin.report().json()["cases"][0]["id"]
    assert karin.get("/demo/clock").json() == {"now": "2026-11-13T14:00:00+01:00"}

    answer = karin.post("/demo/clock", {"advance_seconds": 86_400})

    assert answer.status_code == 200
    assert answer.json() == {"now": "2026-11-14T14:00:00+01:00"}
    states = {row["kind"]: row["state"] for row in karin.get(f"/cases/{case}").json()["deadlines"]}
    assert states["guardian_contact"] == "breached"
    assert not Heartbeat.objects.filter(name="sweep").exists()


@pytest.mark.parametrize("seconds", [-1, "1", 1.5, None, True, 10**20])
def test_demo_clock_never_goes_back_and_takes_whole_seconds(call_as, seconds):
    answer = call_as("karin.ek").post("/demo/clock", {"advance_seconds": seconds})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["advance_seconds"]
    assert clock.now().isoformat() == "2026-11-13T13:00:00+00:00"


def test_demo_clock_is_not_there_outside_the_demo(call_as, settings):
    karin = call_as("karin.ek")
    settings.RISKZON_DEMO = False

    answers = [karin.get("/demo/clock"), karin.post("/demo/clock", {"advance_seconds": 1}), karin.get("/nowhere")]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_fault_of_ours_is_a_problem_without_its_words(call_as, monkeypatch):
    karin = call_as("karin.ek")

    def fail(*_args):
        raise RuntimeError("Albin Fiktivsson 20100702-2393")

    monkeypatch.setattr("riskzon.api.calls.oversight.account", fail)
    answer = karin.get("/accounting")

    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Albin" not in json.dumps(answer.json())


@pytest.mark.parametrize("away", [OperationalError, InterfaceError])
def test_without_its_database_a_call_says_come_back_soon(rf, away):
    answer = problems.answer(rf.get("/api/v1/cases"), away("connection to server at 127.0.0.1 failed"))

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert b"127.0.0.1" not in answer.content


def test_every_call_of_the_description_has_a_name_of_its_own(call_as):
    described = call_as("karin.ek").get("/openapi.json").json()
    names = [call["operationId"] for calls in described["paths"].values() for call in calls.values()]

    assert len(names) > 60
    assert sorted(names) == sorted(set(names))
