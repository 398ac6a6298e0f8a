"""What is asked about a piece that leaves social services?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from riskzon.forms import DsFormMixin, LocalMomentField
from riskzon.models import Authority, DisclosedField, DisclosureWay
from workflows.disclosing import GROUNDS, in_words
from workflows.forms.texts import CleanText

_OUTSIDE = [(one.value, one.label) for one in DisclosureWay if one != DisclosureWay.SCREEN]


class DisclosureForm(DsFormMixin, forms.Form):
    """`receivers`: (user name or slug, words) of those at the police house; `deciders` likewise."""

    sometimes = ("account", "to", "recipient", "way")

    fields_left = forms.MultipleChoiceField(
        label=_("Vad lämnas ut?"),
        choices=DisclosedField.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Inte mer än mottagaren behöver."),
        error_messages={"required": _("Välj vad som lämnas ut.")},
    )
    account = CleanText(
        label=_("Med egna ord"), required=False, rows=4, help_text=_("Bara om du har valt en redogörelse.")
    )
    authority = forms.ChoiceField(
        label=_("Vem tar emot?"),
        choices=Authority.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj vem som tar emot.")},
    )
    to = forms.ChoiceField(label=_("Vem hos polisen?"), required=False, help_text=_("Läser det i Riskzon."))
    recipient = CleanText(
        label=_("Person hos en annan mottagare"),
        required=False,
        max_length=200,
        help_text=_("Namn och funktion."),
    )
    way = forms.ChoiceField(
        label=_("Hur lämnas det till en annan mottagare?"), choices=[("", "–"), *_OUTSIDE], required=False
    )
    ground = forms.ChoiceField(
        label=_("Lagrum"),
        widget=forms.RadioSelect,
        help_text=_("OSL 10:24 och 10:27 går inte att använda för uppgifter som har sekretess enligt OSL 26:1."),
        error_messages={"required": _("Välj lagrum.")},
    )
    balancing = CleanText(
        label=_("Avvägning"),
        rows=4,
        help_text=_("Varför får det lämnas ut, och varför inte mer?"),
        error_messages={"required": _("Skriv varför det får lämnas ut.")},
    )
    decided_by = forms.ChoiceField(label=_("Vem har beslutat?"))
    left_at = LocalMomentField(label=_("När lämnas det ut?"))
    valid_until = LocalMomentField(
        label=_("Gäller till"),
        required=False,
        help_text=_("Efter den tiden syns det inte längre för socialsekreteraren hos polisen."),
    )

    def __init__(
        self,
        *args: Any,
        receivers: Sequence[tuple[str, str]],
        deciders: Sequence[tuple[str, str]],
        now: datetime,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = [(ground.value, in_words(ground)) for ground in GROUNDS]
        self.fields["to"].choices = [("", "–"), *receivers]
        self.fields["decided_by"].choices = deciders
        self.fields["left_at"].initial = now


class CorrectDisclosureForm(DisclosureForm):
    """The whole row again, and what was wrong with it."""

    reason = CleanText(label=_("Vad var fel?"), rows=3, error_messages={"required": _("Skriv vad som var fel.")})
    is_void = forms.BooleanField(label=_("Inget hade lämnats ut. Raden registrerades av misstag."), required=False)
