"""What follows when a wrong time of a report is put right?"""

from datetime import datetime, timedelta

import pytest
from django.utils import translation

from notifications.models import Message
from riskzon import access, clock
from riskzon.errors import Conflict, Forbidden, Invalid, Unseen
from riskzon.models import AuditEntry, Case, CasePermission, Contact, GrantSource, Report, TimeCorrection
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
    refuses,
    reread,
    rungs_of,
    state_of,
    told,
    update,
)
from tests.factories import BEA, CASTOR, at, child, make_report, person
from workflows import auditor
from workflows.accounting import account
from workflows.models import Breach, BreachNote, Deadline, DeadlineRule
from workflows.sweep import sweep
from workflows.verbs.contacts import inform_child
from workflows.verbs.disposition import dispose
from workflows.verbs.holds import end_hold
from workflows.verbs.people import assign, name_liaison
from workflows.verbs.reviews import review_breach
from workflows.verbs.times import correct_times

pytestmark = pytest.mark.django_db

MONDAY = "2026-11-16T09:00:00+01:00"


@pytest.fixture(autouse=True)
def _swedish() -> None:
    # A page that somebody read in English leaves its language on this thread.
    translation.activate("sv")


@pytest.fixture
def case() -> Case:
    """An arrest on Monday at nine, registered by the liaison two hours later; Karin has the case."""
    at(MONDAY)
    arrest = clock.now()
    move(2 * HOUR)
    made = make_report("per.holm", occurred_at=arrest, children=[child(identity_number=CASTOR)]).cases[0]
    assign(person("sara.lindh"), made.pk, username="karin.ek")
    return made


def correct(case: Case, by: str = "per.holm", **times: timedelta | datetime) -> Report:
    """Move times of the report by this much, or put them at this moment."""
    report = reread(case).report
    moments = {
        field: getattr(report, field) + change if isinstance(change, timedelta) else change
        for field, change in times.items()
    }
    return correct_times(person(by), report.number, reason="Polisens protokoll", **moments)


def _chain(case: Case, kind: str = "guardian_contact") -> list[str]:
    """The states of the clocks of a kind, in the order in which they were opened."""
    return list(case.deadlines.filter(kind=kind).order_by("created_at", "starts_at").values_list("state", flat=True))


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
    assert _chain(case) == ["met", "met_late"]
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

    assert _chain(case) == ["met_late", "met"]
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
    assert _chain(case) == ["breached", "running"]
    call(case)
    assert (state_of(case), breaches_of(case)) == ("met", [breach])


def test_a_limit_that_no_dispatcher_got_to_is_fired_before_it_is_replaced(case: Case) -> None:
    move(23 * HOUR)

    correct(case, occurred_at=2 * HOUR)

    assert _chain(case) == ["breached", "running"]
    assert BreachNote.objects.get().breach == breaches_of(case)[0]


def test_running_is_born_breached_where_the_right_limit_has_passed(case: Case) -> None:
    move(20 * HOUR)

    correct(case, occurred_at=-5 * HOUR)

    assert _chain(case) == ["void", "breached"]
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

    assert _chain(case) == ["void", "running"]
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

    assert _chain(case) == ["met", "met_late", "met"]
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

    assert _chain(case) == ["met", "running"]
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

    assert _chain(case, "protective_assessment") == ["met", "met_late"]
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

    assert _chain(case) == ["void"]
    assert breaches_of(case) == []
    assert TimeCorrection.objects.count() == 1


def test_a_hold_before_the_right_limit_still_exempts(case: Case) -> None:
    hold(case)
    move(HOUR)

    correct(case, occurred_at=-3 * HOUR)

    assert _chain(case) == ["exempt", "exempt"]
    assert (clock_of(case).exempt_code, breaches_of(case)) == ("HOLD_GUARDIAN_SUSPECT", [])
    assert told("outcome_changed", case) == set()


