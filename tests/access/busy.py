"""A municipality in which much has happened: who reaches which case there differs for everybody.

Everything follows from the seed: units, assignees, ends, blocks, grants that run and that have run out, protection.
"""

from datetime import datetime, timedelta
from random import Random

from riskzon import granting
from riskzon.models import Case, CasePermission, Child, GrantSource, ProtectedIdentity, User
from tests.factories import at, people
from tests.generator import STAFF, Generator
from workflows.demo.people import INTAKE, NORTH, SOUTH
from workflows.sweep import sweep
from workflows.verbs.people import assign, hand_over

LEAST = 42
#: A Wednesday evening: every unit but Socialjouren is closed.
EVENING = "2026-09-02T21:30:00+02:00"
BLOCKED = ("karin.ek", "sara.lindh", "jonas.falk", "jour.vakt", "per.holm", "maria.oberg", "lina.dahl")


def build(seed: int = 11) -> list[Case]:
    """The cases, in the order in which they came."""
    rng, staff = Random(seed), people()
    town = Generator(seed, staff)
    while Case.objects.count() < LEAST:
        town.run(25)
    cases = list(Case.objects.select_related("unit").order_by("report__number", "ordinal"))
    lead = staff.users["sara.lindh"]
    for case in rng.sample([case for case in cases if case.is_open and case.unit.slug == INTAKE], 12):
        unit = rng.choice((NORTH, SOUTH))
        hand_over(lead, case.pk, unit=unit, note="Hör till er.")
        assign(staff.users[STAFF[unit][0]], case.pk, username=rng.choice(STAFF[unit]))
    now = at(EVENING)
    for username in BLOCKED:
        for case in rng.sample(cases, 3):
            granting.block(staff.users[username], case, by=lead, reason="Jäv.", now=now)
    _grant(rng, cases, now, list(User.objects.order_by("username")))
    protected = rng.sample(sorted({case.child_id for case in cases}), 5)
    Child.objects.filter(pk__in=protected).update(protected_identity=ProtectedIdentity.PROTECTED_REGISTRATION)
    sweep(now)
    return cases


def _grant(rng: Random, cases: list[Case], now: datetime, users: list[User]) -> None:
    """Rights on single cases, across every border; each third has run out, each third will."""
    for place, user in enumerate(users):
        for turn, case in enumerate(rng.sample(cases, 3)):
            granting.grant(
                user,
                (CasePermission.READ, CasePermission.HANDLE)[place % 2],
                case,
                source=GrantSource.INVESTIGATION,
                by=None,
                now=now - timedelta(days=2),
                ends_at=(None, now - timedelta(hours=1), now + timedelta(hours=1))[turn],
            )
