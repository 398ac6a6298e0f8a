"""Every call as every person: who may, who is refused, and for whom the case is not there at all."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from riskzon.api.app import api
from riskzon.api.urls import urlpatterns
from riskzon.models import AuditEntry, Case
from tests.api.caller import ARREST, Caller
from tests.factories import BEA, at, person
from workflows.models import Breach
from workflows.sweep import sweep

assert urlpatterns, "the calls are tied to the API when its addresses are read"

NOW = "2026-11-16T10:00:00+01:00"
UNTIL = "2026-11-17T10:00:00+01:00"
#: Nobody is on duty for the unit: it is open.
STRANGERS = [
    "lina.dahl",
    "jonas.falk",
    "jour.vakt",
    "maria.oberg",
    "nadia.rask",
    "stina.berg",
    "lars.wik",
    "it.admin",
    "butik.city",
]
EVERYBODY = ["karin.ek", "sara.lindh", "per.holm", *STRANGERS]
STAFF = ["karin.ek", "sara.lindh", "lina.dahl", "jonas.falk", "jour.vakt"]


ANSWERED = {"disposition": "opened"}


@dataclass(frozen=True)
class Call:
    """One call, and what it answers to the unit's worker, its supervisor and the liaison whose report it is.

    To all others it answers 404, unless `others` says what; `some` are exceptions by name.
    """

    worker: int
    supervisor: int
    liaison: int
    body: Any = None
    others: int = 404
    some: tuple[tuple[str, int], ...] = ()

    def expected(self, username: str) -> int:
        named = {"karin.ek": self.worker, "sara.lindh": self.supervisor, "per.holm": self.liaison, **dict(self.some)}
        return named.get(username, self.others)


def _only(*usernames: str, otherwise: int, status: int = 200) -> tuple[tuple[str, int], ...]:
    return tuple((username, status if username in usernames else otherwise) for username in EVERYBODY)


class World:
    """One arrest with a hold and a breach, three days on, on a Monday morning, long since the day's."""

    def __init__(self) -> None:
        per = Caller("per.holm")
        report = per.report(
            children=[
                {
                    **ARREST["children"][0],
                    "guardians": [
                        {"name": "Maja", "phone": "070-174 06 05"},
                        {"name": "Olle", "phone": "070-174 06 06"},
                    ],
                }
            ],
            reporter={"type": "police", "wants_feedback": True},
        ).json()
        case = report["cases"][0]
        held, self.guardian = (guardian["id"] for guardian in case["guardians"])
        at("2026-11-13T22:00:00+01:00")
        hold = Caller("jour.vakt").post(
            f"/cases/{case['id']}/holds",
            {"guardian": held, "code": "HOLD_GUARDIAN_SUSPECT", "reason": "Hot.", "until": "2026-11-16T12:00:00+01:00"},
        )
        at(NOW)
        sweep()
        Case.objects.update(taken_over_at=NOW, taken_over_by=person("karin.ek"))
        breach = Breach.objects.filter(kind="guardian_contact").get()
        karin = Caller("karin.ek")
        other = karin.report(children=[{"birth_date": "2013-05-05"}], notified_at=NOW, occurred_at=NOW).json()
        opened = karin.post(f"/cases/{other['cases'][0]['id']}/disposition", ANSWERED).json()
        self.number = case["number"]
        asked = {"q": self.number, "code": "danger", "reason": "Barnet sitter här i receptionen."}
        self.ids = {
            "access_id": Caller("ivar.sjo").post("/emergency-access", asked).json()["id"],
            "number": report["number"],
            "case_id": case["id"],
            "guardian_id": self.guardian,
            "hold_id": hold.json()["id"],
            "breach_id": str(breach.pk),
            "investigation_id": opened["investigation"],
            "username": "omar.nyman",
            "absence_id": karin.post("/absences", {"starts_at": "2026-12-01T08:00:00+01:00"}).json()["id"],
        }

    def body(self, body: Any) -> Any:
        if isinstance(body, dict) and body.get("q") == "":
            return {**body, "q": self.number}
        return {**body, "guardian": self.guardian} if isinstance(body, dict) and "guardian" in body else body


