"""Is what somebody types or sends ever taken for a command, a field that was not asked for, a page, or another address?"""

import json
import re
from urllib.parse import quote

import requests

from tests.faults.addresses import UNSAFE, Place, abused, digest, path, plant, routes, still
from tests.faults.plan import Outcome, experiment
from tests.faults.stand import Stand, Stands
from tests.faults.visitor import PASSWORD, Visitor

SQL = (
    "' OR 1=1 --", "' OR 'a'='a", "'; DROP TABLE riskzon_case; --", '" OR ""="', "1) OR (1=1", "\\' OR 1=1 --",
    "' UNION SELECT username, password FROM riskzon_user --", "' || pg_sleep(5) || '", "%", "_", "%%%", "\\", "*",
)  # fmt: skip
TEMPLATES = (
    "{{7*191}}",
    "{% debug %}",
    "{{ request.user.password }}",
    "${7*191}",
    "#{7*191}",
    "<%= 7*191 %>",
    "%(x)s {0}",
)
ELSEWHERE = (
    "//annan.example/", "https://annan.example/", "/\\annan.example", "\\\\annan.example", "javascript:alert(1)",
    "/%0d%0aSet-Cookie:x=1", "https:annan.example", "///annan.example", "http:///annan.example", "/\tannan", " //annan.example",
)  # fmt: skip
#: Each line of the product's log is one of these.
_REQUEST_ID = re.compile(r"[\w.-]{1,64}")


@experiment(
    "F29",
    "what is typed or sent is data: no SQL, no template, no header, no log line, no other verb, host, or parameter is made of it",
    short=dict(every=20),
    long=dict(every=1),
)
def injected(stands: Stands, outcome: Outcome, *, every: int) -> None:
    stand = abused(stands)
    place = plant(stand, "Injicerad")
    sara = Visitor(stand.product.port, "sara.lindh")
    everywhere = routes(stand, every)
    for name in ("karin.ek", "lina.dahl"):
        stand.caller(name)  # whose key is made now, not while nothing may change
    with still(stand):
        before = digest(stand)
        tried = {
            "sql": _sql(stand, sara, everywhere, place),
            "elsewhere": _elsewhere(sara),
            "host": _host(stand),
            "verb": _verbs(sara, everywhere, place),
            "parameters": _parameters(stand, sara),
            "log": _log(stand, sara),
        }
        after = digest(stand)
    tried["template"] = _templates(stand, sara, place)
    outcome.n = sum(number for number, _wrong in tried.values())
    outcome.faults.update({name: number for name, (number, _wrong) in tried.items()})
    for name, (_number, wrong) in tried.items():
        outcome.must(f"{name}: {wrong[:8]} ({len(wrong)})", not wrong)
    changed = [table for table in before if before[table] != after[table]]
    outcome.must(f"nothing has changed: {changed}", not changed)


_Tried = tuple[int, list[str]]


def _sql(stand: Stand, sara: Visitor, everywhere: list[str], place: Place) -> _Tried:
    """In searches, which must find nothing, and behind the question mark of every address."""
    number, wrong = 0, []
    for text in SQL:
        found = stand.caller().call("POST", "/cases/search", {"q": text})
        number += 1
        if found.status >= 500 or (found.status == 200 and found.json["results"]):
            wrong.append(f"search {text}: {found.status} {found.body[:80]!r}")
        form = sara.form("/search/")
        page = sara.post("/search/", {**form, "q": text})
        if page.status_code >= 500 or place.number in page.text or page.elapsed.total_seconds() > 5:
            wrong.append(f"search page {text}: {page.status_code}")
    names = (
        "view",
        "cursor",
        "state",
        "q",
        "from",
        "page",
        "unit",
        "week",
        "after",
        "since",
        "show",
        "scope",
        "limit",
        "day",
    )
    for text in SQL[:6]:
        query = "&".join(f"{name}={quote(text)}" for name in names)
        for pattern in everywhere:
            if pattern.startswith("api/"):
                status = stand.caller().call("GET", path(pattern, place).removeprefix("/api/v1") + "?" + query).status
            else:
                status = sara.call("GET", f"{path(pattern, place)}?{query}").status_code
            number += 1
            if status >= 500 and not pattern.endswith("health"):
                wrong.append(f"{pattern}?… {text}: {status}")
    return number, wrong


def _templates(stand: Stand, sara: Visitor, place: Place) -> _Tried:
    for text in TEMPLATES:
        stand.caller().call("POST", f"/cases/{place.case}/notes", {"text": text})
    shown = sara.session.get(f"{sara.address}/cases/{place.case}/timeline/", timeout=60).text
    wrong = ["worked out"] if "1337" in shown else []
    return len(TEMPLATES), wrong + ([] if "{{7*191}}" in shown else ["the text is not shown as it was typed"])


