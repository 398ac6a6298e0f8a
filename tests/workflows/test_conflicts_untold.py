"""That somebody is biased is nobody's but the lead's: no page tells it by what it says, and nothing is left till a sweep."""

import pytest
from django.test import Client
from django.urls import reverse

from riskzon import access
from riskzon.access import Action
from riskzon.errors import Conflict
from riskzon.models import Case, CaseBlock, CaseGrant, Investigation, Unit, User
from tests.acts import end, propose, reread, told
from tests.api.caller import Caller
from tests.factories import ALBIN, CASTOR, WORKDAY, at, child, make_report, people, person
from workflows.demo.people import INTAKE, NORTH
from workflows.sweep import sweep
from workflows.verbs.conflicts import block, declare
from workflows.verbs.disposition import dispose
from workflows.verbs.ends import confirm_end
from workflows.verbs.family import identify_child
from workflows.verbs.people import assign, hand_over, take

pytestmark = pytest.mark.django_db

BIASED = "Handläggaren är jävig"
UNKNOWN = {"approximate_age": 14, "description": "Röd jacka"}


@pytest.fixture(autouse=True)
def _workday(db: None) -> None:
    people()
    at(WORKDAY)


@pytest.fixture
def castor() -> Case:
    return make_report("omar.nyman", children=[child(identity_number=CASTOR, given_name="Castor")]).cases[0]


@pytest.fixture
def unknown() -> Case:
    """An unknown child's case, which Karin has."""
    case = make_report("omar.nyman", children=[UNKNOWN]).cases[0]
    take(person("karin.ek"), case.pk)
    return case


def bias(case: Case, username: str = "karin.ek") -> None:
    block(person("sara.lindh"), case.pk, username=username, reason="Moster")


def identify(case: Case, number: str) -> None:
    identify_child(person("omar.nyman"), case.pk, identity_number=number)


def pages(client: Client, case: Case) -> str:
    """The timeline and the access log."""
    found = [client.get(reverse(name, args=[case.pk])) for name in ("case", "case-timeline", "case-log")]
    assert [one.status_code for one in found] == [200] * 3
    return "".join(one.content.decode() for one in found)


def test_a_biased_worker_holds_nothing_from_the_moment_when_the_child_is_known(castor, unknown):
    bias(castor)
    identify(unknown, CASTOR)
    assert reread(unknown).assignee is None
    assert told("cases_queued") == {"sara.lindh", "karin.ek"}


def test_nor_of_what_was_the_known_child_s_before(castor, unknown):
    """The block was the unknown child's, the case and the investigation the known one's."""
    take(person("karin.ek"), castor.pk)
    dispose(person("karin.ek"), castor.pk, disposition="opened")
    assign(person("sara.lindh"), unknown.pk, username="omar.nyman")
    bias(unknown)
    assert Investigation.objects.get().case_worker == person("karin.ek")

    identify(unknown, CASTOR)

    assert reread(castor).assignee is None
    assert Investigation.objects.get().case_worker == person("sara.lindh")
    assert told("investigation_report", unknown) <= {"sara.lindh"}
    assert not CaseGrant.objects.filter(user=person("karin.ek"), ended_at__isnull=True).exists()
    assert reread(unknown).assignee == person("omar.nyman")


def test_the_timeline_and_the_log_tell_a_colleague_nothing_of_it_and_the_lead_everything(visit, castor, unknown):
    bias(castor)
    identify(unknown, CASTOR)
    sweep()
    omar, sara = pages(visit("omar.nyman"), unknown), pages(visit("sara.lindh"), unknown)
    for words in (BIASED, "Ärendet var utan handläggare", "Ärendet är inte tilldelat."):
        assert words not in omar, words
    assert "Karin Ek" in omar
    assert BIASED in sara


