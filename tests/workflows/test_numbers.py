"""Do the numbers of a year stay without a gap, and a key with one report, when everybody registers at once?"""

from random import Random

import pytest
from django.db import transaction

from riskzon import clock
from riskzon.errors import Busy, Conflict
from riskzon.models import Case, IdempotencyKey, Report, ReportSeries
from tests.acts import at_once
from tests.factories import WORKDAY, at, child, guardian, people, person, report_body
from workflows.verbs.intake import Registered, register_report

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _ready() -> None:
    people()
    at(WORKDAY)


class Undone(Exception):
    """Rolls a finished registration back."""


def _numbers() -> list[str]:
    return list(Report.objects.order_by("number").values_list("number", flat=True))


def test_numbers_have_no_gap_when_eight_register_at_once_and_some_roll_back() -> None:
    per = person("per.holm")

    def worker(seed: int) -> int:
        rng, kept = Random(seed), 0
        for turn in range(8):
            born = clock.now().date().replace(year=2010 + turn % 4, month=1 + seed, day=1 + turn)
            body = report_body(children=[child(identity_number="", birth_date=born, guardians=[])])
            try:
                with transaction.atomic():
                    register_report(per, body, key=f"{seed}-{turn}")
                    if rng.random() < 0.4:
                        raise Undone
                kept += 1
            except Undone:
                continue
        return kept

    results = at_once(*(lambda seed=seed: worker(seed) for seed in range(8)))

    assert all(isinstance(kept, int) for kept in results), results
    assert 0 < sum(results) < 64
    assert _numbers() == [f"2026-{number:06}" for number in range(1, sum(results) + 1)]
    assert ReportSeries.objects.get(year=2026).last == sum(results)
    assert Case.objects.count() == IdempotencyKey.objects.count() == sum(results)


def test_one_key_pressed_six_times_at_once_makes_one_report() -> None:
    per, body = person("per.holm"), report_body()

    results = at_once(*(lambda: register_report(per, body, key="double click") for _press in range(6)))

    assert all(isinstance(one, Registered) for one in results), results
    assert sorted(one.repeated for one in results) == [False] + [True] * 5
    assert {one.report.number for one in results} == {"2026-000001"}
    assert _numbers() == ["2026-000001"]


def test_one_key_with_two_bodies_at_once_makes_one_report_and_one_conflict() -> None:
    per, body = person("per.holm"), report_body()

    results = at_once(
        lambda: register_report(per, body, key="same"),
        lambda: register_report(per, {**body, "summary": "En annan"}, key="same"),
    )

    assert sorted(type(one).__name__ for one in results) == ["Conflict", "Registered"]
    assert _numbers() == ["2026-000001"]


def test_reports_about_the_same_child_at_once_share_it() -> None:
    users = [person(name) for name in ("karin.ek", "omar.nyman", "per.holm", "jour.vakt")]
    body = report_body()

    results = at_once(*(lambda user=user: register_report(user, body, key="k") for user in users))

    made = [one for one in results if isinstance(one, Registered)]
    assert all(isinstance(one, Registered | Busy) for one in results), results
    assert made
    assert {case.child_id for one in made for case in one.cases} == {Case.objects.first().child_id}
    assert _numbers() == [f"2026-{number:06}" for number in range(1, len(made) + 1)]


def test_siblings_reported_in_both_orders_at_once_are_no_error() -> None:
    shared = guardian(identity_number="19800608-9240")
    one, two = child(guardians=[shared]), child(identity_number="20090608-2383", given_name="Bea", guardians=[shared])
    karin, omar = person("karin.ek"), person("omar.nyman")

    for turn in range(4):
        results = at_once(
            lambda: register_report(karin, report_body(children=[one, two]), key=f"k{turn}"),  # noqa: B023
            lambda: register_report(omar, report_body(children=[two, one]), key=f"o{turn}"),  # noqa: B023
        )
        assert all(isinstance(result, Registered | Busy) for result in results), results


def test_a_stalled_registration_makes_the_others_busy_and_not_wait_for_ever() -> None:
    per = person("per.holm")

    with transaction.atomic():
        register_report(per, report_body(), key="stalled")
        (second,) = at_once(lambda: register_report(person("karin.ek"), _someone_else(), key="second"))

    assert isinstance(second, Busy)
    assert isinstance(second, Conflict)
    assert _numbers() == ["2026-000001"]
    assert register_report(person("karin.ek"), _someone_else(), key="second").report.number == "2026-000002"


def _someone_else() -> dict[str, object]:
    return report_body(children=[child(identity_number="20130505-2399", given_name="Castor", guardians=[])])
