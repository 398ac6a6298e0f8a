"""Registering what came in: the choice of form, the form, and the receipt."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from riskzon import clock, drafts
from riskzon.access import CASE_ROLES
from riskzon.doors import unseen
from riskzon.errors import Conflict, Invalid
from riskzon.matrix import Place
from riskzon.models import IdempotencyKey, ReportKind, Role
from workflows import receipts
from workflows.forms.intake import Sheet
from workflows.verbs.intake import register_report
from workflows.verbs.known import is_known
from workflows.views.gates import only_in


@dataclass(frozen=True)
class KindPage:
    """One of the three forms: its address, and how it is spoken of."""

    slug: str
    kind: ReportKind
    title: Any
    choice: Any
    lead: Any
    icon: str


PAGES = (
    KindPage(
        "arrest",
        ReportKind.ARREST,
        _("Registrera gripen"),
        _("Gripen"),
        _("Ett barn har gripits för brott. 24 timmar räknas från gripandet."),
        "siren",
    ),
    KindPage(
        "lob-custody",
        ReportKind.LOB_CUSTODY,
        _("Registrera omhändertagen enligt LOB"),
        _("Omhändertagen enligt LOB"),
        _("Ett barn har omhändertagits för att det var berusat."),
        "wine",
    ),
    KindPage(
        "concern",
        ReportKind.CONCERN,
        _("Registrera orosanmälan"),
        _("Orosanmälan"),
        _("Någon är orolig för ett barn: skola, vård, myndighet, granne, butik."),
        "message-circle-warning",
    ),
)


#: The receipt of the last report whose cases its registrar does not reach: for this session, and of what was sent alone.
_KEPT = "receipt"


@only_in(Place.REGISTER)
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Which of the three forms; a partner has one only and is sent to it."""
    if request.user.role == Role.PARTNER:
        return redirect("report-form", "concern")
    first = PAGES if request.user.role == Role.LIAISON else (PAGES[2], PAGES[0], PAGES[1])
    return render(
        request, "workflows/intake/choose.html", {"pages": first, "is_liaison": request.user.role == Role.LIAISON}
    )


@only_in(Place.REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest, slug: str) -> HttpResponse:
    """One form. Every button posts the whole of it; only Register registers."""
    page = next((page for page in PAGES if page.slug == slug), None)
    if page is None or (request.user.role == Role.PARTNER and page.kind != ReportKind.CONCERN):
        raise unseen(request.user, "report")
    now = clock.now()
    if typed := drafts.restored(request):
        sheet = Sheet.posted(request.user, page.kind, now, typed)
        sheet.hush()
        return _show(request, page, sheet)
    if request.method != "POST":
        return _show(request, page, Sheet.blank(request.user, page.kind, now, _kept(request, page)))
    do = request.POST.get("do", "register")
    if do == "begin":
        child = {
            name: request.POST.get(name, "") for name in ("identity_number", "birth_date", "given_name", "family_name")
        }
        return _show(request, page, Sheet.blank(request.user, page.kind, now, {"child": child}))
    sheet = Sheet.posted(request.user, page.kind, now, request.POST)
    if do == "register":
        return _register(request, page, sheet)
    if not sheet.obey(do):
        sheet.hush()
        if do.startswith("known:") and request.user.role in CASE_ROLES:
            _look_up(request, sheet, do)
    return _show(request, page, sheet)


@only_in(Place.REGISTER)
@require_safe
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """What has been registered, and what happens now; for the one who did it."""
    kept = request.session.get(_KEPT, {})
    is_kept = kept.get("number") == number
    found = receipts.as_kept(kept, clock.now()) if is_kept else receipts.receipt(request.user, number)
    page = next(page for page in PAGES if page.kind == found.kind)
    return render(request, "workflows/intake/receipt.html", {"receipt": found, "page": page, "role": request.user.role})


def _register(request: HttpRequest, page: KindPage, sheet: Sheet) -> HttpResponse:
    if not sheet.is_valid():
        return _show(request, page, sheet, HTTPStatus.UNPROCESSABLE_ENTITY)
    key = str(sheet.event.cleaned_data["idempotency_key"])
    try:
        registered = register_report(request.user, sheet.payload(), key=key)
    except Invalid as problem:
        sheet.refuse(problem)
        return _show(request, page, sheet, HTTPStatus.UNPROCESSABLE_ENTITY)
    except Conflict as problem:
        return _show(
            request,
            page,
            sheet,
            HTTPStatus.CONFLICT,
            conflict=problem.message,
            earlier=IdempotencyKey.objects.filter(user=request.user, key=key)
            .values_list("report__number", flat=True)
            .first(),
        )
    if kept := receipts.straight_away(request.user, registered.report):
        request.session[_KEPT] = kept
    return redirect("report-receipt", registered.report.number)


def _look_up(request: HttpRequest, sheet: Sheet, do: str) -> None:
    key = do.removeprefix("known:")
    for part in sheet.children:
        if str(part.key) != key:
            continue
        given = part.form.cleaned_data
        name = f"{given.get('given_name', '')} {given.get('family_name', '')}".strip()
        try:
            part.known = is_known(
                request.user,
                identity_number=part.form["identity_number"].value() or "",
                name=name,
                birth_date=given.get("birth_date"),
            )
        except Invalid as problem:
            part.known_error = problem.errors[0][1]


def _kept(request: HttpRequest, page: KindPage) -> Any:
    """What is kept of an earlier report for the next person in the same event."""
    number = request.GET.get("after", "")
    if request.user.role == Role.PARTNER or not receipts.NUMBER.fullmatch(number):
        return None
    return receipts.kept_for_next(request.user, number, page.kind)


def _show(
    request: HttpRequest, page: KindPage, sheet: Sheet, status: HTTPStatus = HTTPStatus.OK, **more: Any
) -> HttpResponse:
    lines = sheet.error_lines
    context = {
        "page": page,
        "sheet": sheet,
        "event": sheet.event,
        "now": sheet.now,
        "lines": lines,
        "count": len(lines),
        "page_has_errors": bool(lines or more.get("conflict")),
        "may_look_up": request.user.role in CASE_ROLES,
        "is_next_person": request.method == "GET" and "after" in request.GET,
        **more,
    }
    return render(
        request, f"workflows/intake/form_{'partner' if sheet.is_partner else 'report'}.html", context, status=status
    )
