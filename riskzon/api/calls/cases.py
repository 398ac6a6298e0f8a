"""Cases: finding, reading, and who holds them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query
from ninja.responses import Status

from riskzon.access import Action
from riskzon.api import answers, bodies, rows, shaping
from riskzon.api.app import Routes
from riskzon.api.fields import words
from riskzon.doors import look
from riskzon.models import Role, Unit
from workflows import worklist
from workflows.verbs import contacts, family, notes, people, reveal

_AnyCase = answers.CaseOut | answers.ReducedCaseOut
MaybeCase = answers.CaseOut | answers.ReducedCaseOut | answers.CaseReceipt
Limit = Annotated[int, Query(ge=1, le=worklist.MOST)]
Cursor = Annotated[words(200) | None, Query()]

routes = Routes(tags=["Cases"])


@routes.get("/cases", response=answers.CaseList)
def list_cases(
    request: HttpRequest,
    scope: Literal["mine", "unassigned", "unit", "all", "from_duty"] = "all",
    state: Literal["open", "closed"] | None = None,
    overdue: bool | None = None,
    q: Annotated[words(20) | None, Query(description="a case or report number, nothing else")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> answers.CaseList:
    """Cases in the order of what is due next. `all` holds every case that the caller may see, closed ones too.

    The liaison's own cases are the same in `mine` as in `all`. `from_duty`: those of open units that Socialjouren holds
    until somebody takes them over.
    """
    if scope == "mine" and request.auth.role == Role.LIAISON:
        scope = "all"
    with look(request.auth, "api.cases") as door:
        page = worklist.page(
            door,
            scope=scope,
            state=state or ("" if scope == "all" else "open"),
            overdue=overdue,
            number=q or "",
            cursor=cursor,
            limit=limit,
            in_full=True,
        )
        return answers.CaseList(results=shaping.listed(door, page.cases), next=page.next)


@routes.post("/cases/search", response=answers.CaseList)
def search_cases(request: HttpRequest, wanted: bodies.SearchIn) -> answers.CaseList:
    """Cases by name or identity number, which never stand in an address."""
    with look(request.auth, "api.search") as door:
        found = worklist.search(door, wanted.q, limit=wanted.limit)
        return answers.CaseList(results=shaping.listed(door, found), next=None)


@routes.get("/cases/{uuid:case_id}", response=_AnyCase)
def read_case(request: HttpRequest, case_id: UUID) -> Any:
    """One case, as much of it as the caller may have."""
    with look(request.auth, "api.case") as door:
        return shaping.cases(door, [door.case(case_id, Action.FOLLOW, under_veil=True)])[0]


@routes.patch("/cases/{uuid:case_id}/child", response=MaybeCase)
def identify_child(request: HttpRequest, case_id: UUID, known: bodies.ChildPatch) -> Any:
    """Who the child is has become known, or is put right."""
    family.identify_child(request.auth, case_id, **known.model_dump(exclude_none=True))
    return after(request, case_id)


@routes.post("/cases/{uuid:case_id}/assign", response=MaybeCase)
def assign(request: HttpRequest, case_id: UUID, to: bodies.AssignIn) -> Any:
    """Give the case to a colleague in its unit."""
    people.assign(request.auth, case_id, username=to.username)
    return after(request, case_id)


@routes.post("/cases/{uuid:case_id}/take", response=MaybeCase)
def take(request: HttpRequest, case_id: UUID, nothing: bodies.NothingIn = bodies.NOTHING) -> Any:
    """Take a case that nobody has."""
    people.take(request.auth, case_id)
    return after(request, case_id)


@routes.post("/cases/{uuid:case_id}/take-over", response=MaybeCase)
def take_over(request: HttpRequest, case_id: UUID, nothing: bodies.NothingIn = bodies.NOTHING) -> Any:
    """Take a case over from Socialjouren once its unit has opened."""
    people.take_over(request.auth, case_id)
    return after(request, case_id)


@routes.post("/cases/{uuid:case_id}/hand-over", response=MaybeCase)
def hand_over(request: HttpRequest, case_id: UUID, to: bodies.HandOverIn) -> Any:
    """Move the case to another unit, named by its name or slug."""
    named = Unit.objects.filter(name=to.unit).first()
    people.hand_over(request.auth, case_id, unit=named.slug if named else to.unit, note=to.note)
    return after(request, case_id)


@routes.post("/cases/{uuid:case_id}/liaisons", response=MaybeCase)
def name_liaison(request: HttpRequest, case_id: UUID, named: bodies.AssignIn) -> Any:
    """Let a police liaison follow the case as an own report."""
    people.name_liaison(request.auth, case_id, username=named.username)
    return after(request, case_id)


@routes.post("/cases/{uuid:case_id}/notes", response={201: answers.NoteOut})
def write_note(request: HttpRequest, case_id: UUID, written: bodies.NoteIn) -> Status[answers.NoteOut]:
    """A dated note (SoL 14:3)."""
    return Status(201, rows.note(notes.write_note(request.auth, case_id, text=written.text)))


@routes.post("/cases/{uuid:case_id}/child-informed", response=MaybeCase)
def child_informed(request: HttpRequest, case_id: UUID, told: bodies.InformedIn) -> Any:
    """A child of 15 or more has been told (SoL 3:2-3:4)."""
    contacts.inform_child(request.auth, case_id, at=told.at, note=told.note or "")
    return after(request, case_id)


@routes.post("/cases/{uuid:case_id}/reveal", response=answers.CaseOut)
def reveal_child(request: HttpRequest, case_id: UUID, said: bodies.RevealIn) -> Any:
    """Show who a child with a protected identity is to the caller, in every answer about it, for fifteen minutes."""
    reveal.reveal(request.auth, case_id, why=said.why, reason=said.reason or "")
    return after(request, case_id)


def after(request: HttpRequest, case_id: UUID) -> Any:
    """The case as the caller sees it after a change, or only its number where the change took it out of sight."""
    with look(request.auth, "api.case") as door:
        if door.cases.filter(pk=case_id).exists():
            return shaping.cases(door, [door.case(case_id, Action.FOLLOW, under_veil=True)])[0]
    return shaping.given_away(case_id)
