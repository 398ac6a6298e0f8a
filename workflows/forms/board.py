"""What is asked of the supervisor who explains why a limit was passed?"""

from django import forms
from django.utils.translation import gettext_lazy as _

from riskzon.forms import DsFormMixin
from workflows.forms.texts import CleanText
from workflows.models import Breach


class BreachReviewForm(DsFormMixin, forms.Form):
    """One cause of the list, and what has been done or will be."""

    cause = forms.ChoiceField(
        label=_("Varför överskreds fristen?"),
        choices=Breach.Cause.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj en orsak.")},
    )
    action = CleanText(
        label=_("Vad har gjorts, eller ska göras?"),
        help_text=_("Skriv inga namn. Texten visas för verksamhetschefen och ingår i uppföljningen."),
        rows=5,
        error_messages={"required": _("Skriv vad som har gjorts eller ska göras.")},
    )
