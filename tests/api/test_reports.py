"""Registering, reading, supplementing and answering, as each role meets them."""

from copy import deepcopy

import pytest

from riskzon.models import Case, Report
from tests.api.caller import ARREST
from tests.factories import BEA, people

CAUTION = {"code": "HOLD_GUARDIAN_SUSPECT", "note": "Pappan är misstänkt.", "until": "2026-11-14T12:00:00+01:00"}
POLICE = {"type": "police", "name": "Pol. Ask", "organisation": "Polisen Borås"}
TWO_CHILDREN = [*ARREST["children"], {"identity_number": BEA, "given_name": "Bea", "family_name": "Testgren"}]


def _errors(answer):
    assert answer.headers["Content-Type"] == "application/problem+json"
    return {error["field"]: error["message"] for error in answer.json()["errors"]}


def test_registering_answers_201_with_the_case_and_its_clocks(call_as):
    answer = call_as("karin.ek").report()

    assert answer.status_code == 201
    report = answer.json()
    assert report["number"] == "2026-000001"
    assert report["registered_at"] == "2026-11-13T14:00:00+01:00"
    (case,) = report["cases"]
    assert case["number"] == "2026-000001-1"
    assert case["child"]["identity_number"] == "20100702-2393"
    assert [(row["kind"], row["due_at"]) for row in case["deadlines"]] == [
        ("guardian_contact", "2026-11-14T13:20:00+01:00"),
        ("protective_assessment", "2026-11-14T13:58:00+01:00"),
        ("open_investigation", "2026-11-27T23:59:59+01:00"),
    ]


def test_same_key_and_body_give_200_and_the_same_answer(call_as):
    karin = call_as("karin.ek")

    first, second = karin.report(key="one"), karin.report(key="one")

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()
    assert Report.objects.count() == 1


def test_same_key_with_another_body_is_a_conflict(call_as):
    karin = call_as("karin.ek")
    karin.report(key="one")

    answer = karin.report(key="one", summary="en annan")

    assert answer.status_code == 409
    assert Report.objects.count() == 1


def test_two_people_may_use_the_same_key(call_as):
    assert call_as("karin.ek").report(key="one").status_code == 201
    assert call_as("omar.nyman").report(key="one").status_code == 201


@pytest.mark.parametrize("key", ["", "   ", "x" * 201, "ö"])
def test_key_that_is_missing_or_unusable_is_named(call_as, key):
    karin = call_as("karin.ek")

    answer = karin.post("/reports", ARREST, **({"Idempotency-Key": key} if key else {}))

    assert answer.status_code == 422
    assert list(_errors(answer)) == ["Idempotency-Key"]
    assert not Report.objects.exists()


def test_partner_gets_number_and_time_and_may_report_concerns_only(call_as):
    rosa = call_as("butik.city")

    refused = rosa.report()
    answer = rosa.report(kind="concern", occurred_at=None)

    assert refused.status_code == 422
    assert list(_errors(refused)) == ["kind"]
    assert answer.status_code == 201
    assert answer.json() == {"number": "2026-000001", "registered_at": "2026-11-13T14:00:00+01:00"}
    assert rosa.get("/reports/2026-000001").json() == answer.json()


def test_partner_reads_no_receipt_but_own_ones(call_as):
    number = call_as("karin.ek").report().json()["number"]

    foreign, missing = (
        call_as("butik.city").get(f"/reports/{number}"),
        call_as("butik.city").get("/reports/2026-999999"),
    )

    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content


def test_liaison_gets_what_was_sent_with_the_guardians_ids_and_no_more(call_as):
    (case,) = call_as("per.holm").report(reporter=POLICE).json()["cases"]

    assert set(case) == {
        "id", "number", "report", "registered_at", "child", "guardians", "assigned", "protective_assessment_done",
        "guardian_contact", "do_not_contact", "contacts",
    }  # fmt: skip
    assert case["guardians"][0]["id"]
    assert case["guardians"][0]["phone"] == "070-174 06 05"
    assert case["guardian_contact"]["state"] == "running"
    assert case["do_not_contact"] is False


def test_liaison_s_answer_is_alike_for_a_known_and_an_unknown_child(call_as):
    per = call_as("per.holm")
    unknown = per.report().json()
    call_as("karin.ek").post(f"/cases/{unknown['cases'][0]['id']}/disposition", {"disposition": "opened"})

    known = per.report().json()

    for answer in (known, unknown):
        answer.pop("number")
        for case in answer["cases"]:
            case.pop("id")
            case.pop("number")
            case["report"].pop("number")
    assert known == unknown


