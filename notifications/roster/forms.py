"""What is filled in to change the roster: who, on which days, from when to when?"""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from notifications.roster.core import Person
from riskzon.forms import DsFormMixin, IsoDateField
from riskzon.localtime import LocalTimeError, parse_clock

#: Far above what a year's calendar of a few people takes.
LARGEST_FILE = 512 * 1024

WEEKDAYS = (
    ("0", pgettext_lazy("veckodag", "Måndag")),
    ("1", pgettext_lazy("veckodag", "Tisdag")),
    ("2", pgettext_lazy("veckodag", "Onsdag")),
    ("3", pgettext_lazy("veckodag", "Torsdag")),
    ("4", pgettext_lazy("veckodag", "Fredag")),
    ("5", pgettext_lazy("veckodag", "Lördag")),
    ("6", pgettext_lazy("veckodag", "Söndag")),
)


class ClockField(forms.CharField):
    """A clock time typed 17.00, 17:00 or 1700; the cleaned value is minutes past midnight."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("TT.MM, till exempel 17.00"))
        kwargs.setdefault(
            "widget",
            forms.TextInput(
                {"inputmode": "decimal", "size": 6, "maxlength": 5, "data-clock": "", "autocomplete": "off"}
            ),
        )
        super().__init__(max_length=5, **kwargs)

    def clean(self, value: Any) -> int:
        text = super().clean(value)
        try:
            clock = parse_clock(text)
        except LocalTimeError as wrong:
            raise forms.ValidationError(str(wrong), code=wrong.code) from wrong
        return clock.hour * 60 + clock.minute


class PersonField(forms.ChoiceField):
    """One of the people who can be on duty: by user name in the page, an id once cleaned, None if nobody is chosen."""

    default_error_messages = {"invalid_choice": _("Personen är inte jour på Socialjouren.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ids: dict[str, UUID] = {}

    def clean(self, value: Any) -> UUID | None:
        username = super().clean(value)
        return self.ids[username] if username else None

    def among(self, people: Iterable[Person], nobody: Any) -> None:
        """Offer these people; `nobody` is what stands for no choice."""
        found = sorted(people, key=lambda person: person.name)
        self.ids = {person.username: person.id for person in found}
        self.choices = [("", nobody), *((person.username, person.name) for person in found)]


class _ShiftForm(DsFormMixin, forms.Form):
    person = PersonField(label=_("Vem?"), error_messages={"required": _("Välj vem som har passet.")})

    def __init__(self, *args: Any, people: Iterable[Person], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].among(people, _("Välj"))  # type: ignore[attr-defined]
        self.today = today


def _starts() -> ClockField:
    return ClockField(label=_("Börjar"), error_messages={"required": _("Ange när passet börjar.")})


def _ends() -> ClockField:
    return ClockField(
        label=_("Slutar"),
        help_text=_("TT.MM. Samma tid som passet börjar, eller tidigare, betyder nästa dag."),
        error_messages={"required": _("Ange när passet slutar.")},
    )


def _lead() -> forms.BooleanField:
    return forms.BooleanField(label=_("Leder jouren under passet"), required=False)


class PatternForm(_ShiftForm):
    """The same shift on one or more weekdays."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("Veckodagar"),
        coerce=int,
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Välj minst en veckodag.")},
    )
    starts = _starts()
    ends = _ends()
    is_lead = _lead()
    valid_from = IsoDateField(label=_("Första dagen"), error_messages={"required": _("Ange den första dagen.")})
    valid_to = IsoDateField(label=_("Sista dagen"), required=False, help_text=_("ÅÅÅÅ-MM-DD. Tomt: tills vidare."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = self.today


class ExtraForm(_ShiftForm):
    """One shift on one day."""

    day = IsoDateField(label=_("Dag"), error_messages={"required": _("Ange dagen.")})
    starts = _starts()
    ends = _ends()
    is_lead = _lead()


class EndForm(DsFormMixin, forms.Form):
    last_day = IsoDateField(
        label=_("Sista dagen som passet börjar"), error_messages={"required": _("Ange den sista dagen.")}
    )


class OfferForm(DsFormMixin, forms.Form):
    person = PersonField(label=_("Vem frågar du?"), required=False)

    def __init__(self, *args: Any, people: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].among(people, _("Alla på Socialjouren"))  # type: ignore[attr-defined]


class MoveForm(DsFormMixin, forms.Form):
    person = PersonField(label=_("Till vem?"), error_messages={"required": _("Välj vem som ska ha passet.")})

    def __init__(self, *args: Any, people: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].among(people, _("Välj"))  # type: ignore[attr-defined]


class ImportForm(DsFormMixin, forms.Form):
    file = forms.FileField(
        label=_("Kalenderfil"),
        help_text=_("En fil som slutar på .ics, högst 500 kB."),
        widget=forms.FileInput({"accept": ".ics,text/calendar"}),
        error_messages={
            "required": _("Välj en kalenderfil."),
            "empty": _("Filen är tom."),
            "missing": _("Välj en kalenderfil."),
            "invalid": _("Filen gick inte att ta emot. Välj den igen."),
        },
    )

    def clean_file(self) -> bytes:
        """The content of the file."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(_("Filen är större än 500 kB."))
        content: bytes = file.read()
        return content
