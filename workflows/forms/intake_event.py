"""What is asked about the event itself: when it was, who tells, and whether anybody must not be called yet."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from riskzon import timewords
from riskzon.forms import DsFormMixin, LocalMomentField
from riskzon.models import Channel, Hold, Precision, ReporterType, ReportKind, User
from riskzon.models.reports import MANDATED
from workflows.forms.texts import CleanText

#: Older than this, a time is asked about before it is believed.
IMPLAUSIBLE = timedelta(days=7)
A_DAY = timedelta(hours=24)
#: A proposal for how long to wait with contact; at most 72 hours, 30 days for protected identities.
WAIT_FIRST = timedelta(hours=24)


class EventForm(DsFormMixin, forms.Form):
    """The part of a report that is common to all children in it.

    A time of notice that was left as proposed follows an event that is typed in later than it: whoever presses "Nu"
    three minutes after opening the form has not made a mistake.
    """

    idempotent = True
    kind = ReportKind.CONCERN
    channel_first = Channel.PHONE
    reporter_first = ""

    occurred_at = LocalMomentField(label=gettext_lazy("När hände det?"), required=False)
    occurred_at_precision = forms.ChoiceField(
        label=gettext_lazy("Hur säker är tiden?"), choices=Precision.choices, required=False
    )
    notified_at = LocalMomentField(label=gettext_lazy("När kom anmälan till socialtjänsten?"))
    notified_proposed = forms.CharField(required=False, widget=forms.HiddenInput)
    channel = forms.ChoiceField(label=gettext_lazy("Hur kom den in?"), choices=Channel.choices)
    summary = CleanText(
        label=gettext_lazy("Gemensamt om händelsen"),
        help_text=gettext_lazy("Inget om ett enskilt barn: texten hör till hela anmälan."),
        rows=3,
        required=False,
    )
    acute_risk = forms.BooleanField(
        label=gettext_lazy("Barnet kan behöva skydd nu"),
        help_text=gettext_lazy("Skyddsbedömningen görs genast i varje ärende. Kryssa här om det finns akut fara."),
        required=False,
    )
    reporter_type = forms.ChoiceField(
        label=gettext_lazy("Vem anmäler?"), choices=[("", gettext_lazy("Välj")), *ReporterType.choices], required=False
    )
    reporter_organisation = CleanText(
        label=gettext_lazy("Arbetsplats, skola eller myndighet"), max_length=200, required=False
    )
    reporter_name = CleanText(
        label=gettext_lazy("Anmälarens namn"),
        help_text=gettext_lazy("Vi kan inte lova att namnet hålls hemligt för familjen."),
        max_length=200,
        required=False,
    )
    reporter_anonymous = forms.BooleanField(
        label=gettext_lazy("Vill vara anonym"),
        help_text=gettext_lazy("Skriv då inget namn. Vi försöker aldrig ta reda på vem det är."),
        required=False,
    )
    wants_feedback = forms.BooleanField(
        label=gettext_lazy("Vill ha återkoppling"),
        help_text=gettext_lazy("Den som är skyldig att anmäla får veta om en utredning har inletts (SoL 19:6)."),
        required=False,
    )
    caution_code = forms.ChoiceField(
        label=gettext_lazy("Varför ska ingen kontaktas än?"),
        choices=[("", gettext_lazy("Det finns inget hinder mot att kontakta vårdnadshavare")), *Hold.Code.choices],
        required=False,
    )
    caution_note = CleanText(label=gettext_lazy("Vad behöver socialtjänsten veta om det?"), rows=2, required=False)
    caution_until = LocalMomentField(label=gettext_lazy("Till när?"), required=False)
    confirm_times = forms.CharField(required=False)

    def __init__(
        self, *args: Any, user: User, now: datetime, initial: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        self.user, self.now = user, now
        opened = self._opened_at(args[0] if args else kwargs.get("data"))
        proposed = {
            "notified_at": opened,
            "notified_proposed": opened.isoformat(),
            "channel": self.channel_first,
            "reporter_type": self.reporter_first,
            "occurred_at_precision": Precision.EXACT,
            "caution_until": opened + WAIT_FIRST,
            **(initial or {}),
        }
        super().__init__(*args, initial=proposed, **kwargs)

    def _opened_at(self, data: Mapping[str, Any] | None) -> datetime:
        """When the blank page was shown, to the minute; it says so itself when it comes back."""
        try:
            opened = datetime.fromisoformat((data or {}).get("notified_proposed", ""))
        except ValueError:
            opened = self.now
        return (opened if opened.tzinfo else self.now).replace(second=0, microsecond=0)

    def today_unsaid(self) -> list[str]:
        """A moment of today, its clock time still to be said."""
        return [timewords.local(self.now).strftime("%Y-%m-%d"), "", ""]

    @property
    def questions(self) -> list[str]:
        """Times that can be right but seldom are, each as a question in words; empty when there is nothing to ask."""
        given = getattr(self, "cleaned_data", {})
        asked = [self._about_event(given.get("occurred_at")), self._about_notice(given.get("notified_at"))]
        return [question for question in asked if question]

    @property
    def times_signature(self) -> str:
        """Which times the questions are about: an answer holds for these only."""
        given = getattr(self, "cleaned_data", {})
        times = (given.get("occurred_at"), given.get("notified_at"))
        return "/".join(at.isoformat(timespec="minutes") if at else "-" for at in times)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        self._let_notice_follow(given)
        if given.get("occurred_at_precision") == Precision.UNKNOWN:
            # The date that was proposed stands there still; nobody has said anything with it.
            self.errors.pop("occurred_at", None)
            given["occurred_at"] = None
        self._check_reporter(given)
        if self.questions and given.get("confirm_times") != self.times_signature:
            self.add_error("confirm_times", _("Bekräfta att tiderna stämmer, eller rätta dem."))
        return given

    def payload(self) -> dict[str, Any]:
        """The event's part of what `workflows.verbs.intake` takes; only after a successful check."""
        given = self.cleaned_data
        body: dict[str, Any] = {
            "kind": str(self.kind),
            "occurred_at": given["occurred_at"],
            "occurred_at_precision": self._precision(given),
            "notified_at": given["notified_at"],
            "channel": given["channel"],
            "summary": given["summary"],
            "acute_risk": given["acute_risk"],
            "reporter": {
                "type": given["reporter_type"],
                "name": given["reporter_name"],
                "organisation": given["reporter_organisation"],
                "wants_feedback": given["wants_feedback"],
                "anonymous": given["reporter_anonymous"],
            },
        }
        if given["caution_code"]:
            body["contact_caution"] = {
                "code": given["caution_code"],
                "note": given["caution_note"],
                "until": given["caution_until"],
            }
        return body

    @property
    def is_notice_open(self) -> bool:
        """Whether the fields about the notice must not be folded away: changed, or wrong."""
        return self._is_used("notified_at", "channel", "summary")

    @property
    def is_event_open(self) -> bool:
        return self._is_used("occurred_at", "summary")

    @property
    def is_caution_open(self) -> bool:
        return self._is_used("caution_code", "caution_note", "caution_until")

    @property
    def is_reporter_open(self) -> bool:
        return self._is_used(
            "reporter_type", "reporter_organisation", "reporter_name", "wants_feedback", "reporter_anonymous"
        )

    def _is_used(self, *names: str) -> bool:
        return self.is_bound and any(self[name].errors or self._differs(name) for name in names)

    def _differs(self, name: str) -> bool:
        """Whether something else stands in the field than what was proposed."""
        if not isinstance(self.fields[name], LocalMomentField):
            return bool(self[name]._has_changed())
        return name not in self.cleaned_data or self.cleaned_data[name] != self.initial.get(name)

    def _precision(self, given: Mapping[str, Any]) -> str:
        if given["occurred_at"] is None:
            return Precision.UNKNOWN
        return given["occurred_at_precision"] or Precision.EXACT

    def _let_notice_follow(self, given: dict[str, Any]) -> None:
        notified, occurred = given.get("notified_at"), given.get("occurred_at")
        if not notified or not occurred or occurred <= notified:
            return
        if notified == self.initial["notified_at"]:
            given["notified_at"] = occurred

    def _check_reporter(self, given: Mapping[str, Any]) -> None:
        is_mandated = given.get("reporter_type") in MANDATED
        if given.get("reporter_anonymous") and is_mandated:
            self.add_error("reporter_anonymous", _("Den som är skyldig att anmäla kan inte vara anonym (SoL 19:1)."))
        elif given.get("reporter_anonymous") and given.get("reporter_name"):
            self.add_error("reporter_name", _("En anonym anmälare ska inte namnges. Ta bort namnet eller krysset."))
        if given.get("wants_feedback") and not is_mandated:
            self.add_error("wants_feedback", _("Bara den som är skyldig att anmäla kan få återkoppling (SoL 19:6)."))

    def _about_event(self, at: datetime | None) -> str:
        if at is None or at > self.now or self.now - at <= IMPLAUSIBLE:
            return ""
        return _("Händelsen var %(when)s, för %(ago)s sedan. Stämmer det?") % self._words(at)

    def _about_notice(self, at: datetime | None) -> str:
        if at is None or self.now - at <= A_DAY:
            return ""
        return _(
            "Anmälan kom in %(when)s, för %(ago)s sedan. Tiden för skyddsbedömning räknas därifrån och har då redan gått ut. "
            "Stämmer det?"
        ) % self._words(at)

    def _words(self, at: datetime) -> dict[str, str]:
        return {"when": timewords.moment(at), "ago": timewords.length(self.now - at)}