CASE, HOLD = "/api/v1/cases/{case_id}", "/api/v1/holds/{hold_id}"
EMERGENCY = "/api/v1/emergency-access/{access_id}"
INVESTIGATION = "/api/v1/investigations/{investigation_id}"
CALLS = {
    ("POST", "/api/v1/reports"): Call(
        201,
        201,
        201,
        {**ARREST, "kind": "concern"},
        403,
        _only(*STAFF, "per.holm", "nadia.rask", "butik.city", otherwise=403, status=201),
    ),
    ("GET", "/api/v1/reports/{number}"): Call(200, 200, 200),
    ("POST", "/api/v1/reports/{number}/supplements"): Call(201, 201, 201, {"text": "Mer."}),
    ("PATCH", "/api/v1/reports/{number}/times"): Call(
        200, 200, 200, {"occurred_at": "2026-11-13T12:00:00+01:00", "reason": "Protokollet."}
    ),
    # Nobody takes over an own report; the other liaison takes over a colleague's.
    ("POST", "/api/v1/reports/{number}/take-over"): Call(404, 404, 404, {}, some=(("nadia.rask", 200),)),
    ("POST", "/api/v1/reports/{number}/feedback-request"): Call(200, 200, 403, {}),
    ("POST", "/api/v1/reports/{number}/feedback"): Call(409, 409, 403, {"fact": "opened"}),
    ("GET", "/api/v1/cases"): Call(200, 200, 200, others=200),
    ("POST", "/api/v1/cases/search"): Call(200, 200, 200, {"q": "albin"}, others=200),
    ("GET", CASE): Call(200, 200, 200),
    ("PATCH", f"{CASE}/child"): Call(200, 200, 403, {"given_name": "Albin"}),
    ("POST", f"{CASE}/assign"): Call(200, 200, 403, {"username": "omar.nyman"}),
    ("POST", f"{CASE}/reveal"): Call(409, 409, 403, {"why": "contact"}),
    ("POST", f"{CASE}/take"): Call(200, 200, 403, {}),
    ("POST", f"{CASE}/take-over"): Call(409, 409, 403, {}),
    ("POST", f"{CASE}/hand-over"): Call(200, 200, 403, {"unit": "Utredning Syd", "note": "Bor där."}),
    ("POST", f"{CASE}/liaisons"): Call(200, 200, 403, {"username": "nadia.rask"}),
    ("POST", f"{CASE}/notes"): Call(201, 201, 403, {"text": "Anteckning."}),
    ("POST", f"{CASE}/child-informed"): Call(200, 200, 403, {"at": NOW}),
    ("POST", f"{CASE}/guardians"): Call(201, 201, 403, {"name": "Pia Provlund"}),
    ("PATCH", "/api/v1/guardians/{guardian_id}"): Call(200, 200, 403, {"phone": "070-174 06 07"}),
    ("POST", f"{CASE}/guardians/{{guardian_id}}/write-off"): Call(200, 200, 403, {"reason": "Utomlands."}),
    ("POST", f"{CASE}/contacts"): Call(
        201, 201, 201, {"guardian": "", "at": NOW, "channel": "phone", "outcome": "reached"}
    ),
    ("POST", f"{CASE}/protective-assessment"): Call(201, 201, 403, {"outcome": "no_immediate_need", "at": NOW}),
    ("POST", f"{CASE}/holds"): Call(
        403, 201, 403, {"guardian": "", "code": "HOLD_HONOUR", "reason": "Hot.", "until": UNTIL}
    ),
    ("POST", f"{HOLD}/confirm"): Call(403, 200, 404, {}),
    ("POST", f"{HOLD}/renew"): Call(403, 200, 404, {"until": UNTIL, "reason": "Fortfarande."}),
    ("POST", f"{HOLD}/end"): Call(403, 200, 404, {"reason": "Inte längre."}),
    ("POST", f"{HOLD}/refuse"): Call(403, 200, 404, {"reason": "Nej."}),
    ("GET", f"{CASE}/blocks"): Call(403, 200, 403),
    ("POST", f"{CASE}/blocks"): Call(201, 201, 201, {}),
    ("POST", f"{CASE}/blocks/{{username}}/end"): Call(403, 409, 403, {}),
    # A case that is the caller's own, or that the caller must not know of, opens for nobody.
    ("POST", "/api/v1/emergency-access"): Call(
        409,
        409,
        404,
        {"q": "", "code": "danger", "reason": "Barnet sitter här i receptionen."},
        404,
        (("lina.dahl", 201), ("jonas.falk", 201), ("jour.vakt", 201)),
    ),
    ("GET", f"{EMERGENCY}"): Call(404, 200, 404),
    ("POST", f"{EMERGENCY}/confirm"): Call(404, 404, 404, {}),
    ("POST", f"{EMERGENCY}/review"): Call(404, 200, 404, {"outcome": "justified", "note": "Behövdes."}),
    ("GET", f"{CASE}/disclosures"): Call(200, 200, 200),
    ("POST", f"{CASE}/disclosures"): Call(
        201,
        201,
        403,
        {
            "fields": ["case_worker"],
            "authority": "police",
            "recipient": "A. Spanare",
            "way": "phone",
            "ground": "osl_10_18a",
            "balancing": "Risk i helgen.",
        },
    ),
    ("GET", "/api/v1/disclosures"): Call(
        403, 200, 200, None, 403, _only("sara.lindh", "jonas.falk", "per.holm", "nadia.rask", otherwise=403)
    ),
    ("POST", f"{CASE}/disposition"): Call(200, 200, 403, ANSWERED),
    ("GET", INVESTIGATION): Call(200, 200, 404),
    ("POST", f"{INVESTIGATION}/told"): Call(200, 200, 404, {"at": NOW}),
    ("POST", f"{INVESTIGATION}/plan"): Call(200, 200, 404, {"form": "short", "text": "Skolan."}),
    ("POST", f"{INVESTIGATION}/heard"): Call(200, 200, 404, {"heard": True, "at": NOW}),
    ("POST", f"{INVESTIGATION}/extend"): Call(200, 200, 404, {"until": "2027-04-30", "reason": "Barnahus."}),
    ("POST", f"{INVESTIGATION}/extend/confirm"): Call(403, 409, 404, {}),
    ("POST", f"{INVESTIGATION}/close"): Call(200, 200, 404, {"outcome": "lvu", "reason": "Ansökan."}),
    ("POST", f"{INVESTIGATION}/statement"): Call(200, 200, 404, {"until": "2026-12-22"}),
    ("POST", f"{INVESTIGATION}/statement/sent"): Call(409, 409, 404, {}),
    # Nothing waits for those who may answer.
    ("POST", f"{CASE}/disposition/confirm"): Call(409, 409, 403, {}),
    ("GET", "/api/v1/deadlines"): Call(200, 200, 200, others=200),
    ("GET", "/api/v1/breaches"): Call(200, 200, 200, others=200),
    ("POST", "/api/v1/breaches/{breach_id}/review"): Call(403, 200, 404, {"cause": "no_staff", "action": "Samtal."}),
    ("GET", "/api/v1/statistics"): Call(
        200, 200, 403, None, 403, _only(*STAFF, "maria.oberg", "stina.berg", otherwise=403)
    ),
    ("GET", "/api/v1/accounting"): Call(
        200, 200, 403, None, 403, _only(*STAFF, "maria.oberg", "lars.wik", "it.admin", otherwise=403)
    ),
    ("GET", "/api/v1/waiting"): Call(
        403,
        200,
        403,
        None,
        403,
        _only("sara.lindh", "jonas.falk", "hanna.vide", "jour.vakt", "maria.oberg", otherwise=403),
    ),
    ("GET", "/api/v1/roster"): Call(200, 200, 403, None, 403, _only(*STAFF, "maria.oberg", "it.admin", otherwise=403)),
    ("GET", "/api/v1/absences"): Call(
        200, 200, 200, None, 403, _only(*STAFF, "per.holm", "nadia.rask", "maria.oberg", otherwise=403)
    ),
    ("POST", "/api/v1/absences"): Call(
        201,
        201,
        201,
        {"starts_at": UNTIL, "ends_at": "2026-11-18T10:00:00+01:00"},
        403,
        _only(*STAFF, "per.holm", "nadia.rask", "maria.oberg", otherwise=403, status=201),
    ),
    ("POST", "/api/v1/absences/{absence_id}/end"): Call(200, 200, 404, {}),
    ("GET", "/api/v1/health"): Call(503, 503, 503, None, 503),
    ("GET", "/api/v1/demo/clock"): Call(200, 200, 200, None, 200),
    ("POST", "/api/v1/demo/clock"): Call(200, 200, 200, {"advance_seconds": 0}, 200),
}

