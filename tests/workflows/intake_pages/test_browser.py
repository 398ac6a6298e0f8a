"""The intake pages in a real browser, at a desk, on a phone and at 400 %: in order, whole, and usable without a script."""

import re
from collections.abc import Callable, Iterator
from functools import cache

import pytest
from playwright.sync_api import Page, expect

from riskzon.models import Case, Report
from tests.factories import ALBIN, BEA, MAJA, at, child, guardian, make_report, person
from tests.front.browser import SCREENS, Watched, assert_in_order
from workflows.verbs.disposition import dispose

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Show = Callable[..., Watched]


@pytest.fixture
def show(live_server, open_page, visit) -> Iterator[Show]:
    """`show("per.holm", path, width=390)`: the page as this person sees it; options as Playwright's."""

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


def button(page: Page, name: str):
    return page.locator("main").get_by_role("button", name=name, exact=True)


@pytest.mark.parametrize("width", SCREENS)
def test_the_forms_are_in_order(show: Show, width: int) -> None:
    assert_in_order(show("per.holm", "/reports/new/", width))
    for kind in ("arrest", "lob-custody", "concern"):
        assert_in_order(show("per.holm", f"/reports/new/{kind}/", width))
    partner = show("butik.city", "/reports/new/", width)
    assert_in_order(partner)


@pytest.mark.parametrize("width", SCREENS)
def test_a_form_with_everything_unfolded_and_everything_wrong_is_in_order(show: Show, width: int) -> None:
    at("2026-11-16T14:00:00+01:00")
    seen = show("karin.ek", "/reports/new/arrest/", width)
    page = seen.page
    page.locator("#id_occurred_at_0").fill("2026-11-13")
    page.locator("#id_occurred_at_1").fill("13.00")
    page.locator("#id_child-0-identity_number").fill("20100702-2394")
    for fold in page.locator("details.more > summary").all():
        fold.click()
    page.get_by_label("Varför ska ingen kontaktas än?").select_option("HOLD_HONOUR")
    page.locator("#id_caution_until_0").fill("2026-12-24")
    button(page, "Lägg till barn").click()
    expect(page.get_by_role("heading", name="Barn 2", exact=True)).to_be_focused()
    button(page, "Registrera").click()
    expect(page.get_by_role("group", name=re.compile("Rätta 3 fel"))).to_be_focused()
    assert_in_order(seen)


@pytest.mark.parametrize("width", SCREENS)
def test_receipts_lists_and_the_look_up_are_in_order(show: Show, width: int) -> None:
    mother = guardian(identity_number=MAJA)
    known = make_report("karin.ek", kind="concern", children=[child(guardians=[mother])]).cases[0]
    dispose(person("karin.ek"), known.pk, disposition="opened")
    held = {"code": "HOLD_HONOUR", "note": "", "until": at("2026-11-13T14:00:01+01:00").replace(day=15)}
    number = make_report("per.holm", children=[child(), child(identity_number=BEA)], contact_caution=held).report.number
    assert_in_order(show("per.holm", f"/reports/{number}/receipt/", width))
    assert_in_order(show("per.holm", "/reports/own/", width))
    assert_in_order(show("nadia.rask", "/reports/own/", width))
    assert_in_order(show("nadia.rask", "/reports/colleagues/", width))
    sent = make_report("butik.city", kind="concern", reporter={"type": "business"}).report.number
    assert_in_order(show("butik.city", f"/reports/{sent}/receipt/", width))
    assert_in_order(show("butik.city", "/reports/sent/", width))
    seen = show("karin.ek", "/reports/known/", width)
    seen.page.locator("#id_identity_number").fill(ALBIN)
    button(seen.page, "Sök").click()
    expect(seen.page.get_by_text("1 utredning pågår")).to_be_visible()
    assert_in_order(seen)


