"""Is the promise kept at this moment? Asked by a process of its own, with SQL of its own, in a role that only reads.

Nothing here uses the code that keeps the promise: not the sweep, the ladders, the outbox or Celery. So a fault in one of
them cannot hide itself. The alarm has a way of its own (`workflows.alarm`), a line on standard error, and an old or bad
heartbeat, which the health page and the banner of the leaders show; it is never a message of the product's own, which
may be what is broken.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from threading import Event
from typing import TextIO

from django.conf import settings
from django.db import Error, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from riskzon.narrow import Part, own_role
from riskzon.sealing import Standing, standing
from workflows import auditor_role
from workflows.alarm import Alarm, ping
from workflows.auditor_log import wrong_seals
from workflows.auditor_rights import Compared, compared, everywhere
from workflows.auditor_roster import seconds_until_nobody

EVERY = timedelta(seconds=30)
#: The next round where one has seen something else than the one before it: a fault is confirmed before it is told.
SOON = timedelta(seconds=5)
#: A deadline or rung this far past its moment has been missed, not just not yet reached.
LATE = timedelta(seconds=60)
#: The oldest that a dispatcher's heartbeat, and the auditor's own, may be.
SILENT = timedelta(seconds=90)
OUTBOX_SLOW = timedelta(minutes=2)
CLOCKS_APART = timedelta(seconds=2)
#: How far back each round looks for breaches that nobody was told of; older ones are for `accounting`.
LOOK_BACK = timedelta(days=2)
#: How long after its moment a canary may be on its way, and how old the newest may be; one is made each hour.
CANARY_WITHIN = timedelta(minutes=5)
CANARY_EVERY = timedelta(minutes=75)
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
    canary_age_seconds: float | None
    #: What became of the last canary that has arrived or should have: "" it did, else where it stopped.
    canary_problem: str
    #: By the product's clock, unlike the other ages; 0: now. None: somebody is on duty for a day whenever a unit is closed.
    nobody_on_duty_in_seconds: float | None
    #: Nobody is head of department, where every ladder ends and what nobody else may lead is led.
    no_head: bool
    clock_skew_seconds: float
    #: Of the access log: the age of the oldest row that no seal holds, and of the oldest seal that no head tells of.
    log_unsealed_seconds: float | None
    log_headless_seconds: float | None
    #: Seals among the newest that are not what they were, or do not follow on the one before.
    log_seals_wrong: int
    #: Rights on single cases that nobody should have, or that somebody lacks, and how old that comparison is.
    rights_wrong: int
    rights_missing: int
    rights_age_seconds: float | None
    #: Rights on all cases, past the policy.
    rights_everywhere: int
    #: What writes or works unseen and has no role of its own to do it in, or one that has lacked a right: it goes on with all.
    all_rights: tuple[str, ...]

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
            "canary_late": bool(self.canary_problem)
            or self.canary_age_seconds is None
            or self.canary_age_seconds > CANARY_EVERY.total_seconds(),
            "roster_gap": self.nobody_on_duty_in_seconds is not None,
            "no_head": self.no_head,
            "clocks_apart": abs(self.clock_skew_seconds) > CLOCKS_APART.total_seconds(),
            "log_broken": self.log_seals_wrong > 0,
            **Compared(self.rights_wrong, self.rights_missing, self.rights_age_seconds).faults,
            "rights_everywhere": self.rights_everywhere > 0,
            "all_rights": bool(self.all_rights),
            **dict.fromkeys(("log_not_sealed", "log_head_not_written"), False),
            **dict.fromkeys(Standing(self.log_unsealed_seconds, self.log_headless_seconds).faults, True),
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
        overdue, rungs, untold, failed, bare, oldest, sweep_age, silent, no_head = cursor.fetchone()
        cursor.execute(_ALL_RIGHTS, {"parts": [*Part], "roles": [own_role(part) for part in Part], "silent": SILENT})
        all_rights = [part for (part,) in cursor.fetchall()]
        cursor.execute(_CANARY, {"within": CANARY_WITHIN})
        canary_age, canary_problem = cursor.fetchone()
    log, rights = standing(), compared()
    return Findings(
        overdue_unfired=overdue,
        rungs_unfired=rungs,
        breached_untold=untold,
        steps_failed=failed,
        cases_without_deadline=bare,
        outbox_oldest_seconds=oldest,
        sweep_age_seconds=sweep_age,
        silent_dispatchers=tuple(silent),
        canary_age_seconds=canary_age,
        canary_problem=canary_problem or "",
        nobody_on_duty_in_seconds=seconds_until_nobody(),
        no_head=no_head,
        clock_skew_seconds=round(skew, 3),
        log_unsealed_seconds=log.unsealed_seconds,
        log_headless_seconds=log.headless_seconds,
        log_seals_wrong=wrong_seals(),
        rights_wrong=rights.wrong,
        rights_missing=rights.missing,
        rights_age_seconds=rights.age_seconds,
        rights_everywhere=everywhere(),
        all_rights=tuple(all_rights),
    )


def audit() -> Findings:
    """One round: look, and write the heartbeat with what was seen."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10s'")
        findings = look()
        # A function that writes this one row: the role itself writes nothing.
        cursor.execute("SELECT workflows_audit_beat(%s::jsonb)", [json.dumps(_as_detail(findings))])
    return findings


