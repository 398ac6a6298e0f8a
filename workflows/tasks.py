"""Celery's part in the clock: it asks when to look, and decides nothing."""

from datetime import datetime, timedelta

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


@shared_task(name="workflows.sweep", ignore_result=True)
def sweep() -> None:
    """Fire what is due, then arm one wake-up for the earliest rung before the next beat."""
    _arm_wake_up(narrow.turn(Part.WORK, lambda: (run_sweep(name="sweep"), next_moment())[1]))


@shared_task(name="workflows.wake_up", ignore_result=True)
def wake_up() -> None:
    """Look again at the moment that the last sweep saw coming; arms nothing itself."""
    run_sweep(name="wake_up")


def _arm_wake_up(coming: datetime | None) -> None:
    if coming is None:
        return
    wait = coming - clock.now()
    if timedelta(0) < wait < BEAT:
        try:
            wake_up.apply_async(countdown=wait.total_seconds(), expires=BEAT.total_seconds() * 2)
        except (OperationalError, OSError) as problem:
            log.warning("wake_up_not_armed", error=type(problem).__name__)


@shared_task(name="workflows.canary", ignore_result=True)
def keep_canary() -> None:
    """Make the hour's trial of the chain if it has not been made. Lost, it is asked again a minute later."""
    canary.keep()
