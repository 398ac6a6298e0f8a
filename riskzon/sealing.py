"""How does the access log show that nobody has changed it? Its rows are closed in batches, and each batch names the one before.

Decided: a row is written without a word about the chain, and a sealer closes what is settled, once a minute. The other
way, a hash in each row over the one before, makes every request wait for every other until it commits.

A row is settled when every transaction up to its own has ended: below PostgreSQL's own horizon (`pg_snapshot_xmin`)
nothing can come any more, so a batch is a range of transactions without gaps, and every row belongs to exactly one.
What is committed late, under a low id, has a transaction above the horizon of its time, and comes in a later batch.

Numbers of transactions begin anew where the rows are copied into another cluster (a dump that is restored; a copy of
the files keeps them). The sealer notices that they go backwards: it closes whatever came with the copy, and goes on
above its highest id. Between a row and its seal nothing protects it but the rights of the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from functools import partial

from django.db import connection, transaction

from riskzon import check_audit, clock, narrow
from riskzon.models import AuditSeal
from riskzon.narrow import Part

EVERY = timedelta(minutes=1)
#: Rows of one seal; one transaction is never divided, however many it wrote.
BATCH = 10_000
#: Later than this a row must not be sealed, and a head not written.
SEAL_LATE, HEAD_LATE = timedelta(minutes=10), timedelta(hours=2)
#: Above every transaction: the last seal before the rows moved to another cluster.
END = 2**63 - 1
_LOCK = 0x52_5A_5345414C

#: One row as the text whose digest is sealed: by built-in functions alone, whatever the session's time zone.
TEXT = """
jsonb_build_object(
    'v', 1, 'id', id, 'transaction', transaction, 'at', at AT TIME ZONE 'UTC', 'product_at', product_at AT TIME ZONE 'UTC',
    'actor', actor_id, 'role', role, 'unit', unit_id, 'action', action, 'what', what, 'ground', ground,
    'case', case_id, 'cases', to_jsonb(cases), 'detail', detail
)::text
"""


@dataclass(frozen=True)
class _Span:
    """The rows above id `after` with a transaction from `begin` up to, not including, `end`."""

    after: int
    begin: int
    end: int


def seal(*, below: int | None = None, batch: int = BATCH) -> AuditSeal | None:
    """Close the next batch in a transaction of its own. None: nothing is settled, or somebody else is at it.

    `below` is for tests: the transaction up to which they know the rows to be settled.
    """
    return narrow.turn(Part.SEAL, partial(_seal, below, batch))


def _seal(below: int | None, batch: int) -> AuditSeal | None:
    with transaction.atomic():
        if not alone():
            return None
        last = AuditSeal.objects.defer("leaves").order_by("-number").first()
        span = _next_span(last, below, batch)
        rows = _read(span)
        if not rows and span.end != END:
            return None
        return _write(last, span, rows)


def alone() -> bool:
    """Whether this transaction may seal and write heads; the others leave it to the one that does."""
    return bool(_ask("SELECT pg_try_advisory_xact_lock(%s)", _LOCK)[0])


def _next_span(last: AuditSeal | None, below: int | None, batch: int) -> _Span:
    settled, coming = _ask(
        "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() AS s"
    )
    if last is None:
        span = _Span(0, 0, below or settled)
    elif last.to_transaction == END:
        span = _Span(last.last_id, 0, below or settled)
    elif below is None and coming < last.to_transaction:
        return _Span(last.after_id, last.to_transaction, END)
    else:
        span = _Span(last.after_id, last.to_transaction, below or settled)
    return _Span(span.after, span.begin, _full_at(span, batch) or span.end)


def lowest(after: int) -> int:
    """The smallest id above `after`; 0 is before every row, whatever id somebody has forged for it."""
    return after + 1 if after else -(2**63)


def _full_at(span: _Span, batch: int) -> int | None:
    """The transaction at which a batch is full; None: it all fits."""
    beyond = _ask(
        """
        SELECT transaction FROM riskzon_auditentry WHERE transaction >= %s AND transaction < %s AND id >= %s
         ORDER BY transaction, id OFFSET %s LIMIT 1
        """,
        *(span.begin, span.end, lowest(span.after), batch),
    )
    if not beyond:
        return None
    first = _ask(
        "SELECT min(transaction) FROM riskzon_auditentry WHERE transaction >= %s AND id >= %s",
        *(span.begin, lowest(span.after)),
    )
    return max(int(beyond[0]), int(first[0]) + 1)


def _read(span: _Span) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT id, {TEXT} FROM riskzon_auditentry
             WHERE transaction >= %s AND transaction < %s AND id >= %s ORDER BY transaction, id
            """,
            [span.begin, span.end, lowest(span.after)],
        )
        rows: list[tuple[int, str]] = cursor.fetchall()
    return rows


