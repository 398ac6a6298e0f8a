"""Is every report that ever came in still accounted for, or which one is not, and why?

The question is put to the tables with SQL of its own, not to the code that wrote them: whatever is lost by a fault in a
verb, in the sweep or by hand in the database must show here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from riskzon.models import Role

#: A deadline that passed this long ago must have fired; the dispatchers come every few seconds.
GRACE = timedelta(seconds=60)
#: Who can act in a unit that holds cases.
_STAFF = [Role.SOCIAL_WORKER.value, Role.SUPERVISOR.value, Role.DUTY.value]


class What(TextChoices):
    """What can be missing. The value is a code for programs, in words that a log or a terminal can show."""

    NUMBER_MISSING = "number_missing", _("Numret är givet men anmälan saknas")
    OUTSIDE_SERIES = "outside_series", _("Anmälan har inget nummer ur årets serie")
    NO_CASE = "no_case", _("Anmälan har inget ärende")
    NO_PROCESS = "no_process", _("Ärendet har ingen process")
    PROCESS_ENDED = "process_ended", _("Processen är slut men ärendet är öppet")
    PROCESS_RUNS_ON = "process_runs_on", _("Ärendet är avslutat men processen pågår")
    UNLAWFUL_END = "unlawful_end", _("Ärendet är avslutat utan allt som krävs")
    POINTER_LOST = "pointer_lost", _("Ärendet som det hänvisas till är varken i gång eller avslutat")
    STEP_FAILED = "step_failed", _("Ett steg i processen har gått fel")
    NOTHING_DEMANDED = "nothing_demanded", _("Ingen frist, ingen granskning och ingen uppgift väntar")
    NOT_FIRED = "not_fired", _("En frist har passerat utan att det märkts")
    BREACH_MISSING = "breach_missing", _("En överskriden frist saknar sin rad")
    BREACH_UNFOUNDED = "breach_unfounded", _("En rad om överskriden frist saknar sin frist")
    NOBODY_THERE = "nobody_there", _("Ingen arbetar i enheten som har ärendet")


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it must be. `number`: the case's (2026-000417-1), else the report's (2026-000417)."""

    number: str
    what: str
    case_id: UUID | None = None

    @property
    def label(self) -> str:
        """What is wrong, in the reader's language."""
        return str(What(self.what).label)


@dataclass(frozen=True)
class Account:
    """How many reports were registered, how many of them nothing is wrong with, and what is wrong with the rest."""

    registered: int
    accounted: int
    faults: tuple[Fault, ...]

    @property
    def is_whole(self) -> bool:
        return not self.faults


def account(now: datetime) -> Account:
    """Go through every report ever registered, at `now` by the product's clock; some statements, whatever the number."""
    with connection.cursor() as cursor:
        cursor.execute(_REGISTERED.format(_OUTSIDE_SERIES))
        registered = cursor.fetchone()[0]
        faults: set[Fault] = set()
        unaccounted: set[object] = set()
        for what, query in _CHECKS.items():
            cursor.execute(query, {"due_before": now - GRACE, "staff": _STAFF})
            for report, ordinal, case_id in cursor.fetchall():
                unaccounted.add(report)
                faults.add(Fault(f"{report}-{ordinal}" if ordinal else str(report), what.value, case_id))
    return Account(registered, registered - len(unaccounted), tuple(sorted(faults, key=_order)))


def _order(fault: Fault) -> tuple[str, str]:
    return fault.number, fault.what


_REGISTERED = """
    SELECT (SELECT coalesce(sum(last), 0) FROM riskzon_reportseries) + (SELECT count(*) FROM riskzon_report AS report {})
"""
_REPORTS = "SELECT coalesce(report.number, report.id::text), NULL, NULL FROM riskzon_report AS report"
_CASES = """
    SELECT coalesce(report.number, report.id::text), c.ordinal, c.id
      FROM riskzon_case AS c JOIN riskzon_report AS report ON report.id = c.report_id
"""
_OUTSIDE_SERIES = """
    WHERE NOT EXISTS (
              SELECT 1 FROM riskzon_reportseries AS series
               WHERE series.year = report.year
                 AND split_part(report.number, '-', 1)::int = report.year
                 AND split_part(report.number, '-', 2)::int BETWEEN 1 AND series.last
          )
"""

_WITHOUT_CASE = """
    WHERE NOT EXISTS (SELECT 1 FROM riskzon_case AS c WHERE c.report_id = report.id)
"""