def log_an_arrest(page: Page) -> None:
    """What a liaison fills in on a phone."""
    page.get_by_label("Klockslag").first.fill("1320")
    page.get_by_label("Personnummer, samordningsnummer eller reservnummer").fill(ALBIN)
    page.get_by_label("Förnamn").fill("Albin")
    page.get_by_label("Efternamn").fill("Fiktivsson")
    page.get_by_label("Var är barnet nu?").fill("Polishuset")
    first = page.get_by_role("group", name="Vårdnadshavare 1")
    first.get_by_label("Namn").fill("Maja Fiktivsson")
    first.get_by_label("Telefon").fill("070-174 06 05")
    page.locator(".form-bar").get_by_role("button", name="Registrera").click()


@pytest.mark.parametrize("script", [True, False])
def test_an_arrest_is_logged_on_a_phone_and_the_next_person_follows(show: Show, script: bool) -> None:
    page = show("per.holm", "/reports/new/", 390, java_script_enabled=script).page
    page.locator("main").get_by_role("link", name="Gripen", exact=True).click()
    log_an_arrest(page)
    expect(page.get_by_role("heading", name="Anmälan är registrerad")).to_be_visible()
    expect(page.get_by_text("24-timmarsfristen går ut lör 14 nov 2026 kl. 13.20")).to_be_visible()
    page.get_by_role("link", name="Nästa person i samma händelse").click()
    assert page.locator("#id_occurred_at_1").input_value() == "13.20"
    assert page.get_by_label("Var är barnet nu?").input_value() == "Polishuset"
    page.get_by_label("Personnummer, samordningsnummer eller reservnummer").fill(BEA)
    page.locator(".form-bar").get_by_role("button", name="Registrera").click()
    expect(page.get_by_role("heading", name="Anmälan är registrerad")).to_be_visible()
    page.get_by_role("link", name="Mina anmälningar").last.click()
    expect(page.get_by_role("link", name="Albin Fiktivsson")).to_be_visible()
    assert Report.objects.count() == 2


def test_now_fills_the_products_time(show: Show) -> None:
    page = show("per.holm", "/reports/new/arrest/", 390).page
    button(page, "Nu").first.click()
    assert page.locator("#id_occurred_at_1").input_value() in ("14.00", "14.01")


def test_pressing_twice_registers_once(show: Show) -> None:
    page = show("per.holm", "/reports/new/arrest/", 390).page
    page.locator("#id_occurred_at_1").fill("13.20")
    page.get_by_label("Personnummer, samordningsnummer eller reservnummer").fill(ALBIN)
    page.locator(".form-bar").get_by_role("button", name="Registrera").dblclick()
    expect(page.get_by_role("heading", name="Anmälan är registrerad")).to_be_visible()
    assert Report.objects.count() == 1


def test_enter_in_a_field_registers_and_does_not_take_a_child_away(show: Show) -> None:
    page = show("per.holm", "/reports/new/arrest/").page
    page.locator("#id_occurred_at_1").fill("13.20")
    page.get_by_label("Personnummer, samordningsnummer eller reservnummer").fill(ALBIN)
    button(page, "Lägg till barn").click()
    page.locator("#id_child-1-identity_number").fill(BEA)
    page.locator("#id_child-1-identity_number").press("Enter")
    expect(page.get_by_role("heading", name="Anmälan är registrerad")).to_be_visible()
    assert Case.objects.count() == 2


def test_an_error_link_leads_into_a_folded_part(show: Show) -> None:
    page = show("per.holm", "/reports/new/arrest/", 390).page
    page.get_by_text("Kontakta inte vårdnadshavare än").click()
    page.get_by_label("Varför ska ingen kontaktas än?").select_option("HOLD_HONOUR")
    page.locator("#id_caution_until_0").fill("2026-12-24")
    page.locator("#id_occurred_at_1").fill("13.20")
    page.get_by_label("Personnummer, samordningsnummer eller reservnummer").fill(ALBIN)
    page.locator(".form-bar").get_by_role("button", name="Registrera").click()
    page.get_by_role("link", name=re.compile("Till när: Omprövning")).click()
    expect(page.locator("#id_caution_until_0")).to_be_focused()


def test_leaving_typed_words_is_warned_about(show: Show) -> None:
    page = show("per.holm", "/reports/new/arrest/").page
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("Förnamn").press_sequentially("Albin")
    page.get_by_role("link", name="Avbryt").click()
    page.wait_for_url("**/reports/new/")
    assert asked == ["beforeunload"]
