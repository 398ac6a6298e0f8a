"""Who is the child, and who are the adults around it?"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from riskzon.forms import DsFormMixin, IsoDateField
from riskzon.models import ProtectedIdentity, Relation
from workflows.forms.texts import CleanText

_NUMBER = {"autocapitalize": "characters", "spellcheck": "false"}
CUSTODY = (("yes", _("Ja")), ("no", _("Nej")), ("", _("Inte kontrollerat än")))
_AS_BOOL = {"yes": True, "no": False, "": None}


class ChildForm(DsFormMixin, forms.Form):
    """What is left empty stays as it is."""

    identity_number = CleanText(
        label=_("Personnummer, samordningsnummer eller reservnummer"),
        required=False,
        max_length=20,
        attrs=_NUMBER,
        help_text=_("Med eller utan sekel och bindestreck."),
    )
    birth_date = IsoDateField(
        label=_("Födelsedatum"), required=False, help_text=_("ÅÅÅÅ-MM-DD. Fyll i om numret inte är känt.")
    )
    given_name = CleanText(label=_("Förnamn"), required=False, max_length=100)
    family_name = CleanText(label=_("Efternamn"), required=False, max_length=100)
    protected_identity = forms.ChoiceField(label=_("Skyddade personuppgifter"), choices=ProtectedIdentity.choices)
    home_municipality = CleanText(label=_("Folkbokföringskommun"), required=False, max_length=100)
    whereabouts = CleanText(label=_("Var barnet är nu"), required=False, max_length=300)


class GuardianForm(DsFormMixin, forms.Form):
    name = CleanText(label=_("Namn"), required=False, max_length=200)
    relation = forms.ChoiceField(label=_("Relation till barnet"), choices=Relation.choices)
    is_custodian = forms.ChoiceField(
        label=_("Är personen vårdnadshavare?"), choices=CUSTODY, required=False, widget=forms.RadioSelect
    )
    phone = CleanText(
        label=_("Telefon"),
        required=False,
        max_length=40,
        attrs={"type": "tel", "inputmode": "tel"},
    )
    identity_number = CleanText(label=_("Personnummer"), required=False, max_length=20, attrs=_NUMBER)
    language = CleanText(label=_("Språk"), required=False, max_length=60)
    interpreter = forms.BooleanField(label=_("Behöver tolk"), required=False)

    def __init__(self, *args: Any, hide_phone: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if hide_phone:
            # While contact is held back the number is nowhere on the screen, and so it cannot be changed here.
            del self.fields["phone"]

    def clean_is_custodian(self) -> bool | None:
        return _AS_BOOL[self.cleaned_data["is_custodian"]]


def custody_word(is_custodian: bool | None) -> str:
    """The form's choice for a stored answer."""
    return next(word for word, value in _AS_BOOL.items() if value is is_custodian)
