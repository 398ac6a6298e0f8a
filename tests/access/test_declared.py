"""Is what the one declared table says (`riskzon.matrix`) what everybody meets, on the pages and in the database?"""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from riskzon import clock, context, granting
from riskzon.access import GIVEN, ground_of, roles_with
from riskzon.doors import look
from riskzon.matrix import PLACES, REACHES, RIGHTS, Action, Ground, Place
from riskzon.models import ApiToken, Case, CaseGrant, GrantSource, Role, TokenScope, User
from tests.access.actors import ACTORS, NO, OK
from tests.access.routes import ROUTES
from tests.factories import CASTOR, at, child, make_report, people, person

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db

#: The pages of each place, by the name of the address; and the calls of those that only other systems have.
PAGES = {
    Place.WORKLIST: ["worklist-status"],  # the first page itself is everybody's, and sends each role to its own
    Place.SEARCH: ["search"],
    Place.KNOWN: ["known"],
    Place.INVESTIGATIONS: ["investigations"],
    Place.EMERGENCY: ["emergency"],
    Place.REGISTER: ["report-new"],
    Place.OWN_REPORTS: ["liaison-reports", "colleagues-reports"],
    Place.RECEIVED: ["disclosures-received"],
    Place.RECEIPTS: ["partner-receipts"],
    Place.WAITING: ["waiting"],
    Place.BOARD: ["board", "breaches", "since"],
    Place.DISCLOSURES: ["disclosures"],
    Place.ACCOUNTING: ["accounting"],
    Place.STATISTICS: ["statistics"],
    Place.LOG_REVIEWS: ["log-reviews"],
    Place.ROSTER: ["roster"],
    Place.ROSTER_PLAN: ["roster-patterns", "roster-extra-new", "roster-import"],
    Place.OWN_SHIFTS: ["own-phone"],
    Place.ABSENCE: ["absence"],
    Place.RULES: ["rules"],
    Place.DELIVERIES: ["deliveries"],
    Place.ACCOUNTS: ["accounts", "account-new"],
    Place.ROLES: ["roles"],
    Place.WHO_MAY: ["who-may"],
}
CALLS = {Place.ACCOUNT_BY_API: "/api/v1/accounting", Place.FIGURES_BY_API: "/api/v1/statistics"}
FORMS = {Place.RULES_PROPOSE: "/rules/open_investigation/new/"}
#: What a page must be asked with.
_ASKED = {"worklist-status": {"since": "2026-11-12T00:00:00Z"}}
#: Where there is no page without something that waits, or a part of one: asked in tests/workflows/rules, test_roles,
#: test_emergency, test_watched and test_auditor_rights.
ELSEWHERE = {Place.RULES_ANSWER, Place.ROLES_ANSWER, Place.EMERGENCY_ANSWER, Place.ALARMS, Place.RIGHTS_REVIEW}


@pytest.fixture
def case() -> Case:
    """A case of intake, at noon; nobody but intake's own people and the liaison reach it."""
    people()
    at("2026-11-13T12:00:00+01:00")
    return make_report("per.holm", children=[child(identity_number=CASTOR)]).cases[0]


def one_of(role: Role) -> User:
    """Somebody in this role who has nothing to do with intake."""
    return User.objects.create(username=f"one.{role}", role=role, first_name="Kim", last_name="Annorlunda")


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("role", list(Role))
def test_a_right_that_is_given_opens_the_case_for_the_roles_that_are_declared_and_for_no_other(
    case: Case, role: Role
) -> None:
    user = one_of(role)
    for ground, permission in GIVEN.items():
        granting.grant(user, permission, case, source=GrantSource.NAMED, by=person("sara.lindh"), now=clock.now())
        is_declared = ground in REACHES[role]

        answer = browser_of(user).get(reverse("case", args=[case.pk]))

        assert answer.status_code == (200 if is_declared else 404), (role, ground)
        assert ground_of(user, case.pk) == (ground if is_declared else None)
        with look(user, "test"):
            assert Case.objects.filter(pk=case.pk).exists() is is_declared, (role, ground)
        assert (role in roles_with(permission)) is is_declared
        granting.revoke(user, case, source=GrantSource.NAMED, by=None, now=clock.now())


