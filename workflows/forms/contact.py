"""Who was called, when, how and what came of it?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from riskzon.forms import ChoiceCards, DsFormMixin, LocalMomentField
from riskzon.models import Channel, Contact
from workflows.forms.texts import CleanText


@dataclass(frozen=True)
class Person:
    """One guardian as a choice."""

    id: UUID
    label: str
    is_held: bool = False
    is_reached: bool = False
    is_sought: bool = True


@dataclass(frozen=True)
class Relative:
    """Another open case that the same call can be registered in, and the guardians it shares."""

    case_id: UUID
    label: str
    guardians: frozenset[UUID]


#: What the two answers that stop the clock are called while it runs.
STOPPING = {
    Contact.Outcome.REACHED: _("Nådd. Stoppar fristen"),
    Contact.Outcome.REFUSED: _("Nådd, ville inte prata. Stoppar fristen"),
}


class ContactForm(DsFormMixin, forms.Form):
    """Filled in from the start: the guardian, by phone, now. What is left is the outcome."""

    guardian = forms.TypedChoiceField(
        label=_("Vem?"), coerce=UUID, widget=forms.RadioSelect, error_messages={"required": _("Välj vem det gäller.")}
    )
    by_guardian = forms.BooleanField(label=_("Vårdnadshavaren tog själv kontakt"), required=False)
    outcome = forms.ChoiceField(
        label=_("Hur gick det?"),
        choices=Contact.Outcome.choices,
        widget=ChoiceCards,
        help_text=_("Bara ett samtal med en vårdnadshavare stoppar fristen. Försök, meddelanden och sms gör det inte."),
        error_messages={"required": _("Välj hur det gick.")},
    )
    at = LocalMomentField(label=_("När?"))
    channel = forms.ChoiceField(label=_("Hur?"), choices=Channel.choices)
    also_cases = forms.TypedMultipleChoiceField(
        label=_("Gällde samtalet syskon också?"), coerce=UUID, widget=forms.CheckboxSelectMultiple, required=False
    )
    note = CleanText(
        label=_("Anteckning"),
        required=False,
        rows=4,
        help_text=_("Vad som sades och vad ni kom överens om."),
    )

    def __init__(
        self,
        *args: Any,
        people: Sequence[Person],
        relatives: Iterable[Relative] = (),
        is_clock_running: bool,
        now: datetime,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if is_clock_running:
            outcomes = [(code, STOPPING.get(code, label)) for code, label in Contact.Outcome.choices]
            self.fields["outcome"].choices = outcomes
        self.people = {person.id: person for person in people}
        self.relatives = {relative.case_id: relative for relative in relatives}
        if not any(person.is_held for person in people):
            self.order_fields(["guardian", "outcome", "at", "channel", "by_guardian"])
        self.fields["guardian"].choices = [(str(person.id), person.label) for person in people]
        self.fields["at"].initial = now
        self.fields["channel"].initial = Channel.PHONE
        if self.relatives:
            self.fields["also_cases"].choices = [(str(other.case_id), other.label) for other in self.relatives.values()]
        else:
            del self.fields["also_cases"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        guardian = self.people.get(data.get("guardian"))
        if guardian and guardian.is_held and not data.get("by_guardian"):
            self.add_error(
                "guardian",
                gettext(
                    "Kontakten ska avvaktas. Registrera bara om vårdnadshavaren själv tog kontakt, och kryssa då i det."
                ),
            )
        for case_id in data.get("also_cases", ()):
            if guardian and guardian.id not in self.relatives[case_id].guardians:
                self.add_error("also_cases", gettext("Ett av syskonen har inte den vårdnadshavaren."))
                break
        return data


def first_choice(people: Sequence[Person], asked_for: str = "") -> str:
    """The guardian to begin with: the one asked for, else the first who is still sought, else the first who may be called."""
    known = [str(person.id) for person in people]
    if asked_for in known:
        return asked_for
    free = [person for person in people if not person.is_held]
    sought = [person for person in free if person.is_sought and not person.is_reached]
    return str((sought or free)[0].id) if free else ""


class InformChildForm(DsFormMixin, forms.Form):
    at = LocalMomentField(label=_("När fick barnet veta?"))
    note = CleanText(label=_("Anteckning"), required=False, rows=4)


class WriteOffForm(DsFormMixin, forms.Form):
    reason = CleanText(
        label=_("Varför söks vårdnadshavaren inte längre?"),
        rows=4,
        help_text=_("Till exempel att personen är okänd, bor utomlands utan kontaktväg eller har avlidit."),
        error_messages={"required": _("Skriv varför.")},
    )
