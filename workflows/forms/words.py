"""What is written down beside the steps: a note, or a supplement to the report?"""

from django import forms
from django.utils.translation import gettext_lazy as _

from riskzon.forms import DsFormMixin, LocalMomentField
from workflows.forms.texts import CleanText


class NoteForm(DsFormMixin, forms.Form):
    text = CleanText(
        label=_("Anteckning"),
        rows=10,
        help_text=_("En anteckning ändras aldrig i efterhand. Skriv en ny om något blev fel."),
        error_messages={"required": _("Skriv en anteckning.")},
    )


class SupplementForm(DsFormMixin, forms.Form):
    """Empty text is enough when the release is told."""

    text = CleanText(
        label=_("Vad ska läggas till?"),
        required=False,
        rows=8,
        help_text=_("Anmälan ändras inte. Tillägget sparas med tid och ditt namn."),
    )
    released_at = LocalMomentField(label=_("När släpptes barnet?"), required=False)
    released_to = CleanText(label=_("Till vem lämnades barnet?"), required=False, max_length=200)
