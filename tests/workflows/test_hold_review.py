"""What happens when the time of a hold runs out: it goes on blocking until a named person takes a stand."""

from datetime import timedelta

import pytest

from riskzon import clock
from riskzon.errors import Conflict
from riskzon.models import Case, Hold
from tests.acts import (
    DAY,
    HOUR,
    TICK,
    breaches_of,
    call,
    clock_of,
    hold,
    move,
    protect,
    reread,
    rungs_of,
    state_of,
    told,
)
from tests.factories import ELSA, at, child, guardian, make_report, person
from workflows.sweep import sweep
from workflows.verbs.holds import end_hold, renew_hold

pytestmark = pytest.mark.django_db

TUESDAY = "2026-11-10T09:00:00+01:00"


@pytest.fixture
def case() -> Case:
    at(TUESDAY)
    return make_report(children=[child(identity_number=ELSA, guardians=[guardian()])]).cases[0]


def test_a_hold_never_lapses_into_permission(case: Case) -> None:
    hold(case, until=clock.now() + 5 * HOUR)
    move(5 * HOUR + TICK)
    sweep()

    assert state_of(case, "hold_review") == "breached"
    assert told("deadline_breached", case) == {"karin.ek", "omar.nyman", "sara.lindh"}
    assert state_of(case) == "exempt"
    with pytest.raises(Conflict, match="Avvakta"):
        call(case)

    move(4 * HOUR)
    sweep()
    assert told("hold_review", case) == {"karin.ek", "omar.nyman", "sara.lindh", "maria.oberg"}
    move(30 * DAY)
    with pytest.raises(Conflict, match="Avvakta"):
        call(case)


def test_the_review_itself_is_in_time_at_the_end_and_late_one_tick_after(case: Case) -> None:
    first = hold(case, until=clock.now() + 5 * HOUR)
    move(5 * HOUR)
    second = renew_hold(person("sara.lindh"), first.pk, until=clock.now() + 5 * HOUR, reason="Samrådet är inte klart")
    assert breaches_of(case, "hold_review") == []

    move(5 * HOUR + TICK)
    end_hold(person("sara.lindh"), second.pk, reason="Klart")

    late = second.deadlines.get()
    assert (first.deadlines.get().state, late.state) == ("met", "met_late")
    assert [breach.deadline_id for breach in breaches_of(case, "hold_review")] == [late.pk]


def test_a_renewed_hold_goes_on_without_a_gap(case: Case) -> None:
    first = hold(case, until=clock.now() + 20 * HOUR)
    before = clock_of(case).pk
    move(19 * HOUR)

    second = renew_hold(person("sara.lindh"), first.pk, until=clock.now() + DAY, reason="Samrådet är inte klart")

    first.refresh_from_db()
    assert (second.renews, second.code, first.ended_at) == (first, first.code, clock.now())
    assert (clock_of(case).pk, state_of(case)) == (before, "exempt")
    assert reread(case).review_due_at == second.until
    assert reread(case).guardians_followed_at is not None
    with pytest.raises(Conflict):
        call(case)
    with pytest.raises(Conflict):
        renew_hold(person("sara.lindh"), first.pk, until=clock.now() + DAY, reason="En gång till")


def test_a_word_of_caution_is_decided_and_not_renewed() -> None:
    at(TUESDAY)
    until = clock.now() + 5 * HOUR
    case = make_report(contact_caution={"code": "HOLD_HONOUR", "note": "", "until": until}).cases[0]

    with pytest.raises(Conflict):
        renew_hold(person("sara.lindh"), Hold.objects.get().pk, until=until + HOUR, reason="Vänta")

    move(5 * HOUR + TICK)
    sweep()
    assert state_of(case, "hold_review") == "breached"
    with pytest.raises(Conflict):
        call(case)


def test_a_hold_is_ended_once(case: Case) -> None:
    held = hold(case)
    end_hold(person("sara.lindh"), held.pk, reason="Klart")

    with pytest.raises(Conflict, match="redan"):
        end_hold(person("sara.lindh"), held.pk, reason="Klart")


def test_the_case_says_when_the_next_review_is_due(case: Case) -> None:
    assert reread(case).review_due_at is None

    held = hold(case, until=clock.now() + 10 * HOUR)
    assert reread(case).review_due_at == held.until

    protect(case, outcome="reassess", reassess_at=clock.now() + 2 * HOUR)
    assert reread(case).review_due_at == clock.now() + 2 * HOUR

    move(HOUR)
    protect(case)
    assert reread(case).review_due_at == held.until

    end_hold(person("sara.lindh"), held.pk, reason="Klart")
    assert reread(case).review_due_at is None


def test_a_later_report_about_a_held_child_says_when_the_review_is_due_too(case: Case) -> None:
    held = hold(case, until=clock.now() + 40 * HOUR)

    later = make_report(children=[child(identity_number=ELSA, guardians=[])]).cases[0]

    assert reread(later).review_due_at == held.until


def test_the_story_of_the_guardian_who_is_the_suspect() -> None:
    at("2026-12-09T14:30:00+01:00")
    case = make_report(
        "per.holm",
        occurred_at=clock.now() - timedelta(hours=1, minutes=20),
        children=[child(identity_number=ELSA, guardians=[guardian(), guardian(name="Pappa Påhittsson", phone="")])],
    ).cases[0]
    at("2026-12-09T15:20:00+01:00")
    protect(case, outcome="immediate_need", note="Jourhem")
    at("2026-12-09T15:25:00+01:00")
    until = clock.now() + DAY
    holds = [hold(case, name, until=until) for name in ("Maja", "Pappa")]
    limit = clock_of(case).due_at
    assert limit.isoformat() == "2026-12-10T12:10:00+00:00"
    assert (state_of(case), clock_of(case).settled_at) == ("exempt", clock.now())

    at("2026-12-10T15:20:00+01:00")
    sweep()
    renewed = [renew_hold(person("sara.lindh"), one.pk, until=clock.now() + 2 * DAY, reason="Samråd") for one in holds]
    assert [one.deadlines.get().state for one in holds] == ["met", "met"]

    at("2026-12-11T16:00:00+01:00")
    for one in renewed:
        end_hold(person("sara.lindh"), one.pk, reason="Åklagaren samtycker")
    call(case)

    assert [row.state for row in case.deadlines.filter(kind="guardian_contact").order_by("created_at")] == [
        "exempt",
        "met",
    ]
    assert breaches_of(case) == []
    assert rungs_of(case) == ["registered"]
