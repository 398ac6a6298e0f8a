"""*Vem får vad*: does the page show the whole table that the policy reads, in words, in one language?"""

import pytest
from django.urls import reverse

from riskzon.matrix import PLACES, REACHES, RIGHTS, Action, Ground, Place
from riskzon.models import Role
from tests.workflows.pages.test_english import swedish_in
from workflows.views import rights_words
from workflows.views.wording import GROUNDS


def _rows(client) -> dict[str, str]:
    """Each row of the page's tables by its first cell, tags taken out."""
    main = client.get(reverse("who-may")).content.decode().split("<main")[1]
    rows = [row.split("</tr>")[0] for row in main.split('<tr role="row">')[1:]]
    return {row.split('scope="row">')[1].split("<")[0].strip(): row for row in rows if 'scope="row"' in row}


def test_every_role_and_ground_stands_there_with_all_that_it_has_and_nothing_else(karin):
    rows = _rows(karin)

    for role in Role:
        words = rows[str(role.label)].split("<td")
        assert [ground for ground in Ground if str(GROUNDS[ground]) in words[1]] == [
            ground for ground in Ground if ground in REACHES[role]
        ]
        said = words[2].split(">")[1].split("<")[0].split("; ")
        assert said == [str(rights_words.PLACES[place]) for place in Place if role in PLACES[place]]
    for ground in Ground:
        said = rows[str(GROUNDS[ground])].split("<td")[2].split(">")[1].split("<")[0].split("; ")
        assert said == [str(rights_words.ACTIONS[action]) for action in Action if action in RIGHTS[ground]]
    assert "Din roll" in rows["Socialsekreterare"]
    assert "Ser inget ärende" in rows["Analytiker"]


def test_everything_that_is_declared_has_words_of_its_own():
    for words, declared in (
        (rights_words.MEANS, Ground),
        (rights_words.ACTIONS, Action),
        (rights_words.PLACES, Place),
    ):
        assert set(words) == set(declared)
    assert len({str(text) for text in rights_words.PLACES.values()}) == len(Place)
    assert len({str(text) for text in rights_words.ACTIONS.values()}) == len(Action)


def test_it_is_in_the_menu_of_those_who_have_it_and_of_nobody_else(visit):
    for username, is_there in (("karin.ek", True), ("lars.wik", True), ("it.admin", True), ("stina.berg", False)):
        assert (reverse("who-may") in visit(username).get(reverse("inbox")).content.decode()) is is_there


@pytest.mark.parametrize("username", ["sara.lindh", "per.holm"])
def test_it_is_english_throughout(username, visit):
    client = visit(username)
    client.cookies["django_language"] = "en"
    assert swedish_in(client, reverse("who-may")) == set()
