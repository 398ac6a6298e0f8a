"""Is everything that was acknowledged still there, and whole, when the database dies or is full?"""

import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from tests.faults.client import Answer, Oracle, load
from tests.faults.deadlines import due_soon, fired_once
from tests.faults.plan import Outcome, Skipped, experiment, percentiles
from tests.faults.stand import DATABASE, Stand, Stands, Watch

#: What a page or an answer must never show, whatever is broken.
TRACES = (b"Traceback", b"psycopg", b"OperationalError", b"/site-packages/")


def whole(stand: Stand, outcome: Outcome, oracle: Oracle) -> None:
    """Each acknowledged report is there with number, case, deadlines, workflow, log and messages; nothing is there by half."""
    numbers = [line["number"] for line in oracle.noted("report")]
    stored = stand.number("SELECT count(*) FROM riskzon_report WHERE number = ANY(%s)", numbers)
    halves = stand.number(_HALVES)
    outcome.figures |= {"acknowledged": len(numbers), "lost_reports": len(numbers) - stored, "by_half": halves}
    outcome.must("no acknowledged report lost", stored == len(numbers))
    outcome.must("none acknowledged twice", len(set(numbers)) == len(numbers))
    outcome.must("nothing there by half", halves == 0)
    accounted = stand.attempt("accounting").stdout
    outcome.must(f"accounting: {accounted[:300]}", bool(re.search(r"^(\d+) reports, \1 accounted for\s*$", accounted)))


_HALVES = """
SELECT (SELECT count(*) FROM riskzon_report r WHERE NOT EXISTS (SELECT 1 FROM riskzon_case c WHERE c.report_id = r.id))
     + (SELECT count(*) FROM riskzon_case c
         WHERE NOT EXISTS (SELECT 1 FROM workflows_deadline d WHERE d.case_id = c.id)
            OR NOT EXISTS (SELECT 1 FROM workflows_caseprocess p WHERE p.case_id = c.id)
            OR NOT EXISTS (SELECT 1 FROM notifications_message m WHERE m.case_id = c.id)
            OR NOT EXISTS (SELECT 1 FROM riskzon_auditentry a WHERE a.case_id = c.id OR c.id = ANY(a.cases)))
"""


def mixed(stand: Stand, oracle: Oracle) -> object:
    """A step of the mixed load: of five calls one registers, the others read list, case, deadlines and health."""
    karin = stand.caller()
    paths = ("/cases?scope=unit&limit=20", "/deadlines?limit=20", "/cases/{case}", "/accounting")
    known = [line["case"] for line in oracle.noted("deadline")] or [str(uuid4())]

    def step(number: int) -> Answer:
        if number % 5 == 0:
            answer = karin.register()
            oracle.keep_report(answer)
            return answer
        return karin.call("GET", paths[number % 5 - 1].format(case=random.choice(known)))

    return step


@experiment(
    "F16",
    "the database stopped at once and started again under load: no acknowledged write lost, no trace of a program shown",
    short=dict(stops=2, between=6, per_second=10),
    long=dict(stops=5, between=15, per_second=20),
)
def database_stopped(stands: Stands, outcome: Outcome, *, stops: int, between: float, per_second: float) -> None:
    stand = stands.shared()
    oracle = stand.oracle("F16")
    oracle.keep_report(stand.caller().register())
    back: list[float] = []
    away: list[tuple[float, float]] = []
    with load(mixed(stand, oracle), per_second=per_second) as done:
        for _stop in range(stops):
            time.sleep(between)
            stopped = time.time()
            outcome.faults["database_stops"] += stand.kill(DATABASE, signal.SIGQUIT)
            time.sleep(0.5)
            back.append(stand.wait_well(60) + 0.5)
            away.append((stopped, time.time() + 2))
        time.sleep(between)
    stand.wait_well()
    outcome.n = done.statuses.total()
    outcome.figures = {
        "statuses": dict(done.statuses),
        "back_s": round(max(back), 1),
        "seconds": percentiles(done.seconds),
    }
    whole(stand, outcome, oracle)
    outcome.must("as many stops as asked for", outcome.faults["database_stops"] == stops)
    outcome.must("503, not 500, while it is away", done.statuses[500] == 0)
    outcome.must("no trace shown", not any(trace in body for _at, _status, body in done.faults for trace in TRACES))
    refused_later = [one for one in done.faults if not any(begin <= one[0] <= end for begin, end in away)]
    outcome.figures["refused_once_it_was_back"] = len(refused_later)
    outcome.must("nobody is refused once it is back", not refused_later)


@contextmanager
def _small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """A file system of this size at `folder`; Skipped where this machine does not let us mount one."""
    folder.mkdir(mode=0o700)
    if os.geteuid() != 0 or not shutil.which("mount"):
        raise Skipped("mounting a small disk needs root and mount")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "riskzon-faults", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Skipped(f"a small disk cannot be mounted here: {done.stderr.strip()[:200]}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


@experiment(
    "F18",
    "a full disk: refused cleanly, no half case, nothing acknowledged lost, deadlines fire once there is room",
    short=dict(megabytes=384, full=8, n=10),
    long=dict(megabytes=512, full=30, n=50),
)
def disk_full(stands: Stands, outcome: Outcome, *, megabytes: int, full: float, n: int) -> None:
    with _small_disk(stands.folder / "small", megabytes):
        stand = Stand(stands.prepared("small/home"))
        try:
            _fill(stand.start(), outcome, full, n)
        finally:
            stand.stop()


def _fill(stand: Stand, outcome: Outcome, full: float, n: int) -> None:
    # Not on the small disk.
    oracle = Oracle(stand.home.parent.parent / "F18.jsonl")
    dues = due_soon(stand, oracle, n, full)
    ballast = stand.home.parent / "ballast"
    with open(ballast, "wb") as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(1 << 16))
            file.flush()
    outcome.faults["disk_full_seconds"] = round(full)
    karin = stand.caller()

    def register(_number: int) -> Answer:
        answer = karin.register()
        oracle.keep_report(answer)
        return answer

    with Watch(stand) as watch, load(register, per_second=4, threads=4) as done:
        time.sleep(full)
        ballast.unlink()
        time.sleep(5)
        back = stand.wait_well(120)
        watch.wait_for(dues, 60)
        time.sleep(3)
    outcome.n = done.statuses.total() + n
    outcome.figures = {"statuses": dict(done.statuses), "back_s": round(back + 5, 1)}
    fired_once(stand, outcome, dues)
    whole(stand, outcome, oracle)
    outcome.must("it was full: something was refused", done.refused > 0)
    outcome.must("no trace shown", not any(trace in body for _at, _status, body in done.faults for trace in TRACES))
