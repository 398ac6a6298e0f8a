"""What does the worker decide: protection now, the investigation, the answer to the reporter?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from riskzon.forms import ChoiceCards, DsFormMixin, LocalMomentField
from riskzon.models import Assessment, Disposition
from workflows.forms.texts import CleanText


class AssessmentForm(DsFormMixin, forms.Form):
    """The immediate protective assessment (SoL 20:1)."""

    outcome = forms.ChoiceField(
        label=_("Behöver barnet skydd nu?"),
        choices=[
            (Assessment.Outcome.NO_IMMEDIATE_NEED, _("Nej, inget omedelbart skyddsbehov")),
            (Assessment.Outcome.IMMEDIATE_NEED, _("Ja, omedelbart skyddsbehov. Åtgärd är vidtagen")),
            (Assessment.Outcome.REASSESS, _("Kan inte bedömas än. Ny bedömning ska göras")),
        ],
        widget=ChoiceCards,
        error_messages={"required": _("Välj en bedömning.")},
    )
    reassess_at = LocalMomentField(
        label=_("När ska ny bedömning göras?"), required=False, help_text=_("Bara om det inte kan bedömas än.")
    )
    note = CleanText(
        label=_("Vad bygger bedömningen på?"),
        required=False,
        rows=6,
        help_text=_("Uppgifter, samtal med barnet, och åtgärden om skydd behövs."),
    )
    at = LocalMomentField(label=_("När gjordes bedömningen?"))

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"].initial = now
        self.fields["reassess_at"].group_class = "field-reassess"

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        outcome = data.get("outcome")
        if outcome == Assessment.Outcome.REASSESS and not data.get("reassess_at") and "reassess_at" not in self.errors:
            self.add_error("reassess_at", gettext("Ange när en ny bedömning ska göras."))
        if outcome == Assessment.Outcome.IMMEDIATE_NEED and not data.get("note", "").strip():
            self.add_error("note", gettext("Skriv vilken åtgärd som är vidtagen."))
        return data


class _DispositionField(forms.ChoiceField):
    """What was offered when the page was opened may have been overtaken: the verb says so, in words."""

    def valid_value(self, value: str) -> bool:
        return value in (Disposition.OPENED, Disposition.LINKED, Disposition.DEVIATION)


class DispositionForm(DsFormMixin, forms.Form):
    """The question of the investigation (SoL 14:2, 20:2, Strategi 5): there is no answer "do not open"."""

    disposition = _DispositionField(
        label=_("Beslut"), widget=ChoiceCards, error_messages={"required": _("Välj ett beslut.")}
    )
    reason = CleanText(label=_("Skäl"), required=False, rows=6)

    def __init__(self, *args: Any, proposed: str, may_deviate: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {
            Disposition.OPENED: _("Inled utredning"),
            Disposition.LINKED: _("Koppla till den utredning som pågår"),
        }
        choices: list[tuple[str, Any]] = [(proposed, words[Disposition(proposed)])]
        if may_deviate:
            choices.append((Disposition.DEVIATION, _("Avsteg från Strategi 5: utredning inleds inte")))
            self.fields["reason"].help_text = _("Måste fyllas i vid avsteg. Skäl och lagrum redovisas för nämnden.")
        self.fields["disposition"].choices = choices
        self.fields["disposition"].initial = proposed

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("disposition") == Disposition.DEVIATION and not data.get("reason", "").strip():
            self.add_error("reason", gettext("Skriv skälet till avsteget från Strategi 5."))
        return data


FACTS = (
    ("opened", _("Utredning har inletts.")),
    ("not_opened", _("Utredning har inte inletts.")),
    ("ongoing", _("Utredning pågår redan.")),
)


class FeedbackForm(DsFormMixin, forms.Form):
    """One of three facts, never free text (SoL 19:6)."""

    fact = forms.ChoiceField(
        label=_("Vad har anmälaren fått veta?"),
        widget=ChoiceCards,
        help_text=_("Bara detta får sägas. Inget om barnet, familjen eller vad som ska göras."),
        error_messages={"required": _("Välj ett av svaren.")},
    )

    def __init__(self, *args: Any, facts: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fact"].choices = [(code, words) for code, words in FACTS if code in facts]
        if len(facts) == 1:
            self.fields["fact"].initial = facts[0]
