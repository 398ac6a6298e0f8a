"""Who is away, over the API."""

from riskzon.models import Absence
from tests.factories import WORKDAY, at

LATER, LATEST = "2026-12-21T08:00:00+01:00", "2027-01-07T08:00:00+01:00"


def test_an_absence_is_registered_listed_and_ended(call_as):
    at(WORKDAY)
    karin, sara, omar = call_as("karin.ek"), call_as("sara.lindh"), call_as("omar.nyman")
    made = karin.post("/absences", {"starts_at": LATER, "ends_at": LATEST, "cover": "omar.nyman"})
    assert made.status_code == 201
    row = made.json()
    assert (row["person"], row["cover"], row["starts_at"], row["ends_at"]) == ("karin.ek", "omar.nyman", LATER, LATEST)
    assert sara.get("/absences").json()["results"] == omar.get("/absences").json()["results"] == [row]
    assert call_as("lina.dahl").get("/absences").json() == {"results": []}

    assert omar.post(f"/absences/{row['id']}/end").status_code == 404
    ended = sara.post(f"/absences/{row['id']}/end")
    assert (ended.status_code, ended.json()["ended_at"]) == (200, WORKDAY)
    assert sara.post(f"/absences/{row['id']}/end").status_code == 409
    assert sara.get("/absences").json() == {"results": []}


def test_what_is_wrong_is_named(call_as):
    at(WORKDAY)
    karin = call_as("karin.ek")
    for body, field in (
        ({"username": "omar.nyman"}, "username"),
        ({"username": "nobody"}, "username"),
        ({"cover": "lina.dahl"}, "cover"),
        ({"starts_at": "2026-11-13T14:00:00"}, "starts_at"),
        ({"starts_at": LATEST, "ends_at": LATER}, "ends_at"),
        ({"reason": "sjuk"}, "reason"),
    ):
        answer = karin.post("/absences", body)
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Absence.objects.exists()


def test_whom_the_product_does_not_reckon_with_has_no_absence(call_as):
    at(WORKDAY)
    for username in ("stina.berg", "lars.wik", "it.admin", "butik.city"):
        assert call_as(username).get("/absences").status_code == 403
        assert call_as(username).post("/absences", {}).status_code == 403
