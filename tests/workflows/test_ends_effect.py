"""What follows in a case when its end has been agreed to, and what a mistake leaves behind."""

from collections.abc import Callable

import pytest

from riskzon import clock
from riskzon.errors import Conflict, Invalid
from riskzon.models import Case, EndProposal, Investigation
from tests.acts import (  # fmt: skip
    DAY,
    HOUR,
    breaches_of,
    call,
    clock_of,
    confirm,
    end,
    hold,
    move,
    propose,
    protect,
    reread,
    state_of,
    todos_of,
)
from tests.factories import ALBIN, at, child, make_report, person
from tests.workflows.ended import case, is_whole, kinds, other, workday
from workflows import ends, steps
from workflows.flows.case import CaseFlow
from workflows.models import CaseProcess, CaseTask, Deadline, Kind, Todo
from workflows.sweep import sweep
from workflows.verbs.contacts import inform_child, register_contact, write_off
from workflows.verbs.disposition import dispose
from workflows.verbs.family import add_guardian, change_guardian, identify_child
from workflows.verbs.holds import end_hold
from workflows.verbs.notes import write_note

pytestmark = pytest.mark.django_db


__all__ = ["case", "other", "workday"]


# --- what follows ---------------------------------------------------------------------------------------------------


def test_a_void_case_is_closed_with_everything_in_it(case: Case) -> None:
    protect(case)
    hold_review = hold(case)
    done = end(case)

    assert (done.disposition, done.disposition_reason, done.closed_at) == ("void", "Skälet till avslutet", clock.now())
    assert {kind: state for kind, state in kinds(case).items() if kind != "hold_review"} == {
        "guardian_contact": "void",
        "protective_assessment": "void",
        "open_investigation": "void",
    }
    # Contact that waits is still reviewed, for it is about the child: a named person ends it.
    assert (state_of(case, "hold_review"), hold_review.ended_at) == ("running", None)
    assert CaseProcess.objects.get(case=case).status == "CANCELED"
    assert not CaseTask.objects.filter(process__case=case, status__in=steps.OPEN).exists()
    assert todos_of(case) == set()
    assert Todo.objects.get(case=case, what="confirm_end").done_by == person("omar.nyman")
    assert not done.guardian_contact_open
    assert is_whole()


def test_the_process_is_ended_by_the_engine_also_half_way(case: Case) -> None:
    protect(case)
    call(case)
    inform_child(person("karin.ek"), case.pk, at=clock.now())
    end(case)
    found = {task.flow_task.name: task.status for task in CaseTask.objects.filter(process__case=case)}
    assert found["protective_assessment"] == found["contact_guardians"] == "DONE"
    assert (found["decide_investigation"], found["all_done"]) == ("CANCELED", "CANCELED")


def test_a_transferred_case_is_closed_when_the_receipt_is_registered(case: Case) -> None:
    propose(case, "transferred")
    move(2 * HOUR)

    done = confirm(case, by="karin.ek", acknowledged_at=clock.now() - HOUR, acknowledged_by="Ulla Ulricehamn")

    assert (done.acknowledged_by, done.confirmed_by) == ("Ulla Ulricehamn", person("karin.ek"))
    assert reread(case).disposition == "transferred"
    assert set(kinds(case).values()) == {"exempt"}
    assert {row.exempt_code for row in Deadline.objects.filter(case=case)} == {"EXEMPT_OTHER_MUNICIPALITY"}
    assert CaseProcess.objects.get(case=case).status == "CANCELED"
    assert todos_of(case) == set()
    assert is_whole()


def test_when_and_by_whom_are_the_recipient_and_now_unless_they_are_said(case: Case) -> None:
    propose(case, "transferred")
    done = confirm(case)
    assert (done.acknowledged_at, done.acknowledged_by) == (clock.now(), "Barn och unga, Ulricehamn")


@pytest.mark.parametrize("off", [HOUR, -30 * DAY])
def test_an_acknowledgement_lies_between_the_report_and_now(case: Case, off: object) -> None:
    propose(case, "transferred")
    with pytest.raises(Invalid) as wrong:
        confirm(case, acknowledged_at=clock.now() + off)
    assert wrong.value.errors[0][0] == "acknowledged_at"
    assert reread(case).closed_at is None


def test_an_error_is_not_acknowledged_by_another_municipality(case: Case) -> None:
    propose(case)
    with pytest.raises(Invalid):
        confirm(case, acknowledged_by="Ulricehamn")


def test_the_limit_counts_until_the_receipt_is_registered_whenever_it_was_given(case: Case) -> None:
    propose(case, "transferred")
    given = clock.now()
    move(25 * HOUR)

    confirm(case, acknowledged_at=given)

    # No dispatcher got there: the breach is fired first, and it stays.
    assert state_of(case) == "breached"
    assert clock_of(case).settled_at is not None
    assert len(breaches_of(case)) == 1
    assert state_of(case, "open_investigation") == "exempt"
    assert state_of(case, "breach_review") == "running"


