"""Who asks for which pages, and how long does each answer take? As many requests a second as said, come what may.

A request that has to wait for the one before it has waited all the same: its time counts from the moment at which it was
to be sent.
"""

import http.client
import json
import queue
import random
import re
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import uuid4

from riskzon.management.commands.up import DEMO_PASSWORD

THREADS = 24
#: (weight, who, method, path); {case} is one of the first fifty of that person's list.
MIX = (
    (20, ("karin.ek", "lina.dahl"), "GET", "/?view=all"),
    (12, ("karin.ek", "lina.dahl", "sara.lindh"), "GET", "/"),
    (4, ("jour.vakt",), "GET", "/"),
    (12, ("karin.ek", "sara.lindh"), "GET", "/worklist/status/?since={now}"),
    (22, ("karin.ek", "lina.dahl", "sara.lindh"), "GET", "/cases/{case}/"),
    (3, ("jour.vakt",), "GET", "/cases/{case}/"),
    (4, ("karin.ek", "lina.dahl"), "GET", "/cases/{case}/timeline/"),
    (4, ("karin.ek", "lina.dahl"), "GET", "/cases/{case}/deadlines/"),
    (4, ("karin.ek", "sara.lindh"), "GET", "/inbox/"),
    (3, ("sara.lindh", "maria.oberg"), "GET", "/waiting/"),
    (3, ("sara.lindh", "maria.oberg"), "GET", "/board/"),
    (2, ("sara.lindh",), "GET", "/since/"),
    (3, ("sara.lindh", "maria.oberg"), "GET", "/breaches/"),
    (4, ("per.holm",), "POST", "/api/v1/reports"),
)


@dataclass(frozen=True)
class Answer:
    """One answer: how long it took from the moment it was wanted, and what was asked."""

    milliseconds: float
    status: int
    path: str


class Visitors:
    """Everybody of MIX, logged in at a running product."""

    def __init__(self, port: int, cases: dict[str, list[str]], token: str) -> None:
        self._port, self._cases, self._token = port, cases, token
        self._random = random.Random(417)
        names = {name for _weight, people, _method, _path in MIX for name in people}
        self._cookies = {name: self._log_in(name) for name in sorted(names)}

    def visit(self, seconds: float, a_second: float) -> list[Answer]:
        """Send `a_second` requests a second for so long; returns when each has its answer."""
        wanted: queue.Queue[tuple[float, str, str, str]] = queue.Queue()
        answers: list[Answer] = []
        begin = time.monotonic() + 0.2
        for place in range(round(seconds * a_second)):
            wanted.put((begin + place / a_second, *self._choose()))
        threads = [threading.Thread(target=self._work, args=(wanted, answers)) for _place in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def _choose(self) -> tuple[str, str, str]:
        [(_weight, people, method, path)] = self._random.choices(MIX, weights=[row[0] for row in MIX])
        name = self._random.choice(people)
        case = self._random.choice(self._cases.get(name) or [""])
        now = datetime.now(UTC).isoformat()  # noqa: TID251 - what a browser would send
        return name, method, path.format(case=case, now=now.replace("+", "%2B"))

    def _work(self, wanted: "queue.Queue[tuple[float, str, str, str]]", answers: list[Answer]) -> None:
        while True:
            try:
                at, name, method, path = wanted.get_nowait()
            except queue.Empty:
                return
            time.sleep(max(0.0, at - time.monotonic()))
            status = self._ask(name, method, path)
            answers.append(Answer((time.monotonic() - at) * 1000, status, path))

    def _ask(self, name: str, method: str, path: str) -> int:
        link = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        body, headers = None, {"Cookie": self._cookies[name]}
        if method == "POST":
            body = json.dumps(_report())
            headers = {
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
                "Idempotency-Key": str(uuid4()),
            }
        try:
            link.request(method, path, body, headers)
            answer = link.getresponse()
            answer.read()
            return answer.status
        finally:
            link.close()

    def _log_in(self, name: str) -> str:
        link = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        link.request("GET", "/login/")
        shown = link.getresponse()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown.read().decode())
        assert token, "the login page has a form"
        cookies = _cookies(shown)
        form = urlencode({"username": name, "password": DEMO_PASSWORD, "csrfmiddlewaretoken": token[1]})
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        link.request("POST", "/login/", form, headers)
        entered = link.getresponse()
        entered.read()
        assert entered.status == 302, f"{name} is logged in, not {entered.status}"
        link.close()
        return f"{cookies}; {_cookies(entered)}"


def _cookies(answer: http.client.HTTPResponse) -> str:
    return "; ".join(line.split(";")[0] for line in answer.headers.get_all("Set-Cookie", []))


def _report() -> dict[str, object]:
    now = datetime.now(UTC)  # noqa: TID251 - what a police liaison's own clock says
    child = {"birth_date": now.date().replace(year=now.year - 14, day=1).isoformat(), "given_name": "Barn"}
    mother = {"name": "Mamma Provsson", "phone": "070-174 06 05", "is_custodian": True}
    moment = now.isoformat()
    return {
        "kind": "arrest",
        "occurred_at": moment,
        "notified_at": moment,
        "children": [{**child, "guardians": [mother]}],
    }
