"""The page on which one says that one is away, and sees who else is."""

from datetime import timedelta

import pytest
from django.urls import reverse

from riskzon import clock
from riskzon.models import Absence, Case
from tests.acts import reread
from tests.factories import CASTOR, child, make_report, person
from tests.front.browser import SCREENS, assert_in_order
from workflows.verbs.absences import register_absence
from workflows.verbs.people import take

PATH = "/absence/"
NOW = {"starts_at_date": "2026-11-13", "starts_at_clock": "14.00", "starts_at_fold": ""}


@pytest.fixture
def case() -> Case:
    case = make_report("per.holm", children=[child(identity_number=CASTOR)]).cases[0]
    take(person("karin.ek"), case.pk)
    return case


def test_one_says_that_one_is_away_and_a_colleague_takes_over(case, karin):
    answer = karin.post(PATH, {**NOW, "cover": "omar.nyman"}, follow=True)
    page = answer.content.decode()
    assert "Frånvaron är registrerad." in page
    assert "Ersätts av Omar Nyman." in page
    assert "tills vidare" in page
    assert reread(case).assignee == person("omar.nyman")


def test_a_supervisor_registers_the_staff_and_ends_it(case, visit):
    sara = visit("sara.lindh")
    assert "Karin Ek" in sara.get(PATH).content.decode()
    sara.post(PATH, {**NOW, "username": "karin.ek"})
    row = Absence.objects.get()
    assert (row.person, row.cover) == (person("karin.ek"), None)

    answer = sara.post(reverse("absence-end", args=[row.pk]), follow=True)
    assert "Frånvaron är avslutad." in answer.content.decode()
    assert "Ingen är borta." in answer.content.decode()
    again = sara.post(reverse("absence-end", args=[row.pk]), follow=True)
    assert "Frånvaron är redan avslutad." in again.content.decode()


def test_a_colleague_sees_who_is_away_and_has_no_button(case, karin, visit):
    row = register_absence(person("omar.nyman"))
    page = karin.get(PATH).content.decode()
    assert "Omar Nyman" in page
    assert reverse("absence-end", args=[row.pk]) not in page
    assert karin.post(reverse("absence-end", args=[row.pk])).status_code == 404
    assert "Omar Nyman" not in visit("lina.dahl").get(PATH).content.decode()


def test_wrong_fields_come_back_named_with_what_was_typed(case, karin):
    wrong = {**NOW, "ends_at_date": "2026-11-12", "ends_at_clock": "09.15", "ends_at_fold": ""}
    answer = karin.post(PATH, wrong)
    assert answer.status_code == 422
    assert "Frånvaron ska sluta efter att den börjar" in answer.content.decode()
    assert 'value="09.15"' in answer.content.decode()
    assert karin.post(PATH, {"starts_at_date": "", "starts_at_clock": ""}).status_code == 422
    assert karin.post(PATH, {**NOW, "cover": "lina.dahl"}).status_code == 422
    assert karin.post(PATH, {**NOW, "username": "omar.nyman"}).status_code == 422
    assert not Absence.objects.exists()
    assert reread(case).assignee == person("karin.ek")


def test_the_way_there_is_in_the_menu_under_the_name(karin, visit):
    for client in (karin, visit("sara.lindh")):
        assert f'class="menu-item" href="{PATH}"' in client.get("/").content.decode()
    for username in ("it.admin", "stina.berg", "butik.city"):
        page = visit(username).get("/", follow=True).content.decode()
        assert PATH not in page
        assert visit(username).get(PATH).status_code == 404


def test_whoever_is_away_is_not_offered_as_the_one_to_assign_to(case, visit):
    register_absence(person("omar.nyman"))
    page = visit("sara.lindh").get(reverse("case-assign", args=[case.pk])).content.decode()
    assert "Karin Ek" in page
    assert "Omar Nyman" not in page.partition("<form")[2]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", SCREENS)
def test_the_page_is_in_order_at_this_width(width, case, live_server, open_page, visit):
    register_absence(person("omar.nyman"), ends_at=clock.now() + timedelta(days=14))
    register_absence(person("karin.ek"), starts_at=clock.now() + timedelta(days=3), cover="sara.lindh")
    watched = open_page(width=width)
    session = visit("sara.lindh").cookies["sessionid"].value
    watched.page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    watched.page.goto(live_server.url + PATH)
    assert_in_order(watched)
