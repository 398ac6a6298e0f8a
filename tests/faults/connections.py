"""Do deadlines fire when the database takes nobody more, and when every answer of it takes seconds?"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.faults.client import Load, load
from tests.faults.data import TRACES, mixed, whole
from tests.faults.deadlines import due_soon, fired_once
from tests.faults.plan import Outcome, experiment, percentiles
from tests.faults.stand import Stands, Watch, servers_alone


class Wire:
    """Passes bytes on between whoever connects and one port of this machine, each after `delay` seconds.

    A question and its answer go through it once each way, so a round trip takes twice the delay.
    """

    def __init__(self, port: int) -> None:
        self.delay = 0.0
        self._port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    def address(self, database_url: str) -> str:
        """The same database, asked through the wire."""
        parts = urlsplit(database_url)
        login = parts.netloc.rpartition("@")[0]
        return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{self._listening.getsockname()[1]}"))

    def close(self) -> None:
        """Let nobody in any more; what is open ends with its two ends."""
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = self._listening.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self._port))
                except OSError:
                    near.close()
                    continue
                for one, other in ((near, far), (far, near)):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := one.recv(65536):
                if self.delay:
                    time.sleep(self.delay)
                other.sendall(piece)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def wire(database_url: str) -> Iterator[Wire]:
    """A wire to the database of this address, for the block."""
    port = urlsplit(database_url).port
    assert port
    one = Wire(port)
    try:
        yield one
    finally:
        one.close()


@experiment(
    "F17",
    "with every connection of the database taken, deadlines fire on time and pages refuse cleanly; where each answer of the"
    " database takes two seconds none fires early or twice, none is lost, and pages still refuse cleanly",
    short=dict(n=20, taken=8, slow=20),
    long=dict(n=500, taken=60, slow=90),
)
def no_connection_left(stands: Stands, outcome: Outcome, *, n: int, taken: float, slow: float) -> None:
    """The loop keeps the connection that it has; whoever needs a new one is refused."""
    stand = stands.shared()
    oracle = stand.oracle("F17")
    dues = due_soon(stand, oracle, n, taken * 0.8)
    with contextlib.ExitStack() as held, Watch(stand) as watch, stand.database() as asking:
        time.sleep(1)
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                held.enter_context(stand.database())
                outcome.faults["connections_taken"] += 1
        ends = time.monotonic() + taken
        with load(mixed(stand, oracle), per_second=5) as done:
            while time.monotonic() < ends:
                time.sleep(0.5)
                with contextlib.suppress(psycopg.OperationalError):
                    held.enter_context(stand.database())
                    outcome.faults["connections_taken"] += 1
        watch.wait_for(dues, 20)
        assert asking
    stand.wait_well()
    outcome.n = n
    fired_once(stand, outcome, dues)
    late = percentiles(watch.lateness(dues))
    outcome.figures |= {"statuses": dict(done.statuses), "late_s": late}
    whole(stand, outcome, oracle)
    outcome.must("p99 of lateness <= 5 s", late["p99"] <= 5)
    _refused_cleanly(outcome, done)
    _answers_late(stands, outcome, n=max(n // 5, 10), slow=slow)


def _answers_late(stands: Stands, outcome: Outcome, *, n: int, slow: float) -> None:
    """A second product, whose every process asks its database through a wire that takes a second each way."""
    seen = Outcome()
    with contextlib.ExitStack() as running:
        servers = running.enter_context(servers_alone(stands.prepared("slow-servers")))
        between = running.enter_context(wire(servers.database_url))
        addresses = {"DATABASE_URL": between.address(servers.database_url), "REDIS_URL": servers.broker_url}
        stand = running.enter_context(stands.fresh("slow", **addresses))
        stand.past = servers.database_url
        oracle = stand.oracle("F17")
        dues = due_soon(stand, oracle, n, slow * 0.8)
        with Watch(stand) as watch:
            time.sleep(max(min(dues.values()).timestamp() - time.time() - 1, 0))
            between.delay = 1.0
            outcome.faults["slow_seconds"] = round(slow)
            with load(mixed(stand, oracle), per_second=1) as done:
                time.sleep(slow)
            between.delay = 0.0
            watch.wait_for(dues, 30)
        stand.wait_well()
        fired_once(stand, seen, dues)
        whole(stand, seen, oracle)
        seen.figures |= {"statuses": dict(done.statuses), "late_s": percentiles(watch.lateness(dues))}
        _refused_cleanly(seen, done)
    outcome.n += n
    outcome.figures["slow"] = seen.figures
    outcome.broken += [f"slow: {promise}" for promise in seen.broken]


def _refused_cleanly(outcome: Outcome, done: Load) -> None:
    outcome.must("503, not 500", done.statuses[500] == 0)
    outcome.must("no trace shown", not any(trace in body for _at, _status, body in done.faults for trace in TRACES))
