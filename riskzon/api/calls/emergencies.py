"""Emergency access: a case that is not the caller's, to read for four hours; a second person, and the review."""

from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.responses import Status

from riskzon import emergency
from riskzon.access import ground_of
from riskzon.api import answers, bodies, rows
from riskzon.api.app import Routes
from riskzon.doors import look
from riskzon.errors import Conflict, Unseen
from riskzon.models import EmergencyAccess
from workflows.verbs import emergency as verbs

routes = Routes(tags=["Cases"])


@routes.post("/emergency-access", response={201: answers.EmergencyOut})
def ask(request: HttpRequest, wanted: bodies.EmergencyIn) -> Status[answers.EmergencyOut]:
    """Open one case to read, by its whole number or the child's identity number; `waiting` until a second person answers.

    A number that does not exist and one that the caller is kept from are the same 404.
    """
    found = verbs.ask(request.auth, q=wanted.q, code=wanted.code, reason=wanted.reason)
    if found.access is None:
        raise Conflict(_("Du kan redan läsa ärendet."))
    return Status(201, _shown(request, found.access.pk))


@routes.get("/emergency-access/{uuid:access_id}", response=answers.EmergencyOut)
def read(request: HttpRequest, access_id: UUID) -> answers.EmergencyOut:
    """Who opened which case, why, until when, and what the review came to."""
    return _shown(request, access_id)


@routes.post("/emergency-access/{uuid:access_id}/confirm", response=answers.EmergencyOut)
def confirm(request: HttpRequest, access_id: UUID, nothing: bodies.NothingIn = bodies.NOTHING) -> answers.EmergencyOut:
    """Vouch for a colleague as the second person."""
    verbs.confirm(request.auth, access_id)
    return _shown(request, access_id)


@routes.post("/emergency-access/{uuid:access_id}/review", response=answers.EmergencyOut)
def review_emergency_access(
    request: HttpRequest, access_id: UUID, said: bodies.EmergencyReviewIn
) -> answers.EmergencyOut:
    """Say whether there was a need."""
    verbs.review(request.auth, access_id, outcome=said.outcome, note=said.note)
    return _shown(request, access_id)


def _shown(request: HttpRequest, access_id: UUID) -> answers.EmergencyOut:
    related = ("case__report", "user", "confirmed_by", "reviewed_by")
    with look(request.auth, "api.emergency_access") as door:
        row = EmergencyAccess.objects.select_related(*related).filter(pk=access_id).first()
        if row is None or not emergency.may_see(door.user, row, door.now):
            raise Unseen
        door.listed([row.case_id])
        is_told = row.opened_at is not None or row.user_id != door.user.pk
        reads = row.opened_at is not None and ground_of(row.user, row.case_id, door.now) is not None
    return rows.emergency(row, door.now, is_told=is_told, reads=reads)
