"""The pages of logging in, in a real browser: at a desk, on a phone and at 400 %."""

import base64
import re
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import expect

from riskzon import sso, tokens
from riskzon.models import LoginSession, RoleRequest, SecondFactor, TokenScope
from tests.factories import people, person
from tests.front.browser import SCREENS, assert_in_order
from tests.provider import Provider
from tests.riskzon.entry.conftest import with_app
from workflows.verbs.roles import confirm

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
            paper = re.findall(r"<code>([a-z2-7-]{29})</code>", page.content())
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
    page.get_by_label("Kod från appen, eller en reservkod").fill(paper[0])
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
    for is_confirmed in (False, True):
        page.goto(live_server.url + "/login/?next=/account/")
        assert_in_order(watched)
        page.get_by_role("button", name="Logga in med kommunens konto").click()
        page.wait_for_url(provider.issuer + "/**")
        page.locator("input[name=sub]").fill("sub-nova")
        page.locator("input[name=sub]").press("Enter")
        if not is_confirmed:
            expect(page.get_by_text("väntar på att din chef bekräftar den")).to_be_visible()
            assert_in_order(watched)
            confirm(person("sara.lindh"), RoleRequest.objects.get().pk)
    page.wait_for_url("**/account/")
    expect(page.get_by_text("Du loggar in med kommunens konto.")).to_be_visible()
    assert_in_order(watched)

    provider.metadata = {"end_session_endpoint": provider.leave}
    sso._app.cache_clear()
    page.locator("summary", has_text="Nova Ny").click()
    page.get_by_role("button", name="Logga ut").click()
    page.wait_for_url("**/login/")
    assert len(provider.left) == 1, "one press, and the browser has been there and back"
    assert watched.complaints == []

    provider.knows("sub-nova", "annat")
    stranger = open_page(width=width)
    page = stranger.page
    page.route(re.compile("^https:"), lambda route: route.fulfill(content_type="text/css", body=""))
    page.goto(live_server.url + "/login/")
    page.get_by_role("button", name="Logga in med kommunens konto").click()
    page.wait_for_url(provider.issuer + "/**")
    page.locator("input[name=sub]").fill("sub-nova")
    page.locator("input[name=sub]").press("Enter")
    expect(page.get_by_role("heading", name="Du kom inte in")).to_be_visible()
    assert_in_order(stranger)


@pytest.mark.parametrize("width", SCREENS)
def test_a_key_in_the_computer_is_added_on_the_own_page_and_lets_in_from_then_on(
    open_page: Any, live_server: Any, settings: Any, width: int
) -> None:
    people()
    settings.PASSKEY_ORIGIN = live_server.url
    codes = with_app("it.admin")
    watched = open_page(width=width)
    page = watched.page
    keys = page.context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    made = keys.send("WebAuthn.addVirtualAuthenticator", {"options": {**kind, "isUserVerified": True}})

    _password(page, live_server.url, "it.admin")
    page.goto(live_server.url + "/login/code/?paper")
    page.get_by_label("Reservkod").fill(codes.pop())
    page.get_by_role("button", name="Logga in", exact=True).click()
    page.wait_for_url("**/inbox/")
    page.goto(live_server.url + "/account/")
    page.get_by_role("link", name="Lägg till en lösennyckel").click()
    assert_in_order(watched)
    page.get_by_label("Vad ska lösennyckeln heta?").fill("Jobbdatorn")
    page.get_by_role("button", name="Fortsätt").click()
    expect(page.locator(".ds-error-summary")).to_contain_text("Skriv koden.")
    assert_in_order(watched)
    page.get_by_label("Kod från appen").fill(codes.pop())
    page.get_by_role("button", name="Fortsätt").click()
    expect(page.get_by_role("button", name="Gör lösennyckeln")).to_be_visible()
    expect(page.get_by_text("kan inte göra en lösennyckel")).to_be_hidden()
    assert_in_order(watched)
    page.get_by_role("button", name="Gör lösennyckeln").click()
    expect(page.get_by_text("Lösennyckeln är tillagd.")).to_be_visible()
    assert_in_order(watched)
    page.get_by_role("link", name="Ta bort Jobbdatorn").click()
    assert_in_order(watched)
    page.locator("summary", has_text="Ulf Alm").click()
    page.get_by_role("button", name="Logga ut").click()
    page.wait_for_url("**/login/")

    _password(page, live_server.url, "it.admin")
    button = page.get_by_role("button", name="Använd en lösennyckel")
    expect(button).to_be_visible()
    assert_in_order(watched)
    which = {"authenticatorId": made["authenticatorId"]}
    keys.send("WebAuthn.setUserVerified", {**which, "isUserVerified": False})
    button.click()
    expect(page.get_by_text("Det gick inte. Försök igen, eller använd koden från appen.")).to_be_visible()
    assert_in_order(watched)
    keys.send("WebAuthn.setUserVerified", {**which, "isUserVerified": True})
    button.click()
    page.wait_for_url("**/inbox/")
    assert LoginSession.objects.latest("began_at").way == "passkey"


def test_without_a_script_a_key_is_not_offered_and_the_code_lets_in(
    open_page: Any, live_server: Any, settings: Any
) -> None:
    people()
    settings.PASSKEY_ORIGIN = live_server.url
    codes = with_app("karin.ek")
    factor = SecondFactor.objects.get()
    factor.passkeys.create(name="x", credential_id=b"x", public_half=b"x", uses=0, added_at=factor.since)
    page = open_page(width=320, java_script_enabled=False).page
    _password(page, live_server.url, "karin.ek")
    expect(page.get_by_role("button", name="Använd en lösennyckel")).to_be_hidden()
    page.get_by_label("Kod från appen").fill(codes.pop())
    page.get_by_role("button", name="Logga in", exact=True).click()
    page.goto(live_server.url + "/account/passkeys/new/")
    expect(page.get_by_text("Logga in med koden från appen.")).to_be_visible()
    page.get_by_label("Kod från appen").fill(codes.pop())
    page.get_by_role("button", name="Fortsätt").click()
    expect(page.get_by_text("Webbläsaren kan inte göra en lösennyckel.")).to_be_visible()


@pytest.mark.parametrize("width", SCREENS)
def test_the_password_is_changed_on_a_page_that_says_what_is_wrong(
    open_page: Any, live_server: Any, width: int
) -> None:
    people()
    watched = open_page(width=width)
    page = watched.page
    _password(page, live_server.url, "karin.ek")
    page.goto(live_server.url + "/account/")
    page.get_by_role("link", name="Byt lösenord").click()
    assert_in_order(watched)
    for new, said in (("elva tecken", "12 tecken"), ("gula cyklar på vinden", "")):
        page.get_by_label("Lösenord nu").fill("riskzon-demo")
        page.get_by_label("Nytt lösenord", exact=True).fill(new)
        page.get_by_label("Nytt lösenord en gång till").fill(new)
        page.get_by_role("button", name="Byt lösenord").click()
        if said:
            expect(page.locator(".ds-error-summary")).to_contain_text(said)
            assert_in_order(watched)
    expect(page.get_by_text("Lösenordet är bytt.")).to_be_visible()


def _password(page: Any, address: str, username: str) -> None:
    page.goto(address + "/login/")
    page.get_by_label("Användarnamn").fill(username)
    page.get_by_label("Lösenord", exact=True).fill("riskzon-demo")
    page.get_by_role("button", name="Logga in", exact=True).click()
    page.wait_for_url(lambda where: not where.endswith("/login/"))
