"""What becomes of the clock of contact when a wrong time of a report is put right?"""

import pytest

from notifications.models import Message
from riskzon import clock
from riskzon.models import AuditEntry, Case, Contact, TimeCorrection
from tests.acts import (
    DAY,
    HOUR,
    MINUTE,
    breaches_of,
    call,
    clock_of,
    hold,
    move,
    reread,
    rungs_of,
    state_of,
    told,
)
from tests.factories import person
from tests.workflows.corrected import case, chain, correct
from workflows import auditor
from workflows.accounting import account
from workflows.models import BreachNote, Deadline, DeadlineRule
from workflows.sweep import sweep
from workflows.verbs.holds import end_hold

pytestmark = pytest.mark.django_db

__all__ = ["case"]


def test_old_and_new_value_who_when_and_why_are_kept_and_what_was_sent_does_not_change(case: Case) -> None:
    sent, was, now = reread(case).report.raw, case.report.occurred_at, move(HOUR)

    report = correct(case, occurred_at=-3 * HOUR)

    kept = TimeCorrection.objects.get()
    assert (kept.field, kept.old, kept.new) == ("occurred_at", was, was - 3 * HOUR)
    assert (kept.by, kept.at, kept.reason) == (person("per.holm"), now, "Polisens protokoll")
    assert reread(case).report.occurred_at == report.occurred_at == was - 3 * HOUR
    assert reread(case).report.raw == sent
    assert AuditEntry.objects.filter(action="change", what="times", case=case, actor=person("per.holm")).count() == 1


def test_a_running_clock_closes_and_another_with_the_same_rule_points_back(case: Case) -> None:
    first = clock_of(case)
    DeadlineRule.objects.create(
        kind="guardian_contact", report_kind="arrest", length="hours", amount=12, ground="Ny", version=2,
        valid_from=clock.now() - HOUR,
    )  # fmt: skip
    move(HOUR)

    correct(case, occurred_at=-3 * HOUR)

    second = clock_of(case)
    assert (second.replaces, second.rule) == (first, first.rule)
    assert (second.starts_at, second.due_at) == (first.starts_at - 3 * HOUR, first.due_at - 3 * HOUR)
    first.refresh_from_db()
    assert (first.state, first.settled_at, first.next_step_at) == ("void", clock.now(), None)
    assert reread(case).next_due_at == second.due_at


def test_met_in_time_becomes_a_breach_met_late(case: Case) -> None:
    move(20 * HOUR)
    contact = call(case)
    assert state_of(case) == "met"
    move(DAY)
    alarmed = Message.objects.filter(kind="deadline_breached").count()

    correct(case, occurred_at=-5 * HOUR)

    second = clock_of(case)
    assert chain(case) == ["met", "met_late"]
    assert (second.met_at, second.fired_at) == (contact.at, clock.now())
    (breach,) = breaches_of(case)
    assert (breach.deadline, breach.due_at, breach.born) == (second, second.due_at, False)
    assert clock_of(case, "breach_review").breach == breach
    assert told("outcome_changed", case) == {"sara.lindh"}
    assert told("times_corrected", case) == {"karin.ek"}
    # Nothing is to be done, so nobody is alarmed; the rungs are there all the same, and the auditor has nothing to say.
    assert Message.objects.filter(kind="deadline_breached").count() == alarmed
    assert "breach" in rungs_of(case)
    sweep()
    assert (auditor.look().breached_untold, auditor.look().overdue_unfired) == (0, 0)
    assert account(clock.now()).is_whole


def test_a_breach_stands_with_a_note_although_the_right_time_says_in_time(case: Case) -> None:
    move(23 * HOUR)
    sweep()
    call(case)
    (breach,) = breaches_of(case)
    late = clock_of(case)
    assert late.state == "met_late"

    correct(case, occurred_at=2 * HOUR)

    assert chain(case) == ["met_late", "met"]
    assert breaches_of(case) == [breach]
    note = BreachNote.objects.get()
    assert (note.breach, note.due_at, note.reason) == (breach, late.due_at + 2 * HOUR, "Polisens protokoll")
    assert (note.by, note.at) == (person("per.holm"), clock.now())
    assert clock_of(case).breach_stands
    assert told("outcome_changed", case) == {"sara.lindh"}


def test_a_breach_that_nobody_has_met_runs_on_to_the_right_limit_and_stands(case: Case) -> None:
    move(23 * HOUR)
    sweep()
    (breach,) = breaches_of(case)

    correct(case, occurred_at=2 * HOUR)

    old = Deadline.objects.get(pk=breach.deadline_id)
    assert (old.state, old.settled_at, old.next_step_at) == ("breached", clock.now(), None)
    assert chain(case) == ["breached", "running"]
    call(case)
    assert (state_of(case), breaches_of(case)) == ("met", [breach])


