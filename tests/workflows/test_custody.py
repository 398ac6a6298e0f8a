"""What follows when custody turns out to be other than it was taken for?"""

import pytest

from riskzon import clock
from riskzon.models import Case
from tests.acts import (
    DAY,
    HOUR,
    breaches_of,
    call,
    clock_of,
    move,
    parents,
    reread,
    rungs_of,
    state_of,
    todos_of,
    told,
)
from tests.factories import CASTOR, at, child, guardian, make_report, person
from workflows import steps
from workflows.flows.case import CaseFlow
from workflows.models import Deadline
from workflows.sweep import sweep
from workflows.verbs.family import change_guardian

pytestmark = pytest.mark.django_db

MONDAY = "2026-11-16T09:00:00+01:00"


@pytest.fixture
def case() -> Case:
    """Sven's custody is not checked; Maja has it."""
    at(MONDAY)
    sven = guardian(name="Sven Styvfar", phone="031-390 06 02", relation="other", is_custodian=None)
    return make_report(children=[child(identity_number=CASTOR, guardians=[guardian(), sven])]).cases[0]


def _has_none(case: Case, name: str = "Sven") -> None:
    change_guardian(person("karin.ek"), parents(case)[name], is_custodian=False)


def test_before_any_contact_nothing_changes_but_who_is_to_be_reached(case: Case) -> None:
    before = clock_of(case).pk

    _has_none(case)
    call(case)

    assert (clock_of(case).pk, state_of(case)) == (before, "met")
    assert reread(case).guardians_followed_at == clock.now()
    assert "check_custody" not in todos_of(case)


def test_a_contact_with_somebody_without_custody_is_taken_back_and_the_same_limit_runs(case: Case) -> None:
    call(case, "Sven")
    first = clock_of(case)
    assert first.state == "met"
    move(3 * HOUR)

    _has_none(case)

    second = clock_of(case)
    assert (second.replaces, second.state, second.due_at) == (first, "running", first.due_at)
    assert Deadline.objects.get(pk=first.pk).state == "met"
    assert (reread(case).guardian_reached_at, reread(case).guardian_contact_open) == (None, True)
    assert told("times_corrected", case) == {"sara.lindh"}
    call(case)
    assert (state_of(case), breaches_of(case)) == ("met", [])


def test_a_limit_that_has_passed_meanwhile_is_a_breach_at_once(case: Case) -> None:
    call(case, "Sven")
    move(30 * HOUR)

    _has_none(case)

    assert (state_of(case), clock_of(case).fired_at) == ("breached", clock.now())
    assert len(breaches_of(case)) == 1
    # The head too: the rung four hours after the limit has passed as well and is folded in.
    assert told("deadline_breached", case) == {"karin.ek", "omar.nyman", "sara.lindh", "maria.oberg"}
    call(case)
    assert state_of(case) == "met_late"


def test_a_contact_with_the_true_custodian_in_time_counts_after_all(case: Case) -> None:
    call(case, "Sven")
    move(5 * HOUR)
    call(case, "Maja")
    reached = clock.now()
    move(3 * DAY)

    _has_none(case)

    assert (state_of(case), clock_of(case).met_at) == ("met", reached)
    assert (reread(case).guardian_reached_at, breaches_of(case)) == (reached, [])


def test_a_contact_with_the_true_custodian_too_late_is_met_late(case: Case) -> None:
    call(case, "Sven")
    move(26 * HOUR)
    call(case, "Maja")

    _has_none(case)

    assert state_of(case) == "met_late"
    assert len(breaches_of(case)) == 1


def test_a_breach_is_not_unmade_and_a_late_contact_with_nobody_is_asked_for_anew(case: Case) -> None:
    move(26 * HOUR)
    sweep()
    call(case, "Sven")
    late = clock_of(case)
    assert late.state == "met_late"

    _has_none(case)

    anew = clock_of(case)
    assert (anew.state, anew.after_hold, anew.replaces) == ("running", True, None)
    assert len(breaches_of(case)) == 1
    assert Deadline.objects.get(pk=late.pk).state == "met_late"


def test_a_contact_with_the_true_custodian_first_is_not_touched(case: Case) -> None:
    call(case, "Maja")
    first = clock_of(case).pk
    move(HOUR)
    call(case, "Sven")

    _has_none(case)

    assert (clock_of(case).pk, told("times_corrected", case)) == (first, set())


def test_the_task_is_open_again_until_the_true_custodian_is_reached(case: Case) -> None:
    change_guardian(person("karin.ek"), parents(case)["Maja"], is_custodian=False)
    call(case, "Sven")
    assert reread(case).guardians_followed_at is not None

    change_guardian(person("karin.ek"), parents(case)["Maja"], is_custodian=True)

    assert reread(case).guardians_followed_at is None
    assert steps.is_open(case, CaseFlow.contact_guardians)


def test_custody_is_put_right_in_every_open_case_of_the_child(case: Case) -> None:
    second = make_report(children=[child(identity_number=CASTOR, guardians=[])]).cases[0]
    for one in (case, second):
        call(one, "Sven")
    move(HOUR)

    _has_none(case)

    assert [state_of(one) for one in (case, second)] == ["running", "running"]
    move(25 * HOUR)
    sweep()
    assert [len(breaches_of(one)) for one in (case, second)] == [1, 1]
    assert rungs_of(case)[-1] == "+1h"
