"""The investigation of a case: what has been done, by when it must end, and each thing that is written in it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from riskzon.access import Action
from riskzon.doors import Look, look
from riskzon.errors import Conflict
from riskzon.matrix import Place
from riskzon.ui import Tab
from workflows.forms import investigation as forms
from workflows.inquiry import Concerned, Inquiry, read_inquiry, running_investigations
from workflows.timeline import guardian_name
from workflows.verbs import investigations as verbs
from workflows.views.casebar import bar, child_name, listed_name
from workflows.views.entry import signed_in
from workflows.views.form_page import CaseFormPage, Opened, back_to, open_case
from workflows.views.gates import only_in

#: Rows of one page of the list.
PER_PAGE = 50


@only_in(Place.INVESTIGATIONS)
@require_safe
def running(request: HttpRequest) -> HttpResponse:
    """The running investigations that the reader has a part in; `?show=mine` only those that are the reader's own."""
    only_mine = request.GET.get("show") == "mine"
    with look(request.user, "investigations") as door:
        found = running_investigations(request.user, door.now).select_related(
            "report", "child", "investigation__case_worker", "investigation__unit"
        )
        mine = found.filter(investigation__case_worker=request.user)
        page = Paginator(mine if only_mine else found, PER_PAGE).get_page(request.GET.get("page"))
        door.listed([case.pk for case in page.object_list])
        path = reverse("investigations")
        context = {
            "now": door.now,
            "page": page,
            "rows": [(case, listed_name(case.child)) for case in page.object_list],
            "tabs": [
                Tab(_("Alla"), path, found.count(), not only_mine),
                Tab(_("Mina"), f"{path}?show=mine", mine.count(), only_mine),
            ],
        }
    return render(request, "workflows/investigations.html", context)


