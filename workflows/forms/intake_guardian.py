"""What is asked about each adult who is named for a child in a report?"""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from riskzon.forms import DsFormMixin
from riskzon.localtime import local_date
from riskzon.models import Relation
from workflows.forms.texts import CleanText, NumberField


class GuardianForm(DsFormMixin, forms.Form):
    """One adult named for a child; a form left empty is nobody."""

    name = CleanText(label=gettext_lazy("Namn"), max_length=200, required=False)
    phone = CleanText(label=gettext_lazy("Telefon"), max_length=40, attrs={"inputmode": "tel"}, required=False)
    relation = forms.ChoiceField(
        label=gettext_lazy("Är barnets"),
        choices=[("", gettext_lazy("Välj")), *Relation.choices],
        required=False,
    )
    is_custodian = forms.TypedChoiceField(
        label=gettext_lazy("Har vårdnaden?"),
        choices=[("", gettext_lazy("Vet inte")), ("yes", gettext_lazy("Ja")), ("no", gettext_lazy("Nej"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
    )
    identity_number = NumberField(
        label=gettext_lazy("Personnummer"), help_text=gettext_lazy("ÅÅÅÅMMDD-NNNN"), required=False
    )
    language = CleanText(label=gettext_lazy("Språk"), max_length=60, required=False)
    interpreter = forms.BooleanField(label=gettext_lazy("Behöver tolk"), required=False)

    def __init__(self, *args: Any, now: datetime, place: int = 0, **kwargs: Any) -> None:
        self.place = place
        super().__init__(*args, **kwargs)
        self.fields["identity_number"].today = local_date(now)

    @property
    def is_more_open(self) -> bool:
        return any(self[name].value() or self[name].errors for name in ("identity_number", "language", "interpreter"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("phone") and not any(char.isdigit() for char in given["phone"]):
            self.add_error("phone", _("Ange ett telefonnummer."))
        details = any(given.get(name) for name in ("language", "interpreter", "is_custodian"))
        if details and not self.is_named and "identity_number" not in self.errors:
            self.add_error("name", _("Ange namn, telefon eller personnummer."))
        return given

    @property
    def is_named(self) -> bool:
        """Whether anybody is meant; only after the check."""
        return any(self.cleaned_data.get(name) for name in ("name", "phone", "identity_number"))

    def payload(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "name": given["name"],
            "identity_number": given["identity_number"],
            "phone": given["phone"],
            "relation": given["relation"] or str(Relation.CUSTODIAN),
            "is_custodian": given["is_custodian"],
            "language": given["language"],
            "interpreter": given["interpreter"],
        }
