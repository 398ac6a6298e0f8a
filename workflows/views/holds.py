"""Waiting with contact: which decisions stand for this child, and deciding, confirming, renewing and ending one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from riskzon.access import Action
from riskzon.doors import look
from riskzon.errors import Conflict
from riskzon.models import Hold, Role
from workflows.forms.holds import EndHoldForm, HoldForm, NoHoldForm, RenewHoldForm
from workflows.forms.investigation import RefuseForm
from workflows.models import Todo
from workflows.timeline import guardian_name
from workflows.verbs import holds as verbs
from workflows.views.casebar import bar
from workflows.views.contact import people_of
from workflows.views.entry import signed_in
from workflows.views.form_page import CaseFormPage, Opened, back_to, open_case


@signed_in
@require_safe
def overview(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Every hold that stands for the case's child, with what can be done about each."""
    with look(request.user, "hold") as door:
        file = open_case(door.case(case_id), door).file
    may_decide = Action.DECIDE_HOLD in file.case.rights
    context = {
        "rows": [
            {
                "hold": hold,
                "whom": guardian_name(file, hold.guardian) if hold.guardian else "",
                "may_confirm": may_decide
                and request.user.role == Role.SUPERVISOR
                and hold.needs_confirmation
                and hold.confirmed_at is None,
                "may_renew": may_decide and not hold.provisional and hold.guardian_id is not None,
                "may_end": may_decide,
            }
            for hold in file.holds
        ],
        "may_decide": may_decide,
        "sibling": any(todo.what == Todo.What.SIBLING_HOLD for todo in file.todos),
    }
    return render(request, "workflows/holds.html", {**bar(file, "holds"), **context})


class _HoldPage(CaseFormPage):
    what = "hold"
    action = Action.DECIDE_HOLD

    def next_url(self, opened: Opened, result: Any) -> str:
        return reverse("holds", args=[opened.case.pk])

    def hold(self, opened: Opened) -> Hold:
        """The hold that the address names; 404 unless it stands for this child."""
        for hold in opened.file.holds:
            if hold.pk == self.kwargs["hold_id"]:
                return hold
        raise Http404

    def context(self, request: HttpRequest, opened: Opened, form: Any) -> dict[str, Any]:
        hold = self.hold(opened)
        return {
            "hold": hold,
            "about": guardian_name(opened.file, hold.guardian) if hold.guardian else _("Alla vårdnadshavare"),
        }


