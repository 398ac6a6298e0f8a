"""Reports: registering, reading, supplementing, putting times right, and answering the one who asked."""

import re
from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Header
from ninja.responses import Status

from riskzon.api import answers, bodies, rows, shaping
from riskzon.api.app import Routes
from riskzon.doors import Look, look
from riskzon.errors import Busy, Invalid, Unseen
from riskzon.models import Report, Role
from workflows.receipts import NUMBER
from workflows.verbs import colleagues, feedback
from workflows.verbs.intake import Registered, register_report
from workflows.verbs.supplements import supplement
from workflows.verbs.times import correct_times

_KEY = re.compile(r"[\x20-\x7e]{1,200}")
_TRIES = 3

_AnyReport = answers.FullReportOut | answers.CorrectedReportOut | answers.ReceiptOut

routes = Routes(tags=["Reports"])


@routes.post(
    "/reports", response={200: answers.ReportOut | answers.ReceiptOut, 201: answers.ReportOut | answers.ReceiptOut}
)
def create_report(
    request: HttpRequest,
    report: bodies.ReportIn,
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=200)],
) -> Status[Any]:
    """Register what came in. The same key with the same body again answers 200 and registers nothing."""
    if not _KEY.fullmatch(idempotency_key) or not idempotency_key.strip():
        raise Invalid.field("Idempotency-Key", _("Ange en nyckel på högst 200 tecken."))
    user = request.auth
    done = _insisting(lambda: register_report(user, report.model_dump(exclude_unset=True), key=idempotency_key))
    with look(user, "api.report") as door:
        return Status(200 if done.repeated else 201, shaping.registered(door, done.report))


@routes.get("/reports/{number}", response=_AnyReport)
def read_report(request: HttpRequest, number: str) -> Any:
    """A report with its corrections and those of its cases that the caller may see. Partners: own receipts."""
    return _read(request, number)


@routes.post("/reports/{number}/supplements", response={201: answers.SupplementOut})
def add_supplement(request: HttpRequest, number: str, added: bodies.SupplementIn) -> Status[answers.SupplementOut]:
    """Add text and facts; nothing in the report changes."""
    row = supplement(
        request.auth,
        _checked(number),
        text=added.text or "",
        released_at=added.released_at,
        released_to=added.released_to or "",
    )
    return Status(201, rows.supplement(row))


@routes.patch("/reports/{number}/times", response=_AnyReport)
def correct_report_times(request: HttpRequest, number: str, right: bodies.TimesIn) -> Any:
    """Put right a wrong time. Old and new value, who and why stay; the deadlines follow, and no breach is un-made."""
    correct_times(
        request.auth,
        _checked(number),
        reason=right.reason,
        occurred_at=right.occurred_at,
        notified_at=right.notified_at,
    )
    return _read(request, number)


@routes.post("/reports/{number}/take-over", response=_AnyReport)
def take_over_report(request: HttpRequest, number: str, nothing: bodies.NothingIn = bodies.NOTHING) -> Any:
    """A police liaison follows a colleague's open report from now on, as the colleague still does."""
    colleagues.take_over_report(request.auth, _checked(number))
    return _read(request, number)


@routes.post("/reports/{number}/feedback-request", response=_AnyReport)
def request_feedback(request: HttpRequest, number: str, nothing: bodies.NothingIn = bodies.NOTHING) -> Any:
    """The reporter, who had a duty to report, asks what came of it."""
    feedback.request_feedback(request.auth, _checked(number))
    return _read(request, number)


@routes.post("/reports/{number}/feedback", response=_AnyReport)
def give_feedback(request: HttpRequest, number: str, given: bodies.FeedbackIn) -> Any:
    """The reporter has been told one of the three facts (SoL 19:6)."""
    feedback.give_feedback(request.auth, _checked(number), fact=given.fact)
    return _read(request, number)


def _read(request: HttpRequest, number: str) -> Any:
    user = request.auth
    with look(user, "api.report") as door:
        found = Report.objects.filter(number=_checked(number)).first()
        if found is None:
            raise Unseen
        if user.role == Role.PARTNER:
            if found.registered_by_id != user.pk:
                raise Unseen
            door.listed([])
            return rows.receipt(found)
        if not _sees_a_case(door, found):
            raise Unseen
        return shaping.report(door, found)


def _sees_a_case(door: Look, report: Report) -> bool:
    return door.cases.filter(report=report).exists()


def _checked(number: str) -> str:
    """A number in the form of one; what has another form belongs to no report."""
    if not NUMBER.fullmatch(number):
        raise Unseen
    return number


def _insisting(attempt: Callable[[], Registered]) -> Registered:
    """Somebody with the same key is registering at this moment: their result is awaited, not refused."""
    for _try in range(_TRIES - 1):
        try:
            return attempt()
        except Busy:
            continue
    return attempt()