def _elsewhere(sara: Visitor) -> _Tried:
    """Where a login, a change of language and a logout lead to."""
    wrong = []
    for place in ELSEWHERE:
        visitor = Visitor.__new__(Visitor)
        visitor.address, visitor.session = sara.address, requests.Session()
        login = f"/login/?next={quote(place)}"
        typed = {**visitor.form(login), "username": "nadia.rask", "password": PASSWORD, "next": place}
        for name, answer in (
            ("login", visitor.post(login, typed)),
            ("language", visitor.post("/language", {**visitor.form("/inbox/"), "language": "sv", "next": place})),
            ("logout", visitor.post("/logout/", {**visitor.form("/inbox/"), "next": place})),
        ):
            goes = answer.headers.get("Location", "")
            if not re.match(r"/(?![/\\])", goes or "/") or "x" in answer.cookies or answer.status_code >= 500:
                wrong.append(f"{name} {place}: {answer.status_code} {goes}")
    return 3 * len(ELSEWHERE), wrong


def _host(stand: Stand) -> _Tried:
    wrong = []
    address = f"http://127.0.0.1:{stand.product.port}"
    hosts = ("annan.example", "127.0.0.1.annan.example", "annan.example:80", "127.0.0.1@annan.example", "a b", "")
    for host in hosts:
        answer = requests.get(f"{address}/login/", headers={"Host": host}, allow_redirects=False, timeout=60)
        if answer.status_code != 400:
            wrong.append(f"Host {host}: {answer.status_code}")
    for name in ("X-Forwarded-Host", "X-Host", "X-Original-URL", "X-Rewrite-URL", "Forwarded", "X-Forwarded-Proto"):
        answer = requests.get(f"{address}/inbox/", headers={name: "annan.example"}, allow_redirects=False, timeout=60)
        if (
            "annan.example" in answer.text + str(answer.headers)
            or answer.headers.get("Location") != "/login/?next=/inbox/"
        ):
            wrong.append(f"{name}: {answer.status_code} {answer.headers.get('Location')}")
    return len(hosts) + 6, wrong


def _verbs(sara: Visitor, everywhere: list[str], place: Place) -> _Tried:
    """A word for another verb is no verb: a page answers as it does without it."""
    number, wrong = 0, []
    for pattern in everywhere:
        if pattern.startswith("api/"):
            continue
        where = path(pattern, place)
        plain = sara.call("GET", where).status_code
        for verb in UNSAFE:
            answer = sara.session.get(
                f"{sara.address}{where}?_method={verb}",
                headers={"X-HTTP-Method-Override": verb, "X-HTTP-Method": verb, "X-Method-Override": verb},
                allow_redirects=False,
                timeout=60,
            )
            number += 1
            if answer.status_code != plain:
                wrong.append(f"{verb} {pattern}: {answer.status_code}, not {plain}")
    return number, wrong


def _parameters(stand: Stand, sara: Visitor) -> _Tried:
    """The same name twice: one of the two counts, and never more is seen than with either."""
    lina, wrong = stand.caller("lina.dahl"), []
    seen = {scope: _numbers(lina.call("GET", f"/cases?scope={scope}").body) for scope in ("mine", "unit")}
    for query in (
        "scope=mine&scope=unit",
        "scope=unit&scope=mine",
        "scope[]=unit&scope=mine",
        "scope=mine%26scope=unit",
    ):
        answer = lina.call("GET", f"/cases?{query}")
        if answer.status >= 500 or not _numbers(answer.body) <= seen["mine"] | seen["unit"]:
            wrong.append(f"{query}: {answer.status}")
    twice = b'{"kind": "arrest", "kind": "annat", "children": []}'
    if lina.send("POST", "/reports", twice).status != 422:
        wrong.append("a name twice in a body")
    page = sara.session.post(
        f"{sara.address}/search/",
        [*sara.form("/search/").items(), ("q", "Injicerad"), ("q", "%")],
        timeout=60,
    )
    if page.status_code >= 500:
        wrong.append(f"q twice: {page.status_code}")
    return 6, wrong


def _numbers(body: bytes) -> set[bytes]:
    return set(re.findall(rb"\d{4}-\d{6}-\d+", body))


def _log(stand: Stand, sara: Visitor) -> _Tried:
    """Whatever a header holds, each line stays one line of JSON with nothing of it."""
    log = stand.home / "log" / "web.log"
    began = log.stat().st_size
    strange = (
        'Loggprov"}\\n{"event": "login',
        "Loggprov " + "x" * 3000,
        "Loggprov 20100702-2393",
        "Loggprov\x1b[31m",
        "%s%n{}",
    )
    for text in strange:
        for name in ("X-Request-ID", "X-Correlation-ID", "User-Agent", "Referer", "Accept-Language", "X-Forwarded-For"):
            sara.session.get(f"{sara.address}/inbox/", headers={name: text.encode("latin-1", "replace")}, timeout=60)
            sara.session.get(f"{sara.address}/nothing/{quote(text)}", headers={name: text}, timeout=60)
    wrong = []
    lines = log.read_bytes()[began:].decode(errors="replace").splitlines()
    for line in lines:
        try:
            said = json.loads(line)
        except ValueError:
            wrong.append(f"no JSON: {line[:80]}")
            continue
        if "Loggprov" in line or not _REQUEST_ID.fullmatch(said.get("request_id", "x")):
            wrong.append(f"said back: {line[:120]}")
    return 12 * len(strange), wrong if lines else ["no line was written"]
