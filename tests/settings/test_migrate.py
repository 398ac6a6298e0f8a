"""The first migration of an empty database runs as the README says, checks included."""

import os
import subprocess
import sys
from uuid import uuid4

import pytest
from django.db import connection


@pytest.mark.django_db(transaction=True)
def test_an_empty_database_is_migrated_by_the_plain_command() -> None:
    name = f"empty_{uuid4().hex[:12]}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        own = connection.settings_dict
        url = f"postgres://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{name}"
        try:
            ran = subprocess.run(
                [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
                env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "settings.dev"},
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    assert (ran.returncode, ran.stderr) == (0, "")
