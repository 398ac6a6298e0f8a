"""The page on which a wrong time is put right, and what the case shows of it."""

import re
from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from riskzon import clock
from riskzon.granting import grant
from riskzon.models import CasePermission, GrantSource, TimeCorrection
from tests.acts import HOUR, breaches_of, call, clock_of, move, reread, state_of
from tests.factories import BEA, CASTOR, child, make_report, person
from workflows.sweep import sweep
from workflows.verbs.times import correct_times

WHY = "Polisens protokoll: gripen 12.05."


@pytest.fixture
def case():
    """Arrested at 13.00 and some seconds, registered now, at 14.00."""
    return make_report("per.holm", occurred_at=clock.now() - HOUR + timedelta(seconds=25)).cases[0]


def form_of(client, case):
    answer = client.get(reverse("case-times", args=[case.pk]))
    assert answer.status_code == 200
    return answer


def fields_of(answer) -> dict[str, str]:
    """What a browser would send back of the form as it is shown."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", answer.content.decode()):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="radio"' not in tag:
            found[name[1]] = value[1] if value else ""
    return {name: value for name, value in found.items() if name.startswith(("occurred", "notified", "shown"))}


def put_right(client, case, shown, **fields):
    return client.post(reverse("case-times", args=[case.pk]), {**shown, "reason": WHY, **fields})


def test_both_times_stand_in_the_form_and_the_changed_one_alone_is_corrected(karin, case):
    shown = fields_of(form_of(karin, case))
    assert (shown["occurred_at_clock"], shown["notified_at_clock"]) == ("13.00", "14.00")

    answer = put_right(karin, case, shown, occurred_at_clock="12.05")

    assert answer["Location"] == reverse("case", args=[case.pk])
    assert TimeCorrection.objects.get().field == "occurred_at"
    assert reread(case).report.occurred_at == datetime.fromisoformat("2026-11-13T12:05:00+01:00")
    page = karin.get(answer["Location"]).content.decode()
    assert "Tiden är rättad." in page
    for said in ("fre 13 nov 2026 kl. 13.00, rättad till fre 13 nov 2026 kl. 12.05", "Karin Ek", WHY):
        assert said in " ".join(re.sub(r"<[^>]+>", " ", page).split()), said
    timeline = karin.get(reverse("case-timeline", args=[case.pk])).content.decode()
    assert "Rättade en tid" in timeline
    assert WHY in timeline


def test_a_form_that_changes_nothing_is_no_correction(karin, case):
    answer = put_right(karin, case, fields_of(form_of(karin, case)))

    assert answer.status_code == 422
    assert "Inget är ändrat" in answer.content.decode()
    assert not TimeCorrection.objects.exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"reason": "  "}, "Skriv varför tiden rättas"),
        ({"occurred_at_clock": "15.30"}, "framtiden"),
        ({"occurred_at_clock": "25.00"}, "klockslag"),
        ({"occurred_at_date": "", "occurred_at_clock": ""}, "Ange datum och klockslag"),
        ({"notified_at_clock": "12.00"}, "senare än att anmälan kom in"),
    ],
)
def test_a_wrong_time_is_pointed_out_and_the_words_are_kept(karin, case, fields, said):
    answer = put_right(karin, case, fields_of(form_of(karin, case)), **{"occurred_at_clock": "12.05", **fields})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert fields.get("reason", WHY).strip() in page
    assert not TimeCorrection.objects.exists()


def test_whoever_is_overtaken_gets_the_form_back_over_the_times_that_hold_now(karin, case):
    shown = fields_of(form_of(karin, case))
    move(HOUR)
    number, was = case.report.number, reread(case).report.occurred_at
    correct_times(person("omar.nyman"), number, reason="Ringde polisen", occurred_at=was - 3 * HOUR)

    lost = put_right(karin, case, shown, occurred_at_clock="12.05")

    assert lost.status_code == 409
    page = lost.content.decode()
    assert "Någon annan har rättat tiderna" in page
    assert "Ringde polisen" in page
    assert WHY in page
    again = fields_of(lost)
    assert (again["occurred_at_clock"], TimeCorrection.objects.count()) == ("12.05", 1)
    assert put_right(karin, case, again).status_code == 302
    assert reread(case).report.occurred_at == datetime.fromisoformat("2026-11-13T12:05:00+01:00")


def test_a_time_that_somebody_else_corrected_is_not_put_back_by_a_form_that_was_open(karin, case):
    shown = fields_of(form_of(karin, case))
    right = reread(case).report.occurred_at - 3 * HOUR
    correct_times(person("omar.nyman"), case.report.number, reason="Ringde polisen", occurred_at=right)

    assert put_right(karin, case, shown, notified_at_clock="13.50").status_code == 302

    assert reread(case).report.occurred_at == right
    assert reread(case).report.notified_at == datetime.fromisoformat("2026-11-13T13:50:00+01:00")


def test_the_liaison_corrects_from_the_own_report_and_reads_no_reason_of_others(visit, case):
    per = visit("per.holm")
    assert reverse("case-times", args=[case.pk]) in per.get(reverse("case", args=[case.pk])).content.decode()
    put_right(per, case, fields_of(form_of(per, case)), occurred_at_clock="12.05")
    move(HOUR)
    right = reread(case).report.occurred_at + HOUR / 2
    correct_times(person("karin.ek"), case.report.number, reason="Pojken berättade", occurred_at=right)

    page = per.get(reverse("case", args=[case.pk])).content.decode()

    assert WHY in page
    assert "fre 13 nov 2026 kl. 12.35" in page
    assert "Pojken berättade" not in page + form_of(per, case).content.decode()
    assert "Karin Ek" not in page.split('id="corrected"')[1].split("</section>")[0]


def test_a_liaison_without_a_part_in_it_and_a_reader_meet_refusals(visit, case):
    address = reverse("case-times", args=[case.pk])
    assert visit("nadia.rask").get(address).status_code == 404
    sara, now = person("sara.lindh"), clock.now()
    grant(person("lina.dahl"), CasePermission.READ, case, source=GrantSource.NAMED, by=sara, now=now)
    lina = visit("lina.dahl")
    assert lina.get(address).status_code == 403
    assert address not in lina.get(reverse("case", args=[case.pk])).content.decode()


def test_the_times_of_several_children_are_corrected_by_whoever_may_see_them_all(visit, karin):
    one, two = make_report(children=[child(identity_number=CASTOR), child(identity_number=BEA)]).cases
    sara, now = person("sara.lindh"), clock.now()
    grant(person("lina.dahl"), CasePermission.HANDLE, one, source=GrantSource.NAMED, by=sara, now=now)

    assert "Anmälan gäller 2 barn" in form_of(karin, two).content.decode()
    lina, address = visit("lina.dahl"), reverse("case-times", args=[one.pk])
    assert address not in lina.get(reverse("case", args=[one.pk])).content.decode()
    assert lina.get(address).status_code == 403
    assert lina.post(address, {"reason": WHY}).status_code == 403


def test_the_deadlines_say_which_clock_took_the_place_of_which_and_that_the_breach_stands(karin, case):
    move(24 * HOUR)
    sweep()
    call(case)
    was = reread(case).report.occurred_at
    correct_times(person("karin.ek"), case.report.number, reason=WHY, occurred_at=was + 55 * timedelta(minutes=1))
    assert (state_of(case), clock_of(case).breach_stands, len(breaches_of(case))) == ("met_late", True, 2)

    page = karin.get(reverse("case-deadlines", args=[case.pk])).content.decode()

    assert page.count("Ersatt av en ny frist") == 1
    assert "Felaktig tid rättad" in page
    assert "Överskridandet står kvar" in page
    first = karin.get(reverse("case", args=[case.pk])).content.decode()
    assert first.split('id="clocks"')[1].split("</section>")[0].count("Kontakt med vårdnadshavare eller beslut") == 1


def test_an_unknown_time_is_asked_for_and_may_stay_unknown(karin):
    case = make_report(occurred_at=None, occurred_at_precision="unknown").cases[0]
    shown = fields_of(form_of(karin, case))
    assert shown["occurred_at_clock"] == ""

    assert put_right(karin, case, shown, notified_at_clock="13.50").status_code == 302
    assert reread(case).report.occurred_at is None
    shown = fields_of(form_of(karin, case))
    put_right(karin, case, shown, occurred_at_date="2026-11-13", occurred_at_clock="10.00")
    assert clock_of(case).starts_at == datetime.fromisoformat("2026-11-13T10:00:00+01:00")
    assert "okänd, rättad till fre 13 nov 2026 kl. 10.00" in karin.get(reverse("case", args=[case.pk])).content.decode()


def test_a_case_whose_breach_was_corrected_does_not_say_that_somebody_has_been_reached(karin, case):
    move(24 * HOUR)
    sweep()
    right = reread(case).report.occurred_at + 30 * timedelta(minutes=1)
    correct_times(person("karin.ek"), case.report.number, reason=WHY, occurred_at=right)

    page = karin.get(reverse("case", args=[case.pk])).content.decode()

    assert "Tiden är rättad sedan dess, men överskridandet står kvar." in page
    assert "Det som skulle göras är inte gjort än." in page
    assert "Nu är det gjort." not in page
