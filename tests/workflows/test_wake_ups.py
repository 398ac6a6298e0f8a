"""Celery looks again at the moment of the next rung, once at a time, and leaves the rest to the beat."""

from datetime import timedelta
from typing import Any

import pytest

from riskzon import clock
from tests.acts import HOUR
from tests.factories import WORKDAY, at, make_report
from workflows import tasks

pytestmark = pytest.mark.django_db

DAY = 24 * HOUR


@pytest.fixture
def armed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, float]]:
    """What was asked of the broker: in how many seconds to look again, and until when (epoch)."""
    asked: list[tuple[float, float]] = []

    def keep(args: list[float], *, countdown: float, **_options: Any) -> None:
        asked.append((countdown, args[0]))

    monkeypatch.setattr(tasks.wake_up, "apply_async", keep)
    return asked


def _due_in(seconds: float) -> None:
    at(WORKDAY)
    make_report(occurred_at=clock.now() - DAY + timedelta(seconds=seconds))


def test_a_sweep_arms_one_look_for_the_next_rung_before_the_beat(armed):
    _due_in(2)
    tasks.sweep()
    [(countdown, until)] = armed
    assert countdown == pytest.approx(2, abs=0.01)
    assert until == pytest.approx(clock.real_now().timestamp() + tasks.BEAT.total_seconds(), abs=2)


def test_what_is_due_after_the_beat_is_the_beats(armed):
    _due_in(6)
    tasks.sweep()
    assert armed == []


def test_a_look_arms_the_next_before_the_same_beat_and_none_after_it(armed):
    _due_in(2)
    until = clock.real_now().timestamp() + 60
    tasks.wake_up(until)
    assert [beat for _countdown, beat in armed] == [until]

    tasks.wake_up(clock.real_now().timestamp() + 1)
    tasks.wake_up()
    assert len(armed) == 1


def test_limits_that_lie_close_together_are_looked_at_no_oftener_than_the_pause(armed):
    _due_in(0.05)
    tasks.sweep()
    assert [countdown for countdown, _until in armed] == [tasks.PAUSE.total_seconds()]


def test_a_broker_that_is_gone_leaves_the_look_to_the_beat(monkeypatch):
    def gone(*_args: Any, **_options: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(tasks.wake_up, "apply_async", gone)
    _due_in(2)
    tasks.sweep()
