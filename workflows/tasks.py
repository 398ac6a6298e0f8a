"""Celery's part in the clock: it asks when to look, and decides nothing."""

from datetime import UTC, datetime, timedelta

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError

from riskzon import clock, narrow
from riskzon.narrow import Part
from workflows import canary
from workflows.sweep import next_moment
from workflows.sweep import sweep as run_sweep

log = structlog.get_logger()

#: Beat's interval; a wake-up is never armed further ahead than this, and may be lost at any time.
BEAT = timedelta(seconds=5)
#: The least between two looks of one beat: after a busy hour the limits of a day later lie close together.
PAUSE = timedelta(seconds=0.4)


@shared_task(name="workflows.sweep", ignore_result=True)
def sweep() -> None:
    """Fire what is due, then arm one wake-up for the earliest rung before the next beat."""
    _look("sweep", clock.real_now() + BEAT)


@shared_task(name="workflows.wake_up", ignore_result=True)
def wake_up(until: float = 0.0) -> None:
    """Look again at the moment that the last look saw coming; then arm the next, before the beat at `until` (epoch, UTC)."""
    _look("wake_up", datetime.fromtimestamp(until, UTC))


def _look(name: str, until: datetime) -> None:
    def look_and_see_ahead() -> timedelta | None:
        run_sweep(name=name)
        return _next()

    ahead = narrow.turn(Part.WORK, look_and_see_ahead)
    if ahead is None:
        return
    wait = max(ahead, PAUSE)
    if clock.real_now() + wait < until:
        try:
            wake_up.apply_async([until.timestamp()], countdown=wait.total_seconds(), expires=BEAT.total_seconds() * 2)
        except (OperationalError, OSError) as problem:
            log.warning("wake_up_not_armed", error=type(problem).__name__)


def _next() -> timedelta | None:
    """How far ahead the next rung of any deadline is; None if none ever is due."""
    coming = next_moment()
    return None if coming is None else coming - clock.now()


@shared_task(name="workflows.canary", ignore_result=True)
def keep_canary() -> None:
    """Make the hour's trial of the chain if it has not been made. Lost, it is asked again a minute later."""
    canary.keep()
