"""Is the promise kept at this moment? Asked by a process of its own, with SQL of its own.

Nothing here uses the code that keeps the promise: not the sweep, the ladders, the outbox or Celery. So a fault in one of
them cannot hide itself. The alarm is a line on standard error and an old or bad heartbeat, which the health page turns
into 503; it is never a message of the product's own, which may be what is broken.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from threading import Event
from typing import TextIO

from django.db import Error, connection, transaction

EVERY = timedelta(seconds=30)
#: A deadline or rung this far past its moment has been missed, not just not yet reached.
LATE = timedelta(seconds=60)
#: The oldest that a dispatcher's heartbeat, and the auditor's own, may be.
SILENT = timedelta(seconds=90)
OUTBOX_SLOW = timedelta(minutes=2)
CLOCKS_APART = timedelta(seconds=2)
#: How far back each round looks for breaches that nobody was told of; older ones are for `accounting`.
LOOK_BACK = timedelta(days=2)
DISPATCHERS = ["sweep", "loop"]
HEARTBEAT = "audit"

#: Waits after rounds that failed, the last one again and again; the database may be restarting.
BACK_OFF = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True)
class Findings:
    """What one round saw. Counts are of rows; ages in seconds by the database's real clock; None: never, or nothing."""

    overdue_unfired: int
    rungs_unfired: int
    breached_untold: int
    steps_failed: int
    cases_without_deadline: int
    outbox_oldest_seconds: float | None
    sweep_age_seconds: float | None
    silent_dispatchers: tuple[str, ...]
    clock_skew_seconds: float

    @property
    def faults(self) -> tuple[str, ...]:
        """The names of what is not as it must be; empty when the promise is kept."""
        late_sweep = self.sweep_age_seconds is None or self.sweep_age_seconds > SILENT.total_seconds()
        bad = {
            "overdue_unfired": self.overdue_unfired > 0,
            "rungs_unfired": self.rungs_unfired > 0,
            "breached_untold": self.breached_untold > 0,
            "steps_failed": self.steps_failed > 0,
            "cases_without_deadline": self.cases_without_deadline > 0,
            "outbox_slow": (self.outbox_oldest_seconds or 0) > OUTBOX_SLOW.total_seconds(),
            "no_sweep": late_sweep,
            "silent_dispatchers": bool(self.silent_dispatchers),
            "clocks_apart": abs(self.clock_skew_seconds) > CLOCKS_APART.total_seconds(),
        }
        return tuple(name for name, is_bad in bad.items() if is_bad)


def look(app_clock: Callable[[], float] = time.time) -> Findings:
    """Ask the database once. Raises `django.db.Error` when it does not answer."""
    with connection.cursor() as cursor:
        before = app_clock()
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        database = cursor.fetchone()[0]
        skew = (before + app_clock()) / 2 - database
        cursor.execute(_LOOK, {"late": LATE, "look_back": LOOK_BACK, "silent": SILENT, "dispatchers": DISPATCHERS})
        overdue, rungs, untold, failed, bare, oldest, sweep_age, silent = cursor.fetchone()
    return Findings(
        overdue_unfired=overdue,
        rungs_unfired=rungs,
        breached_untold=untold,
        steps_failed=failed,
        cases_without_deadline=bare,
        outbox_oldest_seconds=oldest,
        sweep_age_seconds=sweep_age,
        silent_dispatchers=tuple(silent),
        clock_skew_seconds=round(skew, 3),
    )


def audit() -> Findings:
    """One round: look, and write the heartbeat with what was seen."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10s'")
        findings = look()
        cursor.execute(
            """
            INSERT INTO workflows_heartbeat (name, at, detail) VALUES (%s, clock_timestamp(), %s::jsonb)
            ON CONFLICT (name) DO UPDATE SET at = excluded.at, detail = excluded.detail
            """,
            [HEARTBEAT, json.dumps(_as_detail(findings))],
        )
    return findings


def watch(stopping: Event, *, out: TextIO | None = None, alarm: TextIO | None = None) -> None:
    """Audit every thirty seconds until `stopping` is set; a database that is away is waited for and said, not fatal."""
    out, alarm = out or sys.stdout, alarm or sys.stderr
    failed = 0
    while not stopping.is_set():
        try:
            findings = audit()
        except Error as problem:
            # Never the problem's own words, which may quote a row.
            _say(alarm, {"event": "audit_failed", "error": type(problem).__name__})
            connection.close()
            stopping.wait(BACK_OFF[min(failed, len(BACK_OFF) - 1)])
            failed += 1
            continue
        failed = 0
        _say(out, {"event": "audit", **_as_detail(findings)})
        if findings.faults:
            _say(alarm, {"event": "audit_alarm", "faults": findings.faults})
        stopping.wait(EVERY.total_seconds())


def _as_detail(findings: Findings) -> dict[str, object]:
    return {**asdict(findings), "faults": findings.faults}


def _say(stream: TextIO, line: dict[str, object]) -> None:
    stream.write(json.dumps({"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **line}) + "\n")
    stream.flush()


# The moments of deadlines are told by the product's clock, everything about the machinery by the real one. The two
# counts over deadlines walk partial indexes of what is outstanding, so a round costs the same after ten years.
_LOOK = """
WITH clock AS MATERIALIZED (SELECT riskzon_now() AS product, clock_timestamp() AS real)
SELECT
    (SELECT count(*) FROM workflows_deadline AS d
      WHERE d.settled_at IS NULL AND d.state = 'running'
        AND d.due_at < (SELECT product FROM clock) - %(late)s::interval),
    (SELECT count(*) FROM workflows_deadline AS d
      WHERE d.next_step_at < (SELECT product FROM clock) - %(late)s::interval),
    (SELECT count(*) FROM workflows_breach AS b
      WHERE b.fired_at > (SELECT product FROM clock) - %(look_back)s::interval
        AND NOT EXISTS (
                SELECT 1 FROM workflows_deadlineevent AS event
                 WHERE event.deadline_id = b.deadline_id AND event.step = 'breach'
            ))
    + (SELECT count(*) FROM workflows_deadline AS d
        WHERE d.settled_at IS NULL AND d.state = 'breached'
          AND d.due_at > (SELECT product FROM clock) - %(look_back)s::interval
          AND NOT EXISTS (SELECT 1 FROM workflows_breach AS b WHERE b.deadline_id = d.id)),
    (SELECT count(*) FROM workflows_casetask AS task WHERE task.status = 'ERROR'),
    (SELECT count(*) FROM riskzon_case AS c
      WHERE c.closed_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM workflows_deadline AS d WHERE d.case_id = c.id)),
    (SELECT extract(epoch FROM (SELECT real FROM clock) - min(delivery.created_at))::float8
       FROM notifications_delivery AS delivery WHERE delivery.state = 'waiting'),
    (SELECT extract(epoch FROM (SELECT real FROM clock) - max(heart.at))::float8
       FROM workflows_heartbeat AS heart WHERE heart.name = ANY (%(dispatchers)s)),
    ARRAY(
        SELECT wanted.name FROM unnest(%(dispatchers)s::text[]) AS wanted (name)
         WHERE NOT EXISTS (
                   SELECT 1 FROM workflows_heartbeat AS heart
                    WHERE heart.name = wanted.name
                      AND heart.at >= (SELECT real FROM clock) - %(silent)s::interval
               )
         ORDER BY wanted.name
    )
"""
