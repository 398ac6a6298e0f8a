"""Family, contacts, assessments, holds and the decision over the API: what works, and who is refused what."""

import pytest

from riskzon.models import Case, Contact
from tests.api.caller import ARREST
from tests.factories import BEA, at

NOW = "2026-11-13T14:00:00+01:00"
HOLD = {"code": "HOLD_GUARDIAN_SUSPECT", "reason": "Misstänkt.", "until": "2026-11-14T14:00:00+01:00"}


@pytest.fixture
def case(call_as):
    """An arrest that the liaison registered, as social services read it."""
    call_as("per.holm").report()
    return call_as("karin.ek").get("/cases").json()["results"][0]


def _contact(case, **fields):
    return {"guardian": case["guardians"][0]["id"], "at": NOW, "channel": "phone", "outcome": "reached", **fields}


def _url(case, what):
    return f"/cases/{case['id']}/{what}"


def _clock(caller, case, kind="guardian_contact"):
    rows = caller.get(f"/cases/{case['id']}").json()["deadlines"]
    return next(row for row in rows if row["kind"] == kind)


def test_contact_meets_the_clock_and_the_guardian_is_reached(call_as, case):
    karin = call_as("karin.ek")

    answer = karin.post(_url(case, "contacts"), _contact(case))

    assert answer.status_code == 201
    assert answer.json()["counts"] is True
    assert _clock(karin, case)["state"] == "met"
    assert karin.get(f"/cases/{case['id']}").json()["guardians"][0]["reached_at"] == NOW


def test_liaison_registers_a_contact_on_an_own_report_and_learns_only_the_state(call_as, case):
    per = call_as("per.holm")

    answer = per.post(_url(case, "contacts"), _contact(case, channel="visit"))

    assert answer.status_code == 201
    assert "counts" not in answer.json()
    assert per.get(f"/cases/{case['id']}").json()["guardian_contact"]["state"] == "met"


def test_attempt_meets_nothing(call_as, case):
    karin = call_as("karin.ek")

    answer = karin.post(_url(case, "contacts"), _contact(case, outcome="no_answer"))

    assert answer.status_code == 201
    assert _clock(karin, case)["state"] == "running"


def test_one_call_reaches_the_guardian_of_two_siblings(call_as):
    karin = call_as("karin.ek")
    children = [ARREST["children"][0], {**ARREST["children"][0], "identity_number": BEA, "given_name": "Bea"}]
    first, second = karin.report(children=children).json()["cases"]

    answer = karin.post(_url(first, "contacts"), _contact(first, also_cases=[second["id"]]))

    assert answer.status_code == 201
    assert [_clock(karin, case)["state"] for case in (first, second)] == ["met", "met"]


@pytest.mark.parametrize(
    ("wrong", "status", "field"),
    [
        ({"at": "2026-11-13T14:02:00+01:00"}, 422, "at"),
        ({"at": "2026-11-13T14:00:00"}, 422, "at"),
        ({"outcome": "spoke"}, 422, "outcome"),
        ({"channel": "fax"}, 422, "channel"),
        ({"guardian": "Maja"}, 422, "guardian"),
        ({"guardian": "00000000-0000-0000-0000-000000000000"}, 404, None),
        ({"also_cases": ["00000000-0000-0000-0000-000000000000"]}, 404, None),
    ],
)
def test_wrong_contact_is_refused_and_nothing_is_kept(call_as, case, wrong, status, field):
    answer = call_as("karin.ek").post(_url(case, "contacts"), _contact(case, **wrong))

    assert answer.status_code == status
    assert [error["field"] for error in answer.json()["errors"]] == ([field] if field else [])
    assert not Contact.objects.exists()


def test_held_guardian_is_a_conflict_unless_the_guardian_called(call_as, case):
    karin, sara = call_as("karin.ek"), call_as("sara.lindh")
    hold = sara.post(_url(case, "holds"), {"guardian": case["guardians"][0]["id"], **HOLD})
    assert hold.status_code == 201

    refused = karin.post(_url(case, "contacts"), _contact(case))
    kept = karin.post(_url(case, "contacts"), _contact(case, initiated_by="guardian"))

    assert refused.status_code == 409
    assert kept.status_code == 201
    assert kept.json()["counts"] is False
    assert karin.get(f"/cases/{case['id']}").json()["guardians"][0]["hold"] == hold.json()["id"]


