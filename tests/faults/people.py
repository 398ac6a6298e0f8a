"""What happens when people act at once, in the wrong place, or too late?"""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from tests.faults.client import Answer, Oracle, now, together
from tests.faults.plan import Outcome, experiment, percentiles
from tests.faults.stand import Stand, Stands
from tests.faults.visitor import Visitor


def cases_of(stand: Stand, oracle: Oracle, n: int, **fields: object) -> list[str]:
    """Register n children, ten in a report; their cases, as promised."""
    karin = stand.caller()

    def send(size: int) -> bool:
        return oracle.keep_report(karin.register(children=size, **fields))

    with ThreadPoolExecutor(4) as pool:
        sizes = [10] * (n // 10) + ([n % 10] if n % 10 else [])
        assert all(pool.map(send, sizes)), "the intake before the faults was refused"
    return [case for line in oracle.noted("report") for case in line["cases"]]


@experiment(
    "F4",
    "two workers who press at once: one winner, the other is told (409), no note is lost, no 5xx",
    short=dict(n=10),
    long=dict(n=200),
)
def two_workers(stands: Stands, outcome: Outcome, *, n: int) -> None:
    """Both call the guardian and both decide, all four in the same moment."""
    stand = stands.shared()
    oracle = stand.oracle("F4")
    cases = cases_of(stand, oracle, n)
    guardians = {line["case"]: line["guardian"] for line in oracle.noted("guardian")}
    workers = [stand.caller("karin.ek"), stand.caller("omar.nyman")]
    slow: list[float] = []
    wrong: Counter[str] = Counter()
    for case in cases:
        call = {
            "guardian": guardians[case],
            "at": now().isoformat(),
            "channel": "phone",
            "outcome": "reached",
            "note": case,
        }
        tries = [
            lambda one=one, path=path, body=body, case=case: one.call("POST", f"/cases/{case}/{path}", body)
            for one in workers
            for path, body in (("contacts", call), ("disposition", {"disposition": "opened"}))
        ]
        answers: list[Answer] = together(tries)
        slow += [answer.seconds for answer in answers]
        for answer in answers[0::2]:
            if answer.status == 201:
                oracle.note("contact", id=answer.json["id"])
            wrong["contacts_not_201"] += answer.status != 201
        decided = sorted(answer.status for answer in answers[1::2])
        wrong["not_one_winner"] += decided != [200, 409]
        wrong["loser_without_words"] += any(a.status == 409 and not a.json["detail"] for a in answers)
        wrong["5xx"] += sum(answer.status >= 500 or answer.status == 0 for answer in answers)
    kept = stand.number(
        "SELECT count(*) FROM riskzon_contact WHERE note = case_id::text AND id = ANY(%s::uuid[])",
        [line["id"] for line in oracle.noted("contact")],
    )
    outcome.n = n
    outcome.figures = {**wrong, "notes_kept": kept, "seconds": percentiles(slow)}
    for name, number in wrong.items():
        outcome.must(name, number == 0)
    outcome.must("every note kept", kept == 2 * n)


#: Every address that names a case and something of a case, as the product itself knows them.
_ROUTES = """
from django.urls import get_resolver
def walk(patterns, prefix=""):
    for one in patterns:
        here = prefix + str(one.pattern).lstrip("^")
        if hasattr(one, "url_patterns"):
            walk(one.url_patterns, here)
        elif "<uuid:case_id>" in here and here.count("<uuid:") > 1:
            print("ROUTE", here)
walk(get_resolver().url_patterns)
"""
#: One of the lawful grounds to wait.
HOLD_CODE = "HOLD_HONOUR"
_VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


@experiment(
    "F5",
    "what belongs to one case is not found under the address of another, by any verb, and stays as it was",
    short={},
    long={},
)
def under_the_wrong_case(stands: Stands, outcome: Outcome) -> None:
    stand = stands.shared()
    oracle, sara = stand.oracle("F5"), stand.caller("sara.lindh")
    ours, theirs = cases_of(stand, oracle, 2)
    guardian = {line["case"]: line["guardian"] for line in oracle.noted("guardian")}[theirs]
    until = (now() + timedelta(days=2)).isoformat()
    held = sara.call(
        "POST",
        f"/cases/{theirs}/holds",
        {"guardian": guardian, "code": HOLD_CODE, "reason": "Prov", "until": until},
    )
    assert held.status == 201, held.body
    blocked = sara.call("POST", f"/cases/{theirs}/blocks", {"username": "omar.nyman", "reason": "Prov"})
    assert blocked.status in (200, 201), blocked.body
    omar = stand.ask("SELECT id::text FROM riskzon_user WHERE username = 'omar.nyman'")[0][0]
    ids = {"case_id": ours, "guardian_id": guardian, "hold_id": held.json["id"], "person_id": omar}
    before = _fingerprint(stand, theirs)
    visitor = Visitor(stand.product.port, "sara.lindh")
    found: Counter[str] = Counter()
    statuses: Counter[int] = Counter()
    routes = [line[6:] for line in stand.manage("shell", "-v0", "-c", _ROUTES).splitlines() if line[:6] == "ROUTE "]
    for route in routes:
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda name: ids.get(name[1], "reached"), route)
        for verb in _VERBS:
            if path.startswith("api/"):
                body = {"reason": "Prov"} if verb in ("POST", "PUT", "PATCH") else None
                status = sara.call(verb, "/" + path.removeprefix("api/v1/"), body).status
            else:
                status = visitor.call(verb, f"/{path}", {"reason": "Prov"}).status_code
            statuses[status] += 1
            # Who is not blocked from a child has no block to end: the page says so, whoever the person is.
            is_said = "<uuid:person_id>" in route and verb == "POST" and status == 302
            found[f"{verb} {route}"] += status not in (404, 405) and not is_said
    body = {"guardian": guardian, "at": now().isoformat(), "channel": "phone", "outcome": "reached"}
    crossed = sara.call("POST", f"/cases/{ours}/contacts", body).status
    outcome.n = len(routes) * len(_VERBS) + 1
    outcome.figures = {"statuses": dict(statuses), "found": [one for one, number in found.items() if number]}
    outcome.must("nothing is found", not outcome.figures["found"])
    outcome.figures["guardian_in_a_body"] = crossed
    outcome.must("nor a guardian in a body", crossed in (404, 422))
    outcome.must("nothing has changed", _fingerprint(stand, theirs) == before)
    outcome.must("there are such addresses", len(routes) > 5)


