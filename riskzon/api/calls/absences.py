"""Who is away, and until when; never why."""

from uuid import UUID

from django.http import HttpRequest
from ninja.responses import Status

from riskzon import clock
from riskzon.absence import not_over
from riskzon.api import bodies
from riskzon.api.app import Routes
from riskzon.api.fields import Answer, Body, Moment, Shown, words
from riskzon.doors import forbidden
from riskzon.models import Absence
from workflows.verbs import absences as verbs

routes = Routes(tags=["Absence"])


class AbsenceIn(Body):
    """Without `username`, the caller; without `starts_at`, now; without `cover`, the unit's queue."""

    username: words(150) | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    cover: words(150) | None = None


class AbsenceOut(Answer):
    """`ends_at` null: until further notice. `ended_at`: when it was ended early or called off."""

    id: UUID
    person: str
    unit: str | None
    starts_at: Shown
    ends_at: Shown | None
    cover: str | None
    ended_at: Shown | None


class AbsenceList(Answer):
    results: list[AbsenceOut]


@routes.get("/absences", response=AbsenceList)
def list_absences(request: HttpRequest) -> AbsenceList:
    """The absences in the caller's units, and the own, that hold or are to come."""
    if request.auth.role not in verbs.MAY_BE_AWAY:
        raise forbidden(request.auth, "absence")
    found = verbs.seen_by(request.auth).filter(not_over(clock.now())).select_related("person__unit", "cover")
    return AbsenceList(results=[_absence(row) for row in found])


@routes.post("/absences", response={201: AbsenceOut})
def register_absence(request: HttpRequest, said: AbsenceIn) -> Status[AbsenceOut]:
    """The caller is away, or one of the staff of the unit that the caller leads."""
    row = verbs.register_absence(request.auth, **said.model_dump(exclude_none=True))
    return Status(201, _absence(row))


@routes.post("/absences/{uuid:absence_id}/end", response=AbsenceOut)
def end_absence(request: HttpRequest, absence_id: UUID, nothing: bodies.NothingIn = bodies.NOTHING) -> AbsenceOut:
    """End an absence now, or call off one to come."""
    return _absence(verbs.end_absence(request.auth, absence_id))


def _absence(row: Absence) -> AbsenceOut:
    return AbsenceOut(
        id=row.pk,
        person=row.person.username,
        unit=row.person.unit.name if row.person.unit else None,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        cover=row.cover.username if row.cover else None,
        ended_at=row.ended_at,
    )
