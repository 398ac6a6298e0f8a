"""What is written down beside the steps: a note in the case, a supplement to the report."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from riskzon.access import Action
from workflows.forms.words import NoteForm, SupplementForm
from workflows.verbs import notes, supplements
from workflows.views.form_page import CaseFormPage, Opened


class WriteNote(CaseFormPage):
    what = "note"
    action = Action.NOTE
    form_class = NoteForm
    title = gettext_lazy("Ny anteckning")
    button = gettext_lazy("Spara anteckningen")
    done = gettext_lazy("Anteckningen är sparad.")

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        notes.write_note(request.user, opened.case.pk, text=data["text"])


class Supplement(CaseFormPage):
    what = "supplement"
    action = Action.SUPPLEMENT
    form_class = SupplementForm
    title = gettext_lazy("Komplettera anmälan")
    button = gettext_lazy("Spara tillägget")
    done = gettext_lazy("Tillägget är sparat.")

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        supplements.supplement(
            request.user,
            opened.case.report.number,
            text=data["text"],
            released_at=data["released_at"],
            released_to=data["released_to"],
        )
