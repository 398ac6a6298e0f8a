"""What is measured at the product as a user starts it, every process of it: memory at rest, lateness, pages."""

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.table import Table, share
from bench.visitors import Answer, Visitors
from riskzon import embedded
from tests.product import ROOT, Product, wait_for

LIMITS_A_SECOND = 50
#: The target is the last one.
REQUESTS_A_SECOND = (10, 20)
FEW = 1_000
#: How long everything is left alone before its memory is read.
REST_SECONDS = 15
DISPATCHERS = {"the loop": "deadline_loop", "Celery": " beat"}
#: The targets: milliseconds of the pages, seconds of lateness.
P95_MS, P99_MS, LATE_SECONDS = 300, 800, 1


def measure(table: Table, *, cases: int, stretches: int, seconds: float) -> None:
    """Start the product once in a home of its own and measure all three, the quietest first."""
    with tempfile.TemporaryDirectory(prefix="riskzon-bench-") as folder:
        product = Product(Path(folder, "home"), RISKZON_DEMO="1")
        try:
            product.start().wait_ready(300)
            _memory(table, product, cases, stretches)
            with _watching(product) as database:
                _lateness(table, product, database, stretches, seconds)
                _pages(table, product, database, stretches, seconds)
        finally:
            product.stop(signal.SIGTERM)


