"""Registering through the forms: what is asked, what is refused, and that no word is ever lost."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from riskzon.models import AdultNote, Case, Guardian, Hold, Report
from tests.factories import ALBIN, BEA, CASTOR, at
from tests.workflows.intake_pages.conftest import Fields, Paper
from workflows.models import Breach, Deadline, Kind

Blank = Callable[..., Paper]


def an_arrest(paper: Blank, who: str = "per.holm") -> Paper:
    """An arrest that only waits for the button."""
    return paper(who, "arrest").fill(
        occurred_at_date="2026-11-13",
        occurred_at_clock="13.20",
        child_0_identity_number=ALBIN,
        child_0_given_name="Albin",
        child_0_family_name="Fiktivsson",
        child_0_whereabouts="Polishuset",
        child_0_summary="Stöld i butik.",
        child_0_guardian_0_name="Maja Fiktivsson",
        child_0_guardian_0_phone="070-174 06 05",
    )


def test_an_arrest_needs_only_the_time_and_the_child(paper: Blank) -> None:
    sheet = paper("per.holm", "arrest").fill(occurred_at_clock="13.20", child_0_identity_number=ALBIN)
    answer = sheet.press()
    report = Report.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/reports/{report.number}/receipt/")
    assert report.occurred_at == datetime(2026, 11, 13, 12, 20, tzinfo=UTC)
    assert (report.kind, report.channel, report.reporter_type) == ("arrest", "protocol", "police")
    assert Case.objects.get().child.identity_number == "201007022393"
    assert Guardian.objects.count() == 0


def test_everything_typed_reaches_the_report(paper: Blank) -> None:
    sheet = an_arrest(paper).fill(
        acute_risk="on",
        child_0_protected_identity="marked",
        child_0_home_municipality="Borås",
        child_0_seized_by="anyone",
        child_0_offence="Stöld",
        child_0_guardian_0_is_custodian="yes",
        child_0_guardian_0_language="Somaliska",
        child_0_guardian_0_interpreter="on",
    )
    assert sheet.press().status_code == 302
    case = Case.objects.select_related("report", "child").get()
    guardian = Guardian.objects.get()
    assert case.report.acute_risk
    assert (case.child.whereabouts, case.child.home_municipality) == ("Polishuset", "Borås")
    assert case.child.protected_identity == "marked"
    assert case.summary == (
        "Stöld i butik.\nGripen av: Någon annan (envarsgripande)\nMisstänkt brott, rubricering: Stöld"
    )
    assert (guardian.name, guardian.phone, guardian.language) == ("Maja Fiktivsson", "070-174 06 05", "Somaliska")
    assert guardian.interpreter
    assert guardian.guardianships.get().is_custodian is True


def test_what_is_stored_is_swedish_whatever_the_language_of_the_page(paper: Blank) -> None:
    sheet = an_arrest(paper).fill(child_0_stage="released")
    sheet.client.cookies["django_language"] = "en"
    sheet.press()
    assert Case.objects.get().summary == "Stöld i butik.\nLäget nu: Släppt"


def test_double_click_gives_one_report_and_the_same_receipt(paper: Blank) -> None:
    sheet = an_arrest(paper)
    at("2026-11-13T14:00:10+01:00")
    first = sheet.press()
    at("2026-11-13T14:00:11+01:00")
    second = sheet.press()
    assert first["Location"] == second["Location"]
    assert Report.objects.count() == 1


def test_a_form_sent_again_with_other_words_is_told_so_and_keeps_them(paper: Blank) -> None:
    sheet = an_arrest(paper)
    sheet.press()
    number = Report.objects.get().number
    answer = sheet.fill(child_0_summary="Stöld och rån.").press()
    assert answer.status_code == 409
    assert Report.objects.count() == 1
    assert sheet["child_0_summary"] == "Stöld och rån."
    assert f'href="/reports/{number}/receipt/"' in sheet.text


def test_nothing_typed_is_lost_when_something_is_wrong(paper: Blank) -> None:
    sheet = an_arrest(paper).fill(
        child_0_identity_number="20100702-2394",
        child_0_description="Röd jacka",
        child_0_approximate_age="16",
        child_0_offence="Stöld",
        child_0_guardian_0_identity_number="not a number",
        caution_code="HOLD_HONOUR",
        caution_note="Farmor får inte veta.",
        reporter_name="Inspektör Test",
        summary="Tre personer greps.",
    )
    sent = dict(sheet.fields)
    answer = sheet.press()
    assert answer.status_code == 422
    assert _typed(sheet.fields) == _typed(sent)
    assert Report.objects.count() == 0
    assert "<title>Fel: " in sheet.text
    assert "Personnummer, samordningsnummer eller reservnummer: Kontrollsiffran stämmer inte." in sheet.text
    assert 'href="#id_child-0-identity_number"' in sheet.text
    assert "Personnummer, vårdnadshavare 1: " in sheet.text


def _typed(fields: Fields) -> Fields:
    """All but the token of the session, which each page draws anew, and the second at which the draft was signed."""
    typed = {name: values for name, values in fields.items() if name != "csrfmiddlewaretoken"}
    return typed | {"draft": [one.partition(":")[0] for one in typed["draft"]]}


def test_folded_parts_stand_open_where_something_is_written_or_wrong(paper: Blank) -> None:
    sheet = an_arrest(paper)
    assert sheet.text.count('<details class="more" open>') == 0
    sheet.fill(child_0_description="Röd jacka", caution_note="Säg inget").press("add-child")
    assert sheet.text.count('<details class="more" open>') == 2


def test_several_children_get_a_case_each_with_its_own_text_and_guardians(paper: Blank) -> None:
    sheet = an_arrest(paper)
    sheet.press("add-child")
    assert sheet.response.status_code == 200
    assert sheet["child_0_summary"] == "Stöld i butik."
    assert sheet["child_1_whereabouts"] == "Polishuset"
    sheet.fill(child_1_identity_number=BEA, child_1_given_name="Bea", child_1_summary="Stod vakt.")
    sheet.press("add-guardian:1")
    sheet.fill(child_1_guardian_0_name="Ola Testgren", child_1_guardian_1_name="Pia Testgren")
    assert sheet.press().status_code == 302
    first, second = Case.objects.order_by("ordinal")
    assert (first.summary, second.summary) == ("Stöld i butik.", "Stod vakt.")
    assert [one.name for one in first.child.guardians.all()] == ["Maja Fiktivsson"]
    assert sorted(one.name for one in second.child.guardians.all()) == ["Ola Testgren", "Pia Testgren"]
    assert Report.objects.count() == 1


def test_adding_asks_nothing_and_says_nothing_is_wrong(paper: Blank) -> None:
    sheet = paper("per.holm", "arrest")
    sheet.press("add-child")
    assert "ds-validation-message" not in sheet.text
    assert "Fel: " not in sheet.text
    assert "autofocus" in sheet.text


def test_a_child_or_a_guardian_can_be_taken_away_and_the_rest_stays(paper: Blank) -> None:
    sheet = an_arrest(paper)
    sheet.press("add-child")
    sheet.fill(child_1_identity_number=BEA, child_1_guardian_0_name="Ola Testgren")
    sheet.press("remove-child:0")
    assert sheet.fields["child"] == ["1"]
    sheet.press("remove-guardian:1:0")
    assert "child-1-guardian" not in sheet.fields
    assert sheet["occurred_at_clock"] == "13.20"
    assert sheet.press().status_code == 302
    assert Case.objects.get().child.identity_number == "200906082383"
    assert Guardian.objects.count() == 0


def test_the_last_child_cannot_be_taken_away(paper: Blank) -> None:
    sheet = an_arrest(paper)
    sheet.press("remove-child:0")
    assert sheet["child_0_given_name"] == "Albin"


def test_the_same_child_twice_is_pointed_out_at_the_second(paper: Blank) -> None:
    sheet = an_arrest(paper)
    sheet.press("add-child")
    sheet.fill(child_1_identity_number=ALBIN)
    assert sheet.press().status_code == 422
    assert "barn 2: Barnet finns redan i anmälan." in sheet.text
    assert 'href="#id_child-1-identity_number"' in sheet.text


def test_a_child_may_be_known_by_its_birth_date_or_only_by_its_looks(paper: Blank) -> None:
    sheet = an_arrest(paper).fill(child_0_identity_number="", child_0_birth_date="20110418")
    sheet.press("add-child")
    sheet.fill(child_1_approximate_age="15", child_1_description="Grön mössa, säger inget.")
    assert sheet.press().status_code == 302
    first, second = Case.objects.order_by("ordinal").select_related("child")
    assert str(first.child.birth_date) == "2011-04-18"
    assert (second.child.approximate_age, second.child.description) == (15, "Grön mössa, säger inget.")


def test_a_child_told_by_nothing_is_asked_about(paper: Blank) -> None:
    sheet = an_arrest(paper).fill(child_0_identity_number="")
    assert sheet.press().status_code == 422
    assert "Ange nummer eller födelsedatum." in sheet.text
    sheet.fill(child_0_approximate_age="15").press()
    assert "Beskriv barnet när varken nummer eller födelsedatum är känt." in sheet.text


def test_an_adult_beside_a_child_is_noted(paper: Blank) -> None:
    sheet = an_arrest(paper)
    sheet.press("add-child")
    sheet.fill(child_1_identity_number="19800608-9240")
    sheet.press()
    assert (Case.objects.count(), AdultNote.objects.count()) == (1, 1)


def test_control_characters_are_refused_at_their_field(paper: Blank) -> None:
    sheet = an_arrest(paper).fill(child_0_summary="St\u202eöld")
    assert sheet.press().status_code == 422
    assert "Vad har hänt: Texten innehåller osynliga styrtecken." in sheet.text


def test_a_guardian_with_only_a_language_is_asked_for_a_name(paper: Blank) -> None:
    sheet = paper("per.holm", "arrest").fill(
        occurred_at_clock="13.20", child_0_identity_number=ALBIN, child_0_guardian_0_language="Arabiska"
    )
    assert sheet.press().status_code == 422
    assert "Namn, vårdnadshavare 1: Ange namn, telefon eller personnummer." in sheet.text


# Times


def test_the_autumn_hour_is_asked_about_and_both_answers_are_understood(paper: Blank) -> None:
    at("2026-10-25T09:00:00+01:00")
    limits = []
    for fold, number in (("0", ALBIN), ("1", BEA)):
        sheet = paper("per.holm", "arrest").fill(
            occurred_at_date="2026-10-25", occurred_at_clock="02:30", child_0_identity_number=number
        )
        assert sheet.press().status_code == 422
        assert "Den natten ställdes klockan tillbaka. Vilken gång menar du?" in sheet.text
        assert 'href="#id_occurred_at_2_0"' in sheet.text
        # The question, and an answer to it, survive another child.
        sheet.fill(occurred_at_fold=fold).press("add-child")
        assert sheet["occurred_at_fold"] == fold
        sheet.press("remove-child:1")
        assert sheet.press().status_code == 302
        limits.append(Deadline.objects.filter(kind=Kind.GUARDIAN_CONTACT).latest("created_at", "due_at").due_at)
    assert limits == [datetime(2026, 10, 26, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, 30, tzinfo=UTC)]


def test_the_spring_hour_is_refused_in_words(paper: Blank) -> None:
    at("2027-03-28T09:00:00+02:00")
    sheet = an_arrest(paper).fill(occurred_at_date="2027-03-28", occurred_at_clock="02.30")
    assert sheet.press().status_code == 422
    assert "Klockslaget finns inte." in sheet.text
    assert sheet["occurred_at_clock"] == "02.30"


def test_the_future_is_refused(paper: Blank) -> None:
    sheet = an_arrest(paper).fill(occurred_at_clock="14.30")
    assert sheet.press().status_code == 422
    assert "När greps barnet: Tiden ligger i framtiden." in sheet.text


def test_an_event_after_its_notice_is_refused(paper: Blank) -> None:
    sheet = an_arrest(paper).fill(notified_at_clock="13.00")
    assert sheet.press().status_code == 422
    assert "Händelsen kan inte vara senare än att anmälan kom in." in sheet.text


def test_a_notice_left_as_proposed_follows_an_event_typed_after_the_form_was_opened(paper: Blank) -> None:
    sheet = an_arrest(paper)
    at("2026-11-13T14:06:00+01:00")
    assert sheet.fill(occurred_at_clock="14.05").press().status_code == 302
    report = Report.objects.get()
    assert report.notified_at == report.occurred_at == datetime(2026, 11, 13, 13, 5, tzinfo=UTC)


def test_an_unknown_time_of_arrest_counts_from_the_notice(paper: Blank) -> None:
    sheet = paper("per.holm", "arrest").fill(occurred_at_precision="unknown", child_0_identity_number=ALBIN)
    assert sheet.press().status_code == 302
    assert Report.objects.get().occurred_at is None
    assert Deadline.objects.get(kind=Kind.GUARDIAN_CONTACT).provisional_start


def test_an_arrest_without_a_time_is_asked_for_one(paper: Blank) -> None:
    sheet = an_arrest(paper).fill(occurred_at_date="", occurred_at_clock="")
    assert sheet.press().status_code == 422
    assert "Ange när barnet greps, eller välj att tiden är okänd." in sheet.text


def test_an_arrest_told_a_day_late_is_asked_about_and_then_born_breached(paper: Blank) -> None:
    sheet = an_arrest(paper).fill(occurred_at_date="2026-11-11")
    assert sheet.press().status_code == 422
    assert "Barnet greps ons 11 nov 2026 kl. 13.20, för 2 dagar sedan." in sheet.text
    assert Report.objects.count() == 0
    answer = sheet.fill(confirm_times=_answer(sheet)).press()
    assert answer.status_code == 302
    assert Breach.objects.get().born
    receipt = sheet.client.get(answer["Location"]).content.decode()
    assert "Fristen hade redan gått ut" in receipt
    assert "24-timmarsfristen gick ut tor 12 nov 2026 kl. 13.20" in receipt


def test_an_answer_about_other_times_does_not_hold(paper: Blank) -> None:
    sheet = an_arrest(paper).fill(occurred_at_date="2026-11-11")
    sheet.press()
    sheet.fill(confirm_times=_answer(sheet), occurred_at_date="2026-11-01")
    assert sheet.press().status_code == 422
    assert "Barnet greps sön 1 nov 2026" in sheet.text


def test_an_answer_survives_another_round_of_corrections(paper: Blank) -> None:
    sheet = an_arrest(paper).fill(occurred_at_date="2026-11-11", child_0_identity_number="20100702-2394")
    sheet.press()
    sheet.fill(confirm_times=_answer(sheet)).press()
    assert sheet.fill(child_0_identity_number=ALBIN).press().status_code == 302


def test_an_old_notice_is_asked_about(paper: Blank) -> None:
    sheet = paper("karin.ek", "concern").fill(child_0_identity_number=ALBIN, notified_at_date="2026-11-11")
    assert sheet.press().status_code == 422
    assert "Anmälan kom in ons 11 nov 2026" in sheet.text
    assert sheet.fill(confirm_times=_answer(sheet)).press().status_code == 302


def _answer(sheet: Paper) -> str:
    """The value of the box "Ja, tiderna stämmer"."""
    return sheet.text.split('name="confirm_times" value="')[1].split('"')[0]


# Who tells, and who must not be called


def test_a_caution_hides_every_guardian_until_social_services_decide(paper: Blank) -> None:
    sheet = an_arrest(paper).fill(caution_code="HOLD_GUARDIAN_SUSPECT", caution_note="Pappa slår.")
    assert (sheet["caution_until_date"], sheet["caution_until_clock"]) == ("2026-11-14", "14.00")
    assert sheet.press().status_code == 302
    hold = Hold.objects.get()
    assert (hold.provisional, hold.reason, hold.guardian) == (True, "Pappa slår.", None)


def test_a_caution_beyond_72_hours_is_refused_at_its_field(paper: Blank) -> None:
    sheet = an_arrest(paper).fill(caution_code="HOLD_HONOUR", caution_until_date="2026-11-20")
    assert sheet.press().status_code == 422
    assert "Till när: Omprövning ska ske inom 72 timmar" in sheet.text


def test_no_caution_is_asked_for_without_a_reason(paper: Blank) -> None:
    an_arrest(paper).press()
    assert Hold.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"reporter_type": "school", "reporter_anonymous": "on"},
            "Den som är skyldig att anmäla kan inte vara anonym (SoL 19:1).",
        ),
        (
            {"reporter_type": "private", "reporter_anonymous": "on", "reporter_name": "Granne Grannsson"},
            "En anonym anmälare ska inte namnges.",
        ),
        (
            {"reporter_type": "private", "wants_feedback": "on"},
            "Bara den som är skyldig att anmäla kan få återkoppling (SoL 19:6).",
        ),
    ],
)
def test_what_a_reporter_cannot_be_is_said(paper: Blank, fields: dict[str, str], words: str) -> None:
    sheet = paper("karin.ek", "concern").fill(child_0_identity_number=CASTOR, **fields)
    assert sheet.press().status_code == 422
    assert words in sheet.text


def test_a_school_that_asks_is_owed_an_answer(paper: Blank) -> None:
    sheet = paper("karin.ek", "concern").fill(
        child_0_identity_number=CASTOR,
        child_0_summary="Frånvaro.",
        reporter_type="school",
        reporter_organisation="Provskolan",
        wants_feedback="on",
    )
    assert sheet.press().status_code == 302
    report = Report.objects.get()
    assert (report.reporter_organisation, report.feedback_requested_at is not None) == ("Provskolan", True)


def test_a_partner_tells_what_was_seen_and_nothing_about_families(paper: Blank) -> None:
    sheet = paper("butik.city", "concern")
    assert sheet["reporter_name"] == "Rosa Blom"
    assert not [name for name in sheet.fields if "guardian" in name or name.startswith("caution")]
    assert 'type="file"' not in sheet.text
    sheet.fill(
        reporter_organisation="Butiken på torget",
        child_0_summary="Sprang ut med en jacka.",
        child_0_approximate_age="14",
        child_0_description="Röd mössa.",
        child_0_police_called="yes",
    )
    assert sheet.press().status_code == 302
    report = Report.objects.get()
    assert (report.reporter_type, report.reporter_organisation) == ("business", "Butiken på torget")
    assert Case.objects.get().summary == "Sprang ut med en jacka.\nPolisen är kontaktad: Ja"


def test_a_partner_cannot_send_what_the_form_does_not_ask(paper: Blank) -> None:
    sheet = paper("butik.city", "concern").fill(child_0_approximate_age="14", child_0_description="Röd mössa.")
    sheet.fields |= {
        "reporter_type": ["police"],
        "wants_feedback": ["on"],
        "acute_risk": ["on"],
        "caution_code": ["HOLD_HONOUR"],
        "child-0-protected_identity": ["marked"],
        "child-0-guardian": ["0"],
        "child-0-guardian-0-name": ["Någon"],
    }
    assert sheet.press().status_code == 302
    report = Report.objects.get()
    assert (report.reporter_type, report.feedback_requested_at, report.acute_risk) == ("business", None, False)
    assert Hold.objects.count() == 0
    assert Case.objects.get().child.protected_identity == "none"
    assert Guardian.objects.count() == 0
