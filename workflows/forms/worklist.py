"""By what is the worklist narrowed?"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from riskzon.forms import DsFormMixin
from riskzon.models import ReportKind, Unit

STATES = (("open", _("Öppna")), ("closed", _("Avslutade")), ("", _("Alla")))


class FilterForm(DsFormMixin, forms.Form):
    """GET parameters, so that a link to a view can be shared; what cannot be understood is left out."""

    view = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("Typ"), required=False, choices=[("", _("Alla")), *ReportKind.choices])
    state = forms.ChoiceField(label=_("Läge"), required=False, choices=STATES)
    unit = forms.TypedChoiceField(label=_("Enhet"), required=False)

    def __init__(self, *args: Any, units: Iterable[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(unit.pk), unit.name) for unit in units]
        if len(choices) > 1:
            self.fields["unit"].choices = [("", _("Alla")), *choices]
        else:
            del self.fields["unit"]


class SearchForm(DsFormMixin, forms.Form):
    """Sent by POST: a personnummer is never in an address or a log."""

    q = forms.CharField(
        label=_("Personnummer, namn eller ärendenummer"),
        max_length=100,
        widget=forms.TextInput({"type": "search", "autocomplete": "off"}),
        error_messages={"required": _("Skriv ett nummer eller ett namn.")},
    )
