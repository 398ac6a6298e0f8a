"""How do the forms differ: a concern, a concern from a shop, an arrest, a custody for intoxication?"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from riskzon.models import Channel, Precision, ReporterType, ReportKind
from workflows.forms.intake_event import A_DAY, EventForm


class ConcernForm(EventForm):
    """A concern: who tells comes first, since it decides what may be said back."""

    field_order = ["reporter_type", "reporter_organisation", "reporter_name", "notified_at", "channel"]


class PartnerForm(EventForm):
    """A concern from a shop: what was seen and where; nothing about families, nothing that comes back."""

    not_asked = (
        "reporter_type",
        "reporter_anonymous",
        "wants_feedback",
        "notified_at",
        "channel",
        "acute_risk",
        "caution_code",
        "caution_note",
        "caution_until",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reporter_organisation"].label = _("Butik eller plats")
        self.fields["reporter_name"].label = _("Ditt namn")
        self.fields["occurred_at"].label = _("När såg du det?")
        if not self.is_bound:
            self.initial.setdefault("reporter_name", self.user.get_full_name())
        for name in self.not_asked:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        given.update(
            reporter_type=ReporterType.BUSINESS,
            channel=Channel.DIGITAL,
            notified_at=self.initial["notified_at"],
            wants_feedback=False,
            reporter_anonymous=False,
            caution_code="",
            acute_risk=False,
        )
        return super().clean()


class CustodyForm(EventForm):
    """Arrest and LOB: the moment is what matters, and the police are who tells."""

    reporter_first = ReporterType.POLICE
    channel_first = Channel.PROTOCOL
    when_label: Any = ""
    when_missing: Any = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["occurred_at"].label = self.when_label
        if not self.is_bound and not self.initial.get("occurred_at"):
            self.initial["occurred_at"] = self.today_unsaid()

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        unknown = given.get("occurred_at_precision") == Precision.UNKNOWN
        if not unknown and "occurred_at" in given and given["occurred_at"] is None:
            self.add_error("occurred_at", str(self.when_missing))
        return given


class ArrestForm(CustodyForm):
    kind = ReportKind.ARREST
    when_label = gettext_lazy("När greps barnet?")
    when_missing = gettext_lazy("Ange när barnet greps, eller välj att tiden är okänd.")

    def _about_event(self, at: datetime | None) -> str:
        if at is None or self.now - at <= A_DAY:
            return ""
        return _(
            "Barnet greps %(when)s, för %(ago)s sedan. Fristen på 24 timmar har då redan gått ut, och ärendet registreras som "
            "överskridet. Stämmer tiden?"
        ) % self._words(at)


class LobForm(CustodyForm):
    kind = ReportKind.LOB_CUSTODY
    when_label = gettext_lazy("När omhändertogs barnet?")
    when_missing = gettext_lazy("Ange när barnet omhändertogs, eller välj att tiden är okänd.")
