"""Deadlines, breaches, figures: what somebody must see who answers for more than one case."""

from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query

from riskzon.api import answers, bodies, rows, shaping
from riskzon.api.app import Routes
from riskzon.api.calls.cases import Cursor, Limit
from riskzon.api.fields import Day, Moment, codes
from riskzon.doors import forbidden, look
from riskzon.errors import Invalid
from riskzon.localtime import FIRST_YEAR, local_date
from riskzon.matrix import PLACES, Place
from riskzon.models import Role
from workflows import lists, waiting
from workflows.accounting import account
from workflows.causes import proposals
from workflows.models import Breach, Kind, State
from workflows.published import publish
from workflows.verbs.reviews import review_breach

#: Who answers for the register: everybody in social services, and who keeps it running.
_SEES_ACCOUNT = PLACES[Place.ACCOUNT_BY_API]

#: Who may see figures; they are suppressed for everybody alike.
_SEES_FIGURES = PLACES[Place.FIGURES_BY_API]
_MONTHS_SHOWN = timedelta(days=365)

routes = Routes(tags=["Oversight"])


@routes.get("/deadlines", response=answers.DeadlineList)
def list_deadlines(
    request: HttpRequest,
    kind: codes(Kind) | None = None,
    state: codes(State) | None = None,
    due_before: Annotated[Moment | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> answers.DeadlineList:
    """Deadlines of the cases that the caller may see, earliest limit first."""
    with look(request.auth, "api.deadlines") as door:
        page = lists.deadlines(
            door, kind=kind or "", state=state or "", due_before=due_before, cursor=cursor, limit=limit
        )
    return answers.DeadlineList(results=[rows.deadline_row(row) for row in page.rows], next=page.next)


@routes.get("/breaches", response=answers.BreachList)
def list_breaches(
    request: HttpRequest, reviewed: bool | None = None, cursor: Cursor = None, limit: Limit = 50
) -> answers.BreachList:
    """Breaches, newest first. The head of department sees those of all units, and which case, but not the case."""
    with look(request.auth, "api.breaches") as door:
        page = lists.breaches(door, reviewed=reviewed, cursor=cursor, limit=limit)
        # What is proposed tells of the case, which the head of department does not read.
        unexplained = [row for row in page.rows if row.reviewed_at is None and door.user.role != Role.HEAD]
        proposed = proposals(unexplained)
    results = [rows.breach(row, proposed.get(row.pk)) for row in page.rows]
    return answers.BreachList(results=results, next=page.next)


@routes.post("/breaches/{uuid:breach_id}/review", response=answers.BreachOut)
def review(request: HttpRequest, breach_id: UUID, reviewed: bodies.ReviewIn) -> answers.BreachOut:
    """Say why a deadline passed and what was done about it. The breach stays."""
    done = review_breach(request.auth, breach_id, cause=reviewed.cause, action=reviewed.action)
    row = Breach.objects.select_related("case__report", "duty_unit").get(pk=done.pk)
    return rows.breach(shaping.written(request.auth, row, row.case_id, "api.breaches"))


@routes.get("/waiting", response=answers.WaitingList)
def list_waiting(request: HttpRequest) -> answers.WaitingList:
    """What waits for the caller to decide, the oldest limit first: for supervisors, duty social workers and heads."""
    if request.auth.role not in waiting.ROLES:
        raise forbidden(request.auth, "api.waiting", _("Du har inte rätt att se detta."))
    with look(request.auth, "api.waiting") as door:
        lines = waiting.lines(door)
        door.listed(waiting.case_ids(lines))
    return answers.WaitingList(results=[rows.waiting(line) for line in lines])


@routes.get("/statistics", response=answers.StatisticsOut, by_alias=True)
def statistics(
    request: HttpRequest,
    first: Annotated[Day | None, Query(alias="from", description="first day, by default a year ago")] = None,
    last: Annotated[Day | None, Query(alias="to", description="last day, by default today")] = None,
) -> Any:
    """The measures of whole months, of all units together, with small numbers hidden."""
    if request.auth.role not in _SEES_FIGURES:
        raise forbidden(request.auth, "api.statistics", _("Du har inte rätt att se detta."))
    with look(request.auth, "statistics") as door:
        until = last or local_date(door.now)
        since = first or max(until - _MONTHS_SHOWN, date(FIRST_YEAR, 1, 1))
        if until < since:
            raise Invalid.field("to", _("Perioden slutar innan den börjar."))
        figures = publish(since, until, door.now)
        door.listed([])
    return answers.StatisticsOut.model_validate(figures)


@routes.get("/accounting", response=answers.AccountOut)
def accounting(request: HttpRequest) -> Any:
    """Is every report accounted for, and if not, which ones are not and why?"""
    if request.auth.role not in _SEES_ACCOUNT:
        raise forbidden(request.auth, "api.accounting", _("Du har inte rätt att se detta."))
    with look(request.auth, "accounting") as door:
        found = account(door.now)
        door.listed(list({fault.case_id for fault in found.faults if fault.case_id}))
    return answers.AccountOut(
        registered=found.registered,
        accounted=found.accounted,
        unaccounted=[
            answers.Unaccounted(number=fault.number, what=fault.what, message=fault.label) for fault in found.faults
        ],
    )
