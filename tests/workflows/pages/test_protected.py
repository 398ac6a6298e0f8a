"""A child with a protected identity has no name where it stands in a list or beside another child."""

import pytest
from django.urls import reverse

from riskzon.models import Case
from tests.api.caller import Caller
from tests.factories import ELSA, child, guardian, make_report, person
from workflows.verbs.disposition import dispose

HIDDEN = ("Elsa", "20120304")


@pytest.fixture
def siblings() -> list[Case]:
    """Albin, and Elsa whose identity is protected, with one mother."""
    mother = guardian()
    elsa = child(identity_number=ELSA, given_name="Elsa", guardians=[mother], protected_identity="marked")
    return make_report("karin.ek", children=[child(guardians=[mother]), elsa]).cases


def test_in_the_list_of_investigations_it_is_a_number(karin, siblings):
    dispose(person("karin.ek"), siblings[1].pk, disposition="opened")
    shown = karin.get(reverse("investigations")).content.decode()
    assert siblings[1].number in shown
    assert not any(word in shown for word in HIDDEN)


@pytest.mark.parametrize("page", ["case", "contact"])
def test_on_the_pages_of_a_sibling_it_is_a_number(page, karin, siblings):
    shown = karin.get(reverse(page, args=[siblings[0].pk])).content.decode()
    assert siblings[1].number in shown
    assert not any(word in shown for word in HIDDEN)


def test_whoever_asks_for_its_number_is_not_told_its_name(karin, siblings):
    shown = karin.post(reverse("known"), {"identity_number": ELSA}).content.decode()
    assert "Barnet är känt" in shown
    assert "Elsa" not in shown


def test_the_api_names_it_in_no_siblings_case(siblings):
    told = Caller("karin.ek").get(f"/cases/{siblings[0].pk}").json()["history"]["siblings"]
    assert [(one["name"], one["case"]) for one in told] == [("", str(siblings[1].pk))]
