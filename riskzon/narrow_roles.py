"""What may each part that writes do in this database, neither more nor less, and is it so? One table, one role for each part.

None of the roles owns a table, so none can switch a guard off, alter a table or empty it. `migrate` makes them, or an
administrator has; `manage.py check --database default` says where the database does not hold to the table.
"""

import re
from collections.abc import Iterator, Mapping

from django.db import connection, transaction
from psycopg import sql

from riskzon.narrow import Part, own_role
from riskzon.narrow_rights import ASKS, RIGHTS
from riskzon.wall_role import WALLED, WallError, ask, make_roles, rows
from riskzon.wall_role import own_role as role_of_pages

#: The policy by which they pass the wall; nobody else is named in it.
POLICY = "narrow"


def raise_roles() -> None:
    """Make each role and give it what its part does; then see that it is so. Safe to repeat. WallError: what is to be done."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Two that migrate at once wait for each other, and the second finds everything done.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [role_of_pages()])
        make_roles([role_of_pages(), *map(own_role, Part)])
        there = _tables()
        cursor.execute(sql.SQL("; ").join([*_grants(there), *_policies(there)]))
    if wide := list(find_wide()):
        raise WallError("The roles of what writes are not what they must be: " + "; ".join(wide))


def missing_roles() -> list[str]:
    """Those that do not exist; what they are for is done with the login's own rights."""
    wanted = [own_role(part) for part in Part]
    there = {name for (name,) in rows("SELECT rolname FROM pg_roles WHERE rolname = ANY (%s)", wanted)}
    return [name for name in wanted if name not in there]


def find_wide() -> Iterator[str]:
    """Where a role that exists may more, or less, than its part does, in plain words; nothing where all is as it must be."""
    there, missing = _tables(), missing_roles()
    for part in Part:
        name = own_role(part)
        if name in missing:
            continue
        if rows(_IS_MORE, name)[0][0]:
            yield f"the role {name} is more than its grants"
        has, wanted = set(rows(_HAS, name)), set(_wanted(part, there))
        for word, table in sorted(
            {("may more", one[0]) for one in has - wanted} | {("lacks", one[0]) for one in wanted - has}
        ):
            which = sorted(f"{right} {column}".strip() for named, right, column in has ^ wanted if named == table)
            yield f"the role {name} {word} with {table}: {', '.join(which)}"
    for table, wanted_roles in _passed(there).items():
        if _policy(table) != wanted_roles.difference(missing):
            yield f"the policy {POLICY} of {table} is not for the roles that it is for"


def _grants(there: Mapping[str, set[str]]) -> Iterator[sql.Composable]:
    schema = sql.Identifier(ask("SELECT current_schema()"))
    for part, rights in RIGHTS.items():
        role = sql.Identifier(own_role(part))
        # What an older version could do and this one need not is taken back.
        yield sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM {}").format(schema, role)
        yield sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, role)
        for table, said in rights.items():
            if table in there:
                here = sql.SQL(_said_of(said, there[table]))
                yield sql.SQL("GRANT {} ON {} TO {}").format(here, sql.Identifier(table), role)
        for question in ASKS.get(part, ()):
            if not ask("SELECT to_regprocedure(%s) IS NOT NULL", question):
                continue
            yield sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(sql.SQL(question), role)


def _policies(there: Mapping[str, set[str]]) -> Iterator[sql.Composable]:
    for table, roles in _passed(there).items():
        if _policy(table) == roles:
            continue
        yield sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(sql.Identifier(POLICY), sql.Identifier(table))
        if roles:
            # Known to be true before a question is planned: the wall's own conditions are never asked for them.
            yield sql.SQL("CREATE POLICY {} ON {} TO {} USING (true) WITH CHECK (true)").format(
                sql.Identifier(POLICY), sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, sorted(roles)))
            )


def _passed(there: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """By table behind the wall: the roles that pass it there."""
    return {
        table: {own_role(part) for part, rights in RIGHTS.items() if table in rights}
        for table in sorted(WALLED & there.keys())
    }


def _policy(table: str) -> set[str]:
    """Whom the policy of this table names."""
    return {
        name
        for (name,) in rows(
            "SELECT CASE WHEN said.role = 0 THEN 'everybody' ELSE pg_get_userbyid(said.role)::text END FROM pg_policy p"
            " CROSS JOIN LATERAL unnest(p.polroles) AS said (role)"
            " WHERE p.polrelid = to_regclass(%s) AND p.polname = %s",
            table,
            POLICY,
        )
    }


def _tables() -> dict[str, set[str]]:
    """Every table with its columns. A migration that is taken back leaves a schema that is older than this code."""
    return {
        table: set(columns)
        for table, columns in rows(
            "SELECT c.relname::text, array_agg(a.attname::text) FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
            " WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace GROUP BY c.relname"
        )
    }


def _said_of(said: str, columns: set[str]) -> str:
    """What is said of a table, of those columns that it has."""

    def kept(named: re.Match[str]) -> str:
        return f"({', '.join(column for column in re.findall(r'[a-z_]+', named[1]) if column in columns)})"

    return re.sub(r"\(([^)]*)\)", kept, said)


def _wanted(part: Part, there: Mapping[str, set[str]]) -> Iterator[tuple[str, str, str]]:
    """Table, right and column, "" where it is for the whole table."""
    for table, said in RIGHTS[part].items():
        if table in there:
            for right, columns in re.findall(r"([A-Z]+)(?: \(([^)]*)\))?", _said_of(said, there[table])):
                yield from ((table, right, column.strip()) for column in columns.split(","))


_HAS = """
WITH me AS (SELECT oid FROM pg_roles WHERE rolname = %s),
     here AS (SELECT oid, relname, relacl FROM pg_class WHERE relnamespace = current_schema()::regnamespace)
SELECT here.relname::text, given.privilege_type, '' FROM here CROSS JOIN LATERAL aclexplode(here.relacl) AS given
 WHERE given.grantee IN (SELECT 0 UNION ALL SELECT oid FROM me)
UNION
SELECT here.relname::text, given.privilege_type, of.attname::text
  FROM here JOIN pg_attribute AS of ON of.attrelid = here.oid CROSS JOIN LATERAL aclexplode(of.attacl) AS given
 WHERE given.grantee IN (SELECT 0 UNION ALL SELECT oid FROM me)
"""

_IS_MORE = """
SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication OR rolcanlogin
       OR EXISTS (SELECT 1 FROM pg_auth_members WHERE member = r.oid)
       OR EXISTS (SELECT 1 FROM pg_class WHERE relowner = r.oid)
       OR has_schema_privilege(r.oid, current_schema(), 'CREATE')
  FROM pg_roles r WHERE rolname = %s
"""
