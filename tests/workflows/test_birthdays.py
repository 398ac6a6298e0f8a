"""What happens by itself at 00:00 local time on a birthday, while a case about the child is open?"""

from datetime import date, datetime

import pytest
from structlog.testing import capture_logs

from riskzon import clock
from riskzon.errors import Conflict
from riskzon.models import AuditEntry, Case, Child
from tests.acts import DAY, HOUR, TICK, both_parents, call, clock_of, move, protect, reread, state_of, todos_of
from tests.factories import CASTOR, at, child, guardian, make_report, person
from workflows import birthdays, contact_clock, steps
from workflows.flows.case import CaseFlow
from workflows.inquiry import read_inquiry
from workflows.models import Heartbeat
from workflows.sweep import sweep
from workflows.verbs.contacts import inform_child
from workflows.verbs.disposition import dispose
from workflows.verbs.family import identify_child
from workflows.verbs.investigations import tell_of_opening

pytestmark = pytest.mark.django_db

#: Registered on 13 November 2026; the birthday is the 15th.
SOON_15, SOON_18 = date(2011, 11, 15), date(2008, 11, 15)
EVE, BIRTHDAY = "2026-11-14T23:59:59+01:00", "2026-11-15T00:00:00+01:00"


def _case(born: date, **fields: object) -> Case:
    at("2026-11-13T14:00:00+01:00")
    return make_report(
        children=[child(identity_number="", birth_date=born, **{"guardians": both_parents(), **fields})]
    ).cases[0]


def test_who_turns_fifteen_is_to_be_told_at_midnight_though_nobody_acts() -> None:
    case = _case(SOON_15)
    sweep()
    at(EVE)
    sweep()
    assert "inform_child" not in todos_of(case)

    at(BIRTHDAY)
    sweep()
    sweep()

    assert "inform_child" in todos_of(case)
    assert case.todos.get(what="inform_child").created_at == clock.now()
    assert AuditEntry.objects.filter(case=case, what="turned_15").count() == 1


def test_who_turns_fifteen_after_the_guardians_are_reached_opens_the_task_again() -> None:
    case = _case(SOON_15, guardians=[guardian()])
    call(case)
    assert reread(case).guardians_followed_at is not None

    at(BIRTHDAY)
    sweep()

    assert reread(case).guardians_followed_at is None
    assert steps.is_open(case, CaseFlow.contact_guardians)
    assert state_of(case) == "met"
    inform_child(person("karin.ek"), case.pk, at=clock.now())
    move(DAY)
    sweep()
    assert reread(case).guardians_followed_at is not None
    assert todos_of(case) == set()


def test_a_closed_case_asks_nothing_on_a_birthday() -> None:
    case = _case(SOON_15, guardians=[guardian()])
    call(case)
    protect(case)
    dispose(person("karin.ek"), case.pk, disposition="opened")
    assert reread(case).closed_at is not None

    at(BIRTHDAY)
    sweep()

    assert todos_of(case) == set()


def test_dispatchers_that_were_down_on_the_birthday_find_it_afterwards() -> None:
    case = _case(SOON_15)
    sweep()
    move(9 * DAY)
    sweep()

    assert "inform_child" in todos_of(case)


def test_a_case_that_fails_on_a_birthday_keeps_no_other_child_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    broken, other = _case(SOON_15), _case(SOON_15)
    release = contact_clock.release

    def fail(case_id, *, now):
        if case_id == broken.pk:
            raise RuntimeError("broken")
        return release(case_id, now=now)

    at(BIRTHDAY)
    with monkeypatch.context() as patch:
        patch.setattr(contact_clock, "release", fail)
        sweep()
    assert ("inform_child" in todos_of(broken), "inform_child" in todos_of(other)) == (False, True)

    move(birthdays.FAULT_PAUSE)
    sweep()
    assert "inform_child" in todos_of(broken)


def test_birthdays_that_cannot_be_looked_for_stop_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    case = _case(SOON_15)
    asked: list[str] = []
    at(BIRTHDAY)
    with monkeypatch.context() as planted, capture_logs() as lines:
        planted.setattr(birthdays, "_come", _broken)
        planted.setattr("workflows.sweep.remind", lambda _now: asked.append("remind"))
        sweep(name="loop")
    assert [line for line in lines if line["event"] == "not_done_beside_the_sweep"] == [
        {"event": "not_done_beside_the_sweep", "act": "keep", "error": "RuntimeError", "log_level": "error"}
    ]
    assert asked == ["remind"]
    assert Heartbeat.objects.filter(name="loop").exists()

    sweep()
    assert "inform_child" in todos_of(case)


def _broken(_now: datetime) -> list[Case]:
    raise RuntimeError("planted")


