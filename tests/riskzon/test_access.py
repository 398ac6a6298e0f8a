"""Who reaches a case on which ground, at which hour, until when - and what no ground gives?"""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.checks import run_checks
from django.db import IntegrityError, transaction
from guardian.models import GroupObjectPermission, UserObjectPermission
from guardian.shortcuts import assign_perm

from riskzon import clock, granting
from riskzon.access import RIGHTS, Action, Ground, visible_cases
from riskzon.doors import change, look
from riskzon.errors import Forbidden, Invalid, Unseen
from riskzon.models import AuditEntry, Case, CaseGrant, CasePermission, GrantSource, User
from tests.acts import DAY, call, clock_of, hold, move, protect, reread
from tests.factories import BEA, CASTOR, WORKDAY, at, child, guardian, make_report, people, person
from workflows.demo.people import PEOPLE
from workflows.verbs.disposition import dispose
from workflows.verbs.people import assign, hand_over, name_liaison, take

pytestmark = pytest.mark.django_db

FRIDAY_NOON, FRIDAY_NIGHT = "2026-11-13T12:00:00+01:00", "2026-11-13T22:00:00+01:00"


@pytest.fixture
def case() -> Case:
    people()
    at(FRIDAY_NOON)
    return make_report("per.holm", children=[child(identity_number=CASTOR)]).cases[0]


def _ground(username: str, case: Case) -> str:
    found = visible_cases(person(username)).filter(pk=case.pk).first()
    return found.ground if found else ""


def test_by_day_a_case_belongs_to_its_unit_and_to_who_sent_it(case: Case) -> None:
    assert {row[0]: _ground(row[0], case) for row in PEOPLE if _ground(row[0], case)} == {
        "karin.ek": "unit",
        "omar.nyman": "unit",
        "sara.lindh": "lead",
        "per.holm": "follow",
    }


@pytest.mark.parametrize(
    ("moment", "is_theirs"),
    [
        ("2026-11-13T16:59:59+01:00", False),
        ("2026-11-13T17:00:00+01:00", True),
        ("2026-11-15T12:00:00+01:00", True),
        ("2026-11-16T07:59:59+01:00", True),
        ("2026-11-16T08:00:00+01:00", False),
        ("2026-12-24T12:00:00+01:00", True),
    ],
)
def test_socialjouren_has_a_case_that_was_taken_over_exactly_while_the_unit_is_closed(
    case: Case, moment: str, is_theirs: bool
) -> None:
    at(moment)
    # That it is the day's from this moment on: Monday 08.00 has come and somebody was there.
    Case.objects.update(taken_over_at=clock.now(), taken_over_by=person("karin.ek"))

    assert (_ground("jour.vakt", case) == "duty") is is_theirs


def test_socialjouren_has_what_the_first_days_still_ask_for_and_no_more(case: Case) -> None:
    at(FRIDAY_NIGHT)
    protect(case, by="jour.vakt")
    assert _ground("jour.vakt", case) == "duty"

    call(case, by="jour.vakt")
    assert _ground("jour.vakt", case) == "duty"
    take(person("karin.ek"), case.pk)
    assert _ground("jour.vakt", case) == "note"
    with pytest.raises(Forbidden):
        call(case, by="jour.vakt", outcome="no_answer")
    at("2026-11-14T22:00:00+01:00")
    with pytest.raises(Unseen):
        call(case, by="jour.vakt", outcome="no_answer")


@pytest.mark.parametrize(("hours", "is_theirs"), [(57.9, True), (58, False), (61, False)])
def test_a_review_before_the_next_opening_is_socialjourens_too(case: Case, hours: float, is_theirs: bool) -> None:
    protect(case)
    hold(case, until=clock.now() + timedelta(hours=10 + hours))
    at(FRIDAY_NIGHT)

    # Monday 08.00 is 58 hours away.
    assert (_ground("jour.vakt", case) == "duty") is is_theirs


