"""The two ends that a second party must agree to: what goes on meanwhile, who decides, and what must be said."""

import pytest

from riskzon.errors import Conflict, Forbidden, Invalid, Unseen
from riskzon.models import AuditAction, AuditEntry, Case, EndProposal
from tests.acts import (  # fmt: skip
    HOUR,
    call,
    confirm,
    end,
    move,
    propose,
    protect,
    reread,
    state_of,
    todos_of,
    told,
)
from tests.factories import BEA, CASTOR, at, child, make_report, people, person
from tests.workflows.ended import case, is_whole, kinds, other, workday
from workflows.models import CaseProcess
from workflows.sweep import sweep
from workflows.verbs.disposition import dispose
from workflows.verbs.ends import refuse_end
from workflows.verbs.people import hand_over

pytestmark = pytest.mark.django_db


__all__ = ["case", "other", "workday"]


# --- what waits -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("disposition", ["void", "transferred"])
def test_until_the_second_party_agrees_the_case_is_open_and_every_clock_runs(case: Case, disposition: str) -> None:
    before = kinds(case)

    propose(case, disposition)

    assert (reread(case).closed_at, reread(case).disposition) == (None, "")
    assert kinds(case) == before == dict.fromkeys(before, "running")
    assert CaseProcess.objects.get(case=case).status == "NEW"
    move(25 * HOUR)
    sweep()
    assert state_of(case) == "breached"
    assert is_whole()


def test_the_others_of_the_unit_are_told_and_not_the_one_who_proposed(case: Case) -> None:
    propose(case)
    assert told("end_to_confirm", case) == {"omar.nyman", "sara.lindh"}
    assert todos_of(case) >= {"confirm_end"}

    confirm(case)
    assert told("end_confirmed", case) == {"karin.ek"}


def test_a_transfer_waits_with_those_who_can_register_the_receipt(case: Case) -> None:
    propose(case, "transferred")
    assert told("transfer_waits", case) == {"omar.nyman", "sara.lindh"}
    assert "acknowledge" in todos_of(case)


@pytest.mark.parametrize("disposition", ["void", "transferred"])
def test_only_one_proposal_waits_and_no_other_decision_is_made_meanwhile(case: Case, disposition: str) -> None:
    propose(case, disposition)

    with pytest.raises(Conflict, match="är föreslaget"):
        propose(case, "transferred", by="omar.nyman")
    with pytest.raises(Conflict, match="Bekräfta eller avslå"):
        dispose(person("karin.ek"), case.pk, disposition="opened")

    refuse_end(person("karin.ek"), case.pk, reason="Det var rätt barn.")
    dispose(person("karin.ek"), case.pk, disposition="opened")
    assert reread(case).disposition == "opened"


def test_no_contact_while_it_waits_to_be_confirmed_that_the_child_is_the_wrong_one(case: Case) -> None:
    propose(case)

    for who in ("staff", "guardian"):
        with pytest.raises(Conflict, match="felregistrerat"):
            call(case, initiated_by=who)

    assert not case.contacts.exists()
    refuse_end(person("sara.lindh"), case.pk, reason="Det var rätt barn.")
    call(case)
    assert state_of(case) == "met"


def test_a_call_about_siblings_stops_at_the_one_who_may_be_the_wrong_child() -> None:
    first, second = make_report(
        children=[child(), child(identity_number=BEA, given_name="Bea")],
    ).cases
    propose(second)

    with pytest.raises(Conflict):
        call(first, also_cases=[second.pk])

    assert not first.contacts.exists()


def test_during_a_transfer_guardians_are_contacted_as_ever(case: Case) -> None:
    propose(case, "transferred")
    call(case)
    assert state_of(case) == "met"


def test_the_assessment_is_made_while_it_waits(case: Case) -> None:
    propose(case)
    protect(case)
    assert state_of(case, "protective_assessment") == "met"


# --- who decides ----------------------------------------------------------------------------------------------------


def test_nobody_confirms_an_own_proposal(case: Case) -> None:
    propose(case)

    with pytest.raises(Forbidden, match="själv föreslagit"):
        confirm(case, by="karin.ek")

    assert reread(case).closed_at is None
    assert AuditEntry.objects.filter(action=AuditAction.DENIED, case=case, what="end_confirm").count() == 1


@pytest.mark.parametrize("by", ["omar.nyman", "sara.lindh"])
def test_any_colleague_of_the_unit_or_its_supervisor_confirms(case: Case, by: str) -> None:
    propose(case)
    confirm(case, by=by)
    assert (reread(case).disposition, reread(case).disposed_by) == ("void", person(by))


def test_a_supervisor_does_not_confirm_an_own_proposal_either(case: Case) -> None:
    propose(case, by="sara.lindh")
    with pytest.raises(Forbidden):
        confirm(case, by="sara.lindh")
    confirm(case, by="karin.ek")


