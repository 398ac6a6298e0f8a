"""What does somebody meet who tries every address of the product as it runs, with and without a right to it?"""

import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from statistics import median
from typing import Any

import requests

from tests.faults.addresses import PEOPLE, UNSAFE, Place, abused, digest, missing, path, plant, routes, still
from tests.faults.client import Caller
from tests.faults.plan import Outcome, experiment
from tests.faults.serving import as_in_production
from tests.faults.stand import Stand, Stands
from tests.faults.visitor import Visitor
from tests.product import ROOT

#: Saved with a secret of its own, which the form carries and which outlives the session.
_OWN_SECRET = frozenset({"drafts/"})
#: A form that is filled from the last report of whoever registered that.
_NEXT = "reports/new/arrest/?after=<number>"
_READINGS = ("open", "list", "search", "lookup")
#: What of a page is the moment's and not the case's: a minute passes while they are asked for.
_LEFT = re.compile(
    r'data-session="[\d ]+"|name="csrfmiddlewaretoken" value="\w+"|name="product-now" content="[^"]+"|Utskrivet av [^<]+'
)


@experiment(
    "F30",
    "every address as every role, with every method, about every kind of case, answers what the table says; what is"
    " forbidden and what is missing are one answer, and take the same time",
    short=dict(full=False, pairs=20, cells=3_000),
    long=dict(full=True, pairs=300, cells=20_000),
)
def walked(stands: Stands, outcome: Outcome, *, full: bool, pairs: int, cells: int) -> None:
    """The walk of `tests/access`, whose table was written by hand; then the time, over the wire."""
    figures = stands.folder / "walk.json"
    # Short: the two who reach most and the two who reach nothing.
    tests = ["tests/access/test_walk.py", "-k", "everybody or nothing or missing or route"]
    done = run_pytest(*tests, RISKZON_FULL_WALK="1" if full else "0", RISKZON_WALK_FIGURES=str(figures))
    outcome.must(f"the walk: {done.stdout[-1500:]}", done.returncode == 0)
    seen = json.loads(figures.read_text()) if figures.exists() else {}
    outcome.n = sum(people["cells"] for people in seen.values())
    outcome.figures = {
        "cells": outcome.n,
        "people": len(seen),
        "surprises": sum(one["surprises"] for one in seen.values()),
    }
    outcome.must("as many cells as promised", outcome.n >= cells)
    outcome.must("no surprise", outcome.figures["surprises"] == 0)
    _time_refusals(abused(stands), outcome, pairs)


def _time_refusals(stand: Stand, outcome: Outcome, pairs: int) -> None:
    place = plant(stand, "Tidtagning")
    ways = _ways(stand)
    for name, ask in ways.items():
        seconds: dict[str, list[float]] = {"forbidden": [], "missing": []}
        said: set[tuple[int, str]] = set()
        for turn in range(pairs):
            pair = [("forbidden", place), ("missing", missing())]
            for what, one in pair if turn % 2 else pair[::-1]:
                began = time.monotonic()
                status, text = ask(one.case)
                seconds[what].append(time.monotonic() - began)
                said.add((status, _LEFT.sub("", text.replace(one.case, "CASE"))))
        typical = {what: round(median(values) * 1000, 1) for what, values in seconds.items()}
        apart = abs(typical["forbidden"] - typical["missing"]) / typical["missing"]
        outcome.figures |= {f"{name}_ms": typical, f"{name}_medians_apart": round(apart, 3)}
        outcome.must(f"{name}: one answer", len(said) == 1 and next(iter(said))[0] == 404)
        outcome.must(f"{name}: in the same time", apart < (0.1 if pairs >= 100 else 0.5))
    waited = max(_while_held(stand, place, ask) for ask in ways.values())
    outcome.figures["held_s"] = round(waited, 2)
    outcome.must("nobody waits for a row that is hidden from them", waited < 1)


def _ways(stand: Stand) -> dict[str, Callable[[str], tuple[int, str]]]:
    """To read a case, to send a form about it, and to call the API about it, as somebody who has no right to it."""
    lina, caller = Visitor(stand.product.port, "lina.dahl"), stand.caller("lina.dahl")

    def read(case: str) -> tuple[int, str]:
        answer = lina.session.get(f"{lina.address}/cases/{case}/", timeout=60)
        return answer.status_code, answer.text

    def send(case: str) -> tuple[int, str]:
        answer = lina.call("POST", f"/cases/{case}/take/", {})
        return answer.status_code, answer.text

    def call(case: str) -> tuple[int, str]:
        answer = caller.call("POST", f"/cases/{case}/notes", {"text": "Prov"})
        return answer.status, answer.body.decode()

    return {"read": read, "send": send, "call": call}


