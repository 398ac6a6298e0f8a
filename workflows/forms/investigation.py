"""What is written and decided in an investigation."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from riskzon.forms import ChoiceCards, DsFormMixin, IsoDateField, LocalMomentField
from workflows.forms.texts import CleanText
from workflows.verbs.investigations import OUTCOMES

#: The child itself among those who are told.
CHILD = "child"
_YES, _NO = "yes", "no"


class TellForm(DsFormMixin, forms.Form):
    """Who has been told that an investigation was opened (SoL 20:4)."""

    whom = forms.ChoiceField(
        label=_("Vem?"), widget=forms.RadioSelect, error_messages={"required": _("Välj vem det gäller.")}
    )
    told = forms.ChoiceField(
        label=_("Är personen underrättad?"),
        choices=[(_YES, _("Ja")), (_NO, _("Nej, av särskilda skäl"))],
        initial=_YES,
        widget=ChoiceCards,
    )
    reason = CleanText(label=_("Särskilda skäl"), required=False, rows=3, help_text=_("Bara om svaret är nej."))
    at = LocalMomentField(label=_("När?"))

    def __init__(self, *args: Any, people: Sequence[tuple[str, Any]], now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["whom"].choices = people
        self.fields["at"].initial = now


class PlanForm(DsFormMixin, forms.Form):
    """A short plan is enough where little is to be found out: no more than is called for (SoL 20:5)."""

    form = forms.ChoiceField(
        label=_("Plan"),
        choices=[("short", _("Kort")), ("full", _("Fullständig"))],
        initial="short",
        widget=ChoiceCards,
        help_text=_("Utred inte mer än som behövs."),
    )
    text = CleanText(
        label=_("Vad ska utredas, och hur?"),
        rows=8,
        help_text=_("Frågor, vilka som ska höras, och när det ska vara gjort."),
        error_messages={"required": _("Skriv vad som ska utredas och hur.")},
    )


class HearForm(DsFormMixin, forms.Form):
    """The child is heard, or it is written why not (SoL 3:3)."""

    heard = forms.ChoiceField(
        label=_("Har barnet hörts?"),
        choices=[(_YES, _("Ja")), (_NO, _("Nej"))],
        widget=ChoiceCards,
        error_messages={"required": _("Välj ja eller nej.")},
    )
    text = CleanText(
        label=_("Vad barnet sa, eller varför det inte har hörts"),
        required=False,
        rows=6,
        help_text=_("Om barnet inte har hörts måste skälet skrivas."),
    )
    at = LocalMomentField(label=_("När?"))

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"].initial = now


class ExtendForm(DsFormMixin, forms.Form):
    until = IsoDateField(label=_("Ny sista dag"), error_messages={"required": _("Ange den nya sista dagen.")})
    reason = CleanText(
        label=_("Särskilda skäl"),
        rows=5,
        help_text=_("Hög arbetsbelastning är inget särskilt skäl."),
        error_messages={"required": _("Skriv de särskilda skälen.")},
    )


class CloseForm(DsFormMixin, forms.Form):
    outcome = forms.ChoiceField(
        label=_("Vad ledde utredningen till?"),
        choices=list(OUTCOMES.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj vad utredningen ledde till.")},
    )
    reason = CleanText(
        label=_("Skäl för beslutet"), rows=6, error_messages={"required": _("Skriv skälen för beslutet.")}
    )
    follow_up = IsoDateField(
        label=_("Uppföljning till och med"),
        required=False,
        help_text=_(
            "Bara om utredningen avslutas utan insats. Högst sex månader. Lämna tomt om det inte ska följas upp."
        ),
    )


class StatementForm(DsFormMixin, forms.Form):
    until = IsoDateField(
        label=_("Senast vilken dag?"),
        help_text=_("Den dag som står i begäran (LUL 12 §)."),
        error_messages={"required": _("Ange den dag som står i begäran.")},
    )


class RefuseForm(DsFormMixin, forms.Form):
    """What the supervisor writes who does not agree with what somebody else decided."""

    reason = CleanText(label=_("Varför avslår du beslutet?"), rows=3, error_messages={"required": _("Skriv varför.")})
