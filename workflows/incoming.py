"""Whether what somebody wants to report can be accepted: checked and normalised, before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from riskzon.errors import Invalid
from riskzon.identity import BadIdentity, age_on, parse_identity
from riskzon.localtime import local_date
from riskzon.models import Channel, Hold, Precision, ProtectedIdentity, Relation, ReporterType, ReportKind

#: Clocks of people and machines disagree by this much; later than that is the future.
SKEW = timedelta(seconds=60)
#: A report or an arrest that is older than this is a slip of the pen: last year's date, or a year left as it stood.
LONG_AGO = timedelta(days=365)
ADULT = 18
MOST_CHILDREN = 20
MOST_GUARDIANS = 10


@dataclass(frozen=True, repr=False)
class IncomingGuardian:
    name: str = ""
    identity_number: str = ""
    phone: str = ""
    relation: str = Relation.CUSTODIAN
    is_custodian: bool | None = None
    language: str = ""
    interpreter: bool = False


@dataclass(frozen=True, repr=False)
class IncomingChild:
    """One child as reported. Neither number nor birth date: an unknown child, told by age and description."""

    identity_number: str = ""
    birth_date: date | None = None
    approximate_age: int | None = None
    description: str = ""
    given_name: str = ""
    family_name: str = ""
    summary: str = ""
    protected_identity: str = ProtectedIdentity.NONE
    home_municipality: str = ""
    whereabouts: str = ""
    guardians: tuple[IncomingGuardian, ...] = ()
    place: int = 0
    is_adult: bool = False

    @property
    def is_identified(self) -> bool:
        return bool(self.identity_number or self.birth_date)


@dataclass(frozen=True, repr=False)
class Incoming:
    """One report, checked."""

    kind: ReportKind
    notified_at: datetime
    occurred_at: datetime | None
    occurred_at_precision: str
    channel: str
    summary: str
    acute_risk: bool
    reporter_type: str
    reporter_name: str
    reporter_organisation: str
    reporter_anonymous: bool
    wants_feedback: bool
    caution: Mapping[str, Any] | None
    children: tuple[IncomingChild, ...]
    adults: tuple[IncomingChild, ...] = field(default=())


def check(payload: Mapping[str, Any], *, now: datetime) -> Incoming:
    """The report in `payload` (contract, POST /reports; datetimes aware), or Invalid naming every wrong field at once."""
    errors: list[tuple[str, str]] = []
    kind = _choice(payload, "kind", ReportKind, errors, required=True)
    notified_at = payload.get("notified_at")
    occurred_at = payload.get("occurred_at")
    precision = _choice(payload, "occurred_at_precision", Precision, errors) or Precision.EXACT
    check_times(kind, notified_at, occurred_at, precision, now, errors)
    reporter = payload.get("reporter") or {}
    reporter_type = _choice(reporter, "type", ReporterType, errors, path="reporter.type")
    anonymous = bool(reporter.get("anonymous"))
    if anonymous and (reporter.get("name") or "").strip():
        errors.append(("reporter.name", _("En anonym anmälare ska inte namnges.")))
    channel = _choice(payload, "channel", Channel, errors) or Channel.OTHER
    caution = _check_caution(payload.get("contact_caution"), now, errors)
    people = _check_children(payload.get("children") or [], local_date(notified_at or now), errors)
    if errors or notified_at is None:
        raise Invalid(errors)
    return Incoming(
        kind=ReportKind(kind),
        notified_at=notified_at,
        occurred_at=None if precision == Precision.UNKNOWN else occurred_at,
        occurred_at_precision=precision if occurred_at or kind != ReportKind.CONCERN else Precision.UNKNOWN,
        channel=channel,
        summary=_text(payload, "summary"),
        acute_risk=bool(payload.get("acute_risk")),
        reporter_type=reporter_type,
        reporter_name=_text(reporter, "name"),
        reporter_organisation=_text(reporter, "organisation"),
        reporter_anonymous=anonymous,
        wants_feedback=bool(reporter.get("wants_feedback")),
        caution=caution,
        children=tuple(person for person in people if not person.is_adult),
        adults=tuple(person for person in people if person.is_adult),
    )


def check_times(
    kind: str,
    notified_at: datetime | None,
    occurred_at: datetime | None,
    precision: str,
    now: datetime,
    errors: list[tuple[str, str]],
) -> None:
    """The times of a report that is registered at `now`; what is wrong with them is added to `errors`."""
    if notified_at is None:
        errors.append(("notified_at", _("Ange när anmälan kom in.")))
    elif notified_at > now + SKEW:
        errors.append(("notified_at", _("Tiden ligger i framtiden. Kontrollera datum och klockslag.")))
    elif notified_at < now - LONG_AGO:
        errors.append(("notified_at", _("Tiden ligger mer än ett år bakåt. Kontrollera datumet.")))
    if occurred_at is None:
        if kind in (ReportKind.ARREST, ReportKind.LOB_CUSTODY) and precision != Precision.UNKNOWN:
            errors.append(("occurred_at", _("Ange när det hände, eller att tiden är okänd.")))
        return
    if occurred_at > now + SKEW:
        errors.append(("occurred_at", _("Tiden ligger i framtiden. Kontrollera datum och klockslag.")))
    elif notified_at is not None and occurred_at > notified_at:
        errors.append(("occurred_at", _("Händelsen kan inte vara senare än att anmälan kom in.")))
    elif kind in (ReportKind.ARREST, ReportKind.LOB_CUSTODY) and occurred_at < now - LONG_AGO:
        errors.append(("occurred_at", _("Tiden ligger mer än ett år bakåt. Kontrollera datumet.")))


def _check_caution(
    caution: Mapping[str, Any] | None, now: datetime, errors: list[tuple[str, str]]
) -> Mapping[str, Any] | None:
    if not caution:
        return None
    code = _choice(caution, "code", Hold.Code, errors, required=True, path="contact_caution.code")
    until = caution.get("until")
    if until is None:
        errors.append(("contact_caution.until", _("Ange till när ni ska avvakta med kontakt.")))
    elif problem := hold_limit(code, until, now):
        errors.append(("contact_caution.until", problem))
    return {"code": code, "note": _text(caution, "note"), "until": until}


def hold_limit(code: str, until: datetime, now: datetime) -> str:
    """Why a hold may not last until then; empty if it may: 72 hours, 30 days for protected identities (kommunal rutin)."""
    longest = timedelta(days=30) if code == Hold.Code.PROTECTED_ID else timedelta(hours=72)
    if until <= now:
        return _("Tiden har redan passerat.")
    if until > now + longest + SKEW:
        return _("Omprövning ska ske inom 72 timmar, vid skyddade personuppgifter inom 30 dagar.")
    return ""


def _check_children(
    children: list[Mapping[str, Any]], today: date, errors: list[tuple[str, str]]
) -> list[IncomingChild]:
    if not 1 <= len(children) <= MOST_CHILDREN:
        errors.append(("children", _("Ange minst ett och högst 20 barn.")))
        return []
    people = [_check_child(child, f"children.{place}", place, today, errors) for place, child in enumerate(children)]
    numbers = [person.identity_number for person in people if person.identity_number]
    for person in people:
        if person.identity_number and numbers.index(person.identity_number) != _place(people, person):
            errors.append((f"children.{person.place}.identity_number", _("Barnet finns redan i anmälan.")))
    if people and all(person.is_adult for person in people):
        errors.append(
            (
                "children.0.identity_number" if people[0].identity_number else "children.0.birth_date",
                _("Personen har fyllt 18 år. Anmälan hör till vuxenenheten."),
            )
        )
    return people


def _place(people: list[IncomingChild], person: IncomingChild) -> int:
    numbered = [other for other in people if other.identity_number]
    return numbered.index(person)


def _check_child(
    child: Mapping[str, Any], path: str, place: int, today: date, errors: list[tuple[str, str]]
) -> IncomingChild:
    number, born = _identity(child, path, today, errors)
    birth_date = child.get("birth_date") or born
    if born and child.get("birth_date") and child["birth_date"] != born:
        errors.append((f"{path}.birth_date", _("Födelsedatumet stämmer inte med numret.")))
    if birth_date and birth_date > today:
        errors.append((f"{path}.birth_date", _("Födelsedatumet ligger i framtiden.")))
    age, description = child.get("approximate_age"), _text(child, "description")
    if not child.get("identity_number") and not birth_date:
        if age is None:
            errors.append(
                (f"{path}.identity_number", _("Ange nummer, födelsedatum, eller ungefärlig ålder och beskrivning."))
            )
        elif not description:
            errors.append((f"{path}.description", _("Beskriv barnet när varken nummer eller födelsedatum är känt.")))
    if age is not None and not 0 <= age <= 20:
        errors.append((f"{path}.approximate_age", _("Ange en ålder mellan 0 och 20 år.")))
    guardians = child.get("guardians") or []
    if len(guardians) > MOST_GUARDIANS:
        errors.append((f"{path}.guardians", _("Ange högst 10 vårdnadshavare.")))
        guardians = []
    return IncomingChild(
        identity_number=number,
        birth_date=birth_date,
        approximate_age=age,
        description=description,
        given_name=_text(child, "given_name"),
        family_name=_text(child, "family_name"),
        summary=_text(child, "summary"),
        protected_identity=_choice(
            child, "protected_identity", ProtectedIdentity, errors, path=f"{path}.protected_identity"
        )
        or ProtectedIdentity.NONE,
        home_municipality=_text(child, "home_municipality"),
        whereabouts=_text(child, "whereabouts"),
        guardians=tuple(
            check_guardian(guardian, f"{path}.guardians.{index}", today, errors)
            for index, guardian in enumerate(guardians)
        ),
        place=place,
        is_adult=bool(birth_date and birth_date <= today and age_on(birth_date, today) >= ADULT),
    )


def check_guardian(
    guardian: Mapping[str, Any], path: str, today: date, errors: list[tuple[str, str]]
) -> IncomingGuardian:
    """One guardian, checked; wrong fields are added to `errors` under `path`."""
    prefix = f"{path}." if path else ""
    number, _born = _identity(guardian, path, today, errors)
    name, phone = _text(guardian, "name"), _text(guardian, "phone")
    if not (name or phone or guardian.get("identity_number")):
        errors.append((f"{prefix}name", _("Ange namn, nummer eller telefon.")))
    if phone and not any(char.isdigit() for char in phone):
        errors.append((f"{prefix}phone", _("Ange ett telefonnummer.")))
    return IncomingGuardian(
        name=name,
        identity_number=number,
        phone=phone,
        relation=_choice(guardian, "relation", Relation, errors, path=f"{prefix}relation") or Relation.CUSTODIAN,
        is_custodian=guardian.get("is_custodian"),
        language=_text(guardian, "language"),
        interpreter=bool(guardian.get("interpreter")),
    )


def _identity(
    person: Mapping[str, Any], path: str, today: date, errors: list[tuple[str, str]]
) -> tuple[str, date | None]:
    typed = (person.get("identity_number") or "").strip()
    if not typed:
        return "", None
    try:
        identity = parse_identity(typed, today)
    except BadIdentity as problem:
        errors.append((f"{path}.identity_number" if path else "identity_number", str(problem)))
        return "", None
    return identity.normalised, identity.birth_date


def _choice(
    source: Mapping[str, Any],
    key: str,
    choices: Any,
    errors: list[tuple[str, str]],
    *,
    required: bool = False,
    path: str = "",
) -> str:
    value = source.get(key) or ""
    if not value and required:
        errors.append((path or key, _("Välj ett alternativ.")))
    elif value and value not in choices.values:
        errors.append((path or key, _("Okänt alternativ.")))
    return str(value)


def _text(source: Mapping[str, Any], key: str) -> str:
    return (source.get(key) or "").strip()
