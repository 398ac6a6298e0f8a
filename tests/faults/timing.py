"""Is nobody early and nobody forgotten when a clock is wrong, changes to summer time, or meets a leap day?

The false clock is that of the product's own processes (libfaketime on each of them), never the database's: its servers are
started here and given by address. libfaketime cannot leave the monotonic clock alone while Python sleeps, so a process
keeps the clock that it was born with, and a clock is set by killing it: the supervisor starts it again in the new time.
"""

import contextlib
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg

from tests.faults.client import now
from tests.faults.deadlines import DAY, due_soon, fired_once
from tests.faults.plan import Outcome, Skipped, experiment, percentiles
from tests.faults.stand import AUDITOR, BEAT, DISPATCHERS, LOOP, WEB, WORKER, Stand, Stands, Watch, servers_alone
from tests.product import wait_for

SWEDEN = ZoneInfo("Europe/Stockholm")
PROCESSES = (WEB, AUDITOR, *DISPATCHERS)
#: Seconds: the longest that nobody may look while the clocks change.
GAP = 10.0


class FalseClock:
    """The clock of the product's processes; the supervisor above them keeps the true one."""

    def __init__(self, stand: Stand, said: Path) -> None:
        self._stand, self._said = stand, said

    def set(self, seconds: float, *words: str) -> None:
        """Start all processes, or these, anew with a clock that is so far from the true one; returns once pages come."""
        self._said.write_text(f"{seconds:+.3f}\n")
        for each in words or PROCESSES:
            wait_for(lambda each=each: self._stand.kill(each), 30)
        wait_for(lambda: self._stand.health() != 0, 60)


@contextmanager
def false_clock(stands: Stands, name: str, **environment: str) -> Iterator[tuple[Stand, FalseClock]]:
    """A product on servers of its own, with a clock to set."""
    if not shutil.which("faketime"):
        raise Skipped("faketime is not installed")
    shown = subprocess.run(["faketime", "-m", "-f", "+0", "env"], capture_output=True, text=True, check=True).stdout
    library = next(line.partition("=")[2] for line in shown.splitlines() if line.startswith("LD_PRELOAD="))
    said = stands.folder / f"{name}-clock"
    said.write_text("+0\n")
    with contextlib.ExitStack() as running:
        servers = running.enter_context(servers_alone(stands.prepared(f"{name}-servers")))
        product = stands.fresh(
            name,
            DATABASE_URL=servers.database_url,
            REDIS_URL=servers.broker_url,
            LD_PRELOAD=library,
            FAKETIME_TIMESTAMP_FILE=str(said),
            # Read once in a life.
            FAKETIME_CACHE_DURATION="1000000",
            **environment,
        )
        stand = running.enter_context(product)
        yield stand, FalseClock(stand, said)


class Sweeps:
    """When each dispatcher said that it had looked, by the database's true clock."""

    def __init__(self, stand: Stand) -> None:
        self._stand, self._stop = stand, threading.Event()
        self._at: dict[str, list[float]] = {}
        self._began = time.time()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Sweeps":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._ended = time.time()

    def gap(self, *names: str) -> float:
        """The longest time in which none of these looked."""
        seen = sorted(at for name in names for at in self._at.get(name, ()))
        edges = [self._began, *(at for at in seen if at > self._began), self._ended]
        return round(max(late - early for early, late in pairwise(edges)), 1)

    def _run(self) -> None:
        question = "SELECT name, extract(epoch FROM at)::float8 FROM workflows_heartbeat"
        while not self._stop.wait(0.3):
            with contextlib.suppress(psycopg.Error), self._stand.database() as database:
                while not self._stop.wait(0.3):
                    for name, at in database.execute(question):
                        if at not in (known := self._at.setdefault(name, [])):
                            known.append(at)


