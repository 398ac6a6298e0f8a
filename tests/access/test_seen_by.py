"""Does the page *Vem kan se ärendet, och varför* say who can see the case, why, by whom and until when, and no more?"""

from datetime import timedelta

import pytest
from django.urls import reverse

from riskzon import clock, granting, seen_by
from riskzon.access import permission_id, visible_cases
from riskzon.models import Absence, Case, CaseGroupGrant, CasePermission, GrantSource, Unit, User
from tests.factories import CASTOR, at, child, make_report, people, person
from tests.generator import Generator
from workflows.demo.people import NORTH, ensure_people
from workflows.verbs.conflicts import declare
from workflows.verbs.people import name_liaison

pytestmark = pytest.mark.django_db


#: What is given besides, some of it to who cannot hold it.
GIVEN = (
    ("lina.dahl", CasePermission.HANDLE),
    ("ivar.sjo", CasePermission.READ),
    ("jour.reserv", CasePermission.NOTE),
    ("maria.oberg", CasePermission.READ),
    ("stina.berg", CasePermission.HANDLE),
)


@pytest.mark.slow
def test_it_agrees_with_what_everybody_sees_in_a_town_where_much_has_happened() -> None:
    town = Generator(seed=5, people=ensure_people())
    town.run(60)
    cases = list(Case.objects.select_related("unit").order_by("registered_at", "ordinal"))
    sara, now = person("sara.lindh"), town.now
    for username, case in zip(("karin.ek", "sara.lindh", "per.holm", "jour.vakt", "lina.dahl"), cases, strict=False):
        granting.block(person(username), case, by=sara, reason="Jäv.", now=now)
    assert len(cases) >= 10
    for case, (to, kind) in zip(cases[-len(GIVEN) :], GIVEN, strict=True):
        granting.grant(person(to), kind, case, source=GrantSource.ASSIGNED, by=sara, now=now)
    CaseGroupGrant.objects.create(
        group=Unit.objects.get(slug=NORTH).group,
        content_object=cases[5],
        permission_id=permission_id(CasePermission.READ),
        source=GrantSource.ASSIGNED,
        granted_at=now,
        granted_by=sara,
    )
    Absence.objects.create(
        person=sara, cover=person("hanna.vide"), starts_at=now, registered_by=sara, registered_at=now
    )
    # Whoever covers is biased in one, and at night is away: then nobody leads Sara's unit.
    granting.block(person("hanna.vide"), cases[1], by=sara, reason="Jäv.", now=now)
    Absence.objects.create(
        person=person("hanna.vide"), starts_at=now + timedelta(hours=6), registered_by=sara, registered_at=now
    )
    User.objects.filter(username="omar.nyman").update(is_active=False)

    grounds: set[str] = set()
    for moment in (now, now + timedelta(hours=12)):
        clock.stand_still(moment)
        by_person = {
            user: {case.pk: case.ground for case in visible_cases(user, moment)} for user in User.objects.all()
        }
        for case in cases:
            said = {sight.person.pk: sight.ground for sight in seen_by.people(case, moment)}
            assert said == {user.pk: seen[case.pk] for user, seen in by_person.items() if case.pk in seen}, case.number
            granted = {one.person.pk for one in seen_by.given(case, moment) if one.person}
            assert granted <= set(said)
            grounds |= set(said.values())
    assert grounds >= {"lead", "unit", "handle", "duty", "read", "note", "follow"}


@pytest.fixture
def case() -> Case:
    """A case of intake on a Friday at noon, registered by the liaison, whose colleague Karin has named as well."""
    people()
    at("2026-11-13T12:00:00+01:00")
    made = make_report("per.holm", children=[child(identity_number=CASTOR)]).cases[0]
    name_liaison(person("karin.ek"), made.pk, username="nadia.rask")
    return made


def shown(visit, username: str, case: Case) -> str:
    answer = visit(username).get(reverse("case-access", args=[case.pk]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split("<main")[1].split())


def test_whoever_leads_reads_every_name_with_the_ground_the_giver_and_the_end(visit, case: Case) -> None:
    said = shown(visit, "sara.lindh", case)

    assert "<dt>Leder enheten</dt> <dd>Sara Lindh</dd>" in said
    assert "<dt>Arbetar på enheten</dt> <dd>Karin Ek<br>Omar Nyman</dd>" in said
    nadia = said.split("<strong>Nadia Rask</strong>")[1].split("</li>")[0]
    assert "Utpekad av socialsekreterare" in nadia
    assert "Gavs av Karin Ek" in nadia
    assert "eller så länge ärendet är öppet" in nadia
    assert "Genom egen registrering" in said.split("<strong>Per Holm</strong>")[1].split("</li>")[0]
    assert "Eva Strand" not in said

    at("2026-11-13T22:00:00+01:00")
    assert "Eva Strand" in shown(visit, "sara.lindh", case)


def test_who_stands_in_for_a_supervisor_is_named_with_whom_and_until_when(visit, case: Case) -> None:
    now = clock.now()
    Absence.objects.create(
        person=person("sara.lindh"),
        cover=person("hanna.vide"),
        starts_at=now,
        ends_at=now + timedelta(days=3),
        registered_by=person("sara.lindh"),
        registered_at=now,
    )

    said = shown(visit, "hanna.vide", case)

    assert "Hanna Vide (ersätter Sara Lindh, till" in said


@pytest.mark.parametrize("biased", ["omar.nyman", "nadia.rask"])
def test_who_must_not_see_it_is_on_the_page_of_whoever_leads_alone(visit, case: Case, biased: str) -> None:
    name = str(person(biased))
    declare(person(biased), case.pk, reason="Granne till familjen.")

    by_lead = shown(visit, "sara.lindh", case)
    assert name not in by_lead.split('id="blocks"')[0]
    assert name in by_lead.split('id="blocks"')[1]
    by_worker = shown(visit, "karin.ek", case)
    assert name not in by_worker
    assert 'id="blocks"' not in by_worker
    # Nor by being the only one who is missing.
    assert "Karin Ek" not in by_worker.split("Egen behörighet")[0]
    assert "Sara Lindh" not in by_worker


def test_where_the_supervisor_is_biased_only_whoever_leads_instead_reads_it(visit, case: Case) -> None:
    declare(person("sara.lindh"), case.pk)

    assert "<dd>Maria Öberg</dd>" in shown(visit, "maria.oberg", case)
    assert "Maria Öberg" not in shown(visit, "karin.ek", case)


def test_what_has_ended_and_what_gives_nothing_is_not_on_it(visit, case: Case) -> None:
    sara, now = person("sara.lindh"), clock.now()
    granting.grant(person("lina.dahl"), CasePermission.READ, case, source=GrantSource.NAMED, by=sara, now=now)
    granting.grant(person("stina.berg"), CasePermission.READ, case, source=GrantSource.NAMED, by=sara, now=now)
    assert "Lina Dahl" in shown(visit, "sara.lindh", case)
    granting.revoke(person("lina.dahl"), case, source=GrantSource.NAMED, by=sara, now=now)

    said = shown(visit, "sara.lindh", case)
    assert "Lina Dahl" not in said
    assert "Stina Berg" not in said
