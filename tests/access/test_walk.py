"""Everybody tries every address with every method, about every kind of object: what comes back is what the table says."""

import re
from collections.abc import Callable
from http import HTTPStatus

import pytest
from django.conf import settings
from django.test import Client

from tests.access.actors import ACTORS, Says
from tests.access.matrix import expected
from tests.access.routes import ROUTES
from tests.access.walker import CSRF, Cell, digest, fill, resolved
from tests.access.world import MISSING, OWN_UNIT, World
from tests.factories import people, person

Walked = Callable[[str], list[Cell]]
EACH = [pytest.param(name, marks=pytest.mark.xdist_group(f"walk {place % 2}")) for place, name in enumerate(ACTORS)]
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
_HERE = re.compile(r' aria-current="\w+"')
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def test_every_route_of_the_resolver_is_in_the_table_and_none_besides() -> None:
    assert set(resolved()) == {pattern for pattern in ROUTES if "?" not in pattern}


@pytest.mark.parametrize("name", EACH)
def test_everybody_meets_what_the_table_says(name: str, walked: Walked) -> None:
    wrong = [
        f"{cell}, not {said}"
        for cell in walked(name)
        if not cell.says & (said := expected(cell.pattern, name, cell.situation, cell.method))
    ]
    assert wrong == []


@pytest.mark.parametrize("name", EACH)
def test_nothing_fails(name: str, walked: Walked) -> None:
    # Health says that nobody has swept; everything else that begins with 5 is a fault.
    assert [str(cell) for cell in walked(name) if cell.status >= 500 and cell.pattern != "api/v1/health"] == []


@pytest.mark.parametrize("name", EACH)
def test_missing_and_forbidden_are_the_same_answer(name: str, walked: Walked) -> None:
    """One answer at every address: not even the kind of thing that was asked for can be told from it."""
    answers: dict[tuple[object, ...], str] = {}
    for cell in walked(name):
        if cell.says == Says.HIDDEN and cell.method != "HEAD" and cell.pattern != "api/v1/":
            headers = sorted(
                (key, value) for key, value in cell.headers.items() if key not in ("Content-Length", "X-Request-ID")
            )
            # Which place in the header is the present one follows from the address alone.
            plain = _HERE.sub("", cell.plain)
            answers.setdefault((cell.pattern.startswith("api/"), cell.status, plain, str(headers)), str(cell))
    assert len({is_call for is_call, *_ in answers}) == len(answers), list(answers.values())


@pytest.mark.parametrize("name", EACH)
def test_nothing_changes_by_asking_or_by_being_refused(name: str, walked: Walked) -> None:
    assert [str(cell) for cell in walked(name) if cell.wrote] == []


@pytest.mark.parametrize("name", EACH)
def test_every_answer_carries_the_headers_that_protect_it(name: str, walked: Walked) -> None:
    assert [f"{cell}: {faults}" for cell in walked(name) if (faults := _header_faults(cell))] == []


@pytest.mark.parametrize("name", EACH)
def test_no_address_is_made_of_what_was_typed(name: str, walked: Walked) -> None:
    """Where an answer leads to holds ids, numbers and codes, never a name or an identity number."""
    for cell in walked(name):
        assert "Kanarie" not in cell.headers.get("Location", "") + cell.path
        assert not any(number in cell.headers.get("Location", "") for number in ("20100702", "20130505"))


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.xdist_group("walk 0")
def test_every_route_is_opened_by_somebody(place: int, walked: Walked) -> None:
    """A table of refusals alone would prove nothing."""
    name = ("lead", "liaison")[place]
    own = {pattern for pattern, route in ROUTES.items() if route.stranger != Says.OK}
    opened = {cell.pattern for cell in walked(name) if cell.says & Says.TRIED and cell.method != "OPTIONS"} & own
    allowed = {pattern for pattern in own if _may_open(pattern, name)}
    assert opened == allowed


