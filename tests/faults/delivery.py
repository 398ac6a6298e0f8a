"""Does what was told leave the house, whatever happens to Redis, to the relay, or to one rotten row?"""

import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import count

from celery import Celery

from riskzon import embedded
from tests.faults.client import Answer, load
from tests.faults.deadlines import P99, due_soon, fired_once
from tests.faults.people import cases_of
from tests.faults.plan import Outcome, experiment, percentiles
from tests.faults.stand import BROKER, Stand, Stands, Watch
from tests.product import wait_for

#: Seconds in which everything that has gathered without Redis is to leave once it is back.
BACKLOG_OUT = 30.0
ATTEMPTS = 6


@experiment(
    "F7",
    "without Redis every intake is taken and every deadline fires on time; the mails leave within 30 s of its return",
    short=dict(armed=20, off=15, per_second=2.0),
    long=dict(armed=500, off=600, per_second=1.0),
)
def without_redis(stands: Stands, outcome: Outcome, *, armed: int, off: float, per_second: float) -> None:
    """It hangs; three times it is killed, comes back empty, and hangs again; in the end it is killed and may stay."""
    stand = stands.shared()
    oracle, karin = stand.oracle("F7"), stand.caller()
    dues = due_soon(stand, oracle, armed, off * 0.8)

    def register(_number: int) -> Answer:
        answer = karin.register()
        oracle.keep_report(answer, load=True)
        return answer

    # The first may end while the mails of the preparations still leave.
    with Watch(stand) as watch:
        stand.wait_mails(600)
        ends = time.time() + off
        frozen = stand.freeze(BROKER)
        with load(register, per_second=per_second, threads=4) as done:
            for _turn in range(3):
                time.sleep(off / 4)
                outcome.faults["kills"] += stand.kill(BROKER)
                frozen = _freeze_the_next(stand)
                outcome.faults["hangs"] += 1
            time.sleep(max(ends - time.time(), 0))
        watch.wait_for(dues, 20)
    backlog = stand.number("SELECT count(*) FROM notifications_delivery WHERE state = 'waiting'")
    outcome.faults["kills"] += stand.kill(BROKER)
    outcome.faults["seconds_without"] = round(off)
    stand.thaw(frozen)
    out = stand.wait_mails(240)
    outcome.n = done.statuses.total() + armed
    fired_once(stand, outcome, dues)
    late = percentiles(watch.lateness(dues))
    stored = _stored(stand, [line["number"] for line in oracle.noted("report")])
    outcome.figures |= {
        "intakes": dict(done.statuses),
        "intake_s": percentiles(done.seconds),
        "late_s": late,
        "backlog": backlog,
        "backlog_out_s": round(out, 1),
    }
    outcome.must("every intake is taken", set(done.statuses) == {201})
    outcome.must("every report is there", stored == len(oracle.noted("report")))
    outcome.must(f"p99 of lateness <= {P99} s", late["p99"] <= P99)
    outcome.must("backlog out within 30 s", out <= BACKLOG_OUT)


def _freeze_the_next(stand: Stand) -> list[int]:
    with contextlib.suppress(AssertionError):
        wait_for(lambda: bool(_try_freeze(stand)), 20)
    return _try_freeze(stand)


def _try_freeze(stand: Stand) -> list[int]:
    try:
        return stand.freeze(BROKER)
    except (StopIteration, ProcessLookupError):
        return []


def _stored(stand: Stand, numbers: list[str]) -> int:
    return stand.number("SELECT count(*) FROM riskzon_report WHERE number = ANY(%s)", numbers)


@experiment(
    "F8",
    "a relay killed between sending and marking: every mail is sent, only those twice, and none says anything",
    short=dict(n=10, waits=False),
    long=dict(n=500, waits=True),
)
def relay_killed(stands: Stands, outcome: Outcome, *, n: int, waits: bool) -> None:
    """The process dies when its mail has been taken and before it hears so. `waits`: for the leases, or moves their end."""
    stand = stands.shared()
    stand.wait_mails(900)
    before = set(stand.sink.received)
    killed: set[str] = set()

    def kills(message: str, _recipient: str) -> bool:
        if message in killed or len(killed) >= n:
            return False
        killed.add(message)
        return True

    stand.sink.kills = kills
    try:
        with _more_relays(stand) as ask:
            batch = 0
            until = time.monotonic() + 60 + n * 3
            while len(stand.sink.killed) < n and time.monotonic() < until:
                if _due(stand) < 5:
                    cases_of(stand, stand.oracle(f"F8-{batch}"), 20)
                    batch += 1
                ask()
                time.sleep(0.3)
        if not waits:
            with stand.database() as database:
                database.execute(_END_LEASES)
        stand.wait_mails(300 if waits else 60)
    finally:
        stand.sink.kills = lambda _id, _recipient: False
    new = {message: times for message, times in stand.sink.received.items() if message not in before}
    twice = {message for message, times in new.items() if times > 1}
    sent = {f"{one}" for (one,) in stand.ask("SELECT id::text FROM notifications_delivery WHERE channel = 'email'")}
    received = {message.strip("<>").partition("@")[0] for message in stand.sink.received}
    outcome.n = len(new)
    outcome.faults["kills"] = len(stand.sink.killed)
    outcome.figures = {
        "sent_twice": len(twice),
        "twice_but_not_killed": len(twice - killed),
        "missing": len(sent - received),
    }
    outcome.must("as many kills as asked for", len(killed) == n)
    outcome.must("every mail is sent", not sent - received)
    outcome.must("only those whose relay died are sent twice", not twice - killed)
    outcome.must("no mail says anything", not any("Provsson" in text for text in stand.sink.texts))


