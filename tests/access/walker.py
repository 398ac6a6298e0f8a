"""Every address is tried by one person with every method; what came back is kept as plain facts for several tests."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from riskzon import clock, stay
from riskzon.models import ApiToken, AuditAction, AuditEntry, User
from tests.access import world as worlds
from tests.access.actors import ACTORS, Actor, Says
from tests.access.bodies import call_body, page_body
from tests.access.matrix import tried
from tests.access.routes import ROUTES, Route
from tests.access.world import Target, World
from tests.factories import at

READINGS = frozenset({AuditAction.OPEN, AuditAction.LIST, AuditAction.SEARCH, AuditAction.LOOKUP})
CSRF = "k" * 32
_HOLE = re.compile(r"<(?:\w+:)?(\w+)>")
#: How many seconds the session has left is another thing each time; the way back follows from the address alone.
_LEFT = re.compile(r'data-session="[\d ]+"|data-back="[^"]*"|name="next" value="[^"]*"')
_TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=")\w+')
_WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')
#: Written while reading: the log itself, the session's own row, and when a key was last used.
_MAY_GROW = frozenset({"riskzon_auditentry", "django_session", "riskzon_apitoken"})
#: They open a list in all its views; the others take the first.
_LOOKS_LONG = frozenset({"worker", "lead elsewhere", "liaison", "head"})
_NONE: frozenset[str] = frozenset()


@dataclass
class Cell:
    """One request and what came of it."""

    pattern: str
    method: str
    situation: str
    path: str
    world: World
    status: int
    says: Says
    plain: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    words: dict[str, set[str]] = field(default_factory=dict)
    shown: frozenset[str] = frozenset()
    log: list[tuple[str, set[UUID]]] = field(default_factory=list)
    wrote: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.pattern} [{self.situation}] {self.path}: {self.status}"


def resolved(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """Every pattern of the resolver."""
    for entry in (resolver or get_resolver()).url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield pattern
        else:
            yield from resolved(entry, pattern)


def walk(name: str, world: World) -> list[Cell]:
    """Every cell of one person. What they do is undone."""
    actor = ACTORS[name]
    with transaction.atomic():
        if actor.at_night:
            at(worlds.NIGHT)
        cells = list(_Walk(actor, world).cells(name))
        transaction.set_rollback(True)
    return cells


class _Walk:
    def __init__(self, actor: Actor, world: World) -> None:
        self.actor, self.world = actor, world
        self.pages = Client(enforce_csrf_checks=True, raise_request_exception=False)
        self.calls = Client(enforce_csrf_checks=True, raise_request_exception=False)
        if actor.username:
            self._log_in(User.objects.get(username=actor.username))
        self.pages.cookies[settings.CSRF_COOKIE_NAME] = CSRF
        self.cookies = {key: morsel.value for key, morsel in self.pages.cookies.items()}
        if actor.username and not actor.is_known:
            # Logged in, with a token, and deactivated since.
            User.objects.filter(username=actor.username).update(is_active=False)
        self.seen: dict[str, dict[str, frozenset[str]]] = {}
        self.last = self._last_entry()
        self.state = digest()

    def _log_in(self, user: User) -> None:
        self.pages.force_login(user)
        session = self.pages.session
        # Seen a while from now: no request writes that somebody is here.
        session["began"] = session["seen"] = int(time.time()) + 3600
        session.save()
        token = ApiToken.fresh()
        ApiToken.objects.create(digest=ApiToken.digest_of(token), user=user, created_at=clock.real_now())
        self.calls.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"

    def cells(self, name: str) -> Iterator[Cell]:
        for pattern, situation, method in tried(name):
            route, target = ROUTES[pattern], self.world.targets[situation]
            is_open = method in route.rules and situation in self.actor.reaches
            for variant in route.variants if is_open or not route.about else route.variants[:1]:
                path = "/" + fill(pattern, target, variant)
                many = method == "GET" and name in _LOOKS_LONG
                for query in route.queries if many else route.queries[:1] if method in ("GET", "HEAD") else ("",):
                    yield self._try(pattern, route, situation, target, method, path + query)

    def _try(self, pattern: str, route: Route, situation: str, target: Target, method: str, path: str) -> Cell:
        writes: set[str] = set()

        def watched(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if (match := _WRITES.match(sql)) and match[1] not in _MAY_GROW:
                writes.add(match[1])
            return execute(sql, params, many, context)

        with transaction.atomic():
            body = (call_body if pattern.startswith("api/") else page_body)(route.sends, target, situation)
            with connection.execute_wrapper(watched):
                response = self._send(pattern, method, path, body)
            cell = Cell(pattern, method, situation, path, self.world, response.status_code, says(response))
            self._keep(cell, response, json.dumps(body))
            refused = method in ("GET", "HEAD", "OPTIONS") or cell.says & ~Says.OK
            cell.wrote = bool(writes and refused) and digest() != self.state
            transaction.set_rollback(True)
        return cell

    def _send(self, pattern: str, method: str, path: str, body: dict[str, Any]) -> HttpResponse:
        if pattern.startswith("api/"):
            content = json.dumps(body) if method in ("POST", "PUT", "PATCH") else ""
            headers = {"Idempotency-Key": str(uuid4())}
            return self.calls.generic(method, path, content, "application/json", headers=headers)
        self.pages.cookies.clear()
        for key, value in self.cookies.items():
            self.pages.cookies[key] = value
        headers = {"X-CSRFToken": CSRF}
        if method == "POST":
            return self.pages.post(path, body, headers=headers)
        return self.pages.generic(method, path, headers=headers)

    def _keep(self, cell: Cell, response: HttpResponse, sent: str) -> None:
        """Note what came back; words that were sent with this very request tell nobody anything."""
        plain = _LEFT.sub("", _TOKEN.sub(r"\1", response.content.decode()))
        cell.plain = _without_address(plain, cell.path)
        cell.headers = {key: value for key, value in response.headers.items() if key not in (stay.LEFT, stay.AT_MOST)}
        shown = self._words(cell.plain)
        beside = self._words("\n".join(_without_address(value, cell.path) for value in cell.headers.values()))
        for situation in shown | beside:
            if found := {
                word for word in shown.get(situation, _NONE) | beside.get(situation, _NONE) if word not in sent
            }:
                cell.words[situation] = found
        cell.shown = frozenset(
            situation
            for situation, found in shown.items()
            if found & (self.world.targets[situation].keys | self.world.targets[situation].ours)
        )
        for entry in AuditEntry.objects.filter(pk__gt=self.last).order_by("pk"):
            about = {entry.case_id} if entry.case_id else set(entry.cases)
            cell.log.append((entry.action, about))
            self.last = entry.pk

    def _words(self, text: str) -> dict[str, frozenset[str]]:
        """The planted words in a text, by the case that they belong to. Most answers are one of a few."""
        if text not in self.seen:
            found = ((situation, target.words) for situation, target in self.world.everything())
            self.seen[text] = {
                situation: here
                for situation, words in found
                if (here := frozenset(word for word in words if word in text))
            }
        return self.seen[text]

    @staticmethod
    def _last_entry() -> int:
        return AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def fill(pattern: str, target: Target, variant: Any) -> str:
    """An address of this pattern that leads to the target."""
    holes = {
        "case_id": target.case,
        "guardian_id": target.guardian,
        "hold_id": target.hold,
        "breach_id": target.breach,
        "investigation_id": target.investigation,
        "disclosure_id": target.disclosure,
        "number": target.report,
        "username": "stina.berg",
        "person_id": uuid4(),
        **variant,
    }
    return _HOLE.sub(lambda hole: str(holes[hole[1]]), pattern)


def says(response: HttpResponse) -> Says:
    """What an answer comes down to."""
    match response.status_code:
        case 302 if response["Location"].startswith("/login/"):
            return Says.LOGIN
        case 200 | 201 | 204 | 302:
            return Says.OK
        case 401:
            return Says.KEY
        case 403:
            return Says.NO
        case 404:
            return Says.HIDDEN
        case 405:
            return Says.METHOD
        case 409 | 422:
            return Says.LATE
    return Says.FAULT


def digest() -> str:
    """One text for everything that is stored, but the log, sessions and tokens."""
    with connection.cursor() as cursor:
        names = [
            name
            for name in connection.introspection.table_names(cursor)
            if name.startswith(("riskzon_", "workflows_", "notifications_", "guardian_")) and name not in _MAY_GROW
        ]
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{name}', md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {name} t"  # noqa: S608
                for name in sorted(names)
            )
        )
        return str(sorted(cursor.fetchall()))


def _without_address(text: str, path: str) -> str:
    """The text without the address that was asked for: whoever asked knew it."""
    for written in (escape(path), path, path.partition("?")[0]):
        text = text.replace(written, "ADDRESS")
    return text
