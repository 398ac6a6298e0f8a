"""Rows of small tables that nearly never change: asked for each time, built into objects only when they differ."""

import json
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model

Built = TypeVar("Built")
Row = TypeVar("Row", bound=Model)


class Standing(Generic[Built]):
    """What one statement says as JSON text, as an object that many transactions share and none may change.

    Nothing is remembered past a change: the text is read every time, and only its meaning is kept.
    """

    def __init__(self, sql: str, build: Callable[[Any], Built]) -> None:
        self._sql, self._build = sql, build
        self._latest: tuple[str, Built] | None = None

    def read(self) -> Built:
        """The object as the database has it now, in one statement."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql)
            text = cursor.fetchone()[0]
        if self._latest is None or self._latest[0] != text:
            self._latest = (text, self._build(json.loads(text)))
        return self._latest[1]


def rows(model: type[Row], said: list[dict[str, Any]] | None) -> list[Row]:
    """Instances of a model from rows as `json_agg` writes them; None is how it writes no row."""
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    return [
        model.from_db("default", names, [field.to_python(row[field.column or ""]) for field in fields])
        for row in said or []
    ]
