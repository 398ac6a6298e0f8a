"""What must somebody write so that a case ends by transfer or as registered in error? One form for each kind of end."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from riskzon.forms import DsFormMixin, LocalMomentField
from workflows.forms.texts import CleanText
from workflows.proposed_end import NEEDS

_NUMBER = {"max_length": 40, "attrs": {"size": 18}}


class EndForm(DsFormMixin, forms.Form):
    """Has only the fields that `kind` (a key of `NEEDS`) needs, and the reason."""

    replaced_by = CleanText(
        label=_("Vilket ärende gäller det rätta barnet?"),
        help_text=_(
            "Hela numret, till exempel 2026-000417-1. Registrera det rätta barnets anmälan först om den saknas."
        ),
        error_messages={"required": _("Ange numret på det rätta barnets ärende.")},
        **_NUMBER,
    )
    duplicate_of = CleanText(
        label=_("Vilket ärende finns redan?"),
        help_text=_("Hela numret, till exempel 2026-000417-1."),
        error_messages={"required": _("Ange numret på det ärende som redan finns.")},
        **_NUMBER,
    )
    municipality = CleanText(
        label=_("Vilken kommun tar över?"),
        max_length=100,
        error_messages={"required": _("Ange vilken kommun som tar över.")},
    )
    recipient = CleanText(
        label=_("Vem tar emot?"), max_length=200, error_messages={"required": _("Ange vem som tar emot.")}
    )
    reason = CleanText(label=_("Skäl"), rows=5, error_messages={"required": _("Skriv skälet.")})

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in list(self.fields):
            if name != "reason" and name not in NEEDS[kind]:
                del self.fields[name]
        if "recipient" in self.fields:
            self.fields["recipient"].help_text = (
                _("Person eller enhet i den andra kommunen.") if kind == "transferred" else _("Enheten för vuxna.")
            )


class AcknowledgeForm(DsFormMixin, forms.Form):
    """The other municipality has said that it takes over."""

    acknowledged_at = LocalMomentField(label=_("När bekräftade de att de tar emot?"))
    acknowledged_by = CleanText(
        label=_("Vem bekräftade?"), max_length=200, error_messages={"required": _("Ange vem som bekräftade.")}
    )

    def __init__(self, *args: Any, now: datetime, recipient: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["acknowledged_at"].initial = now
        self.fields["acknowledged_by"].initial = recipient


class RefuseForm(DsFormMixin, forms.Form):
    reason = CleanText(
        label=_("Varför ska ärendet inte avslutas så?"), rows=5, error_messages={"required": _("Skriv varför.")}
    )
