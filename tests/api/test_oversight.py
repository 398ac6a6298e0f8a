"""Deadlines, breaches, figures and the account over the API, as each role meets them."""

import pytest

from riskzon.models import Case, ReportSeries
from tests.api.caller import ARREST
from tests.factories import ALBIN, BEA, CASTOR, at, people
from workflows.sweep import sweep

REVIEW = {"cause": "no_staff", "action": "Bemanningen ses över."}


def _register(caller, number=ALBIN, **fields):
    return caller.report(children=[{**ARREST["children"][0], "identity_number": number}], **fields).json()["cases"][0]


@pytest.fixture
def breached(call_as):
    """An arrest whose 24 hours have passed, and nobody has reached anybody."""
    case = _register(call_as("karin.ek"))
    at("2026-11-14T13:30:00+01:00")
    sweep()
    return case


def test_deadlines_are_in_order_and_can_be_narrowed(call_as):
    karin = call_as("karin.ek")
    _register(karin, ALBIN)
    _register(karin, BEA)

    everything = karin.get("/deadlines").json()["results"]
    contacts = karin.get("/deadlines", kind="guardian_contact", state="running").json()["results"]
    soon = karin.get("/deadlines", due_before="2026-11-14T13:58:00+01:00").json()["results"]

    assert [row["due_at"] for row in everything] == sorted(row["due_at"] for row in everything)
    assert len(everything) == 6
    assert {row["kind"] for row in contacts} == {"guardian_contact"}
    assert [row["kind"] for row in soon] == ["guardian_contact", "guardian_contact"]
    assert karin.get("/deadlines", kind="lunch").status_code == 422


def test_deadlines_go_on_page_by_page_without_loss_or_repeat(call_as):
    karin = call_as("karin.ek")
    for number in (ALBIN, BEA, CASTOR):
        _register(karin, number)
    seen, cursor = [], {}
    while cursor is not None:
        page = karin.get("/deadlines", limit=2, **cursor).json()
        seen += [row["id"] for row in page["results"]]
        cursor = {"cursor": page["next"]} if page["next"] else None

    assert len(seen) == len(set(seen)) == 9


def test_liaison_sees_the_guardian_clock_of_own_reports_only(call_as):
    per = call_as("per.holm")
    own = _register(per)
    _register(call_as("karin.ek"), BEA)

    rows = per.get("/deadlines").json()["results"]

    assert [(row["kind"], row["case"]["id"]) for row in rows] == [("guardian_contact", own["id"])]


def test_breach_is_listed_reviewed_and_stays(call_as, breached):
    sara = call_as("sara.lindh")
    (breach,) = sara.get("/breaches", reviewed="false").json()["results"]
    assert breach["kind"] == "guardian_contact"
    assert breach["due_at"] == "2026-11-14T13:20:00+01:00"
    assert breach["fired_at"] == "2026-11-14T13:30:00+01:00"
    assert breach["duty_unit"] == "Socialjouren"
    assert breach["case"] == {"id": breached["id"], "number": breached["number"]}

    answer = sara.post(f"/breaches/{breach['id']}/review", REVIEW)

    assert answer.status_code == 200
    assert (answer.json()["reviewed"], answer.json()["cause"]) == (True, "no_staff")
    assert sara.get("/breaches", reviewed="false").json()["results"] == []
    assert [row["id"] for row in sara.get("/breaches", reviewed="true").json()["results"]] == [breach["id"]]
    assert sara.post(f"/breaches/{breach['id']}/review", REVIEW).status_code == 409
    state = sara.get(f"/cases/{breached['id']}").json()["deadlines"][0]["state"]
    assert state == "breached"


def test_late_contact_is_met_late_and_the_breach_stands(call_as, breached):
    karin = call_as("karin.ek")

    karin.post(
        f"/cases/{breached['id']}/contacts",
        {
            "guardian": breached["guardians"][0]["id"],
            "at": "2026-11-14T13:00:00+01:00",
            "channel": "phone",
            "outcome": "reached",
        },
    )

    clock = karin.get(f"/cases/{breached['id']}").json()["deadlines"][0]
    assert (clock["state"], clock["met_at"]) == ("met_late", "2026-11-14T13:00:00+01:00")
    assert len(karin.get("/breaches").json()["results"]) == 1


def test_review_without_cause_or_action_is_refused_by_name(call_as, breached):
    sara = call_as("sara.lindh")
    url = f"/breaches/{sara.get('/breaches').json()['results'][0]['id']}/review"

    assert [error["field"] for error in sara.post(url, {}).json()["errors"]] == ["cause", "action"]
    assert [error["field"] for error in sara.post(url, {"cause": "no_staff", "action": " "}).json()["errors"]] == [
        "action"
    ]
    assert [error["field"] for error in sara.post(url, {**REVIEW, "cause": "x"}).json()["errors"]] == ["cause"]


def test_head_sees_every_unit_s_breaches_and_no_case(call_as, breached):
    Case.objects.update(unit=people().units["utredning-norr"])
    maria = call_as("maria.oberg")

    (breach,) = maria.get("/breaches").json()["results"]

    assert breach["case"] == {"id": breached["id"], "number": breached["number"]}
    assert maria.get(f"/cases/{breached['id']}").status_code == 404
    assert maria.get("/cases").json()["results"] == []
    assert maria.post(f"/breaches/{breach['id']}/review", REVIEW).status_code == 404


def test_breaches_are_reviewed_by_the_unit_s_supervisor_only(call_as, breached):
    url = f"/breaches/{call_as('sara.lindh').get('/breaches').json()['results'][0]['id']}/review"

    assert call_as("karin.ek").post(url, REVIEW).status_code == 403
    for username in ("jonas.falk", "per.holm", "stina.berg", "butik.city", "it.admin"):
        assert call_as(username).post(url, REVIEW).status_code == 404
        assert call_as(username).get("/breaches").json()["results"] == []


def test_statistics_are_suppressed_and_not_for_everybody(call_as, breached):
    answer = call_as("stina.berg").get("/statistics", **{"from": "2026-11-01", "to": "2026-11-30"})

    assert answer.status_code == 200
    assert (answer.json()["from"], answer.json()["to"]) == ("2026-11-01", "2026-11-30")
    guarantee = next(measure for measure in answer.json()["measures"] if measure["id"] == "K1")
    arrests = next(line for line in guarantee["lines"] if line["line"] == "arrest")
    assert arrests["not_done"] == "<5"
    for username in ("per.holm", "butik.city", "it.admin"):
        assert call_as(username).get("/statistics").status_code == 403
    for username in ("sara.lindh", "maria.oberg", "karin.ek"):
        assert call_as(username).get("/statistics").status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2026-13-01"}, "from"),
        ({"from": "1999-01-01"}, "from"),
        ({"from": "2026-11-02", "to": "2026-11-01"}, "to"),
        ({"from": "2026-11-13T00:00:00+01:00"}, "from"),
    ],
)
def test_period_that_is_none_is_refused_by_name(call_as, query, field):
    answer = call_as("stina.berg").get("/statistics", **query)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_account_is_right_and_names_what_is_missing(call_as):
    sara = call_as("sara.lindh")
    _register(call_as("karin.ek"))
    assert sara.get("/accounting").json() == {"registered": 1, "accounted": 1, "unaccounted": []}

    ReportSeries.objects.update(last=2)

    account = sara.get("/accounting").json()
    assert (account["registered"], account["accounted"]) == (2, 1)
    assert [row["number"] for row in account["unaccounted"]] == ["2026-000002"]
    for username in ("per.holm", "butik.city", "stina.berg"):
        assert call_as(username).get("/accounting").status_code == 403
