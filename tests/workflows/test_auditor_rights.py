"""The auditor finds every right on a single case that nobody should have, and every one that is missing, and says so."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from guardian.models import GroupObjectPermission, UserObjectPermission

from riskzon import clock, granting
from riskzon.access import FOLLOW_FOR, ground_of, permission_id
from riskzon.models import (
    AuditEntry,
    Case,
    CaseGrant,
    CaseGroupGrant,
    CasePermission,
    GrantSource,
    Investigation,
    Role,
    Unit,
    User,
)
from tests.acts import protect
from tests.damage import guards_off
from tests.factories import CASTOR, at, child, make_report, people, person
from tests.generator import Generator
from workflows.auditor import HEARTBEAT, audit
from workflows.auditor_rights import EVERY, MISSING, WRONG, deviations
from workflows.demo.people import NORTH, ensure_people
from workflows.models import Heartbeat
from workflows.verbs.conflicts import declare
from workflows.verbs.disposition import dispose
from workflows.verbs.investigations import close_investigation
from workflows.verbs.people import hand_over, name_liaison
from workflows.views.rights_words import DEVIATES
from workflows.watched import words

pytestmark = pytest.mark.django_db

HANDLE, READ, NOTE, FOLLOW, EMERGENCY = (
    CasePermission.HANDLE,
    CasePermission.READ,
    CasePermission.NOTE,
    CasePermission.FOLLOW,
    CasePermission.EMERGENCY,
)


@pytest.fixture
def case() -> Case:
    """A new case at intake of a child whom Lina at North investigates."""
    people()
    at("2026-11-13T10:00:00+01:00")
    first = make_report(children=[child(identity_number=CASTOR)]).cases[0]
    protect(first)
    hand_over(person("karin.ek"), first.pk, unit=NORTH, note="Till utredning.")
    dispose(person("lina.dahl"), first.pk, disposition="opened")
    at("2026-11-13T12:00:00+01:00")
    later = make_report("per.holm", children=[child(identity_number=CASTOR)]).cases[0]
    name_liaison(person("karin.ek"), later.pk, username="nadia.rask")
    return later


def give(case: Case, username: str, kind: CasePermission, source: GrantSource, by: str = "sara.lindh", **how) -> None:
    granting.grant(person(username), kind, case, source=source, by=person(by) if by else None, now=clock.now(), **how)


def given(case: Case, username: str, kind: CasePermission, source: GrantSource, by: str = "sara.lindh", **how):
    return lambda: give(case, username, kind, source, by, **how)


def heard() -> dict:
    """What a round of the auditor finds and remembers."""
    Heartbeat.objects.filter(name=HEARTBEAT).delete()
    audit()
    return Heartbeat.objects.get(name=HEARTBEAT).detail


def test_where_everybody_has_what_they_should_nothing_is_said(case: Case) -> None:
    assert ground_of(person("lina.dahl"), case.pk) == "handle"
    assert deviations() == []
    detail = heard()
    assert (detail["rights_wrong"], detail["rights_missing"]) == (0, 0)
    assert not {"rights_wrong", "rights_missing", "rights_not_compared"} & set(detail["faults"])


def _without_guard(act: Callable[[], object]) -> None:
    with guards_off():
        act()


def _gone(username: str) -> None:
    _without_guard(lambda: User.objects.filter(username=username).update(is_active=False))


def _other_role(username: str) -> None:
    _without_guard(lambda: User.objects.filter(username=username).update(role=Role.ANALYST))


def _blocked(case: Case) -> None:
    granting.block(person("nadia.rask"), case, by=person("sara.lindh"), reason="Släkt.", now=clock.now())


def _investigation_of_another(case: Case) -> None:
    # Of somebody who needs none for the case itself.
    Investigation.objects.update(case_worker=person("karin.ek"))
    Case.objects.filter(disposition="opened").update(unit=case.unit, assignee=None)


def _whole_unit(case: Case) -> None:
    CaseGroupGrant.objects.create(
        group=Unit.objects.get(slug=NORTH).group,
        content_object=case,
        permission_id=permission_id(NOTE),
        source=GrantSource.DUTY,
        granted_at=clock.now(),
    )


SURPLUS = {
    "somebody who has left": ("inactive", "nadia.rask", lambda case: _gone("nadia.rask")),
    "a role that cannot hold it": ("role", "nadia.rask", lambda case: _other_role("nadia.rask")),
    "somebody who is biased": ("blocked", "nadia.rask", _blocked),
    "whoever had the investigation": ("investigation_over", "lina.dahl", _investigation_of_another),
    "a liaison who neither sent, was named nor took over": (
        "no_source",
        "nadia.rask",
        lambda case: give(case, "nadia.rask", FOLLOW, GrantSource.ASSIGNED, ends_at=clock.now() + timedelta(days=3)),
    ),
    "a liaison as if the report were her own": (
        "no_source",
        "nadia.rask",
        lambda case: give(case, "nadia.rask", FOLLOW, GrantSource.REGISTERED, ends_at=clock.now() + timedelta(days=3)),
    ),
    "a colleague of another unit, by nothing": (
        "no_source",
        "ivar.sjo",
        lambda case: give(case, "ivar.sjo", HANDLE, GrantSource.NAMED),
    ),
    "an emergency that nobody has asked for": (
        "no_source",
        "ivar.sjo",
        lambda case: give(case, "ivar.sjo", EMERGENCY, GrantSource.EMERGENCY, ends_at=clock.now() + timedelta(hours=4)),
    ),
    "a right that nobody gave": (
        "no_giver",
        "ivar.sjo",
        lambda case: give(case, "ivar.sjo", READ, GrantSource.ASSIGNED, by=""),
    ),
    "notes without an end": ("endless", "jour.vakt", lambda case: give(case, "jour.vakt", NOTE, GrantSource.DUTY)),
    "an own report, for longer than thirty days": (
        "too_long",
        "per.holm",
        lambda case: CaseGrant.objects.filter(user=person("per.holm"), content_object=case).update(
            ends_at=case.registered_at + FOLLOW_FOR + timedelta(seconds=1)
        ),
    ),
    "a liaison who has named herself": (
        "no_source",
        "nadia.rask",
        lambda case: CaseGrant.objects.filter(user=person("nadia.rask"), content_object=case).update(
            granted_by=person("nadia.rask")
        ),
    ),
    "an own report as if it were taken over": (
        "no_source",
        "per.holm",
        lambda case: CaseGrant.objects.filter(user=person("per.holm"), content_object=case).update(
            source=GrantSource.TAKEN_OVER
        ),
    ),
    "what a colleague took over for her": (
        "no_source",
        "nadia.rask",
        lambda case: CaseGrant.objects.filter(user=person("nadia.rask"), content_object=case).update(
            source=GrantSource.TAKEN_OVER
        ),
    ),
    "a whole unit, for notes": ("no_source", "", _whole_unit),
}


@pytest.mark.parametrize("which", SURPLUS)
def test_a_right_that_nobody_should_have_is_found_told_and_shown(visit, case: Case, which: str) -> None:
    what, username, plant = SURPLUS[which]

    plant(case)

    user_id = person(username).pk if username else None
    assert [(one.what, one.case_id, one.user_id) for one in deviations()] == [(what, case.pk, user_id)]
    detail = heard()
    assert (detail["rights_wrong"], detail["rights_missing"]) == (1, 0)
    assert "rights_wrong" in detail["faults"]
    page = visit("lars.wik").get(reverse("log-reviews")).content.decode()
    assert case.number in page
    assert str(DEVIATES[what]) in page
    assert (str(person(username)) if username else "En hel enhet") in page
    assert AuditEntry.objects.filter(what="log_reviews", actor=person("lars.wik"), cases__contains=[case.pk]).exists()


def _right_lost(case: Case) -> None:
    CaseGrant.objects.filter(user=person("lina.dahl")).update(ended_at=clock.now())


def _assignee_elsewhere(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(assignee=person("ivar.sjo"))


LACKING = {
    "who investigates the child": ("worker", "lina.dahl", _right_lost),
    "who has the case and works elsewhere": ("assignee", "ivar.sjo", _assignee_elsewhere),
}


@pytest.mark.parametrize("which", LACKING)
def test_a_right_that_somebody_lacks_is_found_told_and_shown(visit, case: Case, which: str) -> None:
    what, username, plant = LACKING[which]

    plant(case)

    assert [(one.what, one.case_id, one.user_id) for one in deviations()] == [(what, case.pk, person(username).pk)]
    detail = heard()
    assert (detail["rights_wrong"], detail["rights_missing"]) == (0, 1)
    assert "rights_missing" in detail["faults"]
    page = visit("maria.oberg").get(reverse("log-reviews")).content.decode()
    assert str(person(username)) in page
    assert str(DEVIATES[what]) in page


def _case_permission() -> Permission:
    return Permission.objects.get(pk=permission_id(READ))


EVERYWHERE = {
    "a superuser": lambda _case: User.objects.filter(username="it.admin").update(is_superuser=True),
    "a person model-wide": lambda _case: person("it.admin").user_permissions.add(_case_permission()),
    "a unit model-wide": lambda _case: Unit.objects.get(slug=NORTH).group.permissions.add(_case_permission()),
    "guardian's rows of a person": lambda case: UserObjectPermission.objects.create(
        user=person("it.admin"), **_generic(case)
    ),
    "guardian's rows of a unit": lambda case: GroupObjectPermission.objects.create(
        group=Unit.objects.get(slug=NORTH).group, **_generic(case)
    ),
}


def _generic(case: Case) -> dict:
    right = _case_permission()
    return {"permission": right, "content_type": right.content_type, "object_pk": str(case.pk)}


@pytest.mark.parametrize("which", EVERYWHERE)
def test_a_right_on_all_cases_or_past_the_policy_is_found_in_the_next_round(case: Case, which: str) -> None:
    assert "rights_everywhere" not in heard()["faults"]

    EVERYWHERE[which](case)
    audit()

    detail = Heartbeat.objects.get(name=HEARTBEAT).detail
    assert (detail["rights_everywhere"], "rights_everywhere" in detail["faults"]) == (1, True)
    assert "en behörighet till alla ärenden" in words(person("sara.lindh"))


def test_the_leaders_read_it_on_every_page_and_the_log_reviewer_where_it_is_shown(visit, case: Case) -> None:
    give(case, "ivar.sjo", HANDLE, GrantSource.NAMED)
    heard()

    assert "en behörighet till ett ärende som ingen borde ha" in words(person("sara.lindh"))
    assert case.number not in visit("sara.lindh").get(reverse("log-reviews")).content.decode()


def test_who_is_biased_is_not_told_to_who_reviews_the_log(visit, case: Case) -> None:
    _blocked(case)

    page = visit("lars.wik").get(reverse("log-reviews")).content.decode()

    assert str(DEVIATES["no_source"]) in page
    assert DEVIATES["blocked"] == DEVIATES["no_source"]
    assert "jäv" not in page.split("<main")[1].lower()


def test_all_rights_are_compared_each_hour_and_each_round_while_something_is_wrong(case: Case) -> None:
    heard()
    give(case, "ivar.sjo", HANDLE, GrantSource.NAMED)
    audit()
    assert Heartbeat.objects.get(name=HEARTBEAT).detail["rights_wrong"] == 0

    Heartbeat.objects.filter(name=HEARTBEAT).update(at=clock.real_now() - EVERY)
    audit()
    assert Heartbeat.objects.get(name=HEARTBEAT).detail["rights_wrong"] == 1

    granting.revoke(person("ivar.sjo"), case, source=GrantSource.NAMED, by=None, now=clock.now())
    audit()
    assert Heartbeat.objects.get(name=HEARTBEAT).detail["rights_wrong"] == 0


def test_an_investigation_takes_its_worker_s_rights_along_when_it_ends(case: Case) -> None:
    investigation = Investigation.objects.get()

    close_investigation(person("lina.dahl"), investigation.pk, outcome="without_measure", reason="Inget behov.")

    assert ground_of(person("lina.dahl"), case.pk) is None
    assert deviations() == []


def test_a_report_by_a_liaison_who_must_not_see_the_child_gives_no_right(case: Case) -> None:
    declare(person("per.holm"), case.pk)
    again = make_report("per.holm", children=[child(identity_number=CASTOR)]).cases[0]

    assert not CaseGrant.objects.filter(user=person("per.holm"), content_object=again).exists()
    assert deviations() == []


def test_every_kind_has_its_words() -> None:
    assert set(DEVIATES) == {*WRONG, *MISSING}
    assert {what for what, *_rest in SURPLUS.values()} | {what for what, *_rest in LACKING.values()} == set(DEVIATES)


@pytest.mark.slow
def test_in_a_town_where_much_has_happened_nobody_has_too_much_or_too_little() -> None:
    town = Generator(seed=7, people=ensure_people())
    town.run(150)

    assert CaseGrant.objects.filter(ended_at=None).count() > 10
    assert [(one.what, one.case_id) for one in deviations()] == []