@pytest.mark.parametrize(
    ("born", "day"),
    [
        (date(2012, 2, 29), "2027-02-28T00:00:00+01:00"),
        (date(2012, 2, 28), "2027-02-28T00:00:00+01:00"),
        (date(2013, 2, 28), "2028-02-28T00:00:00+01:00"),
        (date(2013, 3, 1), "2028-03-01T00:00:00+01:00"),
        (date(2011, 10, 25), "2026-10-25T00:00:00+02:00"),
    ],
)
def test_the_birthday_itself_counts_also_of_who_was_born_on_the_leap_day(born: date, day: str) -> None:
    birthday = at(day)
    clock.stand_still(birthday - 20 * HOUR)
    case = make_report(kind="concern", children=[child(identity_number="", birth_date=born)]).cases[0]
    sweep()
    assert "inform_child" not in todos_of(case)

    clock.stand_still(birthday - TICK)
    sweep()
    assert "inform_child" not in todos_of(case)

    clock.stand_still(birthday)
    sweep()
    assert "inform_child" in todos_of(case)


def test_a_leap_day_child_is_of_age_on_28_february_of_a_common_year() -> None:
    at("2026-02-27T20:00:00+01:00")
    case = make_report(children=[child(identity_number="", birth_date=date(2008, 2, 29))]).cases[0]
    at("2026-02-27T23:59:59+01:00")
    sweep()
    assert state_of(case) == "running"

    at("2026-02-28T00:00:00+01:00")
    sweep()
    assert (state_of(case), clock_of(case).exempt_code) == ("exempt", "EXEMPT_TURNED_18")


def test_at_eighteen_the_search_for_the_other_guardian_ends_too() -> None:
    case = _case(SOON_18)
    call(case, "Maja")
    inform_child(person("karin.ek"), case.pk, at=clock.now())
    assert reread(case).guardians_followed_at is None

    at(BIRTHDAY)
    sweep()

    assert reread(case).guardians_followed_at == clock.now()
    assert state_of(case) == "met"


def test_a_grown_child_who_has_not_been_told_is_not_settled_every_day() -> None:
    case = _case(SOON_18)
    call(case, "Maja")
    at(BIRTHDAY)
    for _day in range(3):
        sweep()
        move(DAY)

    assert not AuditEntry.objects.filter(case=case, what="came_of_age").exists()
    inform_child(person("karin.ek"), case.pk, at=clock.now())
    assert reread(case).guardians_followed_at is not None


def _numbered_without_date() -> Case:
    """A coordination number whose day and month are not known."""
    at("2026-11-13T14:00:00+01:00")
    case = _case(SOON_15)
    Child.objects.filter(pk=case.child_id).update(birth_date=None, identity_number="201100602387")
    return reread(case)


def test_a_birth_date_found_later_says_that_the_child_is_to_be_told_in_every_case() -> None:
    case = _numbered_without_date()
    other = make_report(kind="concern").cases[0]
    Case.objects.filter(pk=other.pk).update(child=case.child_id)

    identify_child(person("karin.ek"), case.pk, birth_date=date(2011, 3, 1))

    assert "inform_child" in todos_of(case)
    assert "inform_child" in todos_of(other)


def test_a_birth_date_found_later_counts_at_midnight_of_the_birthday() -> None:
    case = _numbered_without_date()
    sweep()
    identify_child(person("karin.ek"), case.pk, birth_date=date(2008, 11, 14))
    assert state_of(case) == "running"

    at("2026-11-14T00:00:00+01:00")
    sweep()

    assert (state_of(case), clock_of(case).settled_at) == ("exempt", clock.now())


def test_a_birth_date_found_later_may_show_an_adult_in_every_case() -> None:
    case = _numbered_without_date()
    other = make_report(kind="concern").cases[0]
    Case.objects.filter(pk=other.pk).update(child=case.child_id)

    identify_child(person("karin.ek"), case.pk, birth_date=date(2008, 3, 1))

    assert [clock_of(one).exempt_code for one in (case, other)] == ["EXEMPT_TURNED_18"] * 2


def test_whom_an_investigation_tells_follows_the_birthdays() -> None:
    case, karin = _case(SOON_15), person("karin.ek")
    dispose(karin, case.pk, disposition="opened")

    def concerned() -> list[str]:
        found = read_inquiry(reread(case), clock.now())
        assert found is not None
        return sorted(one.guardian.name.split()[0] if one.guardian else "the child" for one in found.concerned)

    at(EVE)
    assert concerned() == ["Maja", "Olle"]
    at(BIRTHDAY)
    assert concerned() == ["Maja", "Olle", "the child"]
    at("2029-11-14T23:59:59+01:00")
    assert concerned() == ["Maja", "Olle", "the child"]
    at("2029-11-15T00:00:00+01:00")
    assert concerned() == ["the child"]


def test_a_parent_of_a_grown_child_is_not_told_of_the_investigation() -> None:
    case, karin = _case(SOON_18), person("karin.ek")
    dispose(karin, case.pk, disposition="opened")
    investigation = reread(case).investigation_id
    maja = case.child.guardians.get(name__startswith="Maja").pk
    at(BIRTHDAY)

    with pytest.raises(Conflict, match="18"):
        tell_of_opening(karin, investigation, guardian=maja, at=clock.now())
    tell_of_opening(karin, investigation, guardian=None, at=clock.now())


def test_a_child_under_fifteen_is_left_alone() -> None:
    at("2026-11-13T14:00:00+01:00")
    case = make_report(children=[child(identity_number=CASTOR)]).cases[0]
    move(3 * DAY)
    sweep()

    assert "inform_child" not in todos_of(case)
