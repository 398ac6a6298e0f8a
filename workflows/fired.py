"""What one round of firing writes: each table once, in one statement, whatever the number of deadlines."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from notifications.outbox import Telling, tell_many
from riskzon import audit
from workflows.models import Breach, Deadline
from workflows.recipients import Directory


class Event(NamedTuple):
    """One row of `DeadlineEvent`: a rung that has come, and how many it told."""

    deadline_id: UUID
    step: str
    at: datetime
    fired_at: datetime
    told: int
    folded: bool = False


@dataclass
class Rows:
    """What one round writes, kept together until `store`."""

    events: list[Event] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)
    reviews: list[Deadline] = field(default_factory=list)
    tellings: list[Telling] = field(default_factory=list)
    log: list[tuple[UUID, dict[str, object]]] = field(default_factory=list)

    def tell(self, telling: Telling) -> None:
        """Add one telling; two clocks of a new case say the same thing at the same moment, as one with all its facts."""
        for place, said in enumerate(self.tellings):
            if said.key == telling.key:
                everybody = tuple(dict.fromkeys((*said.to, *telling.to)))
                self.tellings[place] = replace(said, to=everybody, facts={**telling.facts, **said.facts})
                return
        self.tellings.append(telling)

    def store(self, deadlines: Sequence[Deadline], *, now: datetime, are_new: bool, directory: Directory) -> None:
        """Write everything in the caller's transaction; `deadlines` themselves are inserted if they are new."""
        if are_new:
            Deadline.objects.bulk_create(deadlines)
        else:
            _write(_UPDATE, [(row.pk, str(row.state), row.fired_at, row.next_step_at) for row in deadlines])
        _write(_EVENTS, self.events)
        _write(_BREACHES, [_breach_row(breach) for breach in self.breaches])
        _write(_REVIEWS, [_review_row(review) for review in self.reviews])
        told = (person for telling in self.tellings for person in telling.to)
        tell_many(self.tellings, on_duty=directory.on_duty_among(told))
        audit.record_system("breach", self.log, now=now)


def _write(statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])


_UPDATE = """
UPDATE workflows_deadline AS d
   SET state = new.state, fired_at = new.fired_at, next_step_at = new.next_step_at
  FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::timestamptz[])
       AS new (id, state, fired_at, next_step_at)
 WHERE d.id = new.id
"""

_EVENTS = """
INSERT INTO workflows_deadlineevent (deadline_id, step, at, fired_at, told, folded)
SELECT * FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::int[], %s::bool[])
"""

_BREACHES = """
INSERT INTO workflows_breach
       (id, deadline_id, case_id, kind, unit_id, due_at, fired_at, duty_unit_id, on_duty, born, cause, action)
SELECT new.*, '', ''
  FROM unnest(
           %s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::uuid[], %s::timestamptz[], %s::timestamptz[],
           %s::uuid[], %s::jsonb[], %s::bool[]
       ) AS new
"""

_REVIEWS = """
INSERT INTO workflows_deadline
       (id, case_id, kind, rule_id, starts_at, due_at, created_at, next_step_at, breach_id,
        state, exempt_code, provisional_start, after_hold)
SELECT new.*, 'running', '', false, false
  FROM unnest(
           %s::uuid[], %s::uuid[], %s::text[], %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
           %s::timestamptz[], %s::uuid[]
       ) AS new
"""


def _breach_row(breach: Breach) -> tuple[object, ...]:
    return (
        breach.pk,
        breach.deadline_id,
        breach.case_id,
        str(breach.kind),
        breach.unit_id,
        breach.due_at,
        breach.fired_at,
        breach.duty_unit_id,
        json.dumps(breach.on_duty),
        breach.born,
    )


def _review_row(review: Deadline) -> tuple[object, ...]:
    return (
        review.pk,
        review.case_id,
        str(review.kind),
        review.rule_id,
        review.starts_at,
        review.due_at,
        review.created_at,
        review.next_step_at,
        review.breach_id,
    )
