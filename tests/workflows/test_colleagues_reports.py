"""A liaison takes over a colleague's report: what is offered, what is seen, who is told, and what stays hidden."""

import pytest
from django.test import Client

from notifications.models import Message
from riskzon import access, clock, granting
from riskzon.errors import Unseen
from riskzon.models import AuditEntry, Case, CaseGrant, Role, User
from riskzon.models.people import Unit
from tests.acts import DAY, at_once, both_parents, call, end, move, protect, reread, told
from tests.api.caller import Caller
from tests.factories import BEA, CASTOR, WORKDAY, at, child, make_report, people, person
from workflows.verbs.colleagues import take_over_report
from workflows.verbs.contacts import inform_child
from workflows.verbs.disposition import dispose

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _workday(db: None) -> None:
    people()
    at(WORKDAY)


def visitor(username: str) -> Client:
    client = Client()
    client.force_login(person(username))
    return client


def offered_to(username: str) -> str:
    answer = visitor(username).get("/reports/colleagues/")
    assert answer.status_code == 200
    return answer.content.decode()


def press(username: str, number: str) -> int:
    return visitor(username).post(f"/reports/{number}/take-over/").status_code


def arrest(by: str = "per.holm", **fields: object) -> Case:
    return make_report(by, children=[child(guardians=both_parents(), summary="Lugn.", **fields)]).cases[0]


def test_the_list_holds_number_kind_when_and_by_whom_and_nothing_of_the_child() -> None:
    case = arrest()
    protect(case)
    page = offered_to("nadia.rask").split("<main")[1]
    for shown in (case.report.number, "Gripen", "i dag 14.00", "Per Holm", "Ta över"):
        assert shown in page
    for secret in ("Albin", "Fiktivsson", "20100702", str(case.pk), case.number, "Lugn", "Skyddsbedömd", "Inte nådd"):
        assert secret not in page, secret
    assert AuditEntry.objects.get(what="colleagues_reports").cases == [case.pk]


def test_one_press_makes_it_an_own_report_for_both() -> None:
    case = arrest()
    nadia = visitor("nadia.rask")
    assert nadia.get(f"/cases/{case.pk}/").status_code == 404
    answer = nadia.post(f"/reports/{case.report.number}/take-over/", follow=True)
    assert "Du följer nu anmälan." in answer.content.decode()
    assert "Albin Fiktivsson" in answer.content.decode()
    for username in ("nadia.rask", "per.holm"):
        assert "Lugn." in visitor(username).get(f"/cases/{case.pk}/").content.decode()
    assert case.report.number not in offered_to("nadia.rask")
    assert told("report_taken_over", case) == {"per.holm"}
    row = AuditEntry.objects.get(what="take_over_report")
    assert (row.actor, row.case, row.ground) == (person("nadia.rask"), case, "taken_over")
    timeline = visitor("karin.ek").get(f"/cases/{case.pk}/timeline/").content.decode()
    assert "Tog över anmälan från kollega hos polisen" in timeline
    assert "Nadia Rask" in timeline


def test_whoever_took_over_hears_that_a_guardian_is_reached_and_may_register_one() -> None:
    case = arrest()
    take_over_report(person("nadia.rask"), case.report.number)
    call(case, by="nadia.rask", channel="visit")
    assert told("guardian_reached", case) == {"per.holm", "nadia.rask"}


def test_the_right_ends_as_the_colleagues_does() -> None:
    case = arrest()
    move(10 * DAY)
    take_over_report(person("nadia.rask"), case.report.number)
    protect(case)
    call(case)
    call(case, "Olle")
    inform_child(person("karin.ek"), case.pk, at=clock.now())
    dispose(person("karin.ek"), case.pk, disposition="opened")
    assert not reread(case).is_open
    move(19 * DAY)
    for username in ("nadia.rask", "per.holm"):
        assert access.can(person(username), access.Action.FOLLOW, case)
    move(2 * DAY)
    for username in ("nadia.rask", "per.holm"):
        assert not access.can(person(username), access.Action.FOLLOW, case)


def test_twice_is_harmless() -> None:
    case = arrest()
    for _time in range(2):
        assert press("nadia.rask", case.report.number) == 302
    caller = Caller("nadia.rask")
    assert caller.post(f"/reports/{case.report.number}/take-over").status_code == 200
    assert CaseGrant.objects.filter(source="taken_over").count() == 1
    assert AuditEntry.objects.filter(what="take_over_report").count() == 1
    assert Message.objects.filter(kind="report_taken_over").count() == 1


def test_the_call_answers_with_the_reduced_report() -> None:
    case = arrest()
    answer = Caller("nadia.rask").post(f"/reports/{case.report.number}/take-over")
    assert answer.status_code == 200
    (seen,) = answer.json()["cases"]
    assert seen["id"] == str(case.pk)
    assert seen["guardian_contact"]["state"] == "running"
    assert "holds" not in seen


