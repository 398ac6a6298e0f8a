"""PATCH /reports/{number}/times, as each role meets it."""

import pytest

from riskzon.models import Case, TimeCorrection
from tests.acts import HOUR, move, reread, state_of

RIGHT = {"occurred_at": "2026-11-13T12:20:00+01:00", "reason": "Polisens protokoll."}


@pytest.fixture
def number(call_as) -> str:
    return call_as("per.holm").report().json()["number"]


def test_the_answer_is_the_report_with_its_corrections_and_clocks(call_as, number):
    answer = call_as("karin.ek").patch(f"/reports/{number}/times", RIGHT)

    assert answer.status_code == 200
    report = answer.json()
    assert report["occurred_at"] == "2026-11-13T12:20:00+01:00"
    assert report["raw"]["occurred_at"] == "2026-11-13T12:20:00Z"
    (row,) = report["corrections"]
    assert row == {
        "field": "occurred_at",
        "old": "2026-11-13T13:20:00+01:00",
        "new": "2026-11-13T12:20:00+01:00",
        "at": "2026-11-13T14:00:00+01:00",
        "by": "karin.ek",
        "reason": "Polisens protokoll.",
    }
    first = next(clock for clock in report["cases"][0]["deadlines"] if clock["kind"] == "guardian_contact")
    assert (first["state"], first["due_at"]) == ("running", "2026-11-14T12:20:00+01:00")


def test_the_liaison_gets_the_reduced_report_and_no_reason_of_others(call_as, number):
    call_as("karin.ek").patch(f"/reports/{number}/times", RIGHT)
    move(HOUR)

    mine = call_as("per.holm").patch(
        f"/reports/{number}/times", {"notified_at": "2026-11-13T13:50:00+01:00", "reason": "Fel i går."}
    )

    assert mine.status_code == 200
    report = mine.json()
    assert set(report) == {
        "number", "kind", "occurred_at", "notified_at", "registered_at", "cases", "corrections", "supplements"
    }  # fmt: skip
    assert [(row["field"], row["by"], row["reason"]) for row in report["corrections"]] == [
        ("occurred_at", None, None),
        ("notified_at", "per.holm", "Fel i går."),
    ]
    assert call_as("per.holm").get(f"/reports/{number}").json()["corrections"] == report["corrections"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reason": "Inget"}, "occurred_at"),
        ({"occurred_at": None, "notified_at": None, "reason": "Inget"}, "occurred_at"),
        ({"occurred_at": "2026-11-13T12:20:00", "reason": "Utan zon"}, "occurred_at"),
        ({"occurred_at": "2026-11-13T13:59:00+01:00", "reason": "Efter"}, "occurred_at"),
        ({"notified_at": "2026-11-13T14:10:00+01:00", "reason": "Framtid"}, "notified_at"),
        ({"notified_at": "2026-11-13T13:00:00+01:00", "reason": "Före"}, "notified_at"),
        ({**RIGHT, "reason": ""}, "reason"),
        ({**RIGHT, "reason": "   "}, "reason"),
        ({"occurred_at": RIGHT["occurred_at"]}, "reason"),
        ({**RIGHT, "due_at": "2026-11-14T12:20:00+01:00"}, "due_at"),
    ],
)
def test_what_is_wrong_is_named_and_changes_nothing(call_as, number, body, field):
    answer = call_as("karin.ek").patch(f"/reports/{number}/times", body)

    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert not TimeCorrection.objects.exists()


@pytest.mark.parametrize("who", ["nadia.rask", "butik.city", "maria.oberg", "lina.dahl", "stina.berg", "it.admin"])
def test_whoever_does_not_see_the_report_is_told_that_there_is_none(call_as, number, who):
    assert call_as(who).patch(f"/reports/{number}/times", RIGHT).status_code == 404
    assert call_as(who).patch("/reports/2026-999999/times", RIGHT).status_code == 404
    assert not TimeCorrection.objects.exists()


def test_a_breach_follows_at_once(call_as, number):
    answer = call_as("per.holm").patch(
        f"/reports/{number}/times", {"occurred_at": "2026-11-12T13:20:00+01:00", "reason": "En dag fel."}
    )

    assert answer.status_code == 200
    case = Case.objects.get()
    assert state_of(reread(case)) == "breached"
    assert call_as("sara.lindh").get("/breaches").json()["results"][0]["kind"] == "guardian_contact"
