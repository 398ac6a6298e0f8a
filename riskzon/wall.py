"""What lets the database through, whatever the application asks for? The second wall: row-level security for every page.

A reading door (`riskzon.doors.look`) takes a role that sees only what the policy shows the door's user, by the policies of
migration 0019; `riskzon.access` says the same in its own words, and a test holds the two equal. Only what is named here
is read past it, each for its reason. Changes are made with the login's own rights, after `can`.

The role belongs to one database, so that several of one server never meet. The login of DATABASE_URL makes it at each
`migrate`, or an administrator has: `CREATE ROLE name NOLOGIN; GRANT name TO login`. Without it no page is shown.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from psycopg import sql

from riskzon.access import shift_of
from riskzon.models import Child, Role, User

#: Pages that are about what their reader may not open: (for whom, why). None: for everybody who has the page.
BEYOND: Mapping[str, tuple[frozenset[str] | None, str]] = {
    "accounting": (None, "Every report of the register is accounted for; numbers and no child."),
    "statistics": (None, "Figures of all units; small ones hidden."),
    "known": (None, "Whether a child is known is asked of the whole register; the answer is heads of reports."),
    "colleagues_reports": (None, "What a liaison may take over is not the liaison's yet; number, kind, time and colleague."),
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

#: Tables that tell something of a child, each with a policy.
WALLED = frozenset(
    {
        *("riskzon_case", "riskzon_casegrant", "riskzon_casegroupgrant", "riskzon_child", "riskzon_guardianship"),
        *("riskzon_guardian", "riskzon_report", "riskzon_adultnote", "riskzon_supplement", "riskzon_timecorrection"),
        *("riskzon_contact", "riskzon_writtenoff", "riskzon_assessment", "riskzon_note", "riskzon_endproposal"),
        *("riskzon_auditentry", "riskzon_hold", "riskzon_investigation", "riskzon_investigationentry"),
        *("riskzon_extensionanswer", "workflows_deadline", "workflows_deadlineevent", "workflows_breach"),
        *("workflows_breachnote", "workflows_caseprocess", "workflows_casetask", "workflows_todo"),
    }
)
#: Tables that tell nothing of a child, and are read whole: who works where, when, by which rules.
OPEN = frozenset(
    {
        *("auth_group", "auth_permission", "django_content_type", "riskzon_user", "riskzon_user_groups", "riskzon_unit"),
        *("riskzon_absence", "riskzon_caseblock", "riskzon_productclock", "riskzon_reportseries", "riskzon_canary"),
        *("workflows_deadlinerule", "workflows_rung", "workflows_rulechange", "workflows_heartbeat"),
        # Of the closed catalogue: a message names nobody.
        *("notifications_message", "notifications_delivery", "notifications_dutypattern", "notifications_dutyabsence"),
        *("notifications_dutyextra", "notifications_dutyoffer"),
        "workflows_casetask_previous",  # which step came after which: keys alone
    }
)
#: What a page never reads behind its door: secrets, what is being typed, what was sent, and the seals.
SHUT = frozenset(
    {
        *("auth_group_permissions", "riskzon_user_user_permissions", "guardian_groupobjectpermission"),
        *("guardian_userobjectpermission", "viewflow_process", "viewflow_task", "viewflow_task_previous"),
        *("django_migrations", "django_session", "riskzon_apitoken", "riskzon_loginattempt", "riskzon_draft"),
        *("riskzon_idempotencykey", "riskzon_auditseal", "riskzon_audithead"),
        *("notifications_storedmail", "notifications_storedsms", "notifications_dutyfeed"),
    }
)
#: Questions across the wall whose answers hold no content of a case, asked in one statement each.
ASKED_ACROSS = (
    "riskzon_wall_cases_of(uuid[])",
    "riskzon_wall_reports_about(uuid[])",
    "riskzon_wall_siblings(uuid[], uuid)",
    "riskzon_wall_numbers(uuid[])",
)


class WallError(Exception):
    """The wall does not stand; the message says why, and what to do."""


@dataclass(frozen=True)
class _Raised:
    """For whom the wall of this connection stands, as the settings of its transaction say it."""

    user: str
    now: str
    shift: str


def role_name(database: str) -> str:
    """The role of the pages of one database of a server."""
    return f"riskzon_read_{sha256(database.encode()).hexdigest()[:12]}"


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
        [str(user.pk), _role()],
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
    found = _rows("SELECT id, report_id FROM riskzon_wall_cases_of(%s::uuid[])", list(reports))
    return {case_id: report_id for case_id, report_id in found}


def reports_about(children: Iterable[UUID]) -> list[tuple[UUID, UUID, tuple[str, str, datetime, str]]]:
    """The head of every report about these children, in whichever unit, the newest first; none registered in error.

    Case, child, and number, kind, time of notice and disposition.
    """
    found = _rows("SELECT * FROM riskzon_wall_reports_about(%s::uuid[])", list(children))
    return [(case_id, child_id, (*head[:2], head[2].astimezone(UTC), head[3])) for case_id, child_id, *head in found]


def siblings(guardians: Iterable[UUID], user: User) -> list[tuple[UUID, Child]]:
    """Each of these guardians with each child, but for those from whom `user` is blocked; by birth date.

    Of the child no more than the name, the birth date or age and the protection, whether the user may open its case or not.
    """
    asked = list(guardians)
    if not asked:
        return []
    found = _rows("SELECT * FROM riskzon_wall_siblings(%s::uuid[], %s::uuid)", asked, user.pk)
    return [
        (
            guardian_id,
            Child.from_db(
                None,
                ["id", "given_name", "family_name", "birth_date", "approximate_age", "protected_identity"],
                [*of_child],
            ),
        )
        for guardian_id, *of_child in found
    ]


def numbers(cases: Iterable[UUID]) -> dict[UUID, str]:
    """The number of each of these cases, seen or not: what another case points to has a name to ask for."""
    asked = list(cases)
    return dict(_rows("SELECT id, number FROM riskzon_wall_numbers(%s::uuid[])", asked)) if asked else {}


def raise_wall() -> None:
    """Make the role and give it what it may read, neither more nor less; then see that it holds. Safe to repeat."""
    with transaction.atomic(), connection.cursor() as cursor:
        name, me = _role(), _ask("SELECT current_user")
        role = sql.Identifier(name)
        # Two that migrate at once wait for each other, and the second finds everything done.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        if not is_role_there():
            try:
                with transaction.atomic():
                    cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))
            except DatabaseError as error:
                raise WallError(
                    f"This login may not make the role of the pages. As an administrator: "
                    f'CREATE ROLE {name} NOLOGIN; GRANT {name} TO "{me}";'
                ) from error
        # A login that has made a role may not become it by that alone since PostgreSQL 16.
        if not _may_become(name):
            cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))
        cursor.execute(sql.SQL("; ").join(_grants(role)))
    if holes := list(find_holes()):
        raise WallError("The wall has holes: " + "; ".join(holes))


def is_built() -> bool:
    """Whether the migrations of the wall have run, the last of them too."""
    return bool(
        _ask("SELECT EXISTS (SELECT 1 FROM pg_policies WHERE tablename = 'workflows_todo' AND policyname = 'wall')")
    )


def is_role_there() -> bool:
    """Whether the role of the pages exists; `manage.py migrate` makes it."""
    return bool(_ask("SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s)", _role()))


def find_holes() -> Iterator[str]:
    """What would let a page read more than its person may, in plain words; nothing where the wall holds."""
    name = _role()
    rights = _rows(
        "SELECT rolsuper OR rolbypassrls OR pg_has_role(rolname, (SELECT relowner FROM pg_class"
        " WHERE oid = 'riskzon_case'::regclass), 'MEMBER') FROM pg_roles WHERE rolname = %s",
        name,
    )
    if not rights:
        yield f"the role {name} is missing"
        return
    if rights[0][0]:
        yield f"the role {name} is not held by policies"
    for table, secured, policies, may_read, may_write in _rows(
        """
        SELECT c.relname, c.relrowsecurity, (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'wall'),
               has_table_privilege(%s, c.oid, 'SELECT'),
               has_table_privilege(%s, c.oid, 'UPDATE, DELETE, TRUNCATE')
               OR (has_table_privilege(%s, c.oid, 'INSERT') AND c.relname <> 'riskzon_auditentry')
          FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace ORDER BY 1
        """,
        name,
        name,
        name,
    ):
        if may_write:
            yield f"{table} can be written by a page that only reads"
        if table in WALLED:
            if not (secured and policies == 1):
                yield f"{table} has no policy"
        elif may_read and table not in OPEN:
            yield f"{table} can be read"


def _grants(role: sql.Identifier) -> Iterator[sql.Composable]:
    schema = sql.Identifier(_ask("SELECT current_schema()"))
    # What an older version could read and this one need not is taken back.
    yield sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM {}").format(schema, role)
    yield sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, role)
    there = {row[0] for row in _rows("SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace")}
    read = sql.SQL(", ").join(map(sql.Identifier, sorted((WALLED | OPEN) & there)))
    yield sql.SQL("GRANT SELECT ON {} TO {}").format(read, role)
    yield sql.SQL("GRANT INSERT ON riskzon_auditentry TO {}").format(role)
    for question in ASKED_ACROSS:
        yield sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(sql.SQL(question), role)


def _may_become(name: str) -> bool:
    try:
        with transaction.atomic():
            _ask("SELECT set_config('role', %s, true)", name)
            _ask("SELECT set_config('role', 'none', true)")
    except DatabaseError:
        return False
    return True


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
    _ask("SELECT set_config('riskzon.shift', %s, true)", told)
    return told


def _standing() -> "_Raised | None":
    found: _Raised | None = getattr(connection, "riskzon_wall", None)
    return found


def _set(to: "_Raised | None") -> None:
    _ask(
        "SELECT set_config('role', %s, true), set_config('riskzon.user', %s, true),"
        " set_config('riskzon.now', %s, true), set_config('riskzon.shift', %s, true)",
        *((_role(), to.user, to.now, to.shift) if to else ("none", "", "", "")),
    )


def _enter(statement: str, values: list[str]) -> tuple[str, datetime]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        text, *_settings, is_held = cursor.fetchone()
    if not is_held:
        # Asked as the role that was just taken: a superuser, the owner and a table without policies are held by none.
        raise WallError("No policy holds this page: the wall of the database is down.")
    return text, datetime.fromisoformat(text).astimezone(UTC)  # noqa: TID251 - the database's, read as text


def _role() -> str:
    return role_name(connection.settings_dict["NAME"])


def _ask(question: str, *values: object) -> Any:
    return _rows(question, *values)[0][0]


def _rows(question: str, *values: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return list(cursor.fetchall())
