"""Who is to hold the case from now on?"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from riskzon.forms import DsFormMixin
from workflows.forms.texts import CleanText


class AssignForm(DsFormMixin, forms.Form):
    username = forms.ChoiceField(
        label=_("Till vem?"), widget=forms.RadioSelect, error_messages={"required": _("Välj en medarbetare.")}
    )

    def __init__(self, *args: Any, people: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].choices = people


class HandOverForm(DsFormMixin, forms.Form):
    unit = forms.ChoiceField(
        label=_("Till vilken enhet?"), widget=forms.RadioSelect, error_messages={"required": _("Välj en enhet.")}
    )
    note = CleanText(
        label=_("Vad behöver den nya enheten veta?"),
        rows=6,
        help_text=_("Vad som är gjort, vad som återstår och vad som är bråttom. Sparas som anteckning i ärendet."),
        error_messages={"required": _("Skriv vad den nya enheten behöver veta.")},
    )

    def __init__(self, *args: Any, units: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = units