_END_LEASES = "UPDATE notifications_delivery SET claimed_until = clock_timestamp() WHERE state = 'waiting'"


def _due(stand: Stand) -> int:
    return stand.number(
        "SELECT count(*) FROM notifications_delivery WHERE state = 'waiting' AND channel = 'email'"
        " AND (claimed_until IS NULL OR claimed_until < clock_timestamp()) AND next_attempt_at <= clock_timestamp()"
    )


@contextmanager
def _more_relays(stand: Stand) -> Iterator[object]:
    """A function that asks the running worker for one more round of the mail, as beat does every five seconds."""
    servers = embedded.find(stand.home)
    assert servers
    app = Celery(broker=servers.broker_url)
    prefix = sha256(str(stand.home.resolve()).encode()).hexdigest()[:12]
    app.conf.update(task_default_queue="riskzon", broker_transport_options={"global_keyprefix": f"riskzon:{prefix}:"})
    yield lambda: app.send_task("notifications.relay", ["email"], expires=5)
    app.close()


@experiment(
    "F9",
    "one rotten deadline and one mail that kills its relay delay nothing else; the mail is given up with an alarm",
    short=dict(n=20),
    long=dict(n=500),
)
def poison(stands: Stands, outcome: Outcome, *, n: int) -> None:
    """The rotten deadline has its breach rung already, so that firing it fails; leases and pauses are moved, not waited for."""
    stand = stands.shared()
    stand.wait_mails(900)
    dues = due_soon(stand, stand.oracle("F9"), n, 5, together=5)
    rotten = min(dues, key=lambda one: dues[one])
    others = {one: due for one, due in dues.items() if one != rotten}
    with stand.database() as database:
        database.execute(
            "INSERT INTO workflows_deadlineevent (deadline_id, step, at, fired_at, told, folded)"
            " SELECT id, 'breach', due_at, due_at, 0, false FROM workflows_deadline WHERE id = %s",
            [rotten],
        )
    first: list[str] = []
    names = count()

    def kills(message: str, _recipient: str) -> bool:
        if not first and next(names) == 3:
            first.append(message)
        return message in first

    with Watch(stand) as watch:
        stand.sink.kills = kills
        watch.wait_for(others, 60)
        fired_once(stand, outcome, others)
        late = percentiles(watch.lateness(others))
        alarm = stand.caller().call("GET", "/health").json["overdue_unfired"]
        wait_for(lambda: bool(first), 60)
        with _more_relays(stand) as ask:
            for _attempt in range(ATTEMPTS + 2):
                seen = stand.sink.received[first[0]]
                with stand.database() as database:
                    database.execute(_END_LEASES)
                    database.execute(
                        "UPDATE notifications_delivery SET next_attempt_at = now() WHERE state = 'waiting'"
                    )
                ask()
                with contextlib.suppress(AssertionError):
                    wait_for(
                        lambda seen=seen: stand.sink.received[first[0]] > seen or _is_given_up(stand, first[0]), 15
                    )
                if _is_given_up(stand, first[0]):
                    break
        with stand.database() as database:
            database.execute(_END_LEASES)
        stand.wait_mails(120 + n)
        stand.sink.kills = lambda _id, _recipient: False
        with stand.database() as database:
            database.execute("SET session_replication_role = replica")
            database.execute("DELETE FROM workflows_deadlineevent WHERE deadline_id = %s AND step = 'breach'", [rotten])
            database.execute("UPDATE workflows_deadline SET paused_until = NULL WHERE id = %s", [rotten])
        watch.wait_for({rotten: dues[rotten]}, 20)
        outcome.must("once mended, the rotten one fires", rotten in watch.seen)
    outcome.n = n
    outcome.faults = {"rotten_deadlines": 1, "kills": len(first) and stand.sink.received[first[0]]}  # type: ignore[assignment]
    given_up, told = _is_given_up(stand, first[0]), stand.number(_ALARMS)
    outcome.figures |= {"others_late_s": late, "overdue_unfired_shown": alarm, "given_up": given_up, "alarms": told}
    outcome.must("the health page counts the rotten one", alarm >= 1)
    outcome.must("others <= 5 s late", late["max"] <= P99)
    outcome.must("the mail is given up", given_up)
    outcome.must("somebody is told so", told >= 1)


_ALARMS = "SELECT count(*) FROM notifications_message WHERE kind = 'delivery_given_up'"


def _is_given_up(stand: Stand, message: str) -> bool:
    delivery = message.strip("<>").partition("@")[0]
    return bool(stand.ask("SELECT 1 FROM notifications_delivery WHERE id = %s AND state = 'given_up'", delivery))