def watch(stopping: Event, *, out: TextIO | None = None, alarm: TextIO | None = None) -> None:
    """Audit every thirty seconds until `stopping` is set; a database that is away is waited for and said, not fatal.

    The dead-man's switch hears of a round only when nothing is wrong in it.
    """
    out, alarm = out or sys.stdout, alarm or sys.stderr
    voice = Alarm(say=partial(_say, alarm))
    failed, before = 0, ()
    while not stopping.is_set():
        try:
            findings = audit()
        except Error as problem:
            # Never the problem's own words, which may quote a row.
            _say(alarm, {"event": "audit_failed", "error": type(problem).__name__})
            connection.close()
            voice.hear(["audit_failed"], {})
            stopping.wait(BACK_OFF[min(failed, len(BACK_OFF) - 1)])
            failed += 1
            continue
        failed = 0
        detail = _as_detail(findings)
        _say(out, {"event": "audit", **detail})
        if findings.faults:
            _say(alarm, {"event": "audit_alarm", "faults": findings.faults})
        elif settings.DEADMAN_URL and (problem := ping(settings.DEADMAN_URL)):
            _say(alarm, {"event": "deadman_not_reached", "error": problem})
        voice.hear(findings.faults, detail)
        stopping.wait((EVERY if findings.faults == before else SOON).total_seconds())
        before = findings.faults


def read_only(alarm: TextIO | None = None) -> None:
    """From its next connection to the database on, this process has the auditor's role and nothing more."""
    alarm = alarm or sys.stderr

    def narrow(connection: BaseDatabaseWrapper, **_: object) -> None:
        if problem := auditor_role.take(connection.connection):
            name = auditor_role.role_name(connection.settings_dict["NAME"])
            _say(alarm, {"event": "audit_with_all_rights", "wanted_role": name, "error": problem})

    connection_created.connect(narrow, weak=False, dispatch_uid="auditor_role")
    connection.close()


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
    ),
    EXISTS (SELECT 1 FROM riskzon_unit)
    AND NOT EXISTS (SELECT 1 FROM riskzon_user AS head WHERE head.role = 'head' AND head.is_active)
"""

# Which roles are not there for this login, and what a dispatcher has said that it does without.
_ALL_RIGHTS = """
SELECT wanted.part FROM unnest(%(parts)s::text[], %(roles)s::text[]) AS wanted (part, name)
 WHERE NOT EXISTS (
           SELECT 1 FROM pg_roles AS r WHERE r.rolname = wanted.name AND pg_has_role(session_user, r.oid, 'MEMBER')
       )
 UNION
SELECT said.part FROM workflows_heartbeat AS heart
 CROSS JOIN LATERAL jsonb_array_elements_text(heart.detail -> 'all_rights') AS said (part)
 WHERE heart.at >= clock_timestamp() - %(silent)s::interval
 ORDER BY 1
"""

# The last canary that has arrived or has run out of time is the one that tells; a younger one is still on its way.
_CANARY = """
WITH canary AS (
    SELECT c.made_at, c.due_at, c.fired_at, c.rehearsal,
           EXISTS (
               SELECT 1 FROM notifications_message AS m JOIN notifications_delivery AS d ON d.message_id = m.id
                WHERE m.kind = 'canary' AND m.key = 'canary:' || c.id::text AND d.state = 'sent'
           ) AS has_arrived
      FROM riskzon_canary AS c
     ORDER BY c.made_at DESC
     LIMIT 12
)
SELECT extract(epoch FROM clock_timestamp() - (SELECT max(made_at) FROM canary))::float8,
       (
           SELECT CASE WHEN fired_at IS NULL THEN 'not_fired'
                       WHEN NOT has_arrived THEN 'not_sent'
                       WHEN rehearsal <> 'no_intake' THEN rehearsal
                       ELSE ''
                  END
             FROM canary
            WHERE has_arrived OR due_at < clock_timestamp() - %(within)s::interval
            ORDER BY made_at DESC
            LIMIT 1
       )
"""