#: Answered without a token.
OPEN = {("GET", "/api/v1/health")}


def test_every_call_has_its_answers_written_down():
    described = api.get_openapi_schema(path_prefix="/api/v1/")["paths"]

    assert {(method.upper(), path) for path, calls in described.items() for method in calls} == set(CALLS)


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_each_person_is_answered_by_role(call):
    method, path = call
    world, answers = World(), CALLS[call]
    expected = {username: answers.expected(username) for username in EVERYBODY}
    body, address = world.body(answers.body), path.format(**world.ids).removeprefix("/api/v1")
    found = {}
    for username in EVERYBODY:
        caller = Caller(username)
        with transaction.atomic():
            if method == "GET":
                found[username] = caller.get(address).status_code
            elif path == "/api/v1/reports":
                found[username] = caller.report(body).status_code
            else:
                found[username] = getattr(caller, method.lower())(address, body).status_code
            transaction.set_rollback(True)

    assert found == expected


@pytest.mark.parametrize("call", sorted(CALLS.keys() - OPEN), ids=" ".join)
def test_nobody_without_a_token_gets_further_than_the_door(call):
    method, path = call
    body = CALLS[call].body
    address = path.format(**World().ids)
    before = AuditEntry.objects.count()

    answer = Client().generic(method, address, data=str(body or ""), content_type="application/json")

    assert answer.status_code == 401
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("username", STRANGERS)
def test_hidden_and_missing_answer_with_the_same_words(username):
    world, stranger = World(), Caller(username)
    missing = dict.fromkeys(world.ids, "00000000-0000-0000-0000-000000000000") | {"number": "2026-999999"}
    for (method, path), call in CALLS.items():
        if "{" not in path or (username == "nadia.rask" and path.endswith("/take-over")):
            continue
        seen = []
        for ids in (world.ids, missing):
            address = path.format(**ids).removeprefix("/api/v1")
            body = world.body(call.body)
            answer = stranger.get(address) if method == "GET" else getattr(stranger, method.lower())(address, body)
            seen.append((answer.status_code, answer.content))
        assert seen[0] == seen[1], path
        assert seen[0][0] == 404, path


def test_lists_hold_nothing_of_a_case_that_is_not_seen():
    World()
    for username in STRANGERS:
        stranger = Caller(username)
        found = [
            stranger.get("/cases").json(),
            stranger.get("/cases", q="2026-000001").json(),
            stranger.post("/cases/search", {"q": "20100702-2393"}).json(),
            stranger.get("/deadlines").json(),
        ]
        if username != "maria.oberg":
            found.append(stranger.get("/breaches").json())
        assert all(page == {"results": [], "next": None} for page in found), username
    assert "Albin" not in str(Caller("maria.oberg").get("/breaches").json())


def test_registering_a_sibling_does_not_open_the_other_case():
    World()
    nadia = Caller("nadia.rask")
    other = nadia.report(children=[{**ARREST["children"][0], "identity_number": BEA}]).json()["cases"][0]["id"]

    assert [case["id"] for case in nadia.get("/cases").json()["results"]] == [other]
