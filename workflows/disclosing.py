"""What may leave on which legal ground, to whom, and how does each piece read when it leaves?

The grounds are those of the Public Access to Information and Secrecy Act (OSL) that break the secrecy of social services
(OSL 26:1), and what each does not cover. OSL 10:24 and 10:27 are not among them: they do not reach data under 26:1.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from riskzon import wall
from riskzon.identity import age_on, format_identity
from riskzon.localtime import local_date
from riskzon.models import (
    Authority,
    Case,
    DisclosedField,
    Disclosure,
    DisclosureGround,
    Disposition,
    Guardianship,
    Hold,
    ProtectedIdentity,
)
from riskzon.timewords import moment
from workflows.contact_clock import has_come_of_age
from workflows.ends import with_hidden_guardians

_POLICE = frozenset({Authority.LIAISON, Authority.POLICE})
_CRIME = _POLICE | {Authority.PROSECUTOR}
_PLACE = frozenset({DisclosedField.MUNICIPALITY, DisclosedField.WHEREABOUTS})
_ADULTS = frozenset({DisclosedField.GUARDIANS, DisclosedField.PHONES})
#: What OSL 26:1 lets go on request under Lag 2025:170 4 §: how to reach somebody, nothing of what it is about.
_DETAILS = frozenset({DisclosedField.NAME, DisclosedField.IDENTITY}) | _PLACE | _ADULTS
#: The oldest that OSL 10:18 a speaks of.
YOUNG = 21


@dataclass(frozen=True)
class Lawful:
    """One ground: what it allows, where it ends, and to whom and for what it can be chosen (None: everybody, everything)."""

    allows: Any
    limits: Any
    to: frozenset[Authority] | None = None
    only: frozenset[DisclosedField] | None = None


GROUNDS: dict[DisclosureGround, Lawful] = {
    DisclosureGround.YOUNG_AT_RISK: Lawful(
        gettext_lazy("Konkret risk att en person under 21 år kommer att begå brott."),
        gettext_lazy(
            "Bara till Polisen, Säkerhetspolisen och Tullverket. Inte om brott som redan är begångna, och inte om det är "
            "olämpligt med hänsyn till insatser."
        ),
        to=_POLICE | {Authority.SECURITY_POLICE, Authority.CUSTOMS},
    ),
    DisclosureGround.ACUTE: Lawful(
        gettext_lazy("Någon som verkar vara under 18 år är i akut allvarlig fara eller begår brott."),
        gettext_lazy("Bara det som polisen behöver för att ingripa på platsen."),
        to=_POLICE,
    ),
    DisclosureGround.CRIME_AGAINST_CHILD: Lawful(
        gettext_lazy("Misstanke om brott mot ett barn (BrB 3, 4 eller 6 kap., könsstympning)."),
        gettext_lazy("Bara till den som utreder brottet."),
        to=_CRIME,
    ),
    DisclosureGround.SUPPLYING: Lawful(
        gettext_lazy("Misstanke om att någon har gett ett barn narkotika, dopningsmedel eller alkohol."),
        gettext_lazy("Bara till den som utreder brottet."),
        to=_CRIME | {Authority.CUSTOMS},
    ),
    DisclosureGround.SERIOUS_CRIME: Lawful(
        gettext_lazy("Misstanke om ett begånget allvarligt brott (minst ett års fängelse)."),
        gettext_lazy("Inte lindrigare brott, och bara till den som utreder brottet."),
        to=_CRIME | {Authority.SECURITY_POLICE, Authority.CUSTOMS},
    ),
    DisclosureGround.CLOSE_VIOLENCE: Lawful(
        gettext_lazy("Risk för allvarligt våld mot en närstående."),
        gettext_lazy("Bara det som behövs för att förhindra våldet."),
        to=_CRIME,
    ),
    DisclosureGround.COUNTER_CRIME: Lawful(
        gettext_lazy("En annan myndighet behöver uppgiften för att förebygga, upptäcka eller utreda brott."),
        gettext_lazy("Inte om det som sekretessen skyddar väger tyngre. Avvägningen görs i varje enskilt fall."),
    ),
    DisclosureGround.CONTACT_DETAILS: Lawful(
        gettext_lazy("En myndighet har begärt kontaktuppgifter."),
        gettext_lazy("Bara kontaktuppgifter, och inte om det finns synnerliga skäl emot."),
        only=_DETAILS,
    ),
    DisclosureGround.NECESSARY: Lawful(
        gettext_lazy("Det är nödvändigt för vår egen verksamhet."),
        gettext_lazy("Tolkas snävt: arbetet ska inte gå att göra annars."),
    ),
    DisclosureGround.CONSENT: Lawful(
        gettext_lazy("Vårdnadshavaren har samtyckt, och den unge från 15 år (12:3)."),
        gettext_lazy("Bara det som samtycket gäller. Skriv vem som har samtyckt, när och till vad."),
    ),
    DisclosureGround.DUTY_BY_LAW: Lawful(
        gettext_lazy("En lag säger att uppgiften ska lämnas, till exempel yttrande enligt LUL."),
        gettext_lazy("Bara det som den lagen räknar upp. Skriv vilket lagrum det är."),
    ),
    DisclosureGround.CARE_OF_CHILD: Lawful(
        gettext_lazy("En annan socialnämnd eller vården behöver uppgiften för att hjälpa ett barn under 18 år."),
        gettext_lazy("Bara till socialnämnder samt hälso- och sjukvården."),
        to=frozenset({Authority.SOCIAL_BOARD, Authority.HEALTH}),
    ),
}


def in_words(ground: str) -> str:
    """A ground as a choice: the section, what it allows and where it ends."""
    row = GROUNDS[DisclosureGround(ground)]
    return f"{DisclosureGround(ground).label}: {row.allows} {row.limits}"


def objections(
    case: Case, *, ground: str, authority: str, fields: Collection[str], now: datetime
) -> list[tuple[str, str]]:
    """Why this may not leave, as (field, words): the ground does not reach so far, or the child is protected."""
    row, found = GROUNDS[DisclosureGround(ground)], []
    if row.to is not None and authority not in row.to:
        names = ", ".join(str(one.label) for one in Authority if one in row.to)
        found.append(("authority", _("%(ground)s gäller bara: %(to)s.") % {"ground": _section(ground), "to": names}))
    if row.only is not None and (beyond := set(fields) - row.only):
        names = ", ".join(str(one.label) for one in DisclosedField if one in beyond)
        found.append(("fields", _("%(ground)s gäller inte: %(what)s.") % {"ground": _section(ground), "what": names}))
    age = age_on(case.child.birth_date, local_date(now)) if case.child.birth_date else None
    if ground == DisclosureGround.YOUNG_AT_RISK and age is not None and age >= YOUNG:
        found.append(("ground", _("OSL 10:18 a gäller bara den som är under 21 år.")))
    if case.child.protected_identity != ProtectedIdentity.NONE and set(fields) & (_PLACE | _ADULTS):
        found.append(
            (
                "fields",
                _(
                    "Barnet har skyddade personuppgifter. Var barnet är, kommun och vårdnadshavare lämnas inte ut "
                    "härifrån."
                ),
            )
        )
    return found


def content(case: Case, fields: Collection[str], account: str, now: datetime) -> dict[str, str]:
    """What leaves, as it is at `now`, by field. "" where nothing is known. The number of a held guardian is never in it."""
    child = case.child
    adults = _adults(case, now) if set(fields) & _ADULTS else []
    investigation = _("Inledd") if case.disposition in (Disposition.OPENED, Disposition.LINKED) else _("Inte inledd")
    born = child.birth_date.isoformat() if child.birth_date else ""
    holder = f"{case.assignee}, {case.unit.name}" if case.assignee else case.unit.name
    known = {
        DisclosedField.NAME: child.name,
        DisclosedField.IDENTITY: format_identity(child.identity_number) if child.identity_number else born,
        DisclosedField.MUNICIPALITY: child.home_municipality,
        DisclosedField.WHEREABOUTS: child.whereabouts,
        DisclosedField.GUARDIANS: ", ".join(link.guardian.name for link, _held in adults if link.guardian.name),
        DisclosedField.PHONES: ", ".join(
            f"{link.guardian.name} {link.guardian.phone}".strip()
            for link, is_held in adults
            if link.guardian.phone and not is_held
        ),
        DisclosedField.CASE_WORKER: holder,
        DisclosedField.ASSESSED: moment(case.assessed_at) if case.assessed_at else _("Inte gjord än"),
        DisclosedField.INVESTIGATION: investigation,
        DisclosedField.ACCOUNT: account,
    }
    return {field.value: known[field] for field in DisclosedField if field in fields}


@dataclass(frozen=True)
class Received:
    """One row of the register as whoever received it may read it now; `pieces` are labels with texts."""

    row: Disclosure
    pieces: tuple[tuple[str, str], ...]


def as_received(rows: QuerySet[Disclosure], now: datetime) -> list[Received]:
    """What the recipient reads on the screen: what left, but for what may not be shown any more.

    Numbers are hidden while contact with a guardian is held back, adults once the child has come of age or may be the
    wrong one, and both, name, number and every place once the child is protected.
    """
    found = list(rows.select_related("case__child"))
    held, doubted = wall.held_back({row.case_id for row in found})
    return [Received(row, _readable(row, row.case_id in held, row.case_id in doubted, now)) for row in found]


def _readable(row: Disclosure, is_held: bool, is_doubted: bool, now: datetime) -> tuple[tuple[str, str], ...]:
    hidden: set[str] = set()
    if is_held or is_doubted:
        hidden |= {DisclosedField.PHONES}
    if is_doubted or has_come_of_age(row.case, now):
        hidden |= _ADULTS
    if row.case.child.protected_identity != ProtectedIdentity.NONE:
        hidden |= _ADULTS | _PLACE | {DisclosedField.NAME, DisclosedField.IDENTITY}
    pieces = [(field, row.content.get(field.value, "")) for field in DisclosedField if field in row.fields]
    return tuple((str(field.label), _("Visas inte nu.") if field in hidden else text) for field, text in pieces)


def _section(ground: str) -> str:
    return str(DisclosureGround(ground).label)


def _adults(case: Case, now: datetime) -> list[tuple[Guardianship, bool]]:
    """The child's guardians, each with whether contact is held back; none once the child is of age or may be the wrong one."""
    if has_come_of_age(case, now) or with_hidden_guardians([case.pk]):
        return []
    held = set(Hold.objects.filter(child=case.child_id, ended_at__isnull=True).values_list("guardian_id", flat=True))
    links = Guardianship.objects.filter(child=case.child_id).select_related("guardian").order_by("pk")
    return [(link, None in held or link.guardian_id in held) for link in links]
