"""Does the chain of the access log still hold? Asked by the auditor of the newest seals, with the checker's own hash.

A round sees what was done to the last hours within half a minute; the whole chain, its rows and the heads outside the
database are for `verify_audit`. Only columns of the seals are read, none of any row of the log.
"""

from datetime import UTC

from django.db import connection

from riskzon.check_audit import NOTHING, seal_hash

#: So many seals, one a minute where something is written.
NEWEST = 120
_COLUMNS = (
    *("format", "after_id", "from_transaction", "to_transaction", "rows", "total", "last_id", "root", "previous"),
    "sealed_at",
)


def wrong_seals() -> int:
    """How many of the newest seals have been changed, do not follow on the one before, or are gone though a head knows them."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [NEWEST])
        rows = cursor.fetchall()
        cursor.execute(_HEADS)
        gone = cursor.fetchone()[0]
    wrong, before = int(gone), None
    for number, made, *values in rows:
        said = {"seal": number, **dict(zip(_COLUMNS, values, strict=True))}
        said["sealed_at"] = said["sealed_at"].astimezone(UTC).isoformat(timespec="microseconds")
        is_whole = seal_hash(said) == made
        if before is None:
            follows = number > 1 or said["previous"] == NOTHING
        else:
            follows = (number, said["previous"], said["total"]) == (before[0] + 1, before[1], before[2] + said["rows"])
        wrong += not (is_whole and follows)
        before = (number, made, said["total"])
    return wrong


_NEWEST = f"""
SELECT number, hash, {", ".join(_COLUMNS)}
  FROM (SELECT * FROM (SELECT number, hash, {", ".join(_COLUMNS)} FROM riskzon_auditseal) AS seal
         ORDER BY number DESC LIMIT %s) AS newest
 ORDER BY number
"""  # noqa: S608 - nothing of it comes from outside
_HEADS = """
SELECT coalesce((SELECT max(seal_id) FROM riskzon_audithead) > coalesce((SELECT max(number) FROM riskzon_auditseal), 0), false)
"""
