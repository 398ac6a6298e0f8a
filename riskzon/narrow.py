"""In which role does what changes, sweeps or sends speak to the database? One with the rights of its part and no more.

The roles and what each may do stand in `riskzon.narrow_roles`. Nothing waits for them: where one is missing or lacks a
right the act is done all the same, with the login's own rights, and that is said in the log and by `all_rights`.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from hashlib import sha256
from typing import Any, TypeVar

import structlog
from django.db import DatabaseError, connection, transaction
from psycopg.errors import InsufficientPrivilege

log = structlog.get_logger()

Given = TypeVar("Given")

#: After the database has refused a right a process goes on as the login for so long, in seconds, before it tries again;
#: longer than the sweep leaves alone what it could not fire.
REST = 600.0


class Part(StrEnum):
    """Who speaks: a change through the doors, the sweep, the relay, the sealing of the log."""

    CHANGE = "change"
    WORK = "work"
    RELAY = "relay"
    SEAL = "seal"


def role_name(part: Part, database: str) -> str:
    """The role of a part in one database of a server; several databases never meet in one."""
    return f"riskzon_{part}_{sha256(database.encode()).hexdigest()[:12]}"


def own_role(part: Part) -> str:
    """The role of a part in the database that this process speaks to."""
    return role_name(part, connection.settings_dict["NAME"])


#: By part: until when (monotonic) this process leaves its role alone.
_resting: dict[Part, float] = {}


def all_rights() -> list[Part]:
    """The parts whose roles this process does without at the moment."""
    return [part for part, until in _resting.items() if time.monotonic() < until]


def is_refusal(problem: BaseException) -> bool:
    """Whether this is the database saying that the role lacks a right: nothing to be patient with."""
    return isinstance(problem.__cause__, InsufficientPrivilege)


def standing() -> str:
    """The role that holds here beside any page's: of the turn that is going on, else "none", the login itself."""
    return getattr(connection, "riskzon_part", None) or "none"


def turn(part: Part, act: Callable[[], Given]) -> Given:
    """Do `act` in the role of this part; where the database refuses it a right, say so and do it once more as the login.

    `act` must bear to be done twice, and commits by itself. Inside another turn it is a piece of that one.
    """
    if standing() != "none" or not _enter(part):
        return act()
    refused = _Refused()
    try:
        with connection.execute_wrapper(refused):
            given = act()
    except DatabaseError:
        if not refused.is_so:
            raise
    finally:
        _leave()
    if not refused.is_so:
        return given
    _rest(part, "refused")
    return act()


@contextmanager
def changing(entered: bool) -> Iterator[None]:
    """In a transaction: what holds while a change that has taken its role runs, and afterwards.

    `entered`: what `TAKE` answered in this transaction. The transaction's end takes the role along; inside another one
    what held there holds again.
    """
    if not entered:
        # Nothing that somebody reports may be lost because a role is.
        _say(Part.CHANGE, "missing")
    before = standing()
    connection.riskzon_part = own_role(Part.CHANGE) if entered else before
    try:
        yield
        if entered and connection.savepoint_ids and not connection.needs_rollback:
            _set(before)
    finally:
        # An exception undoes the transaction, and with it the role.
        connection.riskzon_part = None if before == "none" else before


#: Takes a role and answers whether it could, as an expression of any statement; its values are given by `taking`.
TAKE = """(SELECT set_config('role', rolname, %s) FROM pg_roles
            WHERE rolname = %s AND pg_has_role(session_user, oid, %s)) IS NOT NULL"""


def taking(part: Part, *, for_transaction: bool) -> list[bool | str]:
    """What `TAKE` asks for: whether the role ends with the transaction, which, and by which right it is taken."""
    # Until PostgreSQL 16 every member of a role could become it.
    return [for_transaction, own_role(part), "SET" if connection.pg_version >= 160000 else "MEMBER"]


class _Refused:
    """Whether the database has refused a right to any statement; an act may have caught it itself."""

    is_so = False

    def __call__(self, execute: Callable[..., Any], *statement: Any) -> Any:
        try:
            return execute(*statement)
        except DatabaseError as problem:
            self.is_so |= is_refusal(problem)
            raise


def _enter(part: Part) -> bool:
    """Take the role until `_leave`; False, and said, where this process is to do without."""
    if part in all_rights():
        return False
    try:
        if connection.in_atomic_block:
            with transaction.atomic():
                entered = _take(part)
        else:
            entered = _take(part)
    except DatabaseError as problem:
        if not is_refusal(problem):
            raise
        entered = False
    if not entered:
        _rest(part, "missing")
        return False
    _resting.pop(part, None)
    connection.riskzon_part = own_role(part)
    return True


def _take(part: Part) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {TAKE}", taking(part, for_transaction=False))
        return bool(cursor.fetchone()[0])


def _leave() -> None:
    connection.riskzon_part = None
    # A transaction that is lost takes along the role that was taken in it; so does a connection.
    if connection.connection is None or connection.connection.closed or connection.needs_rollback:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
    except DatabaseError:
        # Whoever asks next connects anew, as the login.
        if not connection.in_atomic_block:
            connection.close()


def _set(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, true)", [role])


def _rest(part: Part, why: str) -> None:
    _resting[part] = time.monotonic() + REST
    _say(part, why)


def _say(part: Part, why: str) -> None:
    log.error("done_with_all_rights", part=part.value, why=why)
