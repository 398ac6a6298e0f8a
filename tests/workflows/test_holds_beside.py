"""What does a hold do beside the guardian, the child and the case that it was decided in?"""

import pytest

from riskzon import clock
from riskzon.errors import Conflict
from riskzon.models import Case, Hold
from tests.acts import (
    DAY,
    HOUR,
    TICK,
    both_parents,
    breaches_of,
    call,
    clock_of,
    hold,
    move,
    reread,
    state_of,
    todos_of,
)
from tests.api.caller import Caller
from tests.factories import BEA, ELSA, MAJA, WORKDAY, at, child, guardian, make_report, person
from workflows.sweep import sweep
from workflows.verbs.family import add_guardian
from workflows.verbs.holds import confirm_hold, end_hold, need_no_hold, renew_hold

pytestmark = pytest.mark.django_db


def _elsa(**fields: object) -> Case:
    fields = {"guardians": both_parents(), **fields}
    return make_report(children=[child(identity_number=ELSA, **fields)]).cases[0]


@pytest.fixture
def case() -> Case:
    at(WORKDAY)
    return _elsa()


def _bea(**fields: object) -> Case:
    shared = guardian(identity_number=MAJA)
    return make_report(
        children=[child(identity_number=BEA, given_name="Bea", **{"guardians": [shared], **fields})]
    ).cases[0]


def test_a_second_arrest_under_a_hold_asks_for_no_contact_and_runs_when_the_hold_ends(case: Case) -> None:
    holds = [hold(case, "Maja"), hold(case, "Olle")]
    move(HOUR)
    second = _elsa()

    assert (state_of(second), clock_of(second).exempt_code) == ("exempt", "HOLD_GUARDIAN_SUSPECT")
    assert not reread(second).guardian_contact_open
    move(20 * HOUR)
    end_hold(person("sara.lindh"), holds[0].pk, reason="Samrådet är klart")

    for one in (case, second):
        assert (clock_of(one).after_hold, clock_of(one).due_at) == (True, clock.now() + 24 * HOUR)
    call(case, "Maja", also_cases=[second.pk])
    assert (state_of(case), state_of(second)) == ("met", "met")
    move(3 * DAY)
    sweep()
    assert breaches_of(case) == breaches_of(second) == []


def test_a_second_arrest_under_a_hold_on_one_runs_for_the_other(case: Case) -> None:
    hold(case, "Maja")
    second = _elsa()

    assert state_of(second) == "running"
    with pytest.raises(Conflict):
        call(second, "Maja")
    call(second, "Olle")
    assert state_of(second) == "met"


def test_ending_a_hold_on_one_of_two_changes_no_clock_and_lets_the_guardian_be_called(case: Case) -> None:
    held, before = hold(case, "Maja"), clock_of(case).pk
    move(2 * HOUR)
    end_hold(person("sara.lindh"), held.pk, reason="Samrådet är klart")

    assert (clock_of(case).pk, state_of(case)) == (before, "running")
    call(case, "Maja")
    assert (clock_of(case).pk, state_of(case)) == (before, "met")


def test_ending_a_hold_after_the_other_was_reached_opens_the_task_and_no_clock(case: Case) -> None:
    held = hold(case, "Maja")
    call(case, "Olle")
    assert reread(case).guardians_followed_at is not None

    end_hold(person("sara.lindh"), held.pk, reason="Samrådet är klart")

    assert (state_of(case), reread(case).guardians_followed_at) == ("met", None)


def test_a_guardian_who_is_found_while_the_others_are_held_is_to_be_reached_in_every_case(case: Case) -> None:
    second = _elsa()
    hold(case, "Maja")
    hold(case, "Olle")
    move(HOUR)

    add_guardian(person("karin.ek"), case.pk, name="Pia Provlund", relation="custodian", is_custodian=True)

    for one in (case, second):
        assert (state_of(one), clock_of(one).starts_at) == ("running", clock.now())
        assert reread(one).guardians_followed_at is None


def test_a_hold_decided_in_another_case_of_the_child_answers_the_caution_too(case: Case) -> None:
    caution = {"code": "HOLD_HONOUR", "note": "", "until": clock.now() + 5 * HOUR}
    cautious = make_report(
        contact_caution=caution, children=[child(identity_number=ELSA, guardians=both_parents())]
    ).cases[0]
    assert "decide_hold" in todos_of(cautious)

    hold(case, "Maja")
    hold(case, "Olle")

    assert "decide_hold" not in todos_of(cautious)
    assert not Hold.objects.filter(provisional=True, ended_at__isnull=True).exists()
    assert state_of(cautious, "hold_review") == "met"
    move(5 * HOUR + TICK)
    sweep()
    assert breaches_of(cautious, "hold_review") == []


