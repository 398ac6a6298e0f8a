"""What does an export of the access log hold? Every row as it was sealed, and every seal, in the order of sealing."""

import json
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import groupby, pairwise
from operator import attrgetter

from django.db import connection

from riskzon import sealing
from riskzon.models import AuditSeal

_CHUNK = 5_000


def lines() -> Iterator[str]:
    """One JSON object a line, streamed; call it in a transaction. Rows that are sealed meanwhile come as not sealed yet."""
    # The seals are read first: whatever they close was there before, so it is there when the rows are read.
    starts = list(AuditSeal.objects.order_by("after_id").values_list("after_id", flat=True).distinct()) or [0]
    ends = dict(pairwise([*starts, sealing.END]))
    seals = AuditSeal.objects.order_by("number").iterator(chunk_size=100)
    last = -1
    for after, group in groupby(seals, key=attrgetter("after_id")):
        with closing(_rows(after, ends.get(after, sealing.END))) as rows:
            row = next(rows, None)
            for seal in group:
                while row is not None and row[0] < seal.to_transaction:
                    yield row[1]
                    row = next(rows, None)
                yield json.dumps({**sealing.told(seal), "leaves": bytes(seal.leaves).hex()})
            while row is not None:
                yield row[1]
                row = next(rows, None)
        last = after
    if last < 0:
        yield from (line for _transaction, line in _rows(0, sealing.END))


def _rows(after: int, up_to: int) -> Generator[tuple[int, str]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            f"""
            SELECT transaction, {sealing.TEXT} FROM riskzon_auditentry
             WHERE id >= %s AND id <= %s ORDER BY transaction, id
            """,
            [sealing.lowest(after), up_to],
        )
        while chunk := cursor.fetchmany(_CHUNK):
            yield from chunk
