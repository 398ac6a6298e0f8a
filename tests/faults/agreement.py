"""Do lists, search and single cases show everybody the same cases, and the ones that the policy names, while rights change?"""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.faults.addresses import abused
from tests.faults.client import Caller, arrest, now
from tests.faults.plan import Outcome, experiment
from tests.faults.stand import Stand, Stands
from tests.faults.visitor import Visitor

#: Who is asked: of every role, and of both units of investigators.
PEOPLE = (
    "karin.ek",
    "sara.lindh",
    "lina.dahl",
    "per.holm",
    "jour.vakt",
    "jonas.falk",
    "maria.oberg",
    "stina.berg",
    "it.admin",
    "butik.city",
)
#: How many cases are asked for one by one after each change, and of how many people at once.
SINGLES, AT_ONCE = 20, 4
_FAMILY = "Enighetsson"
_POLICY = """
import json
from riskzon.access import visible_cases
from riskzon.models import User
people = User.objects.filter(username__in={people})
print("SEEN", json.dumps({{one.username: [str(pk) for pk in visible_cases(one).values_list("pk", flat=True)] for one in people}}))
"""


@experiment(
    "F31",
    "after each change of rights every person's list, search and single cases are the same cases, and those of the policy",
    short=dict(n=12, changes=2, people=4),
    long=dict(n=2000, changes=200, people=len(PEOPLE)),
)
def agreeing(stands: Stands, outcome: Outcome, *, n: int, changes: int, people: int) -> None:
    stand, chance = abused(stands), random.Random(31)
    cases = _made(stand, n)
    asked = PEOPLE[:people]
    wrong: list[str] = []
    for turn in range(changes + 1):
        if turn:
            outcome.faults[_change(stand, chance, cases)] += 1
        policy = _policy(stand, asked)
        some = {name: chance.sample(cases, min(len(cases), SINGLES)) for name in asked}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = pool.map(lambda name, some=some: (name, _seen(stand, name, cases, some[name])), asked)
            for name, ways in found:
                ours = policy[name] & set(cases)
                for what, seen in ways.items():
                    outcome.n += len(cases)
                    wrong += [f"{turn} {name} {what}: {one}" for one in (seen & set(cases)) ^ ours]
    outcome.figures = {"cases": n, "people": len(asked), "changes": changes, "mismatches": len(wrong)}
    outcome.must(f"the same cases: {wrong[:8]} ({len(wrong)})", not wrong)
    outcome.must("rights were changed", outcome.faults.total() == changes)


def _made(stand: Stand, n: int) -> list[str]:
    """So many cases, half of them registered by the police, a fifth with another unit."""
    registrars = stand.caller("per.holm"), stand.caller()

    def make(number: int) -> str:
        body = arrest(at=now())
        body["children"][0]["family_name"] = _FAMILY
        answer = registrars[number % 2].call("POST", "/reports", body, key=f"enighet-{number}-{now().timestamp()}")
        assert answer.status == 201, answer.body
        number_of = answer.json["number"]
        case = stand.ask(
            "SELECT c.id::text FROM riskzon_case c JOIN riskzon_report r ON r.id = c.report_id WHERE r.number = %s",
            number_of,
        )[0][0]
        if number % 5 == 0:
            stand.caller().call("POST", f"/cases/{case}/hand-over", {"unit": "utredning-norr", "note": "Hör till er."})
        return str(case)

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(make, range(n)))


def _change(stand: Stand, chance: random.Random, cases: list[str]) -> str:
    """Take a right away, give one back, or let a case change its unit; what was done."""
    lead = stand.caller("sara.lindh")
    kind = chance.choice(("block", "block", "unblock", "hand_over"))
    whom = chance.choice(("karin.ek", "per.holm", "jour.vakt"))
    blocked = stand.ask(
        "SELECT c.id::text FROM riskzon_case c JOIN riskzon_caseblock b ON b.child_id = c.child_id"
        " JOIN riskzon_user u ON u.id = b.user_id WHERE b.ended_at IS NULL AND u.username = %s AND c.id = ANY(%s::uuid[])",
        whom,
        cases,
    )
    led = sorted(_listed(lead) & set(cases))
    if kind == "unblock" and blocked:
        done = lead.call("POST", f"/cases/{blocked[0][0]}/blocks/{whom}/end", {})
    elif kind == "hand_over":
        done = lead.call("POST", f"/cases/{chance.choice(led)}/hand-over", {"unit": "utredning-syd", "note": "Prov."})
    else:
        kind = "block"
        done = lead.call("POST", f"/cases/{chance.choice(led)}/blocks", {"username": whom, "reason": "Prov."})
    return kind if done.status < 300 else f"{kind} refused"


def _policy(stand: Stand, people: tuple[str, ...]) -> dict[str, set[str]]:
    printed = stand.manage("shell", "-v0", "-c", _POLICY.format(people=people))
    return {name: set(seen) for name, seen in json.loads(printed.split("SEEN ")[1]).items()}


def _seen(stand: Stand, name: str, cases: list[str], some: list[str]) -> dict[str, set[str]]:
    """The cases that one person meets, by the way in which they are met; `some` are asked for one by one."""
    caller = stand.caller(name)
    opened = {one for one in some if caller.call("GET", f"/cases/{one}").status == 200}
    listed = _listed(caller)
    seen = {"list": listed, "one by one": opened | (listed - set(some))}
    found = caller.call("POST", "/cases/search", {"q": _FAMILY, "limit": 200})
    # Who has no search finds nothing; a list of two hundred is not all of two thousand.
    if found.status == 200 and len(cases) <= 200 and name not in ("per.holm", "butik.city"):
        seen["search"] = {row["id"] for row in found.json["results"]}
    if name in ("karin.ek", "lina.dahl", "sara.lindh") and len(cases) <= 50:
        visitor = Visitor(stand.product.port, name)
        seen["page"] = {
            one
            for one in cases
            if visitor.session.get(f"{visitor.address}/cases/{one}/", allow_redirects=False, timeout=60).status_code
            == 200
        }
    return seen


def _listed(caller: Caller) -> set[str]:
    found: set[str] = set()
    cursor: Any = ""
    while cursor is not None:
        answer = caller.call("GET", "/cases?scope=all&limit=200" + (f"&cursor={cursor}" if cursor else ""))
        assert answer.status == 200, answer.body
        found |= {row["id"] for row in answer.json["results"]}
        cursor = answer.json["next"]
    return found
