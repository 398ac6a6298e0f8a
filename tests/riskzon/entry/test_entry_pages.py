"""The pages of logging in, in a real browser: at a desk, on a phone and at 400 %."""

import base64
import re
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import expect

from riskzon import tokens
from riskzon.models import SecondFactor, TokenScope
from tests.factories import people, person
from tests.front.browser import SCREENS, assert_in_order
from tests.provider import Provider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _code(text: str, ahead: int = 0) -> str:
    """What an app that has read this secret shows now, or `ahead` half minutes later."""
    secret = base64.b32decode(text.replace(" ", ""))
    return TOTP(secret, 6, SHA1(), 30).generate(int(time.time()) + 30 * ahead).decode()  # noqa: S303 - as every app


@pytest.mark.parametrize("width", SCREENS)
def test_the_first_login_and_the_next_with_password_and_code(
    open_page: Any, live_server: Any, settings: Any, width: int
) -> None:
    people()
    settings.RISKZON_DEMO = False
    watched = open_page(width=width)
    page = watched.page
    page.goto(live_server.url + "/login/")
    for _again in range(2):
        page.get_by_label("Användarnamn").fill("it.admin")
        page.get_by_label("Lösenord", exact=True).fill("riskzon-demo")
        page.get_by_role("button", name="Logga in", exact=True).click()
        if not SecondFactor.objects.exists():
            expect(page.get_by_role("heading", name="Lägg till en app för koder")).to_be_visible()
            assert_in_order(watched)
            secret = page.locator("code.secret").inner_text()
            page.get_by_label("Kod från appen").fill("000000")
            page.get_by_role("button", name="Spara").click()
            expect(page.locator(".ds-error-summary")).to_contain_text("Koden stämmer inte")
            assert_in_order(watched)
            page.get_by_label("Kod från appen").fill(_code(secret))
            page.get_by_role("button", name="Spara").click()
            expect(page.get_by_role("heading", name="Dina reservkoder")).to_be_visible()
            assert_in_order(watched)
            page.get_by_role("link", name="Jag har sparat dem").click()
            page.locator("summary", has_text="Ulf Alm").click()
            page.get_by_role("button", name="Logga ut").click()
            page.wait_for_url("**/login/")
    expect(page.get_by_role("heading", name="Kod vid inloggning")).to_be_visible()
    assert_in_order(watched)
    page.get_by_role("link", name="Använd en reservkod").click()
    expect(page.get_by_label("Reservkod")).to_be_visible()
    assert_in_order(watched)
    page.get_by_role("link", name="Använd en kod från appen").click()
    page.get_by_label("Kod från appen").fill(_code(secret, ahead=1))
    page.get_by_role("button", name="Logga in", exact=True).click()
    page.wait_for_url("**/inbox/")

    key = tokens.make(person("karin.ek"), scope=TokenScope.READ, name="Verksamhetssystemet", by=None)
    assert key.text
    for path in ("/account/", "/account/phone/", "/accounts/", f"/accounts/{person('karin.ek').pk}/"):
        page.goto(live_server.url + path)
        assert_in_order(watched)

    page.goto(live_server.url + "/account/")
    page.locator("summary", has_text="Gör en ny nyckel").click()
    page.get_by_role("button", name="Gör nyckeln").click()
    expect(page.locator(".ds-error-summary")).to_contain_text("Skriv vad nyckeln ska användas till.")
    assert_in_order(watched)
    page.get_by_label("Vad ska nyckeln användas till?").fill("Ett annat system")
    page.get_by_text("Läsa", exact=True).click()
    page.get_by_role("button", name="Gör nyckeln").click()
    expect(page.locator("code.secret")).to_have_text(re.compile(r"[\w-]{43}"))
    assert_in_order(watched)


@pytest.mark.parametrize("width", SCREENS)
def test_a_browser_goes_to_the_municipalitys_sign_on_and_comes_back_logged_in(
    open_page: Any, live_server: Any, provider: Provider, width: int
) -> None:
    people()
    watched = open_page(width=width)
    page = watched.page
    # The provider's own page wants a stylesheet from the net.
    page.route(re.compile("^https:"), lambda route: route.fulfill(content_type="text/css", body=""))
    page.goto(live_server.url + "/login/?next=/account/")
    assert_in_order(watched)
    page.get_by_role("link", name="Logga in med kommunens konto").click()
    page.wait_for_url(provider.issuer + "/**")
    page.locator("input[name=sub]").fill("sub-nova")
    page.locator("input[name=sub]").press("Enter")
    page.wait_for_url("**/account/")
    expect(page.get_by_text("Du loggar in med kommunens konto.")).to_be_visible()
    assert_in_order(watched)

    provider.knows("sub-nova", "annat")
    stranger = open_page(width=width)
    page = stranger.page
    page.route(re.compile("^https:"), lambda route: route.fulfill(content_type="text/css", body=""))
    page.goto(live_server.url + "/login/municipal/")
    page.locator("input[name=sub]").fill("sub-nova")
    page.locator("input[name=sub]").press("Enter")
    expect(page.get_by_role("heading", name="Du kom inte in")).to_be_visible()
    assert_in_order(stranger)
