"""Can it be changed while it works, and brought back after its disk is gone?"""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from riskzon import embedded
from tests.faults.client import load
from tests.faults.data import mixed, whole
from tests.faults.deadlines import due_soon, fired_once
from tests.faults.plan import Outcome, Skipped, experiment
from tests.faults.stand import Stand, Stands, Watch
from tests.faults.timing import Sweeps
from tests.product import still_alive

APPS = ("riskzon", "notifications", "workflows")


@experiment(
    "F19",
    "the newest migration of each part taken back and put on again under load: nothing acknowledged is lost, no lock over 2 s, "
    "no gap over 10 s, 5xx only while the schema is the old one",
    short=dict(per_second=5, between=3),
    long=dict(per_second=20, between=15),
)
def migrations_under_load(stands: Stands, outcome: Outcome, *, per_second: float, between: float) -> None:
    stand = stands.shared()
    oracle = stand.oracle("F19")
    oracle.keep_report(stand.caller().register())
    windows: list[tuple[float, float]] = []
    irreversible: list[str] = []
    with Sweeps(stand) as sweeps, _Locks(stand) as locks, load(mixed(stand, oracle), per_second=per_second) as done:
        for app in APPS:
            time.sleep(between)
            names = [name for (name,) in stand.ask(_APPLIED, app)]
            back = names[1] if len(names) > 1 else "zero"
            code = f"from django.core.management import call_command as c; c('migrate', '{app}', '{back}', verbosity=0)"
            began = time.time()
            tried = stand.attempt("shell", "-v0", "-c", f"{code}; c('migrate', verbosity=0)")
            windows.append((began, time.time() + 1))
            if tried.returncode:
                irreversible.append(f"{app}.{names[0]}: {tried.stderr.strip().splitlines()[-1]}")
                stand.manage("migrate", "--verbosity=0")
            outcome.faults["migrations"] += 2
        time.sleep(between)
    stand.wait_well()
    inside = [one for one in done.faults if any(begin <= one[0] <= end for begin, end in windows)]
    outcome.n = done.statuses.total()
    outcome.figures = {
        "statuses": dict(done.statuses),
        "5xx_with_the_old_schema": len(inside),
        "5xx_otherwise": len(done.faults) - len(inside),
        "irreversible": irreversible,
        "longest_lock_s": round(locks.longest, 2),
        "gap_s": sweeps.gap("sweep", "wake_up", "loop"),
        "rows": stand.number("SELECT count(*) FROM riskzon_case"),
    }
    whole(stand, outcome, oracle)
    outcome.must("no 5xx otherwise", len(done.faults) == len(inside))
    outcome.must("no lock over 2 s", locks.longest <= 2)
    outcome.must("no gap over 10 s", outcome.figures["gap_s"] <= 10)


_APPLIED = "SELECT name FROM django_migrations WHERE app = %s ORDER BY name DESC"


class _Locks:
    """How long anybody has waited for a lock, looked at ten times a second."""

    def __init__(self, stand: Stand) -> None:
        self.longest = 0.0
        self._stand, self._stop = stand, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "_Locks":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        question = (
            "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - waitstart)), 0)::float8"
            " FROM pg_locks WHERE NOT granted AND waitstart IS NOT NULL"
        )
        with contextlib.suppress(psycopg.Error), self._stand.database() as database:
            while not self._stop.wait(0.1):
                self.longest = max(self.longest, database.execute(question).fetchone()[0])


@experiment(
    "F20",
    "restored from a base backup and the archived log: nothing acknowledged is lost, overdue fires once, no mail is sent again, "
    "the accounting holds",
    short=dict(n=20, writes=8, per_second=4),
    long=dict(n=500, writes=300, per_second=10),
)
def restored(stands: Stands, outcome: Outcome, *, n: int, writes: float, per_second: float) -> None:
    """The machine dies at once with its disk; another one gets the backup, the log that was sent off, and the home's keys."""
    with stands.fresh("lost") as stand:
        oracle = stand.oracle("F20")
        oracle.keep_report(stand.caller().register())
        tools, folder = embedded._postgresql, stands.folder
        base, archive = folder / "base", folder / "archive"
        url = embedded.find(stand.home).database_url
        done = subprocess.run(
            [tools("pg_basebackup"), "-d", url, "-D", base, "-X", "stream", "-c", "fast"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Skipped(f"pg_basebackup does not run here: {done.stderr.strip()[:200]}")
        with _archiving(tools("pg_receivewal"), url, archive):
            with load(mixed(stand, oracle), per_second=per_second):
                time.sleep(writes)
            # These end while nobody is there.
            dues = due_soon(stand, oracle, n, 5)
            stand.wait_mails(600)
            already = set(stand.sink.received)
            running = stand.product.processes()
            for pid in (stand.product.process.pid, *running):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            outcome.faults["kills"] = len(running) + 1
            assert not still_alive(running)
        stand.product.process.wait()
    began = time.monotonic()
    new = Stand(folder / "found")
    _lay_out(stand.home, new.home, base, archive)
    time.sleep(max(max(dues.values()).timestamp() - time.time(), 0))
    waited = time.monotonic() - began
    try:
        new.start()
        with Watch(new) as watch:
            new.wait_well()
            back = time.monotonic() - began - waited
            watch.wait_for(dues, 60)
        new.wait_mails(600)
        outcome.n = len(oracle.noted("report"))
        fired_once(new, outcome, dues)
        again = already & set(new.sink.received)
        outcome.figures |= {"back_s": round(back, 1), "sent_again": len(again)}
        whole(new, outcome, oracle)
        outcome.must("no mail is sent again", not again)
        outcome.must("back within 30 minutes", back <= 1800)
        if "verify_audit" in new.manage("help", "--commands"):
            new.manage("verify_audit")
    finally:
        new.stop()


@contextmanager
def _archiving(program: Path, url: str, archive: Path) -> Iterator[None]:
    """Sends the database's log off as it is written."""
    archive.mkdir(mode=0o700)
    sender = subprocess.Popen(
        [program, "-d", url, "-D", archive, "--no-loop", "--synchronous"], stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        sender.terminate()
        sender.wait(20)


def _lay_out(old: Path, new: Path, base: Path, archive: Path) -> None:
    """A new home out of a backup: its data, the log to be replayed, and the keys and heads that were kept elsewhere."""
    new.mkdir(mode=0o700)
    shutil.copytree(old / "heads", new / "heads")
    shutil.copy2(old / embedded.STATE_FILE, new / embedded.STATE_FILE)
    data = new / "postgresql"
    shutil.copytree(base, data)
    for part in archive.glob("*.partial"):
        part.rename(part.with_suffix(""))
    with open(data / "postgresql.auto.conf", "a") as settings:
        settings.write(f'restore_command = \'cp "{archive}/%f" "%p"\'\n')
    (data / "recovery.signal").touch()
