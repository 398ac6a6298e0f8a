"""The forms of the casework: what a right one does, that a wrong one keeps every word, and that a lost race does too."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from riskzon import clock
from riskzon.models import Assessment, Case, Contact, Hold, Investigation, Note, Supplement
from tests.acts import DAY, HOUR, both_parents, call, hold, move, parents, protect, reread, state_of, todos_of
from tests.factories import BEA, CASTOR, at, child, guardian, make_report, person
from workflows.verbs.disposition import dispose
from workflows.verbs.people import take, take_over
from workflows.views import form_page

WORDS = "Ringde två gånger, ingen svarade."


def moment(text: str, name: str = "at") -> dict[str, str]:
    """A moment as the form's two boxes send it: "2026-11-13 14.05"."""
    day, _space, time = text.partition(" ")
    return {f"{name}_date": day, f"{name}_clock": time, f"{name}_fold": ""}


def contact_fields(case: Case, name: str = "Maja", **fields: Any) -> dict[str, Any]:
    return {
        "guardian": str(parents(case)[name]),
        "outcome": "no_answer",
        "channel": "phone",
        "note": WORDS,
        **moment("2026-11-13 13.55"),
        **fields,
    }


@pytest.fixture
def send(karin) -> Callable[..., Any]:
    def sent(name: str, case: Case, fields: dict[str, Any], *args: Any, client: Any = karin) -> Any:
        return client.post(reverse(name, args=[case.pk, *args]), fields)

    return sent


def test_a_contact_is_saved_with_what_the_form_began_with(karin, send, new_case):
    case = new_case(occurred_at=clock.now() - HOUR)
    began = karin.get(reverse("contact", args=[case.pk])).context["form"]
    fields = contact_fields(case, outcome="reached", **moment("2026-11-13 14.00"))
    assert began["guardian"].value() == fields["guardian"]
    assert began["channel"].value() == "phone"
    assert began["at"].value() == clock.now()
    answer = send("contact", case, fields)
    assert answer["Location"] == reverse("case", args=[case.pk])
    assert Contact.objects.get(case=case).note == WORDS
    assert state_of(case) == "met"
    assert "Fristen är klar i tid." in karin.get(answer["Location"]).content.decode()


def test_the_next_guardian_is_the_one_preselected_once_the_first_is_reached(karin, new_case):
    case = new_case(children=[child(guardians=both_parents())])
    call(case, "Maja")
    began = karin.get(reverse("contact", args=[case.pk])).context["form"]
    assert began["guardian"].value() == str(parents(case)["Olle"])


def test_a_contact_registered_late_says_that_the_breach_stands(karin, send, new_case):
    case = new_case()
    move(DAY + HOUR)
    form = karin.get(reverse("contact", args=[case.pk])).content.decode()
    assert "men fristen står kvar som överskriden" in form
    answer = send("contact", case, contact_fields(case, outcome="reached", **moment("2026-11-14 10.00")))
    assert state_of(case) == "met_late"
    assert "Enhetschefen kan bekräfta" in karin.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"outcome": ""}, "outcome"),
        ({"at_clock": "25.70"}, "at"),
        ({"at_date": ""}, "at"),
        ({"at_date": "2026-11-14"}, "at"),
        ({"guardian": ""}, "guardian"),
        ({"guardian": "not-a-guardian"}, "guardian"),
        ({"channel": "pigeon"}, "channel"),
    ],
)
def test_a_wrong_contact_is_pointed_out_at_its_field_and_keeps_the_note(wrong, field, send, new_case):
    case = new_case()
    answer = send("contact", case, contact_fields(case) | wrong)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert WORDS in answer.content.decode()
    assert answer.content.decode().count("<title>Fel:") == 1
    assert not Contact.objects.exists()


def test_one_call_is_registered_for_siblings_who_share_the_guardian(karin, send, new_case):
    pia = guardian(name="Pia Provlund", identity_number="19820425-9264")
    case = new_case(children=[child(guardians=[pia])])
    sibling = new_case(children=[child(identity_number=CASTOR, given_name="Castor", guardians=[pia])])
    form = karin.get(reverse("contact", args=[case.pk])).content.decode()
    assert sibling.number in form
    send("contact", case, contact_fields(case, "Pia", outcome="reached", also_cases=[str(sibling.pk)]))
    assert Contact.objects.filter(case=sibling).count() == 1
    assert Contact.objects.values("call").distinct().count() == 1