def test_a_hold_after_the_right_limit_only_explains(case: Case) -> None:
    move(20 * HOUR)
    hold(case)
    assert state_of(case) == "exempt"

    correct(case, occurred_at=-5 * HOUR)

    second = clock_of(case)
    assert _chain(case) == ["exempt", "breached"]
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
    _close(case)
    move(DAY)

    correct(case, occurred_at=-30 * HOUR)

    ended = reread(case)
    assert ended.closed_at is not None
    assert _chain(case) == ["met", "met_late"]
    assert len(breaches_of(case)) == 1


def test_in_a_closed_case_nothing_more_is_demanded(case: Case) -> None:
    _close(case, reached=case.report.occurred_at + 10 * MINUTE)
    move(HOUR)

    correct(case, occurred_at=30 * MINUTE)

    assert reread(case).closed_at is not None
    assert _chain(case) == ["met", "void"]
    move(2 * DAY)
    correct(case, occurred_at=MINUTE)
    assert _chain(case) == ["met", "void", "void"]
    assert breaches_of(case) == []
    assert not Deadline.objects.filter(settled_at=None, kind="guardian_contact").exists()


def test_the_liaison_corrects_own_reports_only(case: Case) -> None:
    with pytest.raises(Unseen):
        correct(case, by="nadia.rask", occurred_at=-HOUR)
    assert AuditEntry.objects.filter(action="denied", actor=person("nadia.rask"), what="times").count() == 1

    name_liaison(person("karin.ek"), case.pk, username="nadia.rask")
    correct(case, by="nadia.rask", occurred_at=-HOUR)
    assert TimeCorrection.objects.get().by == person("nadia.rask")


def test_whoever_may_not_work_with_every_case_of_the_report_may_not_correct() -> None:
    at(MONDAY)
    one, two = make_report(children=[child(identity_number=CASTOR), child(identity_number=BEA)]).cases
    lina, sara, now = person("lina.dahl"), person("sara.lindh"), clock.now()
    access.grant(lina, CasePermission.HANDLE, one, source=GrantSource.NAMED, by=sara, now=now)

    with pytest.raises(Forbidden):
        correct(one, by="lina.dahl", occurred_at=-HOUR)
    access.grant(lina, CasePermission.READ, two, source=GrantSource.NAMED, by=sara, now=now)
    with pytest.raises(Forbidden):
        correct(one, by="lina.dahl", occurred_at=-HOUR)
    with pytest.raises(Unseen):
        correct(one, by="butik.city", occurred_at=-HOUR)
    assert not TimeCorrection.objects.exists()
    access.grant(lina, CasePermission.HANDLE, two, source=GrantSource.NAMED, by=sara, now=now)
    correct(one, by="lina.dahl", occurred_at=-HOUR)
    assert TimeCorrection.objects.count() == 1


@pytest.mark.parametrize(
    ("times", "field", "words"),
    [
        ({"occurred_at": 10 * DAY}, "occurred_at", "framtiden"),
        ({"notified_at": 3 * HOUR}, "notified_at", "registrerades"),
        ({"occurred_at": 150 * MINUTE}, "occurred_at", "registrerades"),
        ({"notified_at": -3 * HOUR}, "notified_at", "senare än att anmälan kom in"),
        ({"occurred_at": -366 * DAY}, "occurred_at", "mer än ett år"),
        ({"occurred_at": timedelta(0)}, "occurred_at", "Inget är ändrat"),
        ({}, "occurred_at", "Inget är ändrat"),
    ],
)
def test_times_are_checked_as_at_registration(case: Case, times: dict[str, timedelta], field: str, words: str) -> None:
    move(5 * HOUR)

    with pytest.raises(Invalid) as refusal:
        correct(case, **times)

    ((named, message),) = refusal.value.errors
    assert (named, words in message) == (field, True), message
    assert not TimeCorrection.objects.exists()
    assert _chain(case) == ["running"]


