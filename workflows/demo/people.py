"""Which units and which people does the demo's municipality have?"""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction

from notifications.models import DutyPattern
from riskzon.localtime import FIRST_YEAR, at_local_minute, local_date
from riskzon.models import Role, Unit, UnitKind, User

PASSWORD = "riskzon-demo"  # noqa: S105 - printed on the first screen of every demo
_OFFICE_HOURS = {str(weekday): [[8 * 60, 17 * 60]] for weekday in range(5)}

INTAKE = "mottagning-barn-och-unga"
NORTH = "utredning-norr"
SOUTH = "utredning-syd"
DUTY = "socialjouren"
LIAISON = "polissamverkan"

#: (slug, name, kind, weekly hours; none: never closed)
UNITS = [
    (INTAKE, "Mottagning barn och unga", UnitKind.INTAKE, _OFFICE_HOURS),
    (NORTH, "Utredning Norr", UnitKind.INVESTIGATION, _OFFICE_HOURS),
    (SOUTH, "Utredning Syd", UnitKind.INVESTIGATION, _OFFICE_HOURS),
    (DUTY, "Socialjouren", UnitKind.DUTY, {}),
    (LIAISON, "Polissamverkan", UnitKind.LIAISON, _OFFICE_HOURS),
]

#: Where the demo's SMS would go: a number that the telecom agency keeps for fiction.
PHONES = {"jour.vakt": "+46701740606"}

#: (user name, given name, family name, role, unit)
PEOPLE = [
    ("karin.ek", "Karin", "Ek", Role.SOCIAL_WORKER, INTAKE),
    ("omar.nyman", "Omar", "Nyman", Role.SOCIAL_WORKER, INTAKE),
    ("lina.dahl", "Lina", "Dahl", Role.SOCIAL_WORKER, NORTH),
    ("ivar.sjo", "Ivar", "Sjö", Role.SOCIAL_WORKER, SOUTH),
    ("sara.lindh", "Sara", "Lindh", Role.SUPERVISOR, INTAKE),
    ("jonas.falk", "Jonas", "Falk", Role.SUPERVISOR, NORTH),
    ("hanna.vide", "Hanna", "Vide", Role.SUPERVISOR, SOUTH),
    ("maria.oberg", "Maria", "Öberg", Role.HEAD, None),
    ("jour.vakt", "Eva", "Strand", Role.DUTY, DUTY),
    ("per.holm", "Per", "Holm", Role.LIAISON, LIAISON),
    ("nadia.rask", "Nadia", "Rask", Role.LIAISON, LIAISON),
    ("stina.berg", "Stina", "Berg", Role.ANALYST, None),
    ("lars.wik", "Lars", "Wik", Role.LOG_REVIEWER, None),
    ("it.admin", "Ulf", "Alm", Role.ADMIN, None),
    ("butik.city", "Rosa", "Blom", Role.PARTNER, None),
    ("jour.reserv", "Sixten", "Fiktivdal", Role.DUTY, DUTY),
]

#: Has a shift round the clock, every day; the other person at Socialjouren has none, and can take one over.
ALWAYS_ON_DUTY = "jour.vakt"


@dataclass(frozen=True)
class People:
    """Units by slug and users by user name."""

    units: dict[str, Unit]
    users: dict[str, User]


@transaction.atomic
def ensure_people() -> People:
    """Every unit and person of the demo, made where missing; what is there is left as it stands.

    PermissionError outside the demo: these accounts have a password that everybody knows.
    """
    if not settings.RISKZON_DEMO:
        raise PermissionError("demo people exist in the demo only")
    units = {unit.slug: unit for unit in Unit.objects.all()}
    if missing_units := [unit for unit in UNITS if unit[0] not in units]:
        Group.objects.bulk_create([Group(name=slug) for slug, *_rest in missing_units], ignore_conflicts=True)
        groups = {group.name: group for group in Group.objects.all()}
        made = Unit.objects.bulk_create(
            Unit(slug=slug, name=name, kind=kind, group=groups[slug], weekly_hours=hours)
            for slug, name, kind, hours in missing_units
        )
        units |= {unit.slug: unit for unit in made}
    users = {user.username: user for user in User.objects.select_related("unit")}
    missing = [person for person in PEOPLE if person[0] not in users]
    if missing:
        users |= _make(missing, units)
    _ensure_roster(users[ALWAYS_ON_DUTY])
    return People(units=units, users=users)


def _ensure_roster(person: User) -> None:
    """A shift round the clock for each weekday, unless this person has ever had a pattern."""
    if DutyPattern.objects.filter(person=person).exists():
        return
    long_ago = at_local_minute(date(FIRST_YEAR, 1, 1), 0)
    DutyPattern.objects.bulk_create(
        [
            DutyPattern(
                person=person, weekday=weekday, starts=0, ends=0, valid_from=local_date(long_ago), added_at=long_ago
            )
            for weekday in range(7)
        ]
    )


def _make(people: list[tuple[str, str, str, Role, str | None]], units: dict[str, Unit]) -> dict[str, User]:
    # One hash for all: it is the same password, and hashing is slow by intention.
    password = make_password(PASSWORD)
    made = {
        username: User(
            username=username,
            first_name=given_name,
            last_name=family_name,
            role=role,
            unit=units[slug] if slug else None,
            email=f"{username}@kommunen.example",
            password=password,
            phone=PHONES.get(username, ""),
        )
        for username, given_name, family_name, role, slug in people
    }
    User.objects.bulk_create(made.values())
    User.groups.through.objects.bulk_create(
        [
            User.groups.through(user_id=user.pk, group_id=user.unit.group_id)
            for user in made.values()
            if user.unit is not None
        ]
    )
    led = []
    for user in made.values():
        if user.role == Role.SUPERVISOR and user.unit is not None and user.unit.supervisor_id is None:
            user.unit.supervisor = user
            led.append(user.unit)
    Unit.objects.bulk_update(led, ["supervisor"])
    return made
