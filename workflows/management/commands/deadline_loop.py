"""The second dispatcher: the same sweep in a plain loop that needs no broker. Beside it the access log is sealed."""

import signal
import time
from datetime import timedelta
from types import FrameType
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.db import Error, connection

from riskzon import clock, heads, narrow, sealing
from riskzon.narrow import Part
from workflows import canary
from workflows.sweep import next_moment, sweep

log = structlog.get_logger()

LONGEST_SLEEP = timedelta(seconds=1)
SHORTEST_SLEEP = timedelta(milliseconds=20)
#: After a fault of the database: wait, connect again, go on.
AFTER_FAULT = timedelta(seconds=1)
#: How often it is asked whether the hour's canary is to be made.
CANARY_ASKED = 60.0


class Command(BaseCommand):
    help = "Fires due deadlines in a loop, sleeping until the next one, one second at most. Needs no Redis."
    # Whoever starts it has checked; a dispatcher that was killed is to be back soon.
    requires_system_checks = []

    _stopping = False
    _next_canary = 0.0
    _seal_at = 0.0

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        while not self._stopping:
            try:
                pause = narrow.turn(Part.WORK, self._sweep)
                self._keep_canary()
            except Error as problem:
                log.error("deadline_loop_fault", error=type(problem).__name__)
                connection.close()
                pause = AFTER_FAULT
            self._seal()
            time.sleep(pause.total_seconds())

    def _keep_canary(self) -> None:
        if time.monotonic() >= self._next_canary:
            canary.keep()
            self._next_canary = time.monotonic() + CANARY_ASKED

    def _sweep(self) -> timedelta:
        """Sweep, and say how long to sleep."""
        sweep(name="loop")
        coming = next_moment()
        if coming is None:
            return LONGEST_SLEEP
        return max(SHORTEST_SLEEP, min(LONGEST_SLEEP, coming - clock.now()))

    def _seal(self) -> None:
        """One batch a minute, or the next at once where one was full; its fault must not stop the clocks, only be told."""
        if time.monotonic() < self._seal_at:
            return
        self._seal_at = time.monotonic() + sealing.EVERY.total_seconds()
        try:
            new = sealing.seal()
            heads.export_head()
            if new and new.rows >= sealing.BATCH:
                self._seal_at = 0.0
        except (Error, OSError) as problem:
            log.error("log_not_sealed", error=type(problem).__name__)
            connection.close()

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True
