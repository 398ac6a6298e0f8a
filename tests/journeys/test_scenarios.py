"""Do the scenarios of `tests/scenarios` come out to the second, told through the API, with and without dispatchers?"""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from riskzon import clock
from tests.api.caller import Caller
from tests.factories import at, people
from workflows.sweep import next_moment, sweep

pytestmark = pytest.mark.django_db

FOLDER = Path(__file__).parent.parent / "scenarios"
SCENARIOS = sorted(path.stem for path in FOLDER.glob("*.json"))
#: Sees every case in full at every hour; reads what the scenario expects.
READER = "sara.lindh"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT")


@dataclass
class Told:
    """One scenario as it is being told: who has called, and what the reports in it are known as."""

    has_dispatcher: bool
    callers: dict[str, Caller] = field(default_factory=dict)
    reports: dict[str, dict[str, Any]] = field(default_factory=dict)

    def caller(self, username: str) -> Caller:
        if username not in self.callers:
            self.callers[username] = Caller(username)
        return self.callers[username]

    def tell(self, step: dict[str, Any]) -> None:
        """Let the clock stand at the step's moment, call, and look."""
        self._go_to(datetime.fromisoformat(step["at"]))
        if "call" in step:
            self._call(step)
        if step.get("needs_dispatcher") and not self.has_dispatcher:
            return
        for name, expected in step.get("expect", {}).items():
            self._compare(name, expected, step["at"])

    def _go_to(self, moment: datetime) -> None:
        if self.has_dispatcher:
            while (due := next_moment()) is not None and due <= moment:
                clock.stand_still(due)
                sweep()
        at(moment.isoformat())

    def _call(self, step: dict[str, Any]) -> None:
        method, path = step["call"].split(" ", 1)
        caller = self.caller(step["user"])
        path, body = self._filled(path), self._filled(step.get("body"))
        if path == "/reports":
            answer = caller.report(body, key=step["as"])
        elif method in ("POST", "PATCH"):
            answer = getattr(caller, method.lower())(path, body)
        else:
            answer = getattr(caller.client, method.lower())(f"/api/v1{path}")
        said = answer.json() if answer.content else {}
        assert answer.status_code == step["status"], (step["at"], step["call"], said)
        if path == "/reports" and answer.status_code == 201:
            self.reports[step["as"]] = said
            assert len(said["cases"]) == step.get("cases", 1)
        if "field" in step:
            assert [error["field"] for error in said["errors"]] == [step["field"]]
        for name, length in step.get("count", {}).items():
            assert len(said[name]) == length, (step["at"], step["call"], name)
        for name, expected in step.get("answer", {}).items():
            assert _same(said[name], expected), (step["call"], name, said[name])

    def _filled(self, value: Any) -> Any:
        """With `{arrest}`, `{arrest.1}`, `{arrest.1.Maja Fiktivsson}`, `{arrest.1.investigation}` put in: number and ids.

        And `{arrest.1.hold on Maja Fiktivsson}`.
        """
        if isinstance(value, dict):
            return {name: self._filled(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self._filled(one) for one in value]
        if not isinstance(value, str):
            return value
        return re.sub(r"\{([^}]+)\}", lambda found: self._known(found[1]), value)

    def _known(self, name: str) -> str:
        report, *rest = name.split(".", 2)
        if not rest:
            return self.reports[report]["number"]
        case = self.reports[report]["cases"][int(rest[0]) - 1]
        if len(rest) == 1:
            return case["id"]
        if rest[1].startswith("hold on "):
            held = self._known(f"{report}.{rest[0]}.{rest[1].removeprefix('hold on ')}")
            holds = self.caller(READER).get(f"/cases/{case['id']}").json()["holds"]
            return next(hold["id"] for hold in holds if hold["guardian"] == held)
        if rest[1] == "investigation":
            return self.caller(READER).get(f"/cases/{case['id']}").json()["investigation"]
        return next(guardian["id"] for guardian in case["guardians"] if guardian["name"] == rest[1])

    def _compare(self, name: str, expected: dict[str, Any], moment: str) -> None:
        reader = self.caller(READER)
        case = reader.get(f"/cases/{self._known(name)}").json()
        current = {row["kind"]: row for row in reversed(case["deadlines"])}
        case["open_tasks"] = sorted(task["name"] for task in case["tasks"] if task["state"] == "open")
        case["reached"] = [guardian["name"] for guardian in case["guardians"] if guardian["reached_at"]]
        case["breaches"] = sorted(
            row["kind"] for row in reader.get("/breaches").json()["results"] if row["case"]["id"] == case["id"]
        )
        for kind in expected.get("absent", []):
            assert kind not in current, (moment, name)
        for kind, wanted in expected.get("deadlines", {}).items():
            for column, value in wanted.items():
                assert _same(current[kind][column], value), (moment, name, kind, column, current[kind])
        for column, value in expected.items():
            if column not in ("absent", "deadlines"):
                assert _same(case[column], value), (moment, name, column, case[column])


def _same(found: Any, expected: Any) -> bool:
    """Equal, moments as instants; of an object only what is expected of it."""
    if isinstance(expected, dict):
        return all(_same(found[name], value) for name, value in expected.items())
    if isinstance(expected, str) and MOMENT.match(expected):
        return found is not None and datetime.fromisoformat(found) == datetime.fromisoformat(expected)
    return bool(found == expected)


@pytest.mark.parametrize("has_dispatcher", [True, False], ids=["dispatcher", "no dispatcher"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_the_scenario_comes_out_to_the_second(name: str, has_dispatcher: bool) -> None:
    people()
    scenario = json.loads((FOLDER / f"{name}.json").read_text())
    told = Told(has_dispatcher)
    for step in scenario["steps"]:
        told.tell(step)
    assert told.reports


def test_every_scenario_that_was_promised_is_told() -> None:
    promised = (
        "s1",
        "s2",
        "s2a",
        "s2b",
        "s2c",
        "s3",
        "s5",
        "s5a",
        "s7",
        "s9",
        "e1",
        "e3",
        "e4",
        "e5",
        "e6",
        "e7",
        "e8",
        "e9",
        "e10",
    )

    assert {name.split("_")[0] for name in SCENARIOS} == set(promised)
