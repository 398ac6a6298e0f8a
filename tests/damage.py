"""How does a test break what the database itself guards, to see whether it is noticed?"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection

OWN_APPS = ("riskzon", "notifications", "workflows")


@contextmanager
def guards_off() -> Iterator[None]:
    """Inside, our own triggers and CHECKs do not hold. Only in a test whose transaction is rolled back.

    Nothing here needs a superuser: the suite runs on outside servers too.
    """
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.app_label in OWN_APPS]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        cursor.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint"
            " WHERE contype = 'c' AND conrelid::regclass::text = ANY (%s)",
            [tables],
        )
        for table, name in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')


def sql(statement: str, *values: object) -> int:
    """Do something by hand that no verb does; returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
