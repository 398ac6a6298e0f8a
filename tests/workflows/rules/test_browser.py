"""The pages of rules and ladders in a real browser, at a desk, on a phone and at 400 %."""

import pytest
from playwright.sync_api import expect

from tests.front.browser import SCREENS, assert_in_order
from tests.workflows.rules.conftest import proposed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _shown(open_page, live_server, visit, who: str, width: int, path: str):
    watched = open_page(width=width)
    session = visit(who).cookies["sessionid"].value
    watched.page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    watched.page.goto(live_server.url + path)
    return watched


@pytest.mark.parametrize("width", SCREENS)
def test_the_pages_are_in_order(open_page, live_server, visit, width) -> None:
    change = proposed()
    for who, path in (
        ("it.admin", "/rules/"),
        ("it.admin", "/rules/calendar/2026/"),
        ("it.admin", "/rules/guardian_contact/concern/new/"),
        ("maria.oberg", f"/rules/changes/{change.pk}/"),
    ):
        assert_in_order(_shown(open_page, live_server, visit, who, width, path))
    watched = _shown(open_page, live_server, visit, "it.admin", width, "/ladders/guardian_contact/new/")
    assert_in_order(watched)
    page = watched.page
    page.get_by_label("Lagrum eller beslut").fill("Kommunal rutin")
    page.get_by_label("Varför ändras det?").fill("Fler ska veta.")
    page.locator("[name=rung_1_amount]").fill("10")
    page.get_by_role("button", name="Visa följderna").click()
    expect(page.get_by_role("heading", name="Trappan som föreslås")).to_be_visible()
    assert_in_order(watched)
    page.get_by_role("button", name="Föreslå", exact=True).click()
    expect(page.get_by_text("Förslaget är skickat till verksamhetschefen")).to_be_visible()
    assert_in_order(watched)
