"""At 09.00 the supervisor hears how many cases from Socialjouren nobody has taken over: once, late rather than never."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError

from notifications.messages import say
from notifications.models import Delivery, Message
from riskzon import clock
from riskzon.models import Case, Unit, User
from tests.acts import HOUR, TICK, at_once, call, protect, told
from tests.factories import BEA, CASTOR, at, child, make_report, people, person
from workflows import morning
from workflows.models import Heartbeat
from workflows.sweep import sweep
from workflows.verbs.notes import write_note
from workflows.verbs.people import take_over

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
NIGHT = "2026-11-12T22:00:00+01:00"
KIND = "handover_waiting"


@pytest.fixture
def case() -> Case:
    people()
    at(NIGHT)
    return make_report("per.holm", children=[child(identity_number=CASTOR)]).cases[0]


def _sweep(moment: str | datetime) -> None:
    sweep(at(moment) if isinstance(moment, str) else at(moment.isoformat()))


def _messages() -> list[tuple[str, int]]:
    rows = Message.objects.filter(kind=KIND).order_by("created_at", "recipient__username")
    return [(row.recipient.username, row.facts["count"]) for row in rows.select_related("recipient")]


def test_it_is_said_at_nine_and_not_a_second_before(case: Case) -> None:
    make_report("per.holm", children=[child(identity_number=BEA)])
    _sweep("2026-11-13T08:59:59+01:00")
    assert _messages() == []

    _sweep("2026-11-13T09:00:00+01:00")
    assert _messages() == [("sara.lindh", 2)]


def test_it_is_said_once_however_many_sweeps_there_are(case: Case) -> None:
    for moment in ("09:00:00", "09:00:00", "09:00:01", "12:00:00", "16:59:59", "17:00:01", "23:00:00"):
        _sweep(f"2026-11-13T{moment}+01:00")
    _sweep("2026-11-15T12:00:00+01:00")

    assert _messages() == [("sara.lindh", 1)]
    assert Delivery.objects.filter(message__kind=KIND).count() == 1


def test_it_is_said_anew_the_next_working_day(case: Case) -> None:
    for day in ("13", "16"):
        _sweep(f"2026-11-{day}T09:00:00+01:00")

    assert _messages() == [("sara.lindh", 1), ("sara.lindh", 1)]


def test_nothing_is_said_of_what_was_taken_over_in_time(case: Case) -> None:
    at("2026-11-13T08:59:00+01:00")
    take_over(person("karin.ek"), case.pk)

    for moment in ("09:00:00", "12:00:00", "20:00:00"):
        _sweep(f"2026-11-13T{moment}+01:00")
    assert _messages() == []


@pytest.mark.parametrize(
    "late", ["2026-11-13T16:40:00+01:00", "2026-11-13T19:00:00+01:00", "2026-11-15T03:00:00+01:00"]
)
def test_a_sweep_that_comes_late_says_it_late(case: Case, late: str) -> None:
    _sweep(late)

    assert _messages() == [("sara.lindh", 1)]


def test_what_socialjouren_begins_the_next_night_is_not_said_of_the_day_before(case: Case) -> None:
    protect(case, by="jour.vakt")
    call(case, by="jour.vakt")
    at("2026-11-13T08:10:00+01:00")
    take_over(person("karin.ek"), case.pk)
    at("2026-11-13T20:00:00+01:00")
    fresh = make_report("per.holm", children=[child(identity_number=BEA)]).cases[0]
    write_note(person("jour.vakt"), fresh.pk, text="Natt.")

    _sweep("2026-11-13T21:00:00+01:00")
    assert _messages() == []
    _sweep("2026-11-16T09:00:00+01:00")
    assert _messages() == [("sara.lindh", 1)]


@pytest.mark.parametrize(
    ("night", "closed", "opens"),
    [
        ("2026-11-13T22:00:00+01:00", "2026-11-14T09:00:00+01:00", "2026-11-16T09:00:00+01:00"),
        # Easter Monday; and the two Sundays on which the clocks change.
        ("2026-04-05T22:00:00+02:00", "2026-04-06T09:30:00+02:00", "2026-04-07T09:00:00+02:00"),
        ("2026-10-24T22:00:00+02:00", "2026-10-25T09:00:00+01:00", "2026-10-26T09:00:00+01:00"),
        ("2026-03-28T22:00:00+01:00", "2026-03-29T09:00:00+02:00", "2026-03-30T09:00:00+02:00"),
    ],
)
def test_on_a_day_on_which_the_unit_is_closed_nothing_is_said(night: str, closed: str, opens: str) -> None:
    people()
    at(night)
    make_report("per.holm")

    _sweep(closed)
    assert _messages() == []
    _sweep(datetime.fromisoformat(opens) - SECOND)
    assert _messages() == []
    _sweep(opens)
    assert _messages() == [("sara.lindh", 1)]


def test_a_unit_that_opens_later_has_an_hour(case: Case) -> None:
    Unit.objects.update(weekly_hours={str(day): [[8 * 60 + 30, 17 * 60]] for day in range(5)})
    _sweep("2026-11-13T09:29:59+01:00")
    assert _messages() == []

    _sweep("2026-11-13T09:30:00+01:00")
    assert _messages() == [("sara.lindh", 1)]


def test_a_unit_that_opens_early_has_until_nine(case: Case) -> None:
    Unit.objects.update(weekly_hours={str(day): [[6 * 60, 17 * 60]] for day in range(5)})
    _sweep("2026-11-13T08:59:59+01:00")
    assert _messages() == []

    _sweep("2026-11-13T09:00:00+01:00")
    assert _messages() == [("sara.lindh", 1)]


def test_where_there_is_no_supervisor_the_heads_hear_it(case: Case) -> None:
    User.objects.filter(username="sara.lindh").update(is_active=False)

    _sweep("2026-11-13T09:00:00+01:00")
    assert _messages() == [("maria.oberg", 1)]


def test_the_message_says_how_many_and_where_and_nothing_about_anybody(case: Case) -> None:
    _sweep("2026-11-13T09:00:00+01:00")

    message = Message.objects.get(kind=KIND)
    assert (message.case_id, message.report_id, message.facts) == (None, None, {"count": 1})
    said = say(message.kind, message.facts, "")
    assert "ingen har tagit över: 1." in said.text
    assert case.number not in said.text


def test_a_fault_in_it_stops_no_clock(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_now: datetime) -> int:
        raise DatabaseError("planted")

    monkeypatch.setattr("workflows.sweep.remind", broken)
    before = Heartbeat.objects.filter(name="sweep").count()
    _sweep("2026-11-13T22:00:00.1+01:00")

    assert Heartbeat.objects.filter(name="sweep").count() == before + 1
    assert told("deadline_breached", case)


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_at_once_say_it_once(case: Case) -> None:
    moment = at("2026-11-13T09:00:00+01:00")

    results = at_once(*(lambda: morning.remind(moment) for _turn in range(4)))

    assert sorted(results) == [0, 0, 0, 1]
    assert _messages() == [("sara.lindh", 1)]


def test_a_unit_that_never_closes_is_never_late() -> None:
    people()
    Unit.objects.update(weekly_hours={})
    at(NIGHT)
    make_report("per.holm")

    _sweep(clock.now() + 30 * HOUR + TICK)
    assert _messages() == []
