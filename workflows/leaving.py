"""Where does what a person held go when that person is away, has left or may hold it no more? Nothing stays.

A case goes to the colleague who covers, where that one may have it, else to its unit's queue. An investigation always has
somebody who answers for it (`workflows.succession`).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction
from psycopg.errors import DeadlockDetected, LockNotAvailable

from notifications.outbox import Telling, tell_many
from riskzon import access, audit
from riskzon.absence import not_over
from riskzon.access import CASE_ROLES, Ground
from riskzon.doors import LOCK_TIMEOUT
from riskzon.models import Absence, AuditAction, Case, CasePermission, Role, User
from workflows.morning import MOST
from workflows.recipients import Directory
from workflows.succession import give, successor

log = structlog.get_logger()


@dataclass(frozen=True)
class _Held:
    """One thing that somebody holds. `case_id`: itself, or the case it was opened from.

    `why` it must not stay there: left, blocked, role, away or unit.
    """

    pk: UUID
    case_id: UUID
    child_id: UUID
    unit_id: UUID
    holder_id: UUID
    why: str


def begin_due(now: datetime) -> int:
    """Move what those hold whose absence has begun, each absence once and in a transaction; returns how many began.

    One that cannot be moved, because somebody works in a case or by a fault, is left for the next sweep.
    """
    waiting = Absence.objects.filter(not_over(now), starts_at__lte=now, moved_at__isnull=True)
    begun = 0
    for absence_id in list(waiting.order_by("starts_at", "pk").values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
                absence = (
                    waiting.select_for_update(of=("self",), skip_locked=True, no_key=True).filter(pk=absence_id).first()
                )
                if absence is not None:
                    begin(absence, now=now, by=None)
            begun += absence is not None
        except Exception as problem:  # noqa: BLE001 - one bad absence must not hold up the others
            if not isinstance(problem.__cause__, LockNotAvailable | DeadlockDetected):
                log.error("absence_cannot_begin", error=type(problem).__name__)
    return begun


def begin(absence: Absence, *, now: datetime, by: User | None) -> int:
    """Move everything the person holds, in the caller's transaction; returns how many cases and investigations.

    `by`: who registered it, if it begins at once; None: its moment has come.
    """
    directory = Directory.read(now)
    cover = User.objects.defer("password").filter(pk=absence.cover_id).first() if absence.cover_id else None
    if cover is not None and (cover.pk not in directory.staff.workers or directory.is_away(cover.pk)):
        cover = None
    params = {**_params(now), "holder": absence.person_id}
    cases, inquiries = (
        [replace(one, why="away") for one in _locked(what, "p.id = %(holder)s", params, wait=True)]
        for what in (_CASES, _INVESTIGATIONS)
    )
    _move(cases, inquiries, cover, directory, now=now, by=by, what="absence", key=f"{absence.pk}:moved")
    absence.moved_at = now
    absence.save(update_fields=["moved_at"])
    return len(cases) + len(inquiries)


def collect_orphans(now: datetime) -> int:
    """Move what is held by somebody who is away, has left, or may not hold it; returns how many. In a transaction."""
    params = _params(now)
    cases = _orphans(_CASES, _SUSPECT_CASES, _IS_ORPHAN_CASE, params)
    inquiries = _orphans(_INVESTIGATIONS, _SUSPECT_INVESTIGATIONS, _IS_ORPHAN_INVESTIGATION, params)
    if cases or inquiries:
        directory = Directory.read(now)
        _move(cases, inquiries, None, directory, now=now, by=None, what="orphaned", key=f"orphaned:{now.isoformat()}")
    return len(cases) + len(inquiries)


def collect_of_child(child_id: UUID, *, now: datetime, by: User) -> None:
    """The same at once for what is about one child, in the transaction in which `by` has made it so. What was changed is saved.

    Else whoever must not hold it any more would have it until the next sweep.
    """
    params = {**_params(now), "child": child_id}
    cases, inquiries = (
        _locked(what, f"t.child_id = %(child)s AND {is_orphan}", params, wait=True)
        for what, is_orphan in ((_CASES, _IS_ORPHAN_CASE), (_INVESTIGATIONS, _IS_ORPHAN_INVESTIGATION))
    )
    if cases or inquiries:
        key = f"{child_id}:orphaned:{now.isoformat()}"
        _move(cases, inquiries, None, Directory.read(now), now=now, by=by, what="orphaned", key=key)


def _orphans(what: str, suspects: str, is_orphan: str, params: dict[str, Any]) -> list[_Held]:
    """Those that are free of what nobody may hold as they do; nearly always there is none, and one statement says so."""
    with connection.cursor() as cursor:
        cursor.execute(suspects, params)
        found = [pk for (pk,) in cursor.fetchall()]
    if not found:
        return []
    return _locked(what, f"t.id = ANY (%(found)s) AND {is_orphan}", {**params, "found": found}, wait=False)


def _params(now: datetime) -> dict[str, Any]:
    return {"now": now, "roles": sorted(CASE_ROLES), "handle": access.permission_id(CasePermission.HANDLE)}


def _move(
    cases: Sequence[_Held],
    inquiries: Sequence[_Held],
    cover: User | None,
    directory: Directory,
    *,
    now: datetime,
    by: User | None,
    what: str,
    key: str,
) -> None:
    received: Counter[UUID] = Counter()
    rows: list[tuple[UUID, dict[str, object]]] = []
    for inquiry in inquiries:
        first = [cover.pk] if cover is not None and inquiry.unit_id in access.units_of(cover) else []
        to = successor(directory, inquiry.unit_id, inquiry.child_id, after=inquiry.holder_id, first=first)
        if to is None:
            log.error("investigation_without_worker")
            continue
        rows.append((inquiry.case_id, {"investigation": True, **_said(inquiry, to)}))
        give(inquiry.pk, inquiry.child_id, former=inquiry.holder_id, to=to, by=by, now=now)
        received[to] += 1
    to_cover, queued = _shared_out(cases, cover, directory, now)
    Case.objects.filter(pk__in=[case.pk for case in to_cover]).update(assignee=cover)
    Case.objects.filter(pk__in=[case.pk for case in queued]).update(assignee=None)
    if cover is not None and to_cover:
        received[cover.pk] += len(to_cover)
    rows += [(case.pk, _said(case, cover.pk)) for case in to_cover if cover is not None]
    rows += [(case.pk, _said(case, None)) for case in queued]
    audit.record_each(AuditAction.CHANGE if by else AuditAction.SYSTEM, what, rows, by=by, now=now)
    _tell(received, Counter(case.unit_id for case in queued), directory, key, now, by)


def _said(held: _Held, to: UUID | None) -> dict[str, object]:
    return {"why": held.why, "from": str(held.holder_id), "to": str(to) if to else None}


def _shared_out(
    cases: Sequence[_Held], cover: User | None, directory: Directory, now: datetime
) -> tuple[list[_Held], list[_Held]]:
    """Which cases whoever covers takes, and which go to the queue: those of units or children that are not for them."""
    if cover is None:
        return [], list(cases)
    reached = set(
        access.visible_cases(cover, now)
        .filter(pk__in=[case.pk for case in cases], ground__in=[Ground.LEAD, Ground.UNIT, Ground.HANDLE])
        .values_list("pk", flat=True)
    )
    return [case for case in cases if case.pk in reached], [case for case in cases if case.pk not in reached]


def _tell(
    received: Counter[UUID], queued: Counter[UUID], directory: Directory, key: str, now: datetime, by: User | None
) -> None:
    """One message for each person with how many, never one for each case; not to whoever has done it."""
    tellings = [
        Telling("things_received", to=(person,), key=key, now=now, facts={"count": min(count, MOST)})
        for person, count in received.items()
        if by is None or person != by.pk
    ]
    for unit_id, count in queued.items():
        lead = directory.answers_for(unit_id, None)
        people = dict.fromkeys([*lead, *directory.there(directory.staff.of_unit.get(unit_id, []))])
        if by is not None:
            people.pop(by.pk, None)
        facts = {"count": min(count, MOST)}
        tellings.append(Telling("cases_queued", to=tuple(people), key=f"{unit_id}:{key}", now=now, facts=facts))
    tell_many(tellings)


def _locked(what: str, which: str, params: dict[str, Any], *, wait: bool) -> list[_Held]:
    """The open things of one kind for which `which` holds, locked in one order; without `wait` those that are free."""
    with connection.cursor() as cursor:
        cursor.execute(f"{what.format(which=which)}{'' if wait else ' SKIP LOCKED'}", params)
        return [_Held(*row) for row in cursor.fetchall()]


_AWAY = """EXISTS (SELECT 1 FROM riskzon_absence a WHERE a.person_id = p.id AND a.moved_at IS NOT NULL
    AND a.starts_at <= %(now)s AND COALESCE(LEAST(a.ends_at, a.ended_at), 'infinity') > %(now)s)"""
_LIVE = """g.case_id = {case} AND g.permission_id = %(handle)s AND g.ended_at IS NULL
    AND (g.ends_at IS NULL OR g.ends_at > %(now)s)"""
_LEADS = """EXISTS (SELECT 1 FROM riskzon_unit u WHERE u.id = t.unit_id AND (u.supervisor_id = p.id OR p.role = 'supervisor'
    AND EXISTS (SELECT 1 FROM riskzon_absence a WHERE a.person_id = u.supervisor_id AND a.cover_id = p.id
    AND a.starts_at <= %(now)s AND COALESCE(LEAST(a.ends_at, a.ended_at), 'infinity') > %(now)s)))"""
#: The thing `t` of the person `p`, and why it is not to stay there; NULL where it may. An investigation may stay with a
#: head of department, who has it only where nobody else is left.
_WHY = f"""CASE WHEN NOT p.is_active THEN 'left'
    WHEN EXISTS (SELECT 1 FROM riskzon_caseblock b
                  WHERE b.user_id = p.id AND b.child_id = t.child_id AND b.ended_at IS NULL) THEN 'blocked'
    WHEN p.role = '{{keeps}}' THEN NULL WHEN p.role <> ALL (%(roles)s::text[]) THEN 'role' WHEN {_AWAY} THEN 'away'
    WHEN p.unit_id IS DISTINCT FROM t.unit_id
     AND NOT {_LEADS}
     AND NOT EXISTS (SELECT 1 FROM riskzon_casegrant g WHERE g.user_id = p.id AND {_LIVE})
     AND NOT EXISTS (SELECT 1 FROM riskzon_casegroupgrant g JOIN riskzon_user_groups m ON m.group_id = g.group_id
                      WHERE m.user_id = p.id AND {_LIVE}) THEN 'unit' END"""
_OPENED_FROM = "(SELECT c.id FROM riskzon_case c WHERE c.investigation_id = t.id AND c.disposition = 'opened')"
_WHY_OF_CASE = _WHY.format(case="t.id", keeps="")
_WHY_OF_INVESTIGATION = _WHY.format(case=_OPENED_FROM, keeps=Role.HEAD.value)
_CASES = f"""SELECT t.id, t.id, t.child_id, t.unit_id, p.id, {_WHY_OF_CASE}
    FROM riskzon_case t JOIN riskzon_user p ON p.id = t.assignee_id
   WHERE t.closed_at IS NULL AND {{which}} ORDER BY t.id FOR NO KEY UPDATE OF t"""
_INVESTIGATIONS = f"""SELECT t.id, {_OPENED_FROM}, t.child_id, t.unit_id, p.id, {_WHY_OF_INVESTIGATION}
    FROM riskzon_investigation t JOIN riskzon_user p ON p.id = t.case_worker_id
   WHERE t.closed_at IS NULL AND {{which}} ORDER BY t.id FOR NO KEY UPDATE OF t"""
_IS_ORPHAN_CASE = f"({_WHY_OF_CASE}) IS NOT NULL"
_IS_ORPHAN_INVESTIGATION = f"({_WHY_OF_INVESTIGATION}) IS NOT NULL"
# Asked at every sweep: from the few people to what they hold outside their unit, never from the many cases.
_SUSPECTS = f"""WITH person AS MATERIALIZED (
    SELECT p.id, p.unit_id,
           NOT p.is_active OR p.role <> ALL (%(roles)s::text[]) OR p.unit_id IS NULL OR {_AWAY} AS holds_nothing
      FROM riskzon_user p)
    SELECT held.id FROM person CROSS JOIN LATERAL (
        (SELECT t.id FROM {{table}} t
          WHERE t.closed_at IS NULL AND t.{{holder}} = person.id AND person.holds_nothing OFFSET 0)
        UNION ALL (SELECT t.id FROM {{table}} t
          WHERE t.closed_at IS NULL AND t.{{holder}} = person.id AND t.unit_id < person.unit_id OFFSET 0)
        UNION ALL (SELECT t.id FROM {{table}} t
          WHERE t.closed_at IS NULL AND t.{{holder}} = person.id AND t.unit_id > person.unit_id OFFSET 0)) held
     UNION SELECT t.id FROM riskzon_caseblock b
       JOIN {{table}} t ON t.{{holder}} = b.user_id AND t.child_id = b.child_id AND b.ended_at IS NULL
     WHERE t.closed_at IS NULL"""
_SUSPECT_CASES = _SUSPECTS.format(table="riskzon_case", holder="assignee_id")
_SUSPECT_INVESTIGATIONS = _SUSPECTS.format(table="riskzon_investigation", holder="case_worker_id")
