"""The parts of the board: tiles, tabs, chart and the table of the 24 hours, made from figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications import roster
from notifications.roster.words import gap_words, stretch_words
from riskzon import timewords
from riskzon.charts import Series, StackedBars
from riskzon.models import User
from riskzon.ui import Alarm, Tab, Tile
from workflows import board as figures
from workflows.board import BESIDE, DECIDED, EXPLAINED, OUTSIDE, Overseen
from workflows.health import STALE
from workflows.statistics import AFTER_HOLD, ARREST, CONCERN, LINES, LOB, Counts, Ratio

_A_MOMENT = timedelta(minutes=1)
_ROSTER_AHEAD = timedelta(days=14)
_NUMBER_AHEAD = timedelta(hours=24)
_SHOWN_GAPS = 3


def address(name: str, *args: str, seen: Overseen, **query: str) -> str:
    """The path of one of the board's pages, narrowed as the board is."""
    chosen = {"unit": seen.unit.slug} if seen.unit else {}
    told = urlencode({**chosen, **{key: value for key, value in query.items() if value}})
    return reverse(name, args=args) + (f"?{told}" if told else "")


def tiles(seen: Overseen, counts: Mapping[str, int]) -> list[Tile]:
    """The six figures on top, each a link to its rows."""
    return [_overdue(seen), _soon(seen), _unassigned(seen), _holds(seen), _ends(seen), _reached(seen, counts)]


def alarms(sweep_age: timedelta | None, now: datetime) -> list[Alarm]:
    """What makes the board itself untrue: nobody watches the clocks, or nobody is on duty although a unit is closed,
    or in the coming 14 days at all."""
    found = []
    if sweep_age is None or sweep_age > STALE:
        found.append(
            Alarm(_("Fristerna bevakas inte just nu: det senaste svepet är äldre än 90 sekunder. Kontakta driften."))
        )
    rota = roster.read()
    if rota.gaps(now, now + _A_MOMENT) or not rota.shifts(now, now + _ROSTER_AHEAD):
        found.append(
            Alarm(_("Ingen är i tjänst på Socialjouren. Larm som går ut när enheterna är stängda når ingen där."))
        )
    return found


def roster_gaps(now: datetime) -> list[str]:
    """When nobody is on duty in the next 14 days although a unit is closed, in words; nothing when the roster is whole."""
    words = [gap_words(gap) for gap in roster.gaps(now, now + _ROSTER_AHEAD)]
    left = len(words) - _SHOWN_GAPS
    more = [ngettext("och %(n)s lucka till", "och %(n)s luckor till", left) % {"n": left}] if left > 0 else []
    return words[:_SHOWN_GAPS] + more


def without_number(now: datetime) -> list[str]:
    """Who is on duty in the next 24 hours and has no number for SMS, in words; nobody where no SMS can leave."""
    shifts = (
        {one.person.id: one for one in reversed(roster.shifts(now, now + _NUMBER_AHEAD))} if settings.SMS_URL else {}
    )
    found = User.objects.filter(pk__in=shifts, phone="").order_by("username").values_list("pk", flat=True)
    return [
        _("%(who)s saknar nummer för SMS, i jour %(when)s")
        % {"who": shifts[pk].person.name, "when": stretch_words(shifts[pk].starts_at, shifts[pk].ends_at)}
        for pk in found
    ]


def unit_tabs(seen: Overseen, *args: str, week: str = "", parts: Sequence[tuple[str, Any, int]] = ()) -> list[Tab]:
    """One tab for each part of a figure; without parts, one for each unit, where there are several."""
    if parts:
        line, here = args
        return [
            Tab(str(title), address("board-in-time", line, part, seen=seen, week=week), count, part == here)
            for part, title, count in parts
        ]
    if len(seen.units) < 2:
        return []
    path = reverse("board-rows", args=args) if args else reverse("board")
    every = Tab(_("Alla enheter"), path, current=seen.unit is None)
    return [every, *(Tab(unit.name, f"{path}?unit={unit.slug}", current=unit == seen.unit) for unit in seen.units)]


def week_chart(seen: Overseen) -> StackedBars:
    """Arrests by week: reached in time or not."""
    weeks = figures.weekly(seen)
    labels = [_("v. %(week)s") % {"week": week.monday.isocalendar().week} for week in weeks]
    late = [week.late + week.missed for week in weeks]
    total, total_late = sum(week.met for week in weeks) + sum(late), sum(late)
    if not total:
        finding = _("Inga gripna de senaste 12 veckorna.")
    elif not total_late:
        finding = ngettext(
            "Den enda gripna de senaste 12 veckorna nåddes i tid.",
            "Alla %(total)s gripna de senaste 12 veckorna nåddes i tid.",
            total,
        ) % {"total": total}
    else:
        finding = _("%(late)s av %(total)s gripna de senaste 12 veckorna överskred fristen, flest %(week)s.") % {
            "late": total_late,
            "total": total,
            "week": labels[late.index(max(late))],
        }
    return StackedBars(
        "weeks",
        _("Gripna: vårdnadshavare nådd inom 24 timmar"),
        finding,
        labels,
        [
            Series(_("I tid"), [week.met for week in weeks]),
            Series(_("Överskridna"), late, "over", True),
        ],
        _("Vecka"),
        urls=[address("board-in-time", ARREST, "decided", seen=seen, week=week.monday.isoformat()) for week in weeks],
    )


@dataclass(frozen=True)
class FigureCell:
    """One number in the table, and the page of its rows."""

    label: str
    count: int
    url: str


@dataclass(frozen=True)
class OutcomeRow:
    """One outcome, a number for each kind of clock. `heading` begins a new group of outcomes."""

    title: str
    cells: tuple[FigureCell, ...]
    heading: str


