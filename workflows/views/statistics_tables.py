"""How are the published measures laid out as tables that people can read?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from riskzon import timewords
from riskzon.charts import Series, StackedBars
from riskzon.models import Hold, ReporterType, ReportKind
from riskzon.suppress import HIDDEN_MARK, Bound
from riskzon.timewords import MONTHS
from workflows.contact_clock import NO_GUARDIAN

_LINES = {
    "arrest": gettext_lazy("Gripna"),
    "lob": gettext_lazy("Omhändertagna enligt LOB"),
    "concern": gettext_lazy("Orosanmälningar"),
    "after_hold": gettext_lazy("Efter avvakta kontakt"),
}
_OUTCOMES = {
    "met": gettext_lazy("I tid"),
    "met_late": gettext_lazy("Efter fristen"),
    "not_done": gettext_lazy("Inte gjort"),
    "exempt": gettext_lazy("Undantagna"),
    "running": gettext_lazy("Pågår"),
}
_BESIDE = {
    "recorded_late": gettext_lazy("I tid, sent registrerade"),
    "recorded_late_confirmed": gettext_lazy("I tid, sent registrerade, bekräftade av enhetschef"),
    "times_corrected": gettext_lazy("I tid, felaktig tid rättad"),
    "born_breached": gettext_lazy("Registrerade efter fristen"),
    "breached_void": gettext_lazy("Överskridna, felregistrerade / dubbletter"),
}
_DECISIONS = {
    "opened": gettext_lazy("Inledda"),
    "linked": gettext_lazy("Hör till pågående utredning"),
    "deviation": gettext_lazy("Avsteg från Strategi 5"),
    "transferred": gettext_lazy("Överflyttade"),
    "void": gettext_lazy("Felregistrerade / dubbletter"),
    "undecided_late": gettext_lazy("Utan beslut, överskridna"),
    "undecided": gettext_lazy("Utan beslut än"),
}
_EXEMPT = {
    **dict(Hold.Code.choices),
    NO_GUARDIAN: gettext_lazy("Ingen vårdnadshavare kan agera"),
    "EXEMPT_TURNED_18": gettext_lazy("Fyllde 18 år"),
    "EXEMPT_OTHER_MUNICIPALITY": gettext_lazy("Överflyttad till annan kommun"),
}


@dataclass(frozen=True)
class Table:
    """One measure: its name, what the columns are, and the figures as text. `note` says what must be known to read it."""

    name: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    note: str = ""


def wide_tables(measures: Sequence[Mapping[str, Any]]) -> list[Table]:
    """The clocks, each with all its outcomes: the 24 hours by kind, then the other limits."""
    found = {measure["id"]: measure for measure in measures}
    kept = tuple((found[one]["name"], _outcomes(found[one])) for one in ("K4", "K7", "K10"))
    head = (_("Andel i tid"), *(str(label) for label in _OUTCOMES.values()))
    lines = tuple((str(_LINES[line["line"]]), _outcomes(line)) for line in found["K1"]["lines"])
    return [
        Table(found["K1"]["name"], (_("Slag"), *head), lines, _("Garantin gäller gripna.")),
        Table(_("Andra frister"), (_("Frist"), *head), kept),
    ]


def small_tables(measures: Sequence[Mapping[str, Any]]) -> list[Table]:
    """Everything else, a column or two each."""
    found = {measure.get("by", measure["id"]): measure for measure in measures}
    return [
        _beside(found["K1"]),
        _exempt(found["K12"]),
        _times(found),
        _decisions(found["K5"]),
        _investigations(found["K7"]),
        _volume(found["K8"]),
        _by_reporter(found["reporter"]),
        _by_age(found["age"]),
    ]


def month_chart(measures: Sequence[Mapping[str, Any]]) -> StackedBars | None:
    """Reports by month and kind; None where there are none."""
    counts = next((one["counts"] for one in measures if one.get("by") == "month_and_kind"), {})
    if not counts:
        return None
    months = sorted(counts)
    known = [sum(value for value in counts[month].values() if isinstance(value, int)) for month in months]
    finding = _("Flest i %(month)s: minst %(count)s.") % {
        "month": _month(months[known.index(max(known))]),
        "count": max(known),
    }
    if any(not isinstance(value, int) for month in months for value in counts[month].values()):
        finding += " " + _("Tal som är dolda ritas inte.")
    tones = {"arrest": "ink", "concern": "mist", "lob_custody": "soon"}
    series = [
        Series(
            str(ReportKind(kind).label),
            [value if isinstance(value := counts[month].get(kind, 0), int) else None for month in months],
            tone,
        )
        for kind, tone in tones.items()
    ]
    labels = [
        _month(month) if len(months) <= 6 or month.endswith("-01") else _month(month).split()[0] for month in months
    ]
    return StackedBars("months", _("Anmälningar per månad"), finding, labels, series, _("Månad"), HIDDEN_MARK)


def _outcomes(measure: Mapping[str, Any]) -> tuple[str, ...]:
    return (share(measure["share"]), *(str(measure[outcome]) for outcome in _OUTCOMES))


def _counted(labels: Mapping[str, Any], counts: Mapping[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((str(labels.get(code, code)), (str(count),)) for code, count in counts.items())


def _beside(measure: Mapping[str, Any]) -> Table:
    note = _("Förklarar dem som inte nåddes i tid, eller räknas inte in. Andelen ändras inte.")
    return Table(_("Bredvid andelen"), (_("Vad"), _("Antal")), _counted(_BESIDE, measure["beside"]), note)


def _exempt(measure: Mapping[str, Any]) -> Table:
    return Table(measure["name"], (_("Skäl"), _("Antal")), _counted(_EXEMPT, measure["codes"]))


def _times(found: Mapping[str, Mapping[str, Any]]) -> Table:
    took, notice, opening = found["K2"], found["K3"], found["K6"]
    days = "–" if opening["median"] is None else _("%(days)s dygn") % {"days": f"{opening['median']:.0f}"}
    rows = (
        (_("Från gripandet till kontakt"), _both(took["arrest_to_contact"])),
        (_("Från underrättelsen till kontakt"), _both(took["notice_to_contact"])),
        (_("Från gripandet till underrättelsen"), (minutes(notice["median"]), "")),
        (_("Underrättelse efter mer än sex timmar"), (share(notice["over_six_hours"]), "")),
        (_("Från anmälan till inledd utredning"), (days, "")),
        (_("Inledd senast nästa arbetsdag"), (share(opening["next_working_day"]), "")),
    )
    return Table(_("Hur lång tid det tar"), (_("Vad"), _("Median eller andel"), _("Nio av tio inom")), rows)


def _both(of: Mapping[str, Any]) -> tuple[str, str]:
    return minutes(of["median"]), minutes(of["p90"])


def _decisions(measure: Mapping[str, Any]) -> Table:
    total = (_("Andel inledda eller kopplade"), (share(measure["share"]),))
    counts = {code: measure[code] for code in _DECISIONS}
    return Table(measure["name"], (_("Beslut"), _("Antal")), (total, *_counted(_DECISIONS, counts)))


def _investigations(measure: Mapping[str, Any]) -> Table:
    rows = ((_("Förlängda"), (str(measure["extended"]),)),)
    note = _("De räknas som i tid när de avslutas inom den förlängda tiden.")
    return Table(_("Förlängda utredningar"), (_("Vad"), _("Antal")), rows, note)


def _volume(measure: Mapping[str, Any]) -> Table:
    rows = [(_("Anmälningar"), (str(measure["reports"]),)), (_("Barn"), (str(measure["children"]),))]
    rows += [
        (
            _("Barn med en anmälan") if band == "1" else _("Barn med %(reports)s anmälningar") % {"reports": band},
            (str(count),),
        )
        for band, count in measure["children_by_reports"].items()
    ]
    return Table(measure["name"], (_("Vad"), _("Antal")), tuple(rows))


def _by_reporter(measure: Mapping[str, Any]) -> Table:
    names = {**dict(ReporterType.choices), "": _("Inte angiven")}
    return Table(_("Anmälningar efter anmälare"), (_("Anmälare"), _("Antal")), _counted(names, measure["counts"]))


def _by_age(measure: Mapping[str, Any]) -> Table:
    return Table(_("Barn efter ålder"), (_("Ålder"), _("Antal")), _counted({"unknown": _("Okänd")}, measure["counts"]))


def share(published: Mapping[str, Any]) -> str:
    """A share in words: itself, a bound of it, or a dash where it is hidden."""
    if published["percent"] is None:
        return "–"
    words = {
        Bound.EXACT: _("%(percent)s %%"),
        Bound.AT_MOST: _("högst %(percent)s %%"),
        Bound.AT_LEAST: _("minst %(percent)s %%"),
    }
    return words[Bound(published["bound"])] % {"percent": published["percent"]}


def minutes(value: float | None) -> str:
    """A number of minutes in words; a dash where it is hidden."""
    if value is None:
        return "–"
    return timewords.length(timedelta(minutes=round(value)))


def _month(key: str) -> str:
    year, month = key.split("-")
    return f"{_(MONTHS[int(month) - 1])} {year}"
