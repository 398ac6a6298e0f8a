"""How does a test write a log of several sealed batches, and do to it what only the owner of its tables can?"""

from pathlib import Path

from django.db import connection

from riskzon import audit_export, check_audit, sealing
from riskzon.models import AuditSeal
from tests.damage import sql

#: Rows of one transaction in a test have one number; these are written as if by one each, older than any real one.
FIRST, ROWS, BATCH = 100, 12, 4
TABLES = ("riskzon_auditentry", "riskzon_auditseal", "riskzon_audithead")
#: Begins the row of somebody who chooses all of it.
FORGED = "INSERT INTO riskzon_auditentry (id, at, product_at, role, action, what, ground, cases, detail, transaction)"
KEY = "only-for-the-heads-of-tests"


def write_rows(count: int = ROWS, first: int = FIRST, each: int = 1) -> list[int]:
    """`count` rows of transactions `first`, `first` + 1 …, `each` of one; returns their ids in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO riskzon_auditentry (product_at, role, action, what, ground, cases, detail, transaction)
            SELECT clock_timestamp(), '', 'system', 'row ' || i, '', ARRAY[gen_random_uuid()],
                   jsonb_build_object('turn', i, 'word', E'å\\u2028\\n'), %s + i / %s
              FROM generate_series(0, %s - 1) AS i ORDER BY i RETURNING id
            """,
            [first, each, count],
        )
        return [row[0] for row in cursor.fetchall()]


def seal_all(below: int = FIRST + ROWS, batch: int = BATCH) -> list[AuditSeal]:
    """Every batch up to transaction `below`."""
    made = []
    while new := sealing.seal(below=below, batch=batch):
        made.append(new)
    return made


def verdict(*folders: Path) -> check_audit.Verdict:
    """What the checker says of the log as it stands."""
    return check_audit.check(audit_export.lines(), check_audit.read_heads(folders, KEY) if folders else None)


def as_owner(*statements: str) -> None:
    """Do this to the log with its triggers off, as the owner of the tables can."""
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table in TABLES:
        sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for statement in statements:
        sql(statement)
    for table in TABLES:
        sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def seal_anew(after: int) -> None:
    """Forget every seal above number `after` and make the chain anew from there, whole in itself."""
    as_owner(
        f"DELETE FROM riskzon_audithead WHERE seal_id > {after}",
        f"DELETE FROM riskzon_auditseal WHERE number > {after}",
    )
    seal_all()
