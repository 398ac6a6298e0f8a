"""Who a child with a protected identity is, is read by nobody who has not said why; by those on the short list, for a while."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from riskzon.errors import Conflict, Forbidden, Invalid
from riskzon.models import AuditAction, AuditEntry, Case, Investigation, Reveal
from riskzon.veil import LASTS
from tests.acts import MINUTE, TICK, move, refuses, update
from tests.api.caller import Caller
from tests.factories import ELSA, child, make_report, person
from tests.workflows.pages.girl_in_hiding import case, found_in
from workflows.verbs.people import assign, take
from workflows.verbs.reveal import reveal

__all__ = ["case"]

#: Pages that do without; every other page of the case asks first.
WITHOUT = (
    *("case", "case-deadlines", "case-process", "case-log", "case-access", "case-assign", "case-hand-over"),
    "case-conflict",
)
ASKING = (
    *("case-timeline", "case-documents", "contact", "assessment", "disposition", "case-end", "case-note", "holds"),
    *("case-supplement", "case-times", "child-identify", "child-informed", "guardian-new", "investigation", "feedback"),
    *("case-disclosures", "disclosure-new", "case-as-liaison", "investigation-plan", "investigation-told"),
)


def shown(client: Client, case: Case, name: str = "case") -> str:
    answer = client.get(reverse(name, args=[case.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def asks(client: Client, case: Case, **said: str) -> object:
    return client.post(reverse("case-reveal", args=[case.pk]), {"why": "contact", **said})


@pytest.mark.parametrize("name", WITHOUT)
@pytest.mark.parametrize("who", ["karin.ek", "omar.nyman", "sara.lindh"])
def test_pages_that_do_without_name_nobody(name, who, case, visit):
    answer = visit(who).get(reverse(name, args=[case.pk]))
    assert answer.status_code == 200
    assert found_in(answer) == []
    assert case.number in answer.content.decode()


@pytest.mark.parametrize("name", ASKING)
def test_every_other_page_asks_why_first_and_is_gone_on_to(name, case, karin):
    page = reverse(name, args=[case.pk])
    asked = karin.get(page)
    question = reverse("case-reveal", args=[case.pk])
    assert (asked.status_code, asked["Location"]) == (302, f"{question}?next={page}")
    assert found_in(karin.get(asked["Location"])) == []
    assert asks(karin, case, next=page)["Location"] == page
    assert karin.get(page).status_code == 200


def test_whoever_says_why_sees_it_in_every_case_of_the_child_for_a_quarter_of_an_hour(case, karin):
    later = make_report("karin.ek", children=[child(identity_number=ELSA, guardians=[])]).cases[0]
    take(person("karin.ek"), later.pk)
    asks(karin, case)
    assert "Kanariella Kanariesson" in shown(karin, case)
    assert "070-174 06 41" in shown(karin, case)
    assert "Kanariebror Kanariesson" in shown(karin, case)
    assert "Kanariella Kanariesson" in shown(karin, later)
    move(LASTS - TICK)
    assert "Kanariella" in shown(karin, case)
    move(TICK)
    assert "Kanariella" not in shown(karin, case)


def test_it_is_shown_to_nobody_else(case, karin, visit):
    asks(karin, case)
    assert "Kanariella" not in shown(visit("sara.lindh"), case)


def test_it_stays_hidden_from_whoever_gives_no_reason(case, karin):
    for said in ({"why": ""}, {"why": "nyfiken"}, {"why": "other", "reason": "  "}):
        answer = asks(karin, case, **said)
        assert answer.status_code == 422
    assert "Kanariella" not in shown(karin, case)
    assert not Reveal.objects.exists()


def test_the_log_says_who_saw_it_and_why(case, karin, visit):
    asks(karin, case, why="other", reason="Polisen står här.")
    entry = AuditEntry.objects.get(case=case, action=AuditAction.REVEAL)
    assert (entry.actor.username, entry.what, entry.detail["why"]) == ("karin.ek", "reveal", "other")
    sara = visit("sara.lindh")
    log = shown(sara, case, "case-log")
    assert "Visade skyddade uppgifter" in log
    # Own words may name her: they are read by whoever has had her shown.
    assert "Polisen står här." not in log
    asks(sara, case)
    assert "Polisen står här." in shown(sara, case, "case-log")


def test_a_colleague_of_the_unit_takes_the_case_first(case, visit):
    omar = visit("omar.nyman")
    assert "Ta ärendet först" in omar.get(reverse("case-reveal", args=[case.pk])).content.decode()
    assert asks(omar, case).status_code == 403
    assert "Kanariella" not in shown(omar, case)
    assign(person("omar.nyman"), case.pk, username="omar.nyman")
    asks(omar, case)
    assert "Kanariella" in shown(omar, case)


def test_whoever_gives_the_case_away_sees_it_no_more(case, karin):
    asks(karin, case)
    Investigation.objects.update(case_worker=person("omar.nyman"))
    assign(person("karin.ek"), case.pk, username="omar.nyman")
    assert "Kanariella" not in shown(karin, case)


@pytest.mark.parametrize("who", ["maria.oberg", "stina.berg", "it.admin", "lars.wik", "butik.city", "jonas.falk"])
def test_others_find_no_such_case(who, case, visit):
    assert asks(visit(who), case).status_code == 404
    assert not Reveal.objects.exists()


def test_the_liaison_who_registered_it_sees_a_number_and_cannot_have_it_shown(case, visit):
    per = visit("per.holm")
    for path in (
        reverse("case", args=[case.pk]),
        reverse("contact", args=[case.pk]),
        reverse("report-receipt", args=[case.report.number]),
        f"{reverse('report-form', args=['arrest'])}?after={case.report.number}",
    ):
        answer = per.get(path)
        assert answer.status_code == 200, path
        own = {"Kanariebror", "Kanariesson", "Kanarieskolan", "Kanariepappa"}  # the brother's, and the reporter
        assert set(found_in(answer)) <= own, path
    assert asks(per, case).status_code == 403
    called = per.get(reverse("liaison-reports")).content.decode()
    assert "Barn med skyddade personuppgifter" in called
    assert "Kanariella" not in called
    for typed, count in (("Kanariella", 0), ("Kanariebror", 1)):
        found = Caller("per.holm").post("/cases/search", {"q": typed}).json()["results"]
        assert len(found) == count


def test_no_search_for_a_name_finds_it_and_the_number_of_the_child_does(case, karin):
    for typed in ("Kanariella", "Kanariesson Kanariella"):
        answer = karin.post(reverse("search"), {"q": typed})
        assert case.number not in answer.content.decode()
    answer = karin.post(reverse("search"), {"q": ELSA})
    assert case.number in answer.content.decode()
    assert "Kanariella" not in answer.content.decode()


def test_what_was_filled_in_when_the_time_ran_out_is_taken(case, karin):
    asks(karin, case)
    karin.get(reverse("case-note", args=[case.pk]))
    move(LASTS)
    assert karin.post(reverse("case-note", args=[case.pk]), {"text": "Skrivet i tid"}).status_code == 302
    assert case.notes.filter(text="Skrivet i tid").exists()


def test_what_was_filled_in_wrong_then_comes_back_without_a_word_of_the_child(case, karin):
    asks(karin, case)
    move(LASTS)
    answer = karin.post(reverse("assessment", args=[case.pk]), {"note": "Det jag skrev", "outcome": ""})
    assert answer.status_code == 409
    assert "Det jag skrev" in answer.content.decode()
    assert found_in(answer) == []


def test_the_page_says_until_when_and_asks_about_siblings_and_the_safe_guardian(case, karin):
    assert "Se över om syskonen och den trygga vårdnadshavaren" in shown(karin, case)
    asks(karin, case)
    assert "Uppgifterna visas för dig till 14.15" in shown(karin, case)
    brother = case.report.cases.get(ordinal=2)
    assert "Ett syskon har skyddade personuppgifter" in shown(karin, brother)


def test_no_page_of_the_brother_tells_of_her(case, karin):
    brother = case.report.cases.get(ordinal=2)
    for name in ("case", "case-timeline", "case-documents", "contact"):
        assert "Kanariella" not in shown(karin, brother, name)


def test_no_list_tells_of_her(case, visit):
    for who, names in {
        "karin.ek": ("worklist", "investigations"),
        "sara.lindh": ("worklist", "board", "waiting", "since", "disclosures", "investigations", "inbox"),
        "maria.oberg": ("board", "waiting", "since", "breaches", "statistics"),
    }.items():
        client = visit(who)
        for name in names:
            answer = client.get(reverse(name))
            assert answer.status_code == 200, name
            hers = set(found_in(answer)) - {"Kanariebror", "Kanariesson"}
            assert hers == set(), name


def test_only_a_page_of_the_same_case_is_gone_on_to(case, karin):
    for strange in ("https://example.org/", "//example.org", "/accounts/", "/cases/\\example.org"):
        assert asks(karin, case, next=strange)["Location"] == reverse("case", args=[case.pk])


def test_the_api_tells_it_to_whoever_has_said_why(case):
    karin = Caller("karin.ek")
    for path in (f"/cases/{case.pk}", "/cases", f"/reports/{case.report.number}"):
        hers = set(found_in(karin.get(path))) - {"Kanariebror", "Kanariesson", "Kanariemamma", "Kanariepappa"}
        assert hers <= {"070-174 06 41", "070-174 06 42"}, path  # in the brother's case
    assert karin.get(f"/cases/{case.pk}/disclosures").status_code == 403
    told = karin.post(f"/cases/{case.pk}/reveal", {"why": "contact"})
    assert (told.status_code, told.json()["child"]["name"]) == (200, "Kanariella Kanariesson")
    assert karin.get(f"/cases/{case.pk}").json()["guardians"][0]["phone"] == "070-174 06 41"


def test_of_the_guardians_the_api_tells_ids_and_relations_so_that_a_contact_can_be_written(case):
    told = Caller("karin.ek").get(f"/cases/{case.pk}")
    assert found_in(told) == []
    assert [(one["relation"], one["name"], one["phone"]) for one in told.json()["guardians"]] == [
        ("mother", "", None),
        ("father", "", None),
        ("other", "", None),
    ]


def test_the_verb_refuses_what_the_page_does(case):
    with pytest.raises(Forbidden):
        reveal(person("omar.nyman"), case.pk, why="contact")
    with pytest.raises(Invalid):
        reveal(person("karin.ek"), case.pk, why="other")
    with pytest.raises(Conflict):
        reveal(person("karin.ek"), case.report.cases.get(ordinal=2).pk, why="contact")


def test_what_was_shown_is_kept(case, karin):
    asks(karin, case)
    move(timedelta(hours=1) + MINUTE)
    refuses(lambda: update("riskzon_reveal", "why = 'write'"), "rows are kept")
