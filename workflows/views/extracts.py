"""Extracts of a case: asking for one, deciding about one that has stopped, and the sheet itself, to print or as JSON."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from riskzon.access import Action
from riskzon.doors import Look, look
from riskzon.errors import Unseen
from riskzon.models import Disclosure, Extract
from riskzon.timewords import moment
from workflows import casefile
from workflows.extract import Content, content, is_stopped, recipients
from workflows.extract_json import as_json
from workflows.forms.extracts import DecideExtractForm, ExtractForm
from workflows.siblings import siblings_of
from workflows.verbs import extracts
from workflows.views.entry import signed_in
from workflows.views.form_page import CaseFormPage, Opened


class Extracts(CaseFormPage):
    """The form, and what has been made in this case before."""

    what = "extracts"
    action = Action.DISCLOSE
    form_class = ExtractForm
    title = gettext_lazy("Utdrag")
    lead = gettext_lazy(
        "Ett utdrag visar vad som är registrerat i ärendet, och vem som har sett det, för den du väljer. Det som är "
        "hemligt för mottagaren utelämnas. Läs igenom utdraget innan du lämnar det: gatuadresser, och namn som ärendet "
        "inte har, hittas inte i fri text."
    )
    button = gettext_lazy("Gör utdraget")
    template_name = "workflows/extracts.html"

    def prepare(self, request: HttpRequest, door: Look, opened: Opened) -> None:
        self.rows = []
        siblings = siblings_of(opened.case.child_id)
        for row in Extract.objects.filter(case=opened.case).select_related("guardian", "made_by", "decided_by"):
            self.rows.append({"row": row, "whom": _whom(row), "is_stopped": is_stopped(opened.file, siblings, row)})

    def form_options(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        return {
            "guardians": [
                (str(one.id), f"{one.name}, {one.relation_label.lower()}") for one in recipients(opened.file)
            ],
            "disclosures": [(str(row.pk), _disclosed(row)) for row in extracts.disclosed(opened.case)],
        }

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> Extract:
        return extracts.make(request.user, opened.case.pk, **data)

    def said(self, opened: Opened, result: Extract) -> str:
        if result.stops:
            return _("Utdraget väntar på enhetschefens beslut. Enhetschefen har fått veta det.")
        return _("Utdraget är gjort. Läs igenom det innan du lämnar det.")

    def next_url(self, opened: Opened, result: Extract) -> str:
        case_id = opened.case.pk
        return reverse("extracts", args=[case_id]) if result.stops else reverse("extract", args=[case_id, result.pk])

    def context(self, request: HttpRequest, opened: Opened, form: Any) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "asks_for_disclosure": "disclosure" not in form.fields,
            "may_decide": Action.REVIEW in opened.case.rights,
        }


class Decide(CaseFormPage):
    what = "extract_decide"
    action = Action.REVIEW
    form_class = DecideExtractForm
    title = gettext_lazy("Beslut om utdrag")
    lead = gettext_lazy(
        "Utdraget är för en vårdnadshavare som kontakten ska avvaktas med, eller om ett barn med skyddade "
        "personuppgifter. Det kan gälla ett syskon. Kan det som står där skada barnet eller någon annan lämnas det inte "
        "ut (OSL 12:3, 26:1)."
    )
    button = gettext_lazy("Besluta")
    done = gettext_lazy("Beslutet är registrerat.")

    def prepare(self, request: HttpRequest, door: Look, opened: Opened) -> None:
        self.row = _row(opened.case.pk, self.kwargs["extract_id"])
        if not self.row.stops:
            raise Unseen

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> Extract:
        is_released = data["decision"] == "release"
        return extracts.decide(
            request.user, opened.case.pk, self.row.pk, is_released=is_released, reason=data["reason"]
        )

    def next_url(self, opened: Opened, result: Extract) -> str:
        return reverse("extracts", args=[opened.case.pk])

    def context(self, request: HttpRequest, opened: Opened, form: Any) -> dict[str, Any]:
        return {"about": _whom(self.row)}


@signed_in
@require_safe
def sheet(request: HttpRequest, case_id: UUID, extract_id: UUID) -> HttpResponse:
    """The extract as a page to print; each opening is logged as an export."""
    row, cut, file = _opened(request, case_id, extract_id)
    context = {"row": row, "cut": cut, "case": file.case, "file": file, "now": file.now, "whom": _whom(row)}
    return render(request, "workflows/extract.html", context)


@signed_in
@require_safe
def data(request: HttpRequest, case_id: UUID, extract_id: UUID) -> HttpResponse:
    """The same as JSON, to be saved; logged alike."""
    row, cut, file = _opened(request, case_id, extract_id)
    name = f"utdrag-{file.case.number}.json"
    return JsonResponse(
        as_json(row, cut, file),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _opened(request: HttpRequest, case_id: UUID, extract_id: UUID) -> tuple[Extract, Content, casefile.CaseFile]:
    with look(request.user, "extract") as door:
        case = door.case(case_id, Action.DISCLOSE)
        row = _row(case_id, extract_id)
        file = casefile.read(case, door.user, door.now)
        siblings = siblings_of(case.child_id)
        extracts.ensure_open(file, siblings, row)
        cut = content(file, siblings, row)
        door.exported(case, {"extract": str(row.pk), "to": row.recipient})
    return row, cut, file


def _row(case_id: UUID, extract_id: UUID) -> Extract:
    related = ("guardian", "made_by", "decided_by")
    row = Extract.objects.select_related(*related).filter(pk=extract_id, case=case_id).first()
    if row is None:
        raise Unseen
    return row


def _disclosed(row: Disclosure) -> str:
    return f"{row.get_authority_display()}, {row.recipient}, {row.get_ground_display()}, {moment(row.left_at)}"


def _whom(row: Extract) -> str:
    """For whom, in words; the guardian by name for those who have the case, who alone read this page."""
    if row.guardian:
        return f"{row.get_recipient_display()}: {row.guardian.name}"
    return f"{row.get_recipient_display()}: {row.authority}" if row.authority else str(row.get_recipient_display())
