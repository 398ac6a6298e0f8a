"""Which contacts meet the 24 hours, and which are only written down?"""

from datetime import date

import pytest

from riskzon import access, clock, granting
from riskzon.errors import Conflict, Forbidden, Invalid, Unseen
from riskzon.models import Case, CaseGrant, Contact, User
from tests.acts import (
    DAY,
    HOUR,
    MINUTE,
    both_parents,
    breaches_of,
    call,
    clock_of,
    move,
    parents,
    reread,
    state_of,
    todos_of,
    told,
)
from tests.factories import BEA, MAJA, WORKDAY, at, child, guardian, make_report, person
from workflows.models import CaseTask, Deadline
from workflows.verbs.contacts import register_contact
from workflows.verbs.family import add_guardian, change_guardian

pytestmark = pytest.mark.django_db


def _arrest(**fields: object) -> Case:
    at(WORKDAY)
    return make_report("per.holm", children=[child(**fields)]).cases[0]


@pytest.mark.parametrize("outcome", ["no_answer", "message_left", "wrong_number"])
def test_an_attempt_does_not_meet(outcome: str) -> None:
    case = _arrest()

    contact = call(case, outcome=outcome)

    assert (contact.counts, state_of(case)) == (False, "running")
    assert reread(case).guardian_contact_open


@pytest.mark.parametrize("outcome", ["reached", "refused"])
def test_two_way_contact_meets_also_with_somebody_who_would_not_talk(outcome: str) -> None:
    case = _arrest()
    move(3 * HOUR)

    contact = call(case, outcome=outcome)

    deadline = clock_of(case)
    assert (contact.counts, deadline.state, deadline.met_at) == (True, "met", clock.now())
    assert reread(case).guardian_reached_at == clock.now()
    assert not reread(case).guardian_contact_open


@pytest.mark.parametrize("kind", ["arrest", "lob_custody", "concern"])
def test_contact_before_the_start_event_never_meets(kind: str) -> None:
    now = at(WORKDAY)
    start = now - HOUR if kind == "arrest" else now - 30 * MINUTE
    case = make_report(kind=kind, occurred_at=now - HOUR, notified_at=now - 30 * MINUTE).cases[0]

    assert not call(case, at=start - MINUTE).counts
    assert state_of(case) == "running"

    assert call(case, at=start).counts
    assert (state_of(case), clock_of(case).met_at) == ("met", start)


def test_contact_after_an_arrest_of_unknown_time_counts_from_the_notice() -> None:
    now = at(WORKDAY)
    case = make_report(occurred_at=None, occurred_at_precision="unknown", notified_at=now - HOUR).cases[0]

    assert not call(case, at=now - HOUR - MINUTE).counts
    assert call(case, at=now - HOUR).counts


def test_somebody_without_custody_never_meets() -> None:
    case = _arrest(guardians=[guardian(), guardian(name="Sven Styvfar", is_custodian=False, relation="other")])

    assert not call(case, "Sven").counts
    assert state_of(case) == "running"


def test_custody_that_nobody_has_checked_meets_and_leaves_the_check_to_be_done() -> None:
    case = _arrest(guardians=[guardian(is_custodian=None)])

    assert call(case).counts
    assert state_of(case) == "met"
    assert "check_custody" in todos_of(case)

    change_guardian(person("karin.ek"), parents(case)["Maja"], is_custodian=True)

    assert "check_custody" not in todos_of(case)


@pytest.mark.parametrize("is_custodian", [True, False, None])
def test_an_appointed_guardian_meets(is_custodian: bool | None) -> None:
    case = _arrest(guardians=[guardian(relation="appointed_guardian", is_custodian=is_custodian)])

    assert call(case).counts
    assert state_of(case) == "met"


@pytest.mark.parametrize("kind", ["concern", "lob_custody"])
def test_a_custodian_who_reports_has_been_reached_at_the_notice(kind: str) -> None:
    notified = at(WORKDAY) - HOUR
    reporter = {"type": "custodian", "name": "Maja Fiktivsson"}
    case = make_report(kind=kind, occurred_at=notified - HOUR, notified_at=notified, reporter=reporter).cases[0]

    deadline = clock_of(case)
    assert (deadline.state, deadline.met_at) == ("met", notified)
    assert list(case.contacts.values_list("guardian__name", "initiated_by", "counts")) == [
        ("Maja Fiktivsson", "guardian", True)
    ]


def test_a_reporting_custodian_who_was_not_named_for_the_child_is_added_and_checked() -> None:
    at(WORKDAY)
    reporter = {"type": "custodian", "name": "Olle Fiktivsson"}
    case = make_report(kind="concern", reporter=reporter).cases[0]

    assert state_of(case) == "met"
    assert set(parents(case)) == {"Maja", "Olle"}
    assert "check_custody" in todos_of(case)


@pytest.mark.parametrize(
    "reporter",
    [
        {"type": "custodian"},
        {"type": "custodian", "anonymous": True},
        {"type": "private", "name": "Maja Fiktivsson"},
    ],
)
def test_a_reporter_who_may_be_anybody_meets_nothing(reporter: dict[str, object]) -> None:
    at(WORKDAY)
    case = make_report(kind="concern", reporter=reporter).cases[0]

    assert state_of(case) == "running"


