"""How is a text that somebody types taken in: clean, and in a box of the right size?"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

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
