"""When is the task of reaching the guardians done: every custodian followed to the end, and the child told?"""

from datetime import date

import pytest

from riskzon import clock
from riskzon.errors import Conflict, Forbidden, Invalid
from riskzon.models import AuditEntry, Case, WrittenOff
from tests.acts import (
    DAY,
    HOUR,
    MINUTE,
    TICK,
    both_parents,
    breaches_of,
    call,
    clock_of,
    hold,
    move,
    parents,
    protect,
    reread,
    rungs_of,
    state_of,
    todos_of,
)
from tests.factories import ALBIN, CASTOR, WORKDAY, at, child, guardian, make_report, person
from workflows import contact_clock, steps
from workflows.flows.case import CaseFlow
from workflows.sweep import POISON_PAUSE, sweep
from workflows.verbs.contacts import inform_child, write_off
from workflows.verbs.disposition import dispose
from workflows.verbs.family import add_guardian, identify_child

pytestmark = pytest.mark.django_db


def _case(number: str = CASTOR, **fields: object) -> Case:
    at(WORKDAY)
    return make_report(children=[child(identity_number=number, **{"guardians": both_parents(), **fields})]).cases[0]


def _is_done(case: Case) -> bool:
    done = reread(case).guardians_followed_at is not None
    assert done is not steps.is_open(case, CaseFlow.contact_guardians)
    return done


def test_the_clock_stops_at_the_first_guardian_and_the_task_at_the_last() -> None:
    case = _case()

    call(case, "Maja")
    assert (state_of(case), _is_done(case)) == ("met", False)

    call(case, "Olle", outcome="no_answer")
    assert not _is_done(case)

    call(case, "Olle", outcome="refused")
    assert _is_done(case)


def test_a_guardian_who_is_not_sought_any_more_is_written_off_with_a_reason() -> None:
    case, karin = _case(), person("karin.ek")
    call(case, "Maja")

    with pytest.raises(Invalid):
        write_off(karin, case.pk, guardian=parents(case)["Olle"], reason=" ")
    assert not _is_done(case)

    write_off(karin, case.pk, guardian=parents(case)["Olle"], reason="Okänd adress utomlands")
    assert _is_done(case)
    assert WrittenOff.objects.get().by == karin


def test_writing_everybody_off_stops_no_clock() -> None:
    case = _case()
    for name in ("Maja", "Olle"):
        write_off(person("karin.ek"), case.pk, guardian=parents(case)[name], reason="Går inte att nå")

    assert (_is_done(case), state_of(case)) == (True, "running")
    move(24 * HOUR + TICK)
    sweep()
    assert state_of(case) == "breached"


def test_reached_held_and_written_off_together_finish_the_task() -> None:
    case = _case(guardians=[*both_parents(), guardian(name="Pia Provlund", relation="custodian")])
    call(case, "Maja")
    hold(case, "Olle")
    assert not _is_done(case)

    write_off(person("karin.ek"), case.pk, guardian=parents(case)["Pia"], reason="Går inte att nå")
    assert _is_done(case)


def test_somebody_without_custody_need_not_be_reached() -> None:
    case = _case(guardians=[guardian(), guardian(name="Sven Styvfar", relation="other", is_custodian=False)])

    call(case)

    assert _is_done(case)


def test_a_child_of_fifteen_must_be_told_before_the_task_is_done() -> None:
    case = _case(ALBIN, guardians=[guardian()])
    assert "inform_child" in todos_of(case)

    call(case)
    assert (state_of(case), _is_done(case)) == ("met", False)

    inform_child(person("karin.ek"), case.pk, at=clock.now(), note="Pratade med Albin på stationen.")
    assert _is_done(case)
    assert reread(case).child.informed_at == clock.now()
    assert case.notes.get().text == "Pratade med Albin på stationen."
    with pytest.raises(Conflict):
        inform_child(person("karin.ek"), case.pk, at=clock.now())


def test_a_child_under_fifteen_is_not_on_the_list() -> None:
    assert "inform_child" not in todos_of(_case(CASTOR))


def test_a_child_who_turns_fifteen_while_guardians_are_sought_is_told_too() -> None:
    case = _case("", birth_date=date(2011, 11, 15), guardians=[guardian()])
    assert todos_of(case) == set()

    at("2026-11-15T00:00:00+01:00")
    call(case)

    assert ("inform_child" in todos_of(case), _is_done(case)) == (True, False)


def test_who_has_no_guardian_that_can_act_is_exempt_by_a_supervisors_decision() -> None:
    case = _case(guardians=[])
    assert "find_guardians" in todos_of(case)
    with pytest.raises(Forbidden):
        write_off(person("karin.ek"), case.pk, guardian=None, reason="Ensamkommande")

    write_off(person("sara.lindh"), case.pk, guardian=None, reason="Ensamkommande, ingen god man än")

    assert (state_of(case), clock_of(case).exempt_code) == ("exempt", "EXEMPT_NO_GUARDIAN")
    assert _is_done(case)