@experiment(
    "F13",
    "host clock 25 h ahead, 25 h behind, five minutes to and fro: none early, none missed, mail leaves, an alarm is given",
    short=dict(n=60, phase=10),
    long=dict(n=600, phase=90),
)
def host_clock_wrong(stands: Stands, outcome: Outcome, *, n: int, phase: float) -> None:
    with false_clock(stands, "clock") as (stand, clock):
        dues = due_soon(stand, stand.oracle("F13"), n, phase * 3)
        time.sleep(max(min(dues.values()).timestamp() - time.time(), 0))
        skews, intakes, mails = [], [], []
        with Watch(stand) as watch, Sweeps(stand) as sweeps:
            for steps in (
                [(25 * 3600, PROCESSES)],
                [(-25 * 3600, PROCESSES)],
                [(300, PROCESSES), (-300, (LOOP, WORKER))],
            ):
                for seconds, words in steps:
                    clock.set(seconds, *words)
                    outcome.faults["clocks_set"] += len(words)
                    time.sleep(phase / len(steps))
                intakes.append(stand.caller().register().status)
                skews.append(stand.caller().call("GET", "/health").json["clock_skew_seconds"])
                with contextlib.suppress(AssertionError):
                    # What a killed relay had claimed is claimed again after two minutes.
                    mails.append(round(stand.wait_mails(150), 1))
            watch.wait_for(dues, 30)
        outcome.n = n
        fired_once(stand, outcome, dues)
        outcome.figures |= {
            "late_s": percentiles(watch.lateness(dues)),
            "skew_shown_s": skews,
            "gap_s": sweeps.gap("sweep", "wake_up", "loop"),
            "gap_of_celery_s": sweeps.gap("sweep", "wake_up"),
            "mails_out_s": mails,
        }
        outcome.must("every intake is taken", set(intakes) == {201})
        outcome.must("the health page shows the skew", all(abs(skew) > 100 for skew in skews))
        outcome.must("the auditor gives the alarm", "clocks_apart" in _log(stand, "deadline_auditor"))
        outcome.must("the mail leaves", len(mails) == len(skews))


@experiment(
    "F14",
    "both nights when the clocks change, under a real beat: no gap over 10 s, 24 h are 86,400 s, none early",
    short=dict(n=20, before=6, after=24),
    long=dict(n=200, before=60, after=300),
)
def clocks_change(stands: Stands, outcome: Outcome, *, n: int, before: float, after: float) -> None:
    """The product's clock and the host's stand shortly before 01:00 UTC of the night, and go on at their own pace."""
    first = datetime(2026, 10, 25, 1, tzinfo=UTC)
    ready = timedelta(minutes=15)
    with false_clock(stands, "night", RISKZON_CLOCK=(first - ready).isoformat()) as (stand, clock):
        for change in (first, datetime(2027, 3, 28, 1, tzinfo=UTC)):
            name = f"{change.date()}"
            shift = _move_to(stand, change - timedelta(minutes=12))
            oracle = stand.oracle(f"F14-{name}")
            before_change = oracle.keep_report(stand.caller().register(at=now() + shift))
            # Some limits end on each side of the change itself.
            shift = _move_to(stand, change - timedelta(seconds=before + 45 + n * 0.2))
            clock.set(shift.total_seconds())
            wait_for(lambda: _faults(stand) <= {"clocks_apart"}, 90, lambda: str(_faults(stand)))
            wanted = due_soon(stand, oracle, n, before + after, together=5, shift=shift)
            beat = stand.product.child(BEAT)
            with Watch(stand) as watch, Sweeps(stand) as sweeps:
                end = change + timedelta(seconds=after)
                time.sleep(max((end - shift - now()).total_seconds(), after))
                watch.wait_for(wanted, after + 30)
            seen = {one: due for one, due in wanted.items() if one in watch.seen}
            outcome.n += len(wanted)
            outcome.faults["changes_of_the_clock"] += 1
            outcome.figures[name] = {
                "gap_s": sweeps.gap("sweep", "wake_up", "loop"),
                "gap_of_beat_s": sweeps.gap("sweep"),
                "fired": len(seen),
                "late_s": percentiles(watch.lateness(wanted)),
            }
            outcome.must(f"{name}: the intake is taken", before_change)
            outcome.must(
                f"{name}: 24 h are 86,400 s", _days_of(stand, [line["id"] for line in oracle.noted("deadline")])
            )
            outcome.must(f"{name}: all fired", len(seen) == len(wanted))
            outcome.must(f"{name}: none early", all(watch.seen[one] > due for one, due in seen.items()))
            outcome.must(f"{name}: no gap over {GAP} s", sweeps.gap("sweep", "wake_up", "loop") <= GAP)
            # Its worker may be busy with a round of mail when it is asked.
            outcome.must(f"{name}: the beat is not silent", sweeps.gap("sweep") <= 2 * GAP)
            outcome.must(f"{name}: the same beat", beat == stand.product.child(BEAT))


