"""The yearly calendar: closed days are shown and delay nothing, short months end on their last day."""

from datetime import date

import pytest

from tests.workflows.board.conftest import words
from tests.workflows.board.test_english import _SWEDISH, NAMES
from tests.workflows.rules.conftest import proposed
from workflows.yearly import clock_nights, leap_births, months


def _shown(visit, year: int, day: str, clock: str = "14.00") -> str:
    return words(visit("it.admin").get(f"/rules/calendar/{year}/?day={day}&clock={clock}").content.decode())


def test_a_limit_on_a_closed_day_stands_and_the_next_open_day_is_only_shown(visit) -> None:
    said = _shown(visit, 2026, "2026-12-12")
    # The fourteenth day after 12 December is Boxing Day, a Saturday; 24 hours end on a Sunday all the same.
    assert "lör 26 dec 2026 kl. 23.59 mån 28 dec 2026 nästa öppna dag; används aldrig" in said
    assert "sön 13 dec 2026 kl. 14.00 timmar räknas alla dagar" in said


@pytest.mark.parametrize(("year", "due"), [(2026, "sön 28 feb 2027"), (2027, "tis 29 feb 2028")])
def test_four_months_from_the_end_of_october_end_with_february(visit, year, due) -> None:
    assert f"{due} kl. 23.59" in _shown(visit, year, f"{year}-10-31")
    assert f"går ut {due}" in _shown(visit, year, f"{year}-01-01")


def test_24_hours_over_the_clock_changes() -> None:
    spring, autumn = clock_nights(2026)
    assert (spring.hours, spring.due.isoformat()) == (23, "2026-03-29T21:40:00+00:00")
    assert (autumn.hours, autumn.due.isoformat()) == (25, "2026-10-25T20:40:00+00:00")


def test_children_born_on_the_leap_day() -> None:
    assert [(one.born, one.age, one.on) for one in leap_births(2027)] == [(date(2012, 2, 29), 15, date(2027, 2, 28))]
    assert [one.age for one in leap_births(2026)] == [18]
    assert leap_births(2025) == []


def test_every_day_off_is_told_by_name(visit) -> None:
    told = {day.day: day.name for month in months(2027) for day in month.told}
    assert told[date(2027, 6, 25)] == "Midsommarafton"
    assert told[date(2027, 12, 24)] == "Julafton"
    assert "Midsommarafton" in _shown(visit, 2027, "2027-01-01")


@pytest.mark.parametrize(
    "query", ["?day=x&clock=y", "?day=2026-03-29&clock=02.30", "?day=2031-01-01&clock=10.00", "?day="]
)
def test_a_moment_that_is_not_there_is_pointed_out(visit, query) -> None:
    assert visit("it.admin").get(f"/rules/calendar/2026/{query}").status_code == 422


@pytest.mark.parametrize("year", [0, 1999, 2100, 99999])
def test_a_year_out_of_reach_is_not_found(visit, year) -> None:
    assert visit("it.admin").get(f"/rules/calendar/{year}/").status_code == 404


def test_the_pages_are_english_throughout(visit) -> None:
    change = proposed(ground="SoL 20:3", reason="R")
    ladder = {"breach": "lead", "rung_0_when": "start", "rung_0_who": "lead", "ground": "G", "reason": "R"}
    admin, head = visit("it.admin"), visit("maria.oberg")
    for client in (admin, head):
        client.cookies["django_language"] = "en"
    answers = [
        admin.get("/rules/"),
        admin.get("/rules/calendar/2026/"),
        head.get(f"/rules/changes/{change.pk}/"),
        head.get("/waiting/"),
        admin.post("/rules/open_investigation/new/", {"amount": "3", "length": "days", "ground": "G", "reason": "R"}),
        admin.post("/rules/open_investigation/new/", {"amount": "30", "length": "days"}),
        admin.post("/ladders/investigation/new/", ladder),
    ]
    for answer in answers:
        said = words(answer.content.decode())
        for name in (*NAMES, "SoL", "Omhändertagen"):
            said = said.replace(name, "")
        assert set(_SWEDISH.findall(said)) == set(), answer.request["PATH_INFO"]
