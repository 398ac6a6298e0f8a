"""When does Celery's beat send what? At its intervals, also after the clock of its machine has been set back."""

import time
from typing import Any

from celery.beat import Scheduler as CelerysScheduler

#: Seconds between two ticks by which a clock does not move unless somebody sets it.
LEAP = 2.0


class Scheduler(CelerysScheduler):
    """Keeps nothing on disk: at a start, and whenever the clock has leapt, everything is due at once.

    Celery's own remembers when it last sent, and after a clock that was a day ahead is put right it sends nothing for a
    day: no mail would leave the house. What is sent too often does no harm, since rows decide.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        self._apart = _apart()
        super().__init__(*args, **options)

    def setup_schedule(self) -> None:
        """Celery calls this once."""
        self.update_from_dict(self.app.conf.beat_schedule)
        self._begin()

    def tick(self, *args: Any, **options: Any) -> float:
        """Send one thing that is due; returns the seconds until the next look."""
        before, self._apart = self._apart, _apart()
        if abs(self._apart - before) > LEAP:
            self._begin()
        return float(super().tick(*args, **options))

    def _begin(self) -> None:
        for entry in self.schedule.values():
            entry.last_run_at = entry.default_now() - entry.schedule.run_every
        self._heap = None


def _apart() -> float:
    """How far the clock on the wall is from the one that nobody can set."""
    return time.time() - time.monotonic()
