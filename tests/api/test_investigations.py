"""An investigation over the API: its limit, more time, its end, the statement; and who finds it."""

import pytest

from tests.factories import at

DECIDED = "2026-11-16T09:30:00+01:00"
LIMIT = "2027-03-16T23:59:59+01:00"


@pytest.fixture
def case(call_as):
    """An arrest of the 13th from which an investigation was opened on the 16th."""
    call_as("per.holm").report()
    karin = call_as("karin.ek")
    found = karin.get("/cases").json()["results"][0]
    at(DECIDED)
    return karin.post(f"/cases/{found['id']}/disposition", {"disposition": "opened"}).json()


@pytest.fixture
def send(call_as, case):
    """`send("extend", {...}, by="karin.ek")` to the case's investigation."""

    def sent(what, body, by="karin.ek"):
        return call_as(by).post(f"/investigations/{case['investigation']}/{what}", body)

    return sent


def test_it_runs_for_four_months_from_the_decision(call_as, case):
    answer = call_as("karin.ek").get(f"/investigations/{case['investigation']}").json()

    assert (answer["case"], answer["opened_at"], answer["due_at"]) == (case["id"], DECIDED, LIMIT)
    assert (answer["closed_at"], answer["outcome"], answer["entries"]) == (None, None, [])


@pytest.mark.parametrize("until", ["2027-04-30", "2027-04-30T10:00:00+02:00", "2027-04-30T23:59:59+02:00"])
def test_more_time_runs_to_the_end_of_the_local_day(send, until):
    answer = send("extend", {"until": until, "reason": "Barnahus dröjer."})

    assert answer.status_code == 200
    assert answer.json()["due_at"] == "2027-04-30T23:59:59+02:00"
    assert [entry["what"] for entry in answer.json()["entries"]] == ["extended"]


def test_the_current_limit_of_the_case_is_the_new_one(send, call_as, case):
    at("2027-03-01T10:00:00+01:00")
    send("extend", {"until": "2027-04-30", "reason": "Barnahus dröjer."})

    rows = call_as("karin.ek").get(f"/cases/{case['id']}").json()["deadlines"]
    kinds = [(row["kind"], row["state"], row["due_at"]) for row in rows if row["kind"] == "investigation"]
    assert kinds == [("investigation", "running", "2027-04-30T23:59:59+02:00"), ("investigation", "void", LIMIT)]


def test_no_more_time_once_the_limit_has_passed(send):
    at("2027-03-17T00:00:00+01:00")

    assert send("extend", {"until": "2027-04-30", "reason": "Barnahus dröjer."}).status_code == 409


def test_it_ends_with_an_outcome_and_a_follow_up(send):
    at("2027-03-12T10:00:00+01:00")
    answer = send("close", {"outcome": "measure_declined", "follow_up": True, "reason": "Tackade nej."})

    assert answer.status_code == 200
    assert answer.json()["closed_at"] == "2027-03-12T10:00:00+01:00"
    assert answer.json()["follow_up_until"] == "2027-09-12"
    assert send("close", {"outcome": "lvu", "reason": "Igen."}).status_code == 409


@pytest.mark.parametrize("follow_up", [False, None])
def test_no_follow_up_is_an_answer_too(send, follow_up):
    answer = send("close", {"outcome": "measure_granted", "follow_up": follow_up, "reason": "Insats."})

    assert answer.status_code == 200
    assert answer.json()["follow_up_until"] is None


