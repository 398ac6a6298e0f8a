"""The liaison's own reports, and what became of each in a few words; and those of colleagues, to take over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from riskzon import timewords
from riskzon.doors import look, unseen
from riskzon.errors import Conflict
from riskzon.matrix import Place
from riskzon.models import Report, ReportKind
from riskzon.ui import Tag
from workflows import own_reports
from workflows.models import State
from workflows.receipts import NUMBER, sent_name
from workflows.reduced import ReducedCase, reduced_many
from workflows.verbs.colleagues import take_over_report
from workflows.views.gates import only_in

PER_PAGE = 50


@dataclass(frozen=True)
class Row:
    """One child of an own report."""

    case: ReducedCase
    name: str
    kind: str
    contact: Tag
    contact_note: str


#: The parts of the list, and the edge of a card on the phone.
GROUPS = {
    own_reports.ACT: (gettext_lazy("Viktigt nu"), "is-over"),
    own_reports.RUNS: (gettext_lazy("På gång"), "is-urgent"),
    own_reports.DONE: (gettext_lazy("Klara"), ""),
}


@only_in(Place.OWN_REPORTS)
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """Every own report that may still be followed: first what asks for the liaison, then by the nearest limit."""
    with look(request.user, "liaison_reports") as door:
        cases = own_reports.urgent_first(door).select_related("report", "child")
        page = Paginator(cases, PER_PAGE).get_page(request.GET.get("page"))
        shown = list(page.object_list)
        rows = [_row(own, door.now) for own in reduced_many(shown, request.user, door.now)]
        door.listed([row.case.id for row in rows])
        now = door.now
    urgencies = [case.urgency for case in shown]  # type: ignore[attr-defined]  # an annotation
    groups = [
        {"title": title, "edge": edge, "rows": found}
        for urgency, (title, edge) in GROUPS.items()
        if (found := [row for row, one in zip(rows, urgencies, strict=True) if one == urgency])
    ]
    return render(request, "workflows/intake/liaison_reports.html", {"page": page, "groups": groups, "now": now})


@only_in(Place.OWN_REPORTS)
@require_safe
def colleagues(request: HttpRequest) -> HttpResponse:
    """The open reports of colleagues that may be taken over: number, kind, when and by whom, and nothing of any child."""
    with look(request.user, "colleagues_reports") as door:
        page = Paginator(own_reports.of_colleagues(door), PER_PAGE).get_page(request.GET.get("page"))
        rows = [_receipt(report) for report in page.object_list]
        door.listed(list(own_reports.cases_of([report.pk for report in page.object_list])))
        now = door.now
    return render(request, "workflows/intake/colleagues_reports.html", {"page": page, "rows": rows, "now": now})


@only_in(Place.OWN_REPORTS)
@require_POST
def take(request: HttpRequest, number: str) -> HttpResponse:
    """One press: the colleague's report is an own one from now on."""
    if not NUMBER.fullmatch(number):
        raise unseen(request.user, "take_over_report")
    try:
        take_over_report(request.user, number)
    except Conflict as lost:
        messages.error(request, lost.message)
        return redirect("colleagues-reports")
    messages.success(request, _("Du följer nu anmälan. Din kollega får veta det och följer den som förut."))
    return redirect("liaison-reports")


def _receipt(report: Report) -> dict[str, Any]:
    return {
        "number": report.number,
        "kind": report.get_kind_display(),
        "at": report.registered_at,
        "by": report.registered_by,
    }


def _row(own: ReducedCase, now: datetime) -> Row:
    tag, note = contact_words(own, now)
    return Row(own, sent_name(own.as_reported), str(ReportKind(own.report_kind).label), tag, note)


def contact_words(own: ReducedCase, now: datetime) -> tuple[Tag, str]:
    """How it stands with the contact, as a label and a line; never why, never who."""
    clock = own.contact
    if own.do_not_contact:
        return Tag(_("Kontakta inte vårdnadshavare"), "danger", "phone-off"), _(
            "Gäller tills socialtjänsten säger annat."
        )
    if clock is None:
        return Tag(_("Väntar"), "neutral", "hourglass"), _("Fristen börjar när det är känt vem barnet är.")
    due = timewords.short_moment(clock.due_at, now)
    color = "warning" if clock.due_at < now + own_reports.NEAR else "info"
    if clock.state == State.MET:
        return Tag(_("Nådd i tid"), "success", "check"), timewords.short_moment(clock.met_at, now)
    if clock.state == State.MET_LATE:
        return Tag(_("Nådd efter fristen"), "warning", "check"), timewords.short_moment(clock.met_at, now)
    if clock.state in (State.EXEMPT, State.VOID):
        return Tag(_("Behövs inte"), "neutral", "circle-slash"), ""
    if clock.due_at < now:
        return Tag(_("Inte nådd, överskriden"), "danger", "alarm-clock"), _("Fristen gick ut %(when)s") % {"when": due}
    return Tag(_("Inte nådd än"), color, "clock"), _("Fristen går ut %(when)s") % {"when": due}
