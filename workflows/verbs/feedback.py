"""What a mandated reporter is told back: one of three facts, on request, and nothing else (SoL 19:6, OSL 26:9 a)."""

from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from riskzon.access import Action, visible_cases
from riskzon.clock import now as product_now
from riskzon.doors import change
from riskzon.errors import Conflict, Invalid, Unseen
from riskzon.localtime import end_of_local_day, local_date
from riskzon.models import Case, Report, User
from workflows import deadlines, steps
from workflows.flows.case import CaseFlow
from workflows.models import Kind
from workflows.verbs.disposition import running_investigation

#: What is said, word for word; never free text.
FACTS = {
    "opened": gettext_lazy("Utredning har inletts."),
    "not_opened": gettext_lazy("Utredning har inte inletts."),
    "ongoing": gettext_lazy("Utredning pågår redan."),
}


def request_feedback(user: User, number: str) -> Report:
    """A mandated reporter asks. Decided already, or an investigation runs: to be answered the same day, else in a week."""
    for case_id in _cases_of(user, number):
        with change(user, Action.FEEDBACK, case_id, what="feedback_request") as act:
            case, report = act.case, _lock(act.case)
            if not report.reporter_is_mandated:
                raise Invalid.field("reporter", _("Bara den som är skyldig att anmäla kan få återkoppling."))
            if report.feedback_given_at is not None:
                raise Conflict(_("Anmälaren har redan fått återkoppling."))
            if case.feedback_owed:
                continue
            if case.closed_at is not None:
                raise Conflict(_("Ärendet är avslutat. Svara anmälaren direkt: utfallet är känt."))
            report.feedback_requested_at = report.feedback_requested_at or act.now
            report.save(update_fields=["feedback_requested_at"])
            case.feedback_owed = True
            steps.reopen(case, CaseFlow.answer_reporter)
            if case.disposition or running_investigation(case):
                today = end_of_local_day(local_date(act.now))
                deadlines.start(case, Kind.REPORTER_FEEDBACK, starts_at=act.now, until=today, now=act.now)
    return _report(number)


def give_feedback(user: User, number: str, *, fact: str) -> Report:
    """Write down that the reporter has been told one of the three facts; true ones only."""
    if fact not in FACTS:
        raise Invalid.field("fact", _("Välj ett av de tre svaren."))
    for case_id in _cases_of(user, number):
        with change(user, Action.FEEDBACK, case_id, what="feedback") as act:
            case, report = act.case, _lock(act.case)
            if not case.feedback_owed:
                raise Conflict(_("Ingen återkoppling är begärd, eller så är den redan lämnad."))
            if fact != "ongoing" and not case.disposition:
                raise Conflict(_("Beslut om utredning är inte fattat än."))
            if fact == "ongoing" and running_investigation(case) is None:
                raise Invalid.field("fact", _("Det pågår ingen utredning."))
            report.feedback_given_at = act.now
            report.feedback_fact = fact
            report.save(update_fields=["feedback_given_at", "feedback_fact"])
            case.feedback_owed = False
            deadlines.meet(case, [Kind.REPORTER_FEEDBACK], at=act.now, now=act.now)
            steps.take(case, CaseFlow.answer_reporter, by=user, now=act.now)
    return _report(number)


def _cases_of(user: User, number: str) -> list[UUID]:
    ids = list(
        visible_cases(user, product_now())
        .filter(report__number=number)
        .order_by("ordinal")
        .values_list("pk", flat=True)
    )
    if not ids:
        raise Unseen
    return ids


def _lock(case: Case) -> Report:
    report = Report.objects.select_for_update(no_key=True).get(pk=case.report_id)
    case.report = report
    return report


def _report(number: str) -> Report:
    return Report.objects.get(number=number)
