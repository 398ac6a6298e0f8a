"""Who uses the product while it is broken, and remembers what it was promised?"""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

#: Only a person gives up sooner.
PATIENCE = 30.0
#: A connection that has been idle for longer is not trusted; gunicorn closes it after five.
KEPT = 2.0
_names = count(1)


@dataclass(frozen=True)
class Answer:
    """`status` 0: no answer came, so nothing was promised. `seconds` from the call to the last byte."""

    status: int
    body: bytes
    seconds: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Caller:
    """One person with a token; each thread has a connection of its own, opened again where it broke."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token
        self._own = threading.local()

    def call(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> Answer:
        """Call once, without any retry; never raises."""
        content = None if body is None else json.dumps(body).encode()
        return self.send(method, path, content, {"Idempotency-Key": key} if key else {})

    def send(self, method: str, path: str, content: bytes | None, more: dict[str, str] | None = None) -> Answer:
        """Call once with these very bytes; `more` headers take the place of the usual ones. Never raises."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", **(more or {})}
        began = time.monotonic()
        if began - getattr(self._own, "used", 0) > KEPT:
            self.hang_up()
        try:
            line = getattr(self._own, "line", None) or HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
            self._own.line, self._own.used = line, began
            line.request(method, f"/api/v1{path}", content, headers)
            answer = line.getresponse()
            return Answer(answer.status, answer.read(), time.monotonic() - began)
        except (OSError, HTTPException):
            self.hang_up()
            return Answer(0, b"", time.monotonic() - began)

    def hang_up(self) -> None:
        """Close this thread's connection."""
        if line := getattr(self._own, "line", None):
            line.close()
        self._own.line = None

    def register(self, *, key: str | None = None, **fields: Any) -> Answer:
        """Send a report; see `arrest` for the fields that are filled in."""
        return self.call("POST", "/reports", arrest(**fields), key=key or str(uuid4()))


def now() -> datetime:
    """The caller's own clock, which no fault reaches."""
    return datetime.now(UTC)  # noqa: TID251


def arrest(
    *, occurred_at: datetime | None = None, at: datetime | None = None, children: int = 1, **fields: Any
) -> dict[str, Any]:
    """The body of a report, told `at` that moment, of children whom nobody has heard of; each has a mother with custody."""
    at = at or now()
    return {
        "kind": "arrest",
        "occurred_at": (occurred_at or at - timedelta(minutes=10)).isoformat(),
        "notified_at": (at - timedelta(seconds=2)).isoformat(),
        "children": [_child(next(_names), at.year) for _each in range(children)],
        **fields,
    }


def _child(number: int, year: int) -> dict[str, Any]:
    surname = f"Provsson{number}"
    return {
        "birth_date": f"{year - 16 + number % 4}-{1 + number % 12:02}-{1 + number % 28:02}",
        "given_name": f"Barn{number}",
        "family_name": surname,
        "guardians": [
            {"name": f"Maja {surname}", "phone": "070-174 06 05", "relation": "mother", "is_custodian": True}
        ],
    }


class Oracle:
    """What was promised, one JSON line each, in a file that no fault reaches."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        path.touch()

    def note(self, what: str, **said: Any) -> None:
        """Keep one promise."""
        with self._lock, open(self._path, "a") as file:
            file.write(json.dumps({"what": what, **said}) + "\n")

    def noted(self, what: str) -> list[dict[str, Any]]:
        """The promises of one kind, in their order."""
        lines = map(json.loads, self._path.read_text().splitlines())
        return [line for line in lines if line["what"] == what]

    def keep_report(self, answer: Answer, **more: Any) -> bool:
        """Note the report, the guardians and the contact deadlines that an answer of 201 promises; False: it promises none."""
        if answer.status not in (200, 201):
            return False
        said = answer.json
        self.note("report", number=said["number"], cases=[case["id"] for case in said["cases"]], **more)
        for case in said["cases"]:
            for guardian in case.get("guardians", ()):
                self.note("guardian", guardian=guardian["id"], case=case["id"])
            for deadline in case.get("deadlines", ()):
                if deadline["kind"] == "guardian_contact":
                    self.note("deadline", id=deadline["id"], due=deadline["due_at"], case=case["id"])
        return True

    def dues(self) -> dict[str, datetime]:
        """When each promised contact deadline ends."""
        return {line["id"]: datetime.fromisoformat(line["due"]) for line in self.noted("deadline")}


def together(calls: list[Callable[[], Any]]) -> list[Any]:
    """What these return when they begin at the same moment, each in a thread of its own."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        gate.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@dataclass
class Load:
    """What `load` has done so far: the statuses of its answers, and how long they took."""

    statuses: Counter[int]
    seconds: list[float]
    faults: list[tuple[float, int, bytes]]

    @property
    def refused(self) -> int:
        return sum(number for status, number in self.statuses.items() if status >= 500)


@contextmanager
def load(step: Callable[[int], Answer], *, per_second: float, threads: int = 8) -> Iterator[Load]:
    """Call `step(number)` at this pace from several threads for as long as the block lasts; one that is late is not made up."""
    done = Load(Counter(), [], [])
    stop = threading.Event()
    numbers, lock = count(), threading.Lock()
    began = time.monotonic()

    def run() -> None:
        while not stop.is_set():
            with lock:
                number = next(numbers)
            if stop.wait(max(began + number / per_second - time.monotonic(), 0)):
                return
            answer = step(number)
            with lock:
                done.statuses[answer.status] += 1
                done.seconds.append(answer.seconds)
                if answer.status == 0 or answer.status >= 500:
                    done.faults.append((time.time(), answer.status, answer.body[:500]))

    workers = [threading.Thread(target=run, daemon=True) for _each in range(threads)]
    for worker in workers:
        worker.start()
    try:
        yield done
    finally:
        stop.set()
        for worker in workers:
            worker.join()