def test_a_held_guardian_is_registered_only_when_they_called_themselves(send, new_case):
    case = new_case()
    hold(case)
    refused = send("contact", case, contact_fields(case, outcome="reached"))
    assert refused.status_code == 422
    assert "Kontakten ska avvaktas" in refused.content.decode()
    assert WORDS in refused.content.decode()
    kept = send("contact", case, contact_fields(case, outcome="reached", by_guardian="on"))
    assert kept.status_code == 302
    assert not Contact.objects.get(case=case).counts


@pytest.mark.parametrize("outcome", ["reached", "no_answer"])
def test_one_tap_registers_a_call_by_phone_now(outcome, karin, send, new_case):
    case = new_case()
    answer = send("contact-tap", case, {}, parents(case)["Maja"], outcome)
    assert answer["Location"] == reverse("case", args=[case.pk]) + "#family"
    made = Contact.objects.get(case=case)
    assert (made.outcome, made.channel, made.at) == (outcome, "phone", clock.now())


def test_one_tap_on_a_guardian_who_was_just_held_says_so_and_saves_nothing(karin, send, new_case):
    case = new_case()
    maja = parents(case)["Maja"]
    hold(case)
    answer = send("contact-tap", case, {}, maja, "reached")
    assert "Avvakta kontakt" in karin.get(answer["Location"]).content.decode()
    assert not Contact.objects.exists()


def test_only_two_answers_can_be_tapped(send, karin, new_case):
    case = new_case()
    maja = parents(case)["Maja"]
    assert send("contact-tap", case, {}, maja, "refused").status_code == 404
    assert karin.get(reverse("contact-tap", args=[case.pk, maja, "reached"])).status_code == 405


def test_a_guardian_of_another_child_cannot_be_tapped(send, new_case):
    case = new_case()
    other = new_case(
        children=[child(identity_number=BEA, guardians=[guardian(name="Eva Annan", phone="070-174 06 55")])]
    )
    assert send("contact-tap", case, {}, parents(other)["Eva"], "reached").status_code == 404


def test_an_assessment_is_saved_and_says_what_was_decided(karin, send, new_case):
    case = new_case()
    fields = {"outcome": "no_immediate_need", "note": "Talat med Albin.", **moment("2026-11-13 14.00")}
    answer = send("assessment", case, fields)
    assert "inget omedelbart skyddsbehov" in karin.get(answer["Location"]).content.decode()
    assert Assessment.objects.get(case=case).note == "Talat med Albin."


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"outcome": "reassess", "note": WORDS}, "reassess_at"),
        ({"outcome": "immediate_need", "note": ""}, "note"),
        ({"outcome": "reassess", "note": WORDS, **moment("2026-11-13 09.00", "reassess_at")}, "reassess_at"),
        ({"note": WORDS}, "outcome"),
    ],
)
def test_a_wrong_assessment_is_pointed_out_at_its_field_and_keeps_the_text(fields, field, send, new_case):
    answer = send("assessment", new_case(), {**moment("2026-11-13 14.00"), **fields})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert fields.get("note", "") in answer.content.decode()


def test_a_reassessment_leaves_the_step_open_until_it_is_made(karin, send, new_case):
    case = new_case()
    fields = {"outcome": "reassess", "note": WORDS, **moment("2026-11-13 14.00")}
    send("assessment", case, fields | moment("2026-11-13 18.00", "reassess_at"))
    assert "Gör ny skyddsbedömning" in karin.get(reverse("case", args=[case.pk])).content.decode()


def test_the_investigation_is_proposed_and_there_is_no_way_not_to_open_it(karin, send, new_case):
    case = new_case()
    form = karin.get(reverse("disposition", args=[case.pk])).context["form"]
    assert [code for code, _label in form.fields["disposition"].choices] == ["opened"]
    assert send("disposition", case, {"disposition": "opened"}).status_code == 302
    assert Investigation.objects.get().case_worker == person("karin.ek")


def test_a_running_investigation_is_proposed_for_linking(karin, send, new_case):
    first, second = new_case(), new_case()
    dispose(person("karin.ek"), first.pk, disposition="opened")
    form = karin.get(reverse("disposition", args=[second.pk])).context["form"]
    assert [code for code, _label in form.fields["disposition"].choices] == ["linked"]
    send("disposition", second, {"disposition": "linked"})
    assert reread(second).investigation_id == Investigation.objects.get().pk


