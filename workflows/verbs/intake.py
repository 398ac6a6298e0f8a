"""Registering a report: everything it brings into being is written in one transaction, or nothing is."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils.translation import gettext as _

from notifications.outbox import tell
from riskzon.doors import forbidden, register
from riskzon.errors import Conflict, Invalid
from riskzon.localtime import local_date
from riskzon.matrix import PLACES, Place
from riskzon.models import AdultNote, Case, IdempotencyKey, Report, ReportKind, Role, User
from riskzon.models.reports import MANDATED
from workflows.incoming import Incoming, check
from workflows.recipients import Directory
from workflows.rules import Rulebook
from workflows.verbs.opening import Opening

MAY_REGISTER = PLACES[Place.REGISTER]


@dataclass(frozen=True)
class Registered:
    """What came of it; `repeated`: the same attempt had been registered before, as `report` is here, and nothing was written."""

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
    report = taken.report
    # With the times that were sent: whoever may not see the report any more is not told what has been put right in it.
    for correction in report.corrections.order_by("-at"):
        setattr(report, correction.field, correction.old)
    cases = list(report.cases.select_related("child", "unit", "assignee", "report").order_by("ordinal"))
    return Registered(report, cases, repeated=True)


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
    directory = Directory.read(now)
    if directory.staff.intake is None:
        raise Conflict(_("Det finns ingen mottagning som kan ta emot anmälan."))
    opening = Opening(user, report, incoming, directory.staff.intake, directory, Rulebook.read(), now)
    return [opening.open(child, ordinal) for ordinal, child in enumerate(incoming.children, start=1)]


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
