"""What may the auditor read? Columns that say when and in which state, and keys; never a name. It writes its own heartbeat.

The role belongs to one database, so that several of one server never meet. The login of DATABASE_URL makes it, or an
administrator has: `CREATE ROLE name NOLOGIN; GRANT name TO login`. Where neither can be, the audit goes on as the login,
since it must not be lost for that, and says so once for each connection.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256

import psycopg
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

#: Each table of which the auditor's SQL reads something, and of that everything. Only what is listed can be read.
READS: Mapping[str, tuple[str, ...]] = {
    "riskzon_productclock": ("id", "offset", "standing_at"),
    "riskzon_case": (
        *("id", "closed_at", "registered_at", "child_id", "report_id", "unit_id", "assignee_id", "investigation_id"),
        "disposition",
    ),
    # Who has which right on which case, and what each right presupposes: keys and codes.
    "riskzon_casegrant": ("case_id", "user_id", "permission_id", "source", "granted_by_id", "ends_at", "ended_at"),
    "riskzon_casegroupgrant": (
        "case_id",
        "group_id",
        "permission_id",
        "source",
        "granted_by_id",
        "ends_at",
        "ended_at",
    ),
    "riskzon_caseblock": ("user_id", "child_id", "ended_at"),
    "riskzon_emergencyaccess": ("case_id", "user_id", "opened_at", "ends_at"),
    "riskzon_investigation": ("id", "child_id", "case_worker_id", "opened_at", "closed_at"),
    "riskzon_report": ("id", "registered_by_id"),
    "riskzon_user_groups": ("user_id", "group_id"),
    "auth_permission": ("id", "codename"),
    "riskzon_canary": ("id", "made_at", "due_at", "fired_at", "rehearsal"),
    "riskzon_unit": ("id", "supervisor_id", "kind", "weekly_hours", "closed_dates"),
    "riskzon_user": ("id", "unit_id", "role", "is_active", "is_superuser"),
    # Rights that would hold for all cases, or past the policy: that there are none.
    "riskzon_user_user_permissions": ("permission_id",),
    "auth_group_permissions": ("permission_id",),
    "guardian_userobjectpermission": ("permission_id",),
    "guardian_groupobjectpermission": ("permission_id",),
    "riskzon_absence": ("person_id", "cover_id", "starts_at", "ends_at", "ended_at"),
    "riskzon_auditentry": ("id", "at", "transaction"),
    "riskzon_auditseal": (
        *("number", "format", "after_id", "from_transaction", "to_transaction", "rows", "total", "last_id"),
        *("root", "previous", "sealed_at", "hash"),
    ),
    "riskzon_audithead": ("seal_id",),
    "workflows_deadline": ("id", "case_id", "state", "due_at", "settled_at", "next_step_at"),
    "workflows_deadlineevent": ("deadline_id", "step"),
    "workflows_breach": ("id", "deadline_id", "fired_at"),
    # The process alone leads from a step to its case, which a policy asks for.
    "workflows_caseprocess": ("id",),
    "workflows_casetask": ("id", "status"),
    "workflows_heartbeat": ("name", "at", "detail"),
    "notifications_message": ("id", "kind", "key"),
    "notifications_delivery": ("message_id", "state", "created_at"),
    "notifications_dutypattern": (
        *("id", "person_id", "weekday", "starts", "ends", "valid_from", "valid_to", "last_day"),
    ),
    "notifications_dutyabsence": ("pattern_id", "day", "ended_at"),
    "notifications_dutyextra": ("id", "person_id", "day", "starts", "ends", "ended_at"),
    "notifications_dutyoffer": ("pattern_id", "extra_id", "day", "taken_at", "taken_by_id", "added_at"),
}


def role_name(database: str) -> str:
    """The role of one database of a server."""
    return f"riskzon_auditor_{sha256(database.encode()).hexdigest()[:12]}"


def take(raw: psycopg.Connection) -> str:
    """Make the role what it should be and become it until this connection ends; returns "" or why that was not possible.

    Whatever is wrong, the connection can audit afterwards. Raises `psycopg.OperationalError` when it is gone.
    """
    name = role_name(raw.info.dbname)
    role = sql.Identifier(name)
    problem = _attempt(raw, lambda: _prepare(raw, name, role))
    refused = _attempt(raw, lambda: _become(raw, role)) or _attempt(raw, lambda: _check(raw))
    if refused:
        raw.execute("RESET ROLE")
    return refused and (problem or refused)


def _prepare(raw: psycopg.Connection, name: str, role: sql.Identifier) -> None:
    # Two auditors that start at once wait for each other, and the second finds everything done.
    raw.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
    if not _ask(raw, "SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s)", name):
        raw.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))
    # A login that has made a role may not become it by that alone since PostgreSQL 16.
    if _attempt(raw, lambda: _become(raw, role)):
        raw.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))
    raw.execute("RESET ROLE")
    schema = sql.Identifier(str(_ask(raw, "SELECT current_schema()")))
    # What an older version could read and this one need not is taken back.
    raw.execute(sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM {}").format(schema, role))
    if not _ask(raw, "SELECT has_schema_privilege(%s, current_schema(), 'USAGE')", name):
        raw.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, role))
    for table, columns in READS.items():
        listed = sql.SQL(", ").join(map(sql.Identifier, columns))
        raw.execute(sql.SQL("GRANT SELECT ({}) ON {} TO {}").format(listed, sql.Identifier(table), role))
    raw.execute(sql.SQL("GRANT EXECUTE ON FUNCTION workflows_audit_beat(jsonb) TO {}").format(role))


def _become(raw: psycopg.Connection, role: sql.Identifier) -> None:
    raw.execute(sql.SQL("SET ROLE {}").format(role))


def _check(raw: psycopg.Connection) -> None:
    """Raise InsufficientPrivilege where something lacks that the audit needs."""
    wanted = [(table, column) for table, columns in READS.items() for column in columns]
    may = _ask(
        raw,
        """
        SELECT has_function_privilege('workflows_audit_beat(jsonb)', 'EXECUTE')
               AND bool_and(has_column_privilege(wanted.said, wanted.col, 'SELECT'))
          FROM unnest(%s::text[], %s::text[]) AS wanted (said, col)
        """,
        [table for table, _column in wanted],
        [column for _table, column in wanted],
    )
    if not may:
        raise InsufficientPrivilege


def _ask(raw: psycopg.Connection, question: str, *values: object) -> object:
    row = raw.execute(question, values).fetchone()
    return row[0] if row else None


def _attempt(raw: psycopg.Connection, act: Callable[[], None]) -> str:
    """Do this whole or not at all; the kind of fault, never its words, or ""."""
    try:
        with raw.transaction():
            act()
    except psycopg.OperationalError:
        raise  # the connection is gone, which is no matter of rights
    except psycopg.Error as problem:
        return type(problem).__name__
    return ""