def test_hold_exempts_and_its_end_starts_a_new_clock(call_as, case):
    sara = call_as("sara.lindh")
    hold = sara.post(_url(case, "holds"), {"guardian": case["guardians"][0]["id"], **HOLD}).json()
    assert _clock(sara, case)["state"] == "exempt"

    renewed = sara.post(f"/holds/{hold['id']}/renew", {"until": "2026-11-14T20:00:00+01:00", "reason": "Åklagaren."})
    ended = sara.post(f"/holds/{renewed.json()['id']}/end", {"reason": "Får kontaktas."})

    assert (renewed.status_code, ended.status_code) == (200, 200)
    assert ended.json()["ended_at"] == NOW
    assert _clock(sara, case)["state"] == "running"
    assert sara.post(f"/holds/{hold['id']}/end", {"reason": "Igen."}).status_code == 409


def test_hold_that_the_duty_worker_decides_alone_is_confirmed_by_a_supervisor(call_as, case):
    at("2026-11-13T22:00:00+01:00")
    eva = call_as("jour.vakt")
    hold = eva.post(_url(case, "holds"), {"guardian": case["guardians"][0]["id"], **HOLD}).json()
    assert hold["needs_confirmation"] is True
    assert eva.post(f"/holds/{hold['id']}/confirm").status_code in (403, 409)

    answer = call_as("sara.lindh").post(f"/holds/{hold['id']}/confirm")

    assert answer.status_code == 200
    assert answer.json()["confirmed_at"] == "2026-11-13T22:00:00+01:00"


def test_hold_is_not_for_social_workers_to_decide_and_not_there_for_strangers(call_as, case):
    body = {"guardian": case["guardians"][0]["id"], **HOLD}

    assert call_as("karin.ek").post(_url(case, "holds"), body).status_code == 403
    assert call_as("per.holm").post(_url(case, "holds"), body).status_code == 403
    assert call_as("jonas.falk").post(_url(case, "holds"), body).status_code == 404
    assert call_as("sara.lindh").post("/holds/00000000-0000-0000-0000-000000000000/confirm").status_code == 404


def test_hold_longer_than_the_routine_allows_is_refused_by_name(call_as, case):
    body = {"guardian": case["guardians"][0]["id"], **HOLD, "until": "2026-11-20T14:00:00+01:00"}

    answer = call_as("sara.lindh").post(_url(case, "holds"), body)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["until"]


def test_assessment_is_written_and_the_liaison_sees_that_it_is_done(call_as, case):
    body = {"outcome": "no_immediate_need", "at": NOW, "note": "Trygg hemma."}

    answer = call_as("karin.ek").post(_url(case, "protective-assessment"), body)

    assert answer.status_code == 201
    per = call_as("per.holm")
    assert per.get(f"/cases/{case['id']}").json()["protective_assessment_done"] is True
    assert "Trygg" not in per.get(f"/cases/{case['id']}").content.decode()
    assert per.post(_url(case, "protective-assessment"), body).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"outcome": "reassess"}, "reassess_at"),
        ({"outcome": "immediate_need", "note": ""}, "note"),
        ({"outcome": "fine"}, "outcome"),
        ({"at": "2026-11-14T14:00:00+01:00"}, "at"),
    ],
)
def test_assessment_that_says_too_little_is_refused_by_name(call_as, case, wrong, field):
    body = {"outcome": "no_immediate_need", "at": NOW, **wrong}

    answer = call_as("karin.ek").post(_url(case, "protective-assessment"), body)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_opening_starts_four_months_and_the_next_report_links_to_it(call_as, case):
    karin = call_as("karin.ek")

    opened = karin.post(_url(case, "disposition"), {"disposition": "opened"})
    again = karin.report().json()["cases"][0]
    linked = karin.post(_url(again, "disposition"), {"disposition": "linked"})

    assert opened.status_code == linked.status_code == 200
    assert opened.json()["disposition"] == "opened"
    assert _clock(karin, case, "investigation")["due_at"] == "2027-03-13T23:59:59+01:00"
    assert linked.json()["investigation"] == opened.json()["investigation"]
    assert linked.json()["history"]["running_investigation"]["case_worker"] == "karin.ek"
    assert linked.json()["history"]["reports"][0]["disposition"] == "opened"
    assert karin.post(_url(case, "disposition"), {"disposition": "opened"}).status_code == 409


