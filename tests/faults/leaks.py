"""Does anything personal leave the cases: into the broker, logs, mails, addresses, processes, files, other columns?"""

import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import redis

from riskzon import embedded
from tests.faults.addresses import PEOPLE, Place, abused, path, routes
from tests.faults.client import arrest, now
from tests.faults.plan import Outcome, experiment
from tests.faults.stand import Stand, Stands
from tests.faults.visitor import Visitor

WORD = "Kanarief"
#: Where what people say about a child, a guardian or a reporter belongs. Every other column must be free of it.
BELONGS = frozenset(
    {
        # What came in, as it came in.
        "riskzon_report.raw", "riskzon_report.reporter_name", "riskzon_report.reporter_organisation", "riskzon_report.summary",
        "riskzon_case.as_reported", "riskzon_case.summary", "riskzon_supplement.released_to", "riskzon_supplement.text",
        # Who it is about.
        "riskzon_child.family_name", "riskzon_child.given_key", "riskzon_child.given_name", "riskzon_child.identity_number",
        "riskzon_child.name_key", "riskzon_child.whereabouts", "riskzon_guardian.identity_number", "riskzon_guardian.language",
        "riskzon_guardian.name",
        # What was done and why.
        "riskzon_assessment.note", "riskzon_contact.note", "riskzon_hold.reason", "riskzon_note.text",
        # What somebody is typing; only they see it.
        "riskzon_draft.fields",
    }
)  # fmt: skip
_LUHN = (2, 1) * 5


def number(born: date, serial: int) -> str:
    """An identity number with a right check digit, which belongs to nobody whom the product knows."""
    digits = f"{born:%y%m%d}{serial:03}"
    total = sum(sum(divmod(int(one) * weight, 10)) for one, weight in zip(digits, _LUHN, strict=False))
    return f"{born:%Y%m%d}-{serial:03}{-total % 10}"


class Identity:
    """A child and two guardians who do not exist, and every text about them."""

    def __init__(self, place: int) -> None:
        self.word = f"{WORD}{place}q"
        born = date(now().year - 15, 1, 1) + timedelta(days=place * 7 % 1000)
        self.child = number(born, 100 + place % 800)
        self.mother = number(born.replace(day=1, year=born.year - 28), 101 + place % 800)
        self.phone = f"070-174 {place // 100 % 100:02} {place % 100:02}"

    def report(self) -> dict[str, Any]:
        word = self.word
        guardian = {"phone": self.phone, "is_custodian": True, "language": f"{word}sprak"}
        return {
            "summary": f"{word}helhet",
            "reporter": {"type": "school", "name": f"{word}anmalare", "organisation": f"{word}skola"},
            "children": [
                {
                    "identity_number": self.child,
                    "given_name": f"{word}barn",
                    "family_name": f"{word}son",
                    "summary": f"{word}handelse",
                    "whereabouts": f"{word}plats",
                    "guardians": [
                        {**guardian, "name": f"{word}mor", "identity_number": self.mother, "relation": "mother"},
                        {**guardian, "name": f"{word}far", "relation": "father"},
                    ],
                }
            ],
        }


def pattern(people: list[Identity]) -> str:
    """A regular expression for everything that identifies one of these, as typed and as it may be kept."""
    numbers = {one.replace("-", "?-?") for person in people for one in (person.child, person.mother)}
    return "|".join([WORD.lower(), *sorted(one.replace("?-?", "[-+]?") for one in numbers)])


@contextmanager
def listening(stand: Stand) -> Iterator[list[str]]:
    """Everything that anybody says to the broker meanwhile (MONITOR)."""
    servers = embedded.find(stand.home)
    assert servers
    heard: list[str] = []
    client = redis.Redis.from_url(servers.broker_url)
    ready, stop = threading.Event(), threading.Event()

    def listen() -> None:
        with client.monitor() as monitor:
            ready.set()
            while not stop.is_set():
                heard.append(str(monitor.next_command()["command"]))

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    ready.wait(20)
    try:
        yield heard
    finally:
        stop.set()
        thread.join(10)  # beat speaks each five seconds
        client.close()


