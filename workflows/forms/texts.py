"""How is a text, or an identity number, that somebody types taken in: clean, and in a box of the right size?"""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from riskzon.identity import BadIdentity, parse_identity
from riskzon.localtime import local_date
from riskzon.names import BadText, clean_text

#: Far above what anybody writes by hand, far below what a page can carry.
LONGEST = 20_000


class CleanText(forms.CharField):
    """A text without control characters; `rows` makes it a box of several lines. Nothing in it is kept by the browser."""

    def __init__(self, *, rows: int = 0, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST)
        attrs: dict[str, Any] = {"autocomplete": "off", **kwargs.pop("attrs", {})}
        kwargs.setdefault("widget", forms.Textarea({"rows": rows, **attrs}) if rows else forms.TextInput(attrs))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        try:
            return clean_text(text)
        except BadText as problem:
            raise ValidationError(str(problem), code=problem.code) from problem


class NumberField(CleanText):
    """One identity number of any kind, normalised; `born` is the day it says, once cleaned. Never kept by the browser."""

    def __init__(self, *, now: datetime | None = None, **kwargs: Any) -> None:
        self.today = local_date(now) if now else None
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault("attrs", {"autocapitalize": "characters", "spellcheck": "false", "size": 18})
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value)
        if not typed or self.today is None:
            return typed
        try:
            return parse_identity(typed, self.today).normalised
        except BadIdentity as problem:
            raise ValidationError(str(problem), code=problem.code) from problem