def test_a_case_that_came_in_long_before_is_socialjourens_while_nobody_has_been_reached(case: Case) -> None:
    protect(case)
    at("2027-01-04T22:00:00+01:00")

    assert _ground("jour.vakt", case) == "duty"


def test_the_liaison_follows_an_own_report_for_thirty_days_or_until_the_case_closes(case: Case) -> None:
    registered = case.registered_at
    at("2026-12-20T12:00:00+01:00")
    assert _ground("per.holm", case) == "follow"

    protect(case)
    call(case)
    dispose(person("karin.ek"), case.pk, disposition="opened")
    assert reread(case).closed_at is not None
    assert _ground("per.holm", case) == ""

    soon_closed = make_report("per.holm", children=[child(identity_number=BEA, guardians=[guardian()])]).cases[0]
    move(30 * DAY - timedelta(microseconds=1))
    assert _ground("per.holm", soon_closed) == "follow"
    assert registered + 30 * DAY < clock.now()


def test_a_closed_case_is_followed_until_the_thirtieth_day_and_not_after(case: Case) -> None:
    protect(case)
    call(case)
    dispose(person("karin.ek"), case.pk, disposition="opened")
    move(30 * DAY - timedelta(microseconds=1))
    assert _ground("per.holm", case) == "follow"

    move(timedelta(microseconds=1))
    assert _ground("per.holm", case) == ""


def test_a_liaison_who_is_named_follows_too_and_another_does_not(case: Case) -> None:
    assert _ground("nadia.rask", case) == ""

    name_liaison(person("karin.ek"), case.pk, username="nadia.rask")

    assert _ground("nadia.rask", case) == "follow"
    assert AuditEntry.objects.filter(case=case, what="name_liaison").count() == 1


def test_who_follows_opens_nothing_in_full(case: Case) -> None:
    per = person("per.holm")

    with pytest.raises(Forbidden), look(per, "case") as door:
        door.case(case.pk)
    with look(per, "receipt") as door:
        assert door.case(case.pk, Action.FOLLOW).rights == RIGHTS[Ground.FOLLOW]
    for action in set(Action) - RIGHTS[Ground.FOLLOW]:
        with pytest.raises(Forbidden), change(per, action, case.pk):
            pass


def test_a_block_wins_over_every_ground(case: Case) -> None:
    sara, now = person("sara.lindh"), clock.now()
    dispose(person("karin.ek"), case.pk, disposition="opened")
    lina = person("lina.dahl")
    granting.grant(lina, CasePermission.HANDLE, case, source=GrantSource.ASSIGNED, by=sara, now=now)
    grounds = {"sara.lindh": "lead", "karin.ek": "unit", "lina.dahl": "handle", "per.holm": "follow"}
    assert {name: _ground(name, case) for name in grounds} == grounds

    for name in (*grounds, "jour.vakt"):
        granting.block(person(name), case, by=person("maria.oberg"), reason="släkt", now=now)
    second = make_report("per.holm", children=[child(identity_number=CASTOR)]).cases[0]

    at(FRIDAY_NIGHT)
    for name in (*grounds, "jour.vakt"):
        assert (_ground(name, case), _ground(name, second)) == ("", ""), name
        with pytest.raises(Unseen), look(person(name), "case") as door:
            door.case(case.pk, Action.FOLLOW)


def test_who_is_blocked_cannot_be_given_the_case(case: Case) -> None:
    granting.block(person("omar.nyman"), case, by=person("sara.lindh"), reason="släkt", now=clock.now())

    with pytest.raises(Invalid):
        assign(person("sara.lindh"), case.pk, username="omar.nyman")
    with pytest.raises(Unseen):
        take(person("omar.nyman"), case.pk)


def test_the_everyday_right_goes_with_the_case_to_its_new_unit(case: Case) -> None:
    hand_over(person("karin.ek"), case.pk, unit="utredning-norr", note="Ni känner familjen.")

    assert _ground("karin.ek", case) == ""
    assert {name: _ground(name, case) for name in ("lina.dahl", "jonas.falk", "per.holm")} == {
        "lina.dahl": "unit",
        "jonas.falk": "lead",
        "per.holm": "follow",
    }
    assert reread(case).assignee is None
    assert clock_of(case).state == "running"


