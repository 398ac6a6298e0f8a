"""What does a tab show once its login is over, or somebody else has come? Nothing; and no word typed in it is lost."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from riskzon.models import Draft
from tests.front.browser import SCREENS, Watched, assert_in_order
from tests.workflows.pages.day import Day, busy_day

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TYPED = "Mamman säger att pojken inte har sovit hemma på tre nätter."


@pytest.fixture
def day(_workday: None) -> Day:
    return busy_day()


@pytest.fixture
def enter(live_server, open_page) -> Callable[..., Watched]:
    """`enter("karin.ek", width=390)`: somebody comes in by the login page, on a clock that the test moves."""

    def entered(username: str, width: int = 1440) -> Watched:
        watched = open_page(width)
        watched.page.clock.install()
        log_in(watched.page, live_server.url, username)
        return watched

    return entered


def log_in(page: Page, base: str, username: str) -> None:
    page.goto(base + "/login/")
    fill_in(page, username)
    page.wait_for_url(lambda url: "/login" not in url)


def fill_in(page: Page, username: str) -> None:
    page.get_by_label("Användarnamn").fill(username)
    page.get_by_label("Lösenord", exact=True).fill("riskzon-demo")
    page.get_by_role("button", name="Logga in", exact=True).click()


def age(page: Page, **moments: int) -> None:
    """The session began, or somebody was last seen in it, so many seconds ago."""
    key = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "sessionid")
    session = SessionStore(key)
    session.update({name: int(time.time()) - ago for name, ago in moments.items()})
    session.save()


def note_of(day: Day) -> str:
    return reverse("case-note", args=[day.urgent.pk])


def beside(page: Page, live_server: Any, path: str) -> Page:
    other = page.context.new_page()
    other.goto(live_server.url + path)
    return other


@pytest.mark.parametrize("width", SCREENS)
def test_one_click_logs_out_and_every_other_tab_shows_nothing_more(width, live_server, enter, day):
    watched = enter("karin.ek", width)
    page = watched.page
    assert_in_order(watched)
    other = beside(page, live_server, note_of(day))
    other.get_by_label("Anteckning").fill(TYPED)
    page.get_by_role("button", name="Logga ut").click()
    other.wait_for_url("**/login/")
    expect(page.get_by_role("heading", name="Logga in")).to_be_visible()
    assert TYPED in str(Draft.objects.get().fields)


def test_a_tab_of_somebody_else_shows_nothing_once_another_person_has_come_in(live_server, enter, day):
    page = enter("karin.ek").page
    other = beside(page, live_server, note_of(day))
    # Nothing has told the tab that Karin has left: as when the login page runs no script.
    page.add_init_script("if (location.pathname === '/login/') delete window.BroadcastChannel")
    page.context.clear_cookies(name="sessionid")
    held: list[Route] = []
    other.route("**/drafts/", lambda route: held.append(route))
    other.get_by_label("Anteckning").fill(TYPED)
    log_in(page, live_server.url, "per.holm")
    # Nothing is seen from the first moment, also while what was typed is on its way.
    expect(other.get_by_text("Du har loggats ut.")).to_be_visible()
    expect(other.locator("main, header, dialog")).to_have_count(0)
    assert other.title() == "Riskzon"
    for route in held:
        route.continue_()
    other.wait_for_url("**/reports/own/")
    assert TYPED in str(Draft.objects.get().fields)


def test_a_tab_that_has_slept_past_the_end_asks_for_a_login_and_leads_back(live_server, enter, day):
    page = enter("karin.ek").page
    page.goto(live_server.url + note_of(day))
    page.get_by_label("Anteckning").fill(TYPED)
    expect(page.get_by_text("Utkast sparat")).to_be_visible()
    age(page, seen=16 * 60)
    # Its timers have stood still; the clock has not.
    page.evaluate("Date.now = ((now) => () => now() + 16 * 60000)(Date.now)")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_text("fortsätter du där du var")).to_be_visible()
    fill_in(page, "karin.ek")
    expect(page.get_by_label("Anteckning")).to_have_value(TYPED)


def test_in_the_last_minutes_before_the_end_that_nothing_moves_one_goes_on_working(live_server, enter, day):
    watched = enter("karin.ek", 390)
    page = watched.page
    age(page, began=10 * 3600 - 240, seen=0)
    page.goto(live_server.url + note_of(day))
    expect(page.get_by_text("Efter tio timmar måste du logga in igen. Du loggas ut")).to_be_visible()
    page.get_by_label("Anteckning").click()
    page.keyboard.type(TYPED[:20], delay=20)
    expect(page.get_by_text("Utkast sparat")).to_be_visible()
    page.keyboard.type(TYPED[20:], delay=20)
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_label("Anteckning")).to_have_value(TYPED)
    assert_in_order(watched)
    page.get_by_role("button", name="Logga in igen").click()
    expect(page.get_by_text("fortsätter du där du var")).to_be_visible()
    fill_in(page, "karin.ek")
    expect(page.get_by_label("Anteckning")).to_have_value(TYPED)
    expect(page.get_by_text("Efter tio timmar")).to_be_hidden()


def test_the_question_comes_once_and_is_not_put_again_when_it_is_put_aside(live_server, enter, day):
    page = enter("karin.ek").page
    page.clock.fast_forward("10:30")
    expect(page.get_by_role("dialog", name="Du loggas snart ut")).to_be_visible()
    page.keyboard.press("Escape")
    page.clock.fast_forward("01:00")
    page.clock.fast_forward("01:00")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_whoever_types_where_nothing_is_kept_is_not_interrupted_and_stays_logged_in(live_server, enter, day):
    page = enter("karin.ek").page
    page.clock.fast_forward("09:50")
    age(page, seen=9 * 60 + 50)
    page.get_by_role("searchbox").first.type("Pia", delay=20)
    with page.expect_response("**/stay/") as answer:
        page.clock.fast_forward("00:15")
    assert int(answer.value.headers["x-session-left"]) > 880
    page.clock.fast_forward("01:00")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_whoever_makes_no_pause_is_kept_all_the_same(live_server, enter, day):
    page = enter("karin.ek").page
    page.goto(live_server.url + note_of(day))
    page.get_by_label("Anteckning").click()
    page.clock.pause_at(datetime.fromtimestamp(page.evaluate("Date.now()") / 1000 + 2, UTC))
    with page.expect_response("**/drafts/"):
        for letter in TYPED[:26]:
            page.keyboard.type(letter)
            page.clock.run_for(500)


def test_a_form_is_not_sent_while_the_server_asks_to_wait_and_is_kept_a_little_later(live_server, enter, day):
    page = enter("karin.ek").page
    page.goto(live_server.url + note_of(day))
    refuse = {"status": 429, "headers": {"Retry-After": "46"}}
    page.route("**/drafts/", lambda route: route.fulfill(**refuse))
    page.get_by_label("Anteckning").fill(TYPED)
    page.get_by_role("button", name="Spara anteckningen").click()
    expect(page.get_by_text("Inget är skickat. Låt sidan vara öppen och försök igen")).to_be_visible()
    expect(page.get_by_label("Anteckning")).to_have_value(TYPED)
    page.unroute("**/drafts/")
    page.clock.fast_forward("00:47")
    expect(page.get_by_text("Utkast sparat")).to_be_visible()
    page.get_by_role("button", name="Spara anteckningen").click()
    expect(page.get_by_text("Anteckningen är sparad.")).to_be_visible()
