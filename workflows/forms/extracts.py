"""For whom is an extract made, and may one that has stopped leave?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from riskzon.forms import DsFormMixin
from riskzon.models import DisclosureGround, Extract
from workflows.forms.texts import CleanText
from workflows.verbs.extracts import WHOLE_GROUNDS


class ExtractForm(DsFormMixin, forms.Form):
    """`guardians`: (id, words) of those for whom one can be made; without any the question is not asked."""

    recipient = forms.ChoiceField(
        label=_("Vem är utdraget för?"),
        choices=Extract.Recipient.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj vem utdraget är för.")},
    )
    guardian = forms.TypedChoiceField(
        label=_("Vilken vårdnadshavare?"), coerce=UUID, empty_value=None, required=False, widget=forms.RadioSelect
    )
    authority = CleanText(
        label=_("Vilken myndighet, och vem där?"),
        required=False,
        max_length=200,
        help_text=_("Bara för en annan myndighet. Registrera också utlämnandet under Utlämnanden."),
    )
    ground = forms.ChoiceField(
        label=_("Lagrum"),
        choices=[("", "–"), *((one.value, one.label) for one in map(DisclosureGround, WHOLE_GROUNDS))],
        required=False,
    )

    def __init__(self, *args: Any, guardians: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["guardian"].choices = guardians
        if not guardians:
            del self.fields["guardian"]
            known = self.fields["recipient"].choices
            self.fields["recipient"].choices = [one for one in known if one[0] != Extract.Recipient.GUARDIAN]


class DecideExtractForm(DsFormMixin, forms.Form):
    decision = forms.ChoiceField(
        label=_("Får utdraget lämnas ut?"),
        choices=[("release", _("Ja, lämna ut")), ("refuse", _("Nej, lämna inte ut"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj om utdraget får lämnas ut.")},
    )
    reason = CleanText(label=_("Varför?"), rows=4, error_messages={"required": _("Skriv varför.")})
