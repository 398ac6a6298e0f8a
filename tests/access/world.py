"""Which cases does everybody try to reach, and which words in them must not be read by whom?

Every text of every case begins with a word of its own, so that one look at an answer tells from which case it came and
whether the reporter had sent it or social services had written it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.hashers import make_password

from riskzon import clock, granting
from riskzon.models import Case, CaseBlock, Disclosure, Hold, Role, User
from tests.acts import DAY, HOUR, parents
from tests.factories import (  # fmt: skip
    ALBIN,
    BEA,
    CASTOR,
    ELSA,
    GUSTAV,
    ISAK,
    MAJA,
    WORKDAY,
    at,
    child,
    guardian,
    make_report,
    person,
)
from workflows.demo.people import NORTH, PASSWORD
from workflows.models import Breach, Kind
from workflows.sweep import sweep
from workflows.verbs import (  # fmt: skip
    assessment,
    contacts,
    disclosures,
    disposition,
    family,
    holds,
    notes,
    people,
    reviews,
    supplements,
)

REGISTERED, NIGHT = "2026-11-12T08:00:00+01:00", "2026-11-13T22:00:00+01:00"
OWN_UNIT, OTHER_UNIT, OWN_REPORT, GRANTED = "own unit", "other unit", "own report", "granted"
PARTNERS, BLOCKED, CLOSED, MISSING = "partner's", "blocked", "closed", "missing"
SITUATIONS = (OWN_UNIT, OTHER_UNIT, OWN_REPORT, GRANTED, PARTNERS, BLOCKED, CLOSED, MISSING)

#: Other reports, about the same children and about a sibling: nobody asks for them by address.
BEFORE_OWN, BEFORE_GRANTED, SIBLING = "before own report", "before granted", "sibling"
SAME_CHILD = {OWN_REPORT: BEFORE_OWN, BEFORE_OWN: OWN_REPORT, GRANTED: BEFORE_GRANTED, BEFORE_GRANTED: GRANTED}
#: The same mother.
FAMILY = (OWN_UNIT, BLOCKED, SIBLING)

_NUMBERS = {
    OWN_UNIT: ALBIN,
    OTHER_UNIT: CASTOR,
    OWN_REPORT: ELSA,
    BEFORE_OWN: ELSA,
    GRANTED: GUSTAV,
    BEFORE_GRANTED: GUSTAV,
    BLOCKED: ISAK,
    CLOSED: BEA,
}
_REGISTRARS = {OWN_REPORT: "per.holm", BLOCKED: "per.holm", CLOSED: "per.holm", PARTNERS: "butik.city"}


@dataclass(frozen=True)
class Target:
    """One thing to reach. `sent` is what the reporter wrote, `told` what was disclosed to the liaison.

    `child` is what is known of the child, as both are printed.
    """

    case: UUID
    number: str
    report: str
    guardian: UUID
    hold: UUID
    breach: UUID
    investigation: UUID
    disclosure: UUID
    sent: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    name: frozenset[str] = frozenset()
    child: frozenset[str] = frozenset()
    ours: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()

    @property
    def keys(self) -> frozenset[str]:
        """Which case it is, and nothing about it."""
        return frozenset({self.number, str(self.case)})

    @property
    def words(self) -> frozenset[str]:
        """Everything about the case that only its readers may meet."""
        return self.keys | self.sent | self.phones | self.name | self.child | self.ours | self.told


@dataclass(frozen=True)
class World:
    targets: dict[str, Target] = field(default_factory=dict)

    def everything(self) -> Iterator[tuple[str, Target]]:
        """Every target with its situation, except what does not exist."""
        return ((name, target) for name, target in self.targets.items() if name != MISSING)


def build() -> World:
    """A Friday afternoon with nine children, each in a situation of its own, and everybody blocked from one of them."""
    at(REGISTERED)
    cases = {BEFORE_GRANTED: _report(BEFORE_GRANTED)}
    _investigate(cases[BEFORE_GRANTED])
    cases[BEFORE_OWN] = _report(BEFORE_OWN)
    for situation in (OWN_UNIT, OTHER_UNIT, OWN_REPORT, GRANTED, PARTNERS, BLOCKED, CLOSED, SIBLING):
        cases[situation] = _report(situation)
    at("2026-11-13T09:00:00+01:00")
    sweep()
    for situation, case in cases.items():
        if situation not in (BEFORE_GRANTED, PARTNERS, SIBLING):
            _work(situation, case)
    people.hand_over(person("karin.ek"), cases[OTHER_UNIT].pk, unit=NORTH, note=f"{_word(OTHER_UNIT)}lamnat")
    _close(cases[CLOSED])
    at(WORKDAY)
    sweep()
    # What Socialjouren had in the night before has been taken over.
    Case.objects.update(taken_over_at=clock.now(), taken_over_by=person("karin.ek"))
    supervisor = person("sara.lindh")
    for user in User.objects.all():
        granting.block(user, cases[BLOCKED], by=supervisor, reason=f"{_word(BLOCKED)}jav", now=clock.now())
    return World({**{situation: _target(situation, case) for situation, case in cases.items()}, MISSING: _missing()})


def outsider() -> User:
    """A second partner, who has sent nothing."""
    named = {"role": Role.PARTNER, "first_name": "Kim", "last_name": "Kiosk", "password": make_password(PASSWORD)}
    return User.objects.get_or_create(username="kiosk.syd", defaults=named)[0]


def unblocked(user: User) -> None:
    """End every block of one person."""
    CaseBlock.objects.filter(user=user).update(ended_at=clock.now())


def phone(situation: str, place: int) -> str:
    return f"070-174 06 {10 + 4 * list(_PLACES).index(situation) + place}"


_PLACES = (*SITUATIONS, BEFORE_OWN, BEFORE_GRANTED, SIBLING)


def _word(situation: str) -> str:
    return f"Kanarie{_PLACES.index(situation)}"


def _report(situation: str) -> Case:
    word = _word(situation)
    shared = situation in FAMILY
    mother = {"name": "Maja Fiktivsson", "identity_number": MAJA, "phone": ""} if shared else {}
    adults = [
        guardian(**{"name": f"{word}mor", "phone": phone(situation, 0), **mother}),
        guardian(name=f"{word}far", phone=phone(situation, 1), relation="father"),
    ]
    identity = (
        {"identity_number": _NUMBERS[situation]}
        if situation in _NUMBERS
        else {"identity_number": "", "birth_date": date(2012, 5, _PLACES.index(situation) + 1)}
    )
    kid = child(
        **identity,
        given_name=f"{word}fornamn",
        family_name=f"{word}efternamn",
        summary=f"{word}om barnet",
        whereabouts=f"{word}plats",
        guardians=adults,
    )
    about: dict[str, Any] = {
        "summary": f"{word}om allt",
        "reporter": {"type": "school", "name": f"{word}anmalare", "organisation": f"{word}skola"},
        "children": [kid],
    }
    if situation == PARTNERS:
        about |= {"kind": "concern", "reporter": {"type": "business", "name": f"{word}anmalare"}}
    return make_report(_REGISTRARS.get(situation, "karin.ek"), **about).cases[0]


def _investigate(case: Case) -> None:
    people.hand_over(person("karin.ek"), case.pk, unit=NORTH, note="Till utredning.")
    disposition.dispose(person("lina.dahl"), case.pk, disposition="opened")


def _work(situation: str, case: Case) -> None:
    """What social services know and have written beside the report."""
    word, karin, now = _word(situation), person("karin.ek"), clock.now()
    notes.write_note(karin, case.pk, text=f"{word}anteckning")
    family.add_guardian(
        karin, case.pk, name=f"{word}styvfar", phone=phone(situation, 2), relation="other", is_custodian=False
    )
    adult = parents(case)
    other = adult[f"{word}far"]
    contacts.register_contact(
        karin, case.pk, guardian=other, at=now, channel="phone", outcome="no_answer", note=f"{word}samtal"
    )
    supplements.supplement(karin, case.report.number or "", text=f"{word}tillagg", released_to=f"{word}hamtare")
    _disclose(situation, case)
    passed = Breach.objects.get(case=case, kind=Kind.PROTECTIVE_ASSESSMENT)
    reviews.review_breach(person("sara.lindh"), passed.pk, cause="no_staff", action=f"{word}atgard")
    if situation == CLOSED:
        return
    if situation == OTHER_UNIT:
        # Nothing of the first days is left to do, so that Socialjouren has no part in it.
        assessment.assess(karin, case.pk, outcome="no_immediate_need", at=now, note=f"{word}bedomning")
        contacts.register_contact(
            karin,
            case.pk,
            guardian=adult[f"{word}mor"],
            at=now,
            channel="visit",
            outcome="reached",
            note=f"{word}besok",
        )
    else:
        assessment.assess(
            karin, case.pk, outcome="reassess", at=now, note=f"{word}bedomning", reassess_at=now + 2 * HOUR
        )
    holds.decide_hold(
        person("sara.lindh"),
        case.pk,
        guardian=other,
        code="HOLD_PROTECTED_ID" if situation == OTHER_UNIT else "HOLD_GUARDIAN_SUSPECT",
        reason=f"{word}skal",
        until=now + (timedelta(days=20) if situation == OTHER_UNIT else DAY),
    )
    if situation == OWN_UNIT:
        disposition.dispose(karin, case.pk, disposition="opened")
        case.refresh_from_db()


def _disclose(situation: str, case: Case) -> None:
    """Something has left to the prosecutor, and of the liaison's own reports something to the liaison."""
    word, karin = _word(situation), person("karin.ek")
    wanted = disclosures.Leaving(
        fields=("account",),
        account=f"{word}yttrande",
        ground="osl_10_28",
        balancing=f"{word}vagt",
        authority="prosecutor",
        recipient=f"{word}mottagare",
        way="letter",
    )
    disclosures.disclose(karin, case.pk, wanted)
    if _REGISTRARS.get(situation) == "per.holm":
        to_liaison = replace(
            wanted, account=f"{word}utlamnat", authority="liaison", to="per.holm", recipient="", way=""
        )
        disclosures.disclose(karin, case.pk, to_liaison)