@pytest.mark.parametrize("by", ["lina.dahl", "maria.oberg", "stina.berg", "it.admin"])
def test_others_find_no_case(case: Case, by: str) -> None:
    propose(case)
    for act in (lambda: confirm(case, by=by), lambda: refuse_end(person(by), case.pk, reason="Nej")):
        with pytest.raises(Unseen):
            act()


def test_neither_socialjouren_nor_the_liaison_ends_a_case() -> None:
    case = make_report("per.holm").cases[0]
    with pytest.raises(Forbidden):
        propose(case, by="per.holm")
    at("2026-11-13T22:00:00+01:00")
    with pytest.raises(Forbidden):
        propose(case, by="jour.vakt")


@pytest.mark.parametrize("by", ["karin.ek", "omar.nyman"])
def test_refused_or_taken_back_the_case_goes_on(case: Case, by: str) -> None:
    propose(case)
    with pytest.raises(Invalid):
        refuse_end(person(by), case.pk, reason=" ")

    refuse_end(person(by), case.pk, reason="Det var rätt barn.")

    assert "confirm_end" not in todos_of(case)
    assert kinds(case) == dict.fromkeys(kinds(case), "running")
    assert told("end_refused", case) == (set() if by == "karin.ek" else {"karin.ek"})
    with pytest.raises(Conflict, match="redan avslaget av"):
        confirm(case, by="sara.lindh")


def test_what_is_decided_is_not_decided_again(case: Case) -> None:
    with pytest.raises(Conflict, match="Inget avslut väntar"):
        confirm(case)
    end(case)
    with pytest.raises(Conflict, match="redan bekräftat av Omar"):
        confirm(case, by="sara.lindh")
    with pytest.raises(Conflict, match="redan bekräftat"):
        refuse_end(person("sara.lindh"), case.pk, reason="Nej")
    with pytest.raises(Conflict, match="avslutat"):
        propose(case)


# --- what must be said ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("disposition", "fields", "named"),
    [
        ("void", {"reason": " "}, {"reason"}),
        ("void", {"void_kind": ""}, {"void_kind"}),
        ("void", {"void_kind": "other"}, {"void_kind"}),
        ("void", {"void_kind": "adult"}, {"recipient"}),
        ("void", {"void_kind": "wrong_person"}, {"replaced_by"}),
        ("void", {"void_kind": "duplicate"}, {"duplicate_of"}),
        ("void", {"municipality": "Ulricehamn"}, {"municipality"}),
        ("void", {"duplicate_of": "2026-000001-1"}, {"duplicate_of"}),
        ("transferred", {"municipality": "", "recipient": ""}, {"municipality", "recipient"}),
        ("transferred", {"void_kind": "adult"}, {"void_kind"}),
        ("transferred", {"replaced_by": "2026-000001-1"}, {"replaced_by"}),
        ("opened", {}, {"disposition"}),
    ],
)
def test_every_kind_says_what_it_needs_and_nothing_else(
    case: Case, disposition: str, fields: dict[str, str], named: set[str]
) -> None:
    with pytest.raises(Invalid) as wrong:
        propose(case, disposition, **fields)

    assert {field for field, _message in wrong.value.errors} == named
    assert not EndProposal.objects.exists()


def test_the_other_case_is_named_by_number_or_id_and_must_be_one_that_the_person_reads(case: Case, other: Case) -> None:
    for pointer in (case.number, case.report.number, str(case.pk)):
        assert propose(other, void_kind="duplicate", duplicate_of=pointer).duplicate_of == case
        refuse_end(person("karin.ek"), other.pk, reason="Prov")
    hidden = make_report(children=[child(identity_number=CASTOR)]).cases[0]
    Case.objects.filter(pk=hidden.pk).update(unit=people().units["utredning-norr"])
    answers = set()
    for pointer in (hidden.number, str(hidden.pk), "2026-000099-1", str(other.report_id), "nonsens"):
        with pytest.raises(Invalid) as wrong:
            propose(other, void_kind="wrong_person", replaced_by=pointer)
        answers |= set(wrong.value.errors)
    # A case that is hidden is not told from one that does not exist.
    assert len(answers) == 1


def test_a_duplicate_of_a_case_that_has_moved_on_to_another_unit_is_named_by_its_number(
    case: Case, other: Case
) -> None:
    """Karin does not read that case any more, but the child's history tells her of it."""
    hand_over(person("karin.ek"), case.pk, unit="utredning-norr", note="Ni känner familjen.")
    proposal = propose(other, void_kind="duplicate", duplicate_of=case.report.number)
    assert proposal.duplicate_of == case


def test_a_case_cannot_point_to_itself_nor_a_duplicate_to_another_child(case: Case, other: Case) -> None:
    right = make_report(children=[child(identity_number=CASTOR)]).cases[0]
    for kind, field, target, words in (
        ("duplicate", "duplicate_of", other, "annat ärende"),
        ("duplicate", "duplicate_of", right, "annat barn"),
        ("wrong_person", "replaced_by", case, "samma barn"),
    ):
        with pytest.raises(Invalid) as wrong:
            propose(other, void_kind=kind, **{field: target.number})
        assert words in wrong.value.errors[0][1]
