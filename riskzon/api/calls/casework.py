"""The first days' work in a case: family, contacts, the protective assessment, waiting with contact, the decision."""

from typing import Any
from uuid import UUID

from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.responses import Status
from pydantic import BaseModel

from riskzon.access import Ground
from riskzon.api import answers, bodies, rows, shaping
from riskzon.api.app import Routes
from riskzon.api.calls.cases import MaybeCase, after
from riskzon.doors import look
from riskzon.errors import Invalid
from riskzon.models import ENDS, Disposition, Hold
from workflows.casefile import read, sees_in_full
from workflows.proposed_end import FIELDS, Wanted
from workflows.verbs import contacts, disposition, ends, family, holds
from workflows.verbs.assessment import assess

_AnyGuardian = answers.GuardianOut | answers.GuardianRef
_AnyContact = answers.FullContactOut | answers.ContactOut

routes = Routes(tags=["Casework"])


@routes.post("/cases/{uuid:case_id}/guardians", response={201: _AnyGuardian})
def add_guardian(request: HttpRequest, case_id: UUID, found: bodies.GuardianIn) -> Status[Any]:
    """One more guardian has become known."""
    guardian = family.add_guardian(request.auth, case_id, **_known(found))
    return Status(201, _guardian(request, guardian.pk))


@routes.patch("/guardians/{uuid:guardian_id}", response=_AnyGuardian)
def change_guardian(request: HttpRequest, guardian_id: UUID, known: bodies.GuardianIn) -> Any:
    """What is known of a guardian is put right; what is not sent stays as it is."""
    family.change_guardian(request.auth, guardian_id, **_known(known))
    return _guardian(request, guardian_id)


@routes.post("/cases/{uuid:case_id}/guardians/{uuid:guardian_id}/write-off", response=MaybeCase)
def write_off(request: HttpRequest, case_id: UUID, guardian_id: UUID, why: bodies.ReasonIn) -> Any:
    """One guardian need not be sought any more in this case."""
    contacts.write_off(request.auth, case_id, guardian=guardian_id, reason=why.reason)
    return after(request, case_id)


@routes.post("/cases/{uuid:case_id}/contacts", response={201: _AnyContact})
def register_contact(request: HttpRequest, case_id: UUID, made: bodies.ContactIn) -> Status[Any]:
    """A contact or an attempt. 409 for a guardian whom nobody may contact, unless the guardian called.

    A `person` who is not a guardian of the child yet becomes one, with custody still to be checked.
    """
    row = contacts.register_contact(
        request.auth,
        case_id,
        guardian=made.guardian,
        person=contacts.Newcomer(made.person.name, made.person.relation) if made.person else None,
        at=made.at,
        channel=made.channel,
        outcome=made.outcome,
        note=made.note or "",
        initiated_by=made.initiated_by,
        also_cases=made.also_cases,
    )
    with look(request.auth, "api.contact") as door:
        case = door.cases.filter(pk=case_id).first()
    return Status(201, rows.contact(row, in_full=case is not None and sees_in_full(case)))


@routes.post("/cases/{uuid:case_id}/protective-assessment", response={201: answers.AssessmentOut})
def protective_assessment(
    request: HttpRequest, case_id: UUID, made: bodies.AssessmentIn
) -> Status[answers.AssessmentOut]:
    """Does the child need protection now (SoL 20:1)?"""
    row = assess(
        request.auth,
        case_id,
        outcome=made.outcome,
        at=made.at,
        note=made.note or "",
        reassess_at=made.reassess_at,
    )
    return Status(201, rows.assessment(row))


@routes.post("/cases/{uuid:case_id}/holds", response={201: answers.HoldOut})
def decide_hold(request: HttpRequest, case_id: UUID, decided: bodies.HoldIn) -> Status[answers.HoldOut]:
    """Wait with contact with one guardian, for a reason and until a moment."""
    row = holds.decide_hold(
        request.auth,
        case_id,
        guardian=decided.guardian,
        code=decided.code,
        reason=decided.reason,
        until=decided.until,
    )
    return Status(201, _hold(request, row))


@routes.post("/holds/{uuid:hold_id}/confirm", response=answers.HoldOut)
def confirm_hold(request: HttpRequest, hold_id: UUID, nothing: bodies.NothingIn = bodies.NOTHING) -> answers.HoldOut:
    """A supervisor confirms what the duty social worker decided alone."""
    return _hold(request, holds.confirm_hold(request.auth, hold_id))