# Every check answers with the number of the report, the place of the case in it (null: the whole report), the case.
_OF_REPORTS = {
    What.NUMBER_MISSING: """
        SELECT given.number, NULL, NULL
          FROM (SELECT series.year || '-' || lpad(place::text, 6, '0') AS number
                  FROM riskzon_reportseries AS series CROSS JOIN LATERAL generate_series(1, series.last) AS place
               ) AS given
         WHERE NOT EXISTS (SELECT 1 FROM riskzon_report AS report WHERE report.number = given.number)
    """,
    What.OUTSIDE_SERIES: _REPORTS + _OUTSIDE_SERIES,
    What.NO_CASE: _REPORTS + _WITHOUT_CASE,
}
_OF_CASES = {
    What.NO_PROCESS: """
        WHERE NOT EXISTS (SELECT 1 FROM workflows_caseprocess AS process WHERE process.case_id = c.id)
    """,
    What.PROCESS_ENDED: """
        JOIN workflows_caseprocess AS process ON process.case_id = c.id
       WHERE c.closed_at IS NULL AND process.status <> 'NEW'
    """,
    What.PROCESS_RUNS_ON: """
        JOIN workflows_caseprocess AS process ON process.case_id = c.id
       WHERE c.closed_at IS NOT NULL
         AND process.status <> 'DONE'
         AND (process.status = 'NEW' OR c.disposition NOT IN ('void', 'transferred'))
    """,
    # The same conditions as the table's own CHECK, and the pointers followed: the investigation is about this child.
    What.UNLAWFUL_END: """
        LEFT JOIN riskzon_investigation AS investigation ON investigation.id = c.investigation_id
       WHERE (c.closed_at IS NOT NULL
              AND c.disposition NOT IN ('void', 'transferred')
              AND (c.disposition = '' OR c.assessed_at IS NULL OR c.guardians_followed_at IS NULL OR c.feedback_owed
                   OR (c.disposition IN ('opened', 'linked') AND investigation.child_id IS DISTINCT FROM c.child_id)))
          OR (c.disposition IN ('void', 'transferred')
              AND (c.closed_at IS NULL
                   OR NOT EXISTS (
                          SELECT 1 FROM riskzon_endproposal AS ending
                           WHERE ending.case_id = c.id AND ending.disposition = c.disposition
                             AND ending.confirmed_by_id IS NOT NULL
                             AND (ending.acknowledged_at IS NOT NULL
                                  OR (ending.disposition = 'void' AND ending.confirmed_by_id <> ending.proposed_by_id))
                      )))
    """,
    # From pointer to pointer there must be a case that was not itself registered in error; a ring has none.
    What.POINTER_LOST: """
        JOIN riskzon_endproposal AS ending ON ending.case_id = c.id AND ending.confirmed_at IS NOT NULL
       WHERE c.disposition = 'void'
         AND ending.void_kind IN ('wrong_person', 'duplicate')
         AND NOT EXISTS (
                 WITH RECURSIVE way (id) AS (
                     SELECT coalesce(ending.replaced_by_id, ending.duplicate_of_id)
                     UNION
                     SELECT coalesce(further.replaced_by_id, further.duplicate_of_id)
                       FROM way JOIN riskzon_endproposal AS further
                         ON further.case_id = way.id AND further.confirmed_at IS NOT NULL
                 )
                 SELECT 1 FROM way JOIN riskzon_case AS target ON target.id = way.id AND target.disposition <> 'void'
             )
    """,
    What.STEP_FAILED: """
        JOIN workflows_caseprocess AS process ON process.case_id = c.id
        JOIN workflows_casetask AS task ON task.process_id = process.id AND task.status = 'ERROR'
    """,
    What.NOTHING_DEMANDED: """
        WHERE c.closed_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM workflows_deadline AS d WHERE d.case_id = c.id AND d.state = 'running')
          AND NOT EXISTS (SELECT 1 FROM workflows_breach AS b WHERE b.case_id = c.id AND b.reviewed_at IS NULL)
          AND NOT EXISTS (
                  SELECT 1 FROM workflows_caseprocess AS process
                    JOIN workflows_casetask AS task ON task.process_id = process.id
                   WHERE process.case_id = c.id
                     AND task.flow_task_type = 'HUMAN' AND task.status IN ('NEW', 'ASSIGNED')
              )
          AND NOT EXISTS (
                  SELECT 1 FROM workflows_todo AS todo
                   WHERE todo.case_id = c.id AND todo.done_at IS NULL AND todo.cancelled_at IS NULL
              )
    """,
    What.NOT_FIRED: """
        JOIN workflows_deadline AS d ON d.case_id = c.id
       WHERE d.settled_at IS NULL AND d.state = 'running' AND d.due_at < %(due_before)s
    """,
    What.BREACH_MISSING: """
        JOIN workflows_deadline AS d ON d.case_id = c.id
       WHERE (d.fired_at IS NOT NULL OR d.state IN ('breached', 'met_late'))
         AND NOT EXISTS (SELECT 1 FROM workflows_breach AS b WHERE b.deadline_id = d.id)
    """,
    What.BREACH_UNFOUNDED: """
        JOIN workflows_breach AS b ON b.case_id = c.id
        JOIN workflows_deadline AS d ON d.id = b.deadline_id
       WHERE d.fired_at IS NULL OR d.case_id <> b.case_id OR d.kind <> b.kind
    """,
    What.NOBODY_THERE: """
        JOIN riskzon_unit AS unit ON unit.id = c.unit_id
       WHERE c.closed_at IS NULL
         AND NOT EXISTS (
                 SELECT 1 FROM riskzon_user AS person
                  WHERE person.is_active AND person.role = ANY (%(staff)s)
                    AND (person.unit_id = unit.id OR person.id = unit.supervisor_id)
             )
    """,
}
_CHECKS = _OF_REPORTS | {what: _CASES + condition for what, condition in _OF_CASES.items()}