def test_caution_hides_numbers_and_stops_no_clock(call_as):
    (sent,) = call_as("per.holm").report(contact_caution=CAUTION).json()["cases"]
    (case,) = call_as("karin.ek").get("/cases").json()["results"]

    assert sent["do_not_contact"] is True
    assert sent["guardians"][0]["phone"] == ""
    assert case["guardians"][0]["phone"] is None
    assert case["holds"][0]["provisional"] is True
    assert case["deadlines"][0]["state"] == "running"
    report = call_as("karin.ek").get("/reports/2026-000001")
    assert "070-174" not in report.content.decode()


def test_report_shows_its_raw_content_to_those_who_see_all_of_its_cases(call_as):
    number = call_as("karin.ek").report(children=TWO_CHILDREN, summary="Om båda.").json()["number"]
    whole = call_as("karin.ek").get(f"/reports/{number}").json()
    Case.objects.filter(ordinal=2).update(unit=people().units["utredning-norr"])

    part = call_as("karin.ek").get(f"/reports/{number}").json()

    assert whole["raw"]["summary"] == "Om båda."
    assert len(whole["cases"]) == 2
    assert part["raw"] is None
    assert [case["number"] for case in part["cases"]] == [f"{number}-1"]
    assert "Bea" not in str(part)


def test_report_of_another_unit_is_as_missing_as_one_that_does_not_exist(call_as):
    number = call_as("karin.ek").report().json()["number"]
    lina = call_as("lina.dahl")

    hidden, missing, malformed = (lina.get(f"/reports/{which}") for which in (number, "2026-999999", "x"))

    assert hidden.status_code == missing.status_code == malformed.status_code == 404
    assert hidden.content == missing.content == malformed.content


def test_registrar_from_another_unit_gets_the_receipt_without_the_case(call_as):
    answer = call_as("lina.dahl").report()

    assert answer.status_code == 201
    assert answer.json()["cases"] == []


def test_supplement_is_added_and_changes_nothing(call_as):
    per = call_as("per.holm")
    number = per.report().json()["number"]
    before = Report.objects.get().raw

    answer = per.post(f"/reports/{number}/supplements", {"text": "Hämtad.", "released_at": "2026-11-13T13:59:00+01:00"})

    assert answer.status_code == 201
    assert answer.json()["text"] == "Hämtad."
    assert Report.objects.get().raw == before
    assert call_as("karin.ek").get(f"/reports/{number}").json()["supplements"][0]["text"] == "Hämtad."


def test_empty_supplement_is_refused_by_name(call_as):
    per = call_as("per.holm")
    number = per.report().json()["number"]

    assert list(_errors(per.post(f"/reports/{number}/supplements", {}))) == ["text"]


def test_mandated_reporter_asks_and_is_answered_with_a_fact(call_as):
    karin = call_as("karin.ek")
    report = karin.report(reporter=POLICE).json()
    karin.post(f"/cases/{report['cases'][0]['id']}/disposition", {"disposition": "opened"})

    asked = karin.post(f"/reports/{report['number']}/feedback-request")
    given = karin.post(f"/reports/{report['number']}/feedback", {"fact": "opened"})

    assert asked.json()["feedback"]["requested_at"] == "2026-11-13T14:00:00+01:00"
    assert given.json()["feedback"]["fact"] == "opened"
    assert karin.post(f"/reports/{report['number']}/feedback", {"fact": "opened"}).status_code == 409


def test_feedback_is_refused_to_a_reporter_without_a_duty_to_report(call_as):
    karin = call_as("karin.ek")
    number = karin.report(reporter={"type": "private"}).json()["number"]

    assert karin.post(f"/reports/{number}/feedback-request", {}).status_code == 422


def test_analyst_and_administrator_register_nothing(call_as):
    for username in ("stina.berg", "it.admin", "lars.wik", "maria.oberg"):
        assert call_as(username).report().status_code == 403
    assert not Report.objects.exists()


def test_no_answer_repeats_an_identity_number_that_was_wrong(call_as):
    body = deepcopy(ARREST)
    body["children"][0]["identity_number"] = "20100702-2394"

    answer = call_as("karin.ek").report(body)

    assert list(_errors(answer)) == ["children.0.identity_number"]
    assert "2394" not in answer.content.decode()
