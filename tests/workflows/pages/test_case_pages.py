"""What the pages of one case show, to whom, and that everybody else meets the same 404."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from riskzon.granting import block
from riskzon.models import AuditAction, AuditEntry
from tests.acts import DAY, HOUR, both_parents, call, hold, move, parents, protect
from tests.factories import BEA, at, child, guardian, person
from workflows.sweep import sweep
from workflows.verbs.disposition import dispose
from workflows.verbs.notes import write_note
from workflows.verbs.people import take
from workflows.verbs.reveal import reveal

PAGES = ("case", "case-timeline", "case-deadlines", "case-documents", "case-process", "case-log", "holds")
FORMS = (
    "contact",
    "assessment",
    "disposition",
    "feedback",
    "case-note",
    "case-supplement",
    "case-times",
    "child-identify",
    "child-informed",
    "guardian-new",
    "case-assign",
    "case-hand-over",
    "case-liaison",
)
LEAD_FORMS = ("hold-new", "guardian-none")
NO_CASES = ("maria.oberg", "stina.berg", "lars.wik", "it.admin", "butik.city", "lina.dahl", "jonas.falk")


def page_of(client, name, case, *args):
    return client.get(reverse(name, args=[case.pk, *args]))


def text_of(client, name, case, *args) -> str:
    answer = page_of(client, name, case, *args)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("name", PAGES + FORMS)
def test_every_page_of_a_case_opens_for_its_social_worker(name, karin, new_case):
    case = new_case()
    assert case.number in text_of(karin, name, case)


@pytest.mark.parametrize("name", PAGES + FORMS + LEAD_FORMS)
def test_every_page_of_a_case_opens_for_its_supervisor(name, visit, new_case):
    assert page_of(visit("sara.lindh"), name, new_case()).status_code == 200


@pytest.mark.parametrize("username", NO_CASES)
def test_a_stranger_meets_the_same_404_for_a_case_and_for_none(username, visit, new_case):
    case = new_case()
    stranger = visit(username)
    for name in PAGES + FORMS:
        found = page_of(stranger, name, case)
        missing = stranger.get(reverse(name, args=["00000000-0000-4000-8000-000000000000"]))
        assert (found.status_code, missing.status_code) == (404, 404), name
        assert "Albin" not in found.content.decode()


@pytest.mark.parametrize("name", PAGES + FORMS)
def test_nobody_reads_a_case_without_logging_in(name, client, new_case):
    answer = page_of(client, name, new_case())
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/?next=")


def test_socialjouren_opens_the_case_while_the_unit_is_closed_and_not_after(visit, new_case):
    case = new_case()
    duty = visit("jour.vakt")
    assert page_of(duty, "case", case).status_code == 404
    at("2026-11-13T22:00:00+01:00")
    assert "Gör skyddsbedömning" in text_of(duty, "case", case)
    assert page_of(duty, "disposition", case).status_code == 403


def test_every_opening_is_written_with_who_why_and_which_page(karin, new_case):
    case = new_case()
    for name in PAGES:
        page_of(karin, name, case)
    opened = AuditEntry.objects.filter(case=case, action=AuditAction.OPEN).order_by("id")
    assert [row.what for row in opened] == [
        "case",
        "case.timeline",
        "case.deadlines",
        "case.documents",
        "case.process",
        "case.log",
        "hold",
    ]
    assert {(row.actor.username, row.ground) for row in opened} == {("karin.ek", "unit")}


def test_the_log_shows_who_has_looked_in_which_role_and_why_they_could(karin, visit, new_case):
    case = new_case()
    page_of(visit("sara.lindh"), "case", case)
    log = text_of(karin, "case-log", case)
    assert "Sara Lindh" in log
    assert "Enhetschef" in log
    assert "Leder enheten" in log


def test_the_next_step_is_written_out_with_one_main_button(karin, new_case):
    case = new_case(children=[child(guardians=both_parents())])
    for done, step, button in (
        (None, "Gör skyddsbedömning", "assessment"),
        (lambda: protect(case), "Nå en vårdnadshavare", "contact"),
        (lambda: call(case), "Informera barnet, som har fyllt 15", "child-informed"),
    ):
        if done:
            done()
        shown = text_of(karin, "case", case)
        strip = shown.split('id="next-step"')[1].split("</h2>")[0]
        assert step in strip
        bar = shown.split('class="identity"')[1].split('<section class="next"')[0]
        assert bar.count('data-variant="primary"') == 1
        assert reverse(button, args=[case.pk]) in bar


def test_a_passed_limit_acute_risk_and_protected_identity_stand_on_top(karin, new_case):
    case = new_case(acute_risk=True, children=[child(protected_identity="marked")])
    move(DAY + HOUR)
    sweep()
    take(person("karin.ek"), case.pk)
    reveal(person("karin.ek"), case.pk, why="contact")
    top = text_of(karin, "case-timeline", case).split('<section class="next"')[0]
    assert "Akut risk" in top
    assert "Sekretessmarkering" in top
    assert "Skyddade personuppgifter" in top
    assert "Överskriden: Kontakt med vårdnadshavare eller beslut att avvakta" in top


def test_a_held_guardian_has_no_number_no_link_and_no_button_on_any_page(karin, new_case):
    case = new_case(children=[child(guardians=both_parents())])
    hold(case, "Olle")
    for name in PAGES:
        shown = text_of(karin, name, case)
        assert "070-174 06 06" not in shown, name
        assert "tel:0701740606" not in shown, name
    overview = text_of(karin, "case", case)
    assert "tel:0701740605" in overview
    ids = parents(case)
    assert reverse("contact-tap", args=[case.pk, ids["Maja"], "reached"]) in overview
    assert reverse("contact-tap", args=[case.pk, ids["Olle"], "reached"]) not in overview
    assert "Avvakta kontakt med Olle Fiktivsson" in overview


def test_a_hold_asked_for_with_the_report_hides_every_number_until_somebody_has_decided(karin, new_case):
    case = new_case(
        contact_caution={
            "code": "HOLD_HONOUR",
            "note": "Ring inte hem.",
            "until": at("2026-11-13T14:00:00+01:00") + DAY,
        },
    )
    overview = text_of(karin, "case", case)
    assert "tel:" not in overview
    assert "Avvakta kontakt med alla vårdnadshavare" in overview
    assert "070-174 06 05" not in text_of(karin, "case-documents", case)


def test_guardians_are_gone_from_every_page_on_the_eighteenth_birthday(karin, new_case):
    case = new_case(children=[child(identity_number=BEA, given_name="Bea", family_name="Testgren")])
    at("2027-06-08T00:00:00+02:00")
    for name in (*PAGES, "contact"):
        shown = text_of(karin, name, case)
        assert "Maja" not in shown, name
    assert "har fyllt 18" in text_of(karin, "case", case)


def test_what_was_written_can_be_copied_as_text_with_and_without_a_script(karin, new_case):
    case = new_case()
    move(timedelta(minutes=5))
    write_note(person("karin.ek"), case.pk, text="Talade med skolan.")
    documents = text_of(karin, "case-documents", case)
    block = documents.split("<pre")[1].split("</pre>")[0]
    assert "Talade med skolan." in block
    assert "Karin Ek" in block
    assert 'data-copy="' in documents
    assert "Talade med skolan." in text_of(karin, "case-timeline", case).split("<pre")[1]


def test_the_deadlines_page_tells_rule_ground_history_and_who_is_told_if_nobody_acts(karin, new_case):
    case = new_case()
    move(timedelta(hours=21))
    sweep()
    shown = text_of(karin, "case-deadlines", case)
    assert "24 timmar från gripandet" in shown
    assert "Socialtjänstgaranti (Strategi 5)" in shown
    assert "Om ingen gör något" in shown
    assert "Påminnelse: meddelat" in shown
    assert "Maria Öberg" in shown


def test_the_process_is_a_picture_with_words_and_a_list_beside_it(karin, new_case):
    case = new_case()
    protect(case)
    shown = text_of(karin, "case-process", case)
    picture = shown.split('<svg class="process"')[1].split("</svg>")[0]
    assert 'role="img"' in picture
    assert "Omedelbar skyddsbedömning: Klart" in picture
    assert "Kontakta vårdnadshavare: Pågår" in picture
    assert "Avsluta: Inte nått hit än" in picture
    assert "Behövs bara om anmälaren ber om det" in shown.split("Samma sak i ord")[1]


def test_the_whole_report_is_shown_only_where_every_child_of_it_may_be_seen(karin, new_case):
    together = [child(guardians=[]), child(identity_number=BEA, given_name="Bea", guardians=[])]
    case = new_case(summary="Två syskon sågs i parken.", children=together)
    assert "Två syskon sågs i parken." in text_of(karin, "case-documents", case)
    beside = case.report.cases.exclude(pk=case.pk).get()
    block(person("karin.ek"), beside, by=person("sara.lindh"), reason="jäv", now=beside.registered_at)
    assert "Två syskon sågs i parken." not in text_of(karin, "case-documents", case)


def test_a_closed_case_says_so_and_offers_only_what_can_still_be_added(karin, new_case):
    case = new_case(
        kind="concern", children=[child(identity_number="", birth_date=date(2015, 5, 1), guardians=[guardian()])]
    )
    protect(case)
    call(case)
    dispose(person("sara.lindh"), case.pk, disposition="deviation", reason="Familjen har redan stöd.")
    shown = text_of(karin, "case", case)
    assert "Inget, ärendet är avslutat" in shown
    assert reverse("case-note", args=[case.pk]) in shown
    assert reverse("contact", args=[case.pk]) not in shown


def test_whoever_has_reached_everybody_is_only_asked_to_tell_the_child(karin, new_case):
    case = new_case(children=[child(guardians=both_parents())])
    call(case)
    assert "Kontakta vårdnadshavare" in {step["title"] for step in page_of(karin, "case", case).context["waiting"]}
    call(case, "Olle")
    context = page_of(karin, "case", case).context
    assert "Kontakta vårdnadshavare" not in {step["title"] for step in context["waiting"]}
    assert "Informera barnet, som har fyllt 15" in [str(todo["step"].text) for todo in context["todos"]]


def test_two_holds_that_passed_their_review_together_are_one_warning(visit, new_case):
    case = new_case(children=[child(guardians=both_parents())])
    hold(case, "Maja")
    hold(case, "Olle")
    move(2 * DAY)
    sweep()
    text = text_of(visit("sara.lindh"), "case", case)
    assert text.count("Överskriden: Ompröva avvakta kontakt") == 1
    assert "Överskriden: Ompröva avvakta kontakt (2)" in text


def test_what_is_still_to_be_done_stands_first_among_the_limits(visit, new_case):
    case = new_case(children=[child(guardians=both_parents())])
    protect(case)
    hold(case, "Maja")
    rows = [clock["row"] for clock in page_of(visit("sara.lindh"), "case-deadlines", case).context["clocks"]]
    open_first = [row.settled_at is not None for row in rows]
    assert open_first == sorted(open_first)
    assert [row.due_at for row in rows if row.settled_at is None] == sorted(
        row.due_at for row in rows if row.settled_at is None
    )
    assert rows[-1].kind == "protective_assessment"