@pytest.mark.parametrize("username", ["karin.ek", "sara.lindh", "jour.vakt", "maria.oberg", "butik.city", "it.admin"])
def test_only_liaisons_take_over(username: str) -> None:
    number = arrest().report.number
    assert visitor(username).get("/reports/colleagues/").status_code == 404
    assert press(username, number) == 404
    assert Caller(username).post(f"/reports/{number}/take-over").status_code == 404
    assert not CaseGrant.objects.filter(source="taken_over").exists()


@pytest.mark.parametrize("number", ["2026-999999", "x", "2026-000001-1", "20100702-2393"])
def test_a_number_that_is_no_report_is_not_found(number: str) -> None:
    arrest()
    assert press("nadia.rask", number) == 404
    assert Caller("nadia.rask").post(f"/reports/{number}/take-over").status_code == 404


def _by_partner() -> Case:
    return make_report("butik.city", kind="concern", reporter={"type": "business"}).cases[0]


def _by_social_services() -> Case:
    return make_report("karin.ek").cases[0]


def _own() -> Case:
    return make_report("nadia.rask").cases[0]


def _of_another_post() -> Case:
    case = arrest()
    people().users["per.holm"].__class__.objects.filter(username="per.holm").update(unit=None)
    return case


def _of_one_who_is_no_liaison_now() -> Case:
    case = arrest()
    User.objects.filter(username="per.holm").update(role=Role.SOCIAL_WORKER)
    return case


def _ended() -> Case:
    return end(arrest())


def _blocked() -> Case:
    case = arrest()
    granting.block(person("nadia.rask"), case, by=person("sara.lindh"), reason="Kusin", now=clock.now())
    return case


def _beside_a_blocked_one() -> Case:
    _first, second = make_report("per.holm", children=[child(), child(identity_number=BEA)]).cases
    granting.block(person("nadia.rask"), second, by=person("sara.lindh"), reason="Kusin", now=clock.now())
    return second


def _protected() -> Case:
    return arrest(protected_identity="marked")


def _protected_since() -> Case:
    case = arrest()
    make_report("karin.ek", children=[child(protected_identity="assumed_identity")])
    return case


def _beside_a_protected_one() -> Case:
    return make_report(
        "per.holm", children=[child(), child(identity_number=CASTOR, protected_identity="protected_registration")]
    ).cases[0]


@pytest.mark.parametrize(
    "made",
    [
        _by_partner,
        _by_social_services,
        _own,
        _of_another_post,
        _of_one_who_is_no_liaison_now,
        _ended,
        _blocked,
        _beside_a_blocked_one,
        _protected,
        _protected_since,
        _beside_a_protected_one,
    ],
)
def test_what_is_not_a_colleagues_open_report_is_neither_listed_nor_taken(made: object) -> None:
    number = made().report.number  # type: ignore[operator]
    assert "Det finns ingen anmälan att ta över." in offered_to("nadia.rask")
    assert press("nadia.rask", number) == 404
    with pytest.raises(Unseen):
        take_over_report(person("nadia.rask"), number)
    assert not CaseGrant.objects.filter(source="taken_over").exists()


def test_a_deactivated_colleagues_report_can_be_taken_over() -> None:
    case = arrest()
    User.objects.filter(username="per.holm").update(is_active=False)
    assert press("nadia.rask", case.report.number) == 302
    assert access.can(person("nadia.rask"), access.Action.FOLLOW, case)


def test_a_colleague_who_is_blocked_since_hears_nothing_of_it() -> None:
    case = arrest()
    granting.block(person("per.holm"), case, by=person("sara.lindh"), reason="Kusin", now=clock.now())
    take_over_report(person("nadia.rask"), case.report.number)
    assert told("report_taken_over") == set()


def test_of_a_report_with_two_children_only_what_is_open_is_taken_over() -> None:
    first, second = make_report("per.holm", children=[child(), child(identity_number=BEA)]).cases
    end(first)
    taken = take_over_report(person("nadia.rask"), second.report.number)
    assert [case.pk for case in taken] == [second.pk]
    assert not access.can(person("nadia.rask"), access.Action.FOLLOW, first)


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_give_one_right_and_one_message() -> None:
    case = arrest()
    number, nadia = case.report.number, person("nadia.rask")
    results = at_once(lambda: take_over_report(nadia, number), lambda: take_over_report(nadia, number))
    assert sorted(len(one) for one in results) == [0, 1]
    assert CaseGrant.objects.filter(source="taken_over").count() == 1
    assert Message.objects.filter(kind="report_taken_over").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_at_once_both_follow() -> None:
    case = arrest()
    third = User.objects.create(username="tredje", role=Role.LIAISON, unit=Unit.objects.get(kind="liaison"))
    number, nadia = case.report.number, person("nadia.rask")
    at_once(lambda: take_over_report(nadia, number), lambda: take_over_report(third, number))
    assert set(granting.followers(case, clock.now()).values_list("username", flat=True)) == {
        "per.holm",
        "nadia.rask",
        "tredje",
    }
    assert Message.objects.filter(kind="report_taken_over").count() == 2