def _while_held(stand: Stand, place: Place, ask: Callable[[str], tuple[int, str]]) -> float:
    """How many seconds it takes to be refused while somebody else works in the case, as the product locks it."""
    with stand.database() as database, database.transaction():
        database.execute("SELECT 1 FROM riskzon_case WHERE id = %s FOR NO KEY UPDATE", [place.case])
        began = time.monotonic()
        status, _text = ask(place.case)
        waited = time.monotonic() - began
    assert status == 404
    return waited


def run_pytest(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
    inherited.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", *arguments],
        cwd=ROOT,
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@experiment(
    "F32",
    "a right that is taken away while a session, a form and a key are open is gone at the next request",
    short=dict(n=2),
    long=dict(n=50),
)
def revoked(stands: Stands, outcome: Outcome, *, n: int) -> None:
    stand = abused(stands)
    seconds: list[float] = []
    for turn in range(n):
        place = plant(stand, f"Upphor{turn}x")
        omar, caller = Visitor(stand.product.port, "omar.nyman"), stand.caller("omar.nyman")
        form = omar.form(f"/cases/{place.case}/note/")
        outcome.must("it was open", "csrfmiddlewaretoken" in form)
        blocked = stand.caller("sara.lindh").call(
            "POST", f"/cases/{place.case}/blocks", {"username": "omar.nyman", "reason": "Prov"}
        )
        outcome.must("it was taken away", blocked.status in (200, 201))
        began = time.monotonic()
        page = omar.session.get(f"{omar.address}/cases/{place.case}/", timeout=60).status_code
        seconds.append(time.monotonic() - began)
        sent = omar.post(f"/cases/{place.case}/note/", {**form, "text": "För sent."}).status_code
        called = caller.call("POST", f"/cases/{place.case}/notes", {"text": "För sent."}).status
        outcome.must(f"nothing is left: {page} {sent} {called}", (page, sent, called) == (404, 404, 404))
        told = stand.number(_TOLD_AFTER, place.case)
        outcome.must("nobody is told who is blocked", told == 0)
    kept = stand.number("SELECT count(*) FROM riskzon_note WHERE text = 'För sent.'")
    outcome.must("nothing written", kept == 0)
    outcome.n = outcome.faults["rights_taken_away"] = n
    outcome.figures = {"denied_within_s": round(max(seconds), 2), "requests_until_denied": 1}


_TOLD_AFTER = """
SELECT count(*) FROM notifications_message m JOIN riskzon_user u ON u.id = m.recipient_id
 WHERE m.case_id = %s AND u.username = 'omar.nyman'
   AND m.created_at > (SELECT max(since) FROM riskzon_caseblock b JOIN riskzon_case c ON c.child_id = b.child_id
                        WHERE c.id = m.case_id AND b.user_id = u.id)
"""


@experiment(
    "F36",
    "no address changes anything when it is only read, or when the form's own key is missing, foreign or from elsewhere",
    short=dict(people=("sara.lindh",), each=False, every=3),
    long=dict(people=PEOPLE, each=True, every=1),
)
def forged(stands: Stands, outcome: Outcome, *, people: tuple[str, ...], each: bool, every: int) -> None:
    """`each`: every way at every address; else the ways take turns."""
    stand = abused(stands)
    place, everywhere = plant(stand, "Falsk"), routes(stand, every)
    visitors = {name: Visitor(stand.product.port, name) for name in people}
    wrong: list[str] = []
    statuses: Counter[str] = Counter()
    with still(stand):
        before = digest(stand)
        for name, visitor in visitors.items():
            for turn, pattern in enumerate(everywhere):
                is_call = pattern.startswith("api/")
                ways = _forgeries(visitor, is_call=is_call)
                for method, headers in ways if each else (ways[0], ways[1 + turn % (len(ways) - 1)]):
                    answer = visitor.session.request(
                        method,
                        visitor.address + path(pattern, place),
                        headers=headers,
                        data={"reason": "Prov", "text": "Prov"} if method in UNSAFE else None,
                        allow_redirects=False,
                        timeout=60,
                    )
                    outcome.n += 1
                    statuses[f"{answer.status_code}"] += 1
                    # The API knows no session, so there is nothing to forge: it asks for a key of its own.
                    is_refused = answer.status_code in ((401, 404, 405, 415) if is_call else (403,))
                    if method in UNSAFE and not is_refused and pattern not in _OWN_SECRET:
                        wrong.append(f"{name} {method} {pattern} {headers}: {answer.status_code}")
                    if answer.status_code >= 500 and not pattern.endswith("health"):
                        wrong.append(f"{name} {method} {pattern}: {answer.status_code}")
        after = digest(stand)
    outcome.faults["forged"] = outcome.n
    changed = [table for table in before if before[table] != after[table]]
    outcome.figures = {"routes": len(everywhere), "people": len(people), "statuses": dict(statuses)}
    outcome.must(f"refused: {wrong[:10]} ({len(wrong)})", not wrong)
    outcome.must(f"nothing has changed: {changed}", not changed)


def _forgeries(visitor: Visitor, *, is_call: bool) -> list[tuple[str, dict[str, str]]]:
    """Ways to change something without having been shown a form; (verb, headers)."""
    own = visitor.session.cookies.get(visitor._csrf_cookie(), "")
    reads = [(verb, {}) for verb in ("GET", "HEAD", "OPTIONS")]
    reads += [("GET", {"X-HTTP-Method-Override": "POST", "X-CSRFToken": own})]
    keys: list[dict[str, str]] = [{}, {"X-CSRFToken": "x" * 32}]
    if not is_call:
        keys += [{"X-CSRFToken": own, "Origin": "https://annan.example"}, {"X-CSRFToken": own, "Origin": "null"}]
    return reads + [(verb, key) for verb in UNSAFE for key in keys]


#: What every answer of the product carries, and what pages carry beside it.
_EVERYWHERE = {"X-Content-Type-Options": "nosniff"}
_PAGES = {
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_POLICY = ("default-src 'self'", "script-src 'self'", "style-src 'self'", "object-src 'none'", "frame-ancestors 'none'")
_YEAR = 365 * 24 * 60 * 60


@experiment(
    "F37",
    "every answer carries the headers that protect it, in production: pages, refusals, faults and static files",
    short=dict(people=("sara.lindh",), files=40, every=3),
    long=dict(people=PEOPLE, files=10_000, every=1),
)
def headers(stands: Stands, outcome: Outcome, *, people: tuple[str, ...], files: int, every: int) -> None:
    stand = abused(stands)
    place, everywhere = plant(stand, "Huvud"), routes(stand, every)
    static = [one for one in sorted((stand.home / "static").rglob("*")) if one.is_file()]
    static = [one for one in static if one.suffix not in (".gz", ".br")][:: max(len(static) // files, 1)]
    wrong: list[str] = []
    kinds: Counter[str] = Counter()
    with as_in_production(stand) as address:
        for name in ("", *people):
            session = _in_production(stand, address, name)
            for pattern in everywhere:
                for verb in ("GET", "POST"):
                    answer = session.request(verb, address + path(pattern, place), allow_redirects=False, timeout=60)
                    kinds[f"{answer.status_code // 100}xx"] += 1
                    wrong += [f"{verb} {pattern}: {fault}" for fault in _faults(answer, is_page=True)]
        session = _in_production(stand, address, "")
        for one in static:
            answer = session.get(f"{address}/static/{one.relative_to(stand.home / 'static')}", timeout=60)
            kinds["static"] += 1
            wrong += [f"{one.name}: {fault}" for fault in _faults(answer, is_page=False)]
        for strange in ("/nothing/", "/static/nothing.js", "/static/../settings/base.py", "/static/%2e%2e/manage.py"):
            answer = session.get(address + strange, timeout=60)
            wrong += [f"{strange}: {fault}" for fault in _faults(answer, is_page=True)]
            wrong += [] if answer.status_code == 404 else [f"{strange}: {answer.status_code}"]
    outcome.n = kinds.total()
    outcome.figures = {"routes": len(everywhere), "answers": dict(kinds), "lacking": len(wrong)}
    outcome.must(f"every header: {wrong[:10]} ({len(wrong)})", not wrong)
    outcome.must("static files were looked at", kinds["static"] > 5)


def _in_production(stand: Stand, address: str, name: str) -> requests.Session:
    """Somebody behind the proxy with TLS; the session is one of the running product's people."""
    session = requests.Session()
    session.headers["X-Forwarded-Proto"] = "https"
    if name:
        printed = stand.manage("shell", "-v0", "-c", _SESSION.format(username=name, secret=_secret()))
        key = printed.split("KEY ")[1].strip()
        session.headers["Cookie"] = f"__Host-session={key}"
    return session


def _secret() -> str:
    from tests.faults.serving import ASKED  # noqa: PLC0415

    return ASKED["SECRET_KEY"]


#: A session as the login makes it: its hash is signed with the secret of whoever serves it.
_SESSION = """
import time
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from riskzon.models import User
settings.SECRET_KEY = "{secret}"
user = User.objects.get(username="{username}")
store = import_module(settings.SESSION_ENGINE).SessionStore()
store.update({{SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: "riskzon.backend.PolicyBackend",
    HASH_SESSION_KEY: user.get_session_auth_hash(), "began": int(time.time()), "seen": int(time.time())}})
store.create()
print("KEY", store.session_key)
"""


def _faults(answer: requests.Response, *, is_page: bool) -> list[str]:
    wanted = {**_EVERYWHERE, **(_PAGES if is_page else {})}
    faults = [name for name, value in wanted.items() if answer.headers.get(name) != value]
    transport = dict(
        part.strip().partition("=")[::2] for part in answer.headers.get("Strict-Transport-Security", "").split(";")
    )
    if int(transport.get("max-age") or 0) < _YEAR or "includeSubDomains" not in transport:
        faults.append("Strict-Transport-Security")
    policy = answer.headers.get("Content-Security-Policy", "")
    if is_page and not all(part in policy for part in _POLICY):
        faults.append("Content-Security-Policy")
    if "unsafe" in policy or "*" in policy or "http" in policy:
        faults.append("Content-Security-Policy is loose")
    if "Server" in answer.headers and re.search(r"\d", answer.headers["Server"]):
        faults.append("Server tells its version")
    return faults


@experiment(
    "F38",
    "whatever was shown of a case and whoever was refused stands in the access log, once; where the log cannot be written"
    " nothing is shown",
    short=dict(people=("karin.ek", "sara.lindh", "lina.dahl"), every=3),
    long=dict(people=PEOPLE, every=1),
)
def audited(stands: Stands, outcome: Outcome, *, people: tuple[str, ...], every: int) -> None:
    stand = abused(stands)
    place = plant(stand, "Granskad")
    everywhere = [one for one in routes(stand, every) if not one.startswith("api/v1/docs")] + [_NEXT]
    askers = {name: (Visitor(stand.product.port, name), stand.caller(name)) for name in people}
    unlogged: list[str] = []
    figures: Counter[str] = Counter()
    with still(stand):
        for name, (visitor, caller) in askers.items():
            for pattern in everywhere:
                last = stand.number("SELECT coalesce(max(id), 0) FROM riskzon_auditentry")
                status, text = _ask(visitor, caller, pattern, place)
                actions = [
                    action
                    for (action,) in stand.ask(
                        "SELECT action FROM riskzon_auditentry WHERE id > %s AND (case_id = %s OR %s = ANY(cases))",
                        last,
                        place.case,
                        place.case,
                    )
                ]
                outcome.n += 1
                # The demo's outgoing post shows the mails as they left the house: with a number, and nothing else.
                told = place.words if pattern == "mailbox/" else {*place.words, place.number}
                is_shown = any(word in text for word in told)
                if is_shown:
                    figures["shown"] += 1
                    if sum(action in _READINGS for action in actions) != 1:
                        unlogged.append(f"{name} {pattern}: shown, {actions}")
                elif status in (403, 404) and "case_id" in pattern and name == "lina.dahl":
                    figures["refused"] += 1
                    if actions != ["denied"]:
                        unlogged.append(f"{name} {pattern}: {status}, {actions}")
        figures["shown_without_log"] = _without_a_log(stand, askers, everywhere, place, figures)
    outcome.figures = {**figures, "missing": len(unlogged)}
    outcome.must(f"each has its row: {unlogged[:10]} ({len(unlogged)})", not unlogged)
    outcome.must("something was shown and somebody refused", bool(figures["shown"] and figures["refused"]))
    outcome.must("nothing is shown that cannot be logged", not figures["shown_without_log"])
    outcome.must("something could not be logged", bool(figures["failed_without_log"]))


def _ask(visitor: Visitor, caller: Caller, pattern: str, place: Place) -> tuple[int, str]:
    where = path(pattern, place)
    if pattern.startswith("api/v1/"):
        answer = caller.call("GET", where.removeprefix("/api/v1"))
        return answer.status, answer.body.decode(errors="replace")
    page = visitor.session.get(visitor.address + where, allow_redirects=False, timeout=60)
    return page.status_code, page.text


_BREAK = """
CREATE OR REPLACE FUNCTION faults_no_log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no log'; END $$;
CREATE TRIGGER faults_no_log BEFORE INSERT ON riskzon_auditentry FOR EACH ROW EXECUTE FUNCTION faults_no_log()
"""


def _without_a_log(
    stand: Stand, askers: dict[str, Any], everywhere: list[str], place: Place, figures: Counter[str]
) -> int:
    shown = 0
    with stand.database() as database:
        database.execute(_BREAK)
        try:
            for visitor, caller in askers.values():
                for pattern in everywhere:
                    status, text = _ask(visitor, caller, pattern, place)
                    shown += any(word in text for word in place.words)
                    figures["failed_without_log"] += status >= 500
        finally:
            database.execute("DROP TRIGGER faults_no_log ON riskzon_auditentry")
    return shown
