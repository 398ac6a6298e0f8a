"""Do lists, searches, pages and single cases show everybody the same cases, and the ones of the policy, while rights change?"""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.faults.addresses import abused
from tests.faults.client import Caller, arrest, now
from tests.faults.plan import Outcome, experiment
from tests.faults.stand import Stand, Stands
from tests.faults.visitor import Visitor
from tests.product import ROOT

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
#: What happens to rights, in turn.
KINDS = ("block", "block", "follow", "hand_over", "emergency", "end", "unblock")
_FAMILY = "Enighetsson"
#: Answers a line with the cases that the policy shows each of these people at that moment, as often as it is asked.
_POLICY = """
import json, sys
from riskzon.access import visible_cases
from riskzon.models import User
for _line in sys.stdin:
    people = User.objects.filter(username__in={people})
    seen = {{one.username: [str(pk) for pk in visible_cases(one).values_list("pk", flat=True)] for one in people}}
    print("SEEN", json.dumps(seen), flush=True)
"""


@dataclass
class _Asker:
    """One person, by the API and by the pages."""

    caller: Caller
    visitor: Visitor

    def listed(self) -> set[str]:
        found: set[str] = set()
        cursor: Any = ""
        while cursor is not None:
            answer = self.caller.call("GET", "/cases?scope=all&limit=200" + (f"&cursor={cursor}" if cursor else ""))
            assert answer.status == 200, answer.body
            found |= {row["id"] for row in answer.json["results"]}
            cursor = answer.json["next"]
        return found

    def searched(self, words: str) -> set[str]:
        answer = self.caller.call("POST", "/cases/search", {"q": words, "limit": 200})
        assert answer.status == 200, answer.body
        return {row["id"] for row in answer.json["results"]}

    def opens(self, case: str) -> bool:
        return self.caller.call("GET", f"/cases/{case}").status == 200

    def shows(self, case: str) -> bool:
        address = f"{self.visitor.address}/cases/{case}/"
        return self.visitor.session.get(address, allow_redirects=False, timeout=60).status_code == 200


@experiment(
    "F31",
    "after each change of rights every person's list, searches, pages and single cases are the same cases, and those of"
    " the policy",
    short=dict(n=12, changes=len(KINDS), people=4),
    long=dict(n=2000, changes=200, people=len(PEOPLE)),
)
def agreeing(stands: Stands, outcome: Outcome, *, n: int, changes: int, people: int) -> None:
    """`cases` by id with their numbers. Each turn asks for the case that was changed and for others by chance."""
    stand, chance = abused(stands), random.Random(31)
    cases = _made(stand, n)
    askers = {name: _Asker(stand.caller(name), Visitor(stand.product.port, name)) for name in PEOPLE[:people]}
    wrong: list[str] = []
    with _policy(stand, tuple(askers)) as policy, ThreadPoolExecutor(AT_ONCE) as pool:
        seen = policy()
        for turn in range(changes + 1):
            changed = []
            if turn:
                kind, done = _change(stand, chance, cases, KINDS[turn % len(KINDS)], seen)
                outcome.faults[kind] += 1
                changed, seen = [done], policy()
            some = {name: [*changed, *chance.sample(sorted(cases), min(n, SINGLES) - len(changed))] for name in askers}
            found = pool.map(lambda one, some=some: (one[0], _met(one[1], cases, some[one[0]])), askers.items())
            for name, ways in found:
                for what, (asked, met) in ways.items():
                    outcome.n += len(asked)
                    wrong += [f"{turn} {name} {what}: {one}" for one in (met ^ seen[name]) & asked]
    outcome.figures = {"cases": n, "people": len(askers), "changes": changes, "mismatches": len(wrong)}
    outcome.must(f"the same cases: {wrong[:8]} ({len(wrong)})", not wrong)
    done = sum(number for kind, number in outcome.faults.items() if kind in KINDS)
    outcome.must(f"rights were changed: {dict(outcome.faults)}", done >= 0.8 * changes)
    outcome.must("in every way", set(KINDS) <= set(outcome.faults))


