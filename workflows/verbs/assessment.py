"""The immediate protective assessment: does the child need protection now (SoL 20:1)."""

from datetime import datetime
from uuid import UUID

from django.db.models import Min
from django.utils.translation import gettext as _

from riskzon.access import Action
from riskzon.doors import change
from riskzon.errors import Conflict, Invalid
from riskzon.models import Assessment, Case, Hold, User
from workflows import deadlines, steps
from workflows.flows.case import CaseFlow
from workflows.incoming import SKEW
from workflows.models import Kind
from workflows.taking_over import taken_over


def assess(
    user: User, case_id: UUID, *, outcome: str, at: datetime, note: str = "", reassess_at: datetime | None = None
) -> Assessment:
    """Write down an assessment. The first one meets the clock; only one that answers the question takes the step."""
    with change(user, Action.ASSESS, case_id, what="assessment") as act:
        case, now = act.case, act.now
        _check(case, outcome, at, note, reassess_at, now)
        assessment = Assessment.objects.create(
            case=case,
            outcome=outcome,
            at=at,
            recorded_at=now,
            by=user,
            note=note.strip(),
            reassess_at=reassess_at if outcome == Assessment.Outcome.REASSESS else None,
        )
        if case.assignee_id is None and case.ground in ("unit", "lead") and user.unit_id == case.unit_id:
            case.assignee = user
            taken_over(act)
        deadlines.meet(case, [Kind.PROTECTIVE_ASSESSMENT], at=at, now=now)
        if case.assessed_at is None:
            case.assessed_at = at
        case.review_due_at = next_review(case, assessment)
        if outcome != Assessment.Outcome.REASSESS:
            steps.take(case, CaseFlow.protective_assessment, by=user, now=now)
        act.detail["outcome"] = outcome
    return assessment


def next_review(case: Case, latest: Assessment | None = None) -> datetime | None:
    """The earliest of a planned reassessment and the reviews of live holds on the child."""
    latest = latest or case.assessments.order_by("-recorded_at").first()
    until = Hold.objects.filter(child_id=case.child_id, ended_at__isnull=True).aggregate(at=Min("until"))["at"]
    moments = [moment for moment in (until, latest.reassess_at if latest else None) if moment is not None]
    return min(moments, default=None)


def _check(case: Case, outcome: str, at: datetime, note: str, reassess_at: datetime | None, now: datetime) -> None:
    if case.closed_at is not None:
        raise Conflict(_("Ärendet är avslutat."))
    errors = []
    if outcome not in Assessment.Outcome.values:
        errors.append(("outcome", _("Välj en bedömning.")))
    if at > now + SKEW:
        errors.append(("at", _("Tiden ligger i framtiden. Kontrollera datum och klockslag.")))
    elif at < case.report.notified_at - SKEW:
        errors.append(("at", _("Bedömningen kan inte vara gjord innan anmälan kom in.")))
    if outcome == Assessment.Outcome.REASSESS and (reassess_at is None or reassess_at <= now):
        errors.append(("reassess_at", _("Ange när en ny bedömning ska göras.")))
    if outcome == Assessment.Outcome.IMMEDIATE_NEED and not note.strip():
        errors.append(("note", _("Skriv vilken åtgärd som är vidtagen.")))
    if errors:
        raise Invalid(errors)
