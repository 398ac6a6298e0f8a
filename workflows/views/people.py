"""Who holds the case: taking it, also from Socialjouren, assigning it, handing it on, naming a liaison."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from riskzon.absence import away
from riskzon.access import Action
from riskzon.doors import Look
from riskzon.errors import Conflict
from riskzon.matrix import Place
from riskzon.models import CaseBlock, Role, Unit, User
from riskzon.models.people import UnitKind
from workflows.forms.people import AssignForm, HandOverForm
from workflows.verbs import people
from workflows.views.entry import signed_in
from workflows.views.form_page import CaseFormPage, Opened
from workflows.views.gates import only_in


@signed_in
@require_POST
def take(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take a case that nobody has. The loser of a race reads who was first."""
    try:
        people.take(request.user, case_id)
    except Conflict as lost:
        messages.error(request, lost.message)
    else:
        messages.success(request, _("Ärendet är ditt."))
    return _back(request, case_id)


@signed_in
@require_POST
def take_over(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take a case over from Socialjouren. The loser of a race reads who was first."""
    try:
        case = people.take_over(request.user, case_id)
    except Conflict as lost:
        messages.error(request, lost.message)
    else:
        is_own = case.assignee_id == request.user.pk
        said = _("Ärendet är övertaget och ditt.") if is_own else _("Ärendet är övertaget. Handläggare: %(who)s.")
        messages.success(request, said if is_own else said % {"who": case.assignee})
    return _back(request, case_id)


@only_in(Place.WORKLIST)
@require_POST
def take_over_own(request: HttpRequest) -> HttpResponse:
    """Take over every case from Socialjouren that is already one's own."""
    taken = people.take_over_own(request.user)
    messages.success(request, ngettext("%(n)s ärende övertaget.", "%(n)s ärenden övertagna.", taken) % {"n": taken})
    return redirect(f"{reverse('worklist')}?view=from_duty")


def _back(request: HttpRequest, case_id: UUID) -> HttpResponse:
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect(back)
    return redirect("case", case_id)


class Assign(CaseFormPage):
    what = "assign"
    under_veil = True
    action = Action.ASSIGN
    form_class = AssignForm
    title = gettext_lazy("Tilldela ärendet")
    button = gettext_lazy("Tilldela")
    done = gettext_lazy("Ärendet är tilldelat. Den som fick det har meddelats.")

    def prepare(self, request: HttpRequest, door: Look, opened: Opened) -> None:
        staff = User.objects.filter(
            unit=opened.case.unit_id, is_active=True, role__in=[Role.SOCIAL_WORKER, Role.SUPERVISOR]
        ).exclude(pk__in={*_biased(opened), *away(opened.now)})
        staff = staff.annotate(held=Count("cases", filter=Q(cases__closed_at__isnull=True))).order_by(
            "first_name", "last_name"
        )
        self.staff = [(person.username, _held(person)) for person in staff]

    def initial(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        return {"username": opened.case.assignee.username if opened.case.assignee else ""}

    def form_options(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        return {"people": self.staff}

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        people.assign(request.user, opened.case.pk, username=data["username"])


class HandOver(CaseFormPage):
    what = "hand_over"
    under_veil = True
    action = Action.HAND_OVER
    form_class = HandOverForm
    title = gettext_lazy("Lämna över till annan enhet")
    button = gettext_lazy("Lämna över")
    lead = gettext_lazy("Fristerna går vidare utan avbrott. Den nya enheten meddelas, och ärendet lämnar er lista.")
    done = gettext_lazy("Ärendet är överlämnat. Den nya enheten har meddelats.")

    def prepare(self, request: HttpRequest, door: Look, opened: Opened) -> None:
        units = Unit.objects.filter(kind__in=[UnitKind.INTAKE, UnitKind.INVESTIGATION]).exclude(pk=opened.case.unit_id)
        self.units = [(unit.slug, unit.name) for unit in units]

    def form_options(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        return {"units": self.units}

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        people.hand_over(request.user, opened.case.pk, unit=data["unit"], note=data["note"])

    def next_url(self, opened: Opened, result: Any) -> str:
        # The right to the case has gone with it.
        return reverse("worklist")


class NameLiaison(CaseFormPage):
    what = "name_liaison"
    under_veil = True
    action = Action.ASSIGN
    form_class = AssignForm
    title = gettext_lazy("Socialsekreterare hos polisen")
    button = gettext_lazy("Ge insyn")
    lead = gettext_lazy(
        "Den du väljer kan följa ärendet som en egen anmälan: vad som skickades, om det är mottaget och bedömt, och om "
        "vårdnadshavare är nådd. Inget annat."
    )
    done = gettext_lazy("Socialsekreteraren hos polisen kan nu följa anmälan.")

    def prepare(self, request: HttpRequest, door: Look, opened: Opened) -> None:
        found = User.objects.filter(role=Role.LIAISON, is_active=True).exclude(pk__in=_biased(opened))
        liaisons = found.order_by("first_name", "last_name")
        self.liaisons = [(person.username, str(person)) for person in liaisons]

    def form_options(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        return {"people": self.liaisons}

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        people.name_liaison(request.user, opened.case.pk, username=data["username"])


def _biased(opened: Opened) -> QuerySet[CaseBlock, UUID]:
    """Who cannot be given anything of this child (jäv)."""
    return CaseBlock.objects.filter(child=opened.case.child_id, ended_at__isnull=True).values_list("user", flat=True)


def _held(person: User) -> str:
    count = ngettext("%(n)s öppet ärende", "%(n)s öppna ärenden", person.held) % {"n": person.held}
    return f"{person} ({count})"
