"""The page on which a person reads the API's description, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.front.browser import chromium, open_page

__all__ = ["chromium", "open_page"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_docs_page_shows_every_call_and_the_browser_has_nothing_to_complain_of(live_server, open_page):
    watched = open_page()
    watched.page.goto(f"{live_server.url}/api/v1/docs")

    expect(watched.page.get_by_text("/api/v1/reports", exact=True)).to_be_visible()
    watched.page.get_by_text("/api/v1/reports", exact=True).click()
    expect(watched.page.get_by_text("Idempotency-Key").first).to_be_visible()
    assert watched.complaints == []
