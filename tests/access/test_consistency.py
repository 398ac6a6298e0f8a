"""Lists, counts, search, one case, the board and the API agree: whatever shows cases to somebody shows the same ones."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from riskzon import clock
from riskzon.access import CASE_ROLES, units_led_by
from riskzon.models import ApiToken, Case, CaseBlock, Role, User
from tests.access import busy
from workflows.views import board, worklist

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("agreement")]

#: One of a kind is enough: these have the role and the unit of another.
_ALIKE = ("omar.nyman", "nadia.rask", "ivar.sjo")
VIEWS = ("mine", "unassigned", "today", "overdue", "all")
KINDS = ("arrest", "lob_custody", "concern")
_CASE = re.compile(r"/cases/([0-9a-f-]{36})/")
_NEXT = re.compile(r'rel="next" href="([^"]+)"')
_TAB = re.compile(r'href="/\?view=(\w+)"[^>]*>(.*?)</a>', re.S)
_TILE = re.compile(r'<a href="(/board/(?:\w+)/[^"]*)">[^<]*</a></p>\s*<p class="tile-value">(\d+)</p>')
_CELL = re.compile(r'<a href="(/board/in-time/[^"]+)">(\d+)<')
_NUMBER = re.compile(r"\b(\d{4}-\d{6}-\d+)\b")


@dataclass
class Told:
    """What one person is told about the cases, by everything that tells."""

    user: User
    lists: dict[str, set[UUID]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    calls: dict[str, set[UUID]] = field(default_factory=dict)
    found: dict[str, set[UUID]] = field(default_factory=dict)
    opened: dict[UUID, int] = field(default_factory=dict)
    figures: dict[str, tuple[int, list[str]]] = field(default_factory=dict)

    @property
    def all(self) -> set[UUID]:
        """Every case that the API lists, to which everything else is compared."""
        return self.calls["all"]


@dataclass
class Town:
    """The cases as they stand, who is blocked from which child, and what everybody was told."""

    cases: list[Case]
    blocks: set[tuple[UUID, UUID]]
    told: list[Told]


_town: list[Town] = []


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Town:
    """The town, asked once about everything by everybody; short pages, so that there are many."""
    if not _town:
        busy.build()
        cases = list(Case.objects.select_related("child", "report", "unit").order_by("report__number", "ordinal"))
        blocks = set(CaseBlock.objects.values_list("user_id", "child_id"))
        monkeypatch.setattr(worklist, "ROWS", 12)
        monkeypatch.setattr(board, "PER_PAGE", 5)
        names = sorted({case.child.given_name for case in cases if case.child.given_name})[::9]
        users = User.objects.exclude(username__in=_ALIKE).order_by("username")
        _town.append(Town(cases, blocks, [_Asker(user, turn).ask(cases, names) for turn, user in enumerate(users)]))
    return _town[0]


class _Asker:
    def __init__(self, user: User, turn: int) -> None:
        self.told, self.turn = Told(user), turn
        self.pages, self.calls = Client(), Client()
        self.pages.force_login(user)
        token = ApiToken.fresh()
        ApiToken.objects.create(digest=ApiToken.digest_of(token), user=user, created_at=clock.real_now())
        self.calls.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"

    def ask(self, cases: list[Case], names: list[str]) -> Told:
        told, role = self.told, self.told.user.role
        for scope in ("all", "mine", "unassigned", "all&state=open", "all&state=closed", "all&state=open&overdue=true"):
            told.calls[scope] = set(self._called(scope))
        if role in CASE_ROLES:
            self._worklist()
        if role == Role.LIAISON:
            told.lists["own"] = _ids(self.pages.get("/reports/own/").content.decode())
        if role in (Role.SUPERVISOR, Role.HEAD):
            self._board()
        for place, case in enumerate(cases):
            # Half of them for each person; the other half for the next one.
            if (place + self.turn) % 2:
                self._one(case, (place // 2 + self.turn) % 3)
        for name in names:
            told.found[name] = self._searched(name)
        return told

    def _worklist(self) -> None:
        for view in VIEWS:
            page, self.told.lists[view] = self._gather(f"/?view={view}")
            self.told.counts |= {name: int(re.sub(r"\D", "", label)) for name, label in _TAB.findall(page)}
        for state in ("", "closed"):
            self.told.lists[f"all {state}"] = self._gather(f"/?view=all&state={state}")[1]
        for kind in KINDS:
            self.told.lists[kind] = self._gather(f"/?view=all&state=&kind={kind}")[1]

    def _gather(self, path: str) -> tuple[str, set[UUID]]:
        """The first page, and the cases of all pages of a list; none of them twice."""
        first, found = "", set()
        query: str | None = path
        while query:
            page = self.pages.get(query if query.startswith("/") else f"/{query}").content.decode()
            first, here = first or page, _ids(page)
            assert not here & found
            found |= here
            following = _NEXT.search(page)
            query = unescape(following[1]) if following else None
        return first, found

    def _called(self, scope: str) -> Iterator[UUID]:
        cursor = ""
        while cursor is not None:
            answer = self.calls.get(
                f"/api/v1/cases?scope={scope}&limit={9 if scope == 'all' else 50}{f'&cursor={cursor}' if cursor else ''}"
            ).json()
            yield from (UUID(row["id"]) for row in answer["results"])
            cursor = answer["next"]

    def _one(self, case: Case, way: int) -> None:
        """One case is asked for by its page, by a call, or by its number, in turn."""
        if way == 0:
            self.told.opened[case.pk] = self.pages.get(f"/cases/{case.pk}/").status_code
        elif way == 1:
            self.told.opened[case.pk] = self.calls.get(f"/api/v1/cases/{case.pk}").status_code
        else:
            self.told.found[case.number] = self._searched(case.number)

    def _searched(self, text: str) -> set[UUID]:
        """What the search finds: the page for those who have it, which opens the only case of a number; else the call."""
        if self.told.user.role in CASE_ROLES and self.turn % 2:
            answer = self.pages.post("/search/", {"q": text})
            return _ids(answer.get("Location", "") or answer.content.decode())
        answer = self.calls.post(
            "/api/v1/cases/search", json.dumps({"q": text}), content_type="application/json"
        ).json()
        return {UUID(row["id"]) for row in answer["results"]}

    def _board(self) -> None:
        page = self.pages.get("/board/").content.decode()
        for address, value in (*_TILE.findall(page), *_CELL.findall(page)):
            self.told.figures[unescape(address)] = (int(value), list(self._rows(unescape(address))))

    def _rows(self, address: str) -> Iterator[str]:
        """The case numbers of all rows behind one figure, over its pages."""
        query: str | None = address
        while query:
            page = self.pages.get(query if query.startswith("/") else f"{address.partition('?')[0]}{query}")
            body = page.content.decode().partition("<main")[2]
            yield from (found[1] for row in body.split("<tr")[1:] if (found := _NUMBER.search(row)))
            following = _NEXT.search(body)
            query = unescape(following[1]) if following else None


def _ids(page: str) -> set[UUID]:
    main = page[page.index("<main") :] if "<main" in page else page
    return {UUID(one) for one in _CASE.findall(main)}


def test_the_town_holds_what_could_be_told_apart(town: Town) -> None:
    """Cases that are closed, handed over, unassigned, blocked and protected; and a difference between people."""
    assert len(town.cases) >= 40
    assert len({case.unit_id for case in town.cases}) >= 3
    assert {case.is_open for case in town.cases} == {True, False}
    assert {case.assignee_id is None for case in town.cases} == {True, False}
    assert {case.child.protected_identity for case in town.cases} == {"none", "protected_registration"}
    assert len(town.blocks) >= 15
    seen = {told.user.username: len(told.all) for told in town.told}
    assert all(seen[name] for name in ("karin.ek", "sara.lindh", "lina.dahl", "jonas.falk", "jour.vakt", "per.holm")), (
        seen
    )
    assert len(set(seen.values())) >= 6, seen
    assert max(seen.values()) < len(town.cases)


def test_pages_and_calls_list_the_same_cases(town: Town) -> None:
    for told in _workers(town):
        pages, calls = told.lists, told.calls
        assert pages["all "] == calls["all"], told.user
        assert pages["all"] == calls["all&state=open"], told.user
        assert pages["all closed"] == calls["all&state=closed"], told.user
        assert pages["overdue"] == calls["all&state=open&overdue=true"], told.user
        assert pages["mine"] == calls["mine"], told.user
        assert pages["unassigned"] == calls["unassigned"], told.user
    for told in town.told:
        if told.user.role == Role.LIAISON:
            assert told.lists["own"] == told.all, told.user


def test_the_filters_divide_the_list_and_lose_nothing(town: Town) -> None:
    for told in _workers(town):
        assert told.lists["all"] | told.lists["all closed"] == told.all, told.user
        assert not told.lists["all"] & told.lists["all closed"], told.user
        kinds = [told.lists[kind] for kind in KINDS]
        assert set.union(*kinds) == told.all, told.user
        assert sum(map(len, kinds)) == len(told.all), told.user
        for view in VIEWS:
            assert told.lists[view] <= told.lists["all"], (told.user, view)


def test_each_count_is_the_number_of_the_rows_it_stands_for(town: Town) -> None:
    for told in _workers(town):
        assert told.counts == {view: len(told.lists[view]) for view in VIEWS}, told.user


def test_what_is_listed_opens_and_nothing_else_does(town: Town) -> None:
    for told in town.told:
        assert {case for case, status in told.opened.items() if status == 200} == told.all & told.opened.keys(), (
            told.user
        )
        assert set(told.opened.values()) <= {200, 404}, told.user


def test_a_search_finds_what_is_listed_and_nothing_else(town: Town) -> None:
    numbers = {case.number: case.pk for case in town.cases}
    children = {case.pk: case.child for case in town.cases}
    for told in town.told:
        for text, found in told.found.items():
            if text in numbers:
                assert found == {numbers[text]} & told.all, (told.user, text)
            else:
                # A protected identity is found by a number alone, but by the liaison who sent the name: it may not tell.
                sent = {case.pk for case in town.cases if case.report.registered_by_id == told.user.pk}
                own = sent if told.user.role == Role.LIAISON else set()
                open_ones = {
                    pk: child for pk, child in children.items() if child.protected_identity == "none" or pk in own
                }
                meant = {pk for pk, child in open_ones.items() if _begins(child, text)}
                assert found == meant & told.all, (told.user, text)


def test_each_figure_of_the_board_is_the_number_of_the_rows_it_leads_to(town: Town) -> None:
    numbers = {case.number: case.pk for case in town.cases}
    boards = [told for told in town.told if told.figures]
    assert {told.user.role for told in boards} == {Role.SUPERVISOR, Role.HEAD}
    for told in boards:
        assert len(told.figures) > 6, told.user
        assert any(value for value, _rows in told.figures.values()), told.user
        for address, (value, rows) in told.figures.items():
            assert value == len(rows), (told.user, address)
            if told.user.role == Role.SUPERVISOR:
                assert {numbers[row] for row in rows} <= told.all, (told.user, address)


def test_the_board_and_the_worklist_agree_on_what_waits(town: Town) -> None:
    numbers = {case.number: case.pk for case in town.cases}
    for told in town.told:
        if told.user.role == Role.SUPERVISOR:
            rows = {address.split("/")[2]: shown for address, (_value, shown) in told.figures.items()}
            assert {numbers[row] for row in rows["unassigned"]} == _led(town, told, told.lists["unassigned"]), told.user
            assert {numbers[row] for row in rows["overdue"]} == _led(town, told, told.lists["overdue"]), told.user


def test_a_block_hides_the_case_in_every_one_of_them(town: Town) -> None:
    for told in town.told:
        hidden = {case.pk for case in town.cases if (told.user.pk, case.child_id) in town.blocks}
        assert not hidden & told.all, told.user
        rows = {row for _value, shown in told.figures.values() for row in shown}
        assert not rows & {case.number for case in town.cases if case.pk in hidden}, told.user


def _workers(town: Town) -> list[Told]:
    found = [told for told in town.told if told.user.role in CASE_ROLES]
    assert len(found) >= 6
    return found


def _led(town: Town, told: Told, cases: set[UUID]) -> set[UUID]:
    """Those of the units that the board is about: a case that was granted stands in the list alone."""
    units = {told.user.unit_id, *units_led_by(told.user)}
    return {case.pk for case in town.cases if case.pk in cases and case.unit_id in units}


def _begins(child: Any, text: str) -> bool:
    key = text.casefold()
    return child.given_name.casefold().startswith(key) or child.family_name.casefold().startswith(key)
