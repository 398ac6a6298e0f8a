"""No word in an address makes a fault: not in a hole of a pattern, and not behind the question mark."""

import inspect
import re
import sys
from collections.abc import Iterator
from urllib.parse import quote
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from riskzon import clock
from riskzon.api.app import api
from riskzon.models import ApiToken
from tests.access.walker import fill
from tests.access.world import OWN_REPORT, Target, World
from tests.factories import person

#: As they stand in an address: NUL, alone and in a word, half of a pair of surrogates, no UTF-8, much too long a word.
STRANGE = {
    "nul": "%00",
    "nul in a word": "2026-000001%00",
    "surrogate": "%ED%A0%80",
    "no utf-8": "%FF%FE",
    "long": "x" * 10_000,
    "long number": "9" * 10_000,
    "turned round": quote("\u202e2026-000001"),
}
#: Those that are tried behind the question mark.
BEHIND = ("nul", "surrogate", "no utf-8", "long number")
#: Holes that any word fits into; others, such as those for an id, take no word of these.
_FREE = re.compile(r"<(?:(?:str|path):)?(\w+)>")
_READ = re.compile(r"GET\.get\(\s*\"(\w+)\"")
#: Whoever gets furthest: what is hidden from all of them is answered before anybody looks at the word.
PEOPLE = ("sara.lindh", "per.holm", "butik.city", "jour.vakt")
#: POST alone may be asked to log in again, or to send a form that was opened here.
REFUSED = {302, 400, 401, 403, 404, 405, 409, 422}
#: What stands in the path while the words behind the question mark are tried.
WORDS = {
    "outcome": "reached",
    "slug": "concern",
    "line": "arrest",
    "part": "decided",
    "figure": "overdue",
    "day": "2026-11-13",
    "token": "x",
}


def _beside(target: Target) -> dict[str, UUID]:
    """Ids of things that no test made."""
    names = (
        "row_id",
        "offer_id",
        "pattern_id",
        "absence_id",
        "change_id",
        "review_id",
        "access_id",
        "extract_id",
        "request_id",
        "session_id",
        "token_id",
        "passkey_id",
    )
    return dict.fromkeys((*names, "user_id"), target.case)


def _addresses(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry
        else:
            yield from _addresses(entry, prefix + str(entry.pattern))


def _asked() -> dict[str, set[str]]:
    """Which names may stand behind the question mark of each address that is read: those that its module looks for."""
    found = {}
    for pattern, entry in _addresses():
        view = inspect.unwrap(entry.callback)
        if names := set(_READ.findall(inspect.getsource(sys.modules[view.__module__]))):
            found[pattern] = names
    for path, calls in api.get_openapi_schema(path_prefix="")["paths"].items():
        if names := {one["name"] for one in calls.get("get", {}).get("parameters", ()) if one["in"] == "query"}:
            found["api/v1" + re.sub(r"{(\w+)}", r"<\1>", path)] = names
    return found


@pytest.fixture
def clients(world: World) -> dict[str, Client]:
    found = {}
    for username in PEOPLE:
        token = ApiToken.fresh()
        ApiToken.objects.create(digest=ApiToken.digest_of(token), user=person(username), created_at=clock.real_now())
        found[username] = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {token}"})
        found[username].force_login(person(username))
    return found


def test_no_word_in_a_path_is_a_fault(world: World, clients: dict[str, Client]) -> None:
    target, wrong = world.targets[OWN_REPORT], []
    free = [pattern for pattern, _entry in _addresses() if _FREE.search(pattern)]
    assert {"reports/<str:number>/take-over/", "api/v1/reports/<number>"} <= set(free)
    for pattern in free:
        for name, word in STRANGE.items():
            path = "/" + fill(pattern, target, {**_beside(target), **dict.fromkeys(_FREE.findall(pattern), word)})
            for username, client in clients.items():
                for method in ("GET", "POST"):
                    answer = client.generic(method, path, "{}", "application/json")
                    if answer.status_code not in REFUSED:
                        wrong.append(f"{method} {pattern} with {name} as {username}: {answer.status_code}")
    assert wrong == []


def test_no_word_behind_the_question_mark_is_a_fault(world: World, clients: dict[str, Client]) -> None:
    target, wrong = world.targets[OWN_REPORT], []
    asked = _asked()
    assert {"from", "page", "cursor", "unit", "week", "after", "view", "q"} <= {
        one for two in asked.values() for one in two
    }
    for pattern, names in asked.items():
        path = "/" + fill(pattern, target, {**_beside(target), **WORDS})
        for name in sorted(names):
            for kind in BEHIND:
                answer = clients["sara.lindh"].get(f"{path}?{name}={STRANGE[kind]}")
                if answer.status_code >= 500:
                    wrong.append(f"{pattern}?{name} with {kind}: {answer.status_code}")
    assert wrong == []
