"""The morning's list: what Socialjouren had, who takes it over with one press, and what the case says of it."""

import pytest
from django.urls import reverse

from riskzon.models import Case
from tests.acts import hold, protect, reread
from tests.factories import BEA, CASTOR, at, child, make_report, person
from tests.front.browser import SCREENS, assert_in_order
from workflows.verbs.people import take, take_over

NIGHT, MORNING = "2026-11-12T22:00:00+01:00", "2026-11-13T08:05:00+01:00"
LIST = "/?view=from_duty"


@pytest.fixture
def night() -> list[Case]:
    """One that Karin has, with a hold that Socialjouren decided alone, and one that nobody has."""
    at("2026-11-12T14:00:00+01:00")
    own = make_report("per.holm", children=[child(identity_number=CASTOR, given_name="Castor")]).cases[0]
    take(person("karin.ek"), own.pk)
    at(NIGHT)
    hold(own, by="jour.vakt")
    free = make_report("per.holm", children=[child(identity_number=BEA, given_name="Bea")]).cases[0]
    protect(free, by="jour.vakt")
    at(MORNING)
    return [own, free]


def _shown(client, path: str = LIST):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer


def test_the_list_has_a_tab_with_its_count_while_the_unit_is_open(night, visit):
    for username in ("karin.ek", "omar.nyman", "sara.lindh"):
        tab = next(tab for tab in _shown(visit(username), "/").context["tabs"] if tab.label == "Från jouren")
        assert (tab.count, tab.url) == (2, LIST)
    at("2026-11-13T17:00:00+01:00")
    assert all(tab.label != "Från jouren" for tab in _shown(visit("karin.ek"), "/").context["tabs"])


def test_units_elsewhere_have_their_own_list_and_socialjouren_no_tab(night, visit):
    tabs = {tab.label: tab.count for tab in _shown(visit("lina.dahl"), "/").context["tabs"]}
    assert tabs["Från jouren"] == 0
    assert "Inget ärende från jouren väntar." in _shown(visit("lina.dahl")).content.decode()
    assert all(tab.label != "Från jouren" for tab in _shown(visit("jour.vakt"), "/").context["tabs"])


def test_each_row_is_taken_over_with_one_press_that_leads_back_to_the_list(night, karin):
    _own, free = night
    page = _shown(karin).content.decode()
    assert page.count(">Ta över<") == 2

    answer = karin.post(reverse("case-take-over", args=[free.pk]), {"next": LIST}, follow=True)
    assert "Ärendet är övertaget och ditt." in answer.content.decode()
    assert answer.redirect_chain == [(LIST, 302)]
    assert reread(free).assignee == person("karin.ek")
    assert answer.content.decode().count(">Ta över<") == 1


def test_one_press_takes_over_all_of_mine_and_is_there_only_if_there_is_one(night, karin, visit):
    own, free = night
    assert "Ta över alla mina" not in _shown(visit("omar.nyman")).content.decode()
    assert "Ta över alla mina" in _shown(karin).content.decode()

    answer = karin.post(reverse("worklist-take-over"), follow=True)
    assert "1 ärende övertaget." in answer.content.decode()
    assert reread(own).taken_over_by == person("karin.ek")
    assert reread(free).taken_over_by is None


def test_who_comes_second_reads_who_was_first(night, karin):
    take_over(person("omar.nyman"), night[1].pk)

    answer = karin.post(reverse("case-take-over", args=[night[1].pk]), {"next": LIST}, follow=True)
    assert "Ärendet har redan tagits över av Omar Nyman." in answer.content.decode()


def test_an_address_elsewhere_is_not_gone_to(night, karin):
    answer = karin.post(reverse("case-take-over", args=[night[1].pk]), {"next": "https://other.example/"})
    assert answer["Location"] == reverse("case", args=[night[1].pk])


def test_a_hold_that_waits_for_its_answer_is_linked_from_the_row_and_the_case(night, visit):
    own, free = night
    page = _shown(visit("sara.lindh")).content.decode()
    assert page.count("Jourens beslut att avvakta kontakt ska bekräftas") == 1
    assert f'href="{reverse("holds", args=[own.pk])}"' in page
    assert reverse("holds", args=[free.pk]) not in page
    assert (
        "Väntar på enhetschefens bekräftelse."
        in _shown(visit("sara.lindh"), reverse("case", args=[own.pk])).content.decode()
    )


def test_the_case_says_where_it_comes_from_and_is_taken_over_there(night, karin, visit):
    path = reverse("case", args=[night[1].pk])
    page = _shown(karin, path).content.decode()
    assert "Från jouren." in page
    assert f'action="{reverse("case-take-over", args=[night[1].pk])}"' in page
    assert reverse("case-take", args=[night[1].pk]) not in page
    assert "Jouren har ärendet tills dess." in _shown(visit("jour.vakt"), path).content.decode()

    karin.post(reverse("case-take-over", args=[night[1].pk]))
    page = _shown(karin, path).content.decode()
    assert "Från jouren." not in page
    assert "Tog över ärendet från jouren" in page
    # For two hours the duty worker finds one thing to do there.
    left = _shown(visit("jour.vakt"), path).content.decode()
    assert reverse("case-note", args=[night[1].pk]) in left
    assert reverse("assessment", args=[night[1].pk]) not in left
    assert reverse("contact", args=[night[1].pk]) not in left


def test_the_list_costs_the_same_statements_as_any_other(night, karin, django_assert_max_num_queries):
    _shown(karin)  # the first page of a session writes that somebody is here
    with django_assert_max_num_queries(18):
        _shown(karin)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", SCREENS)
def test_the_list_and_the_case_are_in_order_at_this_width(width, night, live_server, open_page, visit):
    watched = open_page(width=width)
    session = visit("karin.ek").cookies["sessionid"].value
    watched.page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    for path in (LIST, reverse("case", args=[night[1].pk])):
        watched.page.goto(live_server.url + path)
        assert_in_order(watched)
