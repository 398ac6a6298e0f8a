"""Does any content break the API? What the description allows and what it does not, as two people of the intake.

Two thousand calls, always the same ones. What nobody would draw by chance - the id of a case that exists, a number that
is right, a time today - is put in their place most of the time, so that calls get past the door.
"""

import random
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker
from schemathesis import Case, GenerationMode
from schemathesis.schemas import APIOperation

from riskzon import clock
from riskzon.api.app import api
from riskzon.api.urls import urlpatterns
from riskzon.models import Guardian, Hold
from tests.api.caller import ARREST, Caller
from tests.factories import ALBIN, BEA, CASTOR, ELSA, GUSTAV, ISAK, MAJA, WORKDAY, at, people
from workflows.models import Breach, Heartbeat
from workflows.sweep import beat, sweep

CALLS = 2000

assert urlpatterns, "the calls are tied to the API when its addresses are read"
APP = WSGIHandler()
SCHEMA = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="/api/v1/"))
OPERATIONS = {operation.label: operation for operation in (found.ok() for found in SCHEMA.get_all_operations())}
NOW = "2026-11-14T13:30:00+01:00"
TOMORROW = "2026-11-15T13:30:00+01:00"
LATER = ["2026-11-15T12:00:00+01:00", "2026-11-16T12:00:00+01:00", "2100-12-31T23:59:59+14:00"]
BEFORE = [NOW, "2026-11-14T10:00:00Z", "2026-11-13T20:00:00-05:00", "2000-01-01T00:00:00Z"]
NUMBERS = [ALBIN, BEA, CASTOR, ELSA, GUSTAV, ISAK, MAJA, "", "20100702-2394", "201007622393"]


class World:
    """What is there to be called about, and the two who call."""

    def __init__(self) -> None:
        karin, sara = Caller("karin.ek"), Caller("sara.lindh")
        child = ARREST["children"][0]
        first = karin.report(reporter={"type": "police", "wants_feedback": True}).json()
        second = karin.report(children=[{**child, "identity_number": BEA}, {**child, "identity_number": CASTOR}]).json()
        unknown = karin.report(children=[{"approximate_age": 12, "description": "Röd jacka"}]).json()
        cases = [*first["cases"], *second["cases"], *unknown["cases"]]
        sara.post(
            f"/cases/{cases[1]['id']}/holds",
            {
                "guardian": cases[1]["guardians"][0]["id"],
                "code": "HOLD_HONOUR",
                "reason": "Hot.",
                "until": "2026-11-16T13:00:00+01:00",
            },
        )
        opened = karin.post(f"/cases/{cases[2]['id']}/disposition", {"disposition": "opened"}).json()
        at(NOW)
        sweep()
        beat("audit", {})
        need = {"q": cases[0]["number"], "code": "danger", "reason": "Barnet sitter här i receptionen."}
        asked = Caller("lina.dahl").post("/emergency-access", need).json()
        self.callers = [karin, sara]
        self.ids: dict[str, list[str]] = {
            "case_id": [case["id"] for case in cases],
            "guardian_id": [str(pk) for pk in Guardian.objects.values_list("pk", flat=True)],
            "hold_id": [str(pk) for pk in Hold.objects.values_list("pk", flat=True)],
            "breach_id": [str(pk) for pk in Breach.objects.values_list("pk", flat=True)],
            "investigation_id": [opened["investigation"]],
            "number": [first["number"], second["number"]],
            "access_id": [asked["id"]],
            "username": ["karin.ek", "omar.nyman", "per.holm"],
            "absence_id": [sara.post("/absences", {"starts_at": TOMORROW, "username": "omar.nyman"}).json()["id"]],
        }

    def steer(self, case: Case, choice: random.Random) -> None:
        """Put things that exist in the place of things that were made up."""
        case.path_parameters = {name: choice.choice(self.ids[name]) for name in case.path_parameters or {}}
        if isinstance(case.body, dict):
            case.body = self._steered(deepcopy(case.body), choice)
            children = case.body.get("children")
            if isinstance(children, list) and choice.random() < 0.8:
                case.body["children"] = [
                    self._believable(child, choice) for child in children if isinstance(child, dict)
                ]
                case.body |= {"occurred_at": choice.choice(BEFORE), "contact_caution": None}

    def _believable(self, child: dict[str, Any], choice: random.Random) -> dict[str, Any]:
        """A child that is known or has a birth date, whatever else is said of it."""
        number = choice.choice(NUMBERS)
        believable = {**child, "identity_number": number, "birth_date": None if number else "2012-02-29"}
        guardians = child.get("guardians")
        if isinstance(guardians, list):
            believable["guardians"] = [
                {**one, "name": one.get("name") or "Pia", "identity_number": None, "phone": "070-174 06 05"}
                for one in guardians
                if isinstance(one, dict)
            ]
        return believable

    def _steered(self, body: Any, choice: random.Random, name: str = "") -> Any:
        if isinstance(body, dict):
            return {key: self._steered(value, choice, key) for key, value in body.items()}
        if isinstance(body, list):
            return [self._steered(value, choice, name) for value in body]
        known = {
            "guardian": self.ids["guardian_id"],
            "also_cases": self.ids["case_id"],
            "identity_number": NUMBERS,
            "username": self.ids["username"],
            "unit": ["Utredning Norr", "utredning-syd"],
            "birth_date": ["2010-07-02", "2012-02-29", "2026-11-14", "2026-11-15", "1999-01-01"],
            "advance_seconds": [0, 1, 3600],
        }
        if name in known and isinstance(body, str | int):
            return choice.choice(known[name])
        if isinstance(body, str) and name in ("until", "reassess_at"):
            return choice.choice(LATER)
        if isinstance(body, str) and (name.endswith("_at") or name == "at"):
            return NOW if name == "notified_at" else choice.choice(BEFORE)
        return body


