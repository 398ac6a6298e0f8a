"""Ending a case by transfer or as registered in error: what waits, who decides it, and what a mistake has left behind."""

from dataclasses import dataclass
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
from riskzon.models import Disposition, EndProposal
from workflows import ends
from workflows.forms.ends import AcknowledgeForm, EndForm, RefuseForm
from workflows.proposed_end import Wanted
from workflows.verbs import ends as verbs
from workflows.views.casebar import bar
from workflows.views.entry import signed_in
from workflows.views.form_page import CaseFormPage, Opened, open_case

Void = EndProposal.Void


@dataclass(frozen=True)
class Way:
    """One kind of end that can be proposed; `slug` is its place in the address."""

    slug: str
    kind: str
    title: Any
    lead: Any

    @property
    def disposition(self) -> str:
        return Disposition.TRANSFERRED if self.kind == Disposition.TRANSFERRED else Disposition.VOID


WAYS = {
    way.slug: way
    for way in (
        Way(
            "transferred",
            Disposition.TRANSFERRED,
            gettext_lazy("Överflyttad till annan kommun"),
            gettext_lazy("Ärendet är ert tills den andra kommunen har bekräftat att den tar emot (SoL 29:4, 29:9–11)."),
        ),
        Way(
            "duplicate",
            Void.DUPLICATE,
            gettext_lazy("Dubblett"),
            gettext_lazy(
                "Samma anmälan om samma barn finns redan. Det andra ärendet fortsätter med de tidigaste fristerna."
            ),
        ),
        Way(
            "wrong-person",
            Void.WRONG_PERSON,
            gettext_lazy("Fel person"),
            gettext_lazy(
                "Anmälan gäller ett annat barn. Det rätta barnets ärende behåller de tider och frister som gällt här."
            ),
        ),
        Way(
            "adult",
            Void.ADULT,
            gettext_lazy("Vuxen person"),
            gettext_lazy("Personen hade fyllt 18 år. En enhet för vuxna tar emot."),
        ),
        Way(
            "not-identified",
            Void.NOT_IDENTIFIED,
            gettext_lazy("Gick inte att identifiera"),
            gettext_lazy("Ingen har kunnat ta reda på vem det är, och det finns inget mer att pröva."),
        ),
    )
}


@signed_in
@require_safe
def overview(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """What waits and what can be done about it; which ends there are; and, after a mistake, who saw and was contacted."""
    with look(request.user, "end") as door:
        case = door.case(case_id)
        file = open_case(case, door).file
        is_void = case.disposition == Disposition.VOID and Action.SEE_LOG in case.rights
        traces = ends.traces(case) if is_void else None
    may = Action.DISPOSE in case.rights
    waiting = file.waiting_end
    is_own = waiting is not None and waiting.proposed_by_id == request.user.pk
    context = {
        "waiting": waiting,
        "end": file.end,
        "refused": [row for row in file.ends if row.refused_at is not None],
        "traces": traces,
        "may": may,
        "is_own": is_own,
        "may_confirm": may and waiting is not None and waiting.disposition == Disposition.VOID and not is_own,
        "may_acknowledge": may and waiting is not None and waiting.disposition == Disposition.TRANSFERRED,
        "ways": WAYS.values() if may and case.is_open and waiting is None else (),
    }
    return render(request, "workflows/case/end.html", {**bar(file, "case-end"), **context})


class _EndPage(CaseFormPage):
    action = Action.DISPOSE

    def next_url(self, opened: Opened, result: Any) -> str:
        return reverse("case-end", args=[opened.case.pk])


class Propose(_EndPage):
    what = "end_propose"
    form_class = EndForm
    title = gettext_lazy("Annat avslut")
    button = gettext_lazy("Föreslå avslutet")
    template_name = "workflows/end_new.html"

    @property
    def way(self) -> Way:
        if self.kwargs["slug"] not in WAYS:
            raise Http404
        return WAYS[self.kwargs["slug"]]

    def form_options(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        return {"kind": self.way.kind}

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> EndProposal:
        void_kind = self.way.kind if self.way.disposition == Disposition.VOID else ""
        wanted = Wanted(disposition=self.way.disposition, void_kind=void_kind, **data)
        return verbs.propose_end(request.user, opened.case.pk, wanted)

    def said(self, opened: Opened, result: EndProposal) -> str:
        if result.disposition == Disposition.VOID:
            return _("Förslaget är sparat. En annan person i enheten bekräftar. Tills dess ska ingen kontaktas.")
        return _("Förslaget är sparat. Fristerna går här tills mottagandet är registrerat.")

    def context(self, request: HttpRequest, opened: Opened, form: Any) -> dict[str, Any]:
        is_void = self.way.disposition == Disposition.VOID
        is_possible = opened.case.is_open and opened.file.waiting_end is None
        return {"title": self.way.title, "lead": self.way.lead, "is_void": is_void, "is_possible": is_possible}


class Acknowledge(_EndPage):
    what = "end_confirm"
    form_class = AcknowledgeForm
    title = gettext_lazy("Mottagandet är bekräftat")
    button = gettext_lazy("Registrera och avsluta ärendet")
    lead = gettext_lazy("När du registrerar det avslutas ärendet här. Frister som inte har gått ut undantas.")
    done = gettext_lazy("Ärendet är överflyttat och avslutat.")

    def form_options(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        waiting = opened.file.waiting_end
        return {"now": opened.now, "recipient": waiting.recipient if waiting else ""}

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> EndProposal:
        return verbs.confirm_end(request.user, opened.case.pk, **data)


class Refuse(_EndPage):
    what = "end_refuse"
    form_class = RefuseForm
    title = gettext_lazy("Avslå eller ta tillbaka förslaget")
    button = gettext_lazy("Ärendet fortsätter")
    lead = gettext_lazy("Ärendet fortsätter som om inget hade föreslagits.")
    done = gettext_lazy("Förslaget gäller inte längre. Ärendet fortsätter.")

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> EndProposal:
        return verbs.refuse_end(request.user, opened.case.pk, reason=data["reason"])


@signed_in
@require_POST
def confirm(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The second person confirms that the case was registered in error."""
    with look(request.user, "end_confirm") as door:
        waiting = open_case(door.case(case_id, Action.DISPOSE, under_veil=True), door).file.waiting_end
    if waiting is not None and waiting.disposition == Disposition.TRANSFERRED:
        return redirect("end-acknowledge", case_id)
    try:
        verbs.confirm_end(request.user, case_id)
    except Conflict as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Bekräftat. Ärendet är avslutat och fristerna utgår."))
    return redirect("case-end", case_id)
