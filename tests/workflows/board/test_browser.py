"""The overview in a real browser, at a desk, on a phone and at 400 %."""

import re
from collections.abc import Callable, Iterator
from functools import cache

import pytest
from playwright.sync_api import expect

from riskzon.models import Case
from tests.factories import make_report
from tests.front.browser import SCREENS, Watched, assert_in_order
from workflows.models import Breach

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Show = Callable[..., Watched]
Week = dict[str, Case]


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


@pytest.mark.parametrize("width", SCREENS)
def test_the_pages_are_in_order(show: Show, week: Week, width: int) -> None:
    breach = Breach.objects.filter(case=week["missed"]).first()
    # The head of department reads the same pages; at a desk it is looked at that hers are in order too.
    for who in ("sara.lindh", "maria.oberg")[: 2 if width == max(SCREENS) else 1]:
        for path in (
            "/board/",
            "/board/overdue/",
            "/board/unassigned/",
            "/board/holds/",
            "/board/late-registered/",
            "/board/in-time/arrest/decided/",
            "/breaches/",
            f"/breaches/{breach.pk}/",
            "/accounting/",
            "/since/?from=week",
        ):
            assert_in_order(show(who, path, width))
    assert_in_order(show("stina.berg", "/statistics/", width))


def test_the_board_is_in_order_in_the_dark(show: Show, week: Week) -> None:
    assert_in_order(show("sara.lindh", "/board/", color_scheme="dark"))


@pytest.mark.parametrize("script", [True, False])
def test_the_clock_is_pushed_a_breach_is_found_and_explained(show: Show, script: bool) -> None:
    make_report("per.holm")
    page = show("sara.lindh", "/board/", java_script_enabled=script).page
    expect(page.get_by_text("Inga överskridna frister väntar.")).to_be_visible()
    page.get_by_role("button", name="+24 tim").click()
    page.get_by_role("button", name="+1 tim").click()
    expect(page.locator(".tile", has_text="Överskridna nu").locator(".tile-value")).to_have_text("2")
    page.get_by_role("link", name="Granska 2026-000001-1, Kontakt med vårdnadshavare").click()
    page.get_by_role("button", name="Spara granskningen").click()
    summary = page.get_by_role("group", name="Rätta 2 fel för att gå vidare")
    expect(summary).to_be_visible()
    page.get_by_label("Ingen personal").check()
    page.get_by_label("Vad har gjorts, eller ska göras?").fill("Bemanningen är ändrad.")
    page.get_by_role("button", name="Spara granskningen").click()
    expect(page.get_by_text("Det står kvar, med sin förklaring.")).to_be_visible()
    page.get_by_role("navigation", name="Du är här").get_by_role("link", name="Enhetens läge").click()
    expect(page.get_by_text("Ingen personal")).to_be_visible()


def test_figures_lead_to_their_rows(show: Show, week: Week) -> None:
    page = show("sara.lindh", "/board/").page
    page.get_by_role("link", name="Ej tilldelade").click()
    expect(page.get_by_role("heading", name="Ej tilldelade")).to_be_visible()
    page.get_by_role("link", name=week["missed"].number).click()
    expect(page).to_have_url(re.compile(str(week["missed"].pk)))