def test_somebody_who_has_left_reaches_nothing(case: Case) -> None:
    User.objects.filter(username__in=["karin.ek", "per.holm"]).update(is_active=False)

    assert (_ground("karin.ek", case), _ground("per.holm", case)) == ("", "")


def test_an_ended_grant_gives_nothing_and_can_be_given_again(case: Case) -> None:
    lina, sara, now = person("lina.dahl"), person("sara.lindh"), clock.now()
    for _turn in range(2):
        granting.grant(lina, CasePermission.READ, case, source=GrantSource.ASSIGNED, by=sara, now=now)
        granting.grant(lina, CasePermission.READ, case, source=GrantSource.ASSIGNED, by=sara, now=now)
        assert _ground("lina.dahl", case) == "read"
        assert granting.revoke(lina, case, source=GrantSource.ASSIGNED, by=sara, now=now) == 1
        assert _ground("lina.dahl", case) == ""
    assert CaseGrant.objects.filter(user=lina).count() == 2


def test_a_grant_ends_at_its_moment(case: Case) -> None:
    lina, now = person("lina.dahl"), clock.now()
    granting.grant(lina, CasePermission.READ, case, source=GrantSource.ASSIGNED, by=None, now=now, ends_at=now + DAY)
    move(DAY - timedelta(microseconds=1))
    assert _ground("lina.dahl", case) == "read"

    move(timedelta(microseconds=1))
    assert _ground("lina.dahl", case) == ""


def test_djangos_own_question_is_answered_by_the_policy(case: Case) -> None:
    assert person("karin.ek").has_perm("riskzon.handle_case", case)
    assert person("per.holm").has_perm("riskzon.follow_case", case)
    for user in (person("per.holm"), person("lina.dahl"), person("it.admin"), AnonymousUser()):
        assert not user.has_perm("riskzon.read_case", case)
    for username in ("karin.ek", "sara.lindh", "it.admin"):
        assert not person(username).has_perm("riskzon.read_case")
        assert person(username).get_all_permissions() == set()


def test_nobody_has_a_right_on_all_cases() -> None:
    at(WORKDAY)
    people()

    assert not [user for user in User.objects.all() if user.is_superuser or user.user_permissions.exists()]
    assert not [group for group in Group.objects.all() if group.permissions.exists()]
    assert run_checks(tags=["access"], databases=["default"]) == []


def test_the_check_finds_a_right_on_all_cases_wherever_it_was_given(case: Case) -> None:
    right = CaseGrant._meta.get_field("permission").related_model.objects.get(codename="read_case")
    person("it.admin").user_permissions.add(right)
    Group.objects.first().permissions.add(right)
    User.objects.filter(username="it.admin").update(is_superuser=True)

    found = run_checks(tags=["access"], databases=["default"])

    assert [(problem.id, problem.level) for problem in found] == [
        ("access.E001", 40),
        ("access.E001", 40),
        ("access.E002", 40),
    ]
    assert not visible_cases(person("it.admin")).exists()


def test_rows_of_guardians_generic_tables_are_found_and_open_nothing(case: Case) -> None:
    right = CaseGrant._meta.get_field("permission").related_model.objects.get(codename="read_case")
    fields = {"permission": right, "content_type": right.content_type, "object_pk": str(case.pk)}
    UserObjectPermission.objects.bulk_create([UserObjectPermission(user=person("it.admin"), **fields)])
    GroupObjectPermission.objects.bulk_create([GroupObjectPermission(group=Group.objects.first(), **fields)])

    assert [problem.id for problem in run_checks(tags=["access"], databases=["default"])] == ["access.E003"] * 2
    assert not visible_cases(person("it.admin")).exists()


def test_guardians_own_shortcut_cannot_slip_a_grant_past_the_policy(case: Case) -> None:
    with pytest.raises(IntegrityError, match="granted_at"), transaction.atomic():
        assign_perm("riskzon.read_case", person("it.admin"), case)
