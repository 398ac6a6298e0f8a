"""What is asked about each child in a report?

The fields that only one kind of report has are written into the child's own text as labelled lines: they belong to what
was told about this child, and to nobody else's case.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from riskzon.forms import DsFormMixin, IsoDateField
from riskzon.localtime import local_date
from riskzon.models import ProtectedIdentity, ReportKind
from workflows.forms.texts import CleanText, NumberField

_NOT_SAID = ("", gettext_lazy("Inte angivet"))
_YES_NO = [_NOT_SAID, ("yes", gettext_lazy("Ja")), ("no", gettext_lazy("Nej"))]


def _choice(label: Any, choices: list[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False)


class ChildForm(DsFormMixin, forms.Form):
    """One child: known by a number, by a birth date, or only by how it looks."""

    #: Fields of one kind only, in the order in which they are asked and written down.
    extra: tuple[str, ...] = ()
    #: Where, and with which words, a child that is told by nothing at all is pointed out.
    unnamed = "identity_number"
    unnamed_words: Any = gettext_lazy(
        "Ange nummer eller födelsedatum. Är barnet okänt: ange ungefärlig ålder och beskriv det."
    )

    identity_number = NumberField(
        label=gettext_lazy("Personnummer, samordningsnummer eller reservnummer"),
        help_text=gettext_lazy("ÅÅÅÅMMDD-NNNN"),
        required=False,
    )
    birth_date = IsoDateField(label=gettext_lazy("Födelsedatum"), required=False)
    approximate_age = forms.IntegerField(
        label=gettext_lazy("Ungefärlig ålder"),
        min_value=0,
        max_value=20,
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", "size": 4, "autocomplete": "off", "maxlength": 2}),
        error_messages={"invalid": gettext_lazy("Ange åldern i hela år, till exempel 15.")},
    )
    description = CleanText(
        label=gettext_lazy("Beskrivning av ett okänt barn"),
        help_text=gettext_lazy("Det som gör att barnet går att känna igen: kläder, längd, vad barnet kallar sig."),
        rows=2,
        required=False,
    )
    given_name = CleanText(label=gettext_lazy("Förnamn"), max_length=100, required=False)
    family_name = CleanText(label=gettext_lazy("Efternamn"), max_length=100, required=False)
    summary = CleanText(label=gettext_lazy("Vad gäller det?"), rows=4, required=False)
    whereabouts = CleanText(label=gettext_lazy("Var är barnet nu?"), max_length=300, required=False)
    protected_identity = forms.ChoiceField(
        label=gettext_lazy("Skyddade personuppgifter"), choices=ProtectedIdentity.choices, required=False
    )
    home_municipality = CleanText(label=gettext_lazy("Hemkommun"), max_length=100, required=False)

    def __init__(self, *args: Any, now: datetime, place: int = 0, **kwargs: Any) -> None:
        self.place = place
        super().__init__(*args, **kwargs)
        self.fields["identity_number"].today = local_date(now)

    @property
    def is_unknown_open(self) -> bool:
        """Whether the fields of a child without a number are in use, so that they must not be folded away."""
        return self._used("birth_date", "approximate_age", "description")

    @property
    def is_more_open(self) -> bool:
        return self._used("home_municipality", *self.extra) or (
            self["protected_identity"].value() not in (None, "", ProtectedIdentity.NONE)
        )

    @property
    def extra_fields(self) -> Iterator[forms.BoundField]:
        return (self[name] for name in self.extra)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        named = given.get("identity_number") or given.get("birth_date")
        if named or {"identity_number", "birth_date", "approximate_age"} & set(self.errors):
            return given
        if given.get("approximate_age") is None:
            self.add_error(self.unnamed, str(self.unnamed_words))
        elif not given.get("description"):
            self.add_error("description", _("Beskriv barnet när varken nummer eller födelsedatum är känt."))
        return given

    def payload(self) -> dict[str, Any]:
        """This child's part of what `workflows.verbs.intake` takes, without guardians."""
        given = self.cleaned_data
        body = {
            "identity_number": given["identity_number"],
            "birth_date": given["birth_date"],
            "approximate_age": given["approximate_age"],
            "description": given["description"],
            "given_name": given["given_name"],
            "family_name": given["family_name"],
            "summary": self._text(given),
            "protected_identity": given["protected_identity"] or str(ProtectedIdentity.NONE),
            "home_municipality": given["home_municipality"],
            "whereabouts": given["whereabouts"],
        }
        return {name: value for name, value in body.items() if value not in (None, "")}

    def _used(self, *names: str) -> bool:
        return any(self[name].value() or self[name].errors for name in names)

    def _text(self, given: dict[str, Any]) -> str:
        # What is stored is Swedish, whatever language the page was in.
        with override("sv"):
            lines = [
                f"{self.fields[name].label}: {self._said(name, given[name])}" for name in self.extra if given[name]
            ]
        return "\n".join(part for part in (given["summary"], *lines) if part)

    def _said(self, name: str, value: Any) -> str:
        choices = dict(getattr(self.fields[name], "choices", ()))
        return str(choices.get(value, value))