def test_a_god_man_who_is_appointed_starts_a_new_clock_and_meets_it() -> None:
    case = _case(guardians=[])
    write_off(person("sara.lindh"), case.pk, guardian=None, reason="Ensamkommande, ingen god man än")
    move(20 * HOUR)

    add_guardian(person("karin.ek"), case.pk, name="Gudrun Godman", relation="appointed_guardian", is_custodian=False)

    assert (state_of(case), clock_of(case).due_at, _is_done(case)) == ("running", clock.now() + DAY, False)
    assert "find_guardians" not in todos_of(case)
    call(case, "Gudrun")
    assert (state_of(case), _is_done(case)) == ("met", True)


def test_the_clock_of_an_unknown_child_starts_when_it_is_identified() -> None:
    at(WORKDAY)
    case = make_report(children=[{"approximate_age": 13, "description": "Röd jacka", "guardians": [guardian()]}]).cases[
        0
    ]
    assert not case.deadlines.filter(kind="guardian_contact").exists()
    assert "identify_child" in todos_of(case)
    assert reread(case).guardian_contact_open
    move(30 * HOUR)

    identify_child(person("karin.ek"), case.pk, identity_number=CASTOR)

    deadline = clock_of(case)
    assert (deadline.state, deadline.starts_at, deadline.due_at) == ("running", clock.now(), clock.now() + 24 * HOUR)
    assert "identify_child" not in todos_of(case)


def test_a_guardian_who_says_who_the_child_is_has_been_reached() -> None:
    at(WORKDAY)
    case = make_report(children=[{"approximate_age": 13, "description": "Röd jacka", "guardians": [guardian()]}]).cases[
        0
    ]
    call(case)
    move(HOUR)

    identify_child(person("karin.ek"), case.pk, identity_number=CASTOR)

    assert (state_of(case), clock_of(case).met_at) == ("met", clock.now())
    move(2 * DAY)
    sweep()
    assert breaches_of(case) == []


def _soon_adult() -> Case:
    """A child who turns 18 at midnight, arrested in the evening before."""
    at("2026-11-13T20:00:00+01:00")
    return make_report(
        children=[child(identity_number="", birth_date=date(2008, 11, 14), guardians=both_parents())]
    ).cases[0]


def test_the_clock_is_exempt_at_midnight_of_the_18th_birthday() -> None:
    case = _soon_adult()
    at("2026-11-13T23:59:59+01:00")
    sweep()
    assert state_of(case) == "running"

    at("2026-11-14T00:00:00+01:00")
    sweep()

    deadline = clock_of(case)
    assert (deadline.state, deadline.exempt_code, deadline.settled_at) == ("exempt", "EXEMPT_TURNED_18", clock.now())
    assert not reread(case).guardian_contact_open
    assert AuditEntry.objects.filter(case=case, what="came_of_age").count() == 1
    move(3 * DAY)
    sweep()
    assert breaches_of(case) == []
    assert rungs_of(case) == ["registered"]


def test_a_dispatcher_that_was_down_over_the_birthday_makes_no_breach_of_it() -> None:
    case = _soon_adult()
    move(4 * DAY)
    sweep()

    assert (state_of(case), breaches_of(case)) == ("exempt", [])


def test_a_limit_that_passed_before_the_birthday_stays_a_breach() -> None:
    at("2026-11-12T20:00:00+01:00")
    case = make_report(children=[child(identity_number="", birth_date=date(2008, 11, 14))]).cases[0]
    at("2026-11-14T06:00:00+01:00")
    sweep()

    assert (state_of(case), clock_of(case).exempt_code) == ("breached", "EXEMPT_TURNED_18")
    assert len(breaches_of(case)) == 1
    move(5 * DAY)
    sweep()
    assert rungs_of(case)[-1] == "+1h"


def test_a_birthday_that_fails_stops_no_other_deadline_and_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    case, other = _soon_adult(), make_report(children=[child(identity_number=CASTOR)]).cases[0]

    def fail(*_args: object, **_fields: object) -> bool:
        raise RuntimeError("broken")

    move(26 * HOUR)
    with monkeypatch.context() as patch:
        patch.setattr(contact_clock, "release", fail)
        sweep()
    assert (state_of(case), state_of(other)) == ("running", "breached")

    move(POISON_PAUSE)
    sweep()
    assert (state_of(case), breaches_of(case)) == ("exempt", [])


def test_a_grown_child_is_still_told_and_then_the_case_can_close() -> None:
    case, karin = _soon_adult(), person("karin.ek")
    at("2026-11-16T09:00:00+01:00")
    sweep()
    protect(case)
    dispose(karin, case.pk, disposition="opened")
    assert reread(case).closed_at is None

    inform_child(karin, case.pk, at=clock.now() - MINUTE)

    assert reread(case).closed_at == clock.now()
