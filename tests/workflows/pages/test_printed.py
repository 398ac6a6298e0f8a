"""What is printed or copied is a row of the log of its case, by the page's own word; nobody says it of another's case."""

from http import HTTPStatus
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from riskzon.models import AuditEntry, Case
from tests.acts import page
from tests.factories import make_report, person
from tests.product import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(db: None) -> Case:
    return make_report("omar.nyman").cases[0]


def _says(client: Client, path: str, how: str = "print") -> int:
    return client.post(reverse("printed"), {"how": how, "page": path}).status_code


@pytest.mark.parametrize(("how", "words"), [("print", "Utskrift"), ("copy", "Kopierad text")])
def test_a_printed_page_and_a_copied_text_are_one_row_each_in_the_cases_log(case, visit, how, words) -> None:
    karin = visit("karin.ek")
    page(karin, "case-timeline", case.pk)
    before = AuditEntry.objects.count()

    assert _says(karin, reverse("case-timeline", args=[case.pk]), how) == HTTPStatus.NO_CONTENT

    row = AuditEntry.objects.latest("pk")
    assert AuditEntry.objects.count() == before + 1
    assert (row.action, row.what, row.actor, row.case_id) == ("print", how, person("karin.ek"), case.pk)
    assert (row.ground, row.detail) == ("unit", {"page": "case-timeline"})
    assert words in page(visit("omar.nyman"), "case-log", case.pk)


def test_a_page_about_several_cases_is_named_and_no_case(visit) -> None:
    assert _says(visit("sara.lindh"), reverse("since")) == HTTPStatus.NO_CONTENT
    row = AuditEntry.objects.latest("pk")
    assert (row.action, row.case_id, row.detail) == ("print", None, {"page": "since"})


def test_whoever_does_not_see_the_case_says_nothing_of_it_and_is_denied(case, visit) -> None:
    lina = visit("lina.dahl")
    answers = [
        lina.post(reverse("printed"), {"how": "print", "page": reverse("case", args=[pk])}) for pk in (case.pk, uuid4())
    ]
    assert [answer.status_code for answer in answers] == [HTTPStatus.NOT_FOUND] * 2
    rows = AuditEntry.objects.filter(actor=person("lina.dahl")).order_by("pk")
    assert list(rows.values_list("action", "case_id")) == [("denied", case.pk), ("denied", None)]


@pytest.mark.parametrize("said", [{}, {"how": "burn", "page": "/"}, {"how": "print", "page": "/nowhere/"}])
def test_what_no_page_of_ours_says_is_no_row(said, visit) -> None:
    karin = visit("karin.ek")
    before = AuditEntry.objects.count()
    assert karin.post(reverse("printed"), said).status_code == HTTPStatus.BAD_REQUEST
    assert AuditEntry.objects.count() == before


def test_no_other_site_says_it(case) -> None:
    karin = Client(enforce_csrf_checks=True)
    karin.force_login(person("karin.ek"))
    assert _says(karin, reverse("case", args=[case.pk])) == HTTPStatus.FORBIDDEN


def test_every_page_knows_where_to_say_it(case, visit) -> None:
    words = page(visit("karin.ek"), "case", case.pk)
    assert f'data-printed="{reverse("printed")}"' in words
    assert "csrfmiddlewaretoken" in words
    script = (ROOT / "riskzon" / "static" / "riskzon" / "app.js").read_text()
    assert 'addEventListener("beforeprint", () => left("print"))' in script
    assert 'left("copy")' in script
