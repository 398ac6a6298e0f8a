"""Registering a report: everything it brings into being is written in one transaction, or nothing is."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils.translation import gettext as _

from notifications.outbox import tell
from riskzon import access, audit
from riskzon.doors import forbidden, register
from riskzon.errors import Conflict, Invalid
from riskzon.localtime import end_of_local_day, local_date
from riskzon.models import (
    AdultNote,
    AuditAction,
    Case,
    CasePermission,
    Contact,
    GrantSource,
    Guardian,
    Guardianship,
    Hold,
    IdempotencyKey,
    Investigation,
    Relation,
    Report,
    ReporterType,
    ReportKind,
    Role,
    Unit,
    User,
)
from riskzon.models.people import UnitKind
from riskzon.models.reports import MANDATED
from riskzon.names import name_key
from workflows import contact_clock, deadlines, steps
from workflows.family import add_guardians, find_or_add_child
from workflows.incoming import Incoming, IncomingChild, IncomingGuardian, check
from workflows.models import Kind, Todo
from workflows.rules import Rulebook
from workflows.verbs.assessment import next_review

#: The columns of a case that its clocks and contacts write.
_KEPT_COLUMNS = (
    "guardian_reached_at",
    "guardian_contact_open",
    "guardians_followed_at",
    "review_due_at",
    "next_due_at",
    "closed_at",
)
MAY_REGISTER = frozenset({Role.SOCIAL_WORKER, Role.SUPERVISOR, Role.DUTY, Role.LIAISON, Role.PARTNER})


@dataclass(frozen=True)
class Registered:
    """What came of it; `repeated`: the same attempt had been registered before and nothing was written."""

    report: Report
    cases: list[Case]
    repeated: bool = False


def register_report(user: User, payload: Mapping[str, Any], *, key: str) -> Registered:
    """Register what came in, give every child in it a case, start the clocks, and tell whom it concerns.

    `payload` is the body of POST /reports with aware datetimes. `key` names this attempt of this user: the same key and
    content again returns the first result, the same key with other content is a Conflict. Invalid names each wrong field.
    """
    if user.role not in MAY_REGISTER:
        raise forbidden(user, "report")
    if not key.strip() or len(key) > 200:
        raise Invalid.field("Idempotency-Key", _("Ange en nyckel på högst 200 tecken."))
    raw = json.loads(json.dumps(payload, cls=DjangoJSONEncoder))
    digest = hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()
    report_id = uuid4()
    with register(user) as now:
        # The key before the content: a repeat is answered as the first time, although its times may have passed since.
        if is_first := _claim(user, key, digest, report_id):
            incoming = check(payload, now=now)
            if user.role == Role.PARTNER and incoming.kind != ReportKind.CONCERN:
                raise Invalid.field("kind", _("Du kan registrera orosanmälningar."))
            report = _report(report_id, user, incoming, raw, now)
            cases = _open_cases(user, report, incoming, now)
            _tell_registrar(user, report, cases, now)
            _write_with_next_number(report)
    return Registered(report, cases) if is_first else _registered_before(user, key, digest)


def _registered_before(user: User, key: str, digest: str) -> Registered:
    taken = IdempotencyKey.objects.select_related("report").get(user=user, key=key)
    if taken.body_sha256 != digest:
        raise Conflict(_("Nyckeln har redan använts för en annan anmälan."))
    cases = list(taken.report.cases.select_related("child", "unit", "assignee", "report").order_by("ordinal"))
    return Registered(taken.report, cases, repeated=True)


def _claim(user: User, key: str, digest: str, report_id: UUID) -> bool:
    """Take the key for this report; waits for a running attempt with the same key, False once that has committed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO riskzon_idempotencykey (user_id, key, body_sha256, report_id) VALUES (%s, %s, %s, %s)
            ON CONFLICT (user_id, key) DO NOTHING
            """,
            [user.pk, key, digest, report_id],
        )
        return bool(cursor.rowcount)


def _report(report_id: UUID, user: User, incoming: Incoming, raw: Any, now: datetime) -> Report:
    may_be_told = incoming.reporter_type in MANDATED and not incoming.reporter_anonymous
    return Report(
        pk=report_id,
        year=local_date(now).year,
        kind=incoming.kind,
        occurred_at=incoming.occurred_at,
        occurred_at_precision=incoming.occurred_at_precision,
        notified_at=incoming.notified_at,
        registered_at=now,
        registered_by=user,
        channel=incoming.channel,
        summary=incoming.summary,
        acute_risk=incoming.acute_risk,
        reporter_type=incoming.reporter_type,
        reporter_name=incoming.reporter_name,
        reporter_organisation=incoming.reporter_organisation,
        reporter_anonymous=incoming.reporter_anonymous,
        feedback_requested_at=now if incoming.wants_feedback and may_be_told else None,
        raw=raw,
    )


def _open_cases(user: User, report: Report, incoming: Incoming, now: datetime) -> list[Case]:
    AdultNote.objects.bulk_create(
        AdultNote(
            report=report,
            given_name=adult.given_name,
            family_name=adult.family_name,
            identity_number=adult.identity_number,
            birth_date=adult.birth_date,
            summary=adult.summary,
        )
        for adult in incoming.adults
    )
    unit = Unit.objects.filter(kind=UnitKind.INTAKE).order_by("slug").first()
    if unit is None:
        raise Conflict(_("Det finns ingen mottagning som kan ta emot anmälan."))
    book = Rulebook.read()
    known: dict[tuple, Guardian] = {}
    return [
        _open_case(user, report, child, ordinal, incoming, unit, known, book, now)
        for ordinal, child in enumerate(incoming.children, start=1)
    ]


def _open_case(
    user: User,
    report: Report,
    incoming_child: IncomingChild,
    ordinal: int,
    incoming: Incoming,
    unit: Unit,
    known: dict[tuple, Guardian],
    book: Rulebook,
    now: datetime,
) -> Case:
    child, was_known = find_or_add_child(incoming_child)
    links = add_guardians(child, incoming_child.guardians, known, is_new=not was_known)
    running = Investigation.objects.filter(child=child, closed_at__isnull=True).first() if was_known else None
    case = Case.objects.create(
        report=report,
        ordinal=ordinal,
        child=child,
        summary=incoming_child.summary,
        as_reported=_as_reported(incoming_child, links),
        unit=unit,
        registered_at=now,
        feedback_owed=report.feedback_requested_at is not None,
    )
    steps.begin(case)
    if incoming.caution:
        _caution(case, incoming.caution, user, now)
    _start_clocks(case, running, book, now)
    _leave_todos(case, list(child.guardianships.all()) if was_known else links, now)
    custodian_reports = incoming.reporter_type == ReporterType.CUSTODIAN and not incoming.reporter_anonymous
    if custodian_reports:
        _custodian_reported(case, incoming, known, user, now)
    # A child seen for the first time has neither holds nor contacts that could stop its clock.
    if was_known or custodian_reports:
        contact_clock.settle(case, by=user, now=now)
        case.review_due_at = next_review(case)
    case.save(update_fields=_KEPT_COLUMNS)
    _open_doors(case, running, user, now)
    return case


def _as_reported(child: IncomingChild, links: list[Guardianship]) -> dict[str, Any]:
    sent = asdict(child)
    for internal in ("place", "is_adult"):
        sent.pop(internal)
    for link, entry in zip(links, sent["guardians"], strict=True):
        entry["id"] = str(link.guardian_id)
    stored: dict[str, Any] = json.loads(json.dumps(sent, cls=DjangoJSONEncoder))
    return stored


def _caution(case: Case, caution: Mapping[str, Any], user: User, now: datetime) -> None:
    """The reporter's word that no guardian may be called yet: blocks, but stops no clock, until social services decide."""
    hold = Hold.objects.create(
        child=case.child,
        case=case,
        code=caution["code"],
        reason=caution["note"],
        until=caution["until"],
        provisional=True,
        decided_at=now,
        decided_by=user,
    )
    Todo.objects.create(case=case, what=Todo.What.DECIDE_HOLD, created_at=now)
    case.review_due_at = caution["until"]
    deadlines.start(case, Kind.HOLD_REVIEW, starts_at=now, until=caution["until"], now=now, hold=hold)


