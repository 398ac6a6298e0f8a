"""What of the figures may leave the house: the measures K1-K10 and K12, with small numbers hidden.

Decided: a period is whole local months, because two overlapping periods could be subtracted from each other; tables of
one answer share nothing but their grand totals; a share is worked out from figures that are shown beside it, never from
a hidden one. The running month still changes from day to day.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from riskzon.suppress import (
    HIDDEN,
    LEAST_DENOMINATOR,
    LEAST_SHOWN,
    Bound,
    Cell,
    Share,
    show_count,
    show_median,
    show_quantile,
    suppress_counts,
    suppress_table,
)
from workflows.measures import Delays, Volumes, delays, volumes
from workflows.statistics import EXEMPT_CODES, LINES, Counts, Scope, counts

_OUTCOMES = ("met", "late", "missed", "exempt", "running")
_WORDS = {"met": "met", "late": "met_late", "missed": "not_done", "exempt": "exempt", "running": "running"}
#: The most that a figure shown as "<5" can be.
_MOST_SMALL = LEAST_SHOWN - 1

Json = dict[str, Any]


@dataclass(frozen=True)
class Period:
    """Whole local months, first and last day included."""

    first: date
    last: date

    @classmethod
    def around(cls, first: date, last: date) -> "Period":
        """The months that the two days lie in. ValueError: the last before the first."""
        if last < first:
            raise ValueError("the period ends before it begins")
        after = (last.replace(day=1) + timedelta(days=32)).replace(day=1)
        return cls(first.replace(day=1), after - timedelta(days=1))


def publish(first: date, last: date, now: datetime) -> Json:
    """The measures of the months that `first` and `last` lie in, for all units together, as JSON can hold them.

    A count is a number, "<5", or ".." where a number would give a small one away; null where nothing may be said.
    """
    period = Period.around(first, last)
    scope = Scope.of_days(period.first, period.last, now)
    found, took, came = counts(scope), delays(scope), volumes(scope)
    return {
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "measures": [
            *_guarantee(found),
            _durations(took),
            _notices(took),
            _kept("K4", _("Skyddsbedömning inom 24 timmar"), found, "assessment"),
            _decisions(found),
            _openings(took),
            _investigations(found),
            _volume(came),
            *_breakdowns(came),
            _kept("K10", _("Återkoppling inom en vecka"), found, "feedback"),
        ],
    }


def share_of_shown(part: Cell, rest: Sequence[Cell]) -> Share:
    """The share of `part` in itself and `rest`, from what their cells show and nothing else, so that it reveals nothing."""
    if part is HIDDEN or any(cell is HIDDEN for cell in rest):
        return Share(None, Bound.HIDDEN)
    small = [cell for cell in rest if cell.value is None]
    known = sum(cell.value for cell in rest if cell.value is not None)
    if part.value is None:
        # At most four of something: a bound only where all the others are known.
        if small or known + 1 < LEAST_DENOMINATOR:
            return Share(None, Bound.HIDDEN)
        return Share(-(-100 * _MOST_SMALL // (_MOST_SMALL + known)), Bound.AT_MOST)
    least = part.value + known + len(small)
    if least < LEAST_DENOMINATOR:
        return Share(None, Bound.HIDDEN)
    if small:
        return Share(100 * part.value // (part.value + known + _MOST_SMALL * len(small)), Bound.AT_LEAST)
    percent = round(100 * part.value / least)
    return Share(min(max(percent, 1), 99) if part.value and known else percent, Bound.EXACT)


def _guarantee(found: Counts) -> list[Json]:
    """K1 and K12: one table, so that no line can be worked out from the others."""
    table = suppress_table([[found[f"{line}-{outcome}"] for outcome in _OUTCOMES] for line in LINES])
    rows = []
    for line, cells in zip(LINES, table.cells, strict=True):
        named = dict(zip(_OUTCOMES, cells, strict=True))
        rows.append(
            {
                "line": line.replace("-", "_"),
                **{_WORDS[outcome]: _show(cell) for outcome, cell in named.items()},
                "share": _share(share_of_shown(named["met"], [named["late"], named["missed"]])),
            }
        )
    late, missed, exempt = (table.column_totals[_OUTCOMES.index(outcome)] for outcome in ("late", "missed", "exempt"))
    codes = {code: found[f"exempt-{code}"] for code in EXEMPT_CODES}
    return [
        {
            "id": "K1",
            "name": _("Nådda inom 24 timmar"),
            "lines": rows,
            "beside": _beside(found, total_is_known=late.value is not None and missed.value is not None),
        },
        {
            "id": "K12",
            "name": _("Undantag från 24 timmar"),
            # The codes add up to the table's column; where that sum is hidden they would give it away.
            "codes": _parts(codes) if exempt.value is not None else dict.fromkeys(codes, str(HIDDEN)),
        },
    ]


def _beside(found: Counts, *, total_is_known: bool) -> Json:
    """What stands beside the share, never inside it: parts of those that were not reached in time, and void breaches."""
    codes = {
        "recorded_late": "recorded-late",
        "recorded_late_confirmed": "confirmed",
        "times_corrected": "corrected-in-time",
        "born_breached": "born",
    }
    # A breach of a case registered in error is a part of nothing that is shown, so it stands alone.
    void = {"breached_void": _show(show_count(sum(found[f"{line}-void"] for line in LINES)))}
    if not total_is_known:
        return dict.fromkeys(codes, str(HIDDEN)) | void
    shown: Json = {}
    for name, code in codes.items():
        part = sum(found[f"{line}-{code}"] for line in LINES)
        whole = sum(found[f"{line}-{outcome}"] for line in LINES for outcome in ("late", "missed"))
        parts, _total = suppress_counts({"part": part, "rest": max(whole - part, 0)})
        shown[name] = _show(parts["part"])
    return shown | void


def _durations(took: Delays) -> Json:
    return {
        "id": "K2",
        "name": _("Tid till kontakt efter gripande"),
        "unit": "minutes",
        "arrest_to_contact": {
            "median": show_median(took.arrest_to_contact),
            "p90": show_quantile(took.arrest_to_contact, 0.9),
        },
        "notice_to_contact": {
            "median": show_median(took.notice_to_contact),
            "p90": show_quantile(took.notice_to_contact, 0.9),
        },
    }


def _notices(took: Delays) -> Json:
    known = len(took.arrest_to_notice)
    parts, _total = suppress_counts({"slow": took.slow_notices, "other": known - took.slow_notices})
    return {
        "id": "K3",
        "name": _("Polisens underrättelse efter gripande"),
        "unit": "minutes",
        "median": show_median(took.arrest_to_notice),
        "over_six_hours": _share(share_of_shown(parts["slow"], [parts["other"]])),
    }


def _kept(measure: str, name: str, found: Counts, kind: str) -> Json:
    cells, _total = suppress_counts({outcome: found[f"{kind}-{outcome}"] for outcome in _OUTCOMES})
    return {
        "id": measure,
        "name": name,
        **{_WORDS[outcome]: _show(cell) for outcome, cell in cells.items()},
        "share": _share(share_of_shown(cells["met"], [cells["late"], cells["missed"]])),
    }


def _investigations(found: Counts) -> Json:
    """K7. In time is what ended by the limit that holds; how many have been given more time stands beside it."""
    name = "investigation"
    total = sum(found[f"{name}-{outcome}"] for outcome in _OUTCOMES)
    _cells, shown_total = suppress_counts({outcome: found[f"{name}-{outcome}"] for outcome in _OUTCOMES})
    extended = str(HIDDEN)
    if shown_total.value is not None:
        parts, _whole = suppress_counts(
            {"part": found[f"{name}-extended"], "rest": max(total - found[f"{name}-extended"], 0)}
        )
        extended = _show(parts["part"])  # type: ignore[assignment]
    return {
        **_kept("K7", _("Utredning inom fyra månader, eller den förlängda tiden"), found, name),
        "extended": extended,
    }


def _decisions(found: Counts) -> Json:
    answers = ("opened", "linked", "deviation", "transferred", "void", "missed", "running")
    cells, _total = suppress_counts({answer: found[f"decision-{answer}"] for answer in answers})
    names = {"missed": "undecided_late", "running": "undecided"}
    return {
        "id": "K5",
        "name": _("Alltid inledd utredning"),
        **{names.get(answer, answer): _show(cell) for answer, cell in cells.items()},
        "share": _share(share_of_shown(_sum(cells["opened"], cells["linked"]), [cells["deviation"], cells["missed"]])),
    }


def _sum(one: Cell, other: Cell) -> Cell:
    return HIDDEN if one.value is None or other.value is None else Cell(one.value + other.value)


def _openings(took: Delays) -> Json:
    soon = took.opened_next_working_day
    parts, _total = suppress_counts({"soon": soon, "later": len(took.notice_to_opening) - soon})
    return {
        "id": "K6",
        "name": _("Tid från anmälan till inledd utredning"),
        "unit": "days",
        "median": show_median(took.notice_to_opening),
        "next_working_day": _share(share_of_shown(parts["soon"], [parts["later"]])),
    }


def _volume(came: Volumes) -> Json:
    return {
        "id": "K8",
        "name": _("Anmälningar och barn"),
        "reports": _show(show_count(came.reports)),
        "children": _show(show_count(came.children)),
        "children_by_reports": _parts(came.children_by_reports),
    }


def _breakdowns(came: Volumes) -> list[Json]:
    name = _("Anmälningar efter slag")
    months = sorted({month for month, _kind in came.reports_by_month_and_kind})
    kinds = sorted({kind for _month, kind in came.reports_by_month_and_kind})
    table = suppress_table(
        [[came.reports_by_month_and_kind.get((month, kind), 0) for kind in kinds] for month in months]
    )
    by_month = {
        month: {kind: _show(cell) for kind, cell in zip(kinds, cells, strict=True)}
        for month, cells in zip(months, table.cells, strict=True)
    }
    return [
        {"id": "K9", "name": name, "by": "month_and_kind", "counts": by_month},
        {"id": "K9", "name": name, "by": "reporter", "counts": _parts(came.reports_by_reporter)},
        {"id": "K9", "name": name, "by": "age", "counts": _parts(came.children_by_age)},
    ]


def _parts(of: Mapping[str, int]) -> Json:
    cells: Mapping[Hashable, Cell] = suppress_counts(of)[0]
    return {str(key): _show(cell) for key, cell in cells.items()}


def _show(cell: Cell) -> int | str:
    return str(cell) if cell.value is None else cell.value


def _share(share: Share) -> Json:
    return {"percent": share.percent, "bound": share.bound.value}