def test_a_hold_answers_a_siblings_question_in_all_the_childs_cases(case: Case) -> None:
    first, second = _bea(), _bea()
    case = make_report(children=[child(guardians=[guardian(identity_number=MAJA)])]).cases[0]
    hold(case)
    assert "sibling_hold" in todos_of(first) & todos_of(second)

    hold(first)

    assert "sibling_hold" not in todos_of(first) | todos_of(second)


def test_a_sibling_who_is_reported_later_is_asked_about_too() -> None:
    at(WORKDAY)
    held = hold(make_report(children=[child(guardians=[guardian(identity_number=MAJA)])]).cases[0])
    sibling = _bea()

    assert "sibling_hold" in todos_of(sibling)
    assert state_of(sibling) == "running"
    need_no_hold(person("sara.lindh"), sibling.pk, reason="Rör inte Bea")
    assert "sibling_hold" not in todos_of(sibling)

    end_hold(person("sara.lindh"), held.pk, reason="Klart")
    assert "sibling_hold" not in todos_of(_bea())


def test_a_guardian_found_later_whose_contact_with_a_sibling_waits_is_asked_about() -> None:
    at(WORKDAY)
    hold(make_report(children=[child(guardians=[guardian(identity_number=MAJA)])]).cases[0])
    sibling = _bea(guardians=[])
    assert "sibling_hold" not in todos_of(sibling)

    add_guardian(
        person("karin.ek"),
        sibling.pk,
        name="Maja Fiktivsson",
        identity_number=MAJA,
        relation="mother",
        is_custodian=True,
    )

    assert "sibling_hold" in todos_of(sibling)


def test_a_held_guardian_who_reports_meets_nothing(case: Case) -> None:
    hold(case, "Maja")
    reporter = {"type": "custodian", "name": "Maja Fiktivsson"}
    second = make_report(
        kind="concern", reporter=reporter, children=[child(identity_number=ELSA, guardians=both_parents())]
    ).cases[0]

    assert list(second.contacts.values_list("initiated_by", "counts")) == [("guardian", False)]
    assert (state_of(second), reread(second).guardian_reached_at) == ("running", None)


def test_what_has_ended_is_not_confirmed_any_more(case: Case) -> None:
    at("2026-11-13T22:00:00+01:00")
    alone = hold(case, by="jour.vakt")
    renew_hold(person("jour.vakt"), alone.pk, until=clock.now() + 20 * HOUR, reason="Samrådet är inte klart")
    at("2026-11-16T08:10:00+01:00")

    with pytest.raises(Conflict, match="avslutat av Eva Strand"):
        confirm_hold(person("sara.lindh"), alone.pk)


def test_an_unconfirmed_hold_blocks_and_exempts_until_somebody_ends_it(case: Case) -> None:
    at("2026-11-13T22:00:00+01:00")
    for name in ("Maja", "Olle"):
        hold(case, name, by="jour.vakt")
    assert state_of(case) == "exempt"

    at("2026-11-17T08:10:00+01:00")
    sweep()
    assert state_of(case) == "exempt"
    with pytest.raises(Conflict):
        call(case, "Maja")
    assert {breach.kind for breach in case.breaches.all()} >= {"hold_review"}


def test_only_the_safe_guardian_is_called_and_the_number_of_the_other_is_in_no_answer(case: Case) -> None:
    hold(case, "Maja", code="HOLD_PROTECTED_ID", until=clock.now() + 30 * DAY)
    caller = Caller("karin.ek")

    for path in (f"/cases/{case.pk}", f"/reports/{case.report.number}"):
        assert "174 06 05" not in caller.get(path).content.decode(), path
    shown = {one["name"].split()[0]: one["phone"] for one in caller.get(f"/cases/{case.pk}").json()["guardians"]}
    assert shown == {"Maja": None, "Olle": "070-174 06 06"}
    call(case, "Olle")
    assert state_of(case) == "met"


def test_a_word_of_caution_is_to_be_reviewed_in_the_childs_earlier_cases_too(case: Case) -> None:
    until = clock.now() + 20 * HOUR
    caution = {"code": "HOLD_HONOUR", "note": "Prata inte med någon hemma", "until": until}
    make_report(contact_caution=caution, children=[child(identity_number=ELSA, guardians=both_parents())])

    assert reread(case).review_due_at == until
