"""The liaison's own report: what was sent, how far it has come, and not one word more."""

import re

import pytest
from django.urls import reverse

from notifications.models import Message
from riskzon import clock
from riskzon.models import Contact
from tests.acts import DAY, HOUR, both_parents, call, hold, move, parents, protect, reread, state_of, told
from tests.factories import child, make_report, person
from workflows.sweep import sweep
from workflows.verbs.contacts import inform_child
from workflows.verbs.disposition import dispose
from workflows.verbs.notes import write_note
from workflows.verbs.people import take
from workflows.verbs.supplements import supplement

IN_FULL = ("case-timeline", "case-deadlines", "case-documents", "case-process", "case-log", "holds")
FOR_STAFF = (
    "assessment",
    "disposition",
    "feedback",
    "case-note",
    "child-identify",
    "guardian-new",
    "case-assign",
    "case-hand-over",
    "case-liaison",
    "hold-new",
)


@pytest.fixture
def per(visit):
    return visit("per.holm")


@pytest.fixture
def own():
    return make_report("per.holm", children=[child(guardians=both_parents(), summary="Lugn vid gripandet.")]).cases[0]


def shown_to(client, case) -> str:
    answer = client.get(reverse("case", args=[case.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def states(client, case) -> str:
    """The words of the three states, as they are read."""
    part = shown_to(client, case).split('class="rows states"')[1].split("</ul>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", part.split(">", 1)[1]).split())


def test_the_liaison_sees_what_was_sent_and_how_far_it_has_come(per, own):
    first = shown_to(per, own)
    assert "Albin Fiktivsson" in first
    assert "Lugn vid gripandet." in first
    assert "tel:0701740605" in first
    take(person("karin.ek"), own.pk)
    protect(own)
    call(own)
    state = states(per, own)
    assert state == "Mottagen i dag 14.00 Skyddsbedömd i dag 14.00 Vårdnadshavare nådd Nådd i tid i dag 14.00"
    assert "<dt>Har handläggare</dt><dd>Ja</dd>" in shown_to(per, own)


def test_before_anything_is_done_the_three_states_say_so_with_the_limit(per, own):
    assert states(per, own) == (
        "Mottagen i dag 14.00 Skyddsbedömd Nej Vårdnadshavare nådd Inte nådd än 24 tim 00 min kvar"
    )


def test_nothing_that_social_services_wrote_reaches_the_liaison(per, own):
    take(person("karin.ek"), own.pk)
    protect(own, note="HEMLIG BEDÖMNING")
    call(own, note="HEMLIGT SAMTAL")
    write_note(person("karin.ek"), own.pk, text="HEMLIG ANTECKNING")
    hold(own, "Olle", reason="HEMLIGT SKÄL")
    dispose(person("sara.lindh"), own.pk, disposition="deviation", reason="HEMLIGT AVSTEG")
    make_report(summary="HEMLIG TIDIGARE ANMÄLAN")
    move(DAY + HOUR)
    sweep()
    seen = shown_to(per, own)
    for secret in ("HEMLIG", "Karin", "Sara", "Samråd", "misstänks", "Om ingen gör", "tidigare anmäl", "Avsteg"):
        assert secret not in seen, secret


def test_a_hold_shows_the_liaison_only_that_nobody_is_to_be_called(per, own):
    hold(own)
    seen = shown_to(per, own)
    assert "Kontakta inte vårdnadshavare." in seen
    assert "070-174" not in seen
    assert "tel:" not in seen


@pytest.mark.parametrize("name", IN_FULL + FOR_STAFF)
def test_every_page_beside_the_reduced_one_is_closed_to_the_liaison(name, per, own):
    answer = per.get(reverse(name, args=[own.pk]))
    assert answer.status_code == 403
    assert "Albin" not in answer.content.decode()


def test_another_liaisons_report_does_not_exist(visit, own):
    for name in ("case", "contact", "case-supplement", *IN_FULL):
        assert visit("nadia.rask").get(reverse(name, args=[own.pk])).status_code == 404


def test_the_liaison_registers_the_contact_at_the_station_which_stops_the_clock(per, own):
    address = reverse("contact", args=[own.pk])
    page = per.get(address)
    assert "Maja Fiktivsson, mamma" in page.content.decode()
    now = clock.now()
    answer = per.post(
        address,
        {
            "guardian": str(parents(own)["Maja"]),
            "outcome": "reached",
            "channel": "visit",
            "at_date": "2026-11-13",
            "at_clock": "14.00",
            "at_fold": "",
            "note": "",
        },
    )
    assert answer["Location"] == reverse("case", args=[own.pk])
    assert Contact.objects.get().at == now
    assert state_of(own) == "met"
    assert "Kontakter som du har registrerat" in shown_to(per, own)


def test_the_liaisons_form_does_not_tell_of_siblings_or_who_has_been_reached(per, own):
    make_report(children=[child(identity_number="20130505-2399", given_name="Castor", guardians=both_parents())])
    call(own, "Maja")
    page = per.get(reverse("contact", args=[own.pk])).content.decode()
    assert "Castor" not in page
    assert "Maja Fiktivsson, mamma</label>" in page


def test_the_liaison_supplements_the_own_report(per, own):
    answer = per.post(reverse("case-supplement", args=[own.pk]), {"text": "Släppt 15.10 till farmor."})
    assert answer.status_code == 302
    assert own.report.supplements.get().by == person("per.holm")
    assert "Släppt 15.10 till farmor." in shown_to(per, own)


def test_the_release_is_kept_as_facts_and_whoever_has_the_case_is_told(per, own):
    take(person("karin.ek"), own.pk)
    form = {"text": "", "released_at_date": "2026-11-13", "released_at_clock": "13.40", "released_at_fold": ""}
    assert per.post(reverse("case-supplement", args=[own.pk]), {**form, "released_to": "Farmor"}).status_code == 302
    assert "Släppt fre 13 nov 2026 kl. 13.40. Lämnad till Farmor." in shown_to(per, own)
    assert told("report_supplemented", own) == {"karin.ek"}
    supplement(person("karin.ek"), own.report.number, text="HEMLIGT TILLÄGG")
    assert "HEMLIGT" not in shown_to(per, own)
    assert Message.objects.filter(kind="report_supplemented").count() == 1


def test_what_is_added_to_a_closed_case_reaches_whoever_investigates_or_leads(per, own):
    lina = person("lina.dahl")
    protect(own)
    call(own)
    call(own, "Olle")
    inform_child(person("karin.ek"), own.pk, at=clock.now())
    dispose(person("karin.ek"), own.pk, disposition="opened")
    assert not reread(own).is_open
    own.child.investigations.update(case_worker=lina)
    supplement(person("per.holm"), own.report.number, text="Väskan ligger kvar.")
    assert told("report_supplemented", own) == {"lina.dahl"}
    own.child.investigations.update(closed_at=clock.now())
    supplement(person("per.holm"), own.report.number, text="Den är hämtad.")
    assert told("report_supplemented", own) == {"lina.dahl", "sara.lindh"}
