"""Beat goes on when the clock of its machine is set, and after a start in a new time."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from riskzon import beat
from riskzon.celery import app


class Sent(beat.Scheduler):
    """Counts instead of sending."""

    def apply_entry(self, entry, producer=None):
        self.sent.append(entry.name)

    sent: list[str]
    producer = None


@pytest.fixture
def scheduler():
    scheduler = Sent(app=app)
    scheduler.sent = []
    return scheduler


def _tick(scheduler):
    """As the loop of beat does until nothing is due."""
    while scheduler.tick() == 0:
        pass
    sent, scheduler.sent = scheduler.sent, []
    return sorted(sent)


EVERYTHING = sorted(app.conf.beat_schedule)


def test_everything_is_sent_at_a_start_and_then_at_its_interval(scheduler):
    assert _tick(scheduler) == EVERYTHING
    assert _tick(scheduler) == []


@pytest.mark.parametrize("hours", [25, -25])
def test_a_clock_that_is_set_silences_nobody(scheduler, hours):
    _tick(scheduler)

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=hours)):  # noqa: TID251 - the machine's clock is meant
        assert _tick(scheduler) == EVERYTHING
        assert _tick(scheduler) == []


def test_after_a_start_in_the_future_the_clock_may_be_put_right(scheduler):
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)):  # noqa: TID251 - the machine's clock is meant
        early = Sent(app=app)
        early.sent = []
        _tick(early)

    assert _tick(early) == EVERYTHING


def test_a_tick_tells_how_long_to_sleep(scheduler):
    _tick(scheduler)

    assert 0 < scheduler.tick() <= app.conf.beat_max_loop_interval
    assert beat._apart() == pytest.approx(time.time() - time.monotonic(), abs=1)


def test_it_is_the_one_that_beat_uses():
    assert app.conf.beat_scheduler == "riskzon.beat:Scheduler"
