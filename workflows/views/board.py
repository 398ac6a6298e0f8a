"""The unit's board, and the rows behind each of its figures."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from riskzon import clock
from riskzon.doors import look
from riskzon.errors import Unseen
from riskzon.localtime import BadDate, parse_date
from riskzon.matrix import Place
from workflows import board as figures
from workflows.board import BESIDE, DECIDED, Overseen, oversee
from workflows.breach_lines import breach_lines
from workflows.health import STALE
from workflows.statistics import AFTER_HOLD, ARREST, CONCERN, LOB, Counts
from workflows.sweep import last_sweep
from workflows.views.board_pieces import (
    alarms,
    late_lines,
    line_heads,
    outcome_rows,
    roster_gaps,
    tiles,
    unit_tabs,
    week_chart,
    without_number,
)
from workflows.views.gates import only_in

PER_PAGE = 50
#: The board shows this many breaches; the list has them all.
SHOWN_BREACHES = 12


@dataclass(frozen=True)
class Figure:
    """One figure of the board as a page: its rows, and how they are told."""

    title: Any
    empty: Any
    rows: Callable[[Overseen], QuerySet]
    kind: str


FIGURES = {
    "overdue": Figure(
        gettext_lazy("Överskridna nu"), gettext_lazy("Inga överskridna frister."), figures.overdue_now, "deadline"
    ),
    "soon": Figure(
        gettext_lazy("Fristen går ut inom 4 timmar"),
        gettext_lazy("Ingen frist går ut inom 4 timmar."),
        figures.due_soon,
        "deadline",
    ),
    "unassigned": Figure(
        gettext_lazy("Ej tilldelade"), gettext_lazy("Alla ärenden har en handläggare."), figures.unassigned, "case"
    ),
    "holds": Figure(
        gettext_lazy("Avvakta kontakt att ta ställning till"),
        gettext_lazy("Inget beslut om att avvakta kontakt väntar."),
        figures.holds,
        "hold",
    ),
    "ends": Figure(
        gettext_lazy("Avslut som väntar på bekräftelse"),
        gettext_lazy("Inget avslut väntar på bekräftelse."),
        figures.ends,
        "end",
    ),
    "late-registered": Figure(
        gettext_lazy("Sent registrerade"),
        gettext_lazy("Inga anmälningar är registrerade mer än 24 timmar efter händelsen."),
        figures.late_registered,
        "late",
    ),
    "late-notice": Figure(
        gettext_lazy("Sen underrättelse"),
        gettext_lazy("Ingen underrättelse har kommit mer än 6 timmar efter händelsen."),
        figures.late_notice,
        "late",
    ),
}
LINE_TITLES = {
    ARREST: gettext_lazy("Gripna"),
    LOB: gettext_lazy("Omhändertagna enligt LOB"),
    CONCERN: gettext_lazy("Orosanmälningar"),
    AFTER_HOLD: gettext_lazy("Efter avvakta kontakt"),
}
PART_TITLES = {
    "decided": gettext_lazy("Avgjorda"),
    "met": gettext_lazy("Nådda i tid"),
    "late": gettext_lazy("Nådda efter fristen"),
    "missed": gettext_lazy("Inte nådda"),
    "running": gettext_lazy("Pågår"),
    "exempt": gettext_lazy("Undantagna"),
    "void": gettext_lazy("Överskridna, felregistrerade / dubbletter"),
    "recorded-late": gettext_lazy("I tid, sent registrerade"),
    "corrected-in-time": gettext_lazy("I tid, felaktig tid rättad"),
    "born": gettext_lazy("Registrerade efter fristen"),
    "corrected": gettext_lazy("Rättade tider"),
}


@only_in(Place.BOARD)
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """How it stands now, how it went the last weeks, and what must be explained."""
    with look(request.user, "board") as door:
        seen = oversee(door, request.GET.get("unit", ""))
        counts = figures.in_time_counts(seen, seen.period)
        breaches = figures.to_review(seen)
        waiting = breaches.count()
        shown = breach_lines(seen, breaches.select_related("case__report", "deadline", "duty_unit")[:SHOWN_BREACHES])
        door.listed(list(dict.fromkeys(line.breach.case_id for line in shown)))
        swept = last_sweep()
        age = clock.real_now() - swept if swept else None
        context = {
            "seen": seen,
            "now": seen.now,
            "tabs": unit_tabs(seen),
            "tiles": tiles(seen, counts),
            "chart": week_chart(seen),
            "lines": line_heads(seen, counts, LINE_TITLES),
            "late": late_lines(seen),
            "outcome_rows": outcome_rows(seen, counts, PART_TITLES),
            "breaches": shown,
            "waiting": waiting,
            "account": figures.account_figure(seen.now),
            "sweep_age": age_words(age),
            "sweep_is_stale": age is None or age > STALE,
            "alarms": alarms(age, seen.now),
            "roster_lacks": [*roster_gaps(seen.now), *without_number(seen.now)],
        }
    return render(request, "workflows/board/board.html", context)


@only_in(Place.BOARD)
@require_safe
def rows(request: HttpRequest, figure: str) -> HttpResponse:
    """Exactly the rows that one figure counts."""
    shown = FIGURES.get(figure)
    if shown is None:
        raise Unseen
    with look(request.user, f"board_{figure}") as door:
        seen = oversee(door, request.GET.get("unit", ""))
        page = Paginator(shown.rows(seen).select_related(*_LOADED[shown.kind]), PER_PAGE).get_page(
            request.GET.get("page")
        )
        are_cases = shown.kind in ("case", "late")
        door.listed(list(dict.fromkeys(row.pk if are_cases else row.case_id for row in page.object_list)))
        context = {"seen": seen, "now": seen.now, "figure": shown, "page": page, "tabs": unit_tabs(seen, figure)}
        return render(request, f"workflows/board/rows_{shown.kind}.html", context)


@only_in(Place.BOARD)
@require_safe
def in_time(request: HttpRequest, line: str, part: str) -> HttpResponse:
    """Exactly the cases that one figure about the 24 hours counts: of the last 30 days, or of one week."""
    if line not in LINE_TITLES or part not in PART_TITLES:
        raise Unseen
    with look(request.user, "board_in_time") as door:
        seen = oversee(door, request.GET.get("unit", ""))
        scope, monday = seen.period, None
        if week := request.GET.get("week"):
            try:
                monday = parse_date(week)
            except BadDate:
                raise Unseen from None
            scope = seen.week(monday)
        counts = figures.in_time_counts(seen, scope)
        found = figures.in_time_rows(seen, line, part, scope).select_related(
            "case__report", "case__unit", "case__assignee"
        )
        page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
        door.listed(list(dict.fromkeys(row.case_id for row in page.object_list)))
        context = {
            "seen": seen,
            "now": seen.now,
            "title": LINE_TITLES[line],
            "part_title": PART_TITLES[part],
            "share": Counts(dict(counts)).in_time(line),
            "monday": monday,
            "sunday": monday + timedelta(days=6) if monday else None,
            "page": page,
            "tabs": unit_tabs(seen, line, part, week=week or "", parts=_part_tabs(counts, line)),
        }
        return render(request, "workflows/board/in_time.html", context)


_LOADED = {
    "deadline": ("case__report", "case__unit", "case__assignee"),
    "case": ("report", "unit"),
    "late": ("report", "unit"),
    "hold": ("case__report", "case__unit", "decided_by", "guardian"),
    "end": ("case__report", "case__unit", "proposed_by"),
}


def _part_tabs(counts: Any, line: str) -> list[tuple[str, Any, int]]:
    parts = [("decided", sum(counts[f"{line}-{part}"] for part in DECIDED))]
    parts += [(part, counts[f"{line}-{part}"]) for part in (*DECIDED, *BESIDE)]
    return [(part, PART_TITLES[part], count) for part, count in parts]


def age_words(age: timedelta | None) -> str:
    """How long ago the clocks were last looked at, by the real clock."""
    if age is None:
        return _("aldrig")
    seconds = max(int(age.total_seconds()), 0)
    if seconds < 120:
        return ngettext("för %(n)s sekund sedan", "för %(n)s sekunder sedan", seconds) % {"n": seconds}
    return _("för %(n)s minuter sedan") % {"n": seconds // 60}