def test_a_deviation_is_for_supervisors_and_needs_its_reason(visit, send, new_case):
    case = new_case()
    sara = visit("sara.lindh")
    choices = sara.get(reverse("disposition", args=[case.pk])).context["form"].fields["disposition"].choices
    assert [code for code, _label in choices] == ["opened", "deviation"]
    without = send("disposition", case, {"disposition": "deviation"}, client=sara)
    assert without.status_code == 422
    by_worker = send("disposition", case, {"disposition": "deviation", "reason": WORDS})
    assert by_worker.status_code == 403
    assert WORDS in by_worker.content.decode()
    assert send("disposition", case, {"disposition": "deviation", "reason": WORDS}, client=sara).status_code == 302
    assert reread(case).disposition == "deviation"


def test_whoever_decides_second_reads_what_happened_and_keeps_the_text(send, new_case):
    case = new_case()
    dispose(person("omar.nyman"), case.pk, disposition="opened")
    answer = send("disposition", case, {"disposition": "opened", "reason": WORDS})
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "Beslut är redan fattat: Utredning inledd." in shown
    assert "Inget är sparat." in shown
    assert WORDS in shown


def test_a_form_overtaken_by_an_investigation_elsewhere_offers_the_link_and_keeps_the_text(send, new_case):
    first, second = new_case(), new_case()
    dispose(person("omar.nyman"), first.pk, disposition="opened")
    answer = send("disposition", second, {"disposition": "opened", "reason": WORDS})
    assert answer.status_code == 409
    assert "En utredning pågår redan" in answer.content.decode()
    assert WORDS in answer.content.decode()
    assert [code for code, _label in answer.context["form"].fields["disposition"].choices] == ["linked"]


def test_a_right_that_is_gone_when_the_text_is_sent_does_not_take_the_text_with_it(visit, send, monkeypatch, new_case):
    case = new_case()
    at("2026-11-13T22:00:00+01:00")
    written = form_page.CaseFormPage.form

    def filled_in_over_night(page, request, opened):
        at("2026-11-16T09:00:00+01:00")
        take_over(person("karin.ek"), case.pk)
        return written(page, request, opened)

    monkeypatch.setattr(form_page.CaseFormPage, "form", filled_in_over_night)
    answer = send("case-note", case, {"text": WORDS}, client=visit("jour.vakt"))
    assert answer.status_code == 404
    assert WORDS in answer.content.decode()
    assert not Note.objects.exists()


def test_taking_a_case_second_says_who_was_first(karin, send, new_case):
    case = new_case()
    take(person("omar.nyman"), case.pk)
    answer = send("case-take", case, {"next": "/?view=all"})
    assert answer["Location"] == "/?view=all"
    assert "Ärendet har redan tagits av Omar Nyman." in karin.get(answer["Location"]).content.decode()


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org", "javascript:alert(1)"])
def test_taking_a_case_never_leads_to_another_site(elsewhere, send, new_case):
    case = new_case()
    assert send("case-take", case, {"next": elsewhere})["Location"] == reverse("case", args=[case.pk])


def test_a_case_is_assigned_handed_over_and_shared_with_a_liaison(karin, visit, send, new_case):
    case = new_case()
    form = karin.get(reverse("case-assign", args=[case.pk])).content.decode()
    assert "Omar Nyman (0 öppna ärenden)" in form
    send("case-assign", case, {"username": "omar.nyman"})
    assert reread(case).assignee == person("omar.nyman")
    send("case-liaison", case, {"username": "nadia.rask"})
    assert visit("nadia.rask").get(reverse("case", args=[case.pk])).status_code == 200
    empty = send("case-hand-over", case, {"unit": "utredning-norr", "note": ""})
    assert empty.status_code == 422
    moved = send("case-hand-over", case, {"unit": "utredning-norr", "note": WORDS})
    assert moved["Location"] == "/"
    assert karin.get(reverse("case", args=[case.pk])).status_code == 404
    assert Note.objects.get(case=case).text == WORDS


