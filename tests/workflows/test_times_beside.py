"""What else follows a corrected time: the notice's clocks, holds, siblings, cases that have ended?"""

import pytest

from riskzon import clock
from riskzon.models import Case, TimeCorrection
from tests.acts import (
    DAY,
    HOUR,
    MINUTE,
    both_parents,
    breaches_of,
    call,
    clock_of,
    end,
    hold,
    move,
    protect,
    reread,
    state_of,
    told,
)
from tests.factories import BEA, CASTOR, at, child, make_report, person
from tests.workflows.corrected import MONDAY, case, chain, close, correct
from workflows.models import Breach, Deadline
from workflows.verbs.holds import end_hold

pytestmark = pytest.mark.django_db

__all__ = ["case"]


def test_the_notice_moves_assessment_and_decision_and_not_the_arrest_clock(case: Case) -> None:
    contact, protection, decision = (
        clock_of(case, kind) for kind in ("guardian_contact", "protective_assessment", "open_investigation")
    )
    protect(case)
    move(2 * DAY)

    correct(case, notified_at=-HOUR)

    assert clock_of(case) == contact
    assert (state_of(case, "protective_assessment"), clock_of(case, "protective_assessment").replaces) == (
        "met",
        protection,
    )
    assert clock_of(case, "open_investigation").replaces == decision
    assert clock_of(case, "open_investigation").due_at == decision.due_at


def test_an_assessment_in_time_by_the_wrong_notice_is_late_by_the_right_one(case: Case) -> None:
    correct(case, occurred_at=-3 * DAY)
    protect(case)
    move(HOUR)

    correct(case, notified_at=-2 * DAY)

    assert chain(case, "protective_assessment") == ["met", "met_late"]
    assert told("outcome_changed", case) == {"sara.lindh"}
    assert len(breaches_of(case, "protective_assessment")) == 1


def test_an_arrest_at_an_unknown_time_gets_its_true_start() -> None:
    at(MONDAY)
    case = make_report("per.holm", occurred_at=None, occurred_at_precision="unknown").cases[0]
    assert clock_of(case).provisional_start

    correct(case, occurred_at=clock.now() - 5 * HOUR)

    second = clock_of(case)
    assert (second.provisional_start, second.starts_at) == (False, clock.now() - 5 * HOUR)
    assert reread(case).report.occurred_at_precision == "exact"


def test_the_event_of_a_concern_moves_no_clock() -> None:
    at(MONDAY)
    case = make_report("karin.ek", kind="concern", occurred_at=None).cases[0]
    before = {row.pk for row in case.deadlines.all()}

    correct(case, by="karin.ek", occurred_at=clock.now() - DAY)

    assert {row.pk for row in case.deadlines.all()} == before
    assert reread(case).report.occurred_at == clock.now() - DAY


def test_a_custodian_who_reported_meets_it_at_the_right_notice() -> None:
    at(MONDAY)
    reporter = {"type": "custodian", "name": "Maja Fiktivsson"}
    case = make_report("karin.ek", kind="concern", occurred_at=None, reporter=reporter).cases[0]
    assert state_of(case) == "met"

    correct(case, by="karin.ek", notified_at=-2 * HOUR)
    assert (state_of(case), clock_of(case).met_at) == ("met", clock.now() - 2 * HOUR)
    correct(case, by="karin.ek", notified_at=HOUR)
    assert (state_of(case), clock_of(case).met_at) == ("met", clock.now() - HOUR)
    correct(case, by="karin.ek", notified_at=-3 * DAY)
    assert (state_of(case), breaches_of(case)[0].born) == ("met_late", True)


def test_a_custodian_who_reported_meets_it_although_the_right_notice_is_later() -> None:
    at(MONDAY)
    reporter = {"type": "custodian", "name": "Maja Fiktivsson"}
    told_at = clock.now() - 2 * HOUR
    case = make_report("karin.ek", kind="concern", occurred_at=None, notified_at=told_at, reporter=reporter).cases[0]

    correct(case, by="karin.ek", notified_at=HOUR)

    assert (state_of(case), clock_of(case).met_at) == ("met", told_at + HOUR)
    assert reread(case).guardian_reached_at == told_at + HOUR


def test_a_case_that_was_registered_by_mistake_gets_no_clock_and_no_breach(case: Case) -> None:
    end(case)

    correct(case, occurred_at=-30 * HOUR)

    assert chain(case) == ["void"]
    assert breaches_of(case) == []
    assert TimeCorrection.objects.count() == 1


def test_a_hold_before_the_right_limit_still_exempts(case: Case) -> None:
    hold(case)
    move(HOUR)

    correct(case, occurred_at=-3 * HOUR)

    assert chain(case) == ["exempt", "exempt"]
    assert (clock_of(case).exempt_code, breaches_of(case)) == ("HOLD_GUARDIAN_SUSPECT", [])
    assert told("outcome_changed", case) == set()


def test_a_hold_after_the_right_limit_only_explains(case: Case) -> None:
    move(20 * HOUR)
    hold(case)
    assert state_of(case) == "exempt"

    correct(case, occurred_at=-5 * HOUR)

    second = clock_of(case)
    assert chain(case) == ["exempt", "breached"]
    assert (second.exempt_code, second.next_step_at) == ("HOLD_GUARDIAN_SUSPECT", None)
    assert len(breaches_of(case)) == 1
    assert told("outcome_changed", case) == {"sara.lindh"}
    assert not reread(case).guardian_contact_open


def test_the_clock_after_a_hold_stays_the_current_one(case: Case) -> None:
    set_hold = hold(case)
    move(HOUR)
    end_hold(person("sara.lindh"), set_hold.pk, reason="Samråd klart")
    after = clock_of(case)
    assert after.after_hold
    move(HOUR)

    correct(case, occurred_at=-HOUR)

    assert clock_of(case) == after
    assert (state_of(case), reread(case).guardian_contact_open) == ("running", True)


def test_every_child_of_the_report_follows_the_right_time() -> None:
    at(MONDAY)
    one, two = make_report(
        "per.holm", children=[child(identity_number=CASTOR), child(identity_number=BEA, guardians=both_parents())]
    ).cases
    move(2 * HOUR)
    call(one)

    correct(two, occurred_at=-25 * HOUR)

    assert (state_of(one), state_of(two)) == ("met_late", "breached")
    assert TimeCorrection.objects.count() == 1
    assert Breach.objects.filter(kind="guardian_contact").count() == 2
    assert (told("outcome_changed", one), told("outcome_changed", two)) == ({"sara.lindh"}, {"sara.lindh"})


def test_a_closed_case_stays_closed_and_what_passed_in_it_is_a_breach(case: Case) -> None:
    close(case)
    move(DAY)

    correct(case, occurred_at=-30 * HOUR)

    ended = reread(case)
    assert ended.closed_at is not None
    assert chain(case) == ["met", "met_late"]
    assert len(breaches_of(case)) == 1


def test_in_a_closed_case_nothing_more_is_demanded(case: Case) -> None:
    close(case, reached=case.report.occurred_at + 10 * MINUTE)
    move(HOUR)

    correct(case, occurred_at=30 * MINUTE)

    assert reread(case).closed_at is not None
    assert chain(case) == ["met", "void"]
    move(2 * DAY)
    correct(case, occurred_at=MINUTE)
    assert chain(case) == ["met", "void", "void"]
    assert breaches_of(case) == []
    assert not Deadline.objects.filter(settled_at=None, kind="guardian_contact").exists()