def _fingerprint(stand: Stand, case: str) -> list[tuple[object, ...]]:
    """Everything that the wrong address could have touched, as text."""
    child = stand.ask("SELECT child_id FROM riskzon_case WHERE id = %s", case)[0][0]
    of_case = ("riskzon_contact", "riskzon_hold", "riskzon_writtenoff", "workflows_deadline", "workflows_todo")
    of_child = ("riskzon_case", "riskzon_caseblock", "riskzon_guardianship")
    asked = [(table, "case_id", case) for table in of_case] + [(table, "child_id", child) for table in of_child]
    questions = [(f"SELECT t::text FROM {table} t WHERE {column} = %s ORDER BY 1", key) for table, column, key in asked]  # noqa: S608
    rows = [stand.ask(question, key) for question, key in questions]
    return [row for some in rows for row in some]


@experiment(
    "F6",
    "a contact recorded after the limit and dated before it meets it late: the breach stands",
    short=dict(n=10),
    long=dict(n=200),
)
def back_dated(stands: Stands, outcome: Outcome, *, n: int) -> None:
    stand = stands.shared()
    oracle, karin = stand.oracle("F6"), stand.caller()
    cases = cases_of(stand, oracle, n, occurred_at=now() - timedelta(hours=25))
    guardians = {line["case"]: line["guardian"] for line in oracle.noted("guardian")}
    before = stand.ask(_BREACHES, cases)
    for case in cases:
        body = {
            "guardian": guardians[case],
            "at": (now() - timedelta(hours=2)).isoformat(),
            "channel": "phone",
            "outcome": "reached",
        }
        outcome.must("every contact is taken", karin.call("POST", f"/cases/{case}/contacts", body).status == 201)
    states = Counter(state for (state,) in stand.ask(_STATES, cases))
    outcome.n = n
    outcome.figures = {"breaches": len(before), "states": dict(states)}
    outcome.must("each was breached", len(before) == n)
    outcome.must("the breaches stand as they were", stand.ask(_BREACHES, cases) == before)
    outcome.must("each is met late", states == {"met_late": n})


_BREACHES = (
    "SELECT id, fired_at, due_at FROM workflows_breach WHERE kind = 'guardian_contact'"
    " AND case_id = ANY(%s::uuid[]) ORDER BY id"
)
_STATES = "SELECT state FROM workflows_deadline WHERE kind = 'guardian_contact' AND case_id = ANY(%s::uuid[])"