def test_a_hold_is_decided_renewed_and_ended_by_the_supervisor(visit, send, new_case):
    case = new_case()
    sara = visit("sara.lindh")
    fields = {"guardian": str(parents(case)["Maja"]), "code": "HOLD_HONOUR", "reason": WORDS}
    too_long = send("hold-new", case, fields | moment("2026-12-24 14.00", "until"), client=sara)
    assert too_long.status_code == 422
    assert "until" in too_long.context["form"].errors
    assert WORDS in too_long.content.decode()
    made = send("hold-new", case, fields | moment("2026-11-14 14.00", "until"), client=sara)
    assert made["Location"] == reverse("holds", args=[case.pk])
    first = Hold.objects.get()
    renew = {"reason": "Samrådet är på måndag.", **moment("2026-11-15 14.00", "until")}
    send("hold-renew", case, renew, first.pk, client=sara)
    second = Hold.objects.get(ended_at=None)
    assert second.renews == first
    send("hold-end", case, {"reason": "Åklagaren säger ja."}, second.pk, client=sara)
    assert not Hold.objects.filter(ended_at=None).exists()


def test_a_hold_decided_by_somebody_else_meanwhile_is_said_in_words_and_keeps_the_text(visit, send, new_case):
    case = new_case()
    hold(case)
    fields = {"guardian": str(parents(case)["Maja"]), "code": "HOLD_HONOUR", "reason": WORDS}
    answer = send("hold-new", case, fields | moment("2026-11-14 14.00", "until"), client=visit("sara.lindh"))
    assert answer.status_code == 409
    assert "Det finns redan ett beslut" in answer.content.decode()
    assert WORDS in answer.content.decode()


def test_what_the_duty_worker_decided_alone_is_confirmed_by_a_supervisor(visit, send, new_case):
    case = new_case()
    at("2026-11-13T22:00:00+01:00")
    duty = visit("jour.vakt")
    fields = {"guardian": str(parents(case)["Maja"]), "code": "HOLD_HONOUR", "reason": WORDS}
    send("hold-new", case, fields | moment("2026-11-14 20.00", "until"), client=duty)
    waiting = Hold.objects.get()
    at("2026-11-16T08:05:00+01:00")
    sara = visit("sara.lindh")
    assert "Väntar på bekräftelse" in sara.get(reverse("holds", args=[case.pk])).content.decode()
    send("hold-confirm", case, {}, waiting.pk, client=sara)
    assert Hold.objects.get().confirmed_by == person("sara.lindh")


def test_a_social_worker_reads_the_hold_but_decides_nothing(karin, send, new_case):
    case = new_case()
    made = hold(case)
    shown = karin.get(reverse("holds", args=[case.pk])).content.decode()
    assert "Samråd med åklagare" in shown
    assert reverse("hold-end", args=[case.pk, made.pk]) not in shown
    assert send("hold-end", case, {"reason": WORDS}, made.pk).status_code == 403
    assert karin.get(reverse("hold-new", args=[case.pk])).status_code == 403


def test_an_unknown_child_is_identified_and_the_clock_begins(karin, send, new_case):
    case = new_case(children=[{"approximate_age": 14, "description": "Röd jacka", "guardians": [guardian()]}])
    assert "Okänt barn, ungefär 14 år" in karin.get(reverse("case", args=[case.pk])).content.decode()
    wrong = send("child-identify", case, {"identity_number": "20100702-2394", "protected_identity": "none"})
    assert wrong.status_code == 422
    assert "20100702-2394" in wrong.content.decode()
    fields = {
        "identity_number": CASTOR,
        "given_name": "Castor",
        "family_name": "Provlund",
        "protected_identity": "none",
    }
    assert send("child-identify", case, fields).status_code == 302
    assert reread(case).child.birth_date.year == 2013
    assert state_of(case) == "running"


def test_an_unknown_child_who_is_known_after_all_keeps_the_known_ones_name(karin, send, new_case):
    known = new_case(children=[child(protected_identity="marked")])
    case = new_case(children=[{"approximate_age": 16, "description": "Blå mössa", "guardians": []}])
    fields = {"identity_number": "20100702-2393", "whereabouts": "Polishuset", "protected_identity": "none"}
    assert send("child-identify", case, fields).status_code == 302
    found = reread(case).child
    assert found == known.child
    assert (found.name, found.protected_identity, found.whereabouts) == ("Albin Fiktivsson", "marked", "Polishuset")


def test_a_number_that_belongs_to_another_child_is_a_conflict_that_keeps_the_form(send, new_case):
    new_case()
    case = new_case(children=[child(identity_number=BEA, given_name="Bea", guardians=[])])
    fields = {"identity_number": "20100702-2393", "whereabouts": "Polishuset", "protected_identity": "none"}
    answer = send("child-identify", case, fields)
    assert answer.status_code == 409
    assert "Polishuset" in answer.content.decode()


