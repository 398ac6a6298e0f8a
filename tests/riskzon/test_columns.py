"""Whatever a row holds, the database reads it as it was written."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from django.db import DataError, connection

from riskzon.columns import arrays
from riskzon.models import Role

pytestmark = pytest.mark.django_db

TEXTS = ["", "NULL", "null", '"', "\\", '\\"', "{a,b}", ",", "'; DROP TABLE riskzon_case; --", "å\n\t  ö", " %s ", None]


def _read(cast: str, values: list[object]) -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM unnest(%s::{cast}[])", arrays([[value] for value in values]))  # noqa: S608
        return [row[0] for row in cursor.fetchall()]


def test_every_text_comes_back_as_it_is():
    assert _read("text", TEXTS) == TEXTS
    assert _read("text", [Role.HEAD]) == [Role.HEAD.value]


@pytest.mark.parametrize(
    ("cast", "values"),
    [
        ("uuid", [uuid4(), UUID(int=0), None]),
        ("int", [0, -3, 2**31 - 1, None]),
        ("bool", [True, False, None]),
        (
            "timestamptz",
            [
                datetime(2026, 10, 25, 0, 30, 0, 1, tzinfo=UTC),
                datetime(2026, 3, 29, 2, 59, 59, tzinfo=timezone(timedelta(hours=2))),
                None,
            ],
        ),
    ],
)
def test_every_kind_of_value_comes_back_equal(cast: str, values: list[object]):
    assert _read(cast, values) == values


def test_columns_stay_beside_each_other():
    rows = [("a", 1, None), ('b"', 2, True)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM unnest(%s::text[], %s::int[], %s::bool[])", arrays(rows))
        assert cursor.fetchall() == rows


def test_rows_of_different_length_are_refused_and_nul_is_no_text():
    with pytest.raises(ValueError, match="shorter"):
        arrays([("a", 1), ("b",)])
    with pytest.raises((DataError, ValueError)):
        _read("text", ["\0"])
