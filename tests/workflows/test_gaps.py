"""A gap that opens in the roster is told to those who can fill it: once, and again only if it opens again."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from notifications.messages import say
from notifications.models import Delivery, DutyExtra, DutyPattern, Message
from riskzon import clock
from riskzon.models import Role, Unit, User
from tests.acts import DAY, HOUR, TICK, at_once, move
from tests.duty import extra, off
from tests.factories import at, make_report, people, person
from workflows import gaps
from workflows.models import Heartbeat
from workflows.sweep import sweep
from workflows.verbs.absences import register_absence

pytestmark = pytest.mark.django_db

AFTERNOON, EVENING = "2026-11-13T14:00:00+01:00", "2026-11-13T19:00:00+01:00"


@pytest.fixture(autouse=True)
def _people() -> None:
    people()
    Unit.objects.filter(slug="socialjouren").update(supervisor=None)
    at(AFTERNOON)


def _told() -> list[tuple[str, str | None]]:
    """Who has been told of which gap: by the moment at which it begins, in Swedish time."""
    rows = Message.objects.filter(kind="roster_gap").order_by("created_at", "recipient__username")
    return [
        (
            row.recipient.username,
            row.facts.get("at") and f"{datetime.fromisoformat(row.facts['at']).astimezone():%d %H.%M}",
        )
        for row in rows.select_related("recipient")
    ]


def _sweep(moment: str | timedelta) -> None:
    sweep(at(moment) if isinstance(moment, str) else move(moment))


def test_a_whole_roster_is_nothing_to_tell() -> None:
    for _hour in range(24):
        _sweep(HOUR)
    assert _told() == []


def test_whoever_falls_ill_in_the_middle_of_a_shift_leaves_a_gap_that_is_told_once() -> None:
    _sweep(EVENING)
    register_absence(person("jour.vakt"), username="jour.vakt", ends_at=clock.now() + 12 * HOUR)
    for _turn in range(3):
        _sweep(timedelta(seconds=5))
    for _turn in range(14):
        _sweep(HOUR)

    assert _told() == [("maria.oberg", "13 19.00")]
    assert Delivery.objects.get(message__kind="roster_gap").channel == "email"


@pytest.mark.parametrize("how", ["call-off", "pattern", "extra"])
def test_a_shift_that_is_taken_out_of_the_roster_leaves_a_gap(how: str) -> None:
    if how == "extra":
        off("2026-11-13")
        extra("jour.vakt", "2026-11-13", "17.00", "08.00")
    sweep()
    assert _told() == []

    if how == "call-off":
        off("2026-11-13")
    elif how == "pattern":
        DutyPattern.objects.filter(weekday=4).update(last_day="2026-11-12", ended_at=clock.now())
    else:
        DutyExtra.objects.update(ended_at=clock.now(), ended_by=person("sara.lindh"))
    sweep()
    assert _told() == [("maria.oberg", "13 17.00")]


def test_a_gap_is_told_a_day_ahead_and_not_earlier() -> None:
    off("2026-11-15")
    _sweep("2026-11-13T23:59:59+01:00")
    assert _told() == []

    _sweep("2026-11-14T00:00:01+01:00")
    _sweep("2026-11-15T12:00:00+01:00")
    assert _told() == [("maria.oberg", "15 00.00")]


def test_a_gap_that_was_filled_and_opens_again_is_told_again() -> None:
    off("2026-11-13")
    sweep()
    row = extra("jour.reserv", "2026-11-13", "17.00", "00.00")
    _sweep(timedelta(seconds=5))
    DutyExtra.objects.filter(pk=row.pk).update(ended_at=clock.now(), ended_by=person("sara.lindh"))
    for _turn in range(3):
        _sweep(timedelta(seconds=5))

    assert _told() == [("maria.oberg", "13 17.00")] * 2


def test_two_gaps_are_two_messages() -> None:
    off("2026-11-13")
    extra("jour.reserv", "2026-11-13", "18.00", "23.00")
    sweep()
    assert _told() == [("maria.oberg", "13 17.00"), ("maria.oberg", "13 23.00")]


def test_the_supervisor_of_socialjouren_and_the_heads_hear_it_and_nobody_who_is_away() -> None:
    Unit.objects.filter(slug="socialjouren").update(supervisor=person("sara.lindh"))
    off("2026-11-13")
    sweep()
    assert {who for who, _at in _told()} == {"maria.oberg", "sara.lindh"}

    register_absence(person("sara.lindh"), username="sara.lindh")
    off("2026-11-15")
    _sweep(DAY)
    assert [who for who, start in _told() if start == "15 00.00"] == ["maria.oberg"]


def test_an_empty_roster_is_told_once_and_each_gap_again_as_soon_as_somebody_is_in_it() -> None:
    DutyPattern.objects.update(last_day="2026-11-12", ended_at=clock.now())
    for _day in range(20):
        _sweep(DAY / 2)
    assert _told() == [("maria.oberg", None)]

    now = clock.now()
    extra("jour.vakt", f"{now + 2 * DAY:%Y-%m-%d}", "00.00", "00.00")
    sweep()
    sweep()
    assert len(_told()) == 2


def test_the_start_of_a_long_gap_does_not_move_with_the_clock() -> None:
    closed = [f"{clock.now() + days * DAY:%Y-%m-%d}" for days in range(60)]
    Unit.objects.exclude(slug="socialjouren").update(closed_dates=closed)
    DutyPattern.objects.update(last_day="2026-11-16", ended_at=clock.now())
    extra("jour.vakt", "2026-12-24", "00.00", "00.00")
    # One gap, then an empty roster until the shift at Christmas is a fortnight away.
    for _turn in range(4 * 40):
        _sweep(6 * HOUR)
    assert [start for _who, start in _told()] == ["17 00.00", None, None]


def test_where_there_is_no_socialjouren_nothing_is_told() -> None:
    User.objects.filter(role=Role.DUTY).update(unit=None)
    Unit.objects.filter(slug="socialjouren").update(kind="liaison")
    sweep()
    assert _told() == []


def test_where_nobody_is_there_to_be_told_it_is_told_as_soon_as_somebody_is() -> None:
    off("2026-11-13")
    User.objects.filter(role=Role.HEAD).update(is_active=False)
    sweep()
    assert _told() == []

    User.objects.filter(role=Role.HEAD).update(is_active=True)
    sweep()
    assert _told() == [("maria.oberg", "13 17.00")]


def test_the_message_says_from_when_and_nothing_about_anybody() -> None:
    make_report("per.holm")
    off("2026-11-13")
    sweep()
    message = Message.objects.get(kind="roster_gap")
    assert (message.case_id, message.report_id, set(message.facts)) == (None, None, {"at"})
    assert say(message.kind, message.facts, "").text.endswith("Det gäller från fre 13 nov 2026 kl. 17.00.")


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_at_once_tell_it_once() -> None:
    off("2026-11-13")
    moment = clock.now()
    results: list[Any] = at_once(*(partial(_warned, moment + turn * TICK) for turn in range(4)))
    assert sorted(results) == [0, 0, 0, 1]


@pytest.mark.django_db(transaction=True)
def test_a_dispatcher_that_comes_while_another_is_telling_waits_and_tells_nothing() -> None:
    Heartbeat.objects.create(name=gaps.NAME, at=clock.real_now())
    off("2026-11-13")
    moment = clock.now()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert gaps.warn(moment) == 1
            later = pool.submit(_elsewhere, moment + TICK)
            assert not wait([later], timeout=1).done
        assert later.result(timeout=10) == 0
    assert len(_told()) == 1


def _elsewhere(moment: datetime) -> int:
    try:
        return _warned(moment)
    finally:
        connection.close()


def _warned(moment: datetime) -> int:
    with transaction.atomic():
        return gaps.warn(moment)


def test_a_sweep_without_news_costs_two_statements(django_assert_num_queries: Any) -> None:
    off("2026-11-13")
    sweep()
    now = clock.now()
    with django_assert_num_queries(2):
        gaps.warn(now)