def _start_clocks(case: Case, running: Investigation | None, book: Rulebook, now: datetime) -> None:
    report = case.report
    clocks: list[dict[str, Any]] = []
    if case.child.is_identified:
        clocks.append(guardian_contact_clock(case))
    clocks.append({"kind": Kind.PROTECTIVE_ASSESSMENT, "starts_at": report.notified_at})
    clocks.append({"kind": Kind.OPEN_INVESTIGATION, "starts_at": report.notified_at})
    if case.feedback_owed and running is not None:
        # An investigation runs already, so the answer is known and is given at once (SoL 19:6).
        clocks.append({"kind": Kind.REPORTER_FEEDBACK, "starts_at": now, "until": end_of_local_day(local_date(now))})
    started = deadlines.start_all(case, clocks, now=now, book=book)
    # Until an unknown child is identified its guardians are somebody's task, though no clock runs yet.
    case.guardian_contact_open = not case.child.is_identified or started[0] is not None


def guardian_contact_clock(case: Case) -> dict[str, Any]:
    """From the arrest; for the other kinds, or while the time of arrest is unknown, from the notice."""
    report = case.report
    from_arrest = report.kind == ReportKind.ARREST and report.occurred_at is not None
    return {
        "kind": Kind.GUARDIAN_CONTACT,
        "starts_at": report.occurred_at if from_arrest else report.notified_at,
        "provisional_start": report.kind == ReportKind.ARREST and not from_arrest,
    }