@dataclass(frozen=True)
class LineHead:
    """One kind of clock: what heads its column, and its share."""

    title: str
    short: str
    share: Ratio
    url: str


def line_heads(seen: Overseen, counts: Mapping[str, int], titles: Mapping[str, Any]) -> list[LineHead]:
    """The kinds of clock; only arrests are the guarantee."""
    short = {ARREST: _("Gripna"), LOB: _("LOB"), CONCERN: _("Oro"), AFTER_HOLD: _("Efter avvakta")}
    return [
        LineHead(
            title=str(titles[line]),
            short=short[line],
            share=Counts(dict(counts)).in_time(line),
            url=address("board-in-time", line, "decided", seen=seen),
        )
        for line in LINES
    ]


def late_lines(seen: Overseen) -> list[FigureCell]:
    """What came late to the register in the last 30 days, each a link to its cases."""
    found = (
        ("late-registered", _("Registrerade mer än 24 timmar efter händelsen"), figures.late_registered(seen)),
        (
            "late-notice",
            _("Underrättelse mer än 6 timmar efter gripandet eller omhändertagandet"),
            figures.late_notice(seen),
        ),
    )
    return [FigureCell(label, rows.count(), address("board-rows", figure, seen=seen)) for figure, label, rows in found]


def outcome_rows(seen: Overseen, counts: Mapping[str, int], titles: Mapping[str, Any]) -> list[OutcomeRow]:
    """What the shares are made of, then what stands beside them."""
    headings = {OUTSIDE[0]: _("Räknas inte in"), EXPLAINED[0]: _("Förklarar, ändrar inte andelen")}
    return [
        OutcomeRow(
            title=str(titles[part]),
            cells=tuple(
                FigureCell(str(titles[part]), counts[f"{line}-{part}"], address("board-in-time", line, part, seen=seen))
                for line in LINES
            ),
            heading=headings.get(part, ""),
        )
        for part in (*DECIDED, *BESIDE)
    ]


def _overdue(seen: Overseen) -> Tile:
    rows = figures.overdue_now(seen)
    count, oldest = rows.count(), rows.first()
    note = _("Inget är överskridet") if oldest is None else _("äldsta %(time)s") % {"time": _since(oldest.due_at, seen)}
    url = address("board-rows", "overdue", seen=seen)
    return Tile(_("Överskridna nu"), str(count), url, note, "over" if count else "calm", "alarm-clock")


def _soon(seen: Overseen) -> Tile:
    rows = figures.due_soon(seen)
    count, nearest = rows.count(), rows.first()
    note = "" if nearest is None else _("närmast %(when)s") % {"when": timewords.short_moment(nearest.due_at, seen.now)}
    url = address("board-rows", "soon", seen=seen)
    return Tile(_("Går ut inom 4 timmar"), str(count), url, note, "soon" if count else "calm", "clock-alert")


def _unassigned(seen: Overseen) -> Tile:
    rows = figures.unassigned(seen)
    count, oldest = rows.count(), rows.first()
    note = "" if oldest is None else _("äldsta %(time)s") % {"time": _since(oldest.registered_at, seen)}
    return Tile(_("Ej tilldelade"), str(count), address("board-rows", "unassigned", seen=seen), note, "calm", "inbox")


def _holds(seen: Overseen) -> Tile:
    rows = list(figures.holds(seen))
    passed = sum(row.until < seen.now for row in rows)
    to_confirm = sum(row.needs_confirmation and row.confirmed_at is None for row in rows)
    notes = []
    if passed:
        notes.append(_("%(n)s skulle ha omprövats") % {"n": passed})
    if to_confirm:
        notes.append(_("%(n)s att bekräfta") % {"n": to_confirm})
    level = "over" if passed else "soon" if rows else "calm"
    url = address("board-rows", "holds", seen=seen)
    return Tile(_("Avvakta kontakt"), str(len(rows)), url, ", ".join(notes), level, "hand")


def _ends(seen: Overseen) -> Tile:
    rows = list(figures.ends(seen))
    oldest = next(iter(rows), None)
    note = "" if oldest is None else _("äldsta %(time)s") % {"time": _since(oldest.proposed_at, seen)}
    level = "soon" if rows else "calm"
    url = address("board-rows", "ends", seen=seen)
    return Tile(_("Avslut att bekräfta"), str(len(rows)), url, note, level, "archive")


def _reached(seen: Overseen, counts: Mapping[str, int]) -> Tile:
    share = Counts(dict(counts)).in_time(ARREST)
    value = "–" if share.percent is None else _("%(percent)s %%") % {"percent": share.percent}
    beside = [
        ngettext("%(n)s undantagen", "%(n)s undantagna", counts["arrest-exempt"]) % {"n": counts["arrest-exempt"]},
        ngettext("%(n)s sent registrerad", "%(n)s sent registrerade", counts["arrest-recorded-late"])
        % {"n": counts["arrest-recorded-late"]},
        ngettext("%(n)s rättad tid", "%(n)s rättade tider", counts["arrest-corrected"])
        % {"n": counts["arrest-corrected"]},
    ]
    note = _("%(part)s av %(whole)s. Bredvid: %(beside)s.") % {
        "part": share.part,
        "whole": share.whole,
        "beside": ", ".join(beside),
    }
    level = (
        "calm"
        if share.percent is None
        else "done"
        if share.percent == 100
        else "over"
        if share.percent < 90
        else "soon"
    )
    url = address("board-in-time", ARREST, "decided", seen=seen)
    return Tile(_("Gripna nådda inom 24 timmar, 30 dagar"), value, url, note, level, "circle-check")


def _since(at: datetime, seen: Overseen) -> str:
    return timewords.length(max(seen.now - at, timedelta(0)))
