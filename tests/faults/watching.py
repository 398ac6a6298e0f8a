"""Who notices when those who watch the clocks are gone, one layer after another?"""

import json
import os
import signal
import time
from collections.abc import Callable

from tests.faults.plan import Outcome, experiment
from tests.faults.stand import AUDITOR, DISPATCHERS, WEB, Stand, Stands
from tests.product import wait_for

#: Seconds: dispatchers or auditor silent for 90 are seen, and the auditor looks every 30.
SEEN_WITHIN = 95.0
SAID_WITHIN = 130.0


@experiment(
    "F12",
    "each layer's silence is seen by the next: dispatchers by auditor and health page, auditor by health page, web from outside",
    short={},
    long={},
    beside=True,
)
def watchdogs(stands: Stands, outcome: Outcome) -> None:
    stand = stands.shared("beside")
    stand.wait_well()
    before = _alarms(stand)
    frozen = stand.freeze(*DISPATCHERS)
    outcome.figures["dispatchers_off_health_503_s"] = _time(lambda: stand.health() == 503, SEEN_WITHIN)
    outcome.figures["dispatchers_off_auditor_says_s"] = _time(lambda: _alarms(stand) > before, SAID_WITHIN - 90)
    for pid in frozen:
        os.kill(pid, signal.SIGKILL)
    outcome.figures["dispatchers_back_s"] = _time(lambda: stand.health() == 200, 60)
    frozen = stand.freeze(AUDITOR)
    outcome.figures["auditor_off_health_503_s"] = _time(lambda: stand.health() == 503, SEEN_WITHIN + 30)
    os.kill(frozen[0], signal.SIGKILL)
    outcome.figures["auditor_back_s"] = _time(lambda: stand.health() == 200, 60)
    stand.kill(WEB)
    outcome.figures["web_off_seen_s"] = _time(lambda: stand.health() == 0, 10)
    outcome.figures["web_back_s"] = _time(lambda: stand.health() == 200, 60)
    outcome.n = len(outcome.figures)
    outcome.faults.update({"dispatchers_off": len(DISPATCHERS), "auditor_off": 1, "web_kills": 1})
    for name, seconds in outcome.figures.items():
        outcome.must(name, seconds is not None)


def _time(true: Callable[[], bool], most: float) -> float | None:
    """Seconds until it is so; None: not within `most`."""
    began = time.monotonic()
    try:
        wait_for(true, most)
    except AssertionError:
        return None
    return round(time.monotonic() - began, 1)


def _alarms(stand: Stand) -> int:
    """How often the auditor has said so far that nobody sweeps."""
    lines = (stand.home / "log" / "deadline_auditor.log").read_text(errors="replace").splitlines()
    return sum("no_sweep" in json.loads(line)["faults"] for line in lines if '"audit_alarm"' in line)
