"""What the database itself refuses about the ends that a second party must agree to, and how the books name a fault."""

import pytest

from riskzon import clock
from riskzon.models import Case, EndProposal
from tests.acts import MINUTE, call, confirm, delete, end, move, propose, refuses, reread, update, write
from tests.damage import guards_off, sql
from tests.factories import CASTOR, WORKDAY, at, child, make_report, people, person
from workflows.accounting import What, account
from workflows.verbs.ends import refuse_end

pytestmark = pytest.mark.django_db

_BY = "(SELECT id FROM riskzon_user WHERE username = '{}')"
_CONFIRMED = "confirmed_at = riskzon_now(), confirmed_by_id = " + _BY


@pytest.fixture(autouse=True)
def _workday(db: None) -> None:
    people()
    at(WORKDAY)


@pytest.fixture
def case() -> Case:
    return make_report().cases[0]


@pytest.fixture
def other() -> Case:
    return make_report().cases[0]


def ended(disposition: str) -> str:
    return (
        f"closed_at = riskzon_now(), disposition = '{disposition}', disposition_reason = 'x', disposed_at = riskzon_now(),"
        f" disposed_by_id = {_BY.format('karin.ek')}"
    )


@pytest.mark.parametrize("disposition", ["void", "transferred"])
@pytest.mark.parametrize("is_proposed", [False, True])
def test_no_case_ends_so_without_its_confirmed_row(case: Case, disposition: str, is_proposed: bool) -> None:
    if is_proposed:
        propose(case, disposition)
    refuses(lambda: update("riskzon_case", ended(disposition)), "once a second party has confirmed it")


def test_a_row_that_was_refused_or_is_of_the_other_kind_ends_nothing(case: Case, other: Case) -> None:
    propose(case)
    refuse_end(person("omar.nyman"), case.pk, reason="Nej")
    refuses(lambda: update("riskzon_case", ended("void"), f"id = '{case.pk}'"), "once a second party has confirmed it")
    write(lambda: end(other))
    taken = "disposition = 'transferred'"
    refuses(lambda: update("riskzon_case", taken, f"id = '{other.pk}'"), "once a second party has confirmed it")


def test_a_case_that_is_void_is_closed_and_its_process_cancelled(case: Case) -> None:
    propose(case)
    still_open = ended("void").replace("closed_at = riskzon_now(), ", "")
    refuses(lambda: update("riskzon_case", still_open), "is closed")
    with guards_off():
        sql(f"UPDATE riskzon_endproposal SET {_CONFIRMED.format('omar.nyman')}")  # noqa: S608
    refuses(lambda: update("riskzon_case", ended("void")), "has a cancelled flow")


def test_a_confirmed_row_closes_its_case(case: Case) -> None:
    propose(case)
    refuses(lambda: update("riskzon_endproposal", _CONFIRMED.format("omar.nyman")), "closes its case")


def test_nobody_confirms_an_own_void(case: Case) -> None:
    propose(case)
    refuses(lambda: update("riskzon_endproposal", _CONFIRMED.format("karin.ek")), "void_is_confirmed_by_another")


@pytest.mark.parametrize("given", ["acknowledged_at = riskzon_now()", "acknowledged_by = 'Ulla'"])
def test_a_transfer_is_not_confirmed_without_its_whole_acknowledgement(case: Case, given: str) -> None:
    propose(case, "transferred")
    confirmed = f"{_CONFIRMED.format('omar.nyman')}, {given}"
    refuses(lambda: update("riskzon_endproposal", confirmed), "transfer_is_acknowledged")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("void_kind = 'adult'", "end_has_what_its_kind_needs|never changed"),
        ("reason = 'Annat'", "never changed"),
        ("proposed_by_id = " + _BY.format("omar.nyman"), "never changed"),
        ("refused_at = riskzon_now()", "end_is_refused_for_a_reason"),
        ("confirmed_at = riskzon_now()", "end_is_confirmed_by_somebody"),
    ],
)
def test_a_proposal_is_confirmed_or_refused_and_never_changed(case: Case, change: str, rule: str) -> None:
    propose(case)
    refuses(lambda: update("riskzon_endproposal", change), rule)


