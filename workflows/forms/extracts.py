"""For whom is an extract made, and may one that has stopped leave?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from riskzon.forms import DsFormMixin
from riskzon.models import Extract
from workflows.forms.texts import CleanText


class ExtractForm(DsFormMixin, forms.Form):
    """`guardians`: (id, words) of those for whom one can be made; without any the question is not asked.

    `disclosures`: likewise the rows of the register by which it can leave for another authority; without any the page says
    where one is made.
    """

    sometimes = ("guardian", "disclosure")

    recipient = forms.ChoiceField(
        label=_("Vem är utdraget för?"),
        choices=Extract.Recipient.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj vem utdraget är för.")},
    )
    guardian = forms.TypedChoiceField(
        label=_("Vilken vårdnadshavare?"), coerce=UUID, empty_value=None, required=False, widget=forms.RadioSelect
    )
    disclosure = forms.TypedChoiceField(
        label=_("Vilket utlämnande?"),
        coerce=UUID,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Bara för en annan myndighet. Utlämnandet registreras först, med lagrum och avvägning."),
    )

    def __init__(
        self,
        *args: Any,
        guardians: Sequence[tuple[str, str]],
        disclosures: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["disclosure"].choices = disclosures
        if not disclosures:
            del self.fields["disclosure"]
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