def test_an_old_report_is_corrected_by_its_own_registration_and_a_reason_is_asked_for(case: Case) -> None:
    move(400 * DAY)
    report = reread(case).report

    with pytest.raises(Invalid) as refusal:
        correct_times(person("sara.lindh"), report.number, reason="  ", occurred_at=report.occurred_at - HOUR)
    assert [field for field, _message in refusal.value.errors] == ["reason"]
    correct(case, by="sara.lindh", occurred_at=-HOUR)
    assert TimeCorrection.objects.count() == 1


def test_whoever_looked_at_other_times_is_told_and_nothing_is_overwritten(case: Case) -> None:
    was = case.report.occurred_at
    correct(case, occurred_at=-HOUR)

    with pytest.raises(Conflict, match="Någon annan har rättat"):
        correct_times(
            person("karin.ek"),
            case.report.number,
            reason="Protokollet",
            occurred_at=was - 2 * HOUR,
            shown={"occurred_at": was},
        )

    assert reread(case).report.occurred_at == was - HOUR


def test_a_reviewed_breach_keeps_its_review(case: Case) -> None:
    move(23 * HOUR)
    sweep()
    (breach,) = breaches_of(case)
    review_breach(person("sara.lindh"), breach.pk, cause="no_staff", action="Samtal")

    correct(case, occurred_at=2 * HOUR)

    breach.refresh_from_db()
    assert (breach.cause, breach.corrections.count()) == ("no_staff", 1)


def test_the_database_lets_no_time_change_without_its_correction(case: Case) -> None:
    for field in ("occurred_at", "notified_at"):
        change = f"{field} = {field} - interval '1 hour'"
        refuses(lambda change=change: update("riskzon_report", change), "changes only with a correction")
    correct(case, occurred_at=-HOUR)
    refuses(lambda: update("riskzon_report", "occurred_at = occurred_at + interval '1 hour'"), "only with a correction")


def test_the_database_lets_a_contact_change_its_count_only_after_a_correction(case: Case) -> None:
    call(case, outcome="no_answer")
    refuses(lambda: update("riskzon_contact", "counts = true"), "rows are kept")
    correct(case, occurred_at=-HOUR)
    refuses(lambda: update("riskzon_contact", "outcome = 'reached', counts = true"), "rows are kept")
    update("riskzon_contact", "counts = true")


def test_the_database_keeps_the_breach_in_the_chain(case: Case) -> None:
    move(23 * HOUR)
    sweep()
    correct(case, occurred_at=2 * HOUR)

    refuses(lambda: update("workflows_deadline", "breach_stands = false", "replaces_id IS NOT NULL"), "never changes")
    refuses(lambda: update("workflows_deadline", "replaces_id = NULL", "replaces_id IS NOT NULL"), "never changes")
    refuses(lambda: update("workflows_breachnote", "reason = 'Annat'"), "rows are kept")
    second = clock_of(case)
    third = {"case": case, "kind": second.kind, "rule": second.rule, "starts_at": second.starts_at,
             "due_at": second.due_at, "created_at": clock.now(), "next_step_at": clock.now(), "replaces": second}  # fmt: skip
    refuses(lambda: Deadline.objects.create(**third), "closed first")
    update(
        "workflows_deadline", "state = 'void', settled_at = riskzon_now(), next_step_at = NULL", f"id = '{second.pk}'"
    )
    refuses(lambda: Deadline.objects.create(**third), "never un-made")
    refuses(lambda: Deadline.objects.create(**{**third, "kind": "lul_statement"}), "its own case, kind and rule")


def _close(case: Case, reached: datetime | None = None) -> None:
    call(case, at=reached or clock.now())
    protect(case)
    dispose(person("karin.ek"), case.pk, disposition="opened")
    if reread(case).closed_at is None:
        inform_child(person("karin.ek"), case.pk, at=clock.now())
    assert reread(case).closed_at is not None
