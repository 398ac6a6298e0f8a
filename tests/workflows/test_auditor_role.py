"""The auditor reads when things happen and in which state they are, never who or what; and it writes its heartbeat only."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from django.apps import apps
from django.db import connection
from psycopg.errors import InsufficientPrivilege

from tests.damage import OWN_APPS
from tests.product import ROOT
from workflows.auditor import audit
from workflows.auditor_role import READS, role_name, take
from workflows.models import Heartbeat


def _address(user: str = "", password: str = "") -> str:
    own = connection.settings_dict
    who = f"{user or own['USER']}:{password or own['PASSWORD']}"
    return f"postgres://{who}@{own['HOST']}:{own['PORT']}/{own['NAME']}"


@pytest.fixture
def auditors(db: None) -> Iterator[psycopg.Connection]:
    """A connection as the auditor's process has it."""
    with psycopg.connect(_address(), autocommit=True) as raw:
        assert take(raw) == ""
        yield raw


@pytest.mark.parametrize(
    "forbidden",
    [
        "SELECT given_name FROM riskzon_child",
        "SELECT * FROM riskzon_case",
        "SELECT summary FROM riskzon_case",
        "SELECT raw FROM riskzon_report",
        "SELECT name FROM riskzon_guardian",
        "SELECT username FROM riskzon_user",
        "SELECT password FROM riskzon_user",
        "SELECT facts FROM notifications_message",
        "SELECT note FROM riskzon_contact",
        "SELECT * FROM riskzon_auditentry",
        "SELECT actor_id FROM riskzon_auditentry",
        "SELECT detail FROM riskzon_auditentry",
        "SELECT leaves FROM riskzon_auditseal",
        "SELECT session_data FROM django_session",
        "UPDATE workflows_deadline SET due_at = due_at + interval '1 day'",
        "UPDATE workflows_heartbeat SET at = clock_timestamp() WHERE name = 'sweep'",
        "INSERT INTO workflows_heartbeat (name, at, detail) VALUES ('sweep', clock_timestamp(), '{}')",
        "INSERT INTO riskzon_canary (id, due_at, rehearsal) VALUES (gen_random_uuid(), clock_timestamp(), '')",
        "DELETE FROM workflows_breach",
        "CREATE TABLE mine (x int)",
    ],
)
def test_the_role_reads_no_name_and_changes_nothing(auditors: psycopg.Connection, forbidden: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        auditors.execute(forbidden)


def test_it_can_read_the_listed_columns_and_write_to_no_table_at_all(auditors: psycopg.Connection) -> None:
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True)]
    assert {model._meta.app_label for model in apps.get_models()} > set(OWN_APPS)
    may_read = auditors.execute(
        """
        SELECT t.name, c.column_name FROM unnest(%s::text[]) AS t (name)
          JOIN information_schema.columns AS c ON c.table_name = t.name
         WHERE has_column_privilege(t.name, c.column_name, 'SELECT')
        """,
        [tables],
    ).fetchall()
    may_write = auditors.execute(
        """
        SELECT name FROM unnest(%s::text[]) AS t (name)
         WHERE has_table_privilege(name, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
            OR has_any_column_privilege(name, 'INSERT, UPDATE, REFERENCES')
        """,
        [tables],
    ).fetchall()

    assert set(may_read) == {(table, column) for table, columns in READS.items() for column in columns}
    assert may_write == []


def test_what_an_older_version_could_read_is_taken_back(auditors: psycopg.Connection) -> None:
    auditors.execute("RESET ROLE")
    auditors.execute(f"GRANT SELECT ON riskzon_child TO {role_name(auditors.info.dbname)}")

    assert take(auditors) == ""

    with pytest.raises(InsufficientPrivilege):
        auditors.execute("SELECT given_name FROM riskzon_child")


@pytest.mark.django_db(transaction=True)
def test_a_whole_round_runs_in_the_role() -> None:
    connection.ensure_connection()
    assert take(connection.connection) == ""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone()[0] == role_name(connection.settings_dict["NAME"])
        audit()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")

    assert Heartbeat.objects.filter(name="audit", detail__has_key="faults").exists()


@pytest.fixture
def plain_login(db: None) -> Iterator[tuple[str, str]]:
    """A login that works with every table and may make no roles."""
    name, password = f"plain_{uuid4().hex[:10]}", uuid4().hex
    with psycopg.connect(_address(), autocommit=True) as raw:
        raw.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")
        raw.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {name}")
        raw.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {name}")
        yield name, password
        raw.execute(f"DROP OWNED BY {name}")
        raw.execute(f"DROP ROLE {name}")


@pytest.mark.django_db(transaction=True)
def test_a_login_that_can_make_no_role_audits_all_the_same_and_says_so(plain_login: tuple[str, str]) -> None:
    environment = {**os.environ, "DATABASE_URL": _address(*plain_login), "DJANGO_SETTINGS_MODULE": "settings.test"}
    with subprocess.Popen(
        [sys.executable, "manage.py", "deadline_auditor"],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        line = json.loads(process.stdout.readline())
        process.terminate()
        _rest, said = process.communicate(timeout=20)

    assert line["event"] == "audit"
    first = json.loads(said.splitlines()[0])
    assert first["event"] == "audit_with_all_rights"
    assert first["wanted_role"] == role_name(connection.settings_dict["NAME"])
    assert first["error"] == "InsufficientPrivilege"


def test_a_role_that_an_administrator_has_made_is_taken_by_a_login_that_can_make_none(
    plain_login: tuple[str, str], auditors: psycopg.Connection
) -> None:
    auditors.execute("RESET ROLE")
    auditors.execute(f"GRANT {role_name(auditors.info.dbname)} TO {plain_login[0]}")

    with psycopg.connect(_address(*plain_login), autocommit=True) as raw:
        assert take(raw) == ""
        assert raw.execute("SELECT current_user").fetchone() == (role_name(raw.info.dbname),)
