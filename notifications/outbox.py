"""How is something told to people in the same transaction in which it becomes true?"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection

from notifications import roster
from notifications.messages import check
from riskzon.columns import arrays
from riskzon.models import User

log = structlog.get_logger()

# One statement whatever the number of tellings: a message per person who may hear it, once per key, and for each message
# that is new a delivery by every way that is open to it: by mail, and by SMS where it wakes somebody. Ordered, so that two
# dispatchers with the same tellings never lock each other out.
_TELL = """
WITH telling AS (
    SELECT said.*, person.email, person.phone, person.role = ANY (string_to_array(said.roles, ',')) AS is_meant
      FROM unnest(
               %s::uuid[], %s::text[], %s::text[], %s::uuid[], %s::uuid[], %s::jsonb[], %s::timestamptz[],
               %s::text[], %s::boolean[], %s::boolean[]
           ) AS said (recipient_id, kind, key, case_id, report_id, facts, created_at, roles, by_mail, by_sms)
      JOIN riskzon_user AS person ON person.id = said.recipient_id AND person.is_active
     WHERE NOT EXISTS (
               SELECT 1
                 FROM riskzon_case AS subject
                 JOIN riskzon_caseblock AS block ON block.child_id = subject.child_id
                WHERE subject.id = said.case_id AND block.user_id = person.id AND block.ended_at IS NULL
           )
), written AS (
    INSERT INTO notifications_message (id, kind, key, recipient_id, case_id, report_id, facts, created_at)
    SELECT gen_random_uuid(), kind, key, recipient_id, case_id, report_id, facts, created_at
      FROM telling
     WHERE is_meant
     ORDER BY recipient_id, key
        ON CONFLICT (recipient_id, key) DO NOTHING
    RETURNING id, recipient_id, key
), on_their_way AS (
    INSERT INTO notifications_delivery (id, message_id, channel, state, attempts, error)
    SELECT DISTINCT ON (written.id, way.channel) gen_random_uuid(), written.id, way.channel, 'waiting', 0, ''
      FROM written
      JOIN telling USING (recipient_id, key)
     CROSS JOIN LATERAL (
               VALUES ('email', telling.by_mail AND telling.email <> ''), ('sms', telling.by_sms AND telling.phone <> '')
           ) AS way (channel, is_open)
     WHERE way.is_open
)
SELECT (SELECT count(*) FROM written), (SELECT count(*) FROM telling WHERE NOT is_meant)
"""


@dataclass(frozen=True)
class Telling:
    """One thing to tell some people. `key` names the occasion: the same person never hears the same key twice."""

    kind: str
    to: tuple[UUID, ...]
    key: str
    now: datetime
    case_id: UUID | None = None
    report_id: UUID | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


def tell(
    kind: str,
    *,
    to: Iterable[User | UUID],
    key: str,
    now: datetime,
    case_id: UUID | None = None,
    report_id: UUID | None = None,
    facts: Mapping[str, object] | None = None,
) -> int:
    """Tell one thing to each of these people, in the caller's transaction; returns to how many it was new.

    See `tell_many`, also for who is left out.
    """
    people = tuple(dict.fromkeys(person.pk if isinstance(person, User) else person for person in to))
    return tell_many(
        [Telling(kind=kind, to=people, key=key, now=now, case_id=case_id, report_id=report_id, facts=facts or {})]
    )


def tell_many(tellings: Sequence[Telling], *, on_duty: Collection[UUID] | None = None) -> int:
    """Write these messages in the caller's transaction, and what is to be sent for each that is new; returns how many.

    `now` is the product's clock. Left out: people who are inactive or blocked from the child, and whoever has a role
    that the catalogue does not name for the kind, which is logged as a fault. NotInCatalogue (a ValueError): unknown
    kind, fact or value, and nothing is written.

    An SMS goes only to whoever the roster names at `now`. `on_duty` is its answer where the caller has asked already;
    None: it is asked here, and only if a message wakes people.
    """
    duty = _duty(on_duty)
    rows = [
        (
            recipient,
            telling.kind,
            telling.key,
            telling.case_id,
            telling.report_id,
            json.dumps(dict(telling.facts)),
            telling.now,
            ",".join(sorted(entry.roles)),
            entry.by_mail,
            entry.wakes(telling.facts) and recipient in duty(telling.now),
        )
        for telling in tellings
        for entry in [check(telling.kind, telling.facts)]
        for recipient in telling.to
    ]
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_TELL, arrays(rows))
        written, not_meant = cursor.fetchone()
    if not_meant:
        log.error("message_not_for_this_role", count=not_meant)
    return int(written)


def _duty(known: Collection[UUID] | None) -> Callable[[datetime], Collection[UUID]]:
    """Who can be woken at a moment; nobody where the municipality has no gateway for SMS."""
    if not settings.SMS_URL:
        return lambda _now: ()
    return cache(roster.on_duty) if known is None else lambda _now: known
