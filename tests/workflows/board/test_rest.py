"""Accounting, the published figures, and the demo's clock."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from riskzon.clock import now
from riskzon.models import Case
from tests.factories import make_report
from tests.workflows.board.conftest import words
from workflows.models import Breach

Visit = Callable[[str], Client]


@pytest.fixture
def without_triggers() -> None:
    """Whoever breaks the data by hand gets past the guards."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")


def test_every_report_is_accounted_for(visit: Visit) -> None:
    make_report("per.holm")
    page = words(visit("sara.lindh").get("/accounting/").content.decode())
    assert "1 anmälningar, 1 redovisade" in page
    assert "Inget saknas." in page


def test_a_planted_fault_is_named_and_linked_only_for_those_who_may_see_the_case(
    visit: Visit, without_triggers: None
) -> None:
    case = make_report("per.holm").cases[0]
    case.process.task_set.all().delete()
    case.process.delete()
    for who, may_open in (("sara.lindh", True), ("jonas.falk", False), ("maria.oberg", False)):
        page = visit(who).get("/accounting/").content.decode()
        assert "1 anmälningar, 0 redovisade" in words(page)
        assert f"{case.number} Ärendet har ingen process" in words(page)
        assert (f'href="/cases/{case.pk}/"' in page) is may_open


def test_published_figures_hide_small_numbers(visit: Visit) -> None:
    for _ in range(3):
        make_report("per.holm")
    page = words(visit("stina.berg").get("/statistics/").content.decode())
    assert "Gripna – 0 0 0 0 <5" in page.replace("&lt;", "<")
    assert " 3 " not in page.split("Nådda inom 24 timmar")[1]


def test_a_period_that_is_wrong_is_said_and_kept(visit: Visit) -> None:
    client = visit("stina.berg")
    answer = client.get("/statistics/?first=2026-13&last=2026-11")
    assert answer.status_code == 422
    assert "Ange en månad som finns, till exempel 2026-11." in answer.content.decode()
    assert 'value="2026-13"' in answer.content.decode()
    answer = client.get("/statistics/?first=2026-11&last=2026-10")
    assert "Perioden slutar innan den börjar." in answer.content.decode()


def test_analyst_sees_no_number_of_a_case(visit: Visit) -> None:
    make_report("per.holm")
    assert re.search(r"2026-\d{6}", visit("stina.berg").get("/statistics/").content.decode()) is None


# The demo's clock


def test_the_clock_goes_forward_and_what_is_due_has_fired(visit: Visit) -> None:
    make_report("per.holm")
    before = now()
    answer = visit("karin.ek").post("/demo/clock/", {"advance_seconds": "90000", "next": "/reports/known/"})
    assert (answer.status_code, answer["Location"]) == (302, "/reports/known/")
    assert now() - before == timedelta(hours=25)
    assert Breach.objects.count() == 2
    assert Case.objects.get().guardian_contact_open


@pytest.mark.parametrize("seconds", ["", "-60", "0", "1e3", "ett", "99999999", "604801"])
def test_the_clock_does_not_go_back_or_astray(visit: Visit, seconds: str) -> None:
    before = now()
    assert visit("karin.ek").post("/demo/clock/", {"advance_seconds": seconds}).status_code == 400
    assert now() == before


def test_the_clock_leads_nowhere_else(visit: Visit) -> None:
    answer = visit("karin.ek").post("/demo/clock/", {"advance_seconds": "60", "next": "https://example.com/"})
    assert answer["Location"] == "/"


def test_the_clock_is_not_there_outside_the_demo(visit: Visit, settings: object) -> None:
    karin = visit("karin.ek")
    settings.RISKZON_DEMO = False
    assert karin.post("/demo/clock/", {"advance_seconds": "60"}).status_code == 404


def test_the_clock_answers_only_a_posted_form(visit: Visit) -> None:
    assert visit("karin.ek").get("/demo/clock/").status_code == 405
