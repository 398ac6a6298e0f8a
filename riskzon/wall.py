"""What lets the database through, whatever the application asks for? The second wall: row-level security for every page.

A reading door (`riskzon.doors.look`) takes a role that sees only what the policy shows the door's user, by the policies of
migration 0019; `riskzon.access` says the same in its own words, and a test holds the two equal. Only what is named here
is read past it, each for its reason. Changes are made in a role of their own (`riskzon.narrow`), after `can`.
The role itself is in `riskzon.wall_role`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import DatabaseError, connection

from riskzon import narrow
from riskzon.access import shift_of
from riskzon.models import Child, Role, User
from riskzon.wall_role import WallError, ask, own_role, rows

#: Pages that are about what their reader may not open: (for whom, why). None: for everybody who has the page.
BEYOND: Mapping[str, tuple[frozenset[str] | None, str]] = {
    "accounting": (None, "Every report of the register is accounted for; numbers and no child."),
    "statistics": (None, "Figures of all units; small ones hidden."),
    "known": (None, "Whether a child is known is asked of the whole register; the answer is heads of reports."),
    "colleagues_reports": (
        None,
        "What a liaison may take over is not the liaison's yet; number, kind, time and colleague.",
    ),
    **dict.fromkeys(
        ("emergency", "emergency_access", "api.emergency_access"),
        (None, "Whoever asks in an emergency, vouches or reviews has not the case: its number and the reason."),
    ),
    **{
        what: (frozenset({Role.LIAISON}), "What was disclosed to a liaison is read without the case that it is about.")
        for what in ("disclosures", "received_disclosures")
    },
    **dict.fromkeys(
        ("log_reviews", "log_review"), (None, "Who looks through the log has no case: rows of the log alone.")
    ),
    "inbox": (None, "A message keeps the number of a case that its reader has lost; it names nobody."),
    **{
        what: (frozenset({Role.HEAD}), "The head of department oversees all units: figures, numbers and limits.")
        for what in (
            *("board", "board_in_time", "since", "breaches", "breach", "waiting"),
            *("api.breaches", "api.waiting"),
        )
    },
}
#: Each figure of the board is a page of its own.
_FIGURES = "board_"


@dataclass(frozen=True)
class _Raised:
    """For whom the wall of this connection stands, as the settings of its transaction say it."""

    user: str
    now: str
    shift: str


def is_beyond(user: User, what: str) -> bool:
    """Whether this page, for this person, is read past the wall."""
    if what.startswith(_FIGURES):
        what = "board"
    roles, _why = BEYOND.get(what, (frozenset(), ""))
    return roles is None or user.role in roles


@contextmanager
def behind(user: User, what: str) -> Iterator[datetime]:
    """In the transaction that is open: read as `user` may, until its end; yields the product's `now`.

    In the one statement that asks the clock; one more for Socialjouren, whose hours are told. Inside another transaction
    what held there holds again afterwards.
    """
    if is_beyond(user, what):
        with beyond():
            yield _enter("SELECT riskzon_now()::text, true", [])[1]
        return
    before = _standing()
    text, now = _enter(
        """
        SELECT riskzon_now()::text, set_config('riskzon.user', %s, true), set_config('riskzon.shift', '', true),
               set_config('riskzon.now', riskzon_now()::text, true), set_config('role', %s, true),
               row_security_active('riskzon_case') AND row_security_active('riskzon_child')
        """,
        [str(user.pk), own_role()],
    )
    shift = _tell_hours(user, now)
    connection.riskzon_wall = _Raised(str(user.pk), text, shift)
    try:
        yield now
        if connection.savepoint_ids and not connection.needs_rollback:
            _set(before)
    finally:
        # An exception undoes the transaction, and with it the role.
        connection.riskzon_wall = before


@contextmanager
def beyond() -> Iterator[None]:
    """Past the wall, where one stands; costs nothing where none does. For what `BEYOND` names, and for every change."""
    before = _standing()
    if before is None:
        yield
        return
    _set(None)
    connection.riskzon_wall = None
    try:
        yield
    finally:
        connection.riskzon_wall = before
        if not connection.needs_rollback:
            try:
                _set(before)
            except DatabaseError:
                # What was read past the wall failed: the transaction is lost, and its end takes the role along.
                connection.needs_rollback = True


def cases_of(reports: Iterable[UUID]) -> dict[UUID, UUID]:
    """Every case of these reports, seen or not, with its report: so that none is missed where all are asked for."""
    return dict(rows("SELECT id, report_id FROM riskzon_wall_cases_of(%s::uuid[])", list(reports)))


def reports_about(children: Iterable[UUID]) -> list[tuple[UUID, UUID, tuple[str, str, datetime, str]]]:
    """The head of every report about these children, in whichever unit, the newest first; none registered in error.

    Case, child, and number, kind, time of notice and disposition.
    """
    found = rows("SELECT * FROM riskzon_wall_reports_about(%s::uuid[])", list(children))
    return [(case_id, child_id, (*head[:2], head[2].astimezone(UTC), head[3])) for case_id, child_id, *head in found]


def siblings(guardians: Iterable[UUID], user: User) -> list[tuple[UUID, Child]]:
    """Each of these guardians with each child, but for those from whom `user` is blocked; by birth date.

    Of the child no more than the name, the birth date or age and the protection, whether the user may open its case or not.
    """
    asked = list(guardians)
    if not asked:
        return []
    found = rows("SELECT * FROM riskzon_wall_siblings(%s::uuid[], %s::uuid)", asked, user.pk)
    return [
        (
            guardian_id,
            # Django takes the values in the order of the table's columns, whatever the order of the names.
            Child.from_db(
                None,
                ["id", "birth_date", "approximate_age", "given_name", "family_name", "protected_identity"],
                [child_id, born, age, given, family, protected],
            ),
        )
        for guardian_id, child_id, given, family, born, age, protected in found
    ]


def numbers(cases: Iterable[UUID]) -> dict[UUID, str]:
    """The number of each of these cases, seen or not: what another case points to has a name to ask for."""
    asked = list(cases)
    return dict(rows("SELECT id, number FROM riskzon_wall_numbers(%s::uuid[])", asked)) if asked else {}


def held_back(cases: Iterable[UUID]) -> tuple[set[UUID], set[UUID]]:
    """Those of these cases in which contact with a guardian is held back, and those in which the child may be the wrong one.

    That it is so, for whoever follows a case; why, in whose favour and who said so stays behind the wall.
    """
    asked = list(cases)
    found = rows("SELECT * FROM riskzon_wall_held_back(%s::uuid[])", asked) if asked else []
    return {one for one, is_held, _ in found if is_held}, {one for one, _, is_doubted in found if is_doubted}


def _tell_hours(user: User, now: datetime) -> str:
    """The hours are worked out by `riskzon.hours` alone: the policy believes them, for Socialjouren and nobody else."""
    if user.role != Role.DUTY:
        return ""
    shift = shift_of(user, now)
    told = json.dumps(
        [
            {"unit": str(unit), "since": moment.isoformat(), "is_open": is_open}
            for units, is_open in ((shift.closed, False), (shift.opened, True))
            for unit, moment in units.items()
        ]
    )
    ask("SELECT set_config('riskzon.shift', %s, true)", told)
    return told


def _standing() -> "_Raised | None":
    found: _Raised | None = getattr(connection, "riskzon_wall", None)
    return found


def _set(to: "_Raised | None") -> None:
    ask(
        "SELECT set_config('role', %s, true), set_config('riskzon.user', %s, true),"
        " set_config('riskzon.now', %s, true), set_config('riskzon.shift', %s, true)",
        *((own_role(), to.user, to.now, to.shift) if to else (narrow.standing(), "", "", "")),
    )


def _enter(statement: str, values: list[str]) -> tuple[str, datetime]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        text, *_settings, is_held = cursor.fetchone()
    if not is_held:
        # Asked as the role that was just taken: a superuser, the owner and a table without policies are held by none.
        raise WallError("No policy holds this page: the wall of the database is down.")
    return text, datetime.fromisoformat(text).astimezone(UTC)
