"""A guardian stands at the station: who is it, who took the step, and what was said?"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from riskzon.forms import DsFormMixin
from riskzon.models import Relation
from workflows.forms.texts import CleanText

#: What somebody says to be; custody is checked by social services afterwards.
RELATIONS = [(one.value, one.label) for one in Relation if one != Relation.CUSTODIAN]


class HereForm(DsFormMixin, forms.Form):
    """Nothing has to be filled in, unless contact is held back: then only that the guardian came unasked."""

    by_guardian = forms.BooleanField(label=_("Vårdnadshavaren kom hit på eget initiativ"), required=False)
    note = CleanText(label=_("Anteckning"), required=False, rows=3)

    def __init__(self, *args: Any, is_held: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_held:
            self.fields["by_guardian"].required = True
            self.fields["by_guardian"].error_messages["required"] = _(
                "Kontakten ska avvaktas. Registrera bara om vårdnadshavaren kom hit på eget initiativ, och kryssa då i det."
            )


class SomeoneHereForm(HereForm):
    """Somebody whom the report did not name."""

    name = CleanText(
        label=_("Vad heter personen?"),
        max_length=200,
        error_messages={"required": _("Skriv vad personen heter.")},
    )
    relation = forms.ChoiceField(
        label=_("Relation till barnet"),
        choices=RELATIONS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj vad personen är för barnet.")},
    )
    field_order = ("name", "relation", "by_guardian", "note")
