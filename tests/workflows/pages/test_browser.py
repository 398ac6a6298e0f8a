"""The pages in a real browser, at a desk, on a phone and at 400 %: in order, whole, and usable without a script."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from riskzon import clock
from riskzon.models import Contact, Hold
from tests.acts import HOUR, move, reread
from tests.factories import child, make_report, person
from tests.front.browser import SCREENS, Watched, assert_in_order
from tests.workflows.pages.day import Day, busy_day
from workflows.models import Todo
from workflows.verbs.conflicts import declare
from workflows.verbs.extracts import make
from workflows.verbs.people import take
from workflows.verbs.times import correct_times

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EVERYWHERE = ("case", "contact", "assessment", "disposition", "case-deadlines", "case-process", "case-times")
AT_A_DESK = (
    "case-timeline",
    "case-documents",
    "case-log",
    "case-note",
    "case-supplement",
    "case-assign",
    "case-hand-over",
    "guardian-new",
    "child-identify",
    "child-informed",
)


@pytest.fixture
def day(_workday: None) -> Day:
    return busy_day()


@pytest.fixture
def show(live_server, open_page, visit) -> Iterator[Callable[..., Watched]]:
    """`show("karin.ek", path, width=390)`: the page as this person sees it; options as Playwright's."""

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


def hold_of(case) -> Hold:
    return Hold.objects.filter(child=case.child_id, ended_at__isnull=True).exclude(guardian=None).get()


def of(name: str, case, *args) -> str:
    return reverse(name, args=[case.pk, *args])


@pytest.mark.parametrize("width", SCREENS)
def test_the_pages_used_every_day_are_in_order_at_this_width(width, day, show):
    assert_in_order(show("karin.ek", "/?view=all", width))
    for name in EVERYWHERE:
        assert_in_order(show("karin.ek", of(name, day.late), width))
    assert_in_order(show("sara.lindh", of("holds", day.held), width))
    declare(person("omar.nyman"), day.late.pk, reason="Granne till familjen.")
    for name in ("case-access", "case-block", "case-conflict", "case-disclosures", "disclosure-new", "case-as-liaison"):
        assert_in_order(show("sara.lindh", of(name, day.late), width))
    for name in ("case", "case-times", "case-supplement", "someone-here"):
        assert_in_order(show("per.holm", of(name, day.late), width))
    for case in (day.late, day.held):
        assert_in_order(show("per.holm", of("guardian-here", case, case.as_reported["guardians"][0]["id"]), width))


@pytest.mark.parametrize("width", SCREENS)
def test_who_may_what_and_who_sees_a_case_are_in_order_at_this_width(width, day, show):
    assert_in_order(show("karin.ek", reverse("who-may"), width))
    assert_in_order(show("karin.ek", of("case-access", day.late), width))
    assert_in_order(show("lars.wik", reverse("log-reviews"), width))


@pytest.mark.parametrize("width", SCREENS)
def test_what_was_corrected_is_in_order_at_this_width(width, day, show):
    report = reread(day.late).report
    correct_times(person("per.holm"), report.number, reason="Protokollet", occurred_at=report.occurred_at - HOUR)
    for who, name in (("karin.ek", "case"), ("karin.ek", "case-deadlines"), ("per.holm", "case")):
        assert_in_order(show(who, of(name, day.late), width))


@pytest.mark.parametrize("width", SCREENS)
def test_the_veil_and_extracts_are_in_order_at_this_width(width, day, show):
    karin = person("karin.ek")
    take(karin, day.protected.pk)
    for who in ("karin.ek", "omar.nyman"):
        assert_in_order(show(who, of("case-reveal", day.protected), width))
    assert_in_order(show("karin.ek", of("case", day.protected), width))
    row = make(karin, day.late.pk, recipient="young_person")
    stops = make(karin, day.held.pk, recipient="guardian", guardian=hold_of(day.held).guardian_id)
    for path in (of("extracts", day.late), of("extract", day.late, row.pk), of("extracts", day.held)):
        assert_in_order(show("karin.ek", path, width))
    assert_in_order(show("sara.lindh", of("extract-decide", day.held, stops.pk), width))


def test_the_other_pages_are_in_order_at_a_desk(day, show):
    for name in AT_A_DESK:
        assert_in_order(show("karin.ek", of(name, day.late)))
    assert_in_order(show("karin.ek", "/?view=overdue"))
    assert_in_order(show("karin.ek", of("case", day.protected)))
    assert_in_order(show("karin.ek", of("case", day.opened)))
    assert_in_order(show("sara.lindh", of("hold-new", day.held)))
    Todo.objects.create(case=day.held, what=Todo.What.SIBLING_HOLD, created_at=clock.now())
    for name in ("holds", "hold-not-needed"):
        assert_in_order(show("sara.lindh", of(name, day.held)))
    found = show("karin.ek", reverse("search"))
    found.page.get_by_role("searchbox").last.fill("Fiktiv")
    found.page.get_by_role("button", name="Sök").last.click()
    expect(found.page.get_by_role("row")).to_have_count(3)
    assert_in_order(found)