@pytest.fixture(scope="module")
def _made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The world, made once: each call's test undoes only what it has done itself."""
    with django_db_blocker.unblock(), transaction.atomic():
        people()
        at(WORKDAY)
        yield World()
        transaction.set_rollback(True)


@pytest.fixture
def world(_made: World, db: None) -> Iterator[World]:
    at(NOW)
    # The world is older than the 90 seconds after which a product that nobody sweeps is said to be ill.
    Heartbeat.objects.update(at=clock.real_now())
    # A real server gives its connection back after each call; here it holds the test's own transaction.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield _made
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


def test_every_call_is_tried():
    assert len(OPERATIONS) > 30


@pytest.mark.slow
@pytest.mark.parametrize("label", OPERATIONS)
def test_no_content_breaks_the_call_and_every_refusal_names_the_field(label: str, world: World) -> None:
    operation = OPERATIONS[label]
    drawn = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))

    @settings(
        max_examples=_share(label),
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=drawn, chance=st.integers(0, 2**32))
    def call(case: Case, chance: int) -> None:
        choice = random.Random(chance)
        caller = choice.choice(world.callers)
        if choice.random() < 0.7:
            world.steer(case, choice)
        case.headers = {**(case.headers or {}), **caller.headers}
        answer = case.call(app=APP)

        assert answer.status_code < 500, case.as_curl_command()
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == ["application/problem+json"]
            problem = answer.json()
            assert problem["status"] == answer.status_code
            if answer.status_code == 422:
                assert problem["errors"]
            assert all(error["field"] and error["message"] for error in problem["errors"])

    call()


def _share(label: str) -> int:
    """How many of the calls this one gets: the more there is to send, the more can be wrong with it."""
    weights = {name: _weight(operation) for name, operation in OPERATIONS.items()}
    return -(-CALLS * weights[label] // sum(weights.values()))


def _weight(operation: APIOperation) -> int:
    kinds_of_value = sum(str(body.definition).count("'type'") for body in operation.body)
    return 2 + 2 * len(list(operation.iter_parameters())) + min(kinds_of_value, 30)
