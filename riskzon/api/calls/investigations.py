"""An investigation, from the day it was opened to its end. Times that name a day are local days."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import BeforeValidator, WithJsonSchema, WrapValidator

from riskzon.api import bodies
from riskzon.api.app import Routes
from riskzon.api.fields import LONG_TEXT, Answer, Body, Day, Moment, Shown, YesNo, words
from riskzon.doors import look, unseen
from riskzon.errors import Invalid
from riskzon.localtime import local_date, parse_instant
from riskzon.models import InvestigationEntry
from workflows import veiled
from workflows.inquiry import Inquiry, read_inquiry
from workflows.verbs import investigations as verbs

routes = Routes(tags=["Investigations"])

_Reason = words(LONG_TEXT, shortest=1)
_Long = words(LONG_TEXT)
_DAY_LENGTH = len("2026-11-13")


def _of_day(value: object) -> object:
    """A moment is taken for its local day: that is how long a limit of days runs."""
    if isinstance(value, str) and len(value) > _DAY_LENGTH:
        try:
            return local_date(parse_instant(value)).isoformat()
        except ValueError:
            return value
    return value


#: A local day, or a moment in it.
_LocalDay = Annotated[
    Day,
    BeforeValidator(_of_day),
    WithJsonSchema({"type": "string", "description": "a local day, or a moment with offset in it", "format": "date"}),
]


def _answered(value: object, day: Callable[[object], date]) -> object:
    return value if isinstance(value, bool) else day(value)


#: Yes, no, or the last day of it.
_FollowUp = Annotated[
    _LocalDay,
    WrapValidator(_answered),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "string", "format": "date"}]}),
]


class ToldIn(Body):
    """Who was told (SoL 20:4); without `guardian`, the child. Who is not told needs a `reason`."""

    guardian: UUID | None = None
    at: Moment
    told: YesNo = True
    reason: _Long = ""


class PlanIn(Body):
    form: Literal["short", "full"]
    text: _Reason


class HeardIn(Body):
    heard: YesNo
    at: Moment
    text: _Long = ""


class ExtendIn(Body):
    until: _LocalDay
    reason: _Reason


class CloseIn(Body):
    """`follow_up`: yes (six months), no, or its last day; only after an end without a measure."""

    outcome: Literal[tuple(verbs.OUTCOMES)]
    reason: _Reason
    follow_up: _FollowUp | None = None


class StatementIn(Body):
    until: _LocalDay


class EntryOut(Answer):
    what: str
    guardian: UUID | None
    at: Shown
    recorded_at: Shown
    by: str
    text: str
    until: Shown | None
    confirmation: Literal["waits", "confirmed", "refused"] | None


class InvestigationFull(Answer):
    """`case`: from which it was opened. `due_at`: the limit that holds, extensions counted in."""

    id: UUID
    case: UUID
    opened_at: Shown
    case_worker: str
    unit: str
    due_at: Shown | None
    closed_at: Shown | None
    outcome: str | None
    reason: str
    follow_up_until: date | None
    statement_due_at: Shown | None
    entries: list[EntryOut]


@routes.get("/investigations/{uuid:investigation_id}", response=InvestigationFull)
def read_investigation(request: HttpRequest, investigation_id: UUID) -> InvestigationFull:
    """For whoever reads in full the case from which it was opened."""
    return _answer(request, investigation_id)


@routes.post("/investigations/{uuid:investigation_id}/told", response=InvestigationFull)
def tell_of_opening(request: HttpRequest, investigation_id: UUID, made: ToldIn) -> InvestigationFull:
    """Somebody concerned has been told that it was opened. 409 for a guardian whom nobody may contact."""
    verbs.tell_of_opening(
        request.auth, investigation_id, guardian=made.guardian, at=made.at, told=made.told, reason=made.reason
    )
    return _answer(request, investigation_id, under_veil=True)


@routes.post("/investigations/{uuid:investigation_id}/plan", response=InvestigationFull)
def plan(request: HttpRequest, investigation_id: UUID, made: PlanIn) -> InvestigationFull:
    """What is to be found out, and how; the newest plan holds."""
    verbs.plan(request.auth, investigation_id, is_full=made.form == "full", text=made.text)
    return _answer(request, investigation_id, under_veil=True)


@routes.post("/investigations/{uuid:investigation_id}/heard", response=InvestigationFull)
def hear_child(request: HttpRequest, investigation_id: UUID, made: HeardIn) -> InvestigationFull:
    """The child has been heard, or why not."""
    verbs.hear_child(request.auth, investigation_id, heard=made.heard, at=made.at, text=made.text)
    return _answer(request, investigation_id, under_veil=True)


@routes.post("/investigations/{uuid:investigation_id}/extend", response=InvestigationFull)
def extend(request: HttpRequest, investigation_id: UUID, decided: ExtendIn) -> InvestigationFull:
    """More time, by a dated decision before the limit (SoL 20:3). 409 once it has passed."""
    verbs.extend(request.auth, investigation_id, until=decided.until, reason=decided.reason)
    return _answer(request, investigation_id, under_veil=True)


@routes.post("/investigations/{uuid:investigation_id}/extend/confirm", response=InvestigationFull)
def answer_extension(
    request: HttpRequest, investigation_id: UUID, answer: bodies.AnswerIn = bodies.AGREED
) -> InvestigationFull:
    """The supervisor confirms more time that somebody else decided, or refuses it: then the former limit is back."""
    if answer.reason is not None and not answer.refuse:
        raise Invalid.field("reason", _("Skriv bara ett skäl när du avslår."))
    verbs.answer_extension(request.auth, investigation_id, refuse=answer.refuse, reason=answer.reason or "")
    return _answer(request, investigation_id, under_veil=True)


@routes.post("/investigations/{uuid:investigation_id}/close", response=InvestigationFull)
def close(request: HttpRequest, investigation_id: UUID, decided: CloseIn) -> InvestigationFull:
    """What it led to. 409 if it has ended."""
    verbs.close_investigation(
        request.auth,
        investigation_id,
        outcome=decided.outcome,
        reason=decided.reason,
        follow_up=decided.follow_up or False,
    )
    return _answer(request, investigation_id, under_veil=True)


@routes.post("/investigations/{uuid:investigation_id}/statement", response=InvestigationFull)
def request_statement(request: HttpRequest, investigation_id: UUID, asked: StatementIn) -> InvestigationFull:
    """A statement is asked for (LUL 11 §), by the day that the request names."""
    verbs.request_statement(request.auth, investigation_id, until=asked.until)
    return _answer(request, investigation_id, under_veil=True)


@routes.post("/investigations/{uuid:investigation_id}/statement/sent", response=InvestigationFull)
def send_statement(
    request: HttpRequest, investigation_id: UUID, nothing: bodies.NothingIn = bodies.NOTHING
) -> InvestigationFull:
    """The statement has been sent. 409 if none is asked for."""
    verbs.send_statement(request.auth, investigation_id)
    return _answer(request, investigation_id, under_veil=True)


def _answer(request: HttpRequest, investigation_id: UUID, *, under_veil: bool = False) -> InvestigationFull:
    """`under_veil`: what has been done is answered also where the protected identity is not shown, without any words."""
    case_id = verbs.opening_case(request.auth, investigation_id, "api.investigation")
    with look(request.auth, "api.investigation") as door:
        found = read_inquiry(door.case(case_id, under_veil=under_veil), door.now)
    if found is None:
        raise unseen(request.auth, "api.investigation")
    if found.case.is_veiled:
        veiled.empty([found.investigation, *found.entries])
    return _shown(found)


def _shown(found: Inquiry) -> InvestigationFull:
    one = found.investigation
    return InvestigationFull(
        id=one.pk,
        case=found.case.pk,
        opened_at=one.opened_at,
        case_worker=one.case_worker.username,
        unit=one.unit.name,
        due_at=found.limit.due_at if found.limit else None,
        closed_at=one.closed_at,
        outcome=one.outcome or None,
        reason=one.outcome_reason,
        follow_up_until=one.follow_up_until,
        statement_due_at=found.statement.due_at if found.statement else None,
        entries=[_entry(row) for row in found.entries],
    )


def _entry(row: InvestigationEntry) -> EntryOut:
    return EntryOut(
        what=row.what,
        guardian=row.guardian_id,
        at=row.at,
        recorded_at=row.recorded_at,
        by=row.by.username,
        text=row.text,
        until=row.until,
        confirmation=_confirmation(row),
    )


def _confirmation(row: InvestigationEntry) -> Literal["waits", "confirmed", "refused"] | None:
    if not row.needs_confirmation:
        return None
    if row.answer is None:
        return "waits"
    return "refused" if row.answer.refused else "confirmed"
