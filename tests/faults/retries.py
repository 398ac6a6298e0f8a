"""Is a report that is sent again, or while the pages die, one whole report?"""

import contextlib
import os
import random
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from tests.faults.client import Answer, arrest, now, together
from tests.faults.data import whole
from tests.faults.plan import Outcome, experiment, percentiles
from tests.faults.stand import WEB, Stand, Stands
from tests.faults.visitor import Visitor
from tests.product import wait_for


@experiment(
    "F21",
    "a report sent five times at once with one key is one report, with one answer; another body with that key is refused",
    short=dict(n=25),
    long=dict(n=1000),
)
def retried(stands: Stands, outcome: Outcome, *, n: int) -> None:
    stand = stands.shared()
    oracle, karin = stand.oracle("F21"), stand.caller()
    wrong: Counter[str] = Counter()
    slow: list[float] = []
    before = stand.number("SELECT count(*) FROM riskzon_report")
    for _each in range(n):
        key, body = str(uuid4()), arrest()
        answers: list[Answer] = together([lambda b=body, k=key: karin.call("POST", "/reports", b, key=k)] * 5)
        slow += [answer.seconds for answer in answers]
        oracle.keep_report(answers[0])
        wrong["statuses"] += sorted(answer.status for answer in answers) != [200, 200, 200, 200, 201]
        wrong["answers_differ"] += len({answer.body for answer in answers}) != 1
        wrong["5xx"] += sum(answer.status >= 500 or answer.status == 0 for answer in answers)
        wrong["changed_body_taken"] += (
            karin.call("POST", "/reports", {**body, "summary": "Annat"}, key=key).status != 409
        )
    made = stand.number("SELECT count(*) FROM riskzon_report") - before
    outcome.n = n
    outcome.faults["retries"] = 4 * n
    outcome.figures = {"reports": made, **wrong, "seconds": percentiles(slow)}
    outcome.must("one report each", made == n)
    for name, number in wrong.items():
        outcome.must(name, number == 0)
    whole(stand, outcome, oracle)


@experiment(
    "F22",
    "a form that is pressed twice, sent again from the back button or from a second tab gives one report",
    short=dict(n=3),
    long=dict(n=50),
)
def pressed_twice(stands: Stands, outcome: Outcome, *, n: int) -> None:
    stand = stands.shared()
    visitor = Visitor(stand.product.port, "per.holm")
    path = "/reports/new/arrest/"
    before = stand.number("SELECT count(*) FROM riskzon_report")
    statuses: Counter[int] = Counter()
    landed: set[str] = set()
    for place in range(n):
        fields = visitor.form(path) | _typed(place) | {"do": "register"}
        answers = together([lambda f=fields: visitor.post(path, f)] * 3)
        answers.append(visitor.post(path, fields))
        statuses.update(answer.status_code for answer in answers)
        landed |= {answer.headers.get("Location", "") for answer in answers}
    made = stand.number("SELECT count(*) FROM riskzon_report") - before
    outcome.n = n
    outcome.faults["presses_too_many"] = 3 * n
    outcome.figures = {"reports": made, "statuses": dict(statuses), "receipts": len(landed)}
    outcome.must("one report each", made == n)
    outcome.must("everybody lands on its receipt", len(landed) == n and set(statuses) == {302})


def _typed(place: int) -> dict[str, str]:
    """What a person types into the form of an arrest: one child with a name and a birth date."""
    seized = (now() - timedelta(minutes=30)).astimezone(ZoneInfo("Europe/Stockholm"))
    return {
        "occurred_at_date": f"{seized.date()}",
        "occurred_at_clock": f"{seized:%H.%M}",
        "child-0-given_name": f"Dubbel{place}",
        "child-0-family_name": "Provsson",
        "child-0-birth_date": "2011-03-04",
    }


@experiment(
    "F23",
    "pages killed at any moment of an intake: what was acknowledged is stored whole, and nothing by half",
    short=dict(n=40),
    long=dict(n=1000),
)
def pages_killed(stands: Stands, outcome: Outcome, *, n: int) -> None:
    """A worker of the pages is killed, each twentieth time all of gunicorn, once something has come through since."""
    stand = stands.shared()
    oracle, karin = stand.oracle("F23"), stand.caller()
    statuses: Counter[int] = Counter()

    def send(_number: int) -> None:
        key, body = str(uuid4()), arrest()
        for _try in range(60):
            answer = karin.call("POST", "/reports", body, key=key)
            statuses[answer.status] += 1
            if oracle.keep_report(answer):
                return
            time.sleep(0.5)

    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(send, number) for number in range(n)]
        through = 0
        while not all(one.done() for one in sent):
            with contextlib.suppress(AssertionError):
                wait_for(lambda seen=through: statuses[201] + statuses[200] > seen, 5)
            through = statuses[201] + statuses[200]
            time.sleep(random.uniform(0, 0.3))
            outcome.faults["kills"] += _kill_a_page(stand, whole_server=outcome.faults["kills"] % 20 == 19)
    with contextlib.suppress(AssertionError):
        wait_for(lambda: stand.health() == 200, 60)
    outcome.n = n
    outcome.figures = {"answers": dict(statuses)}
    whole(stand, outcome, oracle)
    outcome.must("every intake came through in the end", outcome.figures["acknowledged"] == n)
    outcome.must("no 5xx", not any(status >= 500 for status in statuses))


def _kill_a_page(stand: Stand, *, whole_server: bool) -> bool:
    if whole_server:
        return stand.kill(WEB)
    try:
        server = stand.product.child(WEB)
    except StopIteration:
        return False
    workers = [pid for pid, line in stand.product.processes().items() if WEB in line and pid != server]
    with contextlib.suppress(ProcessLookupError, IndexError):
        os.kill(random.choice(workers), signal.SIGKILL)
        return True
    return False