@routes.post("/holds/{uuid:hold_id}/refuse", response=answers.HoldOut)
def refuse_hold(request: HttpRequest, hold_id: UUID, why: bodies.ReasonIn) -> answers.HoldOut:
    """A supervisor refuses what the duty social worker decided alone: the hold ends."""
    return _hold(request, holds.refuse_hold(request.auth, hold_id, reason=why.reason))


@routes.post("/holds/{uuid:hold_id}/renew", response=answers.HoldOut)
def renew_hold(request: HttpRequest, hold_id: UUID, renewed: bodies.RenewIn) -> answers.HoldOut:
    """Decide again, with a new end; the answer is the new hold."""
    return _hold(request, holds.renew_hold(request.auth, hold_id, until=renewed.until, reason=renewed.reason))


@routes.post("/holds/{uuid:hold_id}/end", response=answers.HoldOut)
def end_hold(request: HttpRequest, hold_id: UUID, why: bodies.ReasonIn) -> answers.HoldOut:
    """End a hold; after a decided one a new 24-hour clock starts."""
    return _hold(request, holds.end_hold(request.auth, hold_id, reason=why.reason))


@routes.post("/cases/{uuid:case_id}/disposition", response=MaybeCase)
def dispose(request: HttpRequest, case_id: UUID, decided: bodies.DispositionIn) -> Any:
    """Answer the question of the investigation: opened, linked to the one that runs, or a deviation with its reason.

    `transferred` and `void` are proposed here; the case stays open, and all clocks run, until a second party confirms.
    """
    if decided.disposition in ENDS:
        ends.propose_end(request.auth, case_id, Wanted(**decided.model_dump(exclude_none=True)))
        return after(request, case_id)
    if named := decided.model_fields_set.intersection(FIELDS):
        raise Invalid((name, _("Uppgiften hör inte till det beslutet.")) for name in sorted(named))
    disposition.dispose(
        request.auth, case_id, disposition=Disposition(decided.disposition), reason=decided.reason or ""
    )
    return after(request, case_id)


@routes.post("/cases/{uuid:case_id}/disposition/confirm", response=MaybeCase)
def confirm_end(request: HttpRequest, case_id: UUID, answer: bodies.ConfirmEndIn = bodies.CONFIRMED) -> Any:
    """The second party: another person confirms `void`, the other municipality has acknowledged `transferred`; or not."""
    if answer.refuse:
        if answer.acknowledged_at is not None or answer.acknowledged_by is not None:
            raise Invalid.field("acknowledged_at", _("Uppgiften hör inte till det beslutet."))
        ends.refuse_end(request.auth, case_id, reason=answer.reason or "")
    elif answer.reason is not None:
        raise Invalid.field("reason", _("Skriv bara ett skäl när du avslår."))
    else:
        ends.confirm_end(
            request.auth,
            case_id,
            acknowledged_at=answer.acknowledged_at,
            acknowledged_by=answer.acknowledged_by or "",
        )
    return after(request, case_id)


def _hold(request: HttpRequest, row: Hold) -> answers.HoldOut:
    return rows.hold(shaping.written(request.auth, row, row.case_id, "api.hold"))


def _known(sent: BaseModel) -> dict[str, Any]:
    """What was sent; null means "not known" of custody, and nothing of the rest."""
    return {
        name: value
        for name, value in sent.model_dump(exclude_unset=True).items()
        if value is not None or name == "is_custodian"
    }


def _guardian(request: HttpRequest, guardian_id: UUID) -> Any:
    """The guardian as seen from the newest case through which the caller reaches them."""
    with look(request.auth, "api.guardian") as door:
        newest = (
            door.cases.filter(child__guardianships__guardian_id=guardian_id)
            .exclude(ground=Ground.FOLLOW)
            .order_by(F("closed_at").desc(nulls_first=True), "-registered_at")
            .values_list("pk", flat=True)
            .first()
        )
        if newest is not None:
            file = read(door.case(newest, under_veil=True), request.auth, door.now)
            for line in file.guardians:
                if line.id == guardian_id:
                    return shaping.guardian(line)
    return answers.GuardianRef(id=guardian_id)
