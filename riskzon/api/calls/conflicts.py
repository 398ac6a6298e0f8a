"""Conflicts of interest (jäv): declared by anybody for oneself, set and ended by whoever leads the unit."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Path
from ninja.responses import Status

from riskzon.access import Action
from riskzon.api import answers, bodies, rows, shaping
from riskzon.api.app import Routes
from riskzon.api.fields import words
from riskzon.doors import look
from workflows import veiled
from workflows.verbs import conflicts

routes = Routes(tags=["Cases"])


@routes.get("/cases/{uuid:case_id}/blocks", response=answers.BlockList)
def list_blocks(request: HttpRequest, case_id: UUID) -> answers.BlockList:
    """Who must see nothing of the case's child; for whoever leads the unit."""
    with look(request.auth, "access") as door:
        case = door.case(case_id, Action.BLOCK, under_veil=True)
        found = list(conflicts.blocks_on(case.child_id))
        if case.is_veiled:
            veiled.empty(found)
        return answers.BlockList(results=[rows.block(row) for row in found])


@routes.post("/cases/{uuid:case_id}/blocks", response={201: answers.BlockOut})
def add_block(request: HttpRequest, case_id: UUID, said: bodies.BlockIn) -> Status[answers.BlockOut]:
    """Declare a conflict of interest for oneself, or, leading the unit, set it for somebody else with a reason.

    The child is gone for that person at once, and the child's open cases that the person had are nobody's.
    """
    user, reason = request.auth, said.reason or ""
    if said.username is None or said.username == user.username:
        return Status(201, rows.block(conflicts.declare(user, case_id, reason=reason)))
    row = conflicts.block(user, case_id, username=said.username, reason=reason)
    return Status(201, rows.block(shaping.written(user, row, case_id, "access")))


@routes.post("/cases/{uuid:case_id}/blocks/{username}/end", response=answers.BlockOut)
def end_block(
    request: HttpRequest,
    case_id: UUID,
    username: Annotated[words(150), Path()],
    nothing: bodies.NothingIn = bodies.NOTHING,
) -> answers.BlockOut:
    """End a colleague's block; what ended with it stays ended."""
    row = conflicts.unblock(request.auth, case_id, username=username)
    return rows.block(shaping.written(request.auth, row, case_id, "access"))