@experiment(
    "F33",
    "of people who went through everything nothing is in the broker, logs, mails, addresses, processes, files or in a column"
    " where it does not belong",
    short=dict(n=4, every=6),
    long=dict(n=200, every=1),
)
def canaries(stands: Stands, outcome: Outcome, *, n: int, every: int) -> None:
    stand = abused(stands)
    people = [Identity(place) for place in range(n)]
    told: dict[str, str] = {}
    addresses: list[str] = []
    processes: set[str] = set()
    stop = threading.Event()

    def look_at_processes() -> None:
        while not stop.wait(0.5):
            processes.update(_processes(stand))

    watcher = threading.Thread(target=look_at_processes, daemon=True)
    watcher.start()
    try:
        with listening(stand) as heard, ThreadPoolExecutor(2) as pool:
            done = list(pool.map(lambda one: _live(stand, one, addresses), people))
            _read_everything(stand, done[-1], addresses, every)
            _break_down(stand, people[0], done[0])
            stand.wait_mails(60)
            time.sleep(6)
    finally:
        stop.set()
        watcher.join()
    told["broker, as it was spoken"] = "\n".join(heard)
    told["broker, as it is kept"] = _kept(stand)
    told["mails"] = "\n".join(one.decode(errors="replace") for one in stand.sink.contents)
    told["addresses"] = "\n".join(addresses)
    told["processes"] = "\n".join(sorted(processes))
    told["screen"] = stand.product.shown
    told["sessions"] = _sessions(stand)
    told |= {f"file {where}": text for where, text in _files(stand.home)}
    wanted = re.compile(pattern(people), re.IGNORECASE)
    hits = {where: sorted(set(wanted.findall(text)))[:5] for where, text in told.items() if wanted.search(text)}
    columns, outside, inside = _columns(stand, pattern(people))
    outcome.n = n
    outcome.figures = {
        "places": len(told) + columns,
        "columns": columns,
        "columns_where_it_belongs": inside,
        "hits": len(hits) + len(outside),
        "broker_commands": len(heard),
        "celery_events": sum("celeryev" in one for one in heard),
        "mails": len(stand.sink.contents),
        "addresses": len(addresses),
        "processes": len(processes),
        "files": sum(where.startswith("file ") for where in told),
    }
    outcome.must(f"nowhere: {hits}", not hits)
    outcome.must(f"in no column but where it belongs: {outside}", not outside)
    outcome.must("it is where it belongs", inside >= 15)
    outcome.must("the broker was heard, mails were sent", bool(heard) and bool(stand.sink.contents))
    outcome.must("no events", outcome.figures["celery_events"] == 0)


def _live(stand: Stand, one: Identity, addresses: list[str]) -> Place:
    """From the report to decisions, over the API and the pages, with refusals and wrong entries on the way."""
    karin, sara, word = stand.caller(), stand.caller("sara.lindh"), one.word
    made = karin.call("POST", "/reports", {**arrest(), **one.report()}, key=str(uuid4()))
    assert made.status == 201, made.body
    case = made.json["cases"][0]
    mother, father = (guardian["id"] for guardian in case["guardians"])
    here, at = f"/cases/{case['id']}", now().isoformat()
    until = (now() + timedelta(days=2)).isoformat()
    contact = {"guardian": mother, "channel": "phone", "outcome": "no_answer", "note": f"{word}samtal", "at": at}
    calls: list[tuple[str, dict[str, Any]]] = [
        (f"{here}/contacts", contact),
        (f"{here}/contacts", {**contact, "at": f"{word}nu"}),
        (f"{here}/notes", {"text": f"{word}anteckning"}),
        (f"{here}/notes", {"text": f"{word}anteckning", word: word}),
        (f"{here}/protective-assessment", {"outcome": "no_immediate_need", "note": f"{word}bedomning", "at": at}),
        (f"/reports/{made.json['number']}/supplements", {"text": f"{word}tillagg", "released_to": f"{word}hamtare"}),
        (f"{here}/hand-over", {"unit": word, "note": f"{word}lamning"}),
        ("/cases/search", {"q": f"{word}barn"}),
        ("/cases/search", {"q": one.child}),
    ]
    for where, body in calls:
        assert karin.call("POST", where, body).status < 500
    hold = {"guardian": father, "code": "HOLD_HONOUR", "reason": f"{word}skal", "until": until}
    held = sara.call("POST", f"{here}/holds", hold)
    assert held.status == 201, held.body
    visitor = Visitor(stand.product.port, "karin.ek")
    visitor.session.hooks["response"].append(lambda answer, **_: addresses.append(_address(answer)))
    for where, fields in (
        ("/search/", {"q": f"{word}barn"}),
        ("/search/", {"q": one.child}),
        ("/reports/known/", {"identity_number": one.child}),
        (f"{here}/note/", {"text": f"{word}vid sidan"}),
        (
            f"{here}/contact/",
            {"guardian": mother, "outcome": "no_answer", "note": f"{word}igen", "at_date": f"{word}dag"},
        ),
    ):
        assert visitor.post(where, {**visitor.form(where), **fields}).status_code < 500, where
    return Place(case["id"], case["number"], made.json["number"], {"guardian_id": mother, "hold_id": held.json["id"]})


