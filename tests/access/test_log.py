"""Whoever reads a case stands in the access log, once for each answer; so does whoever is refused; or nobody reads anything."""

import json
from http import HTTPStatus

import pytest
from django.db import connection, transaction
from django.test import Client

from riskzon.doors import look
from riskzon.models import AuditAction, AuditEntry
from tests.access.actors import Says
from tests.access.bodies import call_body, page_body
from tests.access.routes import ROUTES
from tests.access.test_walk import EACH, Walked
from tests.access.walker import READINGS, Cell, digest, fill
from tests.access.world import FAMILY, MISSING, OWN_REPORT, OWN_UNIT, SAME_CHILD, Target, World
from tests.api.caller import Caller
from tests.factories import person

#: No page at all, drafts of whoever has typed nothing, a sign-on that is not there: nobody was kept from anything.
_ABOUT_NOTHING = frozenset(
    {
        "api/v1/",
        "drafts/",
        "drafts/discard/",
        "roster/feed/<str:token>.ics",
        "login/municipal/",
        "login/municipal/done/",
    }
)
#: Answers without a row: they show nothing of a child, nor of somebody else but when colleagues are at work.
_NOTHING_OF_ANYBODY = frozenset(
    {
        # The same words for everybody: texts, rules, who may what by role, the holidays of a year, the demo's clock.
        *("GET accessibility", "GET api/v1/", "GET api/v1/docs", "GET api/v1/openapi.json", "GET api/v1/health"),
        *("GET who-may/", "GET rules/", "GET rules/calendar/", "GET rules/calendar/<int:year>/"),
        *("GET api/v1/demo/clock", "POST api/v1/demo/clock"),
        # Forms with nothing in them yet; their answers are changes or questions of their own.
        *("GET search/", "GET reports/known/", "GET emergency/", "GET reports/new/", "GET reports/new/<slug:slug>/"),
        *("GET accounts/new/", "GET ladders/<slug:kind>/new/", "GET rules/<slug:kind>/new/"),
        "GET rules/<slug:kind>/<slug:report_kind>/new/",
        # What was typed is shown once more before it is sent.
        *("POST reports/new/<slug:slug>/", "POST ladders/<slug:kind>/new/", "POST rules/<slug:kind>/new/"),
        "POST rules/<slug:kind>/<slug:report_kind>/new/",
        # The own account and session, an inbox without a letter about a case, how many of the own list are new.
        *("GET account/", "GET account/password/", "GET account/phone/", "POST stay/"),
        *("GET inbox/", "GET inbox/phone/", "GET worklist/status/"),
        # Who of the colleagues is at work when.
        *("GET roster/", "GET roster/extra/new/", "GET roster/feed/", "GET roster/import/", "GET roster/patterns/"),
        *("GET roster/patterns/new/", "GET api/v1/roster", "GET absence/", "GET api/v1/absences"),
        # Exists in the demo alone.
        "GET mailbox/",
    }
)
#: Refused before anybody asks which case it is about, or without a person to name.
_UNNAMED = frozenset({"anonymous", "deactivated"})


@pytest.mark.parametrize("name", EACH)
def test_every_case_that_is_shown_has_one_row_for_this_reading(name: str, walked: Walked) -> None:
    wrong = [
        f"{cell} {situation}: {rows}"
        for cell in walked(name)
        for situation in cell.shown - _named_beside(cell)
        if not _is_logged(cell, rows := _rows(cell, cell.world.targets[situation]))
    ]
    assert wrong == []


@pytest.mark.parametrize("name", [one for one in EACH if one.values[0] not in _UNNAMED])
def test_every_refusal_has_one_row_in_the_case_it_was_about(name: str, walked: Walked) -> None:
    wrong = []
    for cell in walked(name):
        if not cell.says & (Says.HIDDEN | Says.NO) or cell.pattern in _ABOUT_NOTHING:
            continue
        target = cell.world.targets[cell.situation]
        denied = [about for action, about in cell.log if action == AuditAction.DENIED]
        if not denied and _rows(cell, target) == [AuditAction.OPEN]:
            # The case was opened, and what the address names is not in it: the row of the reading stands.
            continue
        is_about_case = "case_id" in cell.pattern and cell.situation != MISSING
        if len(denied) != 1 or (is_about_case and denied[0] not in ({target.case}, set())):
            wrong.append(f"{cell}: {cell.log}")
    assert wrong == []


@pytest.mark.parametrize("name", [one for one in EACH if one.values[0] == "deactivated"])
def test_every_call_with_the_key_of_somebody_who_has_left_is_a_denial(name: str, walked: Walked) -> None:
    wrong = [
        f"{cell}: {cell.log}"
        for cell in walked(name)
        if cell.pattern.startswith("api/") and cell.says == Says.KEY and cell.log != [(AuditAction.DENIED, set())]
    ]
    assert wrong == []


