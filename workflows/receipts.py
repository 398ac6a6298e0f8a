"""What does the one who registered a report get to know about it, straight away and afterwards?

The answer is made of what was sent and of the rule, never of what social services know: so it is the same, and takes the
same time, whether the child is known or not. Only a reader who sees the case anyway is also told how it stands.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from riskzon.doors import Look, look
from riskzon.errors import Unseen
from riskzon.models import Case, ProtectedIdentity, Report, ReportKind, Role, Unit, User
from riskzon.models.people import UnitKind
from riskzon.veil import is_secret_to
from workflows.casefile import sees_in_full
from workflows.contact_clock import is_provisional, starts_at
from workflows.due import Length, due_at
from workflows.models import Kind
from workflows.reduced import reduced_many
from workflows.rules import Rulebook

#: How the number of a report is written; what is written otherwise belongs to none, and is not looked for.
NUMBER = re.compile(r"[0-9]{4}-[0-9]{6}")


@dataclass(frozen=True)
class Line:
    """One child's case: what it is called, who was named, and whether anybody must not be called."""

    case_id: UUID
    number: str
    name: str
    is_identified: bool
    do_not_contact: bool
    has_running_investigation: bool


@dataclass(frozen=True)
class Receipt:
    """`limit` is when a guardian must have been reached; None where no rule demands it. No lines: number and time only."""

    number: str
    kind: str
    registered_at: datetime
    limit: datetime | None
    limit_is_provisional: bool
    lines: tuple[Line, ...]
    adults: int
    holder: str
    is_partner: bool

    @property
    def is_born_breached(self) -> bool:
        return self.limit is not None and self.limit < self.registered_at

    @property
    def is_custody(self) -> bool:
        return self.kind in (ReportKind.ARREST, ReportKind.LOB_CUSTODY)


def receipt(user: User, number: str) -> Receipt:
    """The receipt of a report that this person registered. Unseen: no such report, somebody else's, or none of its cases
    may be seen any more; a partner's stays.
    """
    with look(user, "receipt") as door:
        report = _own(door, number)
        if user.role == Role.PARTNER:
            door.listed([])
            return Receipt(report.number or "", report.kind, report.registered_at, None, False, (), 0, "", True)
        limit, is_provisional = _limit(report)
        return Receipt(
            number=report.number or "",
            kind=report.kind,
            registered_at=report.registered_at,
            limit=limit,
            limit_is_provisional=is_provisional,
            lines=_lines(door, report),
            adults=report.adult_notes.count(),
            holder=_holder(door.now),
            is_partner=False,
        )


def straight_away(user: User, report: Report) -> dict[str, Any] | None:
    """What the session keeps for a registrar who reaches no case of the report just sent: of what was sent, nothing else.

    None: the receipt is found by its number, as long as a case of it may be seen.
    """
    adults = report.adult_notes.count()
    with look(user, "receipt") as door:
        if user.role == Role.PARTNER or door.cases.filter(report=report).exists():
            return None
        limit, is_provisional = _limit(report)
    return {
        "number": report.number or "",
        "kind": report.kind,
        "registered_at": report.registered_at.isoformat(),
        "limit": limit and limit.isoformat(),
        "limit_is_provisional": is_provisional,
        "adults": adults,
    }


def as_kept(kept: Mapping[str, Any], now: datetime) -> Receipt:
    """The receipt that `straight_away` made."""
    moments = {name: kept[name] and datetime.fromisoformat(kept[name]) for name in ("registered_at", "limit")}
    return Receipt(**{**kept, **moments}, lines=(), holder=_holder(now), is_partner=False)


def own_receipts(user: User) -> QuerySet[Report]:
    """Number and time of everything this person registered, newest first; nothing else is read."""
    return (
        Report.objects.filter(registered_by=user).only("number", "registered_at").order_by("-registered_at", "-number")
    )


def kept_for_next(user: User, number: str, kind: str) -> dict[str, Mapping[str, Any]]:
    """What the next person in the same event has in common with the last: time, way in, reporter, place; not the child.

    Unseen: as for the receipt, and where the report is of another kind.
    """
    with look(user, "next_person") as door:
        report = _own(door, number)
        cases = list(door.cases.filter(report=report).select_related("report", "child").order_by("ordinal"))
        if not cases or report.kind != kind:
            raise Unseen
        door.listed([case.pk for case in cases])
        place = "" if is_secret_to(user, cases[0]) else cases[0].as_reported.get("whereabouts", "")
    event = {
        "occurred_at": report.occurred_at,
        "occurred_at_precision": report.occurred_at_precision,
        "notified_at": report.notified_at,
        "channel": report.channel,
        "reporter_type": report.reporter_type,
        "reporter_organisation": report.reporter_organisation,
        "reporter_name": report.reporter_name,
        "reporter_anonymous": report.reporter_anonymous,
        "wants_feedback": report.feedback_requested_at is not None,
    }
    return {"event": event, "child": {"whereabouts": place}}


def sent_name(as_reported: Mapping[str, Any]) -> str:
    """What the reporter called the child."""
    name = f"{as_reported.get('given_name', '')} {as_reported.get('family_name', '')}".strip()
    if name:
        return name
    if as_reported.get("protected_identity", ProtectedIdentity.NONE) != ProtectedIdentity.NONE:
        return _("Barn med skyddade personuppgifter")
    age = as_reported.get("approximate_age")
    return _("Okänt barn, ungefär %(age)s år") % {"age": age} if age is not None else _("Barn utan känt namn")


def _own(door: Look, number: str) -> Report:
    if not NUMBER.fullmatch(number):
        raise Unseen
    own = Report.objects.filter(registered_by=door.user, number=number)
    if door.user.role != Role.PARTNER:
        # To have registered it is no right that lasts: block, transfer and end take the receipt along.
        own = own.filter(Exists(door.cases.filter(report=OuterRef("pk"))))
    report = own.first()
    if report is None:
        raise Unseen
    return report


def _limit(report: Report) -> tuple[datetime | None, bool]:
    rule = Rulebook.read().rule(Kind.GUARDIAN_CONTACT, report.kind, report.registered_at)
    if rule is None:
        return None, False
    return due_at(starts_at(report), Length(rule.length), rule.amount), is_provisional(report)


def _lines(door: Look, report: Report) -> tuple[Line, ...]:
    cases: list[Case] = list(
        door.cases.filter(report=report).select_related("report", "child", "unit", "assignee").order_by("ordinal")
    )
    door.listed([case.pk for case in cases])
    return tuple(
        Line(
            case_id=case.pk,
            number=case.number,
            name=sent_name(case.as_reported),
            is_identified=case.is_veiled
            or bool(case.as_reported.get("identity_number") or case.as_reported.get("birth_date")),
            do_not_contact=row.do_not_contact,
            has_running_investigation=sees_in_full(case) and _is_running(case),
        )
        for case, row in zip(cases, reduced_many(cases, door.user, door.now), strict=True)
    )


def _is_running(case: Case) -> bool:
    return case.child.investigations.filter(closed_at__isnull=True).exists()


def _holder(now: datetime) -> str:
    """The name of the unit that has the report at this moment: the intake, or Socialjouren while that is closed."""
    units = {
        unit.kind: unit for unit in Unit.objects.filter(kind__in=[UnitKind.INTAKE, UnitKind.DUTY]).order_by("-slug")
    }
    intake, duty = units.get(UnitKind.INTAKE), units.get(UnitKind.DUTY)
    if intake is None:
        return ""
    return intake.name if duty is None or intake.hours.is_open(now) else duty.name
