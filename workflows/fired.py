"""What one round of firing writes: each table once, in one statement, whatever the number of deadlines."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import structlog
from django.db import connection

from notifications.outbox import Telling, tell_many
from riskzon import audit
from riskzon.columns import Value, arrays
from workflows.models import Deadline
from workflows.recipients import Directory

log = structlog.get_logger()


class Event(NamedTuple):
    """One row of `DeadlineEvent`: a rung that has come, and how many it told."""

    deadline_id: UUID
    step: str
    at: datetime
    fired_at: datetime
    told: int
    folded: bool = False


class BreachRow(NamedTuple):
    """One row of `Breach`, as it is when the limit passes; `on_duty` is a list of ids as JSON."""

    id: UUID
    deadline_id: UUID
    case_id: UUID
    kind: str
    unit_id: UUID
    due_at: datetime
    fired_at: datetime
    duty_unit_id: UUID
    on_duty: str
    born: bool


class ReviewRow(NamedTuple):
    """One row of `Deadline`: the clock in which a breach is to be reviewed."""

    id: UUID
    case_id: UUID
    kind: str
    rule_id: int
    starts_at: datetime
    due_at: datetime
    created_at: datetime
    next_step_at: datetime | None
    breach_id: UUID


@dataclass
class Rows:
    """What one round writes, kept together until `store`."""

    events: list[Event] = field(default_factory=list)
    breaches: list[BreachRow] = field(default_factory=list)
    reviews: list[ReviewRow] = field(default_factory=list)
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
        for telling in self.tellings:
            if not telling.to:
                # No head of department is left who may know of the child: only whoever runs the product can still act.
                log.error("nobody_to_tell", message=telling.kind)
        if are_new:
            Deadline.objects.bulk_create(deadlines)
        else:
            _write(_UPDATE, [(row.pk, str(row.state), row.fired_at, row.next_step_at) for row in deadlines])
        _write(_EVENTS, self.events)
        _write(_BREACHES, self.breaches)
        _write(_REVIEWS, self.reviews)
        told = (person for telling in self.tellings for person in telling.to)
        tell_many(self.tellings, on_duty=directory.on_duty_among(told))
        audit.record_system("breach", self.log, now=now)


def _write(statement: str, rows: Sequence[tuple[Value, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, arrays(rows))


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
