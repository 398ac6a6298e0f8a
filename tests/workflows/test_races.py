"""What happens when two act at the same moment: one wins, the other is told so in plain words, nothing fires twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from uuid import UUID

import pytest
from django.db import connection, transaction

from notifications.models import Message
from riskzon import clock
from riskzon.access import Action
from riskzon.doors import change
from riskzon.errors import Busy, Conflict, Unseen
from riskzon.models import (
    Assessment,
    AuditEntry,
    Case,
    Contact,
    EndProposal,
    ExtensionAnswer,
    Hold,
    Investigation,
    TimeCorrection,
    User,
)
from tests.acts import (
    DAY,
    HOUR,
    TICK,
    at_once,
    breaches_of,
    call,
    clock_of,
    confirm,
    hold,
    move,
    parents,
    propose,
    reread,
    state_of,
)
from tests.factories import BEA, CASTOR, ELSA, MAJA, at, child, guardian, make_report, people, person
from workflows import contact_clock
from workflows.models import Breach, Deadline, DeadlineEvent
from workflows.sweep import sweep
from workflows.verbs import investigations
from workflows.verbs.assessment import assess
from workflows.verbs.conflicts import block
from workflows.verbs.contacts import register_contact
from workflows.verbs.disposition import dispose
from workflows.verbs.holds import confirm_hold, refuse_hold
from workflows.verbs.people import take
from workflows.verbs.reviews import review_breach
from workflows.verbs.times import correct_times

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = "2026-11-16T09:00:00+01:00"


@pytest.fixture
def case() -> Case:
    people()
    at(MONDAY)
    return make_report(children=[child(identity_number=CASTOR)]).cases[0]


def _names(results: list[object]) -> list[str]:
    return sorted(type(one).__name__ for one in results)


def _one_won(results: list[object], winner: type) -> None:
    """Exactly one did it; every other was refused in words that say what happened."""
    lost = [one for one in results if not isinstance(one, winner)]
    assert len(lost) == len(results) - 1, results
    assert all(isinstance(one, Conflict) and one.message for one in lost), results


def _press_reached(by: str, case_id: UUID, maja: UUID) -> Contact:
    return register_contact(
        User.objects.get(username=by),
        case_id,
        guardian=maja,
        at=clock.now(),
        channel="phone",
        outcome="reached",
    )


@pytest.mark.parametrize("turn", range(3))
def test_two_dispatchers_and_a_contact_at_the_limit_have_one_winner_and_no_error(
    case: Case, turn: int, caplog: pytest.LogCaptureFixture
) -> None:
    others = [make_report(children=[child(identity_number=number, guardians=[])]).cases[0] for number in (BEA, ELSA)]
    maja = parents(case)["Maja"]
    move(24 * HOUR + TICK)

    results = at_once(
        lambda: sweep(name="sweep"),
        lambda: sweep(name="loop"),
        lambda: _press_reached("karin.ek", case.pk, maja),
    )

    assert not [one for one in results if isinstance(one, Exception)], results
    sweep()
    assert (state_of(case), len(breaches_of(case))) == ("met_late", 1)
    assert [state_of(other) for other in others] == ["breached", "breached"]
    assert Breach.objects.filter(kind="guardian_contact").count() == 3
    keys = DeadlineEvent.objects.values_list("deadline_id", "step")
    assert len(keys) == len(set(keys))
    told = Message.objects.values_list("recipient_id", "key")
    assert len(told) == len(set(told))
    assert caplog.records == []


def test_six_dispatchers_fire_each_rung_of_many_deadlines_once(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    for day in range(1, 13):
        born = clock.now().date().replace(year=2012, month=1, day=day)
        make_report(children=[child(identity_number="", birth_date=born, guardians=[])])
    move(26 * HOUR)

    results = at_once(*(lambda: sweep(batch=3) for _dispatcher in range(6)))

    assert all(isinstance(one, int) for one in results), results
    sweep()
    # -12h, -4h, -1h, breach, +1h of the contact; +1h, +4h and breach of the assessment.
    assert DeadlineEvent.objects.exclude(step="registered").count() == 13 * 8
    assert sum(results) == 13 * 8
    assert Breach.objects.count() == 26
    # They share the work without a word: nobody ran into anybody.
    assert caplog.records == []
    assert not Deadline.objects.filter(paused_until__isnull=False).exists()


def test_two_who_reach_the_same_guardian_at_once_are_both_written_down_and_meet_it_once(case: Case) -> None:
    maja = parents(case)["Maja"]

    results = at_once(
        lambda: _press_reached("karin.ek", case.pk, maja), lambda: _press_reached("omar.nyman", case.pk, maja)
    )

    assert _names(results) == ["Contact", "Contact"]
    assert case.deadlines.filter(kind="guardian_contact", state="met").count() == 1
    assert reread(case).guardians_followed_at is not None


def test_two_who_take_the_same_case_at_once(case: Case) -> None:
    workers = [person(name) for name in ("karin.ek", "omar.nyman")]

    results = at_once(*(lambda worker=worker: take(worker, case.pk) for worker in workers))

    _one_won(results, Case)
    winner = next(one for one in results if isinstance(one, Case)).assignee
    loser = next(one for one in results if isinstance(one, Conflict))
    assert str(winner) in loser.message
    assert reread(case).assignee == winner


def test_six_who_decide_at_once_make_one_investigation(case: Case) -> None:
    workers = [person(name) for name in ("karin.ek", "omar.nyman", "sara.lindh")] * 2

    results = at_once(*(lambda worker=worker: dispose(worker, case.pk, disposition="opened") for worker in workers))

    _one_won(results, Case)
    assert Investigation.objects.count() == 1
    assert "Beslut är redan fattat" in next(one for one in results if isinstance(one, Conflict)).message


def test_two_cases_of_one_child_decided_at_once_make_one_investigation(case: Case) -> None:
    second = make_report(children=[child(identity_number=CASTOR)]).cases[0]
    karin, omar = person("karin.ek"), person("omar.nyman")

    results = at_once(
        lambda: dispose(karin, case.pk, disposition="opened"), lambda: dispose(omar, second.pk, disposition="opened")
    )

    _one_won(results, Case)
    assert Investigation.objects.count() == 1


def test_two_who_review_the_same_breach_at_once(case: Case) -> None:
    move(24 * HOUR + TICK)
    sweep()
    breach, sara = breaches_of(case)[0], person("sara.lindh")

    results = at_once(
        *(lambda why=why: review_breach(sara, breach.pk, cause=why, action="Samtal") for why in ("no_staff", "other"))
    )

    _one_won(results, Breach)


def test_two_assessments_at_once_are_both_kept_and_the_step_is_taken_once(case: Case) -> None:
    workers = [person(name) for name in ("karin.ek", "omar.nyman")]

    results = at_once(
        *(
            lambda worker=worker: assess(worker, case.pk, outcome="no_immediate_need", at=clock.now())
            for worker in workers
        )
    )

    assert _names(results) == ["Assessment", "Assessment"]
    assert Assessment.objects.count() == 2
    assert case.process.task_set.filter(flow_task__endswith="protective_assessment").count() == 1


def test_calls_about_the_same_siblings_in_both_orders_are_no_error() -> None:
    people()
    at(MONDAY)
    shared = guardian(identity_number=MAJA)
    one, two = make_report(
        children=[child(identity_number=CASTOR, guardians=[shared]), child(identity_number=BEA, guardians=[shared])]
    ).cases
    maja, karin, omar = parents(one)["Maja"], person("karin.ek"), person("omar.nyman")

    def phone(user: User, first: Case, second: Case) -> Contact:
        return register_contact(
            user, first.pk, guardian=maja, at=clock.now(), channel="phone", outcome="reached", also_cases=[second.pk]
        )

    for _turn in range(5):
        results = at_once(lambda: phone(karin, one, two), lambda: phone(omar, two, one))
        assert _names(results) == ["Contact", "Contact"]
    assert (state_of(one), state_of(two)) == ("met", "met")


def test_holds_decided_in_two_cases_of_one_child_at_once_are_no_error(case: Case) -> None:
    second = make_report(
        children=[child(identity_number=CASTOR, guardians=[guardian(name="Olle Fiktivsson", phone="031-390 06 01")])]
    ).cases[0]

    results = at_once(lambda: hold(case, "Maja"), lambda: hold(second, "Olle"))

    assert all(isinstance(one, Hold | Busy) for one in results), results
    for name in ("Maja", "Olle"):
        if not Hold.objects.filter(guardian__name__startswith=name).exists():
            hold(case, name)
    assert [state_of(one) for one in (case, second)] == ["exempt", "exempt"]


@contextmanager
def _somebody_works_in(case: Case) -> Iterator[None]:
    """Another person has the case locked for as long as this lasts."""
    locked, done = Event(), Event()

    def work() -> None:
        try:
            with change(User.objects.get(username="omar.nyman"), Action.NOTE, case.pk):
                locked.set()
                done.wait(20)
        finally:
            connection.close()

    thread = Thread(target=work)
    thread.start()
    assert locked.wait(5)
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_a_report_about_a_known_child_is_taken_while_somebody_works_in_an_earlier_case(case: Case) -> None:
    again = [child(identity_number=case.child.identity_number, guardians=[guardian(), guardian(name="Ny Fiktivsson")])]
    with _somebody_works_in(case):
        report = make_report("per.holm", children=again)

    assert report.cases[0].child == case.child


def test_a_case_in_which_somebody_works_is_busy_after_two_seconds(case: Case) -> None:
    with _somebody_works_in(case):
        began = monotonic()
        with pytest.raises(Busy, match="Någon annan arbetar"):
            call(case)
        waited = monotonic() - began

    assert 1.5 < waited < 4
    assert not Contact.objects.exists()
    call(case)
    assert state_of(case) == "met"


@pytest.mark.parametrize("username", ["lina.dahl", "per.holm"])
def test_whoever_may_not_see_a_case_does_not_wait_for_who_works_in_it(case: Case, username: str) -> None:
    """Two seconds instead of none would tell that it is there."""
    with _somebody_works_in(case):
        began = monotonic()
        with pytest.raises(Unseen), change(person(username), Action.CONTACT, case.pk):
            pass
        assert monotonic() - began < 1


def test_a_right_that_ends_while_its_holder_waits_for_the_case_is_gone(case: Case) -> None:
    karin, sara, ended = person("karin.ek"), person("sara.lindh"), []

    def end_it(execute, statement, *more):
        if "FOR NO KEY UPDATE" in statement and not ended:
            ended.extend(at_once(lambda: block(sara, case.pk, username="karin.ek", reason="Släkt.")))
        return execute(statement, *more)

    with connection.execute_wrapper(end_it), pytest.raises(Unseen), change(karin, Action.NOTE, case.pk):
        pass
    assert _names(ended) == ["CaseBlock"]


def test_dispatchers_wait_for_nobody_who_works_in_a_case(case: Case) -> None:
    move(24 * HOUR + TICK)

    with _somebody_works_in(case):
        began = monotonic()
        sweep()
        waited = monotonic() - began

    assert waited < 1.5
    assert state_of(case) == "breached"


def test_a_birthday_waits_until_nobody_works_in_the_case() -> None:
    people()
    at("2026-11-13T20:00:00+01:00")
    born = clock.now().date().replace(year=2008, day=14)
    case = make_report(children=[child(identity_number="", birth_date=born)]).cases[0]
    at("2026-11-14T00:00:00+01:00")

    with _somebody_works_in(case):
        sweep()
        assert state_of(case) == "running"
    move(DAY)
    sweep()

    assert clock_of(case).exempt_code == contact_clock.TURNED_18
    assert breaches_of(case) == []


def test_a_denial_is_in_the_log_although_nothing_else_is(case: Case) -> None:
    before = AuditEntry.objects.count()

    with pytest.raises(Unseen), change(person("lina.dahl"), Action.CONTACT, case.pk):
        pass

    (entry,) = AuditEntry.objects.order_by("id")[before:]
    assert (entry.action, entry.actor, entry.detail) == ("denied", person("lina.dahl"), {"status": 404})


def test_two_who_confirm_an_end_at_once_have_one_winner(case: Case) -> None:
    propose(case)

    results = at_once(lambda: confirm(case, by="omar.nyman"), lambda: confirm(case, by="sara.lindh"))

    _one_won(results, EndProposal)
    assert reread(case).disposition == "void"
    assert Message.objects.filter(kind="end_confirmed").count() == 1


def test_a_contact_and_the_confirmation_at_once_leave_nothing_open(case: Case) -> None:
    propose(case, "transferred")
    maja = parents(case)["Maja"]

    results = at_once(lambda: confirm(case), lambda: _press_reached("karin.ek", case.pk, maja))

    assert all(isinstance(one, EndProposal | Contact | Conflict) for one in results), results
    assert reread(case).disposition == "transferred"
    assert not Deadline.objects.filter(case=case, settled_at__isnull=True).exists()


def test_two_cases_confirmed_as_each_others_duplicates_at_once_are_not_both_void(case: Case) -> None:
    other = make_report(children=[child(identity_number=CASTOR)]).cases[0]
    propose(case, void_kind="duplicate", duplicate_of=other.number)
    propose(other, void_kind="duplicate", duplicate_of=case.number)

    results = at_once(lambda: confirm(case), lambda: confirm(other, by="sara.lindh"))

    _one_won(results, EndProposal)
    assert sorted([reread(case).disposition, reread(other).disposition]) == ["", "void"]


@pytest.mark.parametrize("turn", range(3))
def test_a_contact_and_a_correction_at_once_are_judged_by_the_right_time(case: Case, turn: int) -> None:
    """The contact lies between the wrong start and the right one: whoever comes second must see what the first did."""
    arrest, maja = clock.now(), parents(case)["Maja"]
    move(2 * HOUR)
    late = make_report(occurred_at=arrest, children=[child(identity_number=BEA)]).cases[0]
    karin, omar, called = person("karin.ek"), person("omar.nyman"), arrest + HOUR / 2
    bea_parent = parents(late)["Maja"]

    results = at_once(
        lambda: register_contact(karin, late.pk, guardian=bea_parent, at=called, channel="phone", outcome="reached"),
        lambda: correct_times(omar, late.report.number or "", reason="Protokollet", occurred_at=arrest + HOUR),
    )

    assert not [one for one in results if isinstance(one, Exception)], results
    assert not Contact.objects.get().counts
    assert (state_of(late), reread(late).guardian_reached_at) == ("running", None)
    assert maja != bea_parent


def test_a_contact_that_waited_for_a_correction_reads_the_right_time(case: Case) -> None:
    """What was read before the wait is not what holds after it."""
    arrest, maja, karin = clock.now(), parents(case)["Maja"], User.objects.get(username="karin.ek")
    move(2 * HOUR)
    said: list[object] = []

    def phone() -> None:
        try:
            said.append(
                register_contact(
                    karin, case.pk, guardian=maja, at=arrest - HOUR / 2, channel="phone", outcome="reached"
                )
            )
        finally:
            connection.close()

    with transaction.atomic():
        correct_times(person("omar.nyman"), case.report.number or "", reason="Protokollet", occurred_at=arrest - HOUR)
        caller = Thread(target=phone)
        caller.start()
        # It waits for the case, which this transaction holds.
        caller.join(0.7)
        assert caller.is_alive()
    caller.join(5)

    assert [type(one) for one in said] == [Contact]
    assert Contact.objects.get().counts
    assert state_of(case) == "met"


def test_two_corrections_at_once_leave_a_whole_chain(case: Case) -> None:
    arrest, number = clock.now(), case.report.number or ""
    move(2 * HOUR)
    users = [person(name) for name in ("karin.ek", "omar.nyman")]

    results = at_once(
        *(
            lambda user=user, hours=hours: correct_times(
                user, number, reason="Protokollet", occurred_at=arrest - hours * HOUR
            )
            for hours, user in enumerate(users, start=1)
        )
    )

    assert not [one for one in results if isinstance(one, Exception)], results
    clocks = list(case.deadlines.filter(kind="guardian_contact").order_by("created_at"))
    assert [row.state for row in clocks] == ["void", "void", "running"]
    assert [row.replaces_id for row in clocks] == [None, clocks[0].pk, clocks[1].pk]
    assert clocks[-1].starts_at == reread(case).report.occurred_at
    first, second = TimeCorrection.objects.order_by("old")[::-1]
    assert (first.old, first.new, second.new) == (arrest, second.old, reread(case).report.occurred_at)


def test_a_dispatcher_and_a_correction_at_the_limit_leave_one_breach_for_each_clock(case: Case) -> None:
    arrest, number, omar = clock.now(), case.report.number or "", person("omar.nyman")
    move(24 * HOUR + TICK)

    results = at_once(
        lambda: sweep(name="sweep"),
        lambda: correct_times(omar, number, reason="Protokollet", occurred_at=arrest - HOUR),
    )

    assert not [one for one in results if isinstance(one, Exception)], results
    sweep()
    assert len(breaches_of(case)) == 2
    assert [row.state for row in case.deadlines.filter(kind="guardian_contact").order_by("created_at")] == [
        "breached",
        "breached",
    ]


def test_two_answers_to_more_time_at_once_are_one_answer(case: Case) -> None:
    opened = dispose(person("karin.ek"), case.pk, disposition="opened")
    until = clock.now().date() + 150 * DAY
    investigations.extend(person("karin.ek"), opened.investigation_id, until=until, reason="Skäl")

    results = at_once(
        lambda: investigations.answer_extension(
            User.objects.get(username="sara.lindh"), opened.investigation_id, refuse=True, reason="Nej"
        ),
        lambda: investigations.answer_extension(User.objects.get(username="sara.lindh"), opened.investigation_id),
    )

    assert _names(results) == ["Conflict", "Investigation"]
    refused = ExtensionAnswer.objects.get().refused
    assert Deadline.objects.filter(case=case, kind="investigation").count() == (3 if refused else 2)


def test_a_nights_hold_that_is_confirmed_and_refused_at_once_has_one_answer(case: Case) -> None:
    at("2026-11-16T22:00:00+01:00")
    decided = hold(case, by="jour.vakt")
    at("2026-11-17T08:30:00+01:00")

    results = at_once(
        lambda: confirm_hold(User.objects.get(username="sara.lindh"), decided.pk),
        lambda: refuse_hold(User.objects.get(username="sara.lindh"), decided.pk, reason="Nej"),
    )

    assert _names(results) == ["Conflict", "Hold"]
    decided.refresh_from_db()
    assert (decided.confirmed_at is None) == (decided.ended_at is not None)