@pytest.mark.parametrize(
    ("what", "body", "field"),
    [
        ("extend", {"until": "2027-04-30"}, "reason"),
        ("extend", {"until": "soon", "reason": "Skäl"}, "until"),
        ("extend", {"until": "2027-13-30T10:00:00+02:00", "reason": "Skäl"}, "until"),
        ("extend", {"until": "2027-04-30T10:00:00", "reason": "Skäl"}, "until"),
        ("extend", {"until": "2027-03-16", "reason": "Skäl"}, "until"),
        ("extend", {"until": None, "reason": "Skäl"}, "until"),
        ("close", {"outcome": "nothing", "reason": "Skäl"}, "outcome"),
        ("close", {"outcome": "lvu", "reason": "Skäl", "follow_up": "2027-01-01"}, "follow_up"),
        ("close", {"outcome": "without_measure", "reason": "Skäl", "follow_up": "maybe"}, "follow_up"),
        ("close", {"outcome": "without_measure", "reason": "Skäl", "follow_up": 3}, "follow_up"),
        ("plan", {"form": "none", "text": "Plan"}, "form"),
        ("plan", {"form": "short", "text": " "}, "text"),
        ("heard", {"heard": False, "at": DECIDED}, "text"),
        ("told", {"at": DECIDED, "told": False}, "reason"),
        ("told", {"at": "2026-11-17T09:30:00+01:00"}, "at"),
        ("statement", {"until": "2026-11-15"}, "until"),
        ("statement/sent", {"late": True}, "late"),
    ],
)
def test_bad_content_names_its_field_and_changes_nothing(send, call_as, case, what, body, field):
    before = call_as("karin.ek").get(f"/investigations/{case['investigation']}").json()

    answer = send(what, body)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert call_as("karin.ek").get(f"/investigations/{case['investigation']}").json() == before


def test_what_was_done_is_told_newest_first(send, case):
    guardian = case["guardians"][0]["id"]
    send("told", {"guardian": guardian, "at": DECIDED})
    send("plan", {"form": "short", "text": "Skola och hem."})
    answer = send("heard", {"heard": True, "at": DECIDED, "text": "Enskilt samtal."}).json()

    assert {(entry["what"], entry["guardian"]) for entry in answer["entries"]} == {
        ("heard", None),
        ("plan_short", None),
        ("told", guardian),
    }


def test_a_statement_is_asked_for_and_sent(send):
    assert send("statement", {"until": "2026-12-22"}).json()["statement_due_at"] == "2026-12-22T23:59:59+01:00"
    assert send("statement", {"until": "2026-12-23"}).status_code == 409
    assert send("statement/sent", {}).json()["statement_due_at"] is None
    assert send("statement/sent", {}).status_code == 409


@pytest.mark.parametrize("username", ["lina.dahl", "per.holm", "maria.oberg", "butik.city", "it.admin", "jour.vakt"])
def test_it_is_found_by_nobody_who_does_not_read_its_case(send, call_as, case, username):
    assert call_as(username).get(f"/investigations/{case['investigation']}").status_code == 404
    assert send("close", {"outcome": "lvu", "reason": "Skäl"}, by=username).status_code == 404
    assert call_as("karin.ek").get(f"/investigations/{case['investigation']}").json()["closed_at"] is None


def test_more_time_waits_for_the_supervisor_who_confirms_or_gives_the_limit_back(send):
    send("extend", {"until": "2027-04-30", "reason": "Barnahus dröjer."})
    assert send("extend/confirm", {}).status_code == 403
    confirmed = send("extend/confirm", {}, by="sara.lindh").json()
    assert confirmed["entries"][0]["confirmation"] == "confirmed"
    assert send("extend/confirm", {}, by="sara.lindh").status_code == 409

    at("2026-11-17T09:00:00+01:00")
    waits = send("extend", {"until": "2027-06-30", "reason": "Barnahus dröjer mer."}).json()
    assert waits["entries"][0]["confirmation"] == "waits"
    for wrong in ({"refuse": True}, {"reason": "Nej"}):
        assert send("extend/confirm", wrong, by="sara.lindh").status_code == 422
    refused = send("extend/confirm", {"refuse": True, "reason": "Skälen räcker inte."}, by="sara.lindh").json()
    assert (refused["due_at"], refused["entries"][0]["confirmation"]) == ("2027-04-30T23:59:59+02:00", "refused")
