"""Which times were wrong, what are the right ones, and why?"""

from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from riskzon.forms import DsFormMixin, LocalMomentField
from riskzon.localtime import LocalTimeError, parse_instant
from riskzon.models import Report, ReportKind
from workflows.forms.texts import CleanText

FIELDS = ("occurred_at", "notified_at")
_LABELS = {
    ReportKind.ARREST: _("När greps barnet?"),
    ReportKind.LOB_CUSTODY: _("När omhändertogs barnet?"),
    ReportKind.CONCERN: _("När hände det?"),
}


class TimesForm(DsFormMixin, forms.Form):
    """Both times of a report as they hold now, and the reason. The times that were shown come back with the form."""

    occurred_at = LocalMomentField(label=_("När hände det?"))
    notified_at = LocalMomentField(label=_("När kom anmälan till socialtjänsten?"))
    reason = CleanText(
        label=_("Varför rättas tiden?"),
        rows=3,
        help_text=_("Till exempel vad som står i polisens protokoll. Den gamla tiden och ditt namn finns kvar."),
        error_messages={"required": _("Skriv varför tiden rättas, till exempel enligt polisens protokoll.")},
    )
    shown_occurred_at = forms.CharField(required=False, widget=forms.HiddenInput)
    shown_notified_at = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["occurred_at"].label = _LABELS[ReportKind(report.kind)]
        # A known time cannot become an unknown one.
        self.fields["occurred_at"].required = report.occurred_at is not None
        for field in FIELDS:
            self.initial[field] = getattr(report, field)
            self.initial[f"shown_{field}"] = _written(getattr(report, field))

    def clean(self) -> dict[str, Any]:
        """Adds `changed`, the times that are not as they were shown, and `shown`, those that were."""
        given: dict[str, Any] = super().clean() or {}
        # Whoever sends no times that were shown has seen none.
        shown = {field: _read(given.get(key)) for field in FIELDS if (key := f"shown_{field}") in self.data}
        times = {field: given[field] for field in FIELDS if given.get(field) is not None}
        given["shown"] = shown
        given["changed"] = {field: at for field, at in times.items() if at != _to_the_minute(shown.get(field))}
        return given


def brought_up(sent: QueryDict, report: Report) -> QueryDict:
    """What was sent, over the times that hold now: a time that the writer had not changed is the one that holds."""
    data = sent.copy()
    for field in FIELDS:
        box = LocalMomentField(required=False)
        try:
            typed = box.clean(box.widget.value_from_datadict(data, {}, field))
        except forms.ValidationError:
            typed = None
        if typed is not None and typed == _to_the_minute(_read(data.get(f"shown_{field}"))):
            parts = box.widget.decompress(getattr(report, field))
            for name, value in zip(("date", "clock", "fold"), parts, strict=True):
                data[f"{field}_{name}"] = value
        data[f"shown_{field}"] = _written(getattr(report, field))
    return data


def _written(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _read(text: Any) -> datetime | None:
    try:
        return parse_instant(str(text)) if text else None
    except LocalTimeError:
        return None


def _to_the_minute(at: datetime | None) -> datetime | None:
    """The form shows no seconds."""
    return at.replace(second=0, microsecond=0) if at else None