@pytest.mark.parametrize("role", list(Role))
def test_nobody_takes_a_case_along_into_another_role(case: Case, role: Role) -> None:
    user = one_of(Role.SOCIAL_WORKER)
    for permission in GIVEN.values():
        granting.grant(user, permission, case, source=GrantSource.NAMED, by=person("sara.lindh"), now=clock.now())

    User.objects.filter(pk=user.pk).update(role=Role.PARTNER if role == Role.SOCIAL_WORKER else role)
    User.objects.filter(pk=user.pk).update(role=Role.SOCIAL_WORKER)
    user.refresh_from_db()

    # Who comes back has what the role between could hold as well, and nothing more.
    between = REACHES[Role.PARTNER if role == Role.SOCIAL_WORKER else role]
    kept = {ground for ground in REACHES[Role.SOCIAL_WORKER] & between if ground in GIVEN}
    assert ground_of(user, case.pk) == next((ground for ground in Ground if ground in kept), None)


def test_a_right_ends_with_the_account_and_does_not_come_back(case: Case) -> None:
    user = one_of(Role.SOCIAL_WORKER)
    granting.grant(user, GIVEN[Ground.READ], case, source=GrantSource.NAMED, by=person("sara.lindh"), now=clock.now())

    User.objects.filter(pk=user.pk).update(is_active=False)
    User.objects.filter(pk=user.pk).update(is_active=True)

    assert browser_of(user).get(reverse("case", args=[case.pk])).status_code == 404
    assert CaseGrant.objects.get(user=user).ended_at == clock.now()


@pytest.mark.parametrize("role", list(Role))
def test_every_page_is_there_for_the_roles_that_are_declared_and_for_no_other(role: Role) -> None:
    people()
    user = User.objects.filter(role=role, is_active=True).order_by("username")[0]
    client = browser_of(user)

    for place, pages in PAGES.items():
        for name in pages:
            status = client.get(reverse(name), _ASKED.get(name)).status_code
            # The partner, who has one form alone, is sent to it.
            is_there = status == 200 or (status == 302 and (role, name) == (Role.PARTNER, "report-new"))
            assert is_there is (role in PLACES[place]), (place, name, status)
            assert is_there or status == 404
    for place, path in FORMS.items():
        assert client.get(path).status_code == (200 if role in PLACES[place] else 404), place
    key = ApiToken.fresh()
    ApiToken.objects.create(
        digest=ApiToken.digest_of(key), user=user, created_at=clock.real_now(), scope=TokenScope.READ
    )
    for place, path in CALLS.items():
        status = Client(headers={"Authorization": f"Bearer {key}"}).get(path).status_code
        assert status == (200 if role in PLACES[place] else 403), place


def test_everything_that_is_declared_is_asked_somewhere() -> None:
    assert {*PAGES, *CALLS, *FORMS} | ELSEWHERE == set(Place) == set(PLACES)
    assert set(REACHES) == set(Role)
    assert set(RIGHTS) == set(Ground)
    assert set().union(*RIGHTS.values()) == set(Action)
    assert {ground for grounds in REACHES.values() for ground in grounds} == set(Ground)


def test_the_table_written_by_hand_says_the_same_of_every_page() -> None:
    """The walk holds every page to tests/access/routes.py; this holds that to the declared table."""
    roles = {name: actor.username for name, actor in ACTORS.items() if actor.is_known}
    people()
    of = {user.username: user.role for user in User.objects.all()} | {"kiosk.syd": Role.PARTNER}
    for place, pages in PAGES.items():
        for name in pages:
            rule = ROUTES[reverse(name).lstrip("/")].rules["GET"]
            if place == Place.OWN_SHIFTS:
                continue  # by day and by night are two actors and one role
            said = {of[username] for actor, username in roles.items() if rule[actor] & (OK | NO)}
            assert said == set(PLACES[place]), name


def test_the_menu_leads_nobody_where_they_may_not_go() -> None:
    by_page = {name: place for place, pages in PAGES.items() for name in pages}
    for role, items in context.NAVIGATION.items():
        for item in items:
            if item.name in ("inbox", "worklist"):
                continue  # everybody's; the first page sends each role to its own
            assert role in PLACES[by_page[item.name]], (role, item.name)


def test_no_page_decides_by_role_who_has_it_but_by_the_table() -> None:
    gate = re.compile(r"role (?:not )?in \(|only_for\(")
    views = [
        *ROOT.glob("workflows/views/*.py"),
        *ROOT.glob("notifications/**/views*.py"),
        *ROOT.glob("riskzon/api/calls/*.py"),
    ]
    assert [path.name for path in views if gate.search(path.read_text())] == []


def test_the_readme_has_a_row_for_every_role() -> None:
    said = (ROOT / "README.md").read_text().split("## Who may do what")[1].split("\n## ")[0]
    assert [role.label for role in Role if f"\n| {role.label} |" not in said] == []
