"""One page for the first minutes of the day: what has happened since the unit last closed, to read or to print."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from notifications.failures import failures
from riskzon.doors import look
from riskzon.localtime import STOCKHOLM
from riskzon.matrix import Place
from riskzon.models import ReportKind, TimeCorrection
from riskzon.timewords import clocktime, moment
from riskzon.ui import Tab
from workflows.board import Overseen, oversee
from workflows.breach_lines import breach_lines
from workflows.models import BreachNote
from workflows.since import SPANS, News, begins, read
from workflows.verbs.investigations import OUTCOMES
from workflows.views.gates import only_in
from workflows.views.worklist import rows_of


@dataclass(frozen=True)
class Corrected:
    """One time put right, in words; `has_note`: a breach stands that says so."""

    row: TimeCorrection
    what: str
    old: str
    new: str
    has_note: bool


@only_in(Place.BOARD)
@require_safe
def since(request: HttpRequest) -> HttpResponse:
    """Breaches first, then what came in, what waits, and what was decided meanwhile."""
    with look(request.user, "since") as door:
        seen = oversee(door)
        span = request.GET.get("from", "")
        news = read(seen, begins(seen, span))
        door.listed(_shown(news))
        context = {
            "seen": seen,
            "now": seen.now,
            "news": news,
            "tabs": _tabs(seen, span),
            "lines": breach_lines(seen, news.breaches.rows),
            "kinds": [(ReportKind(kind).label, count) for kind, count in sorted(news.kinds.items())],
            "arrived": rows_of(list(news.arrived.rows), door.user, seen.now),
            "waiting": rows_of(list(news.waiting.rows), door.user, seen.now),
            "ended": [(case, OUTCOMES.get(case.investigation.outcome, "")) for case in news.ended.rows],
            "corrections": _corrected(news),
            "unsent": 0 if seen.is_head else failures(door.user).paginator.count,
            "several_units": len(seen.units) > 1,
        }
        return render(request, "workflows/board/since.html", context)


def _tabs(seen: Overseen, span: str) -> list[Tab]:
    closed = begins(seen)
    labels = {
        "": _("Sedan %(when)s") % {"when": _weekday_and_clock(closed)},
        "day": _("Senaste dygnet"),
        "week": _("Senaste sju dagarna"),
    }
    chosen = span if span in SPANS else ""
    return [
        Tab(label, reverse("since") + (f"?from={name}" if name else ""), current=name == chosen)
        for name, label in labels.items()
    ]


def _weekday_and_clock(at: datetime) -> str:
    """`fredag 17.00`, local."""
    names = (_("måndag"), _("tisdag"), _("onsdag"), _("torsdag"), _("fredag"), _("lördag"), _("söndag"))
    return f"{names[at.astimezone(STOCKHOLM).weekday()]} {clocktime(at)}"


def _shown(news: News) -> list[UUID]:
    found = [
        *(breach.case_id for breach in news.breaches.rows),
        *(case.pk for some in (news.arrived, news.waiting, news.ended) for case in some.rows),
        *(hold.case_id for hold in news.holds.rows),
        *news.corrected,
    ]
    return list(dict.fromkeys(found))


def _corrected(news: News) -> list[Corrected]:
    fields = {"occurred_at": _("Händelsens tid"), "notified_at": _("Anmälan kom in")}
    noted = set(
        BreachNote.objects.filter(
            at__gte=news.starts, breach__case__report__in=[row.report_id for row in news.corrections.rows]
        ).values_list("breach__case__report", "at")
    )
    return [
        Corrected(
            row=row,
            what=fields[row.field],
            old=moment(row.old) if row.old else _("okänd"),
            new=moment(row.new) if row.new else _("okänd"),
            has_note=(row.report_id, row.at) in noted,
        )
        for row in news.corrections.rows
    ]
