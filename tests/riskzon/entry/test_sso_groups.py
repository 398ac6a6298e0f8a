"""Which group gives what is declared, and a declaration that is wrong stops the start with words."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from riskzon import tokens
from riskzon.checks import check_units_of_the_sign_on
from riskzon.models import ApiToken, Role, SignOn, TokenScope
from riskzon.sso_groups import HAS_UNIT, GroupRule, first, read
from tests.factories import people, person

_WORKER = {"group": "A", "role": "social_worker", "unit": "norr"}


def test_every_role_is_known() -> None:
    assert set(HAS_UNIT) == set(Role.values)


def test_the_first_rule_whose_group_somebody_has_decides() -> None:
    rules, faults = read(json.dumps([{"group": "B", "role": "head"}, _WORKER]))
    assert (rules, faults) == ((GroupRule("B", "head"), GroupRule("A", "social_worker", "norr")), [])
    assert first(rules, ["C", "A", "B"]) == rules[0]
    assert first(rules, ["A", "a"]) == rules[1]
    assert first(rules, ["a", "", "A "]) is None


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("", "must be a JSON list"),
        ("A=head", "must be a JSON list"),
        ([], "at least one rule"),
        ({"A": "head"}, "at least one rule"),
        (["A"], "rule 1: it must be an object of texts"),
        ([_WORKER, {"group": 7, "role": "head"}], "rule 2: it must be an object of texts"),
        ([{"role": "head"}], "group is missing"),
        ([{"group": " ", "role": "head"}], "group is missing"),
        ([{"group": "A", "role": "chief"}], "role must be one of"),
        ([{"group": "A"}], "role must be one of"),
        ([{"group": "A", "role": "supervisor"}], "supervisor needs a unit"),
        ([{"group": "A", "role": "head", "unit": "norr"}], "head has no unit"),
        ([{**_WORKER, "units": "x"}], "unknown field units"),
        ([_WORKER, {"group": "A", "role": "head"}], "'A' is there twice"),
    ],
)
def test_a_declaration_that_is_wrong_is_said_to_be(said: Any, fault: str) -> None:
    _rules, faults = read(said if isinstance(said, str) else json.dumps(said))
    assert fault in " ".join(faults)


@pytest.mark.django_db
def test_a_unit_that_does_not_exist_is_found_before_anybody_logs_in(settings: Any) -> None:
    people()
    settings.OIDC_GROUPS = (GroupRule("A", "duty", "socialjouren"), GroupRule("B", "duty", "nowhere"))
    assert [error.msg for error in check_units_of_the_sign_on(["default"])] == [
        "OIDC_GROUPS names the unit nowhere, which does not exist"
    ]


@pytest.mark.django_db
def test_an_account_made_by_hand_becomes_the_municipalitys_and_has_no_password_any_more(settings: Any) -> None:
    people()
    client = Client()
    client.post("/login/", {"username": "karin.ek", "password": "riskzon-demo"})
    tokens.make(person("karin.ek"), scope=TokenScope.READ, by=None)
    with pytest.raises(CommandError, match="none"):
        call_command("connect", "karin.ek", "sub-karin")
    settings.OIDC_ISSUER = "https://login.example.se"
    call_command("connect", "karin.ek", "sub-karin")

    assert SignOn.objects.get().user == person("karin.ek")
    assert client.get("/inbox/").status_code == 302
    assert Client().post("/login/", {"username": "karin.ek", "password": "riskzon-demo"}).status_code == 200
    karin = person("karin.ek")
    assert (karin.first_password_until, ApiToken.objects.get().revoked_at is None) == (None, False)
    for username, subject in (("karin.ek", "other"), ("omar.nyman", "sub-karin"), ("nobody", "x")):
        with pytest.raises(CommandError):
            call_command("connect", username, subject)
