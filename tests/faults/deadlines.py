"""Does every deadline fire, once, never early and soon, whatever dies?"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from tests.faults.client import Answer, Oracle, now
from tests.faults.plan import Outcome, experiment, percentiles
from tests.faults.stand import BEAT, DISPATCHERS, LOOP, WORKER, Stand, Stands, Watch
from tests.product import ROOT, wait_for

DAY = timedelta(hours=24)
#: Seconds: the goals of lateness while things break.
P99, MOST = 5.0, 15.0
SENDERS = 4
#: As every process of the product says when it connects (settings.base).
LIKE_THE_PRODUCT = "-c idle_in_transaction_session_timeout=60s"


def due_soon(
    stand: Stand, oracle: Oracle, n: int, spread: float, *, together: int = 10, shift: timedelta = timedelta()
) -> dict[str, datetime]:
    """Register n children whose 24 hours end over the `spread` seconds that begin when all are registered.

    `together` children come in one report and so have one limit; `shift` is how far the product's clock is ahead.
    Returns what the oracle was promised.
    """
    karin = stand.caller()
    reports = -(-n // together)

    def send(due: datetime | None, children: int) -> Answer:
        occurred = due - DAY if due else None
        return karin.register(occurred_at=occurred, children=children, at=now() + shift)

    with ThreadPoolExecutor(SENDERS) as pool:
        began = time.monotonic()
        list(pool.map(lambda _each: send(None, together), range(SENDERS)))
        ahead = (time.monotonic() - began) / SENDERS * reports + 4
        while True:
            begin = now() + shift + timedelta(seconds=ahead)
            dues = [begin + timedelta(seconds=spread * place / reports) for place in range(reports)]
            sizes = [min(together, n - place * together) for place in range(reports)]
            answers = list(pool.map(send, dues, sizes))
            if now() + shift < begin:
                break
            # The machine was busy with something else. These are over; others begin later.
            ahead *= 2
    ends = set(dues)
    kept = [oracle.keep_report(answer) for answer in answers]
    assert all(kept), "the intake before the faults was refused"
    promised = {one: due for one, due in oracle.dues().items() if due in ends}
    assert len(promised) == n
    return promised


def fired_once(stand: Stand, outcome: Outcome, dues: dict[str, datetime]) -> None:
    """Each promised deadline has one breach, one rung, and a message to somebody; none before its end."""
    wanted = list(dues)
    breaches = stand.ask(
        "SELECT deadline_id::text, fired_at FROM workflows_breach WHERE deadline_id = ANY(%s::uuid[])", wanted
    )
    rungs = stand.number(
        "SELECT count(*) FROM workflows_deadlineevent WHERE step = 'breach' AND deadline_id = ANY(%s::uuid[])", wanted
    )
    told = stand.number(
        "SELECT count(DISTINCT key) FROM notifications_message WHERE key = ANY(%s)", [f"{one}:breach" for one in wanted]
    )
    times = Counter(one for one, _at in breaches)
    figures = {
        "escalated": len(times),
        "lost": len(wanted) - len(times),
        "twice": sum(number > 1 for number in times.values()) + max(rungs - len(times), 0),
        "early": sum(at <= dues[one] for one, at in breaches),
        "untold": len(wanted) - told,
    }
    outcome.figures |= figures
    for name in ("lost", "twice", "early", "untold"):
        outcome.must(f"none {name}", figures[name] == 0)


@experiment(
    "F1",
    "every deadline escalated once, none early, p99 of lateness <= 5 s, the latest <= 15 s",
    short=dict(n=300, spread=24, pause=(2.0, 5.0), flush_every=2.4, beat_off=12),
    long=dict(n=10_000, spread=150, pause=(2.0, 8.0), flush_every=10, beat_off=60),
)
def killed_and_emptied(
    stands: Stands,
    outcome: Outcome,
    *,
    n: int,
    spread: float,
    pause: tuple[float, float],
    flush_every: float,
    beat_off: float,
) -> None:
    """Workers and loops killed in random order, Redis emptied, the beat asleep, while limits pass."""
    stand = stands.shared()
    dues = due_soon(stand, stand.oracle("F1"), n, spread)
    with Watch(stand) as watch:
        first, last = min(dues.values()).timestamp(), max(dues.values()).timestamp()
        time.sleep(max(first - time.time(), 0))
        beat, asleep_until = stand.freeze(BEAT), time.time() + beat_off
        outcome.faults["beat_off_seconds"] = round(beat_off)
        next_flush = time.time()
        while time.time() < last:
            outcome.faults["kills"] += stand.kill(random.choice((WORKER, LOOP)))
            if time.time() >= next_flush:
                stand.flush()
                outcome.faults["flushes"] += 1
                next_flush += flush_every
            if beat and time.time() >= asleep_until:
                stand.thaw(beat)
                beat = []
            time.sleep(random.uniform(*pause))
        stand.thaw(beat)
        watch.wait_for(dues, 60)
    outcome.n = n
    fired_once(stand, outcome, dues)
    late = percentiles(watch.lateness(dues))
    outcome.figures["late_s"] = late
    outcome.must(f"p99 <= {P99} s", late["p99"] <= P99)
    outcome.must(f"the latest <= {MOST} s", late["max"] <= MOST)


@experiment(
    "F2",
    "deadlines that pass while every dispatcher is off fire once, within 60 s of its return",
    short=dict(n=200, off=8),
    long=dict(n=10_000, off=600),
)
def all_dispatchers_off(stands: Stands, outcome: Outcome, *, n: int, off: float) -> None:
    stand = stands.shared()
    frozen: list[int] = []
    dues = due_soon(stand, stand.oracle("F2"), n, off)
    time.sleep(max(min(dues.values()).timestamp() - time.time() - 1, 0))
    frozen = stand.freeze(*DISPATCHERS)
    outcome.faults["dispatchers_off"] = len(frozen)
    began = time.monotonic()
    alarm = None
    while time.time() < max(dues.values()).timestamp():
        if alarm is None and stand.health() == 503:
            alarm = round(time.monotonic() - began)
        time.sleep(0.5)
    with Watch(stand) as watch:
        outcome.must("nothing fired while nobody was there", not watch.seen)
        for pid in frozen:
            os.kill(pid, signal.SIGKILL)
        back = time.monotonic()
        watch.wait_for(dues, 180)
        caught_up = time.monotonic() - back
    outcome.n = n
    fired_once(stand, outcome, dues)
    outcome.figures |= {"off_s": off, "health_503_after_s": alarm, "caught_up_s": round(caught_up, 1)}
    outcome.must("caught up within 60 s", caught_up <= 60)
    outcome.must("health 503 within 95 s", off < 95 or (alarm is not None and alarm <= 95))
    # Ten thousand breaches are many mails; until they are out the outbox is slow, and what comes next would see it.
    stand.wait_mails(1800)
    stand.wait_well()


@experiment(
    "F3",
    "a contact at the limit itself: in time or breached, never both, never neither, always kept, no 5xx",
    short=dict(n=40, gap=0.2),
    long=dict(n=1000, gap=0.15),
)
def contact_at_the_limit(stands: Stands, outcome: Outcome, *, n: int, gap: float) -> None:
    stand = stands.shared()
    oracle, karin = stand.oracle("F3"), stand.caller()
    dues = due_soon(stand, oracle, n, n * gap, together=1)
    cases = {line["id"]: line["case"] for line in oracle.noted("deadline")}
    guardians = {line["case"]: line["guardian"] for line in oracle.noted("guardian")}

    def reach(one: str) -> Any:
        # The way to the database takes some milliseconds; most arrive within twenty of the limit.
        time.sleep(max(dues[one].timestamp() + random.uniform(-0.06, 0.01) - time.time(), 0))
        body = {"guardian": guardians[cases[one]], "at": now().isoformat(), "channel": "phone", "outcome": "reached"}
        answer = karin.call("POST", f"/cases/{cases[one]}/contacts", body)
        if answer.status == 201:
            oracle.note("contact", id=answer.json["id"], deadline=one)
        return answer

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(reach, sorted(dues, key=lambda one: dues[one])))
    wait_for(lambda: stand.number(_UNFIRED, list(dues)) == 0, 30)
    rows = stand.ask(
        "SELECT d.id::text, d.state, (SELECT count(*) FROM workflows_breach b WHERE b.deadline_id = d.id)"
        " FROM workflows_deadline d WHERE d.id = ANY(%s::uuid[])",
        list(dues),
    )
    kept = stand.number(
        "SELECT count(*) FROM riskzon_contact WHERE id = ANY(%s::uuid[])",
        [line["id"] for line in oracle.noted("contact")],
    )
    outcome.n = n
    outcome.figures = {
        "in_time": sum(state == "met" and not breaches for _one, state, breaches in rows),
        "late": sum(state == "met_late" and breaches == 1 for _one, state, breaches in rows),
        "both_or_neither": sum(
            (state, breaches) not in {("met", 0), ("met_late", 1)} for _one, state, breaches in rows
        ),
        "not_201": dict(Counter(answer.status for answer in answers if answer.status != 201)),
        "seconds": percentiles([answer.seconds for answer in answers]),
    }
    outcome.must("one winner each", outcome.figures["both_or_neither"] == 0)
    outcome.must("every contact kept", kept == n)
    outcome.must("no 5xx", not any(answer.status >= 500 or answer.status == 0 for answer in answers))


_UNFIRED = "SELECT count(*) FROM workflows_deadline WHERE state = 'running' AND id = ANY(%s::uuid[])"


@experiment(
    "F10",
    "a deadline that an idle transaction holds for 60 s delays no other, and fires when it is let go",
    short=dict(n=20),
    long=dict(n=200),
    beside=True,
)
def held_by_an_idle_transaction(stands: Stands, outcome: Outcome, *, n: int) -> None:
    """The holder has the options of every process of the product, which end such a transaction."""
    stand = stands.shared("beside")
    dues = due_soon(stand, stand.oracle("F10"), n, 5, together=1)
    held = min(dues, key=lambda one: dues[one])
    others = {one: due for one, due in dues.items() if one != held}
    # Closed, not committed: its transaction is to be ended by the server.
    with Watch(stand) as watch, closing(stand.database(options=LIKE_THE_PRODUCT)) as holder:
        holder.execute("BEGIN")
        holder.execute("SELECT 1 FROM workflows_deadline WHERE id = %s FOR UPDATE", [held])
        outcome.faults["locks"] = 1
        watch.wait_for(others, 30)
        outcome.must("the held one waits", held not in watch.seen)
        watch.wait_for(dues, 90)
    outcome.n = n
    fired_once(stand, outcome, dues)
    outcome.figures |= {
        "others_late_s": percentiles(watch.lateness(others)),
        "held_late_s": round(max(watch.lateness({held: dues[held]}), default=0), 1),
    }
    outcome.must("others <= 5 s late", max(watch.lateness(others), default=0) <= P99)


@experiment(
    "F11",
    "two beats and three loops at once: each deadline fires once",
    short=dict(n=100, spread=4),
    long=dict(n=1000, spread=20),
)
def too_many_dispatchers(stands: Stands, outcome: Outcome, *, n: int, spread: float) -> None:
    stand = stands.shared()
    dues = due_soon(stand, stand.oracle("F11"), n, spread)
    schedule = str(stand.home / "second-beat")
    commands = [
        ["manage.py", "deadline_loop"],
        ["manage.py", "deadline_loop"],
        ["-m", "celery", "-A", "riskzon.celery", "beat", "--pidfile=", f"--schedule={schedule}"],
    ]
    environment = {**stand.product.environment, "DJANGO_SETTINGS_MODULE": "settings.dev"}
    extra = [
        subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
        for command in commands
    ]
    try:
        with Watch(stand) as watch:
            time.sleep(max(max(dues.values()).timestamp() - time.time(), 0))
            watch.wait_for(dues, 30)
        outcome.must("all of them ran", all(process.poll() is None for process in extra))
    finally:
        for process in extra:
            process.terminate()
            process.wait(20)
    outcome.n = n
    outcome.faults["dispatchers_too_many"] = len(extra)
    fired_once(stand, outcome, dues)
    outcome.figures["late_s"] = percentiles(watch.lateness(dues))
