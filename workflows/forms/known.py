"""What is asked to find out whether a child is known?"""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from riskzon.forms import DsFormMixin, IsoDateField
from riskzon.localtime import local_date
from workflows.forms.texts import CleanText, NumberField


class KnownForm(DsFormMixin, forms.Form):
    """A number, or a name together with a birth date."""

    identity_number = NumberField(
        label=_("Personnummer, samordningsnummer eller reservnummer"), help_text=_("ÅÅÅÅMMDD-NNNN"), required=False
    )
    name = CleanText(label=_("Eller namn"), help_text=_("För- och efternamn"), max_length=200, required=False)
    birth_date = IsoDateField(label=_("och födelsedatum"), required=False)

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["identity_number"].today = local_date(now)
