"""How a page with one form works: opened through the door, sent to a verb, and never losing what somebody typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views import View

from riskzon import drafts, error_pages
from riskzon.access import Action
from riskzon.doors import Look, look
from riskzon.errors import Conflict, Forbidden, Invalid, Unseen, Veiled
from riskzon.models import Case
from workflows import casefile
from workflows.casefile import CaseFile
from workflows.reduced import ReducedCase, reduced
from workflows.views.casebar import child_name
from workflows.views.entry import signed_in


@dataclass(frozen=True)
class Opened:
    """One case as this reader may have it: `file` in full, or `own` reduced for the liaison whose report it is."""

    case: Case
    now: datetime
    file: CaseFile | None
    own: ReducedCase | None

    @property
    def name(self) -> str:
        """What the page calls the child: from the register, or as the liaison wrote it."""
        if self.file:
            return child_name(self.case.child)
        if self.case.is_veiled:
            return child_name(self.case.child)
        sent = self.own.as_reported if self.own else {}
        return f"{sent.get('given_name', '')} {sent.get('family_name', '')}".strip() or str(_("Okänt barn"))


@method_decorator(signed_in, name="dispatch")
class CaseFormPage(View):
    """Subclasses name the right, the form and the words, and call the verb in `act`.

    A form that is wrong comes back with 422, one that lost a race with 409; both as filled in.
    """

    what: ClassVar[str]
    action: ClassVar[Action]
    form_class: ClassVar[type[forms.Form]]
    title: ClassVar[Any]
    button: ClassVar[Any] = _("Spara")
    lead: ClassVar[Any] = ""
    done: ClassVar[Any] = _("Sparat.")
    template_name = "workflows/form.html"
    #: Whether the page does without who the child is, where its identity is protected and not shown to the reader.
    under_veil: ClassVar[bool] = False
    #: Names of a verb's fields that have another name in the form.
    fields: ClassVar[Mapping[str, str]] = {}

    def get(self, request: HttpRequest, case_id: UUID, **kwargs: Any) -> HttpResponse:
        opened = self.open(request, case_id)
        form = self.form(request, opened)
        drafts.begin(request, form)
        return self.show(request, opened, form)

    def post(self, request: HttpRequest, case_id: UUID, **kwargs: Any) -> HttpResponse:
        opened = self.open(request, case_id)
        form = self.form(request, opened)
        if not form.is_valid():
            return self.show(request, opened, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            result = self.act(request, opened, form.cleaned_data)
        except Invalid as wrong:
            self.point_out(form, wrong)
            return self.show(request, opened, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        except Conflict as lost:
            return self._show_anew(request, case_id, form, lost.message)
        except (Forbidden, Unseen, Veiled) as refusal:
            # The right was there when the page was opened a moment ago: the text must survive that it is gone.
            answer = error_pages.conflict(request, refusal.message, kept=typed(form))
            answer.status_code = refusal.status
            return answer
        messages.success(request, str(self.said(opened, result)))
        return redirect(self.next_url(opened, result))

    def open(self, request: HttpRequest, case_id: UUID) -> Opened:
        """The case through the reading door, logged; in full where the reader may, else reduced."""
        with look(request.user, self.what) as door:
            # What was filled in while it was shown is taken also when the quarter of an hour is over.
            under_veil = self.under_veil or request.method == "POST"
            case = door.case(case_id, self.action, under_veil=under_veil)
            opened = open_case(case, door)
            self.prepare(request, door, opened)
        return opened

    def prepare(self, request: HttpRequest, door: Look, opened: Opened) -> None:
        """Read what else the form needs, while the door is open."""

    def form(self, request: HttpRequest, opened: Opened) -> forms.Form:
        data = request.POST if request.method == "POST" else None
        return self.form_class(data, initial=self.initial(request, opened), **self.form_options(request, opened))

    def initial(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        return {}

    def form_options(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        """What the form's constructor takes beside data and initial."""
        return {}

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> Any:
        raise NotImplementedError

    def said(self, opened: Opened, result: Any) -> Any:
        """What is said once it is done; names nobody, for it travels in a cookie."""
        return self.done

    def next_url(self, opened: Opened, result: Any) -> str:
        return reverse("case", args=[opened.case.pk])

    def context(self, request: HttpRequest, opened: Opened, form: forms.Form) -> dict[str, Any]:
        return {}

    def show(
        self,
        request: HttpRequest,
        opened: Opened,
        form: forms.Form,
        status: HTTPStatus = HTTPStatus.OK,
        conflict: str = "",
    ) -> HttpResponse:
        if opened.case.is_veiled and opened.file is not None and not self.under_veil:
            return error_pages.conflict(
                request, Veiled(opened.case.pk).message, kept=typed(form), back_url=request.path
            )
        context = {
            "form": form,
            "case": opened.case,
            "file": opened.file,
            "own": opened.own,
            "name": opened.name,
            "now": opened.now,
            "title": self.title,
            "button": self.button,
            "lead": self.lead,
            "conflict": conflict,
            **self.context(request, opened, form),
        }
        return render(request, self.template_name, context, status=status)

    def point_out(self, form: forms.Form, wrong: Invalid) -> None:
        """Put the verb's errors at the fields they are about."""
        for path, message in wrong.errors:
            name = self.fields.get(path, path.split(".")[0])
            form.add_error(name if name in form.fields else None, message)

    def _show_anew(self, request: HttpRequest, case_id: UUID, form: forms.Form, message: str) -> HttpResponse:
        """The case as it is now, under the form as it was filled in."""
        try:
            opened = self.open(request, case_id)
        except (Forbidden, Unseen):
            return error_pages.conflict(request, message, kept=typed(form))
        return self.show(request, opened, self.form(request, opened), HTTPStatus.CONFLICT, message)


def open_case(case: Case, door: Look, *, with_story: bool = False) -> Opened:
    """A case that has come through `door`, as its reader may have it; the timeline only `with_story`."""
    if Action.READ in case.rights:
        file = casefile.read_briefly(case, door.user, door.now)
        return Opened(case, door.now, casefile.with_timeline(file) if with_story else file, None)
    return Opened(case, door.now, None, reduced(case, door.user, door.now))


def typed(form: forms.Form) -> Sequence[tuple[str, str]]:
    """What somebody wrote in the text fields of a form, to be copied from."""
    return [
        (str(field.label), str(field.value() or ""))
        for field in form
        if isinstance(field.field, forms.CharField) and not field.is_hidden
    ]


def back_to(request: HttpRequest, usual: str) -> str:
    """Where somebody goes on after an act: to the list of what waits, if it was done there, else to the usual place."""
    return reverse("waiting") if "waiting" in (request.POST.get("from"), request.GET.get("from")) else usual