def test_what_is_decided_never_changes_and_nothing_is_removed(case: Case) -> None:
    end(case)
    refuses(lambda: update("riskzon_endproposal", "confirmed_at = confirmed_at - interval '1 hour'"), "never changes")
    refuses(lambda: delete("riskzon_endproposal"), "rows are kept")


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"disposition": "void", "void_kind": "duplicate"}, "end_has_what_its_kind_needs"),
        ({"disposition": "void", "void_kind": "wrong_person"}, "end_has_what_its_kind_needs"),
        ({"disposition": "void", "void_kind": "adult"}, "end_has_what_its_kind_needs"),
        ({"disposition": "void"}, "end_has_what_its_kind_needs"),
        ({"disposition": "opened"}, "end_has_what_its_kind_needs"),
        ({"disposition": "transferred", "municipality": "Ulricehamn"}, "end_has_what_its_kind_needs"),
        ({"disposition": "transferred", "recipient": "Ulla"}, "end_has_what_its_kind_needs"),
        ({"disposition": "void", "void_kind": "not_identified", "reason": ""}, "end_has_a_reason"),
        ({"disposition": "void", "void_kind": "duplicate", "duplicate_of": True}, "end_points_to_another_case"),
    ],
)
def test_a_proposal_says_what_its_kind_needs(case: Case, fields: dict[str, object], rule: str) -> None:
    if "duplicate_of" in fields:
        fields = {**fields, "duplicate_of": case}
    refuses(
        lambda: EndProposal.objects.create(
            **{"case": case, "reason": "x", "proposed_at": clock.now(), "proposed_by": person("karin.ek"), **fields}
        ),
        rule,
    )


def test_two_proposals_do_not_wait_in_one_case(case: Case) -> None:
    proposal = propose(case)

    def again() -> None:
        proposal.pk = None
        proposal.save(force_insert=True)

    refuses(again, "one_end_waits_per_case")


def test_what_was_met_becomes_void_only_in_a_void_case(case: Case) -> None:
    call(case)
    voided = "state = 'void'"
    met = "kind = 'guardian_contact'"
    refuses(lambda: update("workflows_deadline", voided, met), "does not go from met to void")
    end(case, "transferred")
    refuses(lambda: update("workflows_deadline", voided, met), "does not go from met to void")


# --- the books ------------------------------------------------------------------------------------------------------


def faults() -> list[tuple[str, str]]:
    return [(fault.number, fault.what) for fault in account(clock.now()).faults]


def test_the_books_are_right_after_every_kind_of_end(case: Case, other: Case) -> None:
    right = make_report(children=[child(identity_number=CASTOR)]).cases[0]
    end(other, void_kind="duplicate", duplicate_of=case.number)
    end(case, void_kind="wrong_person", replaced_by=right.number)
    end(right, "transferred")
    end(make_report().cases[0], void_kind="adult", recipient="Vuxenenheten")
    end(make_report().cases[0])
    assert faults() == []


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM riskzon_endproposal",
        "UPDATE riskzon_endproposal SET confirmed_by_id = proposed_by_id",
        "UPDATE riskzon_endproposal SET confirmed_at = NULL, confirmed_by_id = NULL",
        "UPDATE riskzon_endproposal SET disposition = 'transferred'",
        "UPDATE riskzon_case SET closed_at = NULL",
    ],
)
def test_an_end_that_no_second_party_has_confirmed_is_named(case: Case, damage: str) -> None:
    end(case)
    with guards_off():
        sql(damage)
    assert ("2026-000001-1", What.UNLAWFUL_END) in faults()


def test_a_transfer_without_its_acknowledgement_is_named(case: Case) -> None:
    end(case, "transferred")
    with guards_off():
        sql("UPDATE riskzon_endproposal SET acknowledged_at = NULL")
    assert faults() == [("2026-000001-1", What.UNLAWFUL_END)]


def test_pointers_are_followed_to_a_case_that_lives(case: Case, other: Case) -> None:
    third = make_report().cases[0]
    end(third, void_kind="duplicate", duplicate_of=other.number)
    end(other, void_kind="duplicate", duplicate_of=case.number)
    assert faults() == []
    end(case, "transferred")
    assert faults() == []

    with guards_off():
        # The last of the chain turns out to have been an error too, and points nowhere.
        sql("UPDATE riskzon_case SET disposition = 'void' WHERE id = %s", case.pk)
        sql(
            "UPDATE riskzon_endproposal SET disposition = 'void', void_kind = 'not_identified', acknowledged_at = NULL"
            " WHERE case_id = %s",
            case.pk,
        )
        sql(
            f"UPDATE riskzon_endproposal SET confirmed_by_id = {_BY.format('sara.lindh')} WHERE case_id = %s",  # noqa: S608
            case.pk,
        )
    assert faults() == [("2026-000002-1", What.POINTER_LOST), ("2026-000003-1", What.POINTER_LOST)]


def test_a_ring_of_pointers_is_named_whole(case: Case, other: Case) -> None:
    end(other, void_kind="duplicate", duplicate_of=case.number)
    third = make_report().cases[0]
    end(case, void_kind="duplicate", duplicate_of=third.number)
    with guards_off():
        sql("UPDATE riskzon_endproposal SET duplicate_of_id = %s WHERE case_id = %s", other.pk, case.pk)
    assert faults() == [("2026-000001-1", What.POINTER_LOST), ("2026-000002-1", What.POINTER_LOST)]


def test_a_case_whose_end_waits_is_accounted_for(case: Case) -> None:
    propose(case)
    move(MINUTE)
    assert faults() == []
    confirm(case)
    assert (faults(), reread(case).disposition) == ([], "void")
