"""Every address of a running product, with something to put into its holes, and what is stored behind them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.faults.client import arrest, now
from tests.faults.stand import BEAT, LOOP, WORKER, Stand, Stands

#: The product's own resolver says which addresses there are.
_ROUTES = """
from django.urls import get_resolver
def walk(patterns, prefix=""):
    for one in patterns:
        here = prefix + str(one.pattern).lstrip("^")
        if hasattr(one, "url_patterns"):
            walk(one.url_patterns, here)
        else:
            print("ROUTE", here)
walk(get_resolver().url_patterns)
"""
_HOLE = re.compile(r"<(?:\w+:)?(\w+)>")
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
VERBS = ("GET", "HEAD", *UNSAFE, "OPTIONS")
#: Words for the holes that are no ids.
_WORDS = {
    "outcome": "no_answer",
    "slug": "concern",
    "line": "arrest",
    "part": "missed",
    "figure": "overdue",
    "kind": "open_investigation",
    "report_kind": "concern",
    "username": "omar.nyman",
    "year": "2026",
    "day": "2026-12-01",
    "token": "x" * 43,
}
#: Who looks at everything: each kind of person, and somebody of another unit.
PEOPLE = ("karin.ek", "sara.lindh", "lina.dahl", "per.holm", "maria.oberg", "stina.berg", "butik.city", "it.admin")
#: Written by the clock, by whoever looks, comes in or goes, or by the machinery.
_RESTLESS = (
    *("riskzon_auditentry", "riskzon_auditseal", "riskzon_audithead", "riskzon_draft"),
    *("riskzon_loginattempt", "riskzon_loginsession"),
)
#: When somebody last came in, or a key was last used.
_LAST = ("last_login", "last_used_at")


@dataclass(frozen=True)
class Place:
    """One case with things in it; `words` stand nowhere but in it."""

    case: str
    number: str
    report: str
    holes: dict[str, str] = field(default_factory=dict)
    words: frozenset[str] = frozenset()


def routes(stand: Stand, every: int = 1) -> list[str]:
    """Every pattern of the product; `every` 3: each third of them."""
    printed = stand.manage("shell", "-v0", "-c", _ROUTES).splitlines()
    return [line.removeprefix("ROUTE ") for line in printed if line.startswith("ROUTE ")][::every]


def path(pattern: str, place: Place) -> str:
    """An address of this pattern that leads to the place; what it does not hold is an id of nothing."""
    holes = {"case_id": place.case, "number": place.report, **_WORDS, **place.holes}
    return "/" + _HOLE.sub(lambda hole: holes.get(hole[1]) or str(uuid4()), pattern)


def missing() -> Place:
    """A case that is not there."""
    return Place(str(uuid4()), "2026-999999-1", "2026-999999")


def plant(stand: Stand, word: str, *, report: dict[str, Any] | None = None, **fields: Any) -> Place:
    """A report through the API about one child; every text holds `word`, and so do a note and a decision to wait.

    `report`: what else it says; `fields`: of the child.
    """
    karin, sara = stand.caller(), stand.caller("sara.lindh")
    adults = [
        {"name": f"{word}mor {word}son", "phone": "070-174 06 05", "relation": "mother", "is_custodian": True},
        {"name": f"{word}far {word}son", "phone": "070-174 06 09", "relation": "father", "is_custodian": True},
    ]
    child = {
        "birth_date": f"{now().year - 14}-03-{1 + hash(word) % 28:02}",
        "given_name": f"{word}barn",
        "family_name": f"{word}son",
        "summary": f"{word}handelse",
        "whereabouts": f"{word}plats",
        "guardians": adults,
        **fields,
    }
    body = {**arrest(), "children": [child], "summary": f"{word}helhet", **(report or {})}
    made = karin.call("POST", "/reports", body, key=str(uuid4()))
    assert made.status == 201, made.body
    case = made.json["cases"][0]
    mother, father = (guardian["id"] for guardian in case["guardians"])
    karin.call("POST", f"/cases/{case['id']}/notes", {"text": f"{word}anteckning"})
    held = sara.call(
        "POST",
        f"/cases/{case['id']}/holds",
        {
            "guardian": father,
            "code": "HOLD_HONOUR",
            "reason": f"{word}skal",
            "until": (now() + timedelta(days=2)).isoformat(),
        },
    )
    assert held.status == 201, held.body
    holes = {"guardian_id": mother, "hold_id": held.json["id"]}
    texts = ("barn", "son", "handelse", "plats", "mor", "far", "anteckning", "skal", "helhet")
    return Place(case["id"], case["number"], made.json["number"], holes, frozenset(word + text for text in texts))


@contextmanager
def still(stand: Stand) -> Iterator[None]:
    """The dispatchers do nothing meanwhile, so that whatever changes was changed by whoever asks."""
    frozen = stand.freeze(WORKER, BEAT, LOOP)
    try:
        yield
    finally:
        stand.thaw(frozen)
        stand.wait_well()


def digest(stand: Stand) -> dict[str, str]:
    """One text for the content of each table but the log, sessions and what the machinery writes of itself."""
    names = [
        name
        for (name,) in stand.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        if name.startswith(("riskzon_", "workflows_", "notifications_", "guardian_", "viewflow_", "auth_"))
        and name not in _RESTLESS
        and "heartbeat" not in name
    ]
    row = f"md5((to_jsonb(t) - ARRAY{list(_LAST)})::text)"
    question = " UNION ALL ".join(
        f"SELECT '{name}', md5(coalesce(string_agg({row}, '' ORDER BY {row}), '')) FROM {name} t"  # noqa: S608
        for name in names
    )
    return dict(stand.ask(question))


def abused(stands: Stands) -> Stand:
    """The product that all of these experiments share; its log says as much as in production."""
    return stands.shared("abuse", LOG_LEVEL="INFO")
