"""Jäv (FL 16-18 §§): whoever is biased loses everything of the child in one act, and somebody else has the cases."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from notifications.models import Message
from riskzon import access, clock
from riskzon.access import Action
from riskzon.errors import Conflict, Forbidden, Invalid, Unseen
from riskzon.models import AuditEntry, Case, CaseBlock, CaseGrant, Investigation, Unit, User
from tests.acts import at_once, call, protect, refuses, reread, told
from tests.api.caller import Caller
from tests.factories import WORKDAY, at, child, make_report, people, person
from workflows.demo.people import NORTH
from workflows.verbs.conflicts import block, declare, unblock
from workflows.verbs.contacts import inform_child
from workflows.verbs.disposition import dispose
from workflows.verbs.people import assign, hand_over, name_liaison, take

pytestmark = pytest.mark.django_db

SECRET = "Barnets moster"


@pytest.fixture(autouse=True)
def _workday(db: None) -> None:
    people()
    at(WORKDAY)


@pytest.fixture
def case() -> Case:
    """Karin's case, which Per has registered."""
    made = make_report("per.holm").cases[0]
    take(person("karin.ek"), made.pk)
    return reread(made)


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_whoever_declares_it_lands_on_the_worklist_and_the_case_is_gone(visit, case: Case) -> None:
    karin = visit("karin.ek")
    assert "Anmäl jäv" in page(karin, reverse("case", args=[case.pk]))
    answer = karin.post(reverse("case-conflict", args=[case.pk]), {"reason": SECRET}, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    words = answer.content.decode()
    assert "Du har anmält jäv." in words
    for secret in ("Albin", case.number, str(case.pk)):
        assert secret not in words
    for name in ("case", "case-timeline", "case-log", "case-conflict", "contact"):
        assert karin.get(reverse(name, args=[case.pk])).status_code == 404
    made = CaseBlock.objects.get()
    assert (made.user, made.set_by, made.reason) == (person("karin.ek"), person("karin.ek"), SECRET)


def test_it_is_gone_from_lists_search_counts_and_messages(visit, case: Case) -> None:
    karin, caller = visit("karin.ek"), Caller("karin.ek")
    assert case.number in page(karin, "/inbox/")
    declare(person("karin.ek"), case.pk)
    for path in ("/?view=all", "/?view=mine", "/?view=unassigned", "/?view=overdue", "/inbox/", "/investigations/"):
        words = page(karin, path)
        assert "Albin" not in words, path
        assert case.number not in words, path
    for typed in ("Albin", "20100702-2393", case.number):
        found = karin.post("/search/", {"q": typed})
        assert str(case.pk) not in found.content.decode() + found.get("Location", "")
        assert caller.post("/cases/search", {"q": typed}).json()["results"] == []
    assert caller.get("/cases").json()["results"] == []
    assert caller.get("/deadlines").json()["results"] == []
    assert caller.get(f"/cases/{case.pk}").status_code == 404
    assert caller.get(f"/reports/{case.report.number}").status_code == 404
    known = karin.post("/reports/known/", {"identity_number": "20100702-2393"}).content.decode()
    assert case.number not in known


def test_a_reason_is_not_asked_for(case: Case) -> None:
    assert declare(person("karin.ek"), case.pk).reason == ""


def test_every_open_case_of_the_child_goes_to_the_queue_and_the_supervisor_is_told(case: Case) -> None:
    second = make_report("karin.ek").cases[0]
    take(person("karin.ek"), second.pk)
    others = make_report("karin.ek", children=[child(identity_number="20130505-2399")]).cases[0]
    take(person("karin.ek"), others.pk)
    declare(person("karin.ek"), case.pk)
    assert [reread(one).assignee for one in (case, second)] == [None, None]
    assert reread(others).assignee == person("karin.ek")
    assert told("conflict_of_interest") == {"sara.lindh"}
    assert told("conflict_of_interest", case) == {"sara.lindh"}


def test_a_case_that_a_colleague_has_stays_with_the_colleague(case: Case) -> None:
    assign(person("sara.lindh"), case.pk, username="omar.nyman")
    declare(person("karin.ek"), case.pk)
    assert reread(case).assignee == person("omar.nyman")


def test_each_supervisor_of_a_unit_that_loses_its_worker_is_told(case: Case) -> None:
    second = make_report("karin.ek").cases[0]
    hand_over(person("karin.ek"), second.pk, unit=NORTH, note="Till Norr.")
    Case.objects.filter(pk=second.pk).update(assignee=person("karin.ek"))
    declare(person("karin.ek"), case.pk)
    assert told("conflict_of_interest", case) == {"sara.lindh"}
    assert told("conflict_of_interest", second) == {"jonas.falk"}


def _investigated(case: Case) -> Investigation:
    hand_over(person("karin.ek"), case.pk, unit=NORTH, note="Till Norr.")
    dispose(person("lina.dahl"), case.pk, disposition="opened")
    return Investigation.objects.get()


def test_a_running_investigation_goes_to_the_supervisor_with_the_later_cases(case: Case) -> None:
    running = _investigated(case)
    later = make_report("karin.ek").cases[0]
    lina, jonas = person("lina.dahl"), person("jonas.falk")
    assert access.can(lina, Action.READ, later)
    assert not access.can(jonas, Action.READ, later)
    declare(lina, later.pk)
    running.refresh_from_db()
    assert running.case_worker == jonas
    assert access.can(jonas, Action.READ, later)
    assert not CaseGrant.objects.filter(user=lina, ended_at__isnull=True).exists()
    assert told("investigation_moved", case) == {"jonas.falk"}
    newest = make_report("karin.ek").cases[0]
    assert told("investigation_report", newest) == {"jonas.falk"}


def test_where_the_supervisor_is_the_biased_one_the_heads_are_told_and_have_the_investigation(
    visit, case: Case
) -> None:
    running = _investigated(case)
    Investigation.objects.update(case_worker=person("jonas.falk"))
    jonas, maria = person("jonas.falk"), person("maria.oberg")
    declare(jonas, case.pk)
    running.refresh_from_db()
    assert running.case_worker == maria
    assert told("conflict_of_interest", case) == {"maria.oberg"}
    assert told("investigation_moved", case) == {"maria.oberg"}
    assert visit("maria.oberg").get(reverse("case", args=[case.pk])).status_code == 200
    assert visit("jonas.falk").get(reverse("case", args=[case.pk])).status_code == 404
    assert case.number not in page(visit("jonas.falk"), "/board/")


def test_the_supervisor_sets_it_for_a_colleague_who_is_not_told(visit, case: Case) -> None:
    sara = visit("sara.lindh")
    address = reverse("case-block", args=[case.pk])
    answer = sara.post(address, {"username": "karin.ek", "reason": SECRET}, follow=True)
    words = answer.content.decode()
    assert "Vem kan se ärendet, och varför" in words
    assert SECRET in words
    assert reread(case).assignee is None
    assert visit("karin.ek").get(reverse("case", args=[case.pk])).status_code == 404
    assert told("conflict_of_interest") == set()
    assert not Message.objects.filter(recipient=person("karin.ek"), kind__in=["conflict_of_interest"]).exists()


@pytest.mark.parametrize(
    ("username", "reason", "field"),
    [
        ("karin.ek", " ", "reason"),
        ("sara.lindh", "Skäl", "username"),
        ("nobody", "Skäl", "username"),
        ("butik.city", "Skäl", "username"),
        ("it.admin", "Skäl", "username"),
    ],
)
def test_what_is_wrong_is_said_and_nobody_is_blocked(case: Case, username: str, reason: str, field: str) -> None:
    with pytest.raises(Invalid) as wrong:
        block(person("sara.lindh"), case.pk, username=username, reason=reason)
    assert [name for name, _message in wrong.value.errors] == [field]
    assert not CaseBlock.objects.exists()


@pytest.mark.parametrize("username", ["karin.ek", "per.holm"])
def test_only_the_supervisor_sets_it_for_others(case: Case, username: str) -> None:
    with pytest.raises(Forbidden):
        block(person(username), case.pk, username="omar.nyman", reason="Skäl")
    with pytest.raises(Unseen):
        block(person("jonas.falk"), case.pk, username="omar.nyman", reason="Skäl")
    assert not CaseBlock.objects.exists()


def test_the_list_is_for_the_supervisor_alone(visit, case: Case) -> None:
    declare(person("omar.nyman"), case.pk, reason=SECRET)
    assert SECRET in page(visit("sara.lindh"), reverse("case-access", args=[case.pk]))
    assert "Anmälde själv" in page(visit("sara.lindh"), reverse("case-access", args=[case.pk]))
    for username, status in (("karin.ek", 403), ("per.holm", 403), ("omar.nyman", 404), ("maria.oberg", 404)):
        # The page itself is for everybody who works with the case, the list on it is not.
        seen = visit(username).get(reverse("case-access", args=[case.pk])).status_code
        assert seen == (200 if username == "karin.ek" else status)
        assert Caller(username).get(f"/cases/{case.pk}/blocks").status_code == status
    for name in ("case", "case-timeline", "case-log", "case-documents", "case-process", "case-access"):
        words = page(visit("karin.ek"), reverse(name, args=[case.pk]))
        assert SECRET not in words, name
        assert "Omar Nyman" not in words, name


def test_in_the_log_it_stands_for_the_supervisor_alone(visit, case: Case) -> None:
    declare(person("omar.nyman"), case.pk)
    assert AuditEntry.objects.filter(case=case, what="block", actor=person("omar.nyman")).exists()
    assert "Omar Nyman" in page(visit("sara.lindh"), reverse("case-log", args=[case.pk]))
    assert "Omar Nyman" not in page(visit("karin.ek"), reverse("case-log", args=[case.pk]))


def test_the_supervisor_ends_it_and_what_ended_with_it_stays_ended(visit, case: Case) -> None:
    declare(person("per.holm"), case.pk)
    assert visit("per.holm").get(reverse("case", args=[case.pk])).status_code == 404
    declare(person("karin.ek"), case.pk)
    sara = visit("sara.lindh")
    for username in ("per.holm", "karin.ek"):
        answer = sara.post(reverse("case-block-end", args=[case.pk, person(username).pk]), follow=True)
        assert "Jävet är avslutat." in answer.content.decode()
    assert visit("karin.ek").get(reverse("case", args=[case.pk])).status_code == 200
    assert visit("per.holm").get(reverse("case", args=[case.pk])).status_code == 404
    assert reread(case).assignee is None
    again = sara.post(reverse("case-block-end", args=[case.pk, person("karin.ek").pk]), follow=True)
    assert "redan avslutat" in again.content.decode()


def test_it_can_be_declared_again_after_it_has_ended(case: Case) -> None:
    declare(person("karin.ek"), case.pk)
    unblock(person("sara.lindh"), case.pk, username="karin.ek")
    declare(person("karin.ek"), case.pk)
    assert CaseBlock.objects.count() == 2
    assert Message.objects.filter(kind="conflict_of_interest").count() == 2


def test_nobody_ends_the_own_one(case: Case) -> None:
    declare(person("sara.lindh"), case.pk)
    with pytest.raises(Unseen):
        unblock(person("sara.lindh"), case.pk, username="sara.lindh")
    with pytest.raises(IntegrityError, match="block_is_ended_by_another"), transaction.atomic():
        CaseBlock.objects.update(ended_at=clock.now(), ended_by=person("sara.lindh"))


def test_the_database_wants_a_reason_for_somebody_else_only(case: Case) -> None:
    karin, sara = person("karin.ek"), person("sara.lindh")
    refuses(
        lambda: CaseBlock.objects.create(user=karin, child=case.child, since=clock.now(), set_by=sara, reason=""),
        "block_has_reason",
    )
    CaseBlock.objects.create(user=karin, child=case.child, since=clock.now(), set_by=karin, reason="")


def test_setting_it_twice_changes_nothing(case: Case) -> None:
    sara = person("sara.lindh")
    first = block(sara, case.pk, username="karin.ek", reason="Faster")
    assign(sara, case.pk, username="omar.nyman")
    second = block(sara, case.pk, username="karin.ek", reason="Något annat")
    assert (second.pk, second.reason) == (first.pk, "Faster")
    assert reread(case).assignee == person("omar.nyman")


def test_whoever_is_blocked_cannot_be_given_the_case_again_and_is_not_offered(visit, case: Case) -> None:
    sara = visit("sara.lindh")
    given = {"case-assign": "karin.ek", "case-liaison": "nadia.rask"}
    for name, username in given.items():
        assert f'value="{username}"' in page(sara, reverse(name, args=[case.pk]))
        block(person("sara.lindh"), case.pk, username=username, reason="Faster")
        assert f'value="{username}"' not in page(sara, reverse(name, args=[case.pk]))
    with pytest.raises(Invalid):
        assign(person("sara.lindh"), case.pk, username="karin.ek")
    with pytest.raises(Invalid):
        name_liaison(person("sara.lindh"), case.pk, username="nadia.rask")
    assert not CaseGrant.objects.filter(user=person("nadia.rask")).exists()


def test_the_work_goes_on_for_the_others(case: Case) -> None:
    declare(person("karin.ek"), case.pk)
    take(person("omar.nyman"), case.pk)
    protect(case, by="omar.nyman")
    call(case, by="omar.nyman")
    dispose(person("omar.nyman"), case.pk, disposition="opened")
    assert reread(case).disposition == "opened"


def test_the_calls(case: Case) -> None:
    karin, sara = Caller("karin.ek"), Caller("sara.lindh")
    answer = karin.post(f"/cases/{case.pk}/blocks", {"username": "omar.nyman", "reason": "Skäl"})
    assert answer.status_code == 403
    answer = karin.post(f"/cases/{case.pk}/blocks", {"username": "karin.ek", "reason": SECRET})
    assert answer.status_code == 201
    assert answer.json() == {
        "username": "karin.ek",
        "since": WORKDAY,
        "set_by": "karin.ek",
        "reason": SECRET,
        "ended_at": None,
    }
    assert karin.post(f"/cases/{case.pk}/blocks", {}).status_code == 404
    assert sara.post(f"/cases/{case.pk}/blocks", {"username": "omar.nyman"}).status_code == 422
    answer = sara.post(f"/cases/{case.pk}/blocks", {"username": "omar.nyman", "reason": "Granne"})
    assert answer.status_code == 201
    listed = sara.get(f"/cases/{case.pk}/blocks").json()["results"]
    assert [row["username"] for row in listed] == ["karin.ek", "omar.nyman"]
    ended = sara.post(f"/cases/{case.pk}/blocks/omar.nyman/end")
    assert (ended.status_code, ended.json()["ended_at"]) == (200, WORKDAY)
    assert sara.post(f"/cases/{case.pk}/blocks/omar.nyman/end").status_code == 409


def test_a_form_that_is_wrong_comes_back_as_it_was_filled_in(visit, case: Case) -> None:
    answer = visit("sara.lindh").post(reverse("case-block", args=[case.pk]), {"username": "", "reason": SECRET})
    assert answer.status_code == 422
    assert SECRET in answer.content.decode()
    assert "Välj en medarbetare." in answer.content.decode()


def test_in_a_closed_case_it_can_be_declared_too(visit, case: Case) -> None:
    protect(case)
    call(case)
    inform_child(person("karin.ek"), case.pk, at=clock.now())
    dispose(person("sara.lindh"), case.pk, disposition="deviation", reason="Skäl")
    assert not reread(case).is_open
    assert "Anmäl jäv" in page(visit("karin.ek"), reverse("case", args=[case.pk]))
    declare(person("karin.ek"), case.pk)
    assert visit("karin.ek").get(reverse("case", args=[case.pk])).status_code == 404


def test_nobody_is_left_out_where_there_is_neither_supervisor_nor_head(case: Case) -> None:
    """Then a colleague has the investigation; and where there is none, jäv is declared all the same."""
    dispose(person("karin.ek"), case.pk, disposition="opened")
    Unit.objects.update(supervisor=None)
    User.objects.filter(username="maria.oberg").update(is_active=False)
    declare(person("karin.ek"), case.pk)
    assert Investigation.objects.get().case_worker == person("omar.nyman")
    declare(person("omar.nyman"), case.pk)
    assert CaseBlock.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_declaring_twice_at_once_is_one_block_and_one_message(case: Case) -> None:
    karin = person("karin.ek")
    results = at_once(lambda: declare(karin, case.pk), lambda: declare(karin, case.pk))
    assert sorted(type(one).__name__ for one in results) == ["CaseBlock", "Unseen"]
    assert CaseBlock.objects.count() == 1
    assert Message.objects.filter(kind="conflict_of_interest").count() == 1


@pytest.mark.django_db(transaction=True)
def test_taking_another_case_of_the_child_at_the_same_moment_leaves_it_with_nobody(case: Case) -> None:
    second, karin = make_report("omar.nyman").cases[0], person("karin.ek")
    for _round in range(3):
        at_once(lambda: take(karin, second.pk), lambda: declare(karin, case.pk))
        assert CaseBlock.objects.filter(ended_at__isnull=True).count() == 1
        assert [reread(one).assignee for one in (case, second)] == [None, None]
        unblock(person("sara.lindh"), case.pk, username="karin.ek")


@pytest.mark.django_db(transaction=True)
def test_two_who_end_it_at_once_end_it_once(case: Case) -> None:
    declare(person("karin.ek"), case.pk)
    sara = person("sara.lindh")
    ends = [lambda: unblock(sara, case.pk, username="karin.ek")] * 2
    results = at_once(*ends)
    assert sorted(type(one).__name__ for one in results) == ["CaseBlock", Conflict.__name__]
