"""Putting a wrong time of a report right: from the case, and from the liaison's own report."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from riskzon import wall
from riskzon.access import Action
from riskzon.doors import Look
from riskzon.errors import Conflict, Forbidden
from workflows.forms.times import TimesForm, brought_up
from workflows.verbs.times import correct_times
from workflows.views.form_page import CaseFormPage, Opened


class CorrectTimes(CaseFormPage):
    what = "times"
    action = Action.CORRECT
    form_class = TimesForm
    title = gettext_lazy("Rätta tid")
    button = gettext_lazy("Rätta tiden")
    lead = gettext_lazy(
        "Fristerna räknas om från den rätta tiden. Det som registrerades först finns kvar, och en överskriden frist tas "
        "aldrig bort."
    )
    done = gettext_lazy("Tiden är rättad. Fristerna räknas från den.")
    template_name = "workflows/times.html"
    #: Somebody else was first: the form comes back over the times that hold now.
    was_overtaken = False

    def prepare(self, request: HttpRequest, door: Look, opened: Opened) -> None:
        report = opened.case.report
        self.children = len(wall.cases_of([report.pk]))
        if door.cases.filter(report=report).count() < self.children:
            raise Forbidden

    def form(self, request: HttpRequest, opened: Opened) -> forms.Form:
        data = request.POST if request.method == "POST" else None
        if data is not None and self.was_overtaken:
            data = brought_up(data, opened.case.report)
        return TimesForm(data, report=opened.case.report)

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        try:
            correct_times(
                request.user,
                opened.case.report.number or "",
                reason=data["reason"],
                shown=data["shown"],
                **data["changed"],
            )
        except Conflict:
            self.was_overtaken = True
            raise

    def context(self, request: HttpRequest, opened: Opened, form: forms.Form) -> dict[str, Any]:
        corrections = opened.file.corrections if opened.file else opened.own.corrections if opened.own else ()
        return {"children": self.children, "corrections": corrections}
