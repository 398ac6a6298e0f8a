"""What every connection to the database is told, whoever runs the server."""

import pytest
from django.db import connection


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "value"), [("jit", "off"), ("TimeZone", "UTC")])
def test_every_connection_sets_what_the_server_may_have_otherwise(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        assert cursor.fetchone() == (value,)
