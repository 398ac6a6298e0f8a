"""How does a test let somebody act in a case, and read what became of it?"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from notifications.models import Message
from riskzon import clock
from riskzon.models import Assessment, Case, Contact, EndProposal, Hold, Report, Role, RoleRequest, Unit
from tests.factories import OLLE, guardian, person
from workflows import deadlines
from workflows.demo.people import INTAKE
from workflows.models import Breach, Deadline, DeadlineEvent, Todo
from workflows.proposed_end import Wanted
from workflows.verbs.assessment import assess
from workflows.verbs.contacts import register_contact
from workflows.verbs.ends import confirm_end, propose_end
from workflows.verbs.holds import decide_hold
from workflows.verbs.roles import make_account

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: The smallest step of the database's clock.
TICK = timedelta(microseconds=1)


def page(client: Client, name: str, *args: Any, query: str = "") -> str:
    """The text of the page with this name, which must be shown."""
    answer = client.get(reverse(name, args=args) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def both_parents() -> list[dict[str, Any]]:
    """Maja and Olle Fiktivsson, both with custody, as a report names them."""
    return [
        guardian(),
        guardian(name="Olle Fiktivsson", identity_number=OLLE, phone="070-174 06 06", relation="father"),
    ]


def parents(case: Case) -> dict[str, UUID]:
    """The ids of the guardians of the case's child by given name."""
    return {adult.name.split()[0]: adult.pk for adult in case.child.guardians.all()}


def move(by: timedelta) -> datetime:
    """Let the standing clock go on, and return its new time."""
    moment = clock.now() + by
    clock.stand_still(moment)
    return moment


def call(case: Case, name: str = "Maja", *, by: str = "karin.ek", outcome: str = "reached", **fields: Any) -> Contact:
    """One telephone call to a guardian, by given name, at this moment unless `at` says otherwise."""
    wanted = {"at": clock.now(), "channel": "phone", **fields}
    return register_contact(person(by), case.pk, guardian=parents(case)[name], outcome=outcome, **wanted)


def protect(case: Case, *, by: str = "karin.ek", outcome: str = "no_immediate_need", **fields: Any) -> Assessment:
    """One protective assessment at this moment."""
    return assess(person(by), case.pk, outcome=outcome, **{"at": clock.now(), **fields})


def hold(case: Case, name: str = "Maja", *, by: str = "sara.lindh", **fields: Any) -> Hold:
    """One decided hold on a guardian, for a day unless `until` says otherwise."""
    wanted = {
        "guardian": parents(case)[name],
        "code": "HOLD_GUARDIAN_SUSPECT",
        "reason": "Samråd med åklagare",
        "until": clock.now() + DAY,
        **fields,
    }
    return decide_hold(person(by), case.pk, **wanted)


def propose(case: Case, disposition: str = "void", *, by: str = "karin.ek", **fields: Any) -> EndProposal:
    """A proposed end: as not identified, or to Ulricehamn, unless `fields` say otherwise."""
    usual: dict[str, Any] = {"reason": "Skälet till avslutet"}
    if disposition == "transferred":
        usual |= {"municipality": "Ulricehamn", "recipient": "Barn och unga, Ulricehamn"}
    elif "void_kind" not in fields:
        usual |= {"void_kind": "not_identified"}
    return propose_end(person(by), case.pk, Wanted(disposition, **{**usual, **fields}))


def confirm(case: Case, *, by: str = "omar.nyman", **fields: Any) -> EndProposal:
    """The second party agrees."""
    return confirm_end(person(by), case.pk, **fields)


def end(case: Case, disposition: str = "void", **fields: Any) -> Case:
    """A proposed and confirmed end, and the case as it then stands."""
    propose(case, disposition, **fields)
    confirm(case)
    return reread(case)


def reread(case: Case) -> Case:
    """The case as it stands in the database."""
    return Case.objects.select_related("report", "child", "unit", "assignee").get(pk=case.pk)


def clock_of(case: Case, kind: str = "guardian_contact") -> Deadline:
    """The current deadline of a kind."""
    return next(row for row in deadlines.current(case) if row.kind == kind)


def state_of(case: Case, kind: str = "guardian_contact") -> str:
    """The state of the current deadline of a kind."""
    return clock_of(case, kind).state


def rungs_of(case: Case, kind: str = "guardian_contact") -> list[str]:
    """Which rungs of the current deadline have fired, in the order of their moments."""
    return list(
        DeadlineEvent.objects.filter(deadline=clock_of(case, kind)).order_by("at", "id").values_list("step", flat=True)
    )


def breaches_of(case: Case, kind: str = "guardian_contact") -> list[Breach]:
    """Every breach of a kind in the case."""
    return list(Breach.objects.filter(case=case, kind=kind).order_by("fired_at"))


def todos_of(case: Case) -> set[str]:
    """What is still to be done beside the steps."""
    return set(
        Todo.objects.filter(case=case, done_at__isnull=True, cancelled_at__isnull=True).values_list("what", flat=True)
    )


def told(kind: str, case: Case | None = None, *, report: Report | None = None) -> set[str]:
    """The user names of everybody who got a message of this kind."""
    found = Message.objects.filter(kind=kind)
    if case is not None:
        found = found.filter(case=case)
    if report is not None:
        found = found.filter(report=report)
    return set(found.values_list("recipient__username", flat=True))


def write(act: Callable[[], Any]) -> Any:
    """Let the act be committed as far as a test can: its deferred rules are asked at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        done = act()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        return done


def update(table: str, assignments: str, where: str = "true") -> int:
    """Change rows by raw SQL, past the application; returns how many."""
    return write(lambda: _execute(" ".join(("UPDATE", table, "SET", assignments, "WHERE", where))))


def delete(table: str) -> int:
    """Remove every row by raw SQL, past the application; returns how many."""
    return write(lambda: _execute(" ".join(("DELETE FROM", table))))


def refuses(act: Callable[[], Any], words: str) -> None:
    """The database itself refuses this act, and says so with these words."""
    with pytest.raises(IntegrityError, match=words):
        write(act)


def _execute(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Let several people act at the same moment, each on a connection of their own; returns results or exceptions."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=10)
            return act()
        except Exception as problem:  # noqa: BLE001 - what one of them met is a result
            return problem
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


NEW_ACCOUNT = {
    "username": "nova.ny",
    "given_name": "Nova",
    "family_name": "Ny",
    "email": "",
    "reason": "Ny på enheten.",
}


def unit(slug: str) -> Unit:
    return Unit.objects.get(slug=slug)


def asked_role(role: Role = Role.SOCIAL_WORKER, slug: str = INTAKE, by: str = "it.admin", **said: str) -> RoleRequest:
    """A new account that waits for its role."""
    return make_account(person(by), **{**NEW_ACCOUNT, **said}, role=role, unit=unit(slug) if slug else None)
