"""What is asked of whoever needs to see who a child with a protected identity is?"""

from django import forms
from django.utils.translation import gettext_lazy as _

from riskzon.forms import DsFormMixin
from riskzon.models import Reveal
from workflows.forms.texts import CleanText


class RevealForm(DsFormMixin, forms.Form):
    """One choice; own words only where the choices do not fit."""

    sometimes = ("reason",)

    why = forms.ChoiceField(
        label=_("Varför behöver du se uppgifterna?"),
        choices=Reveal.Why.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj varför du behöver se uppgifterna.")},
    )
    reason = CleanText(
        label=_("Om annat: skriv varför"),
        help_text=_("Skriv inte barnets namn. Den som läser åtkomstloggen ser texten."),
        max_length=500,
        required=False,
    )