class Decide(_HoldPage):
    form_class = HoldForm
    template_name = "workflows/hold.html"
    title = gettext_lazy("Avvakta kontakt")
    button = gettext_lazy("Besluta att avvakta")
    lead = gettext_lazy(
        "Vårdnadshavaren kontaktas inte förrän någon har beslutat att det går bra. Gäller i barnets alla ärenden."
    )
    done = gettext_lazy("Beslutet gäller nu. Vårdnadshavarens telefonnummer visas inte längre.")

    def initial(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        asked = next((hold for hold in opened.file.holds if hold.provisional), None)
        free = [person for person in people_of(opened) if str(person.id) == request.GET.get("guardian")]
        return {
            "guardian": str(free[0].id) if free else "",
            **({"code": asked.code, "until": asked.until} if asked and asked.until > opened.now else {}),
        }

    def form_options(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        people = people_of(opened)
        if request.method == "GET":
            # Whoever is decided about is not offered; sent anyway, the verb says that somebody was first.
            decided = {hold.guardian_id for hold in opened.file.holds if not hold.provisional}
            people = [person for person in people if person.id not in decided]
        return {"people": people, "now": opened.now}

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> Hold:
        return verbs.decide_hold(
            request.user,
            opened.case.pk,
            guardian=data["guardian"],
            code=data["code"],
            reason=data["reason"],
            until=data["until"],
        )

    def context(self, request: HttpRequest, opened: Opened, form: Any) -> dict[str, Any]:
        return {"is_alone": request.user.role == Role.DUTY}


class NotNeeded(CaseFormPage):
    """A sibling's guardian is held back: for this child it is not needed."""

    what = "hold_not_needed"
    action = Action.DECIDE_HOLD
    form_class = NoHoldForm
    template_name = "workflows/hold_not_needed.html"
    title = gettext_lazy("Kontakten behöver inte avvaktas")
    button = gettext_lazy("Spara")
    lead = gettext_lazy("Gäller det här barnet. Beslutet för syskonet ändras inte.")
    done = gettext_lazy("Sparat. Vårdnadshavarna får kontaktas om det här barnet.")

    def next_url(self, opened: Opened, result: Any) -> str:
        return reverse("holds", args=[opened.case.pk])

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        verbs.need_no_hold(request.user, opened.case.pk, reason=data["reason"])

    def context(self, request: HttpRequest, opened: Opened, form: Any) -> dict[str, Any]:
        return {"asked": any(todo.what == Todo.What.SIBLING_HOLD for todo in opened.file.todos)}


class Renew(_HoldPage):
    what = "hold_renew"
    form_class = RenewHoldForm
    title = gettext_lazy("Förläng avvakta kontakt")
    button = gettext_lazy("Förläng")
    done = gettext_lazy("Beslutet är förlängt.")

    def form_options(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        return {"now": opened.now}

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> Hold:
        hold = self.hold(opened)
        return verbs.renew_hold(request.user, hold.pk, until=data["until"], reason=data["reason"])


class End(_HoldPage):
    what = "hold_end"
    form_class = EndHoldForm
    title = gettext_lazy("Kontakta igen")
    button = gettext_lazy("Avsluta avvakta kontakt")
    lead = gettext_lazy("Vårdnadshavaren får kontaktas. Efter ett beslutat avvaktande börjar en ny 24-timmarsfrist nu.")
    done = gettext_lazy("Avvaktandet är avslutat. Vårdnadshavaren får kontaktas.")

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> Hold:
        return verbs.end_hold(request.user, self.hold(opened).pk, reason=data["reason"])


class Refuse(_HoldPage):
    what = "hold_refuse"
    form_class = RefuseForm
    title = gettext_lazy("Avslå jourens beslut")
    button = gettext_lazy("Avslå beslutet")
    lead = gettext_lazy("Vårdnadshavaren får kontaktas. Den som beslutade får veta att du har avslagit.")
    done = gettext_lazy("Beslutet är avslaget. Vårdnadshavaren får kontaktas.")

    def next_url(self, opened: Opened, result: Any) -> str:
        return back_to(self.request, super().next_url(opened, result))

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> Hold:
        return verbs.refuse_hold(request.user, self.kwargs["hold_id"], reason=data["reason"])

    def open(self, request: HttpRequest, case_id: UUID) -> Opened:
        opened = super().open(request, case_id)
        _require_childs(opened, self.kwargs["hold_id"])
        return opened

    def context(self, request: HttpRequest, opened: Opened, form: Any) -> dict[str, Any]:
        return {}


@signed_in
@require_POST
def confirm(request: HttpRequest, case_id: UUID, hold_id: UUID) -> HttpResponse:
    """The supervisor confirms what the duty social worker decided alone."""
    with look(request.user, "hold_confirm") as door:
        opened = open_case(door.case(case_id, Action.DECIDE_HOLD, under_veil=True), door)
    _require_childs(opened, hold_id)
    try:
        verbs.confirm_hold(request.user, hold_id)
    except Conflict as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Beslutet är bekräftat."))
    return redirect(back_to(request, reverse("holds", args=[case_id])))


def _require_childs(opened: Opened, hold_id: UUID) -> None:
    """404 unless the hold is about this child; one that has ended is, so that whoever was second reads what became of it."""
    if not Hold.objects.filter(pk=hold_id, child=opened.case.child_id).exists():
        raise Http404
