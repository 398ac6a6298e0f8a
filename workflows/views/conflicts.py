"""Declaring a conflict of interest (jäv); and for whoever leads the unit, setting and ending that of others."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from riskzon.access import Action
from riskzon.doors import Look
from riskzon.errors import Conflict
from riskzon.models import User
from workflows.forms.conflicts import BlockForm, DeclareForm
from workflows.verbs import conflicts
from workflows.views.entry import signed_in
from workflows.views.form_page import CaseFormPage, Opened


class Declare(CaseFormPage):
    """For everybody who sees the case: the last thing that they do in it."""

    what = "block"
    under_veil = True
    action = Action.DECLARE
    form_class = DeclareForm
    title = gettext_lazy("Anmäl jäv")
    lead = gettext_lazy(
        "Du är jävig om du eller någon nära dig berörs, eller om något annat gör att man kan tvivla på att du är opartisk "
        "(FL 16–18 §§). När du har anmält det ser du inte längre något om barnet. Ärenden som du har om barnet läggs i "
        "enhetens kö, och enhetschefen får veta det."
    )
    button = gettext_lazy("Anmäl jäv")
    done = gettext_lazy("Du har anmält jäv. Du ser inte längre ärendet, och enhetschefen har fått veta det.")

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        conflicts.declare(request.user, opened.case.pk, reason=data["reason"])

    def next_url(self, opened: Opened, result: Any) -> str:
        # The case is gone.
        return reverse("worklist")


class Block(CaseFormPage):
    what = "block"
    under_veil = True
    action = Action.BLOCK
    form_class = BlockForm
    title = gettext_lazy("Sätt jäv för en medarbetare")
    lead = gettext_lazy(
        "Medarbetaren ser inte längre något om barnet, i något ärende, och får inte veta varför. Ärenden som medarbetaren "
        "har om barnet läggs i enhetens kö."
    )
    button = gettext_lazy("Sätt jäv")
    done = gettext_lazy("Medarbetaren ser inte längre något om barnet.")

    def prepare(self, request: HttpRequest, door: Look, opened: Opened) -> None:
        found = User.objects.filter(role__in=conflicts.MEETS_CHILDREN, is_active=True).exclude(pk=request.user.pk)
        self.people = [
            (person.username, f"{person}, {person.unit or person.get_role_display()}")
            for person in found.select_related("unit").order_by("first_name", "last_name")
        ]

    def form_options(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        return {"people": self.people}

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        conflicts.block(request.user, opened.case.pk, username=data["username"], reason=data["reason"])

    def next_url(self, opened: Opened, result: Any) -> str:
        return reverse("case-access", args=[opened.case.pk])


@signed_in
@require_POST
def end(request: HttpRequest, case_id: UUID, person_id: UUID) -> HttpResponse:
    """End a colleague's block."""
    person = User.objects.filter(pk=person_id).first()
    try:
        conflicts.unblock(request.user, case_id, username=person.username if person else "")
    except Conflict as lost:
        messages.error(request, lost.message)
    else:
        messages.success(request, _("Jävet är avslutat."))
    return redirect("case-access", case_id)
