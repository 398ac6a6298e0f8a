"""When must nobody call a guardian, and what does that do to the 24 hours?"""

from datetime import timedelta

import pytest

from riskzon import clock
from riskzon.errors import Conflict, Forbidden, Invalid, Unseen
from riskzon.models import Case, Hold
from tests.acts import (
    DAY,
    HOUR,
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
    told,
)
from tests.factories import BEA, ELSA, MAJA, at, child, guardian, make_report, person
from workflows.casefile import read
from workflows.models import Deadline
from workflows.sweep import sweep
from workflows.verbs.holds import confirm_hold, end_hold, refuse_hold

pytestmark = pytest.mark.django_db

THURSDAY = "2026-11-12T10:00:00+01:00"
NIGHT = "2026-11-12T22:00:00+01:00"


@pytest.fixture
def case() -> Case:
    at(THURSDAY)
    return make_report(children=[child(identity_number=ELSA, guardians=both_parents())]).cases[0]


def _cautious(by: str = "per.holm", **fields: object) -> Case:
    at(THURSDAY)
    caution = {"code": "HOLD_INVESTIGATION", "note": "Åklagaren", "until": clock.now() + 5 * HOUR}
    return make_report(
        by, contact_caution=caution, children=[child(identity_number=ELSA, guardians=both_parents())], **fields
    ).cases[0]


def test_a_word_of_caution_blocks_every_guardian_and_stops_no_clock() -> None:
    case = _cautious()

    assert (state_of(case), reread(case).guardian_contact_open) == ("running", True)
    for name in ("Maja", "Olle"):
        with pytest.raises(Conflict, match="Avvakta"):
            call(case, name)
    assert not case.contacts.exists()
    assert "decide_hold" in todos_of(case)
    assert state_of(case, "hold_review") == "running"

    move(24 * HOUR + timedelta(seconds=1))
    sweep()
    assert state_of(case) == "breached"


def test_numbers_of_a_held_guardian_are_hidden(case: Case) -> None:
    hold(case, "Maja")

    shown = {
        line.name.split()[0]: (line.phone, line.may_call)
        for line in read(reread(case), person("karin.ek"), clock.now()).guardians
    }

    assert shown == {"Maja": ("", False), "Olle": ("070-174 06 06", True)}


def test_a_word_of_caution_hides_every_number() -> None:
    case = _cautious()

    assert {(line.phone, line.may_call) for line in read(reread(case), person("karin.ek"), clock.now()).guardians} == {
        ("", False)
    }


def test_a_hold_on_one_of_two_leaves_the_clock_running_for_the_other(case: Case) -> None:
    hold(case, "Maja")

    assert state_of(case) == "running"
    assert reread(case).guardian_contact_open
    with pytest.raises(Conflict):
        call(case, "Maja")

    call(case, "Olle")
    assert state_of(case) == "met"


def test_the_clock_is_exempt_only_when_every_known_custodian_is_held(case: Case) -> None:
    hold(case, "Maja")
    hold(case, "Olle", code="HOLD_HONOUR")

    deadline = clock_of(case)
    assert (deadline.state, deadline.settled_at, deadline.exempt_code) == (
        "exempt",
        clock.now(),
        "HOLD_GUARDIAN_SUSPECT",
    )
    assert not reread(case).guardian_contact_open
    move(3 * DAY)
    sweep()
    assert breaches_of(case) == []
    assert rungs_of(case) == ["registered"]


def test_a_decided_hold_on_each_answers_the_word_of_caution() -> None:
    case = _cautious()
    hold(case, "Maja")
    assert "decide_hold" in todos_of(case)

    hold(case, "Olle")

    assert "decide_hold" not in todos_of(case)
    assert not Hold.objects.filter(provisional=True, ended_at__isnull=True).exists()
    assert state_of(case) == "exempt"


def test_ending_a_word_of_caution_lets_the_same_clock_go_on() -> None:
    case = _cautious()
    before = clock_of(case).pk
    move(HOUR)

    end_hold(person("sara.lindh"), Hold.objects.get().pk, reason="Åklagaren har inget att invända")

    assert (clock_of(case).pk, state_of(case)) == (before, "running")
    assert todos_of(case) == set()
    call(case)
    assert state_of(case) == "met"


