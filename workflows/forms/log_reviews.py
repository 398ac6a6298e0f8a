"""What came of the look at one reading?"""

from django import forms
from django.utils.translation import gettext_lazy as _

from riskzon.forms import DsFormMixin
from workflows.forms.texts import CleanText
from workflows.models import LogReview


class LogReviewForm(DsFormMixin, forms.Form):
    outcome = forms.ChoiceField(
        label=_("Vad ledde granskningen till?"),
        choices=LogReview.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj vad granskningen ledde till.")},
    )
    note = CleanText(
        label=_("Anteckning"),
        rows=4,
        help_text=_("Vad du har sett, och vem du har frågat. Inget om barnet."),
        error_messages={"required": _("Skriv vad du har sett.")},
    )
