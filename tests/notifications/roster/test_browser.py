"""The roster in a real browser, at a desk, on a phone and at 400 %, and without a script."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import expect

from notifications.models import DutyAbsence, DutyPattern
from notifications.roster import planning, swaps
from tests.duty import extra, off, shift_of
from tests.factories import person
from tests.front.browser import SCREENS, Watched, assert_in_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Show = Callable[..., Watched]
SATURDAY = "2026-11-14"


@pytest.fixture
def show(live_server, open_page, visit) -> Iterator[Show]:
    """`show("sara.lindh", path, width=390)`: the page as this person sees it; options as Playwright's."""

    @cache
    def visitor(username: str, width: int, options: tuple) -> Watched:
        watched = open_page(width=width, **dict(options))
        session = visit(username).cookies["sessionid"].value
        watched.page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return watched

    def shown(username: str, path: str, width: int = 1440, **options: object) -> Watched:
        watched = visitor(username, width, tuple(options.items()))
        watched.page.goto(live_server.url + path)
        return watched

    return shown


def _busy_fortnight() -> None:
    off("2026-11-21")
    extra("jour.reserv", "2026-11-21", "12.00", "18.00", is_lead=True)
    planning.call_off(person("sara.lindh"), *shift_of("jour.vakt", "2026-11-22"))
    swaps.offer(person("jour.vakt"), *shift_of("jour.vakt", SATURDAY), to=person("jour.reserv").pk)


CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1
SUMMARY:Pass (jour.reserv)
DTSTART:20261120T170000
DTEND:20261120T220000
RRULE:FREQ=WEEKLY;COUNT=3
END:VEVENT
BEGIN:VEVENT
UID:2
SUMMARY:Sommarfest
DTSTART;VALUE=DATE:20261120
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize("width", SCREENS)
def test_the_pages_are_in_order(show: Show, width: int, tmp_path: Path) -> None:
    _busy_fortnight()
    row_id, day = shift_of("jour.vakt", SATURDAY)
    for who in ("sara.lindh", "jour.reserv", "jour.vakt"):
        assert_in_order(show(who, "/roster/", width))
        assert_in_order(show(who, f"/roster/shifts/{row_id}/{day}/", width))
    for path in (
        "/roster/patterns/",
        "/roster/patterns/new/",
        f"/roster/patterns/{DutyPattern.objects.earliest('weekday').pk}/end/",
        "/roster/extra/new/",
        "/roster/import/",
        "/roster/feed/",
        "/board/",
    ):
        assert_in_order(show("sara.lindh", path, width))
    wrong = show("sara.lindh", "/roster/patterns/new/", width)
    wrong.page.get_by_role("button", name="Spara").click()
    assert_in_order(wrong)
    (tmp_path / "jour.ics").write_text(CALENDAR)
    checked = show("sara.lindh", "/roster/import/", width)
    checked.page.get_by_label("Kalenderfil").set_input_files(tmp_path / "jour.ics")
    checked.page.get_by_role("button", name="Kontrollera filen").click()
    expect(checked.page.get_by_role("heading", name="3 pass läggs till")).to_be_visible()
    assert_in_order(checked)
    feed = show("sara.lindh", "/roster/feed/", width)
    feed.page.get_by_role("button", name="Skapa adress").click()
    expect(feed.page.locator("#secret")).to_contain_text("/roster/feed/")
    assert_in_order(feed)


def test_the_roster_is_in_order_in_the_dark(show: Show) -> None:
    _busy_fortnight()
    assert_in_order(show("sara.lindh", "/roster/", color_scheme="dark"))


@pytest.mark.parametrize("script", [True, False])
def test_a_shift_is_offered_by_one_and_taken_by_another_on_a_phone(show: Show, script: bool) -> None:
    eva = show("jour.vakt", "/roster/", 390, java_script_enabled=script).page
    eva.get_by_role("link", name="Jour", exact=True).click()
    eva.get_by_role("link", name="Passet Eva Strand Hela dygnet").nth(1).click()
    eva.get_by_label("Vem frågar du?").select_option(label="Sixten Fiktivdal")
    eva.get_by_role("button", name="Erbjud passet").click()
    expect(eva.get_by_text("Det är ditt tills någon tar det.")).to_be_visible()
    sixten = show("jour.reserv", "/roster/", 390, java_script_enabled=script).page
    expect(sixten.get_by_text("Eva Strand frågar Sixten Fiktivdal")).to_be_visible()
    sixten.get_by_role("link", name="Visa passet").click()
    sixten.get_by_role("button", name="Ta passet").click()
    expect(sixten.get_by_text("Passet är ditt.")).to_be_visible()


def test_a_gap_is_made_seen_and_mended_by_a_supervisor(show: Show) -> None:
    page = show("sara.lindh", "/roster/").page
    page.get_by_role("link", name="Passet Eva Strand Hela dygnet").nth(1).click()
    page.get_by_role("button", name="Ställ in passet").click()
    expect(page.get_by_text("Ingen i jour: lör 14 nov 00.00–24.00")).to_be_visible()
    page.get_by_role("link", name="Enhetens läge").click()
    page.get_by_role("link", name="Ingen i jour: lör 14 nov 00.00–24.00").click()
    page.get_by_role("link", name="Ändra schemat").click()
    page.get_by_role("button", name="Låt passet gälla igen").click()
    expect(page.get_by_text("Passet gäller igen.")).to_be_visible()
    assert DutyAbsence.objects.get().ended_at is not None
    page.get_by_role("link", name="Jour", exact=True).first.click()
    expect(page.get_by_text("Ingen i jour")).to_have_count(0)