def _made(stand: Stand, n: int) -> dict[str, str]:
    """So many cases, half of them registered by the police, a fifth with another unit."""
    registrars = stand.caller("per.holm"), stand.caller()

    def make(number: int) -> tuple[str, str]:
        body = arrest(at=now())
        body["children"][0]["family_name"] = _FAMILY
        answer = registrars[number % 2].call("POST", "/reports", body, key=f"enighet-{number}-{now().timestamp()}")
        assert answer.status == 201, answer.body
        case = answer.json["cases"][0]
        if number % 5 == 0:
            stand.caller().call(
                "POST", f"/cases/{case['id']}/hand-over", {"unit": "utredning-norr", "note": "Hör till er."}
            )
        return str(case["id"]), str(case["number"])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(pool.map(make, range(n)))


def _change(
    stand: Stand, chance: random.Random, cases: dict[str, str], kind: str, seen: dict[str, set[str]]
) -> tuple[str, str]:
    """Give a right, take one away or back, let a case change its unit or end; what was done, and with which case."""
    lead, whom = stand.caller("sara.lindh"), chance.choice(("karin.ek", "per.holm", "jour.vakt"))
    # Who is given a right has none yet.
    has = {"follow": seen["per.holm"], "emergency": seen["lina.dahl"]}.get(kind, set())
    case = chance.choice(sorted((seen["sara.lindh"] & set(cases)) - has))
    match kind:
        case "block":
            done = lead.call("POST", f"/cases/{case}/blocks", {"username": whom, "reason": "Prov."})
        case "unblock":
            blocked = stand.ask(_BLOCKED, sorted(seen["sara.lindh"] & set(cases)))
            case, whom = blocked[0] if blocked else (case, whom)
            done = lead.call("POST", f"/cases/{case}/blocks/{whom}/end", {})
        case "hand_over":
            done = lead.call("POST", f"/cases/{case}/hand-over", {"unit": "utredning-syd", "note": "Prov."})
        case "follow":
            done = lead.call("POST", f"/cases/{case}/liaisons", {"username": "per.holm"})
        case "emergency":
            wanted = {"q": cases[case], "code": "danger", "reason": "Prov."}
            done = stand.caller("lina.dahl").call("POST", "/emergency-access", wanted)
        case _:
            wanted = {"disposition": "void", "void_kind": "not_identified", "reason": "Prov."}
            lead.call("POST", f"/cases/{case}/disposition", wanted)
            done = stand.caller("omar.nyman").call("POST", f"/cases/{case}/disposition/confirm", {})
    return kind if 200 <= done.status < 300 else f"{kind} refused", case


#: The blocks that stand on children of these cases.
_BLOCKED = """
SELECT c.id::text, u.username FROM riskzon_case c JOIN riskzon_caseblock b ON b.child_id = c.child_id
  JOIN riskzon_user u ON u.id = b.user_id WHERE b.ended_at IS NULL AND c.id = ANY(%s::uuid[])
"""


@contextmanager
def _policy(stand: Stand, people: tuple[str, ...]) -> Iterator[Any]:
    """A way to ask the policy itself, in one process for the whole time."""
    asked = [sys.executable, "manage.py", "shell", "-v0", "-c", _POLICY.format(people=people)]
    environment = stand.product.environment
    with subprocess.Popen(
        asked, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout

        def ask() -> dict[str, set[str]]:
            process.stdin.write("?\n")
            process.stdin.flush()
            while not (said := process.stdout.readline()).startswith("SEEN "):
                assert said, "the policy has ended"
            return {name: set(cases) for name, cases in json.loads(said.removeprefix("SEEN ")).items()}

        try:
            yield ask
        finally:
            process.stdin.close()


def _met(asker: _Asker, cases: dict[str, str], some: list[str]) -> dict[str, tuple[set[str], set[str]]]:
    """By each way the cases that were asked for and those that were met; `some` one by one."""
    asked = set(some)
    ways = {
        "list": (set(cases), asker.listed()),
        "one by one": (asked, {one for one in some if asker.opens(one)}),
        "page": (asked, {one for one in some if asker.shows(one)}),
        "number": (asked, {found for one in some for found in asker.searched(cases[one])}),
    }
    if len(cases) <= 200:
        ways["name"] = (set(cases), asker.searched(_FAMILY))
    return ways
