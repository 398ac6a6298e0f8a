"""Does anything that is sent instead of a report break the intake, get stored, or come back in an answer or a log line?"""

import json
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.faults.addresses import abused
from tests.faults.client import Answer, Caller, arrest, now
from tests.faults.leaks import number
from tests.faults.plan import Outcome, experiment, percentiles
from tests.faults.stand import Stand, Stands

#: Stands in every body, and must stand in no answer and in no line of a log.
SECRET = "Hemligfel"
_TEXTS = ("given_name", "family_name", "summary", "whereabouts", "home_municipality", "description")
_LONGEST = {"given_name": 100, "family_name": 100, "whereabouts": 300, "home_municipality": 100}
#: In place of a text.
_NO_TEXTS: tuple[Any, ...] = (0, 1.5, True, [], {}, [SECRET], {SECRET: SECRET}, 10**400, -(10**30))
_NO_MOMENTS: tuple[Any, ...] = (
    SECRET, "", "2026-02-30T12:00:00Z", "2026-13-01T12:00:00Z", "2026-11-13T24:61:00Z", "2026-11-13T12:00:00",
    "2026-11-13", "10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "0000-00-00T00:00:00Z", 10**20, [], {}, True,
    "2026-11-13T12:00:00+99:00", "2026-11-13T12:00:00Z\0", "\u202e2026-11-13T12:00:00Z",
)  # fmt: skip
_NO_DATES: tuple[Any, ...] = ("1899-12-31", "2026-02-30", "9999-12-31", "12/31/2010", SECRET, 20100101, [], True)
_NO_NUMBERS: tuple[Any, ...] = (
    "20100702-2394", "20100732-2393", "20101302-2393", "18991231-2393", "29991231-2393", "20100702", SECRET,
    "2010070223933", "２０１００７０２-２３９３x", "20100702\0-2393", "20100762", "201007620000", 201007022393, [], {},
)  # fmt: skip
_BAD_CHARACTERS = ("\0", "\ud800", "\udfff", "\x1b", "\x07")
_NO_JSON = (
    b"", b"{", b"nul", b"[]", b"\xff\xfe", b"{'a': 1}", b'{"kind": NaN}', b'{"kind": Infinity}', b"\0" * 100,
    b'"text"', b"1e999999", b'{"kind":"arrest",}', b"\xed\xa0\x80", b"[" * 100_000, b'{"a":' * 50_000, b"<xml/>",
)  # fmt: skip

Spoil = Callable[[dict[str, Any], random.Random], Any]


def _child(body: dict[str, Any]) -> dict[str, Any]:
    child: dict[str, Any] = body["children"][0]
    return child