@pytest.mark.parametrize("name", [one for one in EACH if one.values[0] not in _UNNAMED])
def test_every_answer_has_a_row_but_for_those_that_are_named(name: str, walked: Walked) -> None:
    bare = {
        f"{cell.method} {cell.pattern}"
        for cell in walked(name)
        if cell.status in (HTTPStatus.OK, HTTPStatus.CREATED)
        and cell.method not in ("HEAD", "OPTIONS")
        and not cell.log
    }
    assert bare - _NOTHING_OF_ANYBODY == set()


@pytest.mark.parametrize("username", ["sara.lindh", "per.holm"])
def test_nobody_reads_what_cannot_be_logged(username: str, world: World) -> None:
    """The row is written in the transaction that reads: without it there is no answer, not even that there is none."""
    browser, caller, target = _browser(username), _caller(username), world.targets[OWN_REPORT]
    _break_the_log()
    for pattern, route in ROUTES.items():
        if "GET" not in route.rules or route.stranger == Says.OK:
            continue
        path = "/" + fill(pattern, target, route.variants[0]) + route.queries[0]
        with transaction.atomic():
            answer = (caller if pattern.startswith("api/") else browser).get(path)
        if route.about == "case":
            assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR, path
        said = answer.content.decode().replace(path, "")
        assert {word for _name, other in world.everything() for word in other.words if word in said} == set(), path


@pytest.mark.parametrize("is_call", [False, True])
def test_nobody_changes_what_cannot_be_logged(is_call: bool, world: World) -> None:
    visitor, target = (_caller if is_call else _browser)("sara.lindh"), world.targets[OWN_UNIT]
    _break_the_log("change")
    before, answers = digest(), []
    for pattern, route in ROUTES.items():
        if route.about != "case" or pattern.startswith("api/") != is_call:
            continue
        for method in route.rules.keys() - {"GET", "HEAD"}:
            path = "/" + fill(pattern, target, route.variants[0])
            with transaction.atomic():
                if is_call:
                    body = json.dumps(call_body(route.sends, target, OWN_UNIT))
                    answers.append(visitor.generic(method, path, body, "application/json").status_code)
                else:
                    answers.append(visitor.post(path, page_body(route.sends, target, OWN_UNIT)).status_code)
    assert answers.count(HTTPStatus.INTERNAL_SERVER_ERROR) > 9
    assert digest() == before


def test_a_reading_that_comes_to_nothing_leaves_no_row_of_a_reading(world: World) -> None:
    """The row and the reading are one transaction: what is undone was not read."""
    karin, case, last = person("karin.ek"), world.targets[OWN_UNIT].case, _last_row()

    def read(*, whole: bool) -> None:
        with look(karin, "test") as door:
            door.case(case)
            if not whole:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        read(whole=False)
    assert _last_row() == last
    read(whole=True)
    assert AuditEntry.objects.filter(pk__gt=last).values_list("actor", "case", "action").get() == (
        karin.pk,
        case,
        AuditAction.OPEN,
    )


def _break_the_log(action: str = "") -> None:
    """From now on no row of this action, or none at all, can be written."""
    when = f"WHEN (NEW.action = '{action}')" if action else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION is_full() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'the log is full'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER is_full BEFORE INSERT ON riskzon_auditentry FOR EACH ROW {when} EXECUTE FUNCTION is_full()"
        )


def _browser(username: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person(username))
    return client


def _caller(username: str) -> Client:
    client = Caller(username).client
    client.raise_request_exception = False
    return client


def _last_row() -> int:
    return AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _named_beside(cell: Cell) -> set[str]:
    """Cases that an opened case names: the child's other reports and siblings, by number. Their own words are not there.

    This short account of the child is a part of the opened case, and its row is the row for it.
    """
    opened = {situation for situation, target in cell.world.everything() if READINGS & set(_rows(cell, target))}
    return {
        beside
        for beside in cell.shown - opened
        if opened & {SAME_CHILD.get(beside), *(FAMILY if beside in FAMILY else ())}
        and not cell.words[beside] & cell.world.targets[beside].ours
    }


def _rows(cell: Cell, target: Target) -> list[str]:
    return [action for action, about in cell.log if target.case in about]


def _is_logged(cell: Cell, rows: list[str]) -> bool:
    readings = [action for action in rows if action in READINGS]
    if cell.method in ("GET", "HEAD"):
        return len(readings) == 1
    if cell.status == HTTPStatus.CONFLICT:
        # Read to fill in the form, and again to show what somebody else had done meanwhile.
        return 1 <= len(readings) <= 2
    return len(readings) == 1 or AuditAction.CHANGE in rows
