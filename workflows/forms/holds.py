"""Which guardian is not to be contacted yet, on which ground, and until when?"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from riskzon.forms import DsFormMixin, LocalMomentField
from riskzon.models import Hold
from workflows.forms.contact import Person
from workflows.forms.texts import CleanText

USUAL = timedelta(hours=24)


class HoldForm(DsFormMixin, forms.Form):
    guardian = forms.TypedChoiceField(
        label=_("Vem ska inte kontaktas?"),
        coerce=UUID,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj vem som inte ska kontaktas.")},
    )
    code = forms.ChoiceField(
        label=_("Grund"),
        choices=Hold.Code.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj en grund.")},
    )
    reason = CleanText(
        label=_("Skäl"),
        rows=5,
        help_text=_("Vad beslutet bygger på, och med vem det är samrått."),
        error_messages={"required": _("Skriv skälet.")},
    )
    until = LocalMomentField(
        label=_("Senast när ska beslutet omprövas?"),
        help_text=_("Normalt ett dygn. Också efter den tiden ska kontakten avvaktas, tills någon har beslutat."),
    )

    def __init__(self, *args: Any, people: Sequence[Person], now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["guardian"].choices = [(str(person.id), person.label) for person in people]
        self.fields["until"].initial = now + USUAL


class RenewHoldForm(DsFormMixin, forms.Form):
    until = LocalMomentField(label=_("Nästa omprövning senast"))
    reason = CleanText(
        label=_("Varför ska kontakten fortfarande avvaktas?"),
        rows=5,
        error_messages={"required": _("Skriv skälet.")},
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = now + USUAL


class EndHoldForm(DsFormMixin, forms.Form):
    reason = CleanText(
        label=_("Varför får vårdnadshavaren kontaktas nu?"),
        rows=5,
        error_messages={"required": _("Skriv skälet.")},
    )


class NoHoldForm(DsFormMixin, forms.Form):
    reason = CleanText(
        label=_("Varför får barnets vårdnadshavare kontaktas?"),
        rows=3,
        help_text=_("Till exempel att det som misstänks inte rör det här barnet."),
        error_messages={"required": _("Skriv varför.")},
    )


class ConfirmHoldForm(DsFormMixin, forms.Form):
    """Nothing to fill in: a named person confirms."""
