"""What does the administrator fill in when somebody is to have a role, and whoever leads to say no?"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from riskzon.forms import DsFormMixin
from riskzon.models import Role, Unit
from workflows.forms.texts import CleanText


class RoleForm(DsFormMixin, forms.Form):
    """Which role, in which unit, and why."""

    sometimes = ("unit",)

    role = forms.ChoiceField(
        label=_("Roll"),
        choices=[("", _("Välj roll")), *Role.choices],
        error_messages={"required": _("Välj vilken roll.")},
    )
    unit = forms.ModelChoiceField(
        label=_("Enhet"),
        queryset=Unit.objects.all(),
        required=False,
        empty_label=_("Ingen enhet"),
        help_text=_("För socialsekreterare, enhetschef, jour och socialsekreterare hos polisen."),
    )
    reason = CleanText(
        label=_("Varför?"),
        rows=3,
        max_length=2_000,
        help_text=_("Läses av den som bekräftar rollen och av loggranskaren. Till exempel: ny på enheten från 1 mars."),
        error_messages={"required": _("Skriv varför personen ska ha rollen.")},
    )

    def asked(self) -> dict[str, Any]:
        """What the verbs take; valid forms only."""
        said = dict(self.cleaned_data)
        return {**said, "role": Role(said["role"])}


class AccountForm(RoleForm):
    """A new person, too."""

    username = CleanText(
        label=_("Användarnamn"),
        max_length=150,
        attrs={"autocapitalize": "none", "spellcheck": "false"},
        error_messages={"required": _("Skriv ett användarnamn.")},
    )
    given_name = CleanText(label=_("Förnamn"), max_length=150, error_messages={"required": _("Skriv förnamnet.")})
    family_name = CleanText(label=_("Efternamn"), max_length=150, error_messages={"required": _("Skriv efternamnet.")})
    email = forms.EmailField(
        label=_("E-post"),
        required=False,
        max_length=254,
        help_text=_("Dit skickas att något väntar, aldrig uppgifter om ett barn."),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    field_order = ["given_name", "family_name", "username", "email", "role", "unit", "reason"]


class RefusalForm(DsFormMixin, forms.Form):
    """Why not."""

    answer = CleanText(
        label=_("Varför avslår du?"),
        rows=3,
        max_length=2_000,
        help_text=_("Läses av administratören och loggranskaren."),
        error_messages={"required": _("Skriv varför rollen avslås.")},
    )
