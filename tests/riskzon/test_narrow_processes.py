"""The real processes work in their roles: by a login that has no right of its own to any table, only to become them."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db import connection

from notifications.models import Delivery
from riskzon.models import AuditSeal, Draft
from riskzon.narrow import Part, own_role
from tests.factories import at, make_report, people, person
from tests.product import ROOT
from workflows.models import Breach, Heartbeat

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

_TASKS = """
from riskzon.tasks import forget_drafts
from workflows.tasks import wake_up
from notifications.tasks import relay
forget_drafts(); wake_up(); relay()
"""
PATIENCE = 120.0


@pytest.fixture
def bare_login(transactional_db: None) -> Iterator[dict[str, str]]:
    """The environment of a process whose login may become the roles of what works unseen, and nothing else."""
    name, own = f"bare_{uuid4().hex[:10]}", connection.settings_dict
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {name} LOGIN NOINHERIT PASSWORD 'ett-ord'")
        cursor.execute(f"GRANT {', '.join(own_role(part) for part in Part)} TO {name}")
    address = f"postgres://{name}:ett-ord@{own['HOST']}:{own['PORT']}/{own['NAME']}"
    yield {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "settings.test"}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP ROLE {name}")


@pytest.fixture(autouse=True)
def _overdue(transactional_db: None) -> None:
    people()
    now = at("2026-11-13T14:00:00+01:00")
    make_report()
    Draft.objects.create(user=person("karin.ek"), path="/", page="x" * 20, fields=[], saved_at=now)


def test_the_tasks_of_celery_work_in_their_roles_alone(bare_login: dict[str, str]) -> None:
    at("2026-11-17T14:00:00+01:00")
    subprocess.run(
        [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", _TASKS],
        cwd=ROOT, env=bare_login, check=True, timeout=PATIENCE,
    )  # fmt: skip
    assert Breach.objects.exists()
    assert Heartbeat.objects.get(name="wake_up").detail["all_rights"] == []
    assert not Draft.objects.exists()
    assert Delivery.objects.exists()
    assert not Delivery.objects.filter(state=Delivery.State.WAITING, attempts=0).exists()


def test_the_loop_sweeps_and_seals_in_its_roles_alone(bare_login: dict[str, str]) -> None:
    at("2026-11-17T14:00:00+01:00")
    with subprocess.Popen([sys.executable, "manage.py", "deadline_loop"], cwd=ROOT, env=bare_login) as loop:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and not (AuditSeal.objects.exists() and Breach.objects.exists()):
            time.sleep(0.2)
        loop.terminate()
    assert Breach.objects.exists()
    assert AuditSeal.objects.exists()
    assert Heartbeat.objects.get(name="loop").detail["all_rights"] == []
