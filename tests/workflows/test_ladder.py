"""Is exactly the right person told at exactly the right moment, whatever hour it is and whoever is missing?"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from notifications.models import Message
from riskzon import clock, granting
from riskzon.models import Absence, Case, Role, Unit, User
from tests.acts import DAY, HOUR, MINUTE, clock_of, move, reread, told
from tests.duty import leads_always, off
from tests.factories import CASTOR, at, child, guardian, make_report, people, person
from tests.workflows.ladder_by_hand import (
    Staff,
    Told,
    guardian_contact,
    protective_assessment,
    tell,
    unit_is_open,
    without_clock,
)
from workflows.models import Breach, Deadline
from workflows.plan import plan, plans
from workflows.sweep import next_moment, sweep
from workflows.verbs.family import identify_child
from workflows.verbs.holds import end_hold

pytestmark = pytest.mark.django_db

WATCHED = ("guardian_contact", "protective_assessment")


def _inactive(*usernames: str) -> None:
    User.objects.filter(username__in=usernames).update(is_active=False)


def _assign(case: Case, username: str) -> None:
    Case.objects.filter(pk=case.pk).update(assignee=person(username))


def _supervisor_of_duty() -> None:
    Unit.objects.filter(slug="socialjouren").update(supervisor=person("hanna.vide"))


def _gone_from_socialjouren() -> None:
    User.objects.filter(username="jour.vakt").update(role=Role.SOCIAL_WORKER)


def _lead_with_a_free_saturday() -> None:
    leads_always("jour.reserv")
    off("2026-11-14", "jour.reserv")
    off("2026-11-14")


def _no_supervisor() -> None:
    Unit.objects.filter(slug="mottagning-barn-och-unga").update(supervisor=None)


@dataclass(frozen=True)
class Situation:
    """When a report comes in, what is unusual, and who is there then."""

    moment: str
    staff: Staff = field(default_factory=Staff)
    before: Callable[[], None] = lambda: None
    after: Callable[[Case], None] = lambda case: None


MONDAY = "2026-11-16T10:00:00+01:00"
FRIDAY_NIGHT = "2026-11-13T18:58:00+01:00"
SITUATIONS = {
    "office hours": Situation(MONDAY),
    "the last second of the day": Situation("2026-11-17T16:59:59+01:00"),
    "closing time": Situation("2026-11-17T17:00:00+01:00"),
    "just before opening": Situation("2026-11-18T07:59:59+01:00"),
    "Friday night": Situation(FRIDAY_NIGHT),
    "Christmas Eve": Situation("2026-12-24T10:00:00+01:00"),
    "the night of the autumn change": Situation("2026-10-24T22:40:00+02:00"),
    "somebody has taken it": Situation(
        MONDAY, Staff(assignee="omar.nyman", is_taken=True), after=lambda case: _assign(case, "omar.nyman")
    ),
    "who took it has left": Situation(
        MONDAY,
        Staff(queue=("karin.ek",), is_taken=True),
        before=lambda: _inactive("omar.nyman"),
        after=lambda case: _assign(case, "omar.nyman"),
    ),
    "nobody on duty": Situation(FRIDAY_NIGHT, Staff(on_duty=()), before=lambda: _inactive("jour.vakt")),
    "nobody in the unit": Situation(MONDAY, Staff(queue=()), before=lambda: _inactive("karin.ek", "omar.nyman")),
    "a supervisor who has left": Situation(MONDAY, Staff(supervisor=""), before=lambda: _inactive("sara.lindh")),
    "a unit without supervisor": Situation(FRIDAY_NIGHT, Staff(supervisor=""), before=_no_supervisor),
    "a lead at Socialjouren": Situation(
        FRIDAY_NIGHT,
        Staff(on_duty=("jour.vakt", "jour.reserv"), duty_lead="jour.reserv"),
        before=lambda: leads_always("jour.reserv"),
    ),
    "a supervisor of Socialjouren who is not on duty": Situation(FRIDAY_NIGHT, before=_supervisor_of_duty),
    "no longer at Socialjouren": Situation(FRIDAY_NIGHT, Staff(on_duty=()), before=_gone_from_socialjouren),
    "a gap in the roster": Situation(FRIDAY_NIGHT, Staff(gaps=("2026-11-14",)), before=lambda: off("2026-11-14")),
    "a gap while nobody leads either": Situation(
        FRIDAY_NIGHT,
        Staff(on_duty=("jour.vakt", "jour.reserv"), duty_lead="jour.reserv", gaps=("2026-11-14",)),
        before=_lead_with_a_free_saturday,
    ),
    "nobody but the head": Situation(
        FRIDAY_NIGHT,
        Staff(queue=(), supervisor="", on_duty=()),
        before=lambda: _inactive("karin.ek", "omar.nyman", "sara.lindh", "jour.vakt"),
    ),
}


def _expected(case: Case, staff: Staff, *, arrested: datetime, until: datetime) -> set[Told]:
    registered = case.registered_at
    both = tell("guardian_contact", guardian_contact(registered, arrested + 24 * HOUR, until), staff) | tell(
        "protective_assessment",
        protective_assessment(registered, registered + 24 * HOUR, is_taken=staff.is_taken),
        staff,
    )
    return {without_clock(one) for one in both}


def _heard(case: Case) -> set[Told]:
    return {
        without_clock(
            Told(message.created_at, message.facts["deadline"], message.facts["step"], message.recipient.username)
        )
        for message in Message.objects.filter(case=case).select_related("recipient")
        if message.facts.get("deadline") in WATCHED
    }


def _let_time_pass(until: datetime) -> None:
    """Stand at each moment at which something is due, as dispatchers do that are never late."""
    while (moment := next_moment()) is not None and moment <= until:
        clock.stand_still(moment)
        sweep()


@pytest.mark.parametrize("name", SITUATIONS)
def test_everybody_is_told_who_must_be_and_nobody_else_at_the_moment_itself(name: str) -> None:
    situation = SITUATIONS[name]
    people()
    situation.before()
    registered = at(situation.moment)
    arrested, until = registered - 40 * MINUTE, registered + 4 * DAY
    case = make_report("karin.ek", occurred_at=arrested, children=[child(identity_number=CASTOR)]).cases[0]
    situation.after(case)
    expected = _expected(case, situation.staff, arrested=arrested, until=until)

    foreseen = {
        (line.at, line.kind, line.step, user.username)
        for line in plan(reread(case), registered)
        for user in line.people
        if line.kind in WATCHED
    }
    _let_time_pass(until)

    assert _heard(case) == expected
    first_morning = min(one.step for one in expected if one.step.startswith("daily"))
    assert foreseen == {
        (one.at.replace(microsecond=0), one.deadline, one.step, one.username)
        for one in expected
        if one.step != "registered" and (not one.step.startswith("daily") or one.step == first_morning)
    }


def test_the_simulator_knows_when_the_unit_is_open() -> None:
    unit = people().units["mottagning-barn-och-unga"]
    moment = datetime.fromisoformat("2026-12-20T00:00:00+01:00")

    for hours in range(24 * 20):
        instant = moment + hours * HOUR + timedelta(minutes=hours % 60)
        assert unit_is_open(instant) == unit.hours.is_open(instant), instant


def test_a_message_that_found_nobody_says_so_and_the_next_rung_still_comes() -> None:
    people()
    _inactive("karin.ek", "omar.nyman")
    at(MONDAY)
    case = make_report("sara.lindh", children=[child(identity_number=CASTOR)]).cases[0]

    first = Message.objects.get(case=case, kind="case_received")
    assert (first.recipient.username, first.facts["nobody_found"]) == ("sara.lindh", True)

    at("2026-11-17T06:00:00+01:00")
    sweep()
    assert told("deadline_near", case) == {"jour.vakt", "maria.oberg"}
    near = Message.objects.filter(case=case, kind="deadline_near", facts__step="-4h")
    assert {"nobody_found" in message.facts for message in near} == {False}


def test_in_a_gap_of_the_roster_the_next_in_line_is_told_at_once_and_reads_why() -> None:
    people()
    off("2026-11-14")
    at(FRIDAY_NIGHT)
    case = make_report("karin.ek", children=[child(identity_number=CASTOR)]).cases[0]
    foreseen = {line.step: line.recipients for line in plan(reread(case), clock.now()) if line.kind == WATCHED[0]}
    assert foreseen["-12h"] == ["Maria Öberg"]

    _let_time_pass(clock.now() + DAY + HOUR)

    first = Message.objects.filter(case=case, kind="case_received")
    assert [(message.recipient.username, "nobody_found" in message.facts) for message in first] == [
        ("jour.vakt", False)
    ]
    passed_on = Message.objects.get(case=case, kind="deadline_near", facts__step="-12h")
    assert (passed_on.recipient.username, passed_on.facts["nobody_found"]) == ("maria.oberg", True)
    assert Breach.objects.get(case=case, kind=WATCHED[0]).on_duty == []


def test_who_is_on_duty_at_each_rung_is_asked_in_as_many_statements_however_many_rungs(
    django_assert_num_queries: Callable,
) -> None:
    people()
    now = at(FRIDAY_NIGHT)
    numbers = (CASTOR, "20100702-2393")
    cases = make_report("karin.ek", children=[child(identity_number=number) for number in numbers]).cases
    deadlines = {case.pk: list(Deadline.objects.filter(case=case)) for case in cases}
    for some in (cases[:1], cases):
        # Staff, rules, roster, and the people who are named.
        with django_assert_num_queries(4):
            plans(some, deadlines, now)


def test_who_is_blocked_from_the_child_is_not_there_and_somebody_else_is_told() -> None:
    people()
    at(MONDAY)
    case = make_report("sara.lindh", children=[child(identity_number=CASTOR)]).cases[0]
    _assign(case, "omar.nyman")
    for username in ("omar.nyman", "sara.lindh"):
        granting.block(person(username), case, by=person("maria.oberg"), reason="släkt", now=clock.now())
    _let_time_pass(clock.now() + DAY)

    assert told("deadline_near", case) == {"jour.vakt", "karin.ek", "maria.oberg"}
    # The supervisor must not know of the child: one level up, the head leads.
    assert told("assessment_waiting", case) == {"karin.ek", "maria.oberg"}


def test_a_clock_that_starts_later_is_not_announced_as_a_new_report() -> None:
    people()
    at(MONDAY)
    case = make_report(
        "karin.ek", children=[{"approximate_age": 12, "description": "Röd jacka", "guardians": [guardian()]}]
    ).cases[0]
    move(3 * HOUR)
    identify_child(person("karin.ek"), case.pk, identity_number=CASTOR)

    assert Message.objects.filter(case=case, kind="case_received").count() == 2
    assert told("deadline_near", case) == {"karin.ek", "omar.nyman"}


def test_the_plan_ends_when_nothing_is_asked_any_more() -> None:
    people()
    at(MONDAY)
    case = make_report("karin.ek", children=[child(identity_number=CASTOR)]).cases[0]
    hold_until = clock.now() + DAY
    case.child.holds.create(
        case=case,
        guardian=case.child.guardians.get(),
        code="HOLD_HONOUR",
        reason="Samråd",
        until=hold_until,
        decided_at=clock.now(),
        decided_by=person("sara.lindh"),
    )
    end_hold(person("sara.lindh"), case.child.holds.get().pk, reason="Klart")
    assert clock_of(case).state == "running"

    kinds = {line.kind for line in plan(reread(case), clock.now())}
    assert kinds == {"guardian_contact", "protective_assessment", "open_investigation", "breach_review"}


def test_where_everybody_in_line_is_away_the_heads_are_told_all_the_same() -> None:
    people()
    _inactive("jour.vakt", "sara.lindh")
    head = person("maria.oberg")
    Absence.objects.create(
        person=head,
        starts_at=datetime.fromisoformat("2026-11-01T00:00:00+01:00"),
        registered_by=head,
        registered_at=datetime.fromisoformat("2026-11-01T00:00:00+01:00"),
    )
    at(FRIDAY_NIGHT)
    case = make_report("per.holm", children=[child(identity_number=CASTOR)]).cases[0]
    _let_time_pass(clock.now() + 13 * HOUR)

    assert told("deadline_near", case) == {"maria.oberg"}