def test_the_dark_pages_are_in_order_too(day, show):
    for path in ("/?view=all", of("case", day.late), of("case-process", day.late)):
        assert_in_order(show("karin.ek", path, color_scheme="dark"))


@pytest.mark.parametrize("script", [True, False])
def test_a_contact_takes_two_presses_with_and_without_a_script(script, day, show):
    page = show("karin.ek", of("contact", day.urgent), 390, java_script_enabled=script).page
    page.get_by_label("Nådd. Stoppar fristen", exact=True).check()
    page.get_by_role("button", name="Spara kontakt").click()
    expect(page.get_by_text("Fristen är klar i tid.")).to_be_visible()
    assert Contact.objects.get(case=day.urgent).outcome == "reached"


@pytest.mark.parametrize("script", [True, False])
def test_mother_is_here_takes_two_taps_on_the_phone(script, day, show):
    page = show("per.holm", of("case", day.urgent), 390, java_script_enabled=script).page
    page.get_by_role("link", name="Pia Provlund (mamma) är här").click()
    page.get_by_role("button", name="Registrera", exact=True).click()
    expect(page.get_by_text("Fristen är klar i tid.")).to_be_visible()
    made = Contact.objects.get(case=day.urgent)
    assert (made.channel, made.outcome, made.by.username) == ("visit", "reached", "per.holm")


def test_one_tap_on_the_phone_reaches_a_guardian_and_says_what_it_did_to_the_clock(day, show):
    page = show("karin.ek", of("case", day.urgent), 390, java_script_enabled=False).page
    page.get_by_role("button", name="Inget svar Pia Provlund").click()
    expect(page.get_by_text("Den stoppar inte fristen.")).to_be_visible()
    page.get_by_role("button", name="Nådd Pia Provlund").click()
    assert reread(day.urgent).guardian_reached_at is not None


def test_a_wrong_form_takes_focus_to_the_list_of_errors_and_keeps_the_text(day, show):
    watched = show("karin.ek", of("contact", day.urgent))
    page = watched.page
    page.get_by_label("Klockslag").fill("")
    page.get_by_label("Anteckning").fill("Ringde Pia.")
    page.get_by_role("button", name="Spara kontakt").click()
    expect(page.locator(".ds-error-summary")).to_be_focused()
    expect(page).to_have_title("Fel: Registrera kontakt, 2026-000003-1 – Riskzon")
    expect(page.get_by_label("Anteckning")).to_have_value("Ringde Pia.")
    page.get_by_role("link", name="Ange klockslag").click()
    expect(page.get_by_label("Klockslag")).to_be_focused()
    assert_in_order(watched)


def test_what_is_typed_is_kept_while_it_is_typed_and_comes_back(day, show):
    watched = show("karin.ek", of("contact", day.urgent), 390)
    page = watched.page
    page.get_by_label("Anteckning").fill("Ringde Pia, som")
    expect(page.get_by_text("Utkast sparat 14.32")).to_be_visible()
    page.goto("about:blank")  # nobody asks whether to leave: the server has it all
    shown = show("karin.ek", of("contact", day.urgent), 390)
    expect(shown.page.get_by_label("Anteckning")).to_have_value("Ringde Pia, som")
    assert_in_order(shown)
    shown.page.get_by_role("button", name="Börja om med ett tomt formulär").click()
    expect(shown.page.get_by_label("Anteckning")).to_have_value("")


def test_without_a_network_nothing_is_sent_and_nothing_is_lost(day, show):
    page = show("karin.ek", of("contact", day.urgent), 390).page
    page.context.set_offline(True)
    page.get_by_label("Nådd. Stoppar fristen", exact=True).check()
    page.get_by_label("Anteckning").fill("Pia kommer i morgon.")
    page.get_by_role("button", name="Spara kontakt").click()
    expect(page.get_by_text("Inget är skickat.")).to_be_visible()
    assert not Contact.objects.filter(case=day.urgent, outcome="reached").exists()
    page.context.set_offline(False)
    page.get_by_role("button", name="Spara kontakt").click()
    expect(page.get_by_text("Fristen är klar i tid.")).to_be_visible()
    assert Contact.objects.get(case=day.urgent, outcome="reached").note == "Pia kommer i morgon."
    page.goto(page.url.split("#")[0] + "contact/")
    expect(page.get_by_label("Anteckning")).to_have_value("")


