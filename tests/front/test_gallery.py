"""Every piece of the kit, in a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.front.browser import SCREENS, Watched, assert_in_order

pytestmark = pytest.mark.browser

PAGES = ["worklist", "case", "form", "board", "login", "statement", "error/403", "error/404", "error/409", "error/500"]
TARGETS = (
    "button, .ds-button, summary, select, nav a:not(.crumbs a), input:not([type=hidden], [type=radio], [type=checkbox])"
)
Open = Callable[..., Watched]


@pytest.mark.parametrize("width", SCREENS)
@pytest.mark.parametrize("path", PAGES)
def test_page_is_accessible_quiet_and_fits(gallery: str, open_page: Open, path: str, width: int) -> None:
    seen = open_page(width)
    seen.page.goto(f"{gallery}/{path}")
    assert_in_order(seen)


@pytest.mark.parametrize("path", ["worklist", "case", "form", "board", "login"])
def test_page_is_accessible_in_the_dark(gallery: str, open_page: Open, path: str) -> None:
    seen = open_page(color_scheme="dark")
    seen.page.goto(f"{gallery}/{path}")
    assert_in_order(seen)


@pytest.mark.parametrize("width", SCREENS)
def test_form_with_errors_leads_to_its_fields(gallery: str, open_page: Open, width: int) -> None:
    seen = open_page(width)
    page = seen.page
    page.goto(f"{gallery}/form")
    page.fill("#id_at_0", "2026-11-22")
    page.get_by_role("button", name="Spara kontakt").click()
    summary = page.get_by_role("group", name="Rätta 3 fel för att gå vidare")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^Fel: "))
    assert_in_order(seen)
    page.get_by_role("link", name="Ange klockslag, till exempel 14.30.").click()
    expect(page.locator("#id_at_1")).to_be_focused()
    assert page.locator("#id_at_0").get_attribute("aria-invalid") is None


def test_autumn_night_is_asked_about_and_answered_without_a_script(gallery: str, open_page: Open) -> None:
    page = open_page(390, java_script_enabled=False).page
    page.goto(f"{gallery}/form")
    assert page.get_by_role("button", name="Nu").count() == 0
    page.get_by_label("Jon Exempelsson").check()
    page.get_by_label("Inget svar").check()
    page.get_by_label("Datum", exact=True).fill("2026-10-25")
    page.get_by_label("Klockslag").fill("0230")
    key = page.locator("[name=idempotency_key]").input_value()
    page.get_by_role("button", name="Spara kontakt").click()
    question = page.get_by_role("group", name="Den natten ställdes klockan tillbaka. Vilken gång menar du?")
    expect(question).to_be_visible()
    assert page.locator("[name=idempotency_key]").input_value() == key
    page.get_by_label("Efter omställningen").check()
    page.get_by_role("button", name="Spara kontakt").click()
    expect(page.locator("#saved")).to_have_text("2026-10-25T01:30:00+00:00")


def test_now_button_fills_the_products_clock_and_words_are_said_anew(gallery: str, open_page: Open) -> None:
    seen = open_page()
    page = seen.page
    page.clock.install()
    page.goto(f"{gallery}/form")
    page.get_by_role("button", name="Nu").click()
    assert page.locator("#id_at_0").input_value() == "2026-11-22"
    assert page.locator("#id_at_1").input_value() in ("14.32", "14.33")
    page.goto(f"{gallery}/worklist")
    row = page.get_by_role("row").filter(has_text="Elias Mallgren")
    expect(row).to_have_class("is-soon")
    page.clock.fast_forward("01:20:00")
    expect(row.locator(".due")).to_contain_text(re.compile("Överskriden [78] min"))
    expect(row).to_have_class("is-over")
    assert seen.complaints == []


def test_figures_of_a_chart_unfold_into_a_table(gallery: str, open_page: Open) -> None:
    seen = open_page(390)
    seen.page.goto(f"{gallery}/board")
    for fold in seen.page.locator(".figures > summary").all():
        fold.click()
    expect(seen.page.get_by_role("region", name="Tabell: Tid till kontakt per enhet, 30 dagar")).to_contain_text(
        "färre än 5"
    )
    assert_in_order(seen)


def test_pause_stops_the_words(gallery: str, open_page: Open) -> None:
    page = open_page().page
    page.clock.install()
    page.goto(f"{gallery}/worklist")
    words = page.locator(".due-words").nth(3)
    before = words.text_content()
    page.get_by_role("button", name="Pausa uppdatering").click()
    page.clock.fast_forward("00:30:00")
    expect(words).to_have_text(before or "")
    page.get_by_role("button", name="Fortsätt uppdatera").click()
    expect(words).not_to_have_text(before or "")


def test_clock_is_tidied_and_unsaved_text_is_warned_about(gallery: str, open_page: Open) -> None:
    page = open_page().page
    page.goto(f"{gallery}/form")
    page.fill("#id_at_1", "715")
    page.fill("#id_at_0", "20261122")
    page.locator("#id_note").click()
    assert page.locator("#id_at_1").input_value() == "07.15"
    assert page.locator("#id_at_0").input_value() == "2026-11-22"
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="Avbryt").click()
    page.wait_for_url("**/case")
    assert asked == ["beforeunload"]


def test_slash_goes_to_search_and_can_be_switched_off(gallery: str, open_page: Open) -> None:
    page = open_page().page
    page.goto(f"{gallery}/worklist")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.locator(".menu > summary").click()
    page.get_by_role("button", name="Kortkommandon: på").click()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#find")).not_to_be_focused()


def test_form_is_sent_once_and_is_ready_again_after_going_back(gallery: str, open_page: Open) -> None:
    page = open_page().page
    posts = []
    page.on("request", lambda request: request.method == "POST" and posts.append(request.url))
    page.goto(f"{gallery}/form?filled=1")
    page.get_by_label("Anna Exempelsson").check()
    page.get_by_label("Nådd").check()
    page.get_by_role("button", name="Spara kontakt").dblclick()
    expect(page.locator("#saved")).to_have_text("2026-11-22T13:32:00+00:00")
    assert len(posts) == 1
    page.go_back()
    expect(page.locator("form[data-guard]")).not_to_have_attribute("aria-busy", "true")


@pytest.mark.parametrize("width", [1440, 390])
def test_every_stop_of_the_tab_key_is_seen(gallery: str, open_page: Open, width: int) -> None:
    page = open_page(width).page
    page.goto(f"{gallery}/form")
    stops = 0
    hidden = []
    while stops < 60:
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
                const e = document.activeElement;
                if (!e || e === document.body) return null;
                const r = e.getBoundingClientRect();
                const [x, y] = [r.left + Math.min(r.width, 8) / 2, r.top + r.height / 2];
                const top = document.elementFromPoint(x, y);
                const ring = [e, e.parentElement].some((part) => getComputedStyle(part).outlineStyle !== "none");
                const own = (part) => e.contains(part) || part.contains(e) || [...(e.labels || [])].includes(part);
                return [e.outerHTML.slice(0, 90), ring, !!top && own(top)];
            }"""
        )
        if stop is None:
            break
        stops += 1
        if not (stop[1] and stop[2]):
            hidden.append(stop)
    assert stops > 15
    assert hidden == []


