"""Is the child known? For social services, in the form and on a page of its own."""

from collections.abc import Callable

import pytest
from django.test import Client

from riskzon.clock import now
from riskzon.granting import block
from riskzon.models import AuditAction, AuditEntry, Case
from tests.factories import ALBIN, BEA, ELSA, MAJA, child, guardian, make_report, person
from tests.workflows.intake_pages.conftest import Paper
from workflows.verbs.disposition import dispose

Visit = Callable[[str], Client]


@pytest.fixture
def albin() -> Case:
    """Albin has a report, a running investigation and a sister."""
    mother = guardian(identity_number=MAJA)
    cases = make_report(
        "karin.ek",
        children=[
            child(guardians=[mother]),
            child(identity_number=ELSA, given_name="Elsa", guardians=[mother]),
        ],
    ).cases
    dispose(person("karin.ek"), cases[0].pk, disposition="opened")
    return cases[0]


def test_the_form_says_what_is_known_and_proposes_to_link(visit: Visit, albin: Case) -> None:
    sheet = Paper(visit("omar.nyman"), "/reports/new/concern/").fill(
        child_0_identity_number=ALBIN, child_0_summary="Frånvaro."
    )
    answer = sheet.press("known:0")
    assert answer.status_code == 200
    assert "Barnet är känt: 1 tidigare anmälan, 1 utredning pågår" in sheet.text
    assert "handläggs av <strong>Karin Ek</strong>, Mottagning barn och unga." in sheet.text
    assert f"{albin.number}" in sheet.text
    assert "Elsa Fiktivsson" in sheet.text
    assert "Ärendet föreslås sedan kopplas till utredningen." in sheet.text
    assert sheet["child_0_summary"] == "Frånvaro."


def test_a_look_up_is_logged_with_the_cases_it_showed(visit: Visit, albin: Case) -> None:
    Paper(visit("omar.nyman"), "/reports/new/arrest/").fill(child_0_identity_number=ALBIN).press("known:0")
    entry = AuditEntry.objects.get(action=AuditAction.LOOKUP)
    sister = Case.objects.get(child__given_name="Elsa")
    assert (entry.actor, entry.cases) == (person("omar.nyman"), [albin.pk, sister.pk])


def test_a_wrong_number_is_said_and_kept(visit: Visit) -> None:
    sheet = Paper(visit("karin.ek"), "/reports/new/arrest/").fill(child_0_identity_number="20100702-2394")
    sheet.press("known:0")
    assert "Kontrollsiffran stämmer inte." in sheet.text
    assert sheet["child_0_identity_number"] == "20100702-2394"


def test_name_and_birth_date_find_the_child_too(visit: Visit, albin: Case) -> None:
    sheet = Paper(visit("karin.ek"), "/reports/new/concern/").fill(
        child_0_given_name="albin", child_0_birth_date="2010-07-02"
    )
    sheet.press("known:0")
    assert "Barnet är känt: 1 tidigare anmälan" in sheet.text


def test_the_page_finds_by_number_and_leads_to_a_form_that_has_it(visit: Visit, albin: Case) -> None:
    client = visit("karin.ek")
    page = client.post("/reports/known/", {"identity_number": ALBIN}).content.decode()
    assert "Barnet är känt: 1 tidigare anmälan, 1 utredning pågår" in page
    following = client.post("/reports/new/concern/", {"do": "begin", "identity_number": ALBIN})
    assert f'value="{ALBIN}"' in following.content.decode()


def test_the_page_says_when_nobody_is_found(visit: Visit) -> None:
    page = visit("karin.ek").post("/reports/known/", {"identity_number": BEA}).content.decode()
    assert "Inget barn med de uppgifterna är känt." in page


def test_the_page_asks_for_a_number_or_a_name_with_birth_date(visit: Visit) -> None:
    answer = visit("karin.ek").post("/reports/known/", {"name": "Albin"})
    assert answer.status_code == 422
    assert "Ange nummer, eller namn och födelsedatum." in answer.content.decode()


def test_nothing_is_found_by_an_address(visit: Visit, albin: Case) -> None:
    page = visit("karin.ek").get(f"/reports/known/?identity_number={ALBIN}").content.decode()
    assert "Barnet är känt" not in page


def test_a_child_that_is_blocked_for_somebody_is_not_known(visit: Visit, albin: Case) -> None:
    block(person("omar.nyman"), albin, by=person("sara.lindh"), reason="Släkt", now=now())
    page = visit("omar.nyman").post("/reports/known/", {"identity_number": ALBIN}).content.decode()
    assert "Inget barn med de uppgifterna är känt." in page


def test_an_earlier_case_is_one_press_away_for_whoever_may_open_it(visit: Visit, albin: Case) -> None:
    link = f'<a class="num" href="/cases/{albin.pk}/">'
    asked = {"identity_number": ALBIN}
    assert link in visit("omar.nyman").post("/reports/known/", asked).content.decode()
    elsewhere = visit("lina.dahl").post("/reports/known/", asked).content.decode()
    assert albin.number in elsewhere
    assert str(albin.pk) not in elsewhere