def _write(last: AuditSeal | None, span: _Span, rows: Sequence[tuple[int, str]]) -> AuditSeal:
    leaves = b"".join(check_audit.leaf(row_id, line) for row_id, line in rows)
    new = AuditSeal(
        number=last.number + 1 if last else 1,
        format=check_audit.FORMAT,
        after_id=span.after,
        from_transaction=span.begin,
        to_transaction=span.end,
        rows=len(rows),
        total=(last.total if last else 0) + len(rows),
        last_id=max([last.last_id if last else 0, *(row_id for row_id, _line in rows)]),
        root=check_audit.root_of(leaves),
        previous=last.hash if last else check_audit.NOTHING,
        sealed_at=clock.real_now(),
        leaves=leaves,
    )
    new.hash = check_audit.seal_hash(told(new))
    new.save(force_insert=True)
    return new


def told(one: AuditSeal) -> dict[str, object]:
    """A seal as the checker reads it, but for its leaves."""
    same = (
        "format",
        "after_id",
        "from_transaction",
        "to_transaction",
        "rows",
        "total",
        "last_id",
        "root",
        "previous",
        "hash",
    )
    at = one.sealed_at.astimezone(UTC).isoformat(timespec="microseconds")
    return {"seal": one.number, "sealed_at": at, **{name: getattr(one, name) for name in same}}


def _ask(question: str, *values: int) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        answer: tuple[int, ...] = cursor.fetchone() or ()
    return answer


@dataclass(frozen=True)
class Standing:
    """How far sealing is behind, by the database's real clock; None: nothing waits. For the auditor, who never seals."""

    unsealed_seconds: float | None
    headless_seconds: float | None

    @property
    def faults(self) -> tuple[str, ...]:
        """The names of what is not as it must be."""
        bad = {
            "log_not_sealed": (self.unsealed_seconds or 0) > SEAL_LATE.total_seconds(),
            "log_head_not_written": (self.headless_seconds or 0) > HEAD_LATE.total_seconds(),
        }
        return tuple(name for name, is_bad in bad.items() if is_bad)


def standing() -> Standing:
    """The age of the oldest row that no seal holds, and of the oldest seal that no head tells of. Steps along indexes only."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING)
        return Standing(*cursor.fetchone())


# Rows are looked for in both ways in which the next seal may begin: after the last transaction, and, where the rows
# have moved to another cluster, after the last id.
_STANDING = """
WITH last AS (
    SELECT coalesce(max(to_transaction), 0) AS transaction, coalesce(max(last_id), 0) AS id
      FROM (SELECT to_transaction, last_id FROM riskzon_auditseal ORDER BY number DESC LIMIT 1) AS seal
)
SELECT
    extract(epoch FROM clock_timestamp() - least(
        (SELECT at FROM riskzon_auditentry
          WHERE transaction >= (SELECT transaction FROM last) ORDER BY transaction, id LIMIT 1),
        (SELECT at FROM riskzon_auditentry WHERE id > (SELECT id FROM last) ORDER BY id LIMIT 1)
    ))::float8,
    extract(epoch FROM clock_timestamp() - (
        SELECT sealed_at FROM riskzon_auditseal
         WHERE number > coalesce((SELECT max(seal_id) FROM riskzon_audithead), 0) ORDER BY number LIMIT 1
    ))::float8
"""
