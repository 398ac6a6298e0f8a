"""The administrator alone silences no ladder: the last head, and who leads a unit alone, have a successor first."""

from functools import partial
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from riskzon import clock
from riskzon.errors import Conflict, Unseen
from riskzon.models import Role, User
from tests.acts import at_once, unit
from tests.factories import at, make_report, people, person
from workflows.auditor import look
from workflows.demo.people import INTAKE
from workflows.fault_words import sentences
from workflows.recipients import Directory, Place
from workflows.verbs.roles import ask, close_account, confirm, new_password

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _people() -> None:
    people()
    at("2026-11-13T10:00:00+01:00")


def test_the_last_head_is_not_closed_before_another_is_confirmed(visit: Any) -> None:
    maria, admin = person("maria.oberg"), visit("it.admin")
    answer = admin.post(f"/accounts/{maria.pk}/close/", follow=True)

    assert "enda verksamhetschefen" in answer.content.decode()
    assert person("maria.oberg").is_active
    confirm(maria, ask(person("it.admin"), person("karin.ek").pk, role=Role.HEAD, unit=None, reason="Två.").pk)
    close_account(person("it.admin"), maria.pk)
    assert not person("maria.oberg").is_active
    with pytest.raises(Conflict):
        close_account(person("it.admin"), person("karin.ek").pk)


def test_the_last_head_keeps_role_and_password_until_another_is_confirmed() -> None:
    with pytest.raises(Conflict):
        new_password(person("it.admin"), person("maria.oberg").pk)
    with pytest.raises(CommandError, match="enda verksamhetschefen"):
        call_command("give_role", "maria.oberg", "analyst")

    assert person("maria.oberg").has_usable_password()
    assert person("maria.oberg").role == Role.HEAD
    call_command("give_role", "maria.oberg", "head")


def test_of_two_heads_who_let_each_other_go_one_stays() -> None:
    call_command("give_role", "nils.tva", "head")
    admin = person("it.admin")
    maria = ask(admin, person("maria.oberg").pk, role=Role.ANALYST, unit=None, reason="Byter.")
    nils = ask(admin, person("nils.tva").pk, role=Role.ANALYST, unit=None, reason="Byter.")
    confirm(person("nils.tva"), maria.pk)

    with pytest.raises(Unseen):
        confirm(person("maria.oberg"), nils.pk)
    assert person("nils.tva").role == Role.HEAD


@pytest.mark.django_db(transaction=True)
def test_of_two_heads_who_are_closed_at_once_one_stays() -> None:
    call_command("give_role", "nils.tva", "head")
    admin = person("it.admin")
    closings = [partial(close_account, admin, person(name).pk) for name in ("maria.oberg", "nils.tva")]

    results = at_once(*closings)

    assert [type(result) for result in results].count(Conflict) == 1
    assert User.objects.filter(role=Role.HEAD, is_active=True).count() == 1


def test_who_leads_a_unit_is_closed_once_another_can_lead_it_who_then_does(visit: Any) -> None:
    sara, admin = person("sara.lindh"), visit("it.admin")
    answer = admin.post(f"/accounts/{sara.pk}/close/", follow=True)

    assert "Personen leder Mottagning barn och unga" in answer.content.decode()
    assert person("sara.lindh").is_active
    assert Directory.read(clock.now()).answers_for(unit(INTAKE).pk, None) == [sara.pk]
    asked = ask(person("it.admin"), person("omar.nyman").pk, role=Role.SUPERVISOR, unit=unit(INTAKE), reason="Ny chef.")
    confirm(person("maria.oberg"), asked.pk)
    assert admin.post(f"/accounts/{sara.pk}/close/").status_code == 302

    assert not person("sara.lindh").is_active
    assert unit(INTAKE).supervisor == person("omar.nyman")
    assert Directory.read(clock.now()).answers_for(unit(INTAKE).pk, None) == [person("omar.nyman").pk]


def test_the_administrator_alone_leaves_somebody_at_the_top_of_every_ladder() -> None:
    case = make_report("per.holm").cases[0]
    for username in ("sara.lindh", "maria.oberg", "jonas.falk", "hanna.vide"):
        with pytest.raises(Conflict):
            close_account(person("it.admin"), person(username).pk)

    directory = Directory.read(clock.now())
    assert directory.find(("lead", "unit_supervisor", "head"), Place.of_case(case))


def test_where_nobody_is_head_the_auditor_calls() -> None:
    assert "no_head" not in look().faults
    User.objects.filter(role=Role.HEAD).update(is_active=False)
    assert "no_head" in look().faults
    assert "Ingen är verksamhetschef" in sentences(["no_head"])[0]