def test_after_the_end_no_rung_fires_and_the_breach_is_still_explained(case: Case) -> None:
    move(25 * HOUR)
    sweep()
    end(case)
    after = clock_of(case)
    assert (after.state, after.next_step_at, bool(after.fired_at)) == ("void", None, True)
    assert state_of(case, "breach_review") == "running"
    events = after.events.count()

    move(3 * DAY)
    sweep()

    assert after.events.count() == events
    assert len(breaches_of(case)) == 1


def test_a_breach_that_nobody_had_noticed_is_fired_before_it_is_void(case: Case) -> None:
    propose(case)
    move(25 * HOUR)
    confirm(case)
    assert state_of(case) == "void"
    assert len(breaches_of(case)) == 1
    assert is_whole()


def test_what_had_been_met_counts_for_nothing_and_keeps_its_moment(case: Case) -> None:
    call(case)
    met_at = clock_of(case).met_at
    end(case)
    assert (state_of(case), clock_of(case).met_at) == ("void", met_at)


def test_nothing_begins_in_a_case_that_has_ended(case: Case) -> None:
    karin = person("karin.ek")
    guardian = case.child.guardians.get()
    end(case)

    acts: list[Callable[[], object]] = [
        lambda: call(case),
        lambda: register_contact(
            karin, case.pk, guardian=guardian.pk, at=clock.now(), channel="phone", outcome="reached"
        ),
        lambda: write_off(karin, case.pk, guardian=guardian.pk, reason="Skäl"),
        lambda: inform_child(karin, case.pk, at=clock.now()),
        lambda: add_guardian(karin, case.pk, name="Ny", relation="father"),
        lambda: identify_child(karin, case.pk, given_name="Ny"),
        lambda: hold(case),
        lambda: protect(case),
        lambda: dispose(karin, case.pk, disposition="opened"),
    ]
    for act in acts:
        with pytest.raises(Conflict):
            act()
    write_note(karin, case.pk, text="Mamman är uppringd och har fått en ursäkt.")
    assert set(kinds(case).values()) == {"void"}


def test_custody_put_right_starts_no_clock_in_a_case_that_has_ended(case: Case) -> None:
    call(case)
    done = end(case, "transferred")
    change_guardian(person("karin.ek"), case.child.guardians.get().pk, is_custodian=False)
    change_guardian(person("karin.ek"), case.child.guardians.get().pk, is_custodian=True)
    assert not Deadline.objects.filter(case=done, settled_at__isnull=True).exists()


def test_no_clock_runs_anew_in_a_case_that_has_ended(case: Case) -> None:
    """Nobody was reached and the clock was exempt: in an open case it would run anew once there is somebody to reach."""
    waits = hold(case)
    done = end(case, "transferred")
    end_hold(person("sara.lindh"), waits.pk, reason="Samrådet är klart.")
    change_guardian(person("karin.ek"), case.child.guardians.get().pk, phone="070-174 06 07")
    assert not Deadline.objects.filter(case=done, settled_at__isnull=True).exists()
    assert (state_of(case), reread(case).guardian_contact_open) == ("exempt", False)


def test_a_decision_that_is_overruled_is_kept_and_its_investigation_ends(case: Case) -> None:
    move(HOUR)
    dispose(person("karin.ek"), case.pk, disposition="opened")
    move(HOUR)

    done = end(case)

    proposal = EndProposal.objects.get()
    assert (proposal.overruled["disposition"], proposal.overruled["by"]) == ("opened", str(person("karin.ek").pk))
    investigation = Investigation.objects.get()
    assert (investigation.outcome, investigation.closed_at) == ("void", clock.now())
    assert (done.investigation, state_of(case, "investigation")) == (None, "void")
    assert is_whole()


def test_an_investigation_that_serves_another_case_does_not_end_with_this_one(case: Case, other: Case) -> None:
    dispose(person("karin.ek"), case.pk, disposition="opened")
    dispose(person("karin.ek"), other.pk, disposition="linked")

    with pytest.raises(Conflict, match=other.number):
        propose(case, void_kind="duplicate", duplicate_of=other.number)

    end(other, void_kind="duplicate", duplicate_of=case.number)
    assert Investigation.objects.get().closed_at is None


# --- what it leaves behind ------------------------------------------------------------------------------------------


def test_who_saw_the_wrong_case_and_whom_they_called_can_be_told(case: Case) -> None:
    call(case)
    done = end(case)
    found = ends.traces(done)
    assert [(contact.guardian.name, contact.by.username) for contact in found.contacts] == [
        ("Maja Fiktivsson", "karin.ek")
    ]
    assert {seer.person.username for seer in found.seen_by} == {"karin.ek", "omar.nyman"}


def test_of_age_or_not_the_clock_of_a_void_case_is_left_alone() -> None:
    case = make_report(children=[child(identity_number=ALBIN)]).cases[0]
    end(case)
    at("2028-07-03T12:00:00+02:00")
    sweep()
    assert state_of(case) == "void"
    assert Kind.GUARDIAN_CONTACT in kinds(case)
    assert not steps.is_open(case, CaseFlow.contact_guardians)