def _address(answer: Any) -> str:
    """What would stand in anybody's access log, and where the answer leads to."""
    return (
        f"{answer.request.method} {answer.request.url} {answer.request.headers.get('Referer')} {dict(answer.headers)}"
    )


def _read_everything(stand: Stand, place: Place, addresses: list[str], every: int) -> None:
    everywhere = routes(stand, every)
    for name in PEOPLE:
        visitor = Visitor(stand.product.port, name)
        visitor.session.hooks["response"].append(lambda answer, **_: addresses.append(_address(answer)))
        for one in everywhere:
            visitor.session.get(visitor.address + path(one, place), allow_redirects=False, timeout=60)


_BREAK = """
CREATE OR REPLACE FUNCTION faults_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'cannot keep %', NEW.text USING DETAIL = NEW::text; END $$;
CREATE TRIGGER faults_refuse BEFORE INSERT ON riskzon_note FOR EACH ROW EXECUTE FUNCTION faults_refuse()
"""


def _break_down(stand: Stand, one: Identity, place: Place) -> None:
    """The database refuses, with words that quote what was typed."""
    visitor = Visitor(stand.product.port, "karin.ek")
    form = visitor.form(f"/cases/{place.case}/note/")
    with stand.database() as database:
        database.execute(_BREAK)
        try:
            page = visitor.post(f"/cases/{place.case}/note/", {**form, "text": f"{one.word}fel"}).status_code
            call = stand.caller().call("POST", f"/cases/{place.case}/notes", {"text": f"{one.word}fel"}).status
        finally:
            database.execute("DROP TRIGGER faults_refuse ON riskzon_note")
    assert (page, call) == (500, 500), (page, call)


def _processes(stand: Stand) -> list[str]:
    """Command line and environment of every process of the product."""
    found = []
    for pid in stand.product.processes():
        for name in ("cmdline", "environ"):
            try:
                found.append(Path(f"/proc/{pid}/{name}").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            except OSError:
                continue
    return found


def _kept(stand: Stand) -> str:
    servers = embedded.find(stand.home)
    assert servers
    with redis.Redis.from_url(servers.broker_url) as broker:
        return "\n".join(f"{key!r} {broker.dump(key)!r}" for key in broker.scan_iter())


_DECODED = """
from django.contrib.sessions.models import Session
for one in Session.objects.all():
    print(one.get_decoded())
"""


def _sessions(stand: Stand) -> str:
    return stand.manage("shell", "-v0", "-c", _DECODED)


def _files(home: Path) -> Iterator[tuple[str, str]]:
    """Every file of the product's folder but those of the database and the static ones."""
    for one in home.rglob("*"):
        inside = one.relative_to(home).parts[0]
        if one.is_file() and inside not in ("postgresql", "static"):
            yield str(one.relative_to(home)), one.read_bytes().decode(errors="replace")


def _columns(stand: Stand, wanted: str) -> tuple[int, dict[str, int], int]:
    """How many columns can hold a text; those where it is found and does not belong; how many hold it where it does."""
    columns = stand.ask(
        "SELECT table_name, column_name, data_type FROM information_schema.columns JOIN pg_tables ON tablename = table_name"
        " WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'jsonb', 'json', 'ARRAY', 'bytea')"
        " ORDER BY 1, 2"
    )
    outside: Counter[str] = Counter()
    inside = 0
    with stand.database() as database:
        for table, column, kind in columns:
            said = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
            row = database.execute(f"SELECT count(*) FROM {table} WHERE {said} ~* %s", [wanted]).fetchone()  # noqa: S608
            if row and row[0]:
                if f"{table}.{column}" in BELONGS:
                    inside += 1
                else:
                    outside[f"{table}.{column}"] = row[0]
    return len(columns), dict(outside), inside
