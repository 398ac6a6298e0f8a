"""The worker's decisions: protection now, the investigation, and what the reporter is told."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from riskzon.access import Action
from riskzon.doors import Look, look
from riskzon.errors import Conflict, Invalid
from riskzon.models import ENDS, Assessment, Disposition
from workflows.forms.steps import AssessmentForm, DispositionForm, FeedbackForm
from workflows.inquiry import recently_ended
from workflows.verbs import assessment, disposition, feedback
from workflows.views.ends import WAYS
from workflows.views.entry import signed_in
from workflows.views.form_page import CaseFormPage, Opened


class Assess(CaseFormPage):
    what = "assessment"
    action = Action.ASSESS
    form_class = AssessmentForm
    title = gettext_lazy("Omedelbar skyddsbedömning")
    button = gettext_lazy("Spara bedömningen")
    lead = gettext_lazy("Varje anmälan ska genast leda till en bedömning av om barnet behöver skydd (SoL 20:1).")
    template_name = "workflows/assessment.html"

    def form_options(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        return {"now": opened.now}

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> Assessment:
        is_open_question = data["outcome"] == Assessment.Outcome.REASSESS
        return assessment.assess(
            request.user,
            opened.case.pk,
            outcome=data["outcome"],
            at=data["at"],
            note=data["note"],
            reassess_at=data["reassess_at"] if is_open_question else None,
        )

    def said(self, opened: Opened, result: Assessment) -> str:
        return {
            Assessment.Outcome.NO_IMMEDIATE_NEED: _("Skyddsbedömningen är sparad: inget omedelbart skyddsbehov."),
            Assessment.Outcome.IMMEDIATE_NEED: _("Skyddsbedömningen är sparad: omedelbart skyddsbehov."),
            Assessment.Outcome.REASSESS: _("Sparat. En ny bedömning ska göras vid den tid du angav."),
        }[Assessment.Outcome(result.outcome)]


class Dispose(CaseFormPage):
    what = "disposition"
    action = Action.DISPOSE
    form_class = DispositionForm
    title = gettext_lazy("Beslut om utredning")
    button = gettext_lazy("Fatta beslutet")
    template_name = "workflows/disposition.html"

    def prepare(self, request: HttpRequest, door: Look, opened: Opened) -> None:
        self.ended = recently_ended(opened.case, opened.now)

    def form_options(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        return {"proposed": self._proposed(opened), "may_deviate": Action.DEVIATE in opened.case.rights}

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> str:
        disposition.dispose(request.user, opened.case.pk, disposition=data["disposition"], reason=data["reason"])
        return data["disposition"]

    def said(self, opened: Opened, result: str) -> str:
        return {
            Disposition.OPENED: _("Utredningen är inledd. Den ska vara klar inom fyra månader."),
            Disposition.LINKED: _("Ärendet är kopplat till den utredning som pågår."),
            Disposition.DEVIATION: _("Avsteget från Strategi 5 är sparat och redovisas för nämnden."),
        }[Disposition(result)]

    def context(self, request: HttpRequest, opened: Opened, form: Any) -> dict[str, Any]:
        return {
            "proposed": self._proposed(opened),
            "running": opened.file.history.running_investigation,
            "decided": bool(opened.case.disposition),
            "ended": self.ended,
            "waiting": opened.file.waiting_end,
            "ways": WAYS.values() if opened.case.is_open and opened.file.waiting_end is None else (),
        }

    @staticmethod
    def _proposed(opened: Opened) -> str:
        return Disposition.LINKED if opened.file.history.running_investigation else Disposition.OPENED


class Answer(CaseFormPage):
    what = "feedback"
    action = Action.FEEDBACK
    form_class = FeedbackForm
    title = gettext_lazy("Återkoppla till anmälaren")
    button = gettext_lazy("Spara att anmälaren fått veta")
    done = gettext_lazy("Återkopplingen är sparad.")
    template_name = "workflows/feedback.html"

    def form_options(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        return {"facts": _true_facts(opened)}

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        feedback.give_feedback(request.user, opened.case.report.number, fact=data["fact"])


@signed_in
@require_POST
def ask_for_answer(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The mandated reporter has asked to be told (SoL 19:6)."""
    with look(request.user, "feedback_request") as door:
        number = door.case(case_id, Action.FEEDBACK, under_veil=True).report.number
    try:
        feedback.request_feedback(request.user, number)
    except Conflict as refusal:
        messages.error(request, refusal.message)
    except Invalid as wrong:
        messages.error(request, wrong.errors[0][1])
    else:
        messages.success(request, _("Det är antecknat att anmälaren vill ha återkoppling."))
    return redirect("case", case_id)


def _true_facts(opened: Opened) -> list[str]:
    """Those of the three facts that are true of the case now."""
    facts = []
    if opened.case.disposition == Disposition.OPENED:
        facts.append("opened")
    if opened.case.disposition in (Disposition.DEVIATION, *ENDS):
        facts.append("not_opened")
    if opened.file.history.running_investigation and opened.case.disposition != Disposition.OPENED:
        facts.append("ongoing")
    return facts
