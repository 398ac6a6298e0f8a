"""What nearly never changes is built once, and is never older than the database."""

from datetime import timedelta

import pytest
from django.db import transaction

from riskzon import clock
from riskzon.granting import block
from riskzon.models import Role, Unit, User
from tests.factories import make_report, people, person
from workflows.models import DeadlineRule, Kind, Rung
from workflows.recipients import Directory, Place
from workflows.rules import Rulebook

pytestmark = pytest.mark.django_db


def test_the_same_rows_are_built_once(django_assert_num_queries) -> None:
    people()
    first, staff = Rulebook.read(), Directory.read(clock.now()).staff
    now = clock.now()
    with django_assert_num_queries(2):
        assert Rulebook.read() is first
        assert Directory.read(now).staff is staff


def test_what_is_built_is_what_the_tables_hold() -> None:
    people()
    book = Rulebook.read()
    assert list(book.rules) == list(DeadlineRule.objects.order_by("valid_from", "version"))
    assert [vars_of(rule) for rule in book.rules] == [
        vars_of(rule) for rule in DeadlineRule.objects.order_by("valid_from", "version")
    ]
    assert [vars_of(rung) for rungs in book.rungs.values() for rung in rungs] == [
        vars_of(rung) for kind in book.rungs for rung in Rung.objects.filter(kind=kind).order_by("pk")
    ]
    staff = Directory.read(clock.now()).staff
    assert [vars_of(unit) for unit in staff.units.values()] == [vars_of(unit) for unit in Unit.objects.order_by("name")]
    assert staff.active == set(User.objects.filter(is_active=True).values_list("pk", flat=True))
    assert staff.heads == list(User.objects.filter(role=Role.HEAD).values_list("pk", flat=True))


def test_a_rule_that_changes_holds_from_the_next_reading() -> None:
    now = clock.now()
    assert Rulebook.read().rule(Kind.GUARDIAN_CONTACT, "arrest", now).amount == 24
    DeadlineRule.objects.create(
        kind=Kind.GUARDIAN_CONTACT,
        report_kind="arrest",
        length="hours",
        amount=12,
        version=2,
        valid_from=now - timedelta(hours=1),
    )
    assert Rulebook.read().rule(Kind.GUARDIAN_CONTACT, "arrest", now).amount == 12


def test_what_was_rolled_back_is_forgotten_with_it() -> None:
    people()
    karin = person("karin.ek")
    with transaction.atomic():
        User.objects.filter(pk=karin.pk).update(is_active=False)
        assert karin.pk not in Directory.read(clock.now()).staff.active
        transaction.set_rollback(True)
    assert karin.pk in Directory.read(clock.now()).staff.active


def test_whoever_is_blocked_today_is_told_nothing_from_then_on() -> None:
    people()
    case = make_report().cases[0]
    sara = person("sara.lindh")
    now = clock.now()
    assert sara.pk in Directory(now, Directory.read(now).staff).find(["unit_supervisor"], Place.of_case(case))
    block(sara, case, by=person("maria.oberg"), reason="Jäv.", now=now)
    assert sara.pk not in Directory.read(now).find(["unit_supervisor"], Place.of_case(case))


def vars_of(row: object) -> dict[str, object]:
    return {name: value for name, value in vars(row).items() if name != "_state"}