def _close(case: Case) -> None:
    word, karin, now = _word(CLOSED), person("karin.ek"), clock.now()
    assessment.assess(karin, case.pk, outcome="no_immediate_need", at=now, note=f"{word}bedomning")
    for name in ("mor", "far"):
        contacts.register_contact(
            karin,
            case.pk,
            guardian=parents(case)[f"{word}{name}"],
            at=now,
            channel="phone",
            outcome="reached",
            note=f"{word}natt",
        )
    contacts.inform_child(karin, case.pk, at=now, note=f"{word}barnet")
    disposition.dispose(person("sara.lindh"), case.pk, disposition="deviation", reason=f"{word}avsteg")


def _target(situation: str, case: Case) -> Target:
    word = _word(situation)
    number = _NUMBERS.get(situation, "")
    named = {f"{word}fornamn", f"{word}efternamn", *({number, number.replace("-", "")} if number else ())}
    held = Hold.objects.filter(case=case, ended_at__isnull=True).first()
    passed = Breach.objects.filter(case=case, kind=Kind.GUARDIAN_CONTACT).first()
    adult = parents(case)
    return Target(
        case=case.pk,
        number=case.number,
        report=case.report.number or "",
        guardian=adult.get(f"{word}mor") or adult["Maja" if situation == OWN_UNIT else f"{word}far"],
        hold=held.pk if held else uuid4(),
        breach=passed.pk if passed else uuid4(),
        investigation=case.investigation_id if situation == OWN_UNIT and case.investigation_id else uuid4(),
        disclosure=found.pk
        if (found := Disclosure.objects.filter(case=case, authority="prosecutor").first())
        else uuid4(),
        sent=frozenset(
            f"{word}{name}" for name in ("om barnet", "om allt", "mor", "far", "plats", "anmalare", "skola")
        ),
        phones=frozenset(phone(situation, place) for place in range(3)),
        name=frozenset(named),
        child=frozenset(f"{word}{name}" for name in ("mor", "far", "styvfar", "plats", "skal", "jav")),
        ours=frozenset(f"{word}{name}" for name in _WRITTEN),
        told=frozenset({f"{word}utlamnat"} if _REGISTRARS.get(situation) == "per.holm" else ()),
    )


#: What social services write in one case.
_WRITTEN = (
    "anteckning",
    "samtal",
    "besok",
    "bedomning",
    "tillagg",
    "hamtare",
    "lamnat",
    "natt",
    "barnet",
    "avsteg",
    "yttrande",
    "vagt",
    "mottagare",
    "atgard",
)


def _missing() -> Target:
    return Target(uuid4(), "2026-999999-1", "2026-999999", uuid4(), uuid4(), uuid4(), uuid4(), uuid4())
