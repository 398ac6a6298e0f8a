"""The two ends over the API: proposed with `disposition`, agreed or refused with `disposition/confirm`."""

from datetime import datetime

import pytest

from riskzon import clock
from riskzon.models import Case, EndProposal
from tests.acts import HOUR, confirm, propose
from tests.factories import CASTOR, at, child, make_report


@pytest.fixture
def case() -> Case:
    return make_report("per.holm").cases[0]


@pytest.fixture
def other() -> Case:
    return make_report("per.holm").cases[0]


def url(case: Case, *, confirms: bool = False) -> str:
    return f"/cases/{case.pk}/disposition" + ("/confirm" if confirms else "")


TRANSFER = {
    "disposition": "transferred",
    "reason": "Bor där",
    "municipality": "Ulricehamn",
    "recipient": "Barn och unga, Ulricehamn",
}
VOID = {"disposition": "void", "void_kind": "not_identified", "reason": "Ingen vet"}


@pytest.mark.parametrize("pointer", ["number", "pk"])
def test_a_duplicate_is_proposed_then_confirmed_by_another(call_as, case, other, pointer):
    karin, omar = call_as("karin.ek"), call_as("omar.nyman")
    body = {"disposition": "void", "void_kind": "duplicate", "reason": "Två gånger"}

    waits = karin.post(url(other), {**body, "duplicate_of": str(getattr(case, pointer))})

    assert waits.status_code == 200
    told = waits.json()
    assert (told["state"], told["disposition"], told["guardians"]) == ("open", None, [])
    assert {row["state"] for row in told["deadlines"]} == {"running"}
    assert told["proposed_end"]["points_to"] == {"id": str(case.pk), "number": case.number}
    assert "confirm_end" in [task["name"] for task in told["tasks"] if task["state"] == "open"]

    done = omar.post(url(other, confirms=True), {}).json()
    assert (done["state"], done["disposition"]) == ("closed", "void")
    assert {row["state"] for row in done["deadlines"]} == {"void"}
    assert {task["state"] for task in done["tasks"]} == {"cancelled", "done"}
    assert done["proposed_end"]["confirmed_by"] == "omar.nyman"


def test_no_body_at_all_confirms_too(call_as, case):
    propose(case)
    answer = call_as("omar.nyman").client.post(f"/api/v1{url(case, confirms=True)}", content_type="application/json")
    assert answer.status_code == 200


def test_a_transfer_is_confirmed_with_the_acknowledgement(call_as, case):
    karin = call_as("karin.ek")
    waits = karin.post(url(case), TRANSFER).json()
    assert (waits["state"], [line["name"] for line in waits["guardians"]]) == ("open", ["Maja Fiktivsson"])
    body = {"acknowledged_at": "2026-11-13T14:00:00+01:00", "acknowledged_by": "Ulla"}

    done = karin.post(url(case, confirms=True), body).json()

    assert (done["state"], done["disposition"]) == ("closed", "transferred")
    assert {row["state"] for row in done["deadlines"]} == {"exempt"}
    assert (done["proposed_end"]["acknowledged_by"], done["proposed_end"]["municipality"]) == ("Ulla", "Ulricehamn")


def test_confirming_ones_own_is_403_and_changes_nothing(call_as, case):
    karin = call_as("karin.ek")
    karin.post(url(case), VOID)
    answer = karin.post(url(case, confirms=True), {})
    assert answer.status_code == 403
    assert "själv föreslagit" in answer.json()["detail"]
    assert Case.objects.get(pk=case.pk).closed_at is None


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"refuse": True}, 422, "reason"),
        ({"refuse": True, "reason": "Rätt barn", "acknowledged_by": "Ulla"}, 422, "acknowledged_at"),
        ({"reason": "Rätt barn"}, 422, "reason"),
        ({"acknowledged_by": "Ulla"}, 422, "acknowledged_at"),
        ({"acknowledged_at": "2026-11-13T14:00:00"}, 422, "acknowledged_at"),
        ({"confirmed": True}, 422, "confirmed"),
        ({"refuse": "yes"}, 422, "refuse"),
    ],
)
def test_an_answer_that_says_something_else_is_refused_by_name(call_as, case, body, status, field):
    propose(case)
    answer = call_as("omar.nyman").post(url(case, confirms=True), body)
    assert answer.status_code == status
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert EndProposal.objects.get().is_waiting


