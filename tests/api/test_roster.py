"""Who is on duty, over the API: shifts, gaps, and what is refused."""

from collections.abc import Callable

import pytest

from tests.api.caller import Caller
from tests.duty import extra, off

As = Callable[[str], Caller]
READERS = ("karin.ek", "sara.lindh", "jour.vakt", "maria.oberg", "it.admin")
OTHERS = ("per.holm", "stina.berg", "lars.wik", "butik.city")


@pytest.mark.parametrize("username", READERS)
def test_shifts_and_gaps_of_some_days_are_told(call_as: As, username: str) -> None:
    off("2026-11-14")
    extra("jour.reserv", "2026-11-14", "12.00", "18.00", is_lead=True)
    answer = call_as(username).get("/roster?from=2026-11-14&to=2026-11-14")
    assert answer.status_code == 200
    assert answer.json() == {
        "from": "2026-11-14",
        "to": "2026-11-14",
        "shifts": [
            {
                "username": "jour.reserv",
                "name": "Sixten Fiktivdal",
                "starts_at": "2026-11-14T12:00:00+01:00",
                "ends_at": "2026-11-14T18:00:00+01:00",
                "lead": True,
            }
        ],
        "gaps": [
            {"starts_at": "2026-11-14T00:00:00+01:00", "ends_at": "2026-11-14T12:00:00+01:00"},
            {"starts_at": "2026-11-14T18:00:00+01:00", "ends_at": "2026-11-15T00:00:00+01:00"},
        ],
    }


def test_without_days_it_is_the_14_from_today(call_as: As) -> None:
    answer = call_as("sara.lindh").get("/roster").json()
    assert (answer["from"], answer["to"], len(answer["shifts"]), answer["gaps"]) == ("2026-11-13", "2026-11-26", 14, [])


@pytest.mark.parametrize("username", OTHERS)
def test_others_are_refused(call_as: As, username: str) -> None:
    assert call_as(username).get("/roster").status_code == 403


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-11-14&to=2026-11-13", "to"),
        ("from=2026-11-14&to=2027-02-14", "to"),
        ("from=x", "from"),
        ("from=2000-01-01", "from"),
        ("to=2100-01-01", "from"),
        ("day=2026-11-14", "day"),
    ],
)
def test_a_wrong_period_is_refused_with_its_field(call_as: As, query: str, field: str) -> None:
    answer = call_as("sara.lindh").get(f"/roster?{query}")
    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, [field])