def _part(body: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The report, its child or a guardian."""
    return chance.choice([body, _child(body), _child(body)["guardians"][0]])


def _sets(where: Callable[[dict[str, Any]], dict[str, Any]], names: tuple[str, ...], values: tuple[Any, ...]) -> Spoil:
    def spoil(body: dict[str, Any], chance: random.Random) -> None:
        where(body)[chance.choice(names)] = chance.choice(values)

    return spoil


def _identified(body: dict[str, Any], chance: random.Random) -> None:
    child = _child(body)
    child.pop("birth_date", None)
    child["identity_number"] = chance.choice(_NO_NUMBERS)


def _check_digit(body: dict[str, Any], chance: random.Random) -> None:
    child = _child(body)
    right = number((now() - timedelta(days=chance.randrange(100, 6000))).date(), chance.randrange(100, 999))
    child.pop("birth_date", None)
    child["identity_number"] = right[:-1] + str((int(right[-1]) + chance.randrange(1, 10)) % 10)


def _too_long(body: dict[str, Any], chance: random.Random) -> None:
    name = chance.choice(list(_LONGEST))
    _child(body)[name] = SECRET * (_LONGEST[name] // len(SECRET) + 1)


def _characters(body: dict[str, Any], chance: random.Random) -> None:
    _child(body)[chance.choice(_TEXTS)] = f"{SECRET}{chance.choice(_BAD_CHARACTERS)}x"


def _future(body: dict[str, Any], chance: random.Random) -> None:
    body[chance.choice(("occurred_at", "notified_at"))] = (
        now() + timedelta(days=chance.randrange(1, 3000))
    ).isoformat()


def _unknown(body: dict[str, Any], chance: random.Random) -> None:
    name = chance.choice(
        ["id", "number", "unit", "due_at", "__proto__", "constructor", SECRET, "ärende", "", "a" * 5000]
    )
    _part(body, chance)[name] = SECRET


def _none(body: dict[str, Any], chance: random.Random) -> None:
    body.pop(chance.choice(("kind", "notified_at", "children")))


def _crowd(body: dict[str, Any], chance: random.Random) -> None:
    if chance.random() < 0.5:
        body["children"] = chance.choice([[], [_child(body)] * 500, {}, "x", [None], [[]]])
    else:
        _child(body)["guardians"] = chance.choice([[_child(body)["guardians"][0]] * 500, {}, SECRET, [None], [1]])


SPOILS: dict[str, Spoil] = {
    "something is missing": _none,
    "no text": _sets(_child, _TEXTS, _NO_TEXTS),
    "no moment": _sets(lambda body: body, ("occurred_at", "notified_at"), _NO_MOMENTS),
    "no date": _sets(_child, ("birth_date",), _NO_DATES),
    "no number": _identified,
    "wrong check digit": _check_digit,
    "too long": _too_long,
    "characters that nobody types": _characters,
    "in the future": _future,
    "unknown field": _unknown,
    "no such choice": _sets(
        lambda body: body, ("kind", "channel", "occurred_at_precision"), (SECRET, "", 1, [], "ARREST")
    ),
    "no phone": _sets(lambda body: _child(body)["guardians"][0], ("phone",), (SECRET, "+", "070" * 20, 7, [])),
    "no yes or no": _sets(lambda body: body, ("acute_risk",), ("ja", 1, 0, [], "true")),
    "no age": _sets(_child, ("approximate_age",), (-1, 21, 10**400, 1.5, "12", True, [])),
    "too many or none": _crowd,
}


def _content(kind: str, chance: random.Random) -> tuple[bytes, dict[str, str]]:
    """One body and its headers."""
    body = arrest(summary=f"{SECRET} {uuid4()}")
    match kind:
        case "no JSON":
            return chance.choice(_NO_JSON), {}
        case "no JSON type":
            claimed = chance.choice(["text/plain", "application/xml", "multipart/form-data; boundary=x", "", "x" * 500])
            return json.dumps(body).encode(), {"Content-Type": claimed}
        case "another alphabet":
            code = chance.choice(["utf-16", "utf-32", "utf-7"])
            return json.dumps(body).encode(code), {"Content-Type": f"application/json; charset={code}"}
        case "ten megabytes":
            return json.dumps({**body, "summary": SECRET * 1_200_000}).encode(), {}
    SPOILS[kind](body, chance)
    return json.dumps(body).encode(), {}


#: How often each is sent, among a thousand; the others share what is left.
_RARE = {"ten megabytes": 3, "no JSON": 60, "no JSON type": 20, "another alphabet": 20}


@experiment(
    "F24",
    "of malformed reports none is stored, none breaks anything, each refusal names the field, and nothing that was sent comes"
    " back or stands in a log",
    short=dict(n=150),
    long=dict(n=10_000),
)
def malformed(stands: Stands, outcome: Outcome, *, n: int) -> None:
    stand = abused(stands)
    karin, chance = stand.caller(), random.Random(24)
    kinds = chance.choices(
        [*_RARE, *SPOILS], [*_RARE.values(), *[(1000 - sum(_RARE.values())) / len(SPOILS)] * len(SPOILS)], k=n
    )
    before = _stored(stand)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda each: _send(karin, each[1], random.Random(each[0])), enumerate(kinds)))
    wrong: Counter[str] = Counter()
    for kind, (answer, fault) in zip(kinds, answers, strict=True):
        if fault:
            wrong[f"{kind}: {fault} {answer.body[:150]!r}"] += 1
    outcome.n = outcome.faults["malformed"] = n
    outcome.figures = {
        "kinds": len(set(kinds)),
        "statuses": dict(Counter(answer.status for answer, _fault in answers)),
        "stored": _stored(stand) - before,
        "seconds": percentiles([answer.seconds for answer, _fault in answers]),
    }
    outcome.must(f"each is refused in the right way: {dict(wrong.most_common(8))}", not wrong)
    outcome.must("nothing stored", outcome.figures["stored"] == 0)
    logs = "".join(one.read_text(errors="replace") for one in (stand.home / "log").iterdir())
    outcome.must("nothing of it in a log", SECRET not in logs)
    outcome.must("a right one is still taken", karin.register().status == 201)


def _stored(stand: Stand) -> int:
    tables = ("riskzon_report", "riskzon_case", "riskzon_child", "riskzon_guardian", "riskzon_idempotencykey")
    return sum(stand.number(f"SELECT count(*) FROM {table}") for table in tables)  # noqa: S608


def _send(karin: Caller, kind: str, chance: random.Random) -> tuple[Answer, str]:
    content, headers = _content(kind, chance)
    answer = karin.send("POST", "/reports", content, {"Idempotency-Key": str(uuid4()), **headers})
    if answer.status not in (400, 413, 415, 422):
        # A body that nobody has read to its end may be answered by hanging up.
        return answer, "" if kind == "ten megabytes" and answer.status == 0 else f"status {answer.status}"
    if SECRET.encode() in answer.body:
        return answer, "said back"
    problem = answer.json
    if answer.status == 422 and not all(error["field"] and error["message"] for error in problem["errors"]):
        return answer, "a field is not named"
    if answer.status == 422 and not problem["errors"]:
        return answer, "no field is named"
    return answer, ""
