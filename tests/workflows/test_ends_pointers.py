"""The case that goes on instead of one that was registered in error: it keeps the clocks, and it must live."""

import pytest

from riskzon.errors import Conflict, Invalid
from riskzon.models import Case
from tests.acts import (  # fmt: skip
    HOUR,
    MINUTE,
    breaches_of,
    call,
    clock_of,
    confirm,
    end,
    move,
    propose,
    reread,
    state_of,
)
from tests.factories import CASTOR, child, make_report, person
from tests.workflows.ended import case, is_whole, other, workday
from workflows import deadlines
from workflows.sweep import sweep
from workflows.verbs.ends import refuse_end

pytestmark = pytest.mark.django_db


__all__ = ["case", "other", "workday"]


def test_the_right_childs_case_keeps_the_original_clocks(case: Case) -> None:
    original = {kind: clock_of(case, kind).due_at for kind in ("guardian_contact", "protective_assessment")}
    move(3 * HOUR)
    right = make_report(children=[child(identity_number=CASTOR)]).cases[0]
    assert clock_of(right).due_at != original["guardian_contact"]
    move(MINUTE)

    end(case, void_kind="wrong_person", replaced_by=right.number)

    for kind, due_at in original.items():
        assert (clock_of(right, kind).due_at, state_of(right, kind)) == (due_at, "running")
    assert reread(right).next_due_at == original["guardian_contact"]
    assert clock_of(right).replaces.state == "void"
    assert is_whole()


def test_registered_with_the_original_times_its_clocks_stand_as_they_are(case: Case) -> None:
    occurred, notified = case.report.occurred_at, case.report.notified_at
    move(3 * HOUR)
    right = make_report(children=[child(identity_number=CASTOR)], occurred_at=occurred, notified_at=notified).cases[0]
    before = [(row.pk, row.due_at) for row in deadlines.current(right)]

    end(case, void_kind="wrong_person", replaced_by=right.number)

    assert [(row.pk, row.due_at) for row in deadlines.current(right)] == before


def test_a_kept_clock_whose_limit_has_passed_is_a_breach_at_once(case: Case) -> None:
    move(25 * HOUR)
    sweep()
    right = make_report(children=[child(identity_number=CASTOR)]).cases[0]
    move(MINUTE)

    end(case, void_kind="wrong_person", replaced_by=right.number)

    assert (state_of(case), state_of(right)) == ("void", "breached")
    assert [breach.born for breach in breaches_of(right)] == [True]


def test_what_the_right_case_has_done_already_stays_done(case: Case) -> None:
    move(3 * HOUR)
    right = make_report(children=[child(identity_number=CASTOR)]).cases[0]
    call(right)
    end(case, void_kind="wrong_person", replaced_by=right.number)
    assert state_of(right) == "met"


def test_a_chain_of_duplicates_ends_in_a_case_that_lives(case: Case, other: Case) -> None:
    third = make_report().cases[0]
    end(third, void_kind="duplicate", duplicate_of=other.number)
    assert is_whole()

    # What others point to needs somewhere to point itself.
    propose(other)
    with pytest.raises(Conflict, match=third.number):
        confirm(other)
    refuse_end(person("karin.ek"), other.pk, reason="Dubblett")

    end(other, void_kind="duplicate", duplicate_of=case.number)
    assert is_whole()


def test_two_cases_are_not_each_others_duplicates(case: Case, other: Case) -> None:
    propose(case, void_kind="duplicate", duplicate_of=other.number)
    propose(other, void_kind="duplicate", duplicate_of=case.number)
    confirm(case)

    with pytest.raises(Conflict, match="självt blivit felregistrerat"):
        confirm(other)

    assert reread(other).closed_at is None
    with pytest.raises(Invalid):
        propose(make_report().cases[0], void_kind="duplicate", duplicate_of=case.number)