def test_a_hold_set_after_the_limit_only_explains(case: Case) -> None:
    move(24 * HOUR + timedelta(seconds=1))
    hold(case, "Maja")
    hold(case, "Olle")

    deadline = clock_of(case)
    assert (deadline.state, deadline.exempt_code) == ("breached", "HOLD_GUARDIAN_SUSPECT")
    assert len(breaches_of(case)) == 1
    move(5 * DAY)
    sweep()
    assert rungs_of(case) == ["registered", "-12h", "-4h", "-1h", "breach"]


def test_a_hold_set_exactly_at_the_limit_is_in_time(case: Case) -> None:
    move(24 * HOUR)
    hold(case, "Maja")
    hold(case, "Olle")

    assert (state_of(case), breaches_of(case)) == ("exempt", [])


def test_a_call_from_a_held_guardian_is_kept_and_stops_nothing(case: Case) -> None:
    hold(case, "Maja")

    contact = call(case, "Maja", initiated_by="guardian")

    assert (contact.counts, contact.outcome) == (False, "reached")
    assert (state_of(case), reread(case).guardian_reached_at) == ("running", None)


def test_ending_a_decided_hold_starts_a_new_clock_on_its_own_line(case: Case) -> None:
    holds = [hold(case, "Maja"), hold(case, "Olle")]
    first = clock_of(case)
    move(3 * HOUR)

    end_hold(person("sara.lindh"), holds[0].pk, reason="Samrådet är klart")

    second = clock_of(case)
    assert second.pk != first.pk
    assert (second.state, second.after_hold, second.starts_at) == ("running", True, clock.now())
    assert second.due_at == clock.now() + 24 * HOUR
    assert Deadline.objects.get(pk=first.pk).state == "exempt"
    assert reread(case).guardian_contact_open
    call(case, "Maja")
    assert state_of(case) == "met"


def test_a_released_guardian_is_followed_to_the_end_although_the_task_was_done(case: Case) -> None:
    holds = [hold(case, "Maja"), hold(case, "Olle")]
    assert reread(case).guardians_followed_at is not None

    end_hold(person("sara.lindh"), holds[1].pk, reason="Samrådet är klart")
    assert reread(case).guardians_followed_at is None

    call(case, "Olle")
    assert reread(case).guardians_followed_at == clock.now()


def test_a_hold_applies_in_all_the_childs_cases_and_later_ones_too(case: Case) -> None:
    parents_now = both_parents()
    second = make_report(children=[child(identity_number=ELSA, guardians=parents_now)]).cases[0]
    holds = [hold(case, "Maja"), hold(case, "Olle")]
    third = make_report(children=[child(identity_number=ELSA, guardians=parents_now)]).cases[0]

    assert [state_of(one) for one in (case, second, third)] == ["exempt"] * 3
    for one in (case, second, third):
        with pytest.raises(Conflict):
            call(one, "Maja")

    move(HOUR)
    end_hold(person("sara.lindh"), holds[0].pk, reason="Samrådet är klart")

    assert [state_of(one) for one in (case, second, third)] == ["running"] * 3
    assert all(clock_of(one).after_hold for one in (case, second, third))


def test_siblings_with_the_same_guardian_get_the_task_to_take_a_stand() -> None:
    at(THURSDAY)
    shared = guardian(identity_number=MAJA)
    one, two = make_report(
        children=[child(guardians=[shared]), child(identity_number=BEA, given_name="Bea", guardians=[shared])]
    ).cases

    hold(one)

    assert "sibling_hold" in todos_of(two)
    assert "sibling_hold" not in todos_of(one)
    assert told("sibling_hold", two) == {"karin.ek", "omar.nyman"}
    assert (state_of(one), state_of(two)) == ("exempt", "running")


def test_a_supervisor_decides_and_a_social_worker_does_not(case: Case) -> None:
    with pytest.raises(Forbidden):
        hold(case, by="karin.ek")
    with pytest.raises(Forbidden):
        hold(_cautious(), by="per.holm")
    with pytest.raises(Unseen):
        hold(case, by="jonas.falk")
    with pytest.raises(Unseen):
        hold(case, by="jour.vakt")

    assert not hold(case).needs_confirmation


