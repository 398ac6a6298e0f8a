"""Which months is somebody asking about?"""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from riskzon.forms import DsFormMixin
from riskzon.localtime import FIRST_YEAR, LAST_YEAR
from workflows.forms.texts import CleanText

_MONTH = re.compile(r"([0-9]{4})-?([0-9]{2})")


class MonthField(CleanText):
    """A month typed ÅÅÅÅ-MM; the cleaned value is its first day."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", {"inputmode": "numeric", "size": 8})
        super().__init__(max_length=7, help_text=gettext_lazy("ÅÅÅÅ-MM"), **kwargs)

    def clean(self, value: Any) -> date:
        typed = super().clean(value)
        match = _MONTH.fullmatch(typed)
        if not match or not FIRST_YEAR <= int(match[1]) < LAST_YEAR or not 1 <= int(match[2]) <= 12:
            raise forms.ValidationError(_("Ange en månad som finns, till exempel 2026-11."), code="bad_month")
        return date(int(match[1]), int(match[2]), 1)


class PeriodForm(DsFormMixin, forms.Form):
    """Whole months, both included."""

    first = MonthField(label=gettext_lazy("Från och med"))
    last = MonthField(label=gettext_lazy("Till och med"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("first") and given.get("last") and given["last"] < given["first"]:
            self.add_error("last", _("Perioden slutar innan den börjar."))
        return given
