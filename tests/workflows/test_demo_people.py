"""The demo's people: each once, however often they are asked for."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth import authenticate

from notifications.models import DutyPattern
from riskzon.access import units_led_by, units_of
from riskzon.models import Role, Unit, User
from workflows.demo.people import PASSWORD, PEOPLE, UNITS, ensure_people

pytestmark = pytest.mark.django_db


def test_asking_twice_makes_nobody_twice():
    first = ensure_people()

    again = ensure_people()

    assert Unit.objects.count() == len(UNITS)
    assert User.objects.count() == len(PEOPLE)
    assert first.users["karin.ek"].pk == again.users["karin.ek"].pk


def test_a_changed_account_is_left_as_it_stands():
    karin = ensure_people().users["karin.ek"]
    User.objects.filter(pk=karin.pk).update(is_active=False, role=Role.ANALYST)

    karin = ensure_people().users["karin.ek"]

    assert (karin.is_active, karin.role) == (False, Role.ANALYST)


def test_everybody_logs_in_with_the_demo_password():
    people = ensure_people()

    assert [name for name in people.users if authenticate(username=name, password=PASSWORD) is None] == []


def test_every_unit_that_holds_cases_has_staff_and_a_supervisor_who_leads_it():
    people = ensure_people()

    for unit in people.units.values():
        if unit.kind in ("intake", "investigation"):
            assert any(unit.pk in units_of(user) for user in people.users.values() if user.role == Role.SOCIAL_WORKER)
            assert units_led_by(unit.supervisor) == [unit.pk]


def test_one_person_has_a_shift_round_the_clock_made_once_and_the_other_at_socialjouren_has_none():
    users = ensure_people().users

    assert {row.person for row in DutyPattern.objects.all()} == {users["jour.vakt"]}
    DutyPattern.objects.update(ended_at=datetime(2026, 11, 13, tzinfo=UTC), last_day="2026-11-13")
    ensure_people()

    assert DutyPattern.objects.count() == 7


def test_demo_people_are_refused_outside_the_demo(settings):
    settings.RISKZON_DEMO = False

    with pytest.raises(PermissionError):
        ensure_people()
