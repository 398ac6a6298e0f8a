"""What is asked of whoever opens a case in an emergency, and of whoever reviews it?"""

from django import forms
from django.utils.translation import gettext_lazy as _

from riskzon.forms import DsFormMixin
from riskzon.models import EmergencyAccess
from workflows.forms.texts import CleanText


class EmergencyForm(DsFormMixin, forms.Form):
    """Sent by POST: a personnummer is never in an address or a log."""

    q = CleanText(
        label=_("Ärendenummer eller personnummer"),
        help_text=_("Hela numret: 2026-000417-1 eller ÅÅÅÅMMDD-NNNN."),
        max_length=30,
        error_messages={"required": _("Skriv hela numret.")},
    )
    code = forms.ChoiceField(
        label=_("Varför behöver du läsa ärendet nu?"),
        choices=EmergencyAccess.Code.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj varför.")},
    )
    reason = CleanText(
        label=_("Beskriv varför"),
        help_text=_("Minst 15 tecken. Enhetschefen läser det vid granskningen."),
        rows=4,
        error_messages={"required": _("Skriv varför.")},
    )


class EmergencyReviewForm(DsFormMixin, forms.Form):
    """Was there a need, and what came out of it?"""

    outcome = forms.ChoiceField(
        label=_("Var nödåtkomsten motiverad?"),
        choices=EmergencyAccess.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj om nödåtkomsten var motiverad.")},
    )
    note = CleanText(
        label=_("Vad har du kommit fram till?"),
        help_text=_("Den som öppnade ärendet läser det här."),
        rows=4,
        error_messages={"required": _("Skriv vad du har kommit fram till.")},
    )
