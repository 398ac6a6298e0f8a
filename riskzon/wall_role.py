"""Which role does a page of this database read in, what may it read, and does the wall stand?

The role belongs to one database, so that several of one server never meet. The login of DATABASE_URL makes it at each
`migrate`, or an administrator has: `CREATE ROLE name NOLOGIN; GRANT name TO login`. Without it no page is shown.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

from django.db import DatabaseError, connection, transaction
from psycopg import sql

from riskzon import narrow

#: Tables that tell something of a child, each with a policy.
WALLED = frozenset(
    {
        *("riskzon_case", "riskzon_casegrant", "riskzon_casegroupgrant", "riskzon_child", "riskzon_guardianship"),
        *("riskzon_guardian", "riskzon_report", "riskzon_adultnote", "riskzon_supplement", "riskzon_timecorrection"),
        *("riskzon_contact", "riskzon_writtenoff", "riskzon_assessment", "riskzon_note", "riskzon_endproposal"),
        *("riskzon_auditentry", "riskzon_hold", "riskzon_investigation", "riskzon_investigationentry"),
        *("riskzon_extensionanswer", "workflows_deadline", "workflows_deadlineevent", "workflows_breach"),
        *("workflows_breachnote", "workflows_caseprocess", "workflows_casetask", "workflows_todo"),
        *("riskzon_disclosure", "riskzon_emergencyaccess", "riskzon_reveal", "riskzon_extract", "riskzon_caseblock"),
    }
)
#: Tables that tell nothing of a child, and are read whole: who works where, when, by which rules.
OPEN = frozenset(
    {
        *(
            "auth_group",
            "auth_permission",
            "django_content_type",
            "riskzon_user",
            "riskzon_user_groups",
            "riskzon_unit",
        ),
        *(
            "riskzon_absence",
            "riskzon_rolerequest",
            "riskzon_productclock",
            "riskzon_reportseries",
            "riskzon_canary",
        ),
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
        *("riskzon_signon", "riskzon_secondfactor", "riskzon_recoverycode", "riskzon_loginsession"),
        "riskzon_passkey",
        *("notifications_storedmail", "notifications_storedsms", "notifications_dutyfeed"),
        *("workflows_logsample", "workflows_logreview"),
    }
)
#: How every role writes the log: the id, the time and the transaction of a row are given by the database alone.
LOG_ROW = "INSERT (product_at, actor_id, role, unit_id, action, what, ground, case_id, cases, detail)"
#: Questions across the wall whose answers hold no content of a case, asked in one statement each.
ASKED_ACROSS = (
    "riskzon_wall_cases_of(uuid[])",
    "riskzon_wall_reports_about(uuid[])",
    "riskzon_wall_siblings(uuid[], uuid)",
    "riskzon_wall_numbers(uuid[])",
    "riskzon_wall_held_back(uuid[])",
)


class WallError(Exception):
    """The wall does not stand; the message says why, and what to do."""


def role_name(database: str) -> str:
    """The role of the pages of one database of a server."""
    return f"riskzon_read_{sha256(database.encode()).hexdigest()[:12]}"


def raise_wall() -> None:
    """Make the role and give it what it may read, neither more nor less; then see that it holds. Safe to repeat."""
    with transaction.atomic(), connection.cursor() as cursor:
        name = own_role()
        # Two that migrate at once wait for each other, and the second finds everything done.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        make_roles([name])
        cursor.execute(sql.SQL("; ").join(_grants(sql.Identifier(name))))
    if holes := list(find_holes()):
        raise WallError("The wall has holes: " + "; ".join(holes))


def make_roles(names: Iterable[str]) -> None:
    """Make those of these roles that are missing, and let this login become each. WallError: what an administrator does."""
    refused = []
    for name in names:
        role = sql.Identifier(name)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                if not ask("SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s)", name):
                    cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))
                # A login that has made a role may not become it by that alone since PostgreSQL 16.
                if not _may_become(name):
                    cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))
        except DatabaseError:
            refused.append(name)
    if refused:
        me = ask("SELECT current_user")
        wanted = " ".join(f'CREATE ROLE {name} NOLOGIN; GRANT {name} TO "{me}";' for name in refused)
        raise WallError(f"This login may not make the roles of its database. As an administrator: {wanted}")


def is_built() -> bool:
    """Whether the migrations of the wall have run, the last of them too."""
    last = ["workflows_todo", "riskzon_caseblock"]
    return bool(ask("SELECT count(*) = 2 FROM pg_policies WHERE tablename = ANY (%s) AND policyname = 'wall'", last))


def is_role_there() -> bool:
    """Whether the role of the pages exists; `manage.py migrate` makes it."""
    return bool(ask("SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s)", own_role()))


def find_holes() -> Iterator[str]:
    """What would let a page read more than its person may, in plain words; nothing where the wall holds."""
    name = own_role()
    rights = rows(
        "SELECT rolsuper OR rolbypassrls OR pg_has_role(rolname, (SELECT relowner FROM pg_class"
        " WHERE oid = 'riskzon_case'::regclass), 'MEMBER') FROM pg_roles WHERE rolname = %s",
        name,
    )
    if not rights:
        yield f"the role {name} is missing"
        return
    if rights[0][0]:
        yield f"the role {name} is not held by policies"
    narrow_roles = [narrow.own_role(part) for part in narrow.Part]
    for table, secured, policies, may_read, may_write in rows(
        """
        SELECT c.relname, c.relrowsecurity,
               (SELECT array_agg(p.polname::text ORDER BY p.polname) FROM pg_policy p
                 WHERE p.polrelid = c.oid AND NOT (p.polname = 'narrow' AND (
                       SELECT bool_and(pg_get_userbyid(said.role) = ANY (%s)) FROM unnest(p.polroles) AS said (role)))),
               has_table_privilege(%s, c.oid, 'SELECT'),
               has_table_privilege(%s, c.oid, 'UPDATE, DELETE, TRUNCATE')
               OR has_table_privilege(%s, c.oid, 'INSERT')
               OR (has_any_column_privilege(%s, c.oid, 'INSERT, UPDATE') AND c.relname <> 'riskzon_auditentry')
          FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace ORDER BY 1
        """,
        narrow_roles,
        *[name] * 4,
    ):
        if may_write:
            yield f"{table} can be written by a page that only reads"
        if table in WALLED:
            if not secured or "wall" not in (policies or []):
                yield f"{table} has no policy"
            elif set(policies) - {"wall", "beside", *(["written"] if table == "riskzon_auditentry" else [])}:
                yield f"{table} has a policy more, which lets through what it says"
        elif may_read and table not in OPEN:
            yield f"{table} can be read"


def _grants(role: sql.Identifier) -> Iterator[sql.Composable]:
    schema = sql.Identifier(ask("SELECT current_schema()"))
    # What an older version could read and this one need not is taken back.
    yield sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM {}").format(schema, role)
    yield sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, role)
    there = {row[0] for row in rows("SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace")}
    read = sql.SQL(", ").join(map(sql.Identifier, sorted((WALLED | OPEN) & there)))
    yield sql.SQL("GRANT SELECT ON {} TO {}").format(read, role)
    yield sql.SQL("GRANT {} ON riskzon_auditentry TO {}").format(sql.SQL(LOG_ROW), role)
    for question in ASKED_ACROSS:
        if not ask("SELECT to_regprocedure(%s) IS NOT NULL", question):
            continue  # of a newer version
        yield sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(sql.SQL(question), role)


def _may_become(name: str) -> bool:
    try:
        with transaction.atomic():
            ask("SELECT set_config('role', %s, true)", name)
            ask("SELECT set_config('role', 'none', true)")
    except DatabaseError:
        return False
    return True


def own_role() -> str:
    """The role of the pages of the database that this process speaks to."""
    return role_name(connection.settings_dict["NAME"])


def ask(question: str, *values: object) -> Any:
    """The first column of the first row."""
    return rows(question, *values)[0][0]


def rows(question: str, *values: object) -> list[tuple[Any, ...]]:
    """Every row of the answer."""
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return list(cursor.fetchall())