def test_a_limit_that_no_dispatcher_got_to_is_fired_before_it_is_replaced(case: Case) -> None:
    move(23 * HOUR)

    correct(case, occurred_at=2 * HOUR)

    assert chain(case) == ["breached", "running"]
    assert BreachNote.objects.get().breach == breaches_of(case)[0]


def test_running_is_born_breached_where_the_right_limit_has_passed(case: Case) -> None:
    move(20 * HOUR)

    correct(case, occurred_at=-5 * HOUR)

    assert chain(case) == ["void", "breached"]
    assert clock_of(case).fired_at == clock.now()
    assert len(breaches_of(case)) == 1
    # Somebody must call now, so those hear of it whom a breach tells; nobody is said to have registered late.
    assert {"jour.vakt", "sara.lindh"} <= told("deadline_breached", case)
    assert not any(message.facts.get("born") for message in Message.objects.filter(kind="deadline_breached"))
    assert told("outcome_changed", case) == {"sara.lindh"}
    call(case)
    assert state_of(case) == "met_late"


def test_a_limit_before_the_registration_is_a_breach_born_with_the_report(case: Case) -> None:
    correct(case, occurred_at=-30 * HOUR)

    assert breaches_of(case)[0].born


def test_an_unchanged_outcome_tells_nobody_and_leaves_its_trace(case: Case) -> None:
    move(HOUR)
    before = Message.objects.count()

    correct(case, occurred_at=HOUR)

    assert chain(case) == ["void", "running"]
    assert Message.objects.count() == before
    assert TimeCorrection.objects.count() == 1


def test_a_reminder_that_is_past_by_the_right_time_is_told_and_the_rest_is_not_said_again(case: Case) -> None:
    move(11 * HOUR)
    sweep()
    before = Message.objects.count()
    assert rungs_of(case) == ["registered", "-12h"]

    correct(case, occurred_at=-8 * HOUR)

    assert rungs_of(case) == ["registered", "-12h", "-4h"]
    assert set(Message.objects.order_by("created_at")[before:].values_list("kind", flat=True)) == {"deadline_near"}
    move(3 * HOUR + MINUTE)
    sweep()
    assert state_of(case) == "breached"


def test_two_corrections_in_a_row_end_where_the_last_one_says(case: Case) -> None:
    move(20 * HOUR)
    call(case)
    move(HOUR)

    correct(case, occurred_at=-5 * HOUR)
    move(HOUR)
    correct(case, by="karin.ek", occurred_at=6 * HOUR)

    assert chain(case) == ["met", "met_late", "met"]
    last = clock_of(case)
    assert last.breach_stands
    assert [note.due_at for note in BreachNote.objects.all()] == [last.due_at]
    assert len(breaches_of(case)) == 1
    assert list(TimeCorrection.objects.order_by("at").values_list("by__username", flat=True)) == [
        "per.holm",
        "karin.ek",
    ]


def test_a_contact_before_the_right_start_counts_no_more(case: Case) -> None:
    call(case, at=case.report.occurred_at + 10 * MINUTE)
    assert state_of(case) == "met"
    move(HOUR)

    correct(case, occurred_at=30 * MINUTE)

    assert chain(case) == ["met", "running"]
    assert (reread(case).guardian_reached_at, reread(case).guardian_contact_open) == (None, True)
    assert reread(case).guardians_followed_at is None
    assert not Contact.objects.get().counts
    assert told("outcome_changed", case) == {"sara.lindh"}


def test_a_contact_that_was_before_the_wrong_start_counts_after_the_right_one(case: Case) -> None:
    early = case.report.occurred_at - 30 * MINUTE
    call(case, at=early)
    assert state_of(case) == "running"

    correct(case, occurred_at=-HOUR)

    assert (state_of(case), clock_of(case).met_at) == ("met", early)
    assert reread(case).guardian_reached_at == early
    correct(case, occurred_at=HOUR)
    assert (state_of(case), reread(case).guardian_reached_at) == ("running", None)


def test_a_call_from_a_held_guardian_does_not_begin_to_count(case: Case) -> None:
    early = case.report.occurred_at - 30 * MINUTE
    set_hold = hold(case)
    call(case, at=early, initiated_by="guardian")
    move(MINUTE)
    end_hold(person("sara.lindh"), set_hold.pk, reason="Samråd klart")

    correct(case, occurred_at=-HOUR)

    assert not Contact.objects.get().counts
    assert reread(case).guardian_reached_at is None
