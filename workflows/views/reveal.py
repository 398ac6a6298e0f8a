"""The page that stands before everything about a child with a protected identity: why do you need to see it?"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from riskzon.access import Action
from workflows.forms.reveal import RevealForm
from workflows.verbs import reveal
from workflows.views.form_page import CaseFormPage, Opened


class ShowProtected(CaseFormPage):
    """`?next=` is the page that was asked for; only one of the same case is gone on to."""

    what = "reveal"
    action = Action.READ
    under_veil = True
    form_class = RevealForm
    title = gettext_lazy("Skyddade personuppgifter")
    lead = gettext_lazy(
        "Namn, nummer, plats, familj och texter visas för dig i 15 minuter. Att du såg dem, och varför, står i "
        "åtkomstloggen. Se till att ingen annan ser skärmen."
    )
    button = gettext_lazy("Visa uppgifterna")
    done = gettext_lazy("Uppgifterna visas i 15 minuter.")
    template_name = "workflows/reveal.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = super().get(request, *args, **kwargs)
        return redirect(self.following(request)) if self.is_shown else answer

    def form(self, request: HttpRequest, opened: Opened) -> RevealForm:
        self.is_shown = not opened.case.is_veiled
        return super().form(request, opened)

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        reveal.reveal(request.user, opened.case.pk, **data)

    def next_url(self, opened: Opened, result: Any) -> str:
        return self.following(self.request)

    def following(self, request: HttpRequest) -> str:
        """The page to go on to; the case itself where none of its own pages was named."""
        case = reverse("case", args=[self.kwargs["case_id"]])
        wanted = request.POST.get("next") or request.GET.get("next") or ""
        is_own = wanted.startswith(case) and wanted.isascii() and wanted.isprintable() and "\\" not in wanted
        return wanted if is_own and wanted != request.path else case

    def context(self, request: HttpRequest, opened: Opened, form: Any) -> dict[str, Any]:
        return {"next": self.following(request), "refusal": reveal.why_not(request.user, opened.case, opened.now)}
