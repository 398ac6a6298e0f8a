"""Breaches are listed and explained, and never removed."""

from collections.abc import Callable

from django.test import Client

from riskzon.models import Case
from tests.factories import make_report
from tests.workflows.board.conftest import later, reach, words
from workflows.models import Breach, Kind
from workflows.statistics import ARREST

Visit = Callable[[str], Client]
Week = dict[str, Case]

REVIEW = {"cause": "no_staff", "action": "Bemanningen är ändrad på helger."}


def a_breach() -> Breach:
    case = make_report("per.holm").cases[0]
    reach(case, outcome="no_answer")
    later(hours=25)
    return Breach.objects.get(case=case, kind=Kind.GUARDIAN_CONTACT)


def test_supervisor_reads_what_was_tried_and_who_was_told(visit: Visit) -> None:
    breach = a_breach()
    page = words(visit("sara.lindh").get(f"/breaches/{breach.pk}/").content.decode())
    assert "Fristen gick ut lör 14 nov 2026 kl. 14.00" in page
    assert "Hade ärendet då Eva Strand Socialjouren" in page
    assert "Kontaktförsök Inget svar fre 13 nov 2026 kl. 14.00 Maja Fiktivsson, Telefon, Karin Ek" in page
    assert "Larm som gått ut" in page


def test_a_review_explains_and_the_breach_stays(visit: Visit) -> None:
    breach = a_breach()
    client = visit("sara.lindh")
    answer = client.post(f"/breaches/{breach.pk}/", REVIEW, follow=True)
    page = words(answer.content.decode())
    assert "Det står kvar, med sin förklaring." in page
    assert "Orsak Ingen personal Åtgärd Bemanningen är ändrad på helger. Av Sara Lindh" in page
    breach.refresh_from_db()
    assert (breach.cause, str(breach.reviewed_by)) == ("no_staff", "Sara Lindh")
    assert breach.case.number in client.get("/breaches/?show=reviewed").content.decode()
    assert breach.case.number in client.get("/breaches/?show=all").content.decode()


def test_a_review_without_cause_or_action_is_refused_and_kept(visit: Visit) -> None:
    breach = a_breach()
    client = visit("sara.lindh")
    answer = client.post(f"/breaches/{breach.pk}/", {"action": "Vi har pratat om det."})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Välj en orsak." in page
    assert "Vi har pratat om det." in page
    assert "<title>Fel: " in page
    answer = client.post(f"/breaches/{breach.pk}/", {"cause": "no_staff"})
    assert "Skriv vad som har gjorts eller ska göras." in answer.content.decode()
    assert 'value="no_staff" required' not in answer.content.decode()
    assert "checked" in answer.content.decode()
    assert Breach.objects.filter(reviewed_at__isnull=False).count() == 0


def test_whoever_comes_second_reads_what_happened_and_keeps_the_text(visit: Visit) -> None:
    breach = a_breach()
    visit("sara.lindh").post(f"/breaches/{breach.pk}/", REVIEW)
    answer = visit("sara.lindh").post(f"/breaches/{breach.pk}/", {**REVIEW, "action": "Min egen text."})
    assert answer.status_code == 409
    page = words(answer.content.decode())
    assert "redan granskat av Sara Lindh" in page
    assert "Min egen text." in page
    assert "Bemanningen är ändrad på helger." in page


def test_head_reads_a_breach_without_the_case_and_explains_none(visit: Visit) -> None:
    breach = a_breach()
    client = visit("maria.oberg")
    page = client.get(f"/breaches/{breach.pk}/").content.decode()
    said = words(page)
    assert breach.case.number in said
    assert "Försök att nå vårdnadshavare 1" in said
    for secret in ("Maja", "Albin", "Inget svar", "/cases/", "<textarea"):
        assert secret not in page
    assert client.post(f"/breaches/{breach.pk}/", REVIEW).status_code == 403
    breach.refresh_from_db()
    assert breach.reviewed_at is None


def test_another_units_supervisor_does_not_find_it(visit: Visit) -> None:
    breach = a_breach()
    client = visit("jonas.falk")
    assert client.get(f"/breaches/{breach.pk}/").status_code == 404
    assert client.post(f"/breaches/{breach.pk}/", REVIEW).status_code == 404
    assert breach.case.number not in client.get("/breaches/?show=all").content.decode()


def test_the_list_shows_first_what_must_be_explained(visit: Visit, week: Week) -> None:
    client = visit("sara.lindh")
    unreviewed = Breach.objects.filter(reviewed_at__isnull=True).count()
    page = client.get("/breaches/").content.decode()
    assert page.count('<tr role="row" class="is-') == unreviewed
    assert week["missed"].number in page
    assert '<tr role="row" class="is-' not in client.get("/breaches/?show=reviewed").content.decode()


def test_a_late_contact_never_removes_the_breach(visit: Visit, week: Week) -> None:
    page = visit("sara.lindh").get("/breaches/").content.decode()
    assert week["late"].number in page
    assert f"/board/in-time/{ARREST}/late/" in visit("sara.lindh").get("/board/").content.decode()
