"""How do many rows reach one statement? As one array for each column, written the way PostgreSQL reads it.

The driver writes arrays too, value by value with three calls each; where hundreds of rows are written while people wait
for the next deadline, that is a fifth of all the work.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

Value = str | UUID | datetime | int | bool | None


def arrays(rows: Iterable[Sequence[Value]]) -> list[str]:
    """One literal for each column of `rows`, to be bound as a parameter and cast: `unnest(%s::uuid[], %s::text[])`.

    Moments need an offset; JSON goes in as text.
    """
    return [f"{{{','.join(map(_literal, column))}}}" for column in zip(*rows, strict=True)]


def _literal(value: Value) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return '"{}"'.format(value.replace("\\", "\\\\").replace('"', '\\"'))
    return str(value)
