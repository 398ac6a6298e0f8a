"""What is true after every step of any life, in SQL and words of its own, with nothing of what the product goes by.

The rows that each question finds are the faults. `ALWAYS` is asked after everything, `ONCE_SWEPT` where a dispatcher has
just been; `KEPT` names what, once written, neither changes nor goes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

STOCKHOLM = ZoneInfo("Europe/Stockholm")
TICK, HOUR, DAY = timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1)
_RUNNING = "d.case_id = c.id AND d.settled_at IS NULL"
_STEP = """EXISTS (SELECT 1 FROM workflows_caseprocess p JOIN workflows_casetask t ON t.process_id = p.id
    WHERE p.case_id = c.id AND t.status IN ('NEW', 'ASSIGNED') AND t.flow_task LIKE '%%.{}')"""
_TODO = "SELECT 1 FROM workflows_todo t WHERE t.case_id = c.id AND t.done_at IS NULL AND t.cancelled_at IS NULL"
#: Alive is a hold that nobody has ended, whatever its `until`; one without a guardian is on all of them.
_HELD = """EXISTS (SELECT 1 FROM riskzon_hold h WHERE h.child_id = c.child_id AND h.ended_at IS NULL AND NOT h.provisional
    AND (h.guardian_id IS NULL OR h.guardian_id = g.guardian_id))"""
_CUSTODIANS = """riskzon_guardianship g WHERE g.child_id = c.child_id
    AND (g.is_custodian IS DISTINCT FROM false OR g.relation = 'appointed_guardian')"""
_FOLLOWED = f"""({_HELD}
    OR EXISTS (SELECT 1 FROM riskzon_contact k WHERE k.case_id = c.id AND k.guardian_id = g.guardian_id AND k.counts)
    OR EXISTS (SELECT 1 FROM riskzon_writtenoff w WHERE w.case_id = c.id AND w.guardian_id = g.guardian_id))"""
_IS_KNOWN = """EXISTS (SELECT 1 FROM riskzon_child b WHERE b.id = c.child_id
    AND (b.identity_number <> '' OR b.birth_date IS NOT NULL))"""

#: Each finds ids of what is wrong; `c` is a case.
ALWAYS = {
    "an open case without a process, or a closed one with": """SELECT c.id FROM riskzon_case c
        WHERE (c.closed_at IS NULL) <> EXISTS (SELECT 1 FROM workflows_caseprocess p WHERE p.case_id = c.id
            AND p.status = 'NEW')""",
    "an open case of which nothing is demanded": f"""SELECT c.id FROM riskzon_case c WHERE c.closed_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM workflows_deadline d WHERE {_RUNNING} AND d.state = 'running')
        AND NOT EXISTS (SELECT 1 FROM workflows_breach b WHERE b.case_id = c.id AND b.reviewed_at IS NULL)
        AND NOT EXISTS ({_TODO})
        AND NOT EXISTS (SELECT 1 FROM workflows_caseprocess p JOIN workflows_casetask t ON t.process_id = p.id
            WHERE p.case_id = c.id AND t.flow_task_type = 'HUMAN' AND t.status IN ('NEW', 'ASSIGNED'))""",
    "an unlawful end": f"""SELECT c.id FROM riskzon_case c WHERE c.closed_at IS NOT NULL AND CASE
        WHEN c.disposition IN ('void', 'transferred') THEN NOT EXISTS (SELECT 1 FROM riskzon_endproposal e
            WHERE e.case_id = c.id AND e.confirmed_at IS NOT NULL AND e.disposition = c.disposition
              AND (e.disposition = 'transferred' OR e.confirmed_by_id <> e.proposed_by_id))
        ELSE c.disposition = '' OR c.assessed_at IS NULL OR c.guardians_followed_at IS NULL OR c.feedback_owed
          OR EXISTS ({_TODO} AND t.what = 'inform_child') END""",
    "next_due_at is not the first outstanding limit": f"""SELECT c.id FROM riskzon_case c
        WHERE c.next_due_at <> coalesce((SELECT min(d.due_at) FROM workflows_deadline d
            WHERE {_RUNNING} AND d.kind <> 'breach_review'), '9999-01-01T00:00Z')""",
    "review_due_at is not the first review": """SELECT c.id FROM riskzon_case c WHERE c.closed_at IS NULL
        AND c.review_due_at IS DISTINCT FROM least(
            (SELECT min(h.until) FROM riskzon_hold h WHERE h.child_id = c.child_id AND h.ended_at IS NULL),
            (SELECT a.reassess_at FROM riskzon_assessment a WHERE a.case_id = c.id ORDER BY a.recorded_at DESC LIMIT 1))""",
    "guardian_contact_open is not what the clock says": f"""SELECT c.id FROM riskzon_case c WHERE c.closed_at IS NULL
        AND c.guardian_contact_open <> (c.guardian_reached_at IS NULL AND (NOT {_IS_KNOWN}
            OR EXISTS (SELECT 1 FROM workflows_deadline d WHERE {_RUNNING} AND d.kind = 'guardian_contact')))""",
    "a step is open that is done, or the other way round": f"""SELECT c.id FROM riskzon_case c WHERE c.closed_at IS NULL AND (
        {_STEP.format("contact_guardians")} <> (c.guardians_followed_at IS NULL)
        OR {_STEP.format("decide_investigation")} <> (c.disposition = '')
        OR {_STEP.format("answer_reporter")} <> c.feedback_owed
        OR {_STEP.format("protective_assessment")} = EXISTS (SELECT 1 FROM riskzon_assessment a
            WHERE a.case_id = c.id AND a.outcome <> 'reassess'))""",
    "a guardian is given up who is to be reached": f"""SELECT c.id FROM riskzon_case c
        WHERE c.closed_at IS NULL AND c.guardians_followed_at IS NOT NULL
          AND c.child_id NOT IN (SELECT b.id FROM riskzon_child b WHERE b.birth_date IS NOT NULL
              AND (b.birth_date + interval '18 years') AT TIME ZONE 'Europe/Stockholm' <= %(now)s)
          AND (EXISTS (SELECT 1 FROM {_CUSTODIANS} AND NOT {_FOLLOWED})
            OR (NOT EXISTS (SELECT 1 FROM {_CUSTODIANS})
                AND NOT EXISTS (SELECT 1 FROM riskzon_writtenoff w WHERE w.case_id = c.id AND w.guardian_id IS NULL)))""",
    "two clocks of one kind run in a case": """SELECT d.case_id FROM workflows_deadline d WHERE d.settled_at IS NULL
        AND d.kind NOT IN ('breach_review', 'hold_review') GROUP BY d.case_id, d.kind HAVING count(*) > 1""",
    "a clock runs for what is done or not demanded": f"""SELECT d.id FROM riskzon_case c JOIN workflows_deadline d ON {_RUNNING}
        WHERE (c.disposition IN ('void', 'transferred') AND d.kind NOT IN ('breach_review', 'hold_review'))
           OR (d.kind = 'open_investigation' AND c.disposition <> '')
           OR (d.kind = 'protective_assessment' AND c.assessed_at IS NOT NULL)
           OR (d.kind = 'guardian_contact' AND (c.guardian_reached_at IS NOT NULL
               OR (EXISTS (SELECT 1 FROM {_CUSTODIANS}) AND NOT EXISTS (SELECT 1 FROM {_CUSTODIANS} AND NOT {_HELD}))))""",
    "no clock runs for what is demanded": f"""SELECT c.id FROM riskzon_case c WHERE c.closed_at IS NULL AND (
        (c.disposition = '' AND NOT EXISTS (SELECT 1 FROM workflows_deadline d WHERE {_RUNNING}
            AND d.kind = 'open_investigation'))
        OR (c.assessed_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM workflows_deadline d WHERE {_RUNNING} AND d.kind = 'protective_assessment'))
        OR (c.feedback_owed AND c.disposition <> ''
            AND NOT EXISTS (SELECT 1 FROM workflows_deadline d WHERE {_RUNNING} AND d.kind = 'reporter_feedback'))
        OR (c.guardian_reached_at IS NULL AND {_IS_KNOWN} AND EXISTS (SELECT 1 FROM {_CUSTODIANS} AND NOT {_FOLLOWED})
            AND NOT EXISTS (SELECT 1 FROM riskzon_child b WHERE b.id = c.child_id
                AND (b.birth_date + interval '18 years') AT TIME ZONE 'Europe/Stockholm' <= %(now)s)
            AND NOT EXISTS (SELECT 1 FROM workflows_deadline d WHERE {_RUNNING} AND d.kind = 'guardian_contact')))""",
    "a running investigation without its clock": """SELECT i.id FROM riskzon_investigation i WHERE i.closed_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM workflows_deadline d
            WHERE d.investigation_id = i.id AND d.kind = 'investigation' AND d.settled_at IS NULL)""",
    "met and breached at once, or neither": """SELECT d.id FROM workflows_deadline d
        WHERE (d.state IN ('breached', 'met_late')) <> (d.fired_at IS NOT NULL) AND d.state <> 'void'
           OR (d.state = 'met' AND d.settled_at > d.due_at) OR d.fired_at <= d.due_at
           OR (d.fired_at IS NOT NULL) <> EXISTS (SELECT 1 FROM workflows_breach b WHERE b.deadline_id = d.id)
           OR (d.fired_at IS NOT NULL)
              <> EXISTS (SELECT 1 FROM workflows_deadlineevent e WHERE e.deadline_id = d.id AND e.step = 'breach')""",
    "a limit that is not the one of contract and law": """SELECT d.id FROM workflows_deadline d
        LEFT JOIN riskzon_hold h ON h.id = d.hold_id
        WHERE d.due_at <> CASE d.kind
            WHEN 'guardian_contact' THEN d.starts_at + interval '86400 seconds'
            WHEN 'protective_assessment' THEN d.starts_at + interval '86400 seconds'
            WHEN 'open_investigation' THEN ((d.starts_at AT TIME ZONE 'Europe/Stockholm')::date + 15)::timestamp
                AT TIME ZONE 'Europe/Stockholm' - interval '1 second'
            WHEN 'investigation' THEN CASE WHEN d.replaces_id IS NULL
                THEN (((d.starts_at AT TIME ZONE 'Europe/Stockholm')::date + interval '4 months')::date + 1)::timestamp
                    AT TIME ZONE 'Europe/Stockholm' - interval '1 second' ELSE d.due_at END
            WHEN 'hold_review' THEN h.until ELSE d.due_at END""",
    "a breach that nobody reviews": """SELECT b.id FROM workflows_breach b WHERE b.kind <> 'breach_review'
        AND (b.reviewed_at IS NULL) <> EXISTS (SELECT 1 FROM workflows_deadline d
            WHERE d.breach_id = b.id AND d.kind = 'breach_review' AND d.settled_at IS NULL)""",
    "a breach that the log does not tell": """SELECT b.id FROM workflows_breach b WHERE NOT EXISTS (SELECT 1
            FROM riskzon_auditentry a
        WHERE a.case_id = b.case_id AND a.what = 'breach' AND a.product_at = b.fired_at AND a.detail ->> 'deadline' = b.kind)""",
    "a hold without its review": """SELECT h.id FROM riskzon_hold h
        WHERE (h.ended_at IS NULL) <> EXISTS (SELECT 1 FROM workflows_deadline d
            WHERE d.hold_id = h.id AND d.kind = 'hold_review' AND d.settled_at IS NULL)""",
    "an end that waits for nobody": f"""SELECT c.id FROM riskzon_case c
        WHERE EXISTS ({_TODO} AND t.what IN ('confirm_end', 'acknowledge')) <> EXISTS (SELECT 1 FROM riskzon_endproposal e
            WHERE e.case_id = c.id AND e.confirmed_at IS NULL AND e.refused_at IS NULL)""",
    "a rung twice": """SELECT min(e.id) FROM workflows_deadlineevent e
        GROUP BY e.deadline_id, e.step HAVING count(*) > 1""",
    "a rung before its moment": "SELECT e.id FROM workflows_deadlineevent e WHERE e.fired_at < e.at",
    "a rung that nobody was told": """SELECT e.id FROM workflows_deadlineevent e JOIN workflows_deadline d ON d.id = e.deadline_id
        WHERE e.told > 0 AND NOT EXISTS (SELECT 1 FROM notifications_message m WHERE m.case_id = d.case_id
            AND m.created_at = e.fired_at AND m.key IN (d.id || ':' || e.step, d.case_id || ':received'))""",
    "somebody told of a child from which they are blocked": """SELECT m.id FROM notifications_message m
        JOIN riskzon_case c ON c.id = m.case_id
        JOIN riskzon_caseblock b ON b.child_id = c.child_id AND b.user_id = m.recipient_id
       WHERE m.created_at > %(since)s AND b.since <= m.created_at AND (b.ended_at IS NULL OR b.ended_at > m.created_at)""",
    "a held guardian contacted by us": """SELECT k.id FROM riskzon_contact k JOIN riskzon_case c ON c.id = k.case_id
        JOIN riskzon_hold h ON h.child_id = c.child_id AND (h.guardian_id IS NULL OR h.guardian_id = k.guardian_id)
       WHERE k.recorded_at > %(since)s AND k.initiated_by = 'staff' AND h.decided_at < k.recorded_at AND h.ended_at IS NULL""",
    "a held guardian who stops the clock": """SELECT k.id FROM riskzon_contact k JOIN riskzon_case c ON c.id = k.case_id
        JOIN riskzon_hold h ON h.child_id = c.child_id AND (h.guardian_id IS NULL OR h.guardian_id = k.guardian_id)
       WHERE k.recorded_at > %(since)s AND k.counts AND h.decided_at < k.recorded_at AND h.ended_at IS NULL
            AND NOT h.provisional""",
}
ONCE_SWEPT = {
    "a limit passed unnoticed": """SELECT d.id FROM workflows_deadline d
        WHERE d.settled_at IS NULL AND d.state = 'running' AND d.due_at < %(now)s""",
    "a rung has come and not fired": "SELECT d.id FROM workflows_deadline d WHERE d.next_step_at <= %(now)s",
    "somebody away or blocked still has it": """SELECT t.id FROM (
        SELECT id, assignee_id AS who, child_id FROM riskzon_case WHERE closed_at IS NULL
        UNION ALL SELECT id, case_worker_id, child_id FROM riskzon_investigation WHERE closed_at IS NULL) t
        WHERE EXISTS (SELECT 1 FROM riskzon_caseblock b
               WHERE b.user_id = t.who AND b.child_id = t.child_id AND b.ended_at IS NULL)
           OR (EXISTS (SELECT 1 FROM riskzon_absence a WHERE a.person_id = t.who AND a.starts_at <= %(now)s
                 AND coalesce(least(a.ends_at, a.ended_at), 'infinity') > %(now)s)
               AND NOT EXISTS (SELECT 1 FROM riskzon_user u WHERE u.id = t.who AND u.role = 'head'))""",
    "a child who has turned 15 and is told by nobody": """SELECT c.id FROM riskzon_case c
            JOIN riskzon_child b ON b.id = c.child_id
        WHERE c.closed_at IS NULL AND (b.birth_date + interval '15 years') AT TIME ZONE 'Europe/Stockholm' <= %(now)s
          AND NOT EXISTS (SELECT 1 FROM workflows_todo t WHERE t.case_id = c.id AND t.what = 'inform_child')""",
    "guardians of somebody of age are sought": """SELECT c.id FROM riskzon_case c JOIN riskzon_child b ON b.id = c.child_id
        JOIN workflows_deadline d ON d.case_id = c.id AND d.settled_at IS NULL AND d.kind = 'guardian_contact'
        WHERE (b.birth_date + interval '18 years') AT TIME ZONE 'Europe/Stockholm' <= %(now)s""",
}
KEPT = {
    "riskzon_report": "number, year, kind, registered_at, registered_by_id, raw",
    "riskzon_case": "report_id, ordinal, registered_at, as_reported",
    "riskzon_contact": "case_id, guardian_id, at, recorded_at, by_id, outcome, initiated_by",
    "riskzon_assessment": "case_id, outcome, at, recorded_at, by_id",
    "riskzon_hold": "guardian_id, case_id, code, until, provisional, decided_at, decided_by_id",
    "riskzon_timecorrection": "report_id, field, old, new, at, by_id, reason",
    "riskzon_supplement": "report_id, at, by_id, text",
    "riskzon_endproposal": "case_id, disposition, void_kind, proposed_at, proposed_by_id, replaced_by_id, duplicate_of_id",
    "riskzon_auditentry": "actor_id, action, what, case_id, product_at, detail",
    "riskzon_absence": "person_id, starts_at, registered_by_id, registered_at",
    "riskzon_investigation": "opened_at, opened_by_id",
    "workflows_deadline": "case_id, kind, rule_id, starts_at, due_at, created_at, replaces_id",
    "workflows_deadlineevent": "deadline_id, step, at, fired_at, told, folded",
    "workflows_breach": "deadline_id, case_id, kind, due_at, fired_at, born",
    "notifications_message": "kind, key, recipient_id, case_id, created_at",
}
_KEPT = " UNION ALL ".join(
    f"SELECT '{table} ' || id, md5(ROW({columns})::text) FROM {table}" for table, columns in KEPT.items()
)


@dataclass
class Books:
    """What there has been once: the numbers as they were acknowledged, and every row that is to stay as it is."""

    numbers: list[str] = field(default_factory=list)
    rows: dict[str, str] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)

    def compare(self) -> None:
        """Nothing that was there has changed or gone; what is new is written down."""
        rows = dict(ask(_KEPT))
        assert self.rows.items() <= rows.items(), self.rows.items() - rows.items()
        self.rows, self.tables = rows, {row.split()[0] for row in rows}
        numbers = [number for (number,) in ask("SELECT number FROM riskzon_report ORDER BY registered_at, number")]
        assert numbers == self.numbers
        by_year: dict[str, list[int]] = {}
        for number in numbers:
            by_year.setdefault(number[:4], []).append(int(number[5:]))
        assert all(places == list(range(1, len(places) + 1)) for places in by_year.values()), numbers


def faults(since: datetime, now: datetime, *, swept: bool) -> list[tuple[str, str]]:
    """What is not as it must be at `now`, or was done wrongly after `since`, each with the id of the row."""
    questions = ALWAYS | (ONCE_SWEPT if swept else {})
    asked = " UNION ALL ".join(
        f"SELECT '{what}', found.*::text FROM ({sql}) AS found (id)" for what, sql in questions.items()
    )
    return ask(asked, {"since": since, "now": now})


def ask(question: str, values: dict[str, object] | None = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return cursor.fetchall()


# --- the ladders ----------------------------------------------------------------------------------------------------

#: Each rung by kind: its key and how far from the limit, or from the registration where it says so.
_FROM_DUE = {
    "guardian_contact": ("-12h", "-4h", "-1h", "breach", "+1h", "+4h"),
    "protective_assessment": ("breach",),
    "open_investigation": ("-3d", "-1d", "breach"),
    "reporter_feedback": ("-1d", "breach"),
    "investigation": ("-30d", "-7d", "breach"),
    "hold_review": ("-4h", "-1h", "breach", "+4h"),
    "breach_review": ("-1d", "breach"),
    "lul_statement": ("-3d", "breach"),
}
_FROM_START = {
    "guardian_contact": {"registered": 0},
    "protective_assessment": {"registered": 0, "+1h-waiting": 1, "+4h-waiting": 4},
}


def rungs(kind: str, begins: datetime, due: datetime, until: datetime) -> dict[str, datetime]:
    """Every rung of one clock that has come by `until`, with its moment."""
    found = {key: begins + hours * HOUR for key, hours in _FROM_START.get(kind, {}).items()}
    for key in _FROM_DUE[kind]:
        found[key] = due + (TICK if key == "breach" else int(key[:-1]) * (HOUR if key.endswith("h") else DAY))
    if kind == "guardian_contact":
        found |= {f"daily-{eight.astimezone(STOCKHOLM).date()}": eight for eight in _mornings(due + 4 * HOUR, until)}
    return {key: at for key, at in found.items() if at <= until}


def _mornings(after: datetime, until: datetime) -> Iterator[datetime]:
    day = after.astimezone(STOCKHOLM).replace(hour=8, minute=0, second=0, microsecond=0, fold=0)
    while (eight := day.astimezone(UTC)) <= until:
        if eight > after:
            yield eight
        day += DAY


_CLOCKS = """
SELECT d.id, d.kind, CASE WHEN d.replaces_id IS NULL THEN d.created_at ELSE c.registered_at END, d.due_at,
       d.settled_at IS NULL, (b.birth_date + interval '18 years') AT TIME ZONE 'Europe/Stockholm',
       coalesce((SELECT json_object_agg(e.step, e.at) FROM workflows_deadlineevent e WHERE e.deadline_id = d.id), '{}')
  FROM workflows_deadline d JOIN riskzon_case c ON c.id = d.case_id JOIN riskzon_child b ON b.id = c.child_id
"""


def rungs_are_right(now: datetime, *, swept: bool) -> None:
    """No rung has fired that has not come, at another moment than its own, or twice; once swept, none is missing."""
    for pk, kind, begins, due, runs, of_age, said in ask(_CLOCKS):
        fired = {step: datetime.fromisoformat(at) for step, at in said.items()}
        come = rungs(kind, begins, due, now)
        assert fired.items() <= come.items(), (pk, kind, fired, come)
        if swept and runs:
            ends = of_age if kind == "guardian_contact" and of_age else None
            missing = {key for key, at in come.items() if ends is None or at < ends} - fired.keys()
            assert not missing, (pk, kind, missing)
