"""Does each rung fire once, at its moment, and the breach one tick after the limit - and never at it?"""

from datetime import timedelta

import pytest

from notifications.models import Message
from riskzon import clock, granting
from riskzon.models import Case, Role, User
from tests.acts import DAY, HOUR, TICK, breaches_of, call, clock_of, move, protect, reread, rungs_of, state_of, told
from tests.factories import at, make_report, person
from workflows import firing
from workflows.models import Breach, Deadline, DeadlineEvent
from workflows.sweep import POISON_PAUSE, next_moment, sweep
from workflows.verbs.people import take

pytestmark = pytest.mark.django_db

ARREST = "2026-11-16T09:00:00+01:00"  # a Monday, everybody at work
LIMIT = "2026-11-17T09:00:00+01:00"


@pytest.fixture
def case() -> Case:
    at(ARREST)
    return make_report().cases[0]


def test_the_limit_itself_is_in_time_and_the_first_tick_after_it_is_a_breach(case: Case) -> None:
    at(LIMIT)
    sweep()
    assert (state_of(case), breaches_of(case)) == ("running", [])

    move(TICK)
    sweep()

    assert state_of(case) == "breached"
    assert [breach.due_at for breach in breaches_of(case)] == [clock_of(case).due_at]


def test_of_two_cases_that_fire_together_a_block_in_one_hides_nothing_of_the_other_and_tells_nothing_of_its_own(
    case: Case,
) -> None:
    """`told` counts whom the rung found; it is found once for all cases of a unit that nobody is blocked from."""
    User.objects.filter(role=Role.HEAD).update(is_active=False)
    other = make_report(children=[{"birth_date": (clock.now() - 4000 * DAY).date(), "given_name": "Bo"}]).cases[0]
    lead = person("sara.lindh")
    granting.block(lead, other, by=person("maria.oberg"), reason="Jäv.", now=clock.now())
    at(LIMIT)
    move(TICK)

    sweep()

    told_of = Message.objects.filter(kind="deadline_breached", recipient=lead).values_list("case", flat=True)
    assert set(told_of) == {case.pk}
    breach = {event.deadline.case_id: event.told for event in DeadlineEvent.objects.filter(step="breach")}
    assert breach[case.pk] == breach[other.pk] + 1


@pytest.mark.parametrize(("rung", "before"), [("-12h", 12), ("-4h", 4), ("-1h", 1)])
def test_a_reminder_fires_at_its_moment_and_not_before(case: Case, rung: str, before: int) -> None:
    at(LIMIT)
    move(-before * HOUR - TICK)
    sweep()
    assert rung not in rungs_of(case)

    move(TICK)
    sweep()

    assert rungs_of(case)[-1] == rung


def test_every_rung_fires_once_however_often_and_however_late_anybody_sweeps(case: Case) -> None:
    at(LIMIT)
    for _hour in range(50):
        move(HOUR)
        sweep()
        sweep()

    expected = ["registered", "-12h", "-4h", "-1h", "breach", "+1h", "+4h", "daily-2026-11-18", "daily-2026-11-19"]
    assert rungs_of(case) == expected
    assert len(breaches_of(case)) == 1


def test_dispatchers_that_were_down_for_a_week_catch_up_with_every_rung(case: Case) -> None:
    at(LIMIT)
    move(7 * DAY)
    sweep()

    daily = [f"daily-2026-11-{day}" for day in range(18, 25)]
    assert rungs_of(case) == ["registered", "-12h", "-4h", "-1h", "breach", "+1h", "+4h", *daily]
    assert all(event.fired_at >= event.at for event in DeadlineEvent.objects.all())


def test_the_daily_rung_comes_at_eight_each_morning_also_across_the_change_of_the_clock() -> None:
    at("2026-10-23T06:00:00+02:00")
    case = make_report().cases[0]
    at("2026-10-27T12:00:00+01:00")
    sweep()

    daily = DeadlineEvent.objects.filter(deadline=clock_of(case), step__startswith="daily").order_by("at")
    assert [event.at.isoformat() for event in daily] == [
        "2026-10-25T07:00:00+00:00",
        "2026-10-26T07:00:00+00:00",
        "2026-10-27T07:00:00+00:00",
    ]


def test_a_contact_exactly_at_the_limit_is_met(case: Case) -> None:
    at(LIMIT)
    call(case)

    assert (state_of(case), breaches_of(case)) == ("met", [])


def test_a_contact_one_tick_late_fires_the_breach_first_although_nobody_swept(case: Case) -> None:
    at(LIMIT)
    move(TICK)
    call(case)

    deadline = clock_of(case)
    assert deadline.state == "met_late"
    assert deadline.fired_at == deadline.met_at == clock.now()
    assert [breach.fired_at for breach in breaches_of(case)] == [clock.now()]
    assert told("deadline_breached", case) == {"karin.ek", "omar.nyman", "sara.lindh"}