def test_nor_where_only_a_later_sweep_finds_who_has_the_investigation(visit, castor):
    take(person("karin.ek"), castor.pk)
    dispose(person("karin.ek"), castor.pk, disposition="opened")
    User.objects.filter(unit__slug=INTAKE).exclude(username="karin.ek").update(is_active=False)
    User.objects.filter(username="maria.oberg").update(is_active=False)
    declare(person("karin.ek"), castor.pk)
    sweep()
    assert Investigation.objects.get().case_worker == person("karin.ek")
    User.objects.update(is_active=True)
    sweep()

    assert Investigation.objects.get().case_worker == person("sara.lindh")
    assert BIASED not in pages(visit("omar.nyman"), castor)
    assert BIASED in pages(visit("sara.lindh"), castor)


def test_a_case_that_points_to_a_child_s_of_whom_the_reader_must_not_know_does_not_tell_its_number(visit, castor):
    wrong = make_report("omar.nyman", children=[child(identity_number=ALBIN)]).cases[0]
    propose(wrong, void_kind="wrong_person", replaced_by=castor.number)
    bias(castor)
    for is_confirmed in (False, True):
        if is_confirmed:
            confirm_end(person("omar.nyman"), wrong.pk)
        for who, is_told in (("karin.ek", False), ("omar.nyman", True)):
            client = visit(who)
            found = [client.get(reverse(name, args=[wrong.pk])) for name in ("case", "case-timeline", "case-end")]
            assert [one.status_code for one in found] == [200] * 3
            assert all((castor.number in one.content.decode()) is is_told for one in found[1:]), who
            assert castor.number not in found[0].content.decode() or is_told
            said = Caller(who).get(f"/cases/{wrong.pk}")
            assert said.status_code == 200
            assert (castor.number in said.content.decode()) is is_told
            assert (str(castor.pk) in said.content.decode()) is is_told


def test_nor_is_it_told_by_a_refusal_where_one_points_here(castor):
    """Castor's case was an error, and points to Albin's; whoever is biased about Castor ends Albin's."""
    albin = make_report("omar.nyman", children=[child(identity_number=ALBIN)]).cases[0]
    end(castor, void_kind="wrong_person", replaced_by=albin.number)
    bias(castor)
    propose(albin, by="omar.nyman")
    with pytest.raises(Conflict) as refusal:
        confirm_end(person("karin.ek"), albin.pk)
    assert castor.number not in str(refusal.value)
    assert castor.number not in refusal.value.message


def test_a_hand_over_leaves_the_former_investigator_nothing_of_the_child_s_other_cases():
    first = make_report("karin.ek").cases[0]
    hand_over(person("karin.ek"), first.pk, unit=NORTH, note="Till Norr.")
    dispose(person("lina.dahl"), first.pk, disposition="opened")
    later, lina = make_report("karin.ek").cases[0], person("lina.dahl")
    assert access.can(lina, Action.DISPOSE, later)

    hand_over(person("jonas.falk"), first.pk, unit="utredning-syd", note="Flyttat till söder.")

    running = Investigation.objects.get()
    assert (running.unit.slug, running.case_worker == lina) == ("utredning-syd", False)
    assert not access.can(lina, Action.READ, later)
    assert access.can(running.case_worker, Action.READ, later)
    assert not CaseBlock.objects.exists()


def test_whoever_leads_both_units_keeps_the_investigation_that_is_handed_over():
    first = make_report("karin.ek").cases[0]
    dispose(person("sara.lindh"), first.pk, disposition="opened")
    Unit.objects.filter(slug=NORTH).update(supervisor=person("sara.lindh"))
    hand_over(person("sara.lindh"), first.pk, unit=NORTH, note="Till Norr.")
    assert Investigation.objects.get().case_worker == person("sara.lindh")


def test_whoever_followed_the_unknown_child_s_case_and_is_biased_follows_it_no_more(castor):
    """Ended, not only covered by the block: what ended with it stays ended when the block does."""
    case = make_report("per.holm", children=[UNKNOWN]).cases[0]
    bias(castor, "per.holm")
    followed = CaseGrant.objects.filter(user=person("per.holm"), content_object=case, ended_at__isnull=True)
    assert followed.exists()
    identify(case, CASTOR)
    assert not followed.exists()
