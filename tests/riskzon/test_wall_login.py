"""The wall is raised by a login that owns its database and is no superuser, and by an administrator where that may not."""

import os
import subprocess
import sys
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from riskzon import narrow, wall_role

_READ = """
from django.db import connection
from riskzon.doors import look
from riskzon.models import Case
from tests.factories import at, make_report, people, person
people(); at("2026-11-13T14:00:00+01:00"); make_report()
for name in ("karin.ek", "lina.dahl"):
    with look(person(name), "case") as door:
        print(Case.objects.count(), end=" ")
"""

_BACK_AND_FORTH = """
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
for app in ("riskzon", "workflows", "notifications"):
    applied = sorted(name for of, name in MigrationRecorder(connection).applied_migrations() if of == app)
    call_command("migrate", app, applied[-4], verbosity=0)
    call_command("migrate", verbosity=0)
    print(app, end=" ")
"""


@pytest.fixture
def town() -> Iterator[tuple[str, str, str]]:
    """A database of its own: its login, its name and its address."""
    login, name, own = f"owner_{uuid4().hex[:8]}", f"town_{uuid4().hex[:8]}", connection.settings_dict
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {login} LOGIN CREATEROLE PASSWORD 'ett-ord'")
        cursor.execute(f"CREATE DATABASE {name} OWNER {login}")
        cursor.execute(f"GRANT {login} TO CURRENT_USER")
    try:
        yield login, name, f"postgres://{login}:ett-ord@{own['HOST']}:{own['PORT']}/{name}"
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
            cursor.execute(f"DROP ROLE IF EXISTS {', '.join(_roles(name))}")
            cursor.execute(f"DROP ROLE {login}")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_login_that_owns_its_database_raises_the_wall_and_is_held_by_it(town) -> None:
    login, name, address = town
    roles = _roles(name)
    assert _run(address, "migrate", "--verbosity", "0").returncode == 0
    read = _run(address, "shell", "--verbosity", "0", "--command", _READ)
    assert read.stdout.split() == ["1", "0"], read.stderr

    # It may make no role any more, and the roles are gone, as after a restore on another server.
    gone = ", ".join(roles)
    _as_administrator(name, f"DROP OWNED BY {gone}; DROP ROLE {gone}; ALTER ROLE {login} NOCREATEROLE")
    refused = _run(address, "migrate", "--verbosity", "0")
    assert refused.returncode != 0
    wanted = " ".join(f'CREATE ROLE {role} NOLOGIN; GRANT {role} TO "{login}";' for role in roles)
    assert wanted in refused.stderr

    _as_administrator(name, wanted)
    assert _run(address, "migrate", "--verbosity", "0").returncode == 0
    checked = _run(address, "check", "--database", "default", "--tag", "access", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_newest_migrations_of_each_part_are_taken_back_and_put_on_again(town) -> None:
    """The roles are then given what the older schema has: neither its columns nor its functions are all there."""
    address = town[2]
    assert _run(address, "migrate", "--verbosity", "0").returncode == 0
    done = _run(address, "shell", "--verbosity", "0", "--command", _BACK_AND_FORTH)
    assert done.stdout.split() == ["riskzon", "workflows", "notifications"], done.stderr
    checked = _run(address, "check", "--database", "default", "--tag", "access", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr


def _roles(name: str) -> list[str]:
    return [wall_role.role_name(name), *(narrow.role_name(part, name) for part in narrow.Part)]


def _as_administrator(name: str, statements: str) -> None:
    own = connection.settings_dict
    address = f"postgres://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{name}"
    with psycopg.connect(address, autocommit=True) as raw:
        raw.execute(statements)


def _run(address: str, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        env={**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "settings.test"},
        capture_output=True,
        text=True,
        check=False,
    )
