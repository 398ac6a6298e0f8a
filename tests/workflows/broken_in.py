"""Somebody of another unit opens a case in an emergency, and what then waits for whom."""

from typing import Any

from riskzon import access, clock
from riskzon.doors import look
from riskzon.models import Case, EmergencyAccess
from tests.factories import ELSA, child, make_report, person
from workflows import waiting
from workflows.verbs.emergency import ask

WHY = "Flickan sitter här och vill inte gå hem."
DONE = {"outcome": "justified", "note": "Läste för att kunna möta flickan."}


def protected_case() -> Case:
    kid = child(identity_number=ELSA, given_name="Elsa", protected_identity="marked")
    return make_report("karin.ek", children=[kid]).cases[0]


def opened(case: Case, by: str = "lina.dahl", **fields: Any) -> EmergencyAccess:
    found = ask(person(by), **{"q": case.number, "code": "in_contact", "reason": WHY, **fields})
    assert found.access is not None
    return found.access


def ground(username: str, case: Case) -> str | None:
    return access.ground_of(person(username), case.pk)


def waits_for(username: str, what: str) -> list[waiting.Line]:
    with look(person(username), "waiting") as door:
        lines = waiting.lines(door)
    assert waiting.count(person(username), clock.now()) == len(lines)
    return [line for line in lines if line.what == what]