def test_refused_the_case_goes_on_and_can_be_decided(call_as, case):
    propose(case)
    omar = call_as("omar.nyman")
    assert omar.post(url(case), {"disposition": "opened"}).status_code == 409
    answer = omar.post(url(case, confirms=True), {"refuse": True, "reason": "Rätt barn"})
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["proposed_end"]) == ("open", None)
    assert omar.post(url(case), {"disposition": "opened"}).status_code == 200


def test_nothing_waits_or_somebody_was_first_is_409_in_plain_words(call_as, case):
    sara = call_as("sara.lindh")
    assert "Inget avslut väntar" in sara.post(url(case, confirms=True), {}).json()["detail"]
    propose(case)
    confirm(case)
    late = sara.post(url(case, confirms=True), {})
    assert (late.status_code, "redan bekräftat av Omar" in late.json()["detail"]) == (409, True)
    assert sara.post(url(case), VOID).status_code == 409


def test_a_contact_is_409_while_it_waits_for_the_liaison_too(call_as, case):
    guardian = str(case.child.guardians.get().pk)
    propose(case)
    body = {"guardian": guardian, "at": clock.now().isoformat(), "channel": "phone", "outcome": "reached"}
    for user in ("karin.ek", "per.holm"):
        answer = call_as(user).post(f"/cases/{case.pk}/contacts", body)
        assert (answer.status_code, "felregistrerat" in answer.json()["detail"]) == (409, True)


def test_guardians_are_in_no_answer_while_it_waits(call_as, case):
    propose(case)
    for user in ("karin.ek", "per.holm"):
        caller = call_as(user)
        for path in (f"/cases/{case.pk}", f"/reports/{case.report.number}", "/cases"):
            answer = caller.get(path)
            assert answer.status_code == 200
            assert "Maja Fiktivsson" not in answer.content.decode()
            assert "070-174 06 05" not in answer.content.decode()
    reduced = call_as("per.holm").get(f"/cases/{case.pk}").json()
    assert (reduced["do_not_contact"], reduced["guardians"]) == (True, [])
    assert "proposed_end" not in reduced


def test_others_find_no_case_and_the_liaison_may_not(call_as, case):
    propose(case)
    assert call_as("lina.dahl").post(url(case, confirms=True), {}).status_code == 404
    assert call_as("per.holm").post(url(case, confirms=True), {}).status_code == 403
    assert call_as("per.holm").post(url(case), VOID).status_code == 403


def test_a_wrong_childs_case_is_gone_from_the_history_and_stays_in_the_unit_s_list(call_as, case):
    karin = call_as("karin.ek")
    again = make_report().cases[0]
    assert len(karin.get(f"/cases/{again.pk}").json()["history"]["reports"]) == 1
    at("2026-11-13T15:00:00+01:00")
    right = make_report(children=[child(identity_number=CASTOR)]).cases[0]
    body = {"disposition": "void", "void_kind": "wrong_person", "reason": "Fel namn", "replaced_by": right.number}
    assert karin.post(url(case), body).status_code == 200
    call_as("omar.nyman").post(url(case, confirms=True), {})

    assert karin.get(f"/cases/{again.pk}").json()["history"]["reports"] == []
    assert karin.get(f"/cases/{case.pk}").json()["disposition"] == "void"
    # The right child's case has the clock that ran in the wrong one's.
    limits = {
        datetime.fromisoformat(row["due_at"])
        for row in karin.get(f"/cases/{right.pk}").json()["deadlines"]
        if (row["kind"], row["state"]) == ("guardian_contact", "running")
    }
    assert limits == {case.report.occurred_at + 24 * HOUR}
