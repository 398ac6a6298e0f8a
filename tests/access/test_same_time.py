"""A write that is forbidden asks the database as much as one about a case that is missing: no time tells the two apart."""

import json
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.access.bodies import call_body, page_body
from tests.access.routes import ROUTES, Route
from tests.access.walker import fill
from tests.access.world import BLOCKED, MISSING, OWN_UNIT, PARTNERS, World
from tests.api.caller import Caller
from tests.factories import person

_Write = tuple[str, Route, str]

#: Whoever has no right to a case, of each kind that has a right to some.
_HIDDEN = {
    "lina.dahl": OWN_UNIT,
    "jonas.falk": OWN_UNIT,
    "per.holm": PARTNERS,
    "jour.vakt": OWN_UNIT,
    "maria.oberg": OWN_UNIT,
}
_WRITES = [
    (pattern, route, method)
    for pattern, route in ROUTES.items()
    for method in ("POST", "PATCH")
    if "case_id>" in pattern and method in route.rules
]


@pytest.mark.parametrize("is_call", [False, True], ids=["pages", "api"])
@pytest.mark.parametrize("username", _HIDDEN)
def test_a_forbidden_write_asks_as_much_as_a_missing_one(username: str, is_call: bool, world: World) -> None:
    visitor = Caller(username).client if is_call else Client()
    if not is_call:
        visitor.force_login(person(username))
    # A minute that turns costs a statement whoever asks: what differs is asked twice more.
    differs = [write for write in _WRITES if write[0].startswith("api/") == is_call]
    for _try in range(3):
        differs = [write for write in differs if len(_answers(visitor, write, _HIDDEN[username], world)) > 1]
    assert [f"{method} {pattern}" for pattern, _route, method in differs] == []


def _answers(visitor: Client, write: _Write, hidden: str, world: World) -> set[tuple[int, int]]:
    """Each different answer to the same write about what is missing, hidden and blocked."""
    _said(visitor, write, MISSING, world)  # the first reads what every request reads again
    return {_said(visitor, write, where, world) for where in (MISSING, hidden, BLOCKED)}


def _said(visitor: Client, write: _Write, where: str, world: World) -> tuple[int, int]:
    """The status, and how many statements it took; nothing of it stays."""
    pattern, route, method = write
    target = world.targets[where]
    path = "/" + fill(pattern, target, route.variants[0])
    body: dict[str, Any] = (call_body if pattern.startswith("api/") else page_body)(route.sends, target, where)
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        if pattern.startswith("api/"):
            answer = visitor.generic(method, path, json.dumps(body), "application/json")
        else:
            answer = visitor.post(path, body)
        transaction.set_rollback(True)
    return answer.status_code, len(asked)
