"""If this rule had held: which running deadlines would have another limit, and which past ones another outcome?

For information only: a running deadline keeps its rule, and what has been judged stays judged. Numbers by unit, no case.
The limits are worked out by `workflows.due`, once for each local day and rule, and compared in two statements whatever
the number of deadlines.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import starmap

from django.db import connection

from riskzon.columns import arrays
from riskzon.localtime import start_of_local_day
from riskzon.models import ReportKind
from workflows.due import Length, due_at
from workflows.lawful import COUNTED, Track

#: How far back the outcomes are looked at.
PAST = timedelta(days=365)

#: The deadlines of a track that run, or were settled or breached within the last year, each as it stands today: not one
#: that a corrected time or an extension has replaced, and none that fell away.
_SUBJECT = """
subject AS (
    SELECT d.*, c.unit_id, (d.starts_at AT TIME ZONE 'Europe/Stockholm')::date AS day, d.state = 'running' AS runs
      FROM workflows_deadline AS d
      JOIN riskzon_case AS c ON c.id = d.case_id
      JOIN riskzon_report AS r ON r.id = c.report_id
     WHERE d.kind = %s AND r.kind = ANY (%s) AND d.state <> 'void'
       AND (d.state = 'running' OR COALESCE(d.settled_at, d.fired_at) >= %s)
       AND NOT EXISTS (SELECT 1 FROM workflows_deadline AS later WHERE later.replaces_id = d.id)
)
"""
_DAYS = f"""
WITH {_SUBJECT}
SELECT DISTINCT rule.id, rule.length, rule.amount, subject.day
  FROM subject JOIN workflows_deadlinerule AS rule ON rule.id = subject.rule_id
"""  # noqa: S608 - nothing of it comes from outside
_COUNT = f"""
WITH {_SUBJECT},
own AS (SELECT * FROM unnest(%s::bigint[], %s::date[], %s::timestamptz[]) AS own (rule_id, day, due)),
wanted AS (SELECT * FROM unnest(%s::date[], %s::timestamptz[]) AS wanted (day, due)),
judged AS (
    SELECT subject.*, CASE
               -- A limit that a decision or a request has named is not the rule's.
               WHEN subject.due_at <> CASE WHEN rule.length = 'hours'
                                           THEN subject.starts_at + rule.amount * interval '1 hour'
                                           ELSE own.due END THEN subject.due_at
               WHEN %s::int IS NOT NULL THEN subject.starts_at + %s::int * interval '1 hour'
               ELSE wanted.due
           END AS due
      FROM subject
      JOIN workflows_deadlinerule AS rule ON rule.id = subject.rule_id
      LEFT JOIN own ON own.rule_id = subject.rule_id AND own.day = subject.day
      LEFT JOIN wanted ON wanted.day = subject.day
)
SELECT unit.name,
       count(*) FILTER (WHERE runs),
       count(*) FILTER (WHERE runs AND (NOT %s OR judged.due <> judged.due_at)),
       count(*) FILTER (WHERE NOT runs),
       count(*) FILTER (WHERE NOT runs AND fired_at IS NULL AND NOT breach_stands
                          AND (NOT %s OR COALESCE(settled_at, %s) > judged.due)),
       count(*) FILTER (WHERE NOT runs AND fired_at IS NOT NULL AND NOT breach_stands
                          AND (NOT %s OR COALESCE(settled_at, %s) <= judged.due))
  FROM judged JOIN riskzon_unit AS unit ON unit.id = judged.unit_id
 GROUP BY unit.name
 ORDER BY unit.name
"""  # noqa: S608


@dataclass(frozen=True)
class Difference:
    """One unit, or all together (`unit` ""): of how many how many would differ.

    `stricter`: in time then, a breach by this rule. `laxer`: a breach then, none by this rule. Where the clock is switched
    off, whatever was in time would not have been asked for, and counts as `stricter`.
    """

    unit: str
    running: int
    moved: int
    past: int
    stricter: int
    laxer: int

    @property
    def changed(self) -> int:
        """How many of the past ones would have been judged otherwise."""
        return self.stricter + self.laxer


@dataclass(frozen=True)
class Foresight:
    units: tuple[Difference, ...]

    @property
    def total(self) -> Difference:
        figures = [(one.running, one.moved, one.past, one.stricter, one.laxer) for one in self.units]
        return Difference("", *(sum(column) for column in zip(*figures, strict=True))) if figures else _NOTHING


_NOTHING = Difference("", 0, 0, 0, 0, 0)


def foresee(track: Track, *, length: str, amount: int, enabled: bool, now: datetime) -> Foresight:
    """What would differ if the deadlines of `track` had been set by this length; `enabled` False: not at all."""
    kinds = [track.report_kind] if track.report_kind else list(ReportKind.values)
    subject = [track.kind.value, kinds, now - PAST]
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, subject)
        found = cursor.fetchall()
        own = [
            (rule_id, str(day), due_at(start_of_local_day(day), Length(of), number))
            for rule_id, of, number, day in found
            if of in COUNTED and of != Length.HOURS
        ]
        by_day = [] if length == Length.HOURS else list(_dues({day for *_rest, day in found}, Length(length), amount))
        hours = amount if length == Length.HOURS else None
        cursor.execute(
            _COUNT,
            [
                *subject,
                *(arrays(own) or ["{}"] * 3),
                *(arrays(by_day) or ["{}"] * 2),
                hours,
                hours,
                *(enabled, enabled, now, enabled, now),
            ],
        )
        return Foresight(tuple(starmap(Difference, cursor.fetchall())))


def _dues(days: Iterable[date], length: Length, amount: int) -> Iterable[tuple[str, datetime]]:
    """The limit for each local day: it is the same whenever in the day the clock starts, unless hours are counted."""
    for day in days:
        yield str(day), due_at(start_of_local_day(day), length, amount)