def test_controls_are_44_pixels_on_a_phone(gallery: str, open_page: Open) -> None:
    page = open_page(390).page
    for path in ("worklist", "case", "form", "board"):
        page.goto(f"{gallery}/{path}")
        small = page.evaluate(
            """(selector) => [...document.querySelectorAll(selector)]
                .filter((e) => e.checkVisibility())
                .map((e) => [e.textContent.trim() || e.name, Math.round(e.getBoundingClientRect().height)])
                .filter(([, height]) => height < 44)""",
            TARGETS,
        )
        assert small == [], path


def test_print_leaves_out_what_cannot_be_pressed(gallery: str, open_page: Open) -> None:
    page = open_page().page
    page.goto(f"{gallery}/case")
    page.emulate_media(media="print")
    expect(page.locator(".top")).to_be_hidden()
    expect(page.locator(".identity-actions")).to_be_hidden()
    expect(page.get_by_text("Utskrivet av Karin Ek")).to_be_visible()


def test_language_is_switched_by_a_form_and_the_frame_is_english(gallery: str, open_page: Open) -> None:
    seen = open_page(390, java_script_enabled=False)
    page = seen.page
    page.goto(f"{gallery}/form")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("link", name="Worklist")).to_have_attribute("href", "/worklist")
    expect(page.get_by_label("Date", exact=True)).to_be_visible()
    page.goto(f"{gallery}/worklist")
    expect(page.get_by_text("Overdue 1 h 48 min")).to_be_visible()
    page.get_by_role("button", name="Svenska").click()
    expect(page.locator("html")).to_have_attribute("lang", "sv")
