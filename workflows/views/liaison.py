"""The liaison's own reports, and what became of each in a few words."""

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from riskzon import timewords
from riskzon.doors import look
from riskzon.models import ReportKind, Role
from riskzon.ui import Tag
from workflows.models import State
from workflows.receipts import sent_name
from workflows.reduced import ReducedCase, reduced_many
from workflows.views.gates import only_for

PER_PAGE = 50


@dataclass(frozen=True)
class Row:
    """One child of an own report."""

    case: ReducedCase
    name: str
    kind: str
    contact: Tag
    contact_note: str


@only_for(Role.LIAISON)
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """Every own report that may still be followed, newest first."""
    with look(request.user, "liaison_reports") as door:
        cases = door.cases.select_related("report", "child").order_by("-report__registered_at", "ordinal")
        page = Paginator(cases, PER_PAGE).get_page(request.GET.get("page"))
        rows = [_row(own, door.now) for own in reduced_many(list(page.object_list), request.user, door.now)]
        door.listed([row.case.id for row in rows])
        now = door.now
    return render(request, "workflows/intake/liaison_reports.html", {"page": page, "rows": rows, "now": now})


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
    if clock.state == State.MET:
        return Tag(_("Nådd i tid"), "success", "check"), timewords.short_moment(clock.met_at, now)
    if clock.state == State.MET_LATE:
        return Tag(_("Nådd efter fristen"), "warning", "check"), timewords.short_moment(clock.met_at, now)
    if clock.state in (State.EXEMPT, State.VOID):
        return Tag(_("Behövs inte"), "neutral", "circle-slash"), ""
    if clock.due_at < now:
        return Tag(_("Inte nådd, överskriden"), "danger", "alarm-clock"), _("Fristen gick ut %(when)s") % {"when": due}
    return Tag(_("Inte nådd än"), "info", "clock"), _("Fristen går ut %(when)s") % {"when": due}