def _leave_todos(case: Case, links: list[Guardianship], now: datetime) -> None:
    wanted = {
        Todo.What.IDENTIFY_CHILD: not case.child.is_identified,
        Todo.What.FIND_GUARDIANS: not links,
        Todo.What.CHECK_CUSTODY: any(link.is_custodian is None for link in links),
        Todo.What.INFORM_CHILD: contact_clock.must_be_told(case, now),
    }
    Todo.objects.bulk_create(
        Todo(case=case, what=what, created_at=now) for what, is_wanted in wanted.items() if is_wanted
    )


def _custodian_reported(
    case: Case, incoming: Incoming, known: dict[tuple, Guardian], user: User, now: datetime
) -> None:
    """A custodian who reports has been spoken with: the guarantee is met at the notice."""
    links = list(case.child.guardianships.select_related("guardian"))
    named = [link for link in links if name_key(link.guardian.name) == name_key(incoming.reporter_name)]
    if not incoming.reporter_name or (named and not named[0].may_meet_guarantee):
        return
    if named:
        guardian = named[0].guardian
    else:
        reporter = IncomingGuardian(name=incoming.reporter_name, relation=Relation.CUSTODIAN)
        guardian = add_guardians(case.child, [reporter], known)[0].guardian
        Todo.objects.bulk_create([Todo(case=case, what=Todo.What.CHECK_CUSTODY, created_at=now)], ignore_conflicts=True)
    Contact.objects.create(
        call=uuid4(),
        case=case,
        guardian=guardian,
        at=incoming.notified_at,
        recorded_at=now,
        by=user,
        channel=incoming.channel,
        outcome=Contact.Outcome.REACHED,
        initiated_by=Contact.Initiator.GUARDIAN,
        counts=True,
    )
    case.guardian_reached_at = incoming.notified_at
    deadlines.meet(case, [Kind.GUARDIAN_CONTACT], at=incoming.notified_at, now=now)


def _open_doors(case: Case, running: Investigation | None, user: User, now: datetime) -> None:
    ground = "registered" if user.role in (Role.LIAISON, Role.PARTNER) else ""
    audit.record(AuditAction.REGISTER, by=user, now=now, what="report", ground=ground, case_id=case.pk)
    if user.role == Role.LIAISON:
        access.grant(
            user,
            CasePermission.FOLLOW,
            case,
            source=GrantSource.REGISTERED,
            by=user,
            now=now,
            ends_at=now + access.FOLLOW_FOR,
        )
    if running is not None:
        involve_investigator(case, running, now)


def involve_investigator(case: Case, running: Investigation, now: datetime) -> None:
    """Whoever investigates the child already may work with the new case, and is told."""
    access.grant(running.case_worker, CasePermission.HANDLE, case, source=GrantSource.INVESTIGATION, by=None, now=now)
    tell(
        "investigation_report",
        to=[running.case_worker],
        key=f"{case.pk}:investigation_report",
        now=now,
        case_id=case.pk,
        facts={"report_kind": str(case.report.kind)},
    )


def _write_with_next_number(report: Report) -> None:
    """Write the report under the next number of its year; last, so that the series is locked only until the commit.

    What refers to the report is there already: the database checks such keys at commit.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO riskzon_reportseries AS series (year, last) VALUES (%s, 1)
            ON CONFLICT (year) DO UPDATE SET last = series.last + 1
            RETURNING last
            """,
            [report.year],
        )
        report.number = f"{report.year}-{cursor.fetchone()[0]:06}"
    report.save(force_insert=True)


def _tell_registrar(user: User, report: Report, cases: list[Case], now: datetime) -> None:
    if user.role in (Role.LIAISON, Role.PARTNER):
        tell(
            "report_received",
            to=[user],
            key=f"{report.pk}:report_received",
            now=now,
            report_id=report.pk,
            case_id=cases[0].pk if user.role == Role.LIAISON else None,
        )
