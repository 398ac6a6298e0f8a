from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils import translation
from pytest_django import Settings

from riskzon import context
from riskzon.models import Role, User


def around(rf: RequestFactory, user: object, here: str = "worklist", route: str = "") -> dict:
    request = rf.get("/worklist?view=all")
    request.user = user
    request.resolver_match = SimpleNamespace(url_name=here, route=route)
    with translation.override("sv"):
        return context.page(request)


@pytest.fixture(autouse=True)
def _gallery_addresses(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.front.urls"


@pytest.mark.parametrize("role", Role.values)
def test_every_role_has_its_places_and_no_dead_link(rf: RequestFactory, role: str) -> None:
    nav = around(rf, User(role=role))["nav"]
    assert nav[-1]["item"] is context.INBOX
    assert all(place["url"].startswith("/") for place in nav)


def test_liaison_has_the_words_of_the_contract(rf: RequestFactory, settings: Settings) -> None:
    nav = around(rf, User(role=Role.LIAISON), here="report-new")["nav"]
    with translation.override("sv"):
        assert [(str(place["item"].label), place["current"]) for place in nav] == [
            ("Registrera gripen / LOB", "page"),
            ("Meddelanden", ""),  # "Mina anmälningar" is not among the gallery's addresses
        ]


def test_stranger_sees_no_navigation_search_or_clock(rf: RequestFactory) -> None:
    seen = around(rf, AnonymousUser())
    assert (seen["nav"], seen["search_url"], seen["demo_clock_url"], seen["demo_mailbox_url"]) == ([], "", "", "")


def test_only_those_who_handle_cases_have_the_search_box(rf: RequestFactory) -> None:
    having = {role for role in Role.values if around(rf, User(role=role))["search_url"]}
    assert having == {Role.SOCIAL_WORKER, Role.SUPERVISOR, Role.DUTY}


def test_demo_controls_are_gone_outside_the_demo(rf: RequestFactory, settings: Settings) -> None:
    settings.RISKZON_DEMO = False
    seen = around(rf, User(role=Role.SUPERVISOR))
    assert (seen["demo"], seen["demo_clock_url"], seen["demo_mailbox_url"], seen["demo_accounts"]) == (
        False,
        "",
        "",
        (),
    )


def test_product_clock_is_not_asked_until_it_is_shown(rf: RequestFactory) -> None:
    assert callable(around(rf, User(role=Role.HEAD))["now"])


def test_page_of_a_case_belongs_to_the_worklist(rf: RequestFactory) -> None:
    nav = around(rf, User(role=Role.SOCIAL_WORKER), here="contact", route="cases/<uuid:case_id>/contact/")["nav"]
    assert [place["current"] for place in nav] == ["true", "", ""]
