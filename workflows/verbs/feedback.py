"""What a mandated reporter is told back: one of three facts, on request, and nothing else (SoL 19:6, OSL 26:9 a)."""

from contextlib import ExitStack
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from riskzon.access import Action, visible_cases
from riskzon.clock import now as product_now
from riskzon.doors import Change, change, unseen
from riskzon.errors import Conflict, Invalid, Refused
from riskzon.localtime import end_of_local_day, local_date
from riskzon.models import Case, Disposition, Report, User
from workflows import deadlines, steps
from workflows.due import Length, due_at
from workflows.flows.case import CaseFlow
from workflows.models import Kind
from workflows.rules import Rulebook
from workflows.verbs.disposition import running_investigation

#: What is said, word for word; never free text.
FACTS = {
    "opened": gettext_lazy("Utredning har inletts."),
    "not_opened": gettext_lazy("Utredning har inte inletts."),
    "ongoing": gettext_lazy("Utredning pågår redan."),
}


#: Which decisions make a fact true; "ongoing" is true while an investigation of the child runs.
_TRUE_AFTER = {
    "opened": (Disposition.OPENED, Disposition.LINKED),
    "not_opened": (Disposition.DEVIATION, Disposition.TRANSFERRED, Disposition.VOID),
}


def request_feedback(user: User, number: str) -> Report:
    """A mandated reporter asks (SoL 19:6): to be answered within a week of the decision that is there or that comes.

    Asked after that week, or while an investigation was running already: the same day. A closed case stays closed, and
    the answer is owed all the same.
    """
    with ExitStack() as doors:
        acts = _open(doors, user, number, "feedback_request")
        report = _lock(acts[0].case)
        if not report.reporter_is_mandated:
            raise Invalid.field("reporter", _("Bara den som är skyldig att anmäla kan få återkoppling."))
        if report.feedback_given_at is not None:
            raise Conflict(_("Anmälaren har redan fått återkoppling."))
        report.feedback_requested_at = report.feedback_requested_at or acts[0].now
        report.save(update_fields=["feedback_requested_at"])
        for act in acts:
            if not _is_owed(act.case):
                _owe(act)
    return _report(number)


def give_feedback(user: User, number: str, *, fact: str) -> Report:
    """Write down that the reporter has been told one of the three facts, for each child of whom it is true.

    Conflict: nobody is owed an answer, or the fact is true of none of those who are still owed one.
    """
    if fact not in FACTS:
        raise Invalid.field("fact", _("Välj ett av de tre svaren."))
    with ExitStack() as doors:
        acts = _open(doors, user, number, "feedback")
        report = _lock(acts[0].case)
        owed = [act for act in acts if _is_owed(act.case)]
        if not owed:
            raise Conflict(_("Ingen återkoppling är begärd, eller så är den redan lämnad."))
        answered = [act for act in owed if _is_true(fact, act.case)]
        if not answered:
            raise _untrue(fact, owed)
        report.feedback_given_at, report.feedback_fact = acts[0].now, fact
        report.save(update_fields=["feedback_given_at", "feedback_fact"])
        for act in answered:
            act.case.feedback_owed = False
            deadlines.meet(act.case, [Kind.REPORTER_FEEDBACK], at=act.now, now=act.now)
            steps.take(act.case, CaseFlow.answer_reporter, by=user, now=act.now)
    return _report(number)


def _owe(act: Change) -> None:
    case = act.case
    if case.closed_at is None:
        case.feedback_owed = True
        steps.reopen(case, CaseFlow.answer_reporter)
    if case.disposition or running_investigation(case):
        until = end_of_local_day(local_date(act.now))
        book = Rulebook.read()
        rule = book.rule(Kind.REPORTER_FEEDBACK, case.report.kind, act.now)
        if rule is not None and case.disposed_at is not None and case.disposition != Disposition.LINKED:
            until = max(until, due_at(case.disposed_at, Length(rule.length), rule.amount))
        deadlines.start(case, Kind.REPORTER_FEEDBACK, starts_at=act.now, until=until, now=act.now, book=book)


def _is_owed(case: Case) -> bool:
    """A case that has closed keeps no flag and no step; there the clock alone says it."""
    return case.feedback_owed or case.deadlines.filter(deadlines.OUTSTANDING, kind=Kind.REPORTER_FEEDBACK).exists()


def _is_true(fact: str, case: Case) -> bool:
    if fact == "ongoing":
        return running_investigation(case) is not None
    return case.disposition in _TRUE_AFTER[fact]


def _untrue(fact: str, owed: list[Change]) -> Refused:
    if fact == "ongoing":
        return Invalid.field("fact", _("Det pågår ingen utredning."))
    if not any(act.case.disposition for act in owed):
        return Conflict(_("Beslut om utredning är inte fattat än."))
    return Invalid.field("fact", _("Svaret stämmer inte med beslutet."))


def _open(doors: ExitStack, user: User, number: str, what: str) -> list[Change]:
    """Every case of the report that this person sees, locked in one order."""
    ids = sorted(_cases_of(user, number, what))
    return [doors.enter_context(change(user, Action.FEEDBACK, case_id, what=what)) for case_id in ids]


def _cases_of(user: User, number: str, what: str) -> list[UUID]:
    ids = list(
        visible_cases(user, product_now())
        .filter(report__number=number)
        .order_by("ordinal")
        .values_list("pk", flat=True)
    )
    if not ids:
        raise unseen(user, what)
    return ids


def _lock(case: Case) -> Report:
    report = Report.objects.select_for_update(no_key=True).get(pk=case.report_id)
    case.report = report
    return report


def _report(number: str) -> Report:
    return Report.objects.get(number=number)