def _inside(product: Product, *words: object) -> str:
    """What a program prints that runs in the product's home."""
    command = [sys.executable, *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, env=product.environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


@contextmanager
def _watching(product: Product) -> Iterator[psycopg.Connection]:
    servers = embedded.find(product.home)
    assert servers is not None, "the product has started its servers"
    with psycopg.connect(servers.database_url, autocommit=True) as database:
        yield database


def _memory(table: Table, product: Product, cases: int, readings: int) -> None:
    """Memory at rest with few and with many open deadlines; shared pages are shared out among those who share them."""
    first: dict[str, float] = {}
    for open_deadlines in dict.fromkeys((min(FEW, cases), cases)):
        _inside(product, "-m", "bench.town", open_deadlines, open_deadlines)
        time.sleep(REST_SECONDS)
        read = [_megabytes(product) for _reading in range(readings)]
        for part in read[0]:
            megabytes = statistics.median(reading[part] for reading in read)
            first.setdefault(part, megabytes)
            table.row(
                f"memory at rest, {part}, {open_deadlines:,} open deadlines",
                "MB",
                megabytes,
                to_the_smallest=megabytes / first[part],
            )


def _megabytes(product: Product) -> dict[str, float]:
    """Proportional set size of everything, and of what dispatches: Celery's worker and beat, and the loop."""
    everything = dispatchers = 0.0
    for number, line in product.processes().items():
        try:
            said = Path(f"/proc/{number}/smaps_rollup").read_text()
        except OSError:  # it has ended in between
            continue
        size = sum(int(row.split()[1]) for row in said.splitlines() if row.startswith("Pss:")) / 1024
        everything += size
        if "celery" in line or "deadline_loop" in line:
            dispatchers += size
    return {"all processes": everything, "both dispatchers": dispatchers}


def _lateness(table: Table, product: Product, database: psycopg.Connection, stretches: int, seconds: float) -> None:
    """How long after its limit a breach can be seen from outside, with both dispatchers and with each alone."""
    silenced = {"both dispatchers": None, "the loop alone": "Celery", "Celery alone": "the loop"}
    for who, silent in silenced.items():
        with _silent(product, DISPATCHERS[silent] if silent else None):
            late = [_stretch(product, database, seconds, LIMITS_A_SECOND) for _stretch_ in range(stretches)]
        for part in (0.5, 0.99):
            found = statistics.median(share(stretch, part) for stretch in late)
            more = {"at_most": LATE_SECONDS} if part == 0.99 else {}
            table.row(f"lateness at {LIMITS_A_SECOND} limits a second, {who}, p{part * 100:.0f}", "s", found, **more)


@contextmanager
def _silent(product: Product, words: str | None) -> Iterator[None]:
    """Without one of the dispatchers: stopped where it stands, between two sweeps."""
    if words is None:
        yield
        return
    number = product.child(words)
    os.kill(number, signal.SIGSTOP)
    try:
        time.sleep(6)  # a wake-up that Celery has armed ahead is over by then
        yield
    finally:
        os.kill(number, signal.SIGCONT)


def _stretch(product: Product, database: psycopg.Connection, seconds: float, a_second: float) -> list[float]:
    """Let limits come at an even pace, and see each breach as soon as it is committed. Early or missing: AssertionError."""
    begun = database.execute("SELECT riskzon_now()").fetchone()
    assert begun is not None
    count = round(seconds * a_second)
    _inside(product, "-m", "bench.due", count, 1 / a_second)
    seen: dict[object, float] = {}
    until = time.monotonic() + seconds + 60
    while len(seen) < count and time.monotonic() < until:
        for deadline, late in database.execute(
            "SELECT deadline_id, extract(epoch FROM riskzon_now() - due_at)::float FROM workflows_breach"
            " WHERE due_at > %s AND fired_at > %s",
            [begun[0], begun[0]],
        ):
            seen.setdefault(deadline, late)
        time.sleep(0.02)
    assert len(seen) == count, f"{len(seen)} of {count} fired"
    assert min(seen.values()) > 0, "none fires early"
    return list(seen.values())


def _pages(table: Table, product: Product, database: psycopg.Connection, stretches: int, seconds: float) -> None:
    """Mixed pages at each pace, and how late limits fire meanwhile."""
    cases = json.loads(_inside(product, "-m", "bench.town", 1, 1).splitlines()[-1])
    token = _inside(product, "manage.py", "token", "per.holm").split()[-1]
    visitors = Visitors(product.port, cases, token)
    wait_for(product.answers, 10)
    # The mails of the limits before are not what is measured here.
    wait_for(
        lambda: not database.execute("SELECT 1 FROM notifications_delivery WHERE state = 'waiting' LIMIT 1").fetchone(),
        900,
    )
    visitors.visit(seconds / 2, REQUESTS_A_SECOND[0])
    late: list[float] = []
    whole = seconds * stretches * len(REQUESTS_A_SECOND)
    beside = threading.Thread(target=lambda: late.extend(_stretch(product, database, whole, 2)))
    beside.start()
    for pace in REQUESTS_A_SECOND:
        stretch = [visitors.visit(seconds, pace) for _stretch_ in range(stretches)]
        answers = [answer for one in stretch for answer in one]
        _say_slowest(answers)
        refused = [answer for answer in answers if answer.status >= 400]
        assert not refused, f"every page is answered: {refused[:3]}"
        for part, target in ((0.5, None), (0.95, P95_MS), (0.99, P99_MS)):
            found = statistics.median(share([answer.milliseconds for answer in one], part) for one in stretch)
            more = {"at_most": target} if target else {}
            table.row(f"{pace} requests a second of mixed pages, p{part * 100:.0f}", "ms", found, **more)
    beside.join()
    found = share(late, 0.99)
    table.row("lateness of limits beside these pages, p99", "s", found, at_most=LATE_SECONDS)


def _say_slowest(answers: Sequence[Answer]) -> None:
    """Which pages take longest, on the screen only."""
    pages: dict[str, list[float]] = {}
    for answer in answers:
        parts = [part for part in answer.path.partition("?")[0].split("/") if part.count("-") != 4]
        pages.setdefault("/".join(parts), []).append(answer.milliseconds)
    for page, times in sorted(pages.items(), key=lambda item: -statistics.median(item[1])):
        print(f"  {page:40} {len(times):5} p50 {statistics.median(times):7.0f} ms, p95 {share(times, 0.95):7.0f} ms")