def test_the_duty_social_worker_decides_alone_at_night_and_a_supervisor_confirms(case: Case) -> None:
    at(NIGHT)
    decided = hold(case, by="jour.vakt")

    assert decided.needs_confirmation
    assert told("hold_to_confirm", case) == {"sara.lindh"}
    with pytest.raises(Conflict):
        call(case, "Maja")
    with pytest.raises(Conflict):
        confirm_hold(person("jour.vakt"), decided.pk)

    at("2026-11-13T08:10:00+01:00")
    confirmed = confirm_hold(person("sara.lindh"), decided.pk)
    assert (confirmed.confirmed_by, confirmed.confirmed_at) == (person("sara.lindh"), clock.now())
    with pytest.raises(Conflict):
        confirm_hold(person("sara.lindh"), decided.pk)


def test_a_supervisors_refusal_ends_what_the_duty_social_worker_decided(case: Case) -> None:
    at(NIGHT)
    decided = [hold(case, name, by="jour.vakt") for name in ("Maja", "Olle")]
    assert state_of(case) == "exempt"

    at("2026-11-13T08:10:00+01:00")
    refused = refuse_hold(person("sara.lindh"), decided[0].pk, reason="Inga skäl att vänta")

    assert (refused.ended_by, refused.end_reason) == (person("sara.lindh"), "Inga skäl att vänta")
    assert (state_of(case), clock_of(case).starts_at) == ("running", clock.now())
    assert told("hold_refused", case) == {"jour.vakt"}
    call(case, "Maja")


def test_who_answers_second_reads_what_became_of_it(case: Case) -> None:
    at(NIGHT)
    first, second = (hold(case, name, by="jour.vakt") for name in ("Maja", "Olle"))
    at("2026-11-13T08:10:00+01:00")
    sara = person("sara.lindh")

    confirm_hold(sara, first.pk)
    with pytest.raises(Conflict, match="redan bekräftat av Sara Lindh"):
        refuse_hold(sara, first.pk, reason="Nej")
    refuse_hold(sara, second.pk, reason="Nej")
    with pytest.raises(Conflict, match="redan avslutat av Sara Lindh"):
        confirm_hold(sara, second.pk)
    assert Hold.objects.filter(ended_at__isnull=True).get() == first


def test_a_refusal_has_a_reason_and_is_the_supervisors(case: Case) -> None:
    at(NIGHT)
    decided = hold(case, by="jour.vakt")
    with pytest.raises(Conflict):
        refuse_hold(person("jour.vakt"), decided.pk, reason="Ångrar mig")

    at("2026-11-13T08:10:00+01:00")
    with pytest.raises(Invalid):
        refuse_hold(person("sara.lindh"), decided.pk, reason="  ")
    with pytest.raises(Forbidden):
        refuse_hold(person("karin.ek"), decided.pk, reason="Nej")
    by_day = hold(case, "Olle")
    with pytest.raises(Conflict, match="väntar inte"):
        refuse_hold(person("sara.lindh"), by_day.pk, reason="Nej")
    assert Hold.objects.filter(ended_at__isnull=True).count() == 2


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("code", "BECAUSE"),
        ("reason", "  "),
        ("until", timedelta(0)),
        ("until", timedelta(hours=72, minutes=2)),
    ],
)
def test_a_hold_needs_a_ground_a_reason_and_a_near_end(case: Case, field: str, wrong: object) -> None:
    value = clock.now() + wrong if isinstance(wrong, timedelta) else wrong

    with pytest.raises(Invalid) as refusal:
        hold(case, **{field: value})

    assert [name for name, _message in refusal.value.errors] == [field]
    assert not Hold.objects.exists()


def test_a_hold_for_a_protected_identity_may_stand_for_thirty_days(case: Case) -> None:
    hold(case, code="HOLD_PROTECTED_ID", until=clock.now() + 30 * DAY)

    with pytest.raises(Invalid):
        hold(case, "Olle", code="HOLD_PROTECTED_ID", until=clock.now() + 31 * DAY)


def test_one_guardian_is_held_once(case: Case) -> None:
    hold(case)

    with pytest.raises(Conflict, match="redan"):
        hold(case)


def test_a_guardian_of_another_child_cannot_be_held(case: Case) -> None:
    stranger = make_report(children=[child(identity_number=BEA, guardians=[guardian(name="Pia")])]).cases[0]

    with pytest.raises(Unseen):
        hold(case, guardian=parents(stranger)["Pia"])


def test_a_case_of_held_guardians_closes_when_the_rest_is_done(case: Case) -> None:
    protect(case)
    hold(case, "Maja")
    hold(case, "Olle")

    assert reread(case).guardians_followed_at == clock.now()
