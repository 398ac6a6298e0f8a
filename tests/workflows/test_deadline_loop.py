"""The second dispatcher seals the access log beside its sweep, and goes on sweeping where that cannot be done."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from django.db import connection
from pytest_django import Settings

from riskzon import audit, clock
from riskzon.models import AuditAction, AuditHead, AuditSeal
from workflows.management.commands.deadline_loop import Command
from workflows.models import Heartbeat

#: Another test's transaction on the same server holds back what is settled for as long as it is open.
PATIENCE = 120.0

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_minute_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskzon.sealing.EVERY", timedelta(0))


def _loop_until(is_enough: Callable[[], bool]) -> None:
    """Run the loop in this thread, where signals may be set, until another one sees what was waited for."""
    command, seen = Command(), []

    def watch() -> None:
        until = time.monotonic() + PATIENCE
        while not seen and time.monotonic() < until:
            if is_enough():
                seen.append(True)
            time.sleep(0.05)
        command._stopping = True
        connection.close()

    watcher = Thread(target=watch)
    watcher.start()
    command.handle()
    watcher.join()
    assert seen


def test_the_loop_seals_the_log_and_writes_its_head(settings: Settings, tmp_path: Path) -> None:
    settings.AUDIT_HEAD_DIR = tmp_path / "heads"
    audit.record(AuditAction.LIST, by=None, now=clock.now())

    _loop_until(AuditHead.objects.exists)

    assert AuditSeal.objects.get().rows == 1
    assert len(list((tmp_path / "heads").iterdir())) == 1


def test_a_head_that_cannot_be_written_stops_neither_seals_nor_sweeps(settings: Settings, tmp_path: Path) -> None:
    settings.AUDIT_HEAD_DIR = tmp_path / "a file" / "heads"
    (tmp_path / "a file").touch()
    audit.record(AuditAction.LIST, by=None, now=clock.now())
    _loop_until(AuditSeal.objects.exists)
    swept = Heartbeat.objects.get(name="loop").at

    _loop_until(lambda: Heartbeat.objects.filter(name="loop", at__gt=swept).exists())

    assert not AuditHead.objects.exists()
