"""How fast is the access log written while it is sealed, and how long does it take to check it?

`python -m bench.log [--rows 1000000] [--seconds 20] [--writers 2]`, on servers of its own that keep what they are told.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from threading import Event, Thread

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
os.environ.setdefault("RISKZON_HOME", tempfile.mkdtemp(prefix="riskzon-bench-"))

import django


def written(seconds: float, writers: int, *, is_sealed: bool) -> float:
    """Rows a second, each committed in a transaction of its own."""
    from django.db import connection

    from riskzon import audit, clock, sealing
    from riskzon.models import AuditAction

    stop, counts = Event(), [0] * writers
    moment = clock.now()

    def write(number: int) -> None:
        while not stop.is_set():
            audit.record(AuditAction.OPEN, by=None, now=moment, what="casefile", detail={"turn": counts[number]})
            counts[number] += 1
        connection.close()

    def keep_sealing() -> None:
        while not stop.wait(1):
            while sealing.seal():
                pass
        connection.close()

    threads = [Thread(target=write, args=(number,)) for number in range(writers)]
    if is_sealed:
        threads.append(Thread(target=keep_sealing))
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - begin)


def fill(rows: int) -> int:
    """Rows as life writes them, thirty cases in every tenth; of transactions older than any real one, 20 in each."""
    from django.db import connection

    with connection.cursor() as cursor:
        # The log is never emptied but here, where it is made up.
        for table in ("riskzon_audithead", "riskzon_auditseal", "riskzon_auditentry"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("TRUNCATE riskzon_auditentry, riskzon_auditseal, riskzon_audithead, workflows_logreview")
        for table in ("riskzon_audithead", "riskzon_auditseal", "riskzon_auditentry"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute(
            """
            INSERT INTO riskzon_auditentry (product_at, role, action, what, ground, cases, detail, transaction)
            SELECT clock_timestamp(), 'social_worker', CASE WHEN i %% 10 = 0 THEN 'list' ELSE 'change' END, 'contacts.register',
                   'unit', CASE WHEN i %% 10 = 0 THEN ARRAY(SELECT gen_random_uuid() FROM generate_series(1, 30 + i * 0))
                           ELSE '{}' END,
                   jsonb_build_object('outcome', 'no_answer', 'turn', i), i / 20
              FROM generate_series(1, %s) AS i
            """,
            [rows],
        )
        cursor.execute("ANALYZE riskzon_auditentry")
    return rows // 20 + 1


def timed(what: str, act: Callable[[], object], *, goal: str = "") -> object:
    """Run once and print what it took, by the clock on the wall and of this process's own computing."""
    begin, computing = time.perf_counter(), time.process_time()
    done = act()
    taken, own = time.perf_counter() - begin, time.process_time() - computing
    print(f"{what}: {taken:.1f} s, of which {own:.1f} s computing here{goal}", flush=True)
    return done


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--writers", type=int, default=8)
    options = parser.parse_args()
    from django.core.management import call_command

    from riskzon import check_audit, sealing

    call_command("migrate", verbosity=0)
    for is_sealed in (False, True):
        rate = written(options.seconds, options.writers, is_sealed=is_sealed)
        how = "sealed each second" if is_sealed else "not sealed"
        print(f"written by {options.writers}, {how}: {rate:,.0f} rows/s (goal 500)", flush=True)
    below = timed(f"{options.rows:,} rows made", lambda: fill(options.rows))
    timed("sealed", lambda: sum(1 for _seal in iter(lambda: sealing.seal(below=below), None)))
    out = StringIO()
    timed("verify_audit", lambda: call_command("verify_audit", stdout=out), goal=" (goal 60 s for a million rows)")
    print(out.getvalue().splitlines()[0], flush=True)
    path = Path(os.environ["RISKZON_HOME"]) / "log.jsonl"
    timed("export_audit", lambda: call_command("export_audit", str(path), stdout=StringIO()))
    with path.open(encoding="utf-8", newline="\n") as lines:
        verdict = timed(f"check_audit.py, {path.stat().st_size / 2**20:,.0f} MiB", lambda: check_audit.check(lines))
    print(verdict)


if __name__ == "__main__":
    from tests.servers import TestServers

    django.setup()
    servers = TestServers(fleeting=False)
    shutil.rmtree(os.environ["RISKZON_HOME"], ignore_errors=True)
    servers.start()
    try:
        main()
    finally:
        servers.stop()
