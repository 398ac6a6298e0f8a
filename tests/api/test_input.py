"""What is refused before anybody looks at it, and how: always a problem, always the field's name, never its content."""

import json

import pytest

from riskzon.models import Report, User
from tests.api.caller import ARREST


def _child(**fields):
    return {**ARREST, "children": [{**ARREST["children"][0], **fields}]}


REFUSED = {
    "time without offset": ({**ARREST, "notified_at": "2026-11-13T13:58:00"}, "notified_at"),
    "time as a number": ({**ARREST, "notified_at": 1_794_000_000}, "notified_at"),
    "time as a date": ({**ARREST, "notified_at": "2026-11-13"}, "notified_at"),
    "time before 2000": ({**ARREST, "occurred_at": "1999-12-31T23:00:00+00:00"}, "occurred_at"),
    "time after 2100": ({**ARREST, "occurred_at": "2101-01-01T23:00:00+00:00"}, "occurred_at"),
    "time in the future": ({**ARREST, "notified_at": "2026-11-13T14:05:00+01:00"}, "notified_at"),
    "arrest without time": ({**ARREST, "occurred_at": None}, "occurred_at"),
    "unknown field": ({**ARREST, "state": "closed"}, "state"),
    "unknown field deep down": (_child(disposition="opened"), "children.0.disposition"),
    "unknown code": ({**ARREST, "kind": "gripande"}, "kind"),
    "no children": ({**ARREST, "children": []}, "children"),
    "children as an object": ({**ARREST, "children": {}}, "children"),
    "too many children": ({**ARREST, "children": ARREST["children"] * 21}, "children"),
    "child as a text": ({**ARREST, "children": ["Albin"]}, "children.0"),
    "NUL": (_child(given_name="Al\x00bin"), "children.0.given_name"),
    "control character": (_child(summary="\x1b[31m"), "children.0.summary"),
    "lone surrogate": (_child(family_name="\ud800"), "children.0.family_name"),
    "text that turns round": (_child(given_name="nib\u202elA"), "children.0.given_name"),
    "text too long": (_child(given_name="A" * 101), "children.0.given_name"),
    "text that grows in NFC": (_child(given_name="\u0958" * 100), "children.0.given_name"),
    "number as a text": (_child(approximate_age="12"), "children.0.approximate_age"),
    "yes as a number": ({**ARREST, "acute_risk": 1}, "acute_risk"),
    "wrong check digit": (_child(identity_number="20100702-2394"), "children.0.identity_number"),
    "birth date that disagrees": (_child(birth_date="2010-07-03"), "children.0.birth_date"),
    "birth date of another time": (_child(identity_number=None, birth_date="1066-10-14"), "children.0.birth_date"),
    "hold without an end": ({**ARREST, "contact_caution": {"code": "HOLD_HONOUR"}}, "contact_caution.until"),
}


@pytest.mark.parametrize(("body", "field"), REFUSED.values(), ids=REFUSED.keys())
def test_wrong_content_is_refused_by_the_field_s_name(call_as, body, field):
    answer = call_as("karin.ek").report(body)

    assert answer.status_code == 422, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert all(error["message"] for error in answer.json()["errors"])
    assert not Report.objects.exists()


def test_every_wrong_field_is_named_at_once(call_as):
    body = {"kind": "x", "notified_at": "x", "children": [{"approximate_age": -1, "guardians": [{"relation": "x"}]}]}

    answer = call_as("karin.ek").post("/reports", body)

    assert {error["field"] for error in answer.json()["errors"]} == {
        "Idempotency-Key", "kind", "notified_at", "children.0.approximate_age", "children.0.guardians.0.relation",
    }  # fmt: skip


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", "7", '{"q": NaN}', '{"q": "a", "q": "b"}', b'{"q": "\xff"}', "[" * 100_000]
)
def test_malformed_json_is_422(call_as, body):
    answer = call_as("karin.ek").post("/cases/search", body)

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] in ("body", "q")


@pytest.mark.parametrize("said", ["20100702-2393", "Vera", "Vera Fiktiv", "070-174 06 05"])
def test_name_made_up_of_something_else_is_not_said_back(call_as, said):
    answer = call_as("karin.ek").post("/cases/search", {"q": "a", said: 1})

    assert answer.json()["errors"][0]["field"] == "?"
    assert said not in answer.content.decode()


def test_body_that_is_too_large_is_413(call_as):
    answer = call_as("karin.ek").post("/cases/search", json.dumps({"q": "a" * 3_000_000}))

    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_other_media_types_are_415(call_as):
    karin = call_as("karin.ek")

    answer = karin.client.post("/api/v1/cases/search", {"q": "a"})

    assert answer.status_code == 415
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_wrong_method_is_405_and_says_which_are_right(call_as):
    answer = call_as("karin.ek").client.delete("/api/v1/demo/clock")

    assert answer.status_code == 405
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Allow"] == "GET, POST"


def test_unknown_field_in_the_address_is_422(call_as):
    answer = call_as("karin.ek").get("/cases", scope="all", name="Albin")

    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "name", "message": "Okänt fält."}]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"scope": "everything"}, "scope"),
        ({"overdue": "maybe"}, "overdue"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "WzEsMl0"}, "cursor"),
        ({"q": "\x00"}, "q"),
    ],
)
def test_wrong_field_in_the_address_is_named(call_as, query, field):
    answer = call_as("karin.ek").get("/cases", **query)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_plus_sign_that_nobody_escaped_is_understood(call_as):
    karin = call_as("karin.ek")
    karin.report()

    answer = karin.client.get("/api/v1/deadlines?due_before=2026-11-14T13:30:00+01:00")

    assert [row["kind"] for row in answer.json()["results"]] == ["guardian_contact"]


def test_nothing_that_is_not_ours_is_there_and_the_answer_is_a_problem(call_as):
    karin = call_as("karin.ek")

    answers = [
        karin.get("/nowhere"),
        karin.post("/nowhere", {}),
        karin.get("/cases/not-a-uuid"),
        karin.get("/cases/00000000-0000-0000-0000-000000000000"),
        karin.get("/"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert {answer.headers["Content-Type"] for answer in answers} == {"application/problem+json"}
    assert len({answer.content for answer in answers}) == 1


def test_refusal_speaks_the_language_asked_for_and_else_the_user_s(call_as):
    karin = call_as("karin.ek")
    swedish = karin.get("/cases", limit="x").json()["errors"][0]["message"]
    english = karin.client.get("/api/v1/cases?limit=x", headers={"Accept-Language": "en"}).json()["errors"][0][
        "message"
    ]
    User.objects.filter(username="karin.ek").update(language="en")
    own = karin.get("/cases", limit="x").json()["errors"][0]["message"]

    assert swedish == "Ange ett heltal."
    assert own == english


def test_name_whose_key_is_longer_than_its_column_is_kept(call_as):
    # One character that is spelt out as eighteen.
    answer = call_as("karin.ek").report(_child(given_name="\ufdfa" * 100))

    assert answer.status_code == 201
    assert answer.json()["cases"][0]["child"]["name"].startswith("\ufdfa")
