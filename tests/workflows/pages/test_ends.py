"""Ending a case otherwise, on pages: only the fields that the kind needs, what waits, who decides, what a mistake left."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from riskzon import clock
from riskzon.models import Case, EndProposal
from tests.acts import MINUTE, call, confirm, end, hold, move, propose, protect, reread, state_of
from tests.factories import child, make_report, person
from tests.workflows.pages.test_case_pages import text_of
from workflows.sweep import sweep
from workflows.verbs.ends import refuse_end

Visit = Callable[[str], Client]
MAJA = "Maja Fiktivsson"
FIELDS = {
    "transferred": {"municipality", "recipient", "reason"},
    "duplicate": {"duplicate_of", "reason"},
    "wrong-person": {"replaced_by", "reason"},
    "adult": {"recipient", "reason"},
    "not-identified": {"reason"},
}


@pytest.fixture
def case() -> Case:
    return make_report("per.holm").cases[0]


def url(name: str, case: Case, *more: str) -> str:
    return reverse(name, args=[case.pk, *more])


def named(html: str) -> set[str]:
    form = html.split("data-guard", 1)[1].split("</form>")[0]
    return set(re.findall(r'name="([a-z_]+)"', form)) - {"csrfmiddlewaretoken"}


def test_the_disposition_page_offers_the_other_ends_folded_away(karin: Client, case: Case) -> None:
    html = text_of(karin, "disposition", case)
    folded = html.split('class="fold-out"')[1].split("</details>")[0]
    assert "Annat avslut" in folded
    assert [slug for slug in FIELDS if url("end-new", case, slug) in folded] == list(FIELDS)
    assert url("case-end", case) in text_of(karin, "case", case)


@pytest.mark.parametrize("slug", FIELDS)
def test_each_kind_asks_for_what_it_needs_and_nothing_else(karin: Client, case: Case, slug: str) -> None:
    html = karin.get(url("end-new", case, slug)).content.decode()
    assert {name for name in named(html) if not name.startswith(("draft", "page"))} == FIELDS[slug]


def test_an_address_of_no_kind_is_none(karin: Client, case: Case) -> None:
    assert karin.get(url("end-new", case, "closed")).status_code == 404


def test_from_the_proposal_to_the_confirmation_without_a_script(karin: Client, visit: Visit, case: Case) -> None:
    twice = make_report("per.holm").cases[0]
    answer = karin.post(
        url("end-new", twice, "duplicate"), {"duplicate_of": case.number, "reason": "Samma gripande"}, follow=True
    )
    assert answer.redirect_chain == [(url("case-end", twice), 302)]
    own = answer.content.decode()
    assert url("end-confirm", twice) not in own
    assert "En annan person i enheten bekräftar" in own

    omar = visit("omar.nyman")
    seen = text_of(omar, "case", twice)
    assert "Bekräfta eller avslå felregistreringen" in seen
    waiting = text_of(omar, "case-end", twice)
    for words in ("Felregistrerad / Dubblett: dubblett", "Samma gripande", case.number, "Karin Ek"):
        assert words in waiting
    done = omar.post(url("end-confirm", twice), follow=True)
    assert "Ärendet är avslutat och fristerna utgår" in done.content.decode()
    assert reread(twice).disposition == "void"
    assert f"Ärende {case.number} gäller i stället" in text_of(omar, "case", twice)


def test_a_transfer_from_the_proposal_to_the_receipt(karin: Client, case: Case) -> None:
    karin.post(
        url("end-new", case, "transferred"),
        {"municipality": "Ulricehamn", "recipient": "Ulla", "reason": "Bor där"},
    )
    assert url("end-acknowledge", case) in text_of(karin, "case-end", case)
    form = karin.get(url("end-acknowledge", case)).content.decode()
    assert 'value="Ulla"' in form
    # Pressed as if it were an error to confirm: the page leads to what is asked for.
    assert karin.post(url("end-confirm", case))["Location"] == url("end-acknowledge", case)
    assert reread(case).closed_at is None

    karin.post(
        url("end-acknowledge", case),
        {
            "acknowledged_at_date": "2026-11-13",
            "acknowledged_at_clock": "14.00",
            "acknowledged_at_fold": "",
            "acknowledged_by": "Ulla",
        },
    )
    assert reread(case).disposition == "transferred"
    assert "Överflyttad till annan kommun" in text_of(karin, "case", case)


def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(karin: Client, case: Case) -> None:
    answer = karin.post(
        url("end-new", case, "duplicate"), {"duplicate_of": "2026-000099-1", "reason": "Samma gripande"}
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Det finns inget sådant ärende" in html
    for typed in ("2026-000099-1", "Samma gripande"):
        assert typed in html


def test_the_one_who_proposed_it_meets_words_not_a_button(karin: Client, case: Case) -> None:
    propose(case)
    answer = karin.post(url("end-confirm", case))
    assert answer.status_code == 403
    assert "Du har själv föreslagit det" in answer.content.decode()
    assert reread(case).closed_at is None


def test_who_was_second_reads_who_was_first(visit: Visit, case: Case) -> None:
    propose(case)
    sara = visit("sara.lindh")
    confirm(case)
    answer = sara.post(url("end-confirm", case), follow=True)
    assert "redan bekräftat av Omar Nyman" in answer.content.decode()
    late = sara.post(url("end-refuse", case), {"reason": "Det var rätt barn"})
    assert late.status_code == 409
    assert "Det var rätt barn" in late.content.decode()


def test_while_it_waits_another_proposal_loses_and_keeps_its_text(visit: Visit, case: Case) -> None:
    propose(case)
    answer = visit("omar.nyman").post(url("end-new", case, "not-identified"), {"reason": "Ingen vet"})
    assert answer.status_code == 409
    assert "Ingen vet" in answer.content.decode()
    assert "Bekräfta eller avslå det innan" in text_of(visit("omar.nyman"), "disposition", case)


def test_refused_it_says_so_and_the_case_goes_on(visit: Visit, karin: Client, case: Case) -> None:
    propose(case)
    visit("sara.lindh").post(url("end-refuse", case), {"reason": "Det är rätt barn"})
    html = text_of(karin, "case-end", case)
    assert "Det är rätt barn" in html
    assert url("end-new", case, "duplicate") in html
    assert "Det är rätt barn" in text_of(karin, "case-timeline", case)


HIDING = ("case", "case-timeline", "case-documents", "contact", "case-end", "holds")


@pytest.mark.parametrize("name", HIDING)
def test_guardians_are_nowhere_while_the_child_may_be_the_wrong_one(karin: Client, case: Case, name: str) -> None:
    call(case, outcome="no_answer")
    assert MAJA in "".join(text_of(karin, page, case) for page in HIDING)
    propose(case)

    html = text_of(karin, name, case)

    assert MAJA not in html
    assert "070-174 06 05" not in html
    assert reverse("contact-tap", args=[case.pk, case.child.guardians.get().pk, "reached"]) not in html
    refuse_end(person("sara.lindh"), case.pk, reason="Rätt barn")
    assert MAJA in text_of(karin, "case", case)


def test_a_transfer_hides_nobody(karin: Client, case: Case) -> None:
    propose(case, "transferred")
    assert MAJA in text_of(karin, "case", case)


def test_the_liaison_is_told_not_to_contact_and_sees_no_guardian(visit: Visit, case: Case) -> None:
    per = visit("per.holm")
    assert MAJA in text_of(per, "case", case)
    propose(case)
    html = text_of(per, "case", case)
    assert MAJA not in html
    assert "Kontakta inte vårdnadshavare." in html
    assert "felregistrerad" not in html.lower()
    assert "Skälet till avslutet" not in html


def test_a_breach_of_a_doubted_case_names_no_guardian_either(visit: Visit, case: Case) -> None:
    call(case, outcome="no_answer")
    move(25 * 60 * MINUTE)
    sweep()
    sara, address = visit("sara.lindh"), reverse("breach-review", args=[case.breaches.get(kind="guardian_contact").pk])
    assert MAJA in sara.get(address).content.decode()
    propose(case)
    assert MAJA not in sara.get(address).content.decode()


def test_after_a_mistake_the_page_lists_who_saw_it_and_whom_they_called(
    karin: Client, visit: Visit, case: Case
) -> None:
    text_of(visit("sara.lindh"), "case", case)
    call(case, by="per.holm")
    hold(case)
    move(MINUTE)
    end(case)
    html = text_of(karin, "case-end", case)
    seers = html.split('id="seers"')[1].split("</section>")[0]
    assert [name for name in ("Sara Lindh", "Karin Ek", "Omar Nyman", "Per Holm") if name not in seers] == []
    called = html.split('id="called"')[1].split("</section>")[0]
    assert MAJA in called
    assert "Per Holm" in called
    assert "Beslut att avvakta kontakt gäller fortfarande" in called
    # Everywhere else the family stays hidden.
    assert MAJA not in text_of(karin, "case", case)


def test_a_case_that_goes_on_shows_no_traces(karin: Client, case: Case) -> None:
    call(case)
    propose(case)
    assert 'id="seers"' not in text_of(karin, "case-end", case)


def test_the_worklist_says_what_waits(karin: Client, visit: Visit, case: Case) -> None:
    protect(case)
    propose(case)
    assert "Bekräfta eller avslå felregistreringen" in visit("omar.nyman").get("/?view=all").content.decode()


def test_the_timeline_and_the_log_tell_of_proposal_and_end(karin: Client, case: Case) -> None:
    end(case, "transferred")
    timeline = text_of(karin, "case-timeline", case)
    for words in ("Föreslog avslut: Överflyttad till annan kommun", "Ulricehamn, Barn och unga, Ulricehamn"):
        assert words in timeline
    log = text_of(karin, "case-log", case)
    assert "Föreslog avslut" in log
    assert "Bekräfta avslut" in log
    assert "Överflyttad till annan kommun" in text_of(karin, "case-deadlines", case)
    assert state_of(case) == "exempt"


def test_the_picture_says_what_was_done_and_what_fell_away(karin: Client, case: Case) -> None:
    protect(case)
    end(case)
    html = text_of(karin, "case-process", case)
    words = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in html.split('<li class="step')[1:]]
    said = {title: next(row for row in words if title in row) for title in ("Omedelbar skyddsbedömning", "Avsluta")}
    assert "Klart" in said["Omedelbar skyddsbedömning"]
    assert "Utgick" in said["Avsluta"]
    assert "Inte nått hit än" not in html
    assert "två som var överens" in html


def test_everything_of_a_child_that_is_not_of_the_right_child_is_gone_from_its_history(
    karin: Client, case: Case
) -> None:
    later = make_report().cases[0]
    assert case.report.number in text_of(karin, "case", later)
    end(case)
    assert case.report.number not in text_of(karin, "case", later)
    assert EndProposal.objects.get().confirmed_at == clock.now()
    assert child()["given_name"] == "Albin"


@pytest.mark.parametrize("kind", ["void", "transferred"])
def test_while_an_end_waits_nothing_is_offered_that_would_be_refused(karin: Client, case: Case, kind: str) -> None:
    protect(case)
    call(case)
    offered = url("disposition", case)
    assert offered in text_of(karin, "case", case)

    propose(case, kind)
    page = text_of(karin, "case", case)
    assert offered not in page
    assert "Om utredning beslutas när det är bekräftat eller avslaget." in page
    assert (url("contact", case) in page) == (kind == "transferred")
    assert ("Ingen kontaktas till dess." in page) == (kind == "void")
    assert url("case-end", case) in page

    refuse_end(person("karin.ek"), case.pk, reason="Ångrat")
    assert offered in text_of(karin, "case", case)
