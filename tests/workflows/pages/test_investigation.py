"""The investigation's pages: what stands there, what each form writes, and what is kept when it is refused."""

import re
from datetime import date

import pytest
from django.urls import reverse

from riskzon.models import Case, Investigation, InvestigationEntry
from tests.acts import both_parents, call, hold, parents, propose, protect
from tests.factories import at, child, make_report, person
from tests.front.browser import SCREENS, assert_in_order
from tests.workflows.pages.test_browser import show
from tests.workflows.pages.test_case_pages import text_of
from tests.workflows.pages.test_english import swedish_in
from workflows.verbs import investigations as verbs
from workflows.verbs.disposition import dispose

__all__ = ["show"]

FORMS = ("told", "plan", "heard", "extend", "close", "statement")
MOMENT = {"at_date": "2026-11-13", "at_clock": "14.00", "at_fold": ""}


@pytest.fixture
def case() -> Case:
    """An investigation opened on a Friday afternoon, about a child of sixteen with two parents."""
    case = make_report(children=[child(guardians=both_parents())]).cases[0]
    return dispose(person("karin.ek"), case.pk, disposition="opened")


def post(client, case: Case, what: str, **data):
    return client.post(reverse(f"investigation-{what}", args=[case.pk]), data, follow=True)


def test_the_case_has_a_page_for_the_investigation_and_no_other_case_has(karin, case):
    assert reverse("investigation", args=[case.pk]) in karin.get(reverse("case", args=[case.pk])).content.decode()

    other = make_report(children=[child(identity_number="", birth_date=date(2012, 1, 1))]).cases[0]
    assert karin.get(reverse("investigation", args=[other.pk])).status_code == 404
    assert reverse("investigation", args=[other.pk]) not in karin.get(reverse("case", args=[other.pk])).content.decode()
    for what in FORMS:
        assert karin.get(reverse(f"investigation-{what}", args=[other.pk])).status_code == 404


def test_everybody_concerned_is_named_until_told(karin, case):
    assert "Inte än" in text_of(karin, "investigation", case)
    whom = [*parents(case).values(), "child"]

    for one in whom:
        answer = post(karin, case, "told", whom=str(one), told="yes", reason="", **MOMENT)
        assert answer.redirect_chain[-1][0] == reverse("investigation", args=[case.pk])

    assert "Inte än" not in text_of(karin, "investigation", case)
    assert InvestigationEntry.objects.filter(what="told").count() == len(whom)


def test_nobody_is_named_while_the_child_may_be_the_wrong_one(karin, case):
    propose(case)

    for name in ("investigation", "investigation-told"):
        text = text_of(karin, name, case)
        assert not any(word in text for word in ("Maja", "Olle")), name


def test_a_held_guardian_is_not_told_and_what_was_typed_is_kept(karin, case):
    hold(case, "Olle")
    olle = str(parents(case)["Olle"])

    answer = post(karin, case, "told", whom=olle, told="yes", reason="Ska ringa själv", **MOMENT)
    assert answer.status_code == 409
    assert "Ska ringa själv" in answer.content.decode()

    post(karin, case, "told", whom=olle, told="no", reason="Samråd pågår", **MOMENT)
    assert "Underrättas inte: Samråd pågår" in text_of(karin, "investigation", case)


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("told", {"whom": "child", "told": "no", "reason": "", **MOMENT}),
        ("plan", {"form": "short", "text": " "}),
        ("heard", {"heard": "no", "text": "", **MOMENT}),
        ("heard", {"text": "Hon vill byta skola", **MOMENT}),
        ("extend", {"until": "2027-03-01", "reason": "Barnahus dröjer"}),
        ("extend", {"until": "i vår", "reason": "Barnahus dröjer"}),
        ("close", {"outcome": "measure_granted", "reason": "Insats", "follow_up": "2027-02-01"}),
        ("close", {"reason": "Insats"}),
        ("statement", {"until": "2026-11-12"}),
        ("statement", {"until": ""}),
    ],
)
def test_what_is_wrong_comes_back_as_typed_with_its_field_named(karin, case, what, data):
    answer = post(karin, case, what, **data)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert all(value in answer.content.decode() for value in data.values() if value.strip())
    assert not InvestigationEntry.objects.exists()
    assert Investigation.objects.get().closed_at is None


def test_plan_voice_and_more_time_stand_on_the_page_and_in_the_timeline(karin, case):
    post(karin, case, "plan", form="full", text="Skola, hem, fritid")
    post(karin, case, "heard", heard="yes", text="Vill byta skola", **MOMENT)
    post(karin, case, "extend", until="2027-04-30", reason="Barnahus dröjer")

    for name in ("investigation", "case-timeline", "case-documents"):
        text = text_of(karin, name, case)
        for words in ("Skola, hem, fritid", "Vill byta skola", "Barnahus dröjer"):
            assert words in text, name
    assert "2027-04-30" in text_of(karin, "investigation", case)


def test_the_last_plan_is_what_is_changed(karin, case):
    post(karin, case, "plan", form="full", text="Första planen")

    form = karin.get(reverse("investigation-plan", args=[case.pk])).content.decode()
    assert "Första planen" in form
    assert re.search(r'value="full"[^>]*checked', form)