def test_a_session_that_ended_meanwhile_leads_back_to_the_form_with_its_text(day, show):
    page = show("karin.ek", of("case-note", day.urgent)).page
    page.get_by_label("Anteckning").fill("Samtal med skolan.")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Spara anteckningen").click()
    expect(page.get_by_text("Det du skrev finns kvar.")).to_be_visible()
    page.get_by_label("Användarnamn").fill("karin.ek")
    page.get_by_label("Lösenord", exact=True).fill("riskzon-demo")
    page.get_by_role("button", name="Logga in", exact=True).click()
    expect(page.get_by_label("Anteckning")).to_have_value("Samtal med skolan.")
    page.get_by_role("button", name="Spara anteckningen").click()
    expect(page.get_by_text("Anteckningen är sparad.")).to_be_visible()


def test_a_page_that_is_too_old_says_so_and_leads_back_to_the_form(day, show):
    watched = show("karin.ek", of("case-note", day.urgent), 320)
    page = watched.page
    page.context.clear_cookies(name="csrftoken")
    page.get_by_label("Anteckning").fill("Samtal med mormor.")
    page.get_by_role("button", name="Spara anteckningen").click()
    expect(page.get_by_role("heading", name="Sidan var för gammal")).to_be_visible()
    assert_in_order(watched)
    page.get_by_role("link", name="Öppna formuläret igen").click()
    expect(page.get_by_label("Anteckning")).to_have_value("Samtal med mormor.")


def test_five_minutes_before_the_session_ends_every_tab_asks_and_one_answer_is_enough(live_server, open_page, day):
    watched = open_page(390)
    page, context = watched.page, watched.page.context
    page.clock.install()
    page.goto(live_server.url + "/login/")
    page.get_by_label("Användarnamn").fill("karin.ek")
    page.get_by_label("Lösenord", exact=True).fill("riskzon-demo")
    page.get_by_role("button", name="Logga in", exact=True).click()
    expect(page.get_by_role("heading", name="Arbetslista")).to_be_visible()
    other = context.new_page()
    other.goto(live_server.url + of("case-note", day.urgent))
    page.clock.fast_forward("09:00")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.clock.fast_forward("01:30")
    for tab in (page, other):
        expect(tab.get_by_role("dialog", name="Du loggas snart ut")).to_be_visible()
    assert_in_order(watched)
    page.get_by_role("button", name="Fortsätt arbeta").click()
    for tab in (page, other):
        expect(tab.get_by_role("dialog")).to_be_hidden()


def test_the_reassessment_is_asked_for_only_where_it_is_needed(day, show):
    page = show("karin.ek", of("assessment", day.calm)).page
    asked = page.get_by_text("När ska ny bedömning göras?")
    expect(asked).to_be_hidden()
    page.get_by_label("Kan inte bedömas än. Ny bedömning ska göras").check()
    expect(asked).to_be_visible()


def test_the_line_above_the_list_is_renewed_without_moving_the_list_and_can_be_paused(day, show):
    page = show("karin.ek", "/?view=all").page
    before = page.locator("tbody tr").count()
    move(timedelta(minutes=1))
    make_report(
        children=[child(identity_number="", birth_date=None, approximate_age=12, guardians=[], description="x")]
    )
    renew = "document.querySelector('[data-poll]').dispatchEvent(new Event('renew'))"
    page.evaluate(
        "document.querySelector('[data-poll]').setAttribute('hx-trigger', 'renew'); htmx.process(document.body)"
    )
    page.get_by_role("button", name="Pausa uppdatering").click()
    expect(page.get_by_role("button", name="Fortsätt uppdatera")).to_have_attribute("aria-pressed", "true")
    page.evaluate(renew)
    expect(page.get_by_text("Ett nytt ärende. Visa")).to_have_count(0)
    page.get_by_role("button", name="Fortsätt uppdatera").click()
    page.evaluate(renew)
    expect(page.get_by_text("Ett nytt ärende. Visa")).to_be_visible()
    assert page.locator("tbody tr").count() == before
    page.get_by_text("Ett nytt ärende. Visa").click()
    expect(page.locator("tbody tr")).to_have_count(before + 1)


def test_journal_text_is_copied_with_a_script_and_can_be_marked_without(day, show):
    page = show("karin.ek", of("case-documents", day.late)).page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Kopiera journaltext").first.click()
    assert "Olle Fiktivsson: Lämnade meddelande" in page.evaluate("navigator.clipboard.readText()")
    plain = show("karin.ek", of("case-documents", day.late), java_script_enabled=False).page
    expect(plain.locator("pre").first).to_be_visible()


def test_every_stop_of_the_tab_key_on_a_case_can_be_seen(day, show):
    page = show("karin.ek", of("case", day.late)).page
    for _press in range(60):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => { const box = document.activeElement.getBoundingClientRect();
                const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                return document.activeElement === document.body || document.activeElement.contains(at)
                    || (at && at.contains(document.activeElement)) || box.width === 0; }"""
        )
        assert seen, page.evaluate("document.activeElement.outerHTML")
