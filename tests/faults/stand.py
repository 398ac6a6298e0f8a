"""The product that is broken: started as a user starts it, with its mail going to a sink and every process in reach."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import redis

from riskzon import embedded, supervisor
from tests.faults.client import Caller, Oracle
from tests.faults.sink import Sink
from tests.product import ROOT, Product, wait_for

WORKER, BEAT = "celery -A riskzon.celery worker", "celery -A riskzon.celery beat"
LOOP, AUDITOR, WEB = "deadline_loop", "deadline_auditor", "riskzon.webserver"
BROKER, DATABASE = "valkey-server", "postgres -D"
DISPATCHERS = (WORKER, BEAT, LOOP)


class Stand:
    """One running product: its people and clock are the demo's, its register begins empty, its mail leaves by SMTP."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self.folder = home.parent
        self.sink = Sink()
        self.product = Product(
            home, **{"RISKZON_DEMO": "1", "EMAIL_URL": self.sink.address, "LOG_LEVEL": "WARNING", **environment}
        )
        #: Where the database is, if the product itself is given another way to it.
        self.past: str | None = None
        self._callers: dict[str, Caller] = {}

    def start(self) -> "Stand":
        """Start it and return once it is well."""
        self.product.start().wait_ready(400)
        return self

    def stop(self) -> None:
        """Stop everything that it has started."""
        with contextlib.suppress(ProcessLookupError):
            for pid in self.product.processes():
                os.kill(pid, signal.SIGCONT)  # nobody is left asleep who is asked to stop
        try:
            self.product.stop(signal.SIGTERM)
        finally:
            self.sink.stop()

    def caller(self, username: str = "karin.ek") -> Caller:
        """This person over the API, with a token from `manage.py token`."""
        if username not in self._callers:
            self._callers[username] = Caller(self.product.port, self.manage("token", username).split()[-1])
        return self._callers[username]

    def manage(self, *arguments: str) -> str:
        """What a management command prints, which must succeed."""
        done = self.attempt(*arguments)
        assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-1000:]
        return done.stdout

    def attempt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A management command that may fail."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.product.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def oracle(self, name: str) -> Oracle:
        """A new list of promises, beside the home."""
        return Oracle(self.folder / f"{self.home.name}-{name}.jsonl")

    @property
    def database_url(self) -> str:
        given = self.past or self.product.environment.get("DATABASE_URL")
        servers = embedded.find(self.home)
        assert given or servers
        return given or servers.database_url

    def database(self, **options: Any) -> psycopg.Connection[Any]:
        """A connection of our own, past the product."""
        return psycopg.connect(self.database_url, autocommit=True, **options)

    def ask(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows that one statement gives."""
        with self.database() as database:
            return database.execute(question, values).fetchall()

    def number(self, question: str, *values: Any) -> int:
        """The one figure that a statement gives."""
        return int(self.ask(question, *values)[0][0])

    def flush(self) -> None:
        """Empty Redis."""
        servers = embedded.find(self.home)
        assert servers
        with redis.Redis.from_url(servers.broker_url) as broker:
            broker.flushall()

    def kill(self, words: str, number: signal.Signals = signal.SIGKILL) -> bool:
        """Send a signal to the supervised process whose command holds `words`; False: it is being started again."""
        try:
            os.kill(self.product.child(words), number)
        except (StopIteration, ProcessLookupError):
            return False
        return True

    def freeze(self, *all_words: str) -> list[int]:
        """Stop these processes and those below them where they are; returns the numbers of the supervised ones."""
        frozen = [self.product.child(words) for words in all_words]
        for pid in frozen:
            os.killpg(pid, signal.SIGSTOP)
        return frozen

    def thaw(self, frozen: list[int]) -> None:
        """Let them go on."""
        for pid in frozen:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGCONT)

    def wait_well(self, seconds: float = 90) -> float:
        """How long it takes until the health page says that all is well."""
        began = time.monotonic()
        wait_for(lambda: self.health() == 200, seconds, lambda: self.product.shown[-2000:])
        return time.monotonic() - began

    def health(self) -> int:
        """The status of the health page; 0 while nobody answers."""
        try:
            return self.product.get("/api/v1/health")
        except OSError:
            return 0

    def wait_mails(self, seconds: float) -> float:
        """How long it takes until no delivery waits any more."""
        began = time.monotonic()
        waiting = "SELECT count(*) FROM notifications_delivery WHERE state = 'waiting'"
        with self.database() as database:

            def left() -> int:
                return database.execute(waiting).fetchone()[0]

            wait_for(lambda: left() == 0, seconds, lambda: f"{left()} deliveries wait")
        return time.monotonic() - began


class Watch:
    """Sees from outside when breaches become visible to others, five times a second, by the product's clock."""

    def __init__(self, stand: Stand) -> None:
        self.seen: dict[str, datetime] = {}
        self._stand, self._stop = stand, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def wait_for(self, wanted: dict[str, datetime], seconds: float) -> None:
        """Return once all of these deadlines are seen breached, or after `seconds`: the count will tell."""
        with contextlib.suppress(AssertionError):
            wait_for(lambda: wanted.keys() <= self.seen.keys(), seconds)

    def lateness(self, wanted: dict[str, datetime]) -> list[float]:
        """Seconds from the end of each of these deadlines to when its breach could be seen."""
        return [(self.seen[one] - due).total_seconds() for one, due in wanted.items() if one in self.seen]

    def _run(self) -> None:
        question = (
            "SELECT deadline_id::text, riskzon_now() FROM workflows_breach WHERE kind = 'guardian_contact'"
            " AND fired_at > riskzon_now() - interval '60 s'"
        )
        while not self._stop.wait(0.2):
            with contextlib.suppress(psycopg.Error), self._stand.database() as database:
                while not self._stop.wait(0.2):
                    for one, at in database.execute(question):
                        self.seen.setdefault(one, at)


@contextlib.contextmanager
def servers_alone(home: Path) -> Iterator[embedded.Servers]:
    """PostgreSQL and Valkey of a home, started as the product starts them, and nothing else."""
    with contextlib.ExitStack() as running:
        running.enter_context(embedded.claim(home))
        servers = embedded.prepare(home)
        for program in (embedded.database_program(home, servers), embedded.broker_program(home, servers)):
            process = supervisor.spawn(program)
            running.callback(supervisor.stop, program, process)
            supervisor.wait_ready(program, process)
        yield servers


class Stands:
    """Starts products: one that experiments share, and new ones for those that would disturb the others."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._shared: dict[str, Stand] = {}
        self._number = Counter[str]()
        self._lock = threading.Lock()

    def shared(self, name: str = "shared", **environment: str) -> Stand:
        """The one of this name, started by whoever asks first."""
        if name not in self._shared:
            self._shared[name] = Stand(self.prepared(name), **environment)
            self._shared[name].start()
        return self._shared[name]

    @contextlib.contextmanager
    def fresh(self, name: str, **environment: str) -> Iterator[Stand]:
        """A new one for the block."""
        self._number[name] += 1
        stand = Stand(self.prepared(f"{name}-{self._number[name]}"), **environment)
        try:
            yield stand.start()
        finally:
            stand.stop()

    def prepared(self, name: str) -> Path:
        """A home whose database is migrated and empty: the work of the first start, done once for all of them."""
        template = self.folder / "template"
        with self._lock:
            if not template.exists():
                with servers_alone(template):
                    product = Product(template)
                    prepare = [sys.executable, "manage.py", "prepare"]
                    subprocess.run(prepare, cwd=ROOT, env=product.environment, check=True)
        home = Path(shutil.copytree(template, self.folder / name))
        # Of its own: two that start at the same moment would both find the template's ports free.
        ports = {one: embedded._free_port(None) for one in ("database_port", "broker_port")}
        servers = json.loads((home / embedded.STATE_FILE).read_text()) | ports
        (home / embedded.STATE_FILE).write_text(json.dumps(servers))
        return home

    def stop(self) -> None:
        """Stop the shared ones."""
        while self._shared:
            self._shared.popitem()[1].stop()