def test_a_contact_in_time_but_typed_in_late_is_still_a_breach(case: Case) -> None:
    in_time = at(LIMIT) - HOUR
    move(2 * HOUR)
    call(case, at=in_time)

    assert clock_of(case).state == "met_late"
    assert clock_of(case).met_at == in_time
    assert len(breaches_of(case)) == 1


def test_no_rung_fires_after_contact(case: Case) -> None:
    at(LIMIT)
    sweep()
    call(case)
    move(10 * DAY)
    sweep()

    assert rungs_of(case) == ["registered", "-12h", "-4h", "-1h"]
    assert clock_of(case).next_step_at is None


def test_rungs_after_a_breach_stop_at_contact_and_not_at_review(case: Case) -> None:
    at(LIMIT)
    move(2 * HOUR)
    sweep()
    breach = breaches_of(case)[0]
    breach.cause, breach.reviewed_at, breach.reviewed_by = "no_staff", clock.now(), person("sara.lindh")
    breach.save()

    move(3 * HOUR)
    sweep()
    assert rungs_of(case)[-1] == "+4h"

    call(case)
    move(5 * DAY)
    sweep()
    assert rungs_of(case)[-1] == "+4h"


def test_a_breach_asks_the_supervisor_for_a_review_within_three_working_days(case: Case) -> None:
    protect(case)
    at(LIMIT)
    move(TICK)
    sweep()

    review = clock_of(case, "breach_review")
    assert review.breach == breaches_of(case)[0]
    assert review.due_at.isoformat() == "2026-11-20T22:59:59+00:00"
    at("2026-11-21T00:00:00+01:00")
    sweep()
    assert Breach.objects.filter(case=case).count() == 2
    assert Deadline.objects.filter(kind="breach_review").count() == 1


def test_a_waiting_assessment_is_said_after_an_hour_only_while_nobody_has_taken_the_case(case: Case) -> None:
    other = make_report(children=[{"birth_date": (clock.now() - 4000 * DAY).date(), "given_name": "Bo"}]).cases[0]
    take(person("karin.ek"), other.pk)

    move(HOUR)
    sweep()

    assert told("assessment_waiting", case) == {"karin.ek", "omar.nyman"}
    assert told("assessment_waiting", other) == set()
    assert rungs_of(other, "protective_assessment") == ["registered", "+1h-waiting"]

    move(3 * HOUR)
    sweep()
    assert told("assessment_waiting", other) == {"karin.ek", "sara.lindh"}


def test_an_assessment_in_time_silences_its_ladder(case: Case) -> None:
    protect(case)
    move(2 * DAY)
    sweep()

    assert rungs_of(case, "protective_assessment") == ["registered"]
    assert breaches_of(case, "protective_assessment") == []


def test_the_next_moment_is_the_earliest_rung_of_all(case: Case) -> None:
    assert next_moment() == clock.now() + HOUR

    protect(case)

    assert next_moment() == clock_of(case).due_at - 12 * HOUR


def test_one_deadline_that_cannot_be_fired_stops_no_other_and_is_not_lost(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_report(children=[{"birth_date": (clock.now() - 4000 * DAY).date(), "given_name": "Bo"}]).cases[0]
    poisoned = clock_of(case).pk
    whole = firing._breach

    def breach(deadline: Deadline, *args: object, **fields: object) -> None:
        if deadline.pk == poisoned:
            raise RuntimeError("poison")
        whole(deadline, *args, **fields)

    at(LIMIT)
    move(TICK)
    with monkeypatch.context() as patch:
        patch.setattr(firing, "_breach", breach)
        sweep()
    assert (state_of(case), state_of(other)) == ("running", "breached")

    move(POISON_PAUSE)
    sweep()

    assert state_of(case) == "breached"
    assert rungs_of(case) == ["registered", "-12h", "-4h", "-1h", "breach"]


def test_an_arrest_registered_after_its_limit_is_born_breached_and_says_so() -> None:
    arrested = at(ARREST)
    at(LIMIT)
    move(90 * timedelta(minutes=1))
    case = make_report(occurred_at=arrested, notified_at=clock.now()).cases[0]

    deadline, breach = clock_of(case), breaches_of(case)[0]
    assert (deadline.state, deadline.fired_at, breach.born) == ("breached", clock.now(), True)
    assert sorted(rungs_of(case)) == sorted(["registered", "-12h", "-4h", "-1h", "breach", "+1h"])
    assert told("case_received", case) == {"karin.ek", "omar.nyman", "sara.lindh"}
    assert reread(case).next_due_at == deadline.due_at

    move(3 * HOUR)
    sweep()
    assert told("deadline_still_open", case) == {"maria.oberg"}
