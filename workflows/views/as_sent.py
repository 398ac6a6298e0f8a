"""What did the report say, as it was sent, and in which words is that shown?"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from riskzon.identity import format_identity
from riskzon.models import Case, ProtectedIdentity, Relation
from riskzon.timewords import day


@dataclass(frozen=True)
class SentGuardian:
    """One adult in the report. `phone` is empty while contact is held back."""

    id: str
    name: str
    relation: str
    custody: str
    phone: str
    language: str


@dataclass(frozen=True)
class Sent:
    """The child's part of a report, ready to be read."""

    facts: tuple[tuple[str, str], ...]
    summary: str
    guardians: tuple[SentGuardian, ...]
    are_numbers_hidden: bool


def as_sent(case: Case, *, held: Collection[str] = (), are_all_held: bool = False, has_guardians: bool = True) -> Sent:
    """The report about this child, without the numbers of those who are held (ids), or of all.

    Guardians are left out from the child's 18th birthday on.
    """
    sent = case.as_reported
    guardians = sent.get("guardians", []) if has_guardians else []
    hidden = {guardian.get("id") for guardian in guardians} if are_all_held else set(held)
    return Sent(
        facts=tuple((label, value) for label, value in _facts(sent) if value),
        summary=sent.get("summary", ""),
        guardians=tuple(_guardian(guardian, guardian.get("id") in hidden) for guardian in guardians),
        are_numbers_hidden=any(guardian.get("phone") and guardian.get("id") in hidden for guardian in guardians),
    )


def _facts(sent: dict[str, Any]) -> list[tuple[str, str]]:
    number, born = sent.get("identity_number"), sent.get("birth_date")
    age = sent.get("approximate_age")
    level = sent.get("protected_identity") or ProtectedIdentity.NONE
    return [
        (_("Namn"), f"{sent.get('given_name', '')} {sent.get('family_name', '')}".strip()),
        (_("Personnummer"), format_identity(number) if number else ""),
        (_("Födelsedatum"), day(date.fromisoformat(born)) if born and not number else ""),
        (_("Ungefärlig ålder"), _("%(age)s år") % {"age": age} if age is not None else ""),
        (_("Beskrivning"), sent.get("description", "")),
        (_("Skydd"), str(ProtectedIdentity(level).label) if level != ProtectedIdentity.NONE else ""),
        (_("Folkbokföringskommun"), sent.get("home_municipality", "")),
        (_("Var barnet är"), sent.get("whereabouts", "")),
    ]


def _guardian(sent: dict[str, Any], is_held: bool) -> SentGuardian:
    custody = {True: _("Vårdnadshavare"), False: _("Inte vårdnadshavare")}
    language = capfirst(sent.get("language", ""))
    if sent.get("interpreter"):
        language = _("%(language)s, tolk behövs") % {"language": language} if language else _("Tolk behövs")
    return SentGuardian(
        id=sent.get("id", ""),
        name=sent.get("name", ""),
        relation=str(Relation(sent.get("relation") or Relation.CUSTODIAN).label),
        custody=custody.get(sent.get("is_custodian"), _("Vårdnaden inte kontrollerad")),
        phone="" if is_held else sent.get("phone", ""),
        language=language,
    )