def test_a_reporter_who_is_said_to_have_no_custody_meets_nothing() -> None:
    at(WORKDAY)
    case = make_report(
        kind="concern",
        reporter={"type": "custodian", "name": "Maja Fiktivsson"},
        children=[child(guardians=[guardian(is_custodian=False)])],
    ).cases[0]

    assert state_of(case) == "running"


def _siblings() -> tuple[Case, Case]:
    at(WORKDAY)
    shared = guardian(identity_number=MAJA)
    other = child(identity_number=BEA, given_name="Bea", guardians=[shared])
    one, two = make_report("per.holm", children=[child(guardians=[shared]), other]).cases
    return one, two


def test_one_call_is_written_down_for_siblings_who_share_the_guardian() -> None:
    one, two = _siblings()

    call(one, also_cases=[two.pk])

    assert (state_of(one), state_of(two)) == ("met", "met")
    assert one.contacts.get().call == two.contacts.get().call


def test_one_call_meets_two_arrests_of_a_child_if_it_was_made_after_both() -> None:
    first = _arrest()
    move(5 * HOUR)
    between = clock.now()
    move(5 * HOUR)
    second = make_report("karin.ek", children=[child()]).cases[0]

    call(first, at=between, also_cases=[second.pk])
    assert (state_of(first), state_of(second)) == ("met", "running")

    move(HOUR)
    call(first, also_cases=[second.pk])
    assert (state_of(second), clock_of(second).met_at) == ("met", clock.now())
    assert clock_of(first).met_at == between


def test_a_call_about_siblings_is_written_for_all_of_them_or_for_none() -> None:
    one, _two = _siblings()
    stranger = make_report(children=[child(identity_number="20130505-2399", guardians=[guardian(name="Pia")])]).cases[0]

    with pytest.raises(Unseen):
        call(one, also_cases=[stranger.pk])

    assert not Contact.objects.exists()
    assert state_of(one) == "running"


def test_each_call_is_one_row_a_case_however_often_a_sibling_is_named() -> None:
    one, two = _siblings()

    call(one, also_cases=[two.pk, two.pk, one.pk])

    assert (one.contacts.count(), two.contacts.count()) == (1, 1)


def test_a_guardian_of_another_child_is_not_found() -> None:
    case = _arrest()
    stranger = make_report(children=[child(identity_number=BEA, guardians=[guardian(name="Pia")])]).cases[0]

    with pytest.raises(Unseen):
        register_contact(
            person("karin.ek"),
            case.pk,
            guardian=parents(stranger)["Pia"],
            at=clock.now(),
            channel="phone",
            outcome="reached",
        )


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("at", clock.timedelta(minutes=2)), ("outcome", "shouted"), ("channel", "pigeon"), ("initiated_by", "police")],
)
def test_a_contact_with_a_wrong_field_is_refused_by_its_name(field: str, wrong: object) -> None:
    case = _arrest()
    value = clock.now() + wrong if field == "at" else wrong

    with pytest.raises(Invalid) as refusal:
        call(case, **{field: value})

    assert [name for name, _message in refusal.value.errors] == [field]
    assert not Contact.objects.exists()


def test_the_liaison_meets_it_at_the_station_and_learns_nothing_but_that() -> None:
    case = _arrest()

    call(case, by="per.holm", channel="visit")

    assert state_of(case) == "met"
    assert told("guardian_reached", case) == {"per.holm"}


def test_another_liaison_registers_nothing_on_a_report_that_is_not_their_own() -> None:
    case = _arrest()

    with pytest.raises(Unseen):
        call(case, by="nadia.rask")


def test_a_later_contact_does_not_move_the_first() -> None:
    case = _arrest(guardians=both_parents())
    call(case, "Olle")
    first = clock_of(case).met_at

    move(2 * HOUR)
    call(case, "Maja")

    assert (clock_of(case).met_at, reread(case).guardian_reached_at) == (first, first)
    assert Deadline.objects.filter(case=case, kind="guardian_contact").count() == 1


def test_custody_ends_at_midnight_of_the_18th_birthday() -> None:
    at("2026-11-13T20:00:00+01:00")
    case = make_report(children=[child(identity_number="", birth_date=date(2008, 11, 14))]).cases[0]

    at("2026-11-14T00:00:00+01:00")

    with pytest.raises(Conflict, match="18"):
        call(case)


def test_somebody_who_may_only_read_registers_no_contact() -> None:
    case = _arrest()
    lina: User = person("lina.dahl")
    granting.grant(
        lina,
        access.CasePermission.READ,
        case,
        source=CaseGrant._meta.get_field("source").choices[-1][0],
        by=None,
        now=clock.now(),
    )

    with pytest.raises(Forbidden):
        call(case, by="lina.dahl")


def test_a_guardian_found_after_the_task_was_done_opens_it_again() -> None:
    case = _arrest(identity_number="20130505-2399")
    call(case)
    assert reread(case).guardians_followed_at is not None

    add_guardian(person("karin.ek"), case.pk, name="Olle Fiktivsson", relation="father", is_custodian=True)

    assert reread(case).guardians_followed_at is None
    assert CaseTask.objects.filter(process__case=case, status="NEW", flow_task__endswith="contact_guardians").exists()
    assert (state_of(case), breaches_of(case)) == ("met", [])
    move(DAY)
    call(case, "Olle")
    assert reread(case).guardians_followed_at == clock.now()