@signed_in
@require_safe
def overview(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Everything about the investigation that was opened from this case; 404 for a case without one."""
    with look(request.user, "investigation") as door:
        file = open_case(door.case(case_id), door).file
        found = read_inquiry(file.case, door.now)
    inquiry = _there(found)
    context = {
        "inquiry": inquiry,
        "investigation": inquiry.investigation,
        "people": [(_name(one, file), one) for one in inquiry.concerned],
        "outcome": verbs.OUTCOMES.get(inquiry.investigation.outcome, ""),
        "may_write": Action.DISPOSE in file.case.rights and file.waiting_end is None,
        "may_answer": Action.REVIEW in file.case.rights and file.waiting_end is None,
    }
    return render(request, "workflows/case/investigation.html", {**bar(file, "investigation"), **context})


class _InvestigationPage(CaseFormPage):
    what = "investigation"
    action = Action.DISPOSE
    inquiry: Inquiry

    def prepare(self, request: HttpRequest, door: Look, opened: Opened) -> None:
        self.found = read_inquiry(opened.case, door.now)

    def open(self, request: HttpRequest, case_id: UUID) -> Opened:
        opened = super().open(request, case_id)
        self.inquiry = _there(self.found)
        return opened

    def next_url(self, opened: Opened, result: Any) -> str:
        return reverse("investigation", args=[opened.case.pk])

    @property
    def key(self) -> UUID:
        return self.inquiry.investigation.pk


class Tell(_InvestigationPage):
    form_class = forms.TellForm
    title = gettext_lazy("Underrätta om utredningen")
    lead = gettext_lazy(
        "De som berörs ska genast få veta att en utredning har inletts, om inte särskilda skäl talar emot."
    )

    def form_options(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        people = [
            (str(one.guardian.pk) if one.guardian else forms.CHILD, _name(one, opened.file))
            for one in self.inquiry.concerned
        ]
        return {"people": people, "now": opened.now}

    def initial(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        return {"whom": request.GET.get("whom", "")}

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        verbs.tell_of_opening(
            request.user,
            self.key,
            guardian=None if data["whom"] == forms.CHILD else UUID(data["whom"]),
            at=data["at"],
            told=data["told"] == "yes",
            reason=data["reason"],
        )


class Plan(_InvestigationPage):
    form_class = forms.PlanForm
    title = gettext_lazy("Utredningsplan")
    button = gettext_lazy("Spara planen")
    done = gettext_lazy("Planen är sparad.")

    def initial(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        plan = self.inquiry.plan
        return {"form": plan.what.removeprefix("plan_"), "text": plan.text} if plan else {}

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        verbs.plan(request.user, self.key, is_full=data["form"] == "full", text=data["text"])


class Hear(_InvestigationPage):
    form_class = forms.HearForm
    title = gettext_lazy("Barnets röst")
    lead = gettext_lazy("Barnet ska få information och få säga vad det tycker. Samtal får hållas utan vårdnadshavare.")

    def form_options(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        return {"now": opened.now}

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        verbs.hear_child(request.user, self.key, heard=data["heard"] == "yes", at=data["at"], text=data["text"])


class Extend(_InvestigationPage):
    form_class = forms.ExtendForm
    title = gettext_lazy("Förläng utredningstiden")
    button = gettext_lazy("Besluta om förlängning")
    lead = gettext_lazy("Beslutet ska fattas innan tiden har gått ut, för en viss tid, och ha särskilda skäl.")
    done = gettext_lazy("Utredningstiden är förlängd.")

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        verbs.extend(request.user, self.key, until=data["until"], reason=data["reason"])


class RefuseExtension(_InvestigationPage):
    action = Action.REVIEW
    form_class = forms.RefuseForm
    title = gettext_lazy("Avslå förlängningen")
    button = gettext_lazy("Avslå")
    lead = gettext_lazy("Den tidigare fristen gäller igen. Har den gått ut är den överskriden genast.")
    done = gettext_lazy("Förlängningen är avslagen. Den tidigare fristen gäller.")

    def next_url(self, opened: Opened, result: Any) -> str:
        return back_to(self.request, super().next_url(opened, result))

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        verbs.answer_extension(request.user, self.key, refuse=True, reason=data["reason"])


@signed_in
@require_POST
def confirm_extension(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The supervisor confirms the time that somebody else has decided."""
    with look(request.user, "investigation") as door:
        found = read_inquiry(door.case(case_id, Action.REVIEW, under_veil=True), door.now)
    try:
        verbs.answer_extension(request.user, _there(found).investigation.pk)
    except Conflict as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Förlängningen är bekräftad."))
    return redirect(back_to(request, reverse("investigation", args=[case_id])))


class Close(_InvestigationPage):
    form_class = forms.CloseForm
    title = gettext_lazy("Avsluta utredningen")
    button = gettext_lazy("Avsluta utredningen")
    done = gettext_lazy("Utredningen är avslutad.")
    template_name = "workflows/investigation_close.html"

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        verbs.close_investigation(
            request.user,
            self.key,
            outcome=data["outcome"],
            reason=data["reason"],
            follow_up=data["follow_up"] or False,
        )

    def context(self, request: HttpRequest, opened: Opened, form: Any) -> dict[str, Any]:
        return {"inquiry": self.inquiry, "untold": any(one.entry is None for one in self.inquiry.concerned)}


class Statement(_InvestigationPage):
    form_class = forms.StatementForm
    title = gettext_lazy("Yttrande enligt LUL")
    button = gettext_lazy("Spara begäran")
    lead = gettext_lazy("Polisen eller åklagaren har begärt ett yttrande.")
    done = gettext_lazy("Begäran är sparad. Fristen går till den dag som står i den.")

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        verbs.request_statement(request.user, self.key, until=data["until"])


@signed_in
@require_POST
def statement_sent(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The statement that was asked for has been sent."""
    with look(request.user, "investigation") as door:
        found = read_inquiry(door.case(case_id, Action.DISPOSE, under_veil=True), door.now)
    try:
        verbs.send_statement(request.user, _there(found).investigation.pk)
    except Conflict as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Det är antecknat att yttrandet är skickat."))
    return redirect("investigation", case_id)


def _there(found: Inquiry | None) -> Inquiry:
    """After the door has closed, for the case was opened and its log row stands: 404 for a case without investigation."""
    if found is None:
        raise Http404
    return found


def _name(one: Concerned, file: Any) -> str:
    if one.guardian is None:
        return child_name(file.case.child)
    name = guardian_name(file, one.guardian)
    return _("%(name)s (avvakta kontakt)") % {"name": name} if one.hold else name