def test_a_guardian_is_added_corrected_and_written_off(karin, send, new_case):
    case = new_case(children=[child(guardians=[])])
    empty = send("guardian-new", case, {"relation": "mother", "language": "somaliska"})
    assert empty.status_code == 422
    assert "somaliska" in empty.content.decode()
    fields = {"name": "Maja Ny", "relation": "mother", "is_custodian": "", "phone": "070-174 06 07"}
    send("guardian-new", case, fields)
    maja = parents(case)["Maja"]
    assert todos_of(case) >= {"check_custody"}
    form = karin.get(reverse("guardian-edit", args=[case.pk, maja])).context["form"]
    assert form["phone"].value() == "070-174 06 07"
    send("guardian-edit", case, fields | {"is_custodian": "yes", "phone": "070-174 06 08"}, maja)
    assert "check_custody" not in todos_of(case)
    assert "070-174 06 08" in karin.get(reverse("case", args=[case.pk])).content.decode()
    send("guardian-write-off", case, {"reason": WORDS}, maja)
    assert "Söks inte längre" in karin.get(reverse("case", args=[case.pk])).content.decode()


def test_the_number_of_a_held_guardian_is_not_in_the_form_and_survives_it(karin, send, new_case):
    case = new_case()
    maja = parents(case)["Maja"]
    hold(case)
    form = karin.get(reverse("guardian-edit", args=[case.pk, maja]))
    assert "070-174 06 05" not in form.content.decode()
    send("guardian-edit", case, {"name": "Maja F", "relation": "mother", "is_custodian": "yes"}, maja)
    assert case.child.guardians.get().phone == "070-174 06 05"


def test_a_child_of_fifteen_is_marked_as_told(karin, send, new_case):
    case = new_case()
    send("child-informed", case, {"note": WORDS, **moment("2026-11-13 14.00")})
    assert "inform_child" not in todos_of(case)
    again = send("child-informed", case, {"note": WORDS, **moment("2026-11-13 14.00")})
    assert again.status_code == 409
    assert WORDS in again.content.decode()


def test_the_reporter_who_asks_is_told_one_true_fact(karin, send, new_case):
    case = new_case(reporter={"type": "police", "organisation": "Polisen"})
    send("feedback-request", case, {})
    assert reread(case).feedback_owed
    nothing = karin.get(reverse("feedback", args=[case.pk])).content.decode()
    assert "Beslut om utredning är inte fattat än" in nothing
    dispose(person("karin.ek"), case.pk, disposition="opened")
    form = karin.get(reverse("feedback", args=[case.pk])).context["form"]
    assert [code for code, _label in form.fields["fact"].choices] == ["opened"]
    send("feedback", case, {"fact": "opened"})
    assert not reread(case).feedback_owed


def test_a_note_and_a_supplement_are_saved_and_an_empty_one_is_not(karin, send, new_case):
    case = new_case()
    assert send("case-note", case, {"text": "   "}).status_code == 422
    send("case-note", case, {"text": WORDS})
    assert Note.objects.get().text == WORDS
    nothing = send("case-supplement", case, {"text": "", "released_to": "Farmor"})
    assert nothing.status_code == 422
    assert "Farmor" in nothing.content.decode()
    send("case-supplement", case, {"text": WORDS, **moment("2026-11-13 13.40", "released_at"), "released_to": "Farmor"})
    assert Supplement.objects.get().released_to == "Farmor"


def test_the_night_when_the_clock_goes_back_asks_which_time_is_meant(send, new_case):
    at("2026-10-25T12:00:00+01:00")
    case = make_report(occurred_at=clock.now() - 14 * HOUR, notified_at=clock.now() - 13 * HOUR).cases[0]
    answer = send("contact", case, contact_fields(case, outcome="reached", **moment("2026-10-25 02.30")))
    assert answer.status_code == 422
    assert "Den natten ställdes klockan tillbaka" in answer.content.decode()
    chosen = contact_fields(case, outcome="reached", **moment("2026-10-25 02.30")) | {"at_fold": "1"}
    assert send("contact", case, chosen).status_code == 302
    assert Contact.objects.get().at.isoformat() == "2026-10-25T01:30:00+00:00"


def test_a_form_without_its_own_key_is_refused(new_case):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person("karin.ek"))
    case = new_case()
    protect(case)
    assert strict.post(reverse("contact", args=[case.pk]), contact_fields(case)).status_code == 403
    assert not Contact.objects.exists()