def test_deviation_is_a_supervisor_s_and_has_a_reason(call_as, case):
    karin, sara = call_as("karin.ek"), call_as("sara.lindh")

    assert karin.post(_url(case, "disposition"), {"disposition": "deviation", "reason": "x"}).status_code == 403
    unexplained = sara.post(_url(case, "disposition"), {"disposition": "deviation"})
    assert [error["field"] for error in unexplained.json()["errors"]] == ["reason"]
    answer = sara.post(_url(case, "disposition"), {"disposition": "deviation", "reason": "Flyttad i går."})

    assert answer.json()["disposition"] == "deviation"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"disposition": "void", "reason": "Fel"}, "void_kind"),
        ({"disposition": "void", "reason": "Fel", "void_kind": "duplicate"}, "duplicate_of"),
        ({"disposition": "void", "void_kind": "not_identified"}, "reason"),
        ({"disposition": "transferred", "reason": "Flytt", "municipality": "Ulricehamn"}, "recipient"),
        ({"disposition": "linked"}, "disposition"),
        ({"disposition": "closed"}, "disposition"),
        ({"disposition": "opened", "municipality": "Ulricehamn"}, "municipality"),
    ],
)
def test_disposition_that_cannot_be_made_is_refused_by_name(call_as, case, body, field):
    answer = call_as("karin.ek").post(_url(case, "disposition"), body)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert Case.objects.get().disposition == ""


def test_guardian_is_added_corrected_and_written_off(call_as, case):
    karin = call_as("karin.ek")

    added = karin.post(_url(case, "guardians"), {"name": "Olle Fiktivsson", "relation": "father"})
    changed = karin.patch(f"/guardians/{added.json()['id']}", {"phone": "070-174 06 06", "is_custodian": True})
    off = karin.post(f"/cases/{case['id']}/guardians/{added.json()['id']}/write-off", {"reason": "Utomlands."})

    assert added.status_code == 201
    assert added.json()["is_custodian"] is None
    assert changed.status_code == 200
    assert (changed.json()["name"], changed.json()["phone"]) == ("Olle Fiktivsson", "070-174 06 06")
    assert changed.json()["is_custodian"] is True
    assert [row["written_off"] for row in off.json()["guardians"]] == [False, True]


def test_guardian_without_anything_known_is_refused_by_name(call_as, case):
    karin = call_as("karin.ek")

    assert karin.post(_url(case, "guardians"), {}).json()["errors"][0]["field"] == "name"
    wrong = karin.patch(f"/guardians/{case['guardians'][0]['id']}", {"identity_number": "19800608-9241"})
    assert wrong.json()["errors"][0]["field"] == "identity_number"
    assert "9241" not in wrong.content.decode()


def test_guardian_of_a_case_that_is_not_seen_is_not_there(call_as, case):
    guardian = case["guardians"][0]["id"]

    assert call_as("lina.dahl").patch(f"/guardians/{guardian}", {"phone": "1"}).status_code == 404
    assert call_as("per.holm").patch(f"/guardians/{guardian}", {"phone": "1"}).status_code == 403


def test_guardian_whom_social_services_have_found_is_not_there_for_the_liaison(call_as, case):
    karin, per = call_as("karin.ek"), call_as("per.holm")
    found = karin.post(f"/cases/{case['id']}/guardians", {"name": "Olle Fiktivsson", "phone": "070-174 06 07"}).json()[
        "id"
    ]
    call = {"guardian": found, "at": "2026-11-13T13:59:00+01:00", "channel": "phone", "outcome": "reached"}

    assert karin.post(f"/cases/{case['id']}/contacts", call).status_code == 201
    assert per.post(f"/cases/{case['id']}/contacts", call).status_code == 404
    assert per.patch(f"/guardians/{found}", {"phone": "1"}).status_code == 404
