"""What does the administrator fill in to change a rule or a ladder, and the head of department to answer?"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from riskzon.forms import DsFormMixin, IsoDateField, LocalMomentField
from riskzon.localtime import AmbiguousTime, LocalTimeError, local_date, parse_clock, parse_local
from workflows.forms.texts import CleanText
from workflows.ladder import BREACH, MOST_RUNGS
from workflows.ladder_words import ROLE_WORDS
from workflows.lawful import LONGEST, ROLES, RungSpec, Track, ladder_faults, rule_faults
from workflows.models import LENGTHS, DeadlineRule, Kind, Rung

_UNITS = {"minutes": 60, "hours": 3_600, "days": 86_400}
_UNIT_CHOICES = (
    ("minutes", gettext_lazy("minuter")),
    ("hours", gettext_lazy("timmar")),
    ("days", gettext_lazy("dagar")),
)
_START, _BEFORE, _AFTER, _DAILY = "start", "before", "after", "daily"
_WHEN = (
    ("", gettext_lazy("används inte")),
    (_START, gettext_lazy("efter registreringen")),
    (_BEFORE, gettext_lazy("före fristen")),
    (_AFTER, gettext_lazy("efter fristen")),
    (_DAILY, gettext_lazy("varje dag 08.00, tidigast så långt efter fristen")),
)
#: How many empty steps stand below those that are used.
_SPARE = 2
_CONDITIONS = (("", gettext_lazy("Alltid")), ("not_taken", gettext_lazy("Bara om ingen har tagit ärendet")))


class _ChangeForm(DsFormMixin, forms.Form):
    """From when, on which ground and why: the same for both."""

    valid_from = LocalMomentField(
        label=gettext_lazy("Från när ska det gälla?"),
        required=False,
        help_text=gettext_lazy("Tomt betyder så snart verksamhetschefen har bekräftat. Löpande frister ändras aldrig."),
    )
    ground = CleanText(
        label=gettext_lazy("Lagrum eller beslut"),
        max_length=120,
        help_text=gettext_lazy("Till exempel SoL 20:2, eller nämndens beslut med datum."),
        error_messages={"required": gettext_lazy("Skriv vilket lagrum eller beslut regeln vilar på.")},
    )
    reason = CleanText(
        label=gettext_lazy("Varför ändras det?"),
        rows=3,
        max_length=2_000,
        help_text=gettext_lazy("Läses av verksamhetschefen och loggranskaren. Skriv inget om enskilda ärenden."),
        error_messages={"required": gettext_lazy("Skriv varför regeln ändras.")},
    )
    #: What the page has shown the effects of; the proposal is the same or is shown anew.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class RuleForm(_ChangeForm):
    """How long a clock runs, and whether it runs at all where that may be chosen."""

    field_order = ["enabled", "amount", "length", "valid_from", "ground", "reason", "seen"]
    enabled = forms.BooleanField(label=gettext_lazy("Fristen är påslagen"), required=False, initial=True)
    amount = forms.IntegerField(
        label=gettext_lazy("Hur lång är fristen?"),
        min_value=1,
        max_value=LONGEST,
        widget=forms.TextInput({"inputmode": "numeric", "size": 5, "maxlength": 4, "autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Ange hur lång fristen är."),
            "invalid": gettext_lazy("Ange ett helt tal, till exempel 14."),
        },
    )
    length = forms.ChoiceField(
        label=gettext_lazy("Räknas i"), choices=[choice for choice in LENGTHS if choice[0] != "named"]
    )

    def __init__(self, *args: Any, track: Track, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.track, self.now = track, now
        if not track.may_be_off:
            del self.fields["enabled"]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        given.setdefault("enabled", True)
        if "amount" in given and "length" in given:
            first = local_date(given.get("valid_from") or self.now)
            rule = {name: given[name] for name in ("length", "amount", "enabled")}
            for field, fault in rule_faults(self.track, first=first, **rule):
                self.add_error(field if field in self.fields else None, fault)
        return given


class LadderForm(_ChangeForm):
    """Who is told when. The step at the limit is fixed in time; each other one is a row, and an unused row is no step."""

    def __init__(
        self,
        *args: Any,
        kind: Kind,
        rules: Sequence[DeadlineRule],
        present: Sequence[RungSpec],
        typed: QueryDict | None = None,
        **kwargs: Any,
    ) -> None:
        """`typed`: a draft that will fill the form, which has a row for each step in it."""
        super().__init__(*args, **kwargs)
        self.kind, self.rules = kind, rules
        others = [rung for rung in present if rung.key != BREACH]
        self.rows = self._row_count(len(others), self.data if self.is_bound else typed)
        for place in range(self.rows):
            self._add_row(place, others[place] if place < len(others) else None)
        breach = next((rung for rung in present if rung.key == BREACH), None)
        self.fields["breach"] = _who(breach, label=gettext_lazy("Vem får veta när fristen går ut?"))
        self.fields["rows"] = forms.CharField(required=False, widget=forms.HiddenInput, initial=str(self.rows))
        self.order_fields(
            [*(name for name in self.fields if name not in _ChangeForm.base_fields), *_ChangeForm.base_fields]
        )

    @property
    def steps(self) -> Iterator[dict[str, Any]]:
        """The rows as the page shows them: the fields of each, and its number."""
        for place in range(self.rows):
            row = {name: self[f"rung_{place}_{name}"] for name in ("when", "amount", "unit", "who", "condition")}
            yield {**row, "number": place + 1, "is_used": bool(row["when"].value())}

    @property
    def common(self) -> list[forms.BoundField]:
        return [self[name] for name in ("valid_from", "ground", "reason")]

    def clean(self) -> dict[str, Any]:
        """Adds `rungs`, those of the rows that are used and the one at the limit."""
        given: dict[str, Any] = super().clean() or {}
        places = [place for place in range(self.rows) if given.get(f"rung_{place}_when")]
        rungs = [self._rung(place, given) for place in places]
        given["rungs"] = [*rungs, RungSpec(Rung.Anchor.DUE.value, 0, tuple(given.get("breach", ())))]
        if not self.errors:
            for field, fault in ladder_faults(self.kind, given["rungs"], self.rules):
                self.add_error(self.field_of(field, places), fault)
        return given

    def field_of(self, path: str, places: Sequence[int] | None = None) -> str | None:
        """The control that a fault of the ladder is about; None: the ladder as a whole."""
        if path.startswith("rungs."):
            used = places if places is not None else [place for place in range(self.rows) if self._is_used(place)]
            place = used[int(path.removeprefix("rungs."))]
            return f"rung_{place}_amount"
        return path if path in self.fields else None

    def _is_used(self, place: int) -> bool:
        return bool(self.cleaned_data.get(f"rung_{place}_when"))

    def _row_count(self, present: int, typed: Mapping[str, Any] | None) -> int:
        """As many as the page had, or as are used, and a few more, up to what a ladder may have beside the limit."""
        if typed is None:
            return min(MOST_RUNGS - 1, present + _SPARE)
        sent = str(typed.get("rows", ""))
        used = sum(1 for place in range(MOST_RUNGS) if typed.get(f"rung_{place}_when"))
        had = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 3 else 0
        return min(MOST_RUNGS - 1, max(had, used + _SPARE))

    def _add_row(self, place: int, rung: RungSpec | None) -> None:
        when, amount, unit = _as_typed(rung)
        named = {"number": place + 1}
        self.fields[f"rung_{place}_when"] = forms.ChoiceField(
            label=_("Steg %(number)s: när?") % named, choices=_WHEN, required=False, initial=when
        )
        self.fields[f"rung_{place}_amount"] = forms.IntegerField(
            label=_("Steg %(number)s: hur långt?") % named,
            required=False,
            min_value=0,
            max_value=100_000,
            initial=amount,
            widget=forms.TextInput({"inputmode": "numeric", "size": 4, "maxlength": 6, "autocomplete": "off"}),
            error_messages={"invalid": _("Ange ett helt tal, till exempel 4.")},
        )
        self.fields[f"rung_{place}_unit"] = forms.ChoiceField(
            label=_("Steg %(number)s: räknat i") % named, choices=_UNIT_CHOICES, required=False, initial=unit
        )
        self.fields[f"rung_{place}_who"] = _who(rung, label=_("Steg %(number)s: vem får veta?") % named, required=False)
        self.fields[f"rung_{place}_condition"] = forms.ChoiceField(
            label=_("Steg %(number)s: villkor") % named,
            choices=_CONDITIONS,
            required=False,
            initial=rung.condition if rung else "",
        )

    def _rung(self, place: int, given: dict[str, Any]) -> RungSpec:
        when, amount = given[f"rung_{place}_when"], given.get(f"rung_{place}_amount") or 0
        if when in (_BEFORE, _AFTER) and not amount and f"rung_{place}_amount" not in self.errors:
            self.add_error(f"rung_{place}_amount", _("Ange hur långt före eller efter fristen."))
        seconds = amount * _UNITS[given.get(f"rung_{place}_unit") or "hours"] * (-1 if when == _BEFORE else 1)
        anchor = {_START: Rung.Anchor.START, _DAILY: Rung.Anchor.DAILY}.get(when, Rung.Anchor.DUE)
        return RungSpec(
            anchor.value,
            seconds,
            tuple(given.get(f"rung_{place}_who") or ()),
            given.get(f"rung_{place}_condition") or "",
        )


class AnswerForm(DsFormMixin, forms.Form):
    """Why the head of department refuses."""

    answer = CleanText(
        label=gettext_lazy("Varför avslås förslaget?"),
        rows=3,
        max_length=2_000,
        error_messages={"required": gettext_lazy("Skriv varför förslaget avslås.")},
    )


class ExampleForm(DsFormMixin, forms.Form):
    """The moment at which the calendar's example clock starts."""

    day = IsoDateField(
        label=gettext_lazy("Fristen börjar"), error_messages={"required": gettext_lazy("Ange ett datum.")}
    )
    clock = forms.CharField(
        label=gettext_lazy("Klockslag"),
        help_text=gettext_lazy("TT.MM"),
        max_length=5,
        widget=forms.TextInput(
            {"inputmode": "decimal", "size": 6, "maxlength": 5, "data-clock": "", "autocomplete": "off"}
        ),
        error_messages={"required": gettext_lazy("Ange ett klockslag.")},
    )

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = year

    def clean(self) -> dict[str, Any]:
        """Adds `start` (UTC). Where the clock shows the time twice it is the first."""
        given: dict[str, Any] = super().clean() or {}
        if "day" not in given or "clock" not in given:
            return given
        if given["day"].year != self.year:
            self.add_error("day", _("Ange en dag under %(year)s.") % {"year": self.year})
            return given
        try:
            given["start"] = parse_local(given["day"].isoformat(), f"{parse_clock(given['clock']):%H.%M}")
        except AmbiguousTime as twice:
            given["start"] = twice.first
        except LocalTimeError as wrong:
            self.add_error("clock", str(wrong))
        return given


def _who(rung: RungSpec | None, *, label: Any, required: bool = True) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=[(role, ROLE_WORDS[role]) for role in ROLES],
        required=required,
        initial=list(rung.recipients) if rung else [],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Välj vem som ska få meddelandet.")},
    )


def _as_typed(rung: RungSpec | None) -> tuple[str, int | None, str]:
    """When, how far and in what, as the row's fields have it."""
    if rung is None:
        return "", None, "hours"
    when = {Rung.Anchor.START.value: _START, Rung.Anchor.DAILY.value: _DAILY}.get(
        rung.anchor, _BEFORE if rung.seconds < 0 else _AFTER
    )
    far = abs(rung.seconds)
    unit = next((name for name in ("days", "hours") if far and far % _UNITS[name] == 0), "minutes" if far else "hours")
    return when, far // _UNITS[unit], unit