@experiment(
    "F15",
    "a leap day, a year's end, a limit at midnight itself, the same instant in every offset: one instant everywhere",
    short=dict(offsets=20),
    long=dict(offsets=400),
)
def strange_days(stands: Stands, outcome: Outcome, *, offsets: int) -> None:
    midnights = [datetime(2028, 1, 1, tzinfo=SWEDEN), datetime(2028, 2, 29, tzinfo=SWEDEN)]
    late: list[float] = []
    wrong = 0
    with stands.fresh("days", RISKZON_CLOCK="2027-12-31T12:00:00+01:00") as stand:
        karin = stand.caller()
        for midnight in midnights:
            shift = _move_to(stand, midnight.astimezone(UTC) - timedelta(seconds=20))
            oracle = stand.oracle(f"F15-{midnight.date()}")
            same = (midnight - timedelta(days=1)).astimezone(UTC)
            for place in range(offsets):
                there = timezone(timedelta(minutes=random.randint(-12 * 60, 14 * 60) if place else 60))
                answer = karin.register(
                    occurred_at=same.astimezone(there), at=same.astimezone(there) + timedelta(hours=1)
                )
                oracle.keep_report(answer)
                lawful = _last_second(same + timedelta(hours=1), days=14)
                wrong += _due(answer.json, "open_investigation") != lawful
                wrong += _due(answer.json, "guardian_contact") != midnight
                if place == 0:
                    with Watch(stand) as watch:
                        dues = oracle.dues()
                        watch.wait_for(dues, 40)
                    late += watch.lateness(dues)
            outcome.n += offsets
            assert shift
    outcome.figures = {"mismatches": wrong, "late_s": percentiles(late)}
    outcome.must("no mismatch", wrong == 0)
    outcome.must("fired after midnight, soon", len(late) == len(midnights) and min(late) > 0 and max(late) < GAP)


def _last_second(arrived: datetime, *, days: int) -> datetime:
    """23:59:59 local time of the nth day after the one on which something arrived."""
    day = arrived.astimezone(SWEDEN).date() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=SWEDEN)


def _due(report: dict, kind: str) -> datetime:
    deadlines = report["cases"][0]["deadlines"]
    return next(datetime.fromisoformat(one["due_at"]) for one in deadlines if one["kind"] == kind)


def _move_to(stand: Stand, moment: datetime) -> timedelta:
    """Move the product's clock forward to this moment; returns how far it is ahead of the true one then."""
    there = datetime.fromisoformat(stand.caller().call("GET", "/demo/clock").json["now"])
    seconds = max(int((moment - there).total_seconds()), 0)
    moved = stand.caller().call("POST", "/demo/clock", {"advance_seconds": seconds})
    return datetime.fromisoformat(moved.json["now"]) - now()


def _days_of(stand: Stand, ids: list[str]) -> bool:
    lengths = stand.ask(
        "SELECT DISTINCT extract(epoch FROM due_at - starts_at)::int FROM workflows_deadline WHERE id = ANY(%s::uuid[])",
        ids,
    )
    return lengths == [(int(DAY.total_seconds()),)]


def _faults(stand: Stand) -> set[str]:
    """What the last audit found; the host's clock alone may be wrong here."""
    answer = stand.caller().call("GET", "/health")
    if not answer.status:
        # The pages are coming up again.
        return {"no_answer"}
    said = answer.json
    return set(said["faults"]) if said["last_audit_at"] else {"not_watched"}


def _log(stand: Stand, name: str) -> str:
    return (stand.home / "log" / f"{name}.log").read_text(errors="replace")
