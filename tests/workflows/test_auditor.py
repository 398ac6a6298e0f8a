"""The auditor is green only while the promise is kept, and outlives what it watches."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from threading import Event
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection

from notifications.models import Delivery
from riskzon import clock
from riskzon.models import Case
from tests.damage import guards_off
from tests.factories import at, make_report
from workflows import canary
from workflows.auditor import HEARTBEAT, audit, look, watch
from workflows.models import CaseTask, Deadline, DeadlineEvent, Heartbeat
from workflows.sweep import sweep

ROOT = Path(__file__).resolve().parents[2]
FRIDAY_EVENING = "2026-11-13T18:58:00+01:00"
SATURDAY_EVENING = "2026-11-14T19:30:00+01:00"


def both_dispatchers_sweep():
    canary.keep()
    sweep(name="sweep")
    sweep(name="loop")


@pytest.mark.django_db
def test_green_while_both_dispatchers_sweep():
    at(FRIDAY_EVENING)
    make_report("per.holm")
    at(SATURDAY_EVENING)
    both_dispatchers_sweep()

    findings = look()

    assert Deadline.objects.filter(state="breached").exists()
    assert findings.faults == ()


@pytest.mark.django_db
def test_not_green_when_the_sweep_is_dead():
    at(FRIDAY_EVENING)
    make_report("per.holm")
    both_dispatchers_sweep()
    at(SATURDAY_EVENING)
    Heartbeat.objects.update(at=clock.real_now() - 2 * _minute())

    findings = look()

    assert findings.overdue_unfired == 2
    assert {"overdue_unfired", "rungs_unfired", "no_sweep", "silent_dispatchers"} <= set(findings.faults)


@pytest.mark.django_db
def test_one_silent_dispatcher_is_said_although_the_other_does_the_work():
    both_dispatchers_sweep()
    Heartbeat.objects.filter(name="sweep").update(at=clock.real_now() - 2 * _minute())

    findings = look()

    assert findings.silent_dispatchers == ("sweep",)
    assert findings.faults == ("silent_dispatchers",)


@pytest.mark.django_db
def test_a_product_that_never_swept_is_not_green():
    assert "no_sweep" in look().faults


@pytest.mark.django_db
def test_a_breach_that_nobody_was_told_of_is_found():
    at(FRIDAY_EVENING)
    make_report("per.holm")
    at(SATURDAY_EVENING)
    both_dispatchers_sweep()
    with guards_off():
        DeadlineEvent.objects.filter(step="breach", deadline__kind="guardian_contact").delete()

    findings = look()

    assert (findings.breached_untold, findings.faults) == (1, ("breached_untold",))


@pytest.mark.django_db
def test_a_failed_step_a_case_without_deadline_and_mail_that_waits_are_found():
    at(FRIDAY_EVENING)
    make_report("per.holm")
    both_dispatchers_sweep()
    CaseTask.objects.filter(pk=CaseTask.objects.filter(status="NEW").first().pk).update(status="ERROR")
    Delivery.objects.update(created_at=clock.real_now() - 3 * _minute())
    with guards_off():
        DeadlineEvent.objects.all().delete()
        Deadline.objects.all().delete()

    findings = look()

    assert (findings.steps_failed, findings.cases_without_deadline) == (1, 1)
    assert findings.outbox_oldest_seconds >= 180
    assert set(findings.faults) == {"steps_failed", "cases_without_deadline", "outbox_slow"}


@pytest.mark.django_db
def test_a_closed_case_needs_no_deadline():
    at(FRIDAY_EVENING)
    make_report("per.holm")
    both_dispatchers_sweep()
    with guards_off():
        DeadlineEvent.objects.all().delete()
        Deadline.objects.all().delete()
        Case.objects.update(disposition="void", disposition_reason="x", disposed_at=clock.now(), closed_at=clock.now(),
                            disposed_by=Case.objects.get().report.registered_by)  # fmt: skip

    assert look().cases_without_deadline == 0


@pytest.mark.django_db
@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_a_machine_whose_clock_is_wrong_is_found(seconds):
    both_dispatchers_sweep()

    findings = look(lambda: time.time() + seconds)

    assert findings.clock_skew_seconds == pytest.approx(seconds, abs=1)
    assert findings.faults == ("clocks_apart",)


@pytest.mark.django_db
def test_a_round_beats_by_the_real_clock_and_says_what_it_saw():
    at("2031-01-01T00:00:00+01:00")
    before = clock.real_now()

    audit()

    beat = Heartbeat.objects.get(name=HEARTBEAT)
    assert before <= beat.at <= clock.real_now()
    assert "no_sweep" in beat.detail["faults"]
    assert beat.detail["overdue_unfired"] == 0


class Rounds(Event):
    """Stops after so many waits, and never really waits."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self.left = rounds
        self.waited: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout)
        self.left -= 1
        if not self.left:
            self.set()
        return self.is_set()


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_said_and_the_next_round_has_a_new_one():
    out, alarm = io.StringIO(), io.StringIO()
    _end_our_connection()

    rounds = Rounds(2)
    watch(rounds, out=out, alarm=alarm)

    lines = [json.loads(line) for line in alarm.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["audit_failed", "audit_alarm"]
    assert [json.loads(line)["event"] for line in out.getvalue().splitlines()] == ["audit"]
    assert rounds.waited == [1.0, 5.0]


@pytest.mark.django_db(transaction=True)
def test_the_process_audits_and_ends_when_it_is_asked_to():
    environment = {**os.environ, "DATABASE_URL": _database_url(), "DJANGO_SETTINGS_MODULE": "settings.test"}
    with subprocess.Popen(
        [sys.executable, "manage.py", "deadline_auditor"],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        line = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        _rest, said = process.communicate(timeout=10)

    assert process.returncode == 0
    assert line["event"] == "audit"
    assert line["faults"] == ["no_sweep", "silent_dispatchers", "canary_late"]
    assert json.loads(said.splitlines()[0])["event"] == "audit_alarm"
    assert Heartbeat.objects.filter(name=HEARTBEAT).exists()


def _minute():
    return timedelta(minutes=1)


def _database_url() -> str:
    quoted = {key: quote(str(connection.settings_dict[key])) for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")}
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**quoted)


def _end_our_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        ours = cursor.fetchone()[0]
    with psycopg.connect(_database_url()) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [ours])