class ArrestedChildForm(ChildForm):
    summary = CleanText(label=gettext_lazy("Vad har hänt?"), rows=3, required=False)
    extra = ("seized_by", "offence", "stage", "questioning", "mediation", "fetched_by")

    seized_by = _choice(
        gettext_lazy("Gripen av"),
        [
            _NOT_SAID,
            ("police", gettext_lazy("Polisen")),
            ("security_officer", gettext_lazy("Ordningsvakt")),
            ("anyone", gettext_lazy("Någon annan (envarsgripande)")),
        ],
    )
    offence = CleanText(label=gettext_lazy("Misstänkt brott, rubricering"), max_length=100, required=False)
    stage = _choice(
        gettext_lazy("Läget nu"),
        [
            _NOT_SAID,
            ("kept", gettext_lazy("Kvar hos polisen")),
            ("released", gettext_lazy("Släppt")),
            ("handed_over", gettext_lazy("Lämnad till vårdnadshavare eller annan vuxen")),
        ],
    )
    questioning = CleanText(label=gettext_lazy("Förhör, när"), max_length=100, required=False)
    mediation = _choice(gettext_lazy("Tillfrågad om medling (LUL 6 §)"), _YES_NO)
    fetched_by = CleanText(label=gettext_lazy("Hämtad av"), max_length=200, required=False)


class IntoxicatedChildForm(ChildForm):
    summary = CleanText(label=gettext_lazy("Vad har hänt?"), rows=3, required=False)
    extra = ("seized_by", "substance", "medical", "released", "turned_into_arrest")

    seized_by = _choice(
        gettext_lazy("Omhändertagen av"),
        [_NOT_SAID, ("police", gettext_lazy("Polisen")), ("security_officer", gettext_lazy("Ordningsvakt"))],
    )
    substance = CleanText(label=gettext_lazy("Preparat, om det är känt"), max_length=100, required=False)
    medical = _choice(gettext_lazy("Undersökt av sjukvården"), _YES_NO)
    released = CleanText(label=gettext_lazy("Släppt eller lämnad, när och till vem"), max_length=200, required=False)
    turned_into_arrest = _choice(gettext_lazy("Övergick i gripande"), _YES_NO)


class ConcernChildForm(ChildForm):
    extra = ("about", "source", "absence", "child_knows", "guardians_know", "others_at_home", "authorities")

    about = _choice(
        gettext_lazy("Oron gäller"),
        [
            _NOT_SAID,
            ("own", gettext_lazy("Barnets eget beteende")),
            ("parents", gettext_lazy("Föräldrarnas förmåga eller situation")),
            ("crime", gettext_lazy("Våld eller annat brott mot barnet")),
            ("school", gettext_lazy("Skolan")),
            ("other", gettext_lazy("Annat")),
        ],
    )
    source = _choice(
        gettext_lazy("Uppgifterna kommer från"),
        [_NOT_SAID, ("seen", gettext_lazy("Egna iakttagelser")), ("heard", gettext_lazy("Andra hand"))],
    )
    absence = CleanText(
        label=gettext_lazy("Skolfrånvaro de senaste tre månaderna, procent"), max_length=60, required=False
    )
    child_knows = _choice(gettext_lazy("Barnet vet om anmälan"), _YES_NO)
    guardians_know = _choice(gettext_lazy("Vårdnadshavarna vet om anmälan"), _YES_NO)
    others_at_home = CleanText(label=gettext_lazy("Andra barn i hemmet"), max_length=200, required=False)
    authorities = CleanText(label=gettext_lazy("Andra som är inkopplade"), max_length=200, required=False)


class SeenChildForm(ChildForm):
    """A child seen by a shop or a guard: most often without a name."""

    summary = CleanText(label=gettext_lazy("Vad såg eller hörde du?"), rows=4, required=False)
    description = CleanText(
        label=gettext_lazy("Hur ser barnet ut?"),
        help_text=gettext_lazy("Kläder, längd, vad barnet kallar sig."),
        rows=2,
        required=False,
    )
    extra = ("police_called", "police_reference")
    unnamed = "approximate_age"
    unnamed_words = gettext_lazy("Ange ungefärlig ålder, eller barnets personnummer eller födelsedatum.")

    police_called = _choice(gettext_lazy("Polisen är kontaktad"), _YES_NO)
    police_reference = CleanText(label=gettext_lazy("Polisens ärendenummer"), max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("whereabouts", "protected_identity", "home_municipality"):
            del self.fields[name]

    @property
    def is_named_open(self) -> bool:
        return self._used("given_name", "family_name", "identity_number", "birth_date")

    def payload(self) -> dict[str, Any]:
        self.cleaned_data.update(whereabouts="", protected_identity="", home_municipality="")
        return super().payload()


CHILD_FORMS: dict[str, type[ChildForm]] = {
    ReportKind.ARREST: ArrestedChildForm,
    ReportKind.LOB_CUSTODY: IntoxicatedChildForm,
    ReportKind.CONCERN: ConcernChildForm,
}
