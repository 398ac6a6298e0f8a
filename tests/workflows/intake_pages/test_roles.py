"""For whom do the intake pages exist? For the others they are not there."""

import re
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from riskzon.models import AuditAction, AuditEntry, Report
from tests.factories import ALBIN, make_report
from tests.workflows.intake_pages.conftest import Paper

Visit = Callable[[str], Client]

EVERYBODY = {
    "karin.ek", "sara.lindh", "jour.vakt", "per.holm", "butik.city", "maria.oberg", "stina.berg", "lars.wik", "it.admin"
}  # fmt: skip
STAFF = {"karin.ek", "sara.lindh", "jour.vakt"}
MAY_OPEN = {
    "/reports/new/": STAFF | {"per.holm", "butik.city"},
    "/reports/new/arrest/": STAFF | {"per.holm"},
    "/reports/new/lob-custody/": STAFF | {"per.holm"},
    "/reports/new/concern/": STAFF | {"per.holm", "butik.city"},
    "/reports/known/": STAFF,
    "/reports/own/": {"per.holm"},
    "/reports/sent/": {"butik.city"},
}


@pytest.mark.parametrize("address", MAY_OPEN)
def test_a_page_exists_for_its_roles_and_for_nobody_else(visit: Visit, address: str) -> None:
    answers = {who: visit(who).get(address, follow=True).status_code for who in EVERYBODY}
    assert {who for who, status in answers.items() if status == 200} == MAY_OPEN[address]
    assert set(answers.values()) <= {200, 404}


@pytest.mark.parametrize("address", MAY_OPEN)
def test_whoever_has_not_logged_in_is_asked_to(address: str) -> None:
    answer = Client().get(address)
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/login/")


def _without_token(answer: HttpResponse) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


def test_missing_and_forbidden_look_the_same(visit: Visit) -> None:
    make_report("per.holm")
    number = Report.objects.get().number
    stranger = visit("nadia.rask")
    hidden = stranger.get(f"/reports/{number}/receipt/")
    missing = stranger.get("/reports/2026-999999/receipt/")
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert _without_token(hidden).replace(number, "2026-999999") == _without_token(missing)


def test_a_form_that_does_not_exist_is_not_found(visit: Visit) -> None:
    assert visit("karin.ek").get("/reports/new/adoption/").status_code == 404


@pytest.mark.parametrize(("who", "kind"), [("per.holm", "arrest"), ("butik.city", "concern")])
def test_nobody_outside_social_services_can_look_a_child_up(visit: Visit, who: str, kind: str) -> None:
    make_report("karin.ek")
    sheet = Paper(visit(who), f"/reports/new/{kind}/").fill(child_0_identity_number=ALBIN)
    assert "Är barnet känt?" not in sheet.text
    sheet.press("known:0")
    assert "Barnet är känt" not in sheet.text
    assert AuditEntry.objects.filter(action=AuditAction.LOOKUP).count() == 0
    assert visit(who).post("/reports/known/", {"identity_number": ALBIN}).status_code == 404


def test_liaison_is_offered_arrest_and_lob_first(visit: Visit) -> None:
    page = visit("per.holm").get("/reports/new/").content.decode()
    assert "<h1>Registrera gripen / LOB</h1>" in page
    assert (
        page.index("/reports/new/arrest/")
        < page.index("/reports/new/lob-custody/")
        < page.index("/reports/new/concern/")
    )


def test_partner_goes_straight_to_the_only_form(visit: Visit) -> None:
    answer = visit("butik.city").get("/reports/new/")
    assert (answer.status_code, answer["Location"]) == (302, "/reports/new/concern/")