def test_before_the_end_the_page_says_what_is_missing_and_lets_it_end_all_the_same(karin, case):
    form = karin.get(reverse("investigation-close", args=[case.pk])).content.decode()
    for words in ("Alla berörda är inte underrättade", "Det finns ingen plan", "om barnet har hörts"):
        assert words in form

    answer = post(karin, case, "close", outcome="without_measure", reason="Stöd finns", follow_up="2027-01-31")

    assert "Avslutad utan insats" in answer.content.decode()
    assert "2027-01-31" in answer.content.decode()
    assert post(karin, case, "close", outcome="lvu", reason="Igen").status_code == 409


@pytest.mark.parametrize(
    ("moment", "is_warned"), [("2027-01-12T13:00:00+01:00", True), ("2027-01-13T15:00:00+01:00", False)]
)
def test_investigations_that_follow_on_each_other_are_warned_of_for_sixty_days(karin, case, moment, is_warned):
    at("2026-11-14T14:00:00+01:00")
    verbs.close_investigation(
        person("karin.ek"), case.investigation_id, outcome="without_measure", reason="Stöd finns."
    )
    at(moment)
    again = make_report(kind="concern", occurred_at=None, children=[child(guardians=both_parents())]).cases[0]

    form = karin.get(reverse("disposition", args=[again.pk])).content.decode()
    assert ("avlöser varandra" in form) is is_warned


def test_a_statement_is_asked_for_and_sent(karin, case):
    post(karin, case, "statement", until="2026-12-22")
    assert "2026-12-22" in text_of(karin, "investigation", case)

    answer = post(karin, case, "statement-sent")
    assert "yttrandet är skickat" in answer.content.decode()
    assert "Inget yttrande väntar" in post(karin, case, "statement-sent").content.decode()


def test_a_closed_case_still_says_that_its_investigation_runs(karin, case):
    protect(case)
    for name in parents(case):
        call(case, name)
    karin.post(reverse("child-informed", args=[case.pk]), MOMENT)
    case.refresh_from_db()
    assert case.closed_at

    assert "Utred i barnets personakt" in text_of(karin, "case", case)
    assert "Avsluta utredningen" in text_of(karin, "investigation", case)


def test_running_investigations_are_listed_by_their_limit_with_what_is_missing(karin, case):
    at("2026-11-16T09:00:00+01:00")
    later = make_report(children=[child(identity_number="", birth_date=date(2012, 1, 1), given_name="Sen")]).cases[0]
    dispose(person("omar.nyman"), later.pk, disposition="opened")
    verbs.plan(person("karin.ek"), case.investigation_id, is_full=False, text="Kort plan")

    page = karin.get(reverse("investigations")).content.decode()
    assert page.index(case.number) < page.index(later.number)
    assert len(re.findall(r"Barnets röst", page)) == 2
    assert len(re.findall(r">Plan", page)) == 1
    mine = karin.get(reverse("investigations") + "?show=mine").content.decode()
    assert case.number in mine
    assert later.number not in mine

    verbs.close_investigation(person("karin.ek"), case.investigation_id, outcome="lvu", reason="Ansökan")
    assert case.number not in karin.get(reverse("investigations")).content.decode()


@pytest.mark.parametrize("username", ["lina.dahl", "jonas.falk"])
def test_the_list_holds_nothing_of_another_unit(visit, case, username):
    answer = visit(username).get(reverse("investigations"))

    assert answer.status_code == 200
    assert case.number not in answer.content.decode()


@pytest.mark.parametrize("username", ["per.holm", "jour.vakt", "maria.oberg", "it.admin", "butik.city"])
def test_there_is_no_such_list_for_others(visit, case, username):
    assert visit(username).get(reverse("investigations")).status_code == 404


@pytest.mark.parametrize("name", ["", *(f"-{what}" for what in FORMS)])
def test_no_page_mixes_the_languages(visit, case, name):
    client = visit("sara.lindh")
    client.cookies["django_language"] = "en"

    assert swedish_in(client, reverse(f"investigation{name}", args=[case.pk])) == set()
    assert swedish_in(client, reverse("investigations")) == set()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", SCREENS)
def test_the_pages_are_in_order_at_this_width(show, case, width):
    hold(case, "Olle")
    verbs.plan(person("karin.ek"), case.investigation_id, is_full=True, text="Skola och hem. " * 20)
    verbs.extend(person("karin.ek"), case.investigation_id, until=date(2027, 4, 30), reason="Barnahus dröjer.")
    verbs.request_statement(person("karin.ek"), case.investigation_id, until=date(2026, 12, 22))

    assert_in_order(show("karin.ek", reverse("investigations"), width))
    for name in ("investigation", *(f"investigation-{what}" for what in FORMS)):
        assert_in_order(show("karin.ek", reverse(name, args=[case.pk]), width))


def test_the_supervisor_answers_more_time_on_the_page_and_nobody_else_can(visit, karin, case):
    sara = visit("sara.lindh")
    post(karin, case, "extend", until="2027-04-30", reason="Barnahus dröjer")
    page = reverse("investigation", args=[case.pk])
    confirm, refuse = (reverse(f"extension-{what}", args=[case.pk]) for what in ("confirm", "refuse"))
    assert "Väntar på enhetschefens bekräftelse" in text_of(karin, "investigation", case)
    assert confirm not in karin.get(page).content.decode()
    assert karin.post(confirm).status_code == 403

    assert confirm in sara.get(page).content.decode()
    assert sara.post(refuse, {"reason": ""}).status_code == 422
    sara.post(refuse, {"reason": "Skälen räcker inte"})
    assert "Skälen räcker inte" in text_of(karin, "investigation", case)
    assert "redan avslagen av Sara Lindh" in sara.post(confirm, follow=True).content.decode()