def test_a_form_without_its_key_is_refused_and_changes_nothing(world: World) -> None:
    visitor = Client(enforce_csrf_checks=True)
    visitor.force_login(person("karin.ek"))
    visitor.cookies[settings.CSRF_COOKIE_NAME] = CSRF
    before = digest()
    for pattern, route in ROUTES.items():
        # A draft is saved with a secret of its own, which the form carries and which outlives the session.
        if pattern.startswith("api/") or pattern == "drafts/":
            continue
        path = "/" + fill(pattern, world.targets[OWN_UNIT], route.variants[0])
        for method in UNSAFE:
            for headers in ({}, {"X-CSRFToken": "x" * 32}, {"X-CSRFToken": CSRF, "Origin": "https://other.example"}):
                answer = visitor.generic(method, path, headers=headers)
                assert answer.status_code == HTTPStatus.FORBIDDEN, (method, path, headers)
    assert digest() == before


def test_the_api_does_not_know_the_pages_login(world: World) -> None:
    visitor = Client()
    visitor.force_login(person("karin.ek"))
    for pattern, route in ROUTES.items():
        if pattern.startswith("api/") and route.stranger == Says.KEY:
            path = "/" + fill(pattern, world.targets[OWN_UNIT], route.variants[0])
            for method in route.rules:
                assert visitor.generic(method, path).status_code == HTTPStatus.UNAUTHORIZED, (method, path)


def test_an_object_of_another_case_is_not_found_under_an_own_one(world: World) -> None:
    visitor = Client()
    visitor.force_login(person("sara.lindh"))
    own, before = world.targets[OWN_UNIT], digest()
    for situation, other in world.everything():
        if situation == OWN_UNIT:
            continue
        for pattern, route in ROUTES.items():
            if "<uuid:case_id>" not in pattern or not any(hole in pattern for hole in ("hold_id", "guardian_id")):
                continue
            foreign = {"hold_id": other.hold, "guardian_id": other.guardian, **route.variants[0]}
            path = "/" + fill(pattern, own, foreign)
            if situation == "blocked" and "guardian_id" in pattern:
                continue  # the mother of both
            for method in route.rules:
                answer = visitor.generic(method, path)
                sent = (
                    visitor.post(path, {"reason": "Skäl", "relation": "other", **_until()})
                    if method == "POST"
                    else None
                )
                assert answer.status_code == HTTPStatus.NOT_FOUND, (method, path)
                assert sent is None or sent.status_code == HTTPStatus.NOT_FOUND, (method, path)
    assert digest() == before


@pytest.mark.parametrize(
    "path",
    [
        "board/nothing/",
        "board/in-time/arrest/nothing/",
        "board/in-time/nothing/met/",
        "board/?unit=socialjouren",
        "board/in-time/arrest/met/?week=2026-13-13",
        "reports/new/nothing/",
        "reports/new/arrest/?after=2026-999999",
        "worklist/status/?since=yesterday",
        "worklist/status/",
        "api/v1/nothing",
        "api/v1/cases/nothing",
        "api/v1/reports/20100702-2393",
        "nothing/",
        "admin/",
    ],
)
def test_words_that_lead_nowhere_are_not_found(path: str, db: None) -> None:
    people()
    visitor = Client()
    visitor.force_login(person("sara.lindh"))
    assert visitor.get(f"/{path}").status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED)


def _until() -> dict[str, str]:
    return {"until_date": "2026-11-14", "until_clock": "10.00", "until_fold": ""}


def _may_open(pattern: str, name: str) -> bool:
    return any(
        bool(expected(pattern, name, situation, method) & Says.TRIED)
        for method in ROUTES[pattern].rules
        for situation in (*ACTORS[name].reaches, MISSING)
    )


def _header_faults(cell: Cell) -> list[str]:
    faults = [key for key, value in HEADERS.items() if cell.headers.get(key) != value]
    policy = cell.headers.get("Content-Security-Policy", "")
    if (
        "default-src 'self'" not in policy
        or "script-src 'self'" not in policy
        or "frame-ancestors 'none'" not in policy
    ):
        faults.append("Content-Security-Policy")
    if "unsafe" in policy or "*" in policy or "http" in policy:
        faults.append("Content-Security-Policy is loose")
    return faults
