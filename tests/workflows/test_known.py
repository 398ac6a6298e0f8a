"""What becomes of a report about a child that is known already, and who may ask whether it is?"""

from datetime import date

import pytest

from notifications.models import Message
from riskzon import access, clock, granting
from riskzon.access import Action
from riskzon.errors import Conflict, Forbidden, Invalid
from riskzon.models import AuditEntry, Case, CaseGrant, Child, Guardian, Hold, Investigation
from tests.acts import DAY, clock_of, end, hold, move, parents, protect, reread, state_of, told
from tests.factories import ALBIN, BEA, CASTOR, MAJA, OLLE, WORKDAY, at, child, guardian, make_report, person
from workflows.casefile import read
from workflows.verbs.disposition import dispose
from workflows.verbs.family import change_guardian, identify_child
from workflows.verbs.known import is_known
from workflows.verbs.people import hand_over

pytestmark = pytest.mark.django_db


def _under_investigation(by: str = "lina.dahl") -> Case:
    """A child whose investigation Lina runs in another unit."""
    at(WORKDAY)
    case = make_report(children=[child(guardians=[guardian(identity_number=MAJA)])]).cases[0]
    hand_over(person("karin.ek"), case.pk, unit="utredning-norr", note="Ni känner familjen.")
    dispose(person(by), case.pk, disposition="opened")
    return case


def test_the_next_report_about_a_child_is_a_case_of_the_same_child() -> None:
    at(WORKDAY)
    first, second = make_report().cases[0], make_report(kind="concern", occurred_at=None).cases[0]

    assert (first.child, Child.objects.count()) == (second.child, 1)
    assert Guardian.objects.count() == 1
    assert first.pk != second.pk
    history = read(second, person("karin.ek"), clock.now()).history
    assert [entry.number for entry in history.reports] == [first.report.number]


def test_each_report_has_its_own_clocks_and_the_four_months_stand() -> None:
    first = _under_investigation()
    months = clock_of(first, "investigation").due_at
    move(3 * DAY)

    second = make_report().cases[0]
    assert clock_of(second).due_at == clock.now() + DAY
    assert clock_of(second, "protective_assessment").due_at == clock.now() + DAY
    dispose(person("lina.dahl"), second.pk, disposition="linked")

    assert reread(second).investigation == reread(first).investigation
    assert second.deadlines.filter(kind="investigation").count() == 0
    assert clock_of(first, "investigation").due_at == months


def test_the_worker_of_a_running_investigation_is_told_and_may_work_with_the_new_case() -> None:
    first = _under_investigation()
    lina, omar = person("lina.dahl"), person("omar.nyman")
    move(DAY)

    second = make_report("per.holm", kind="concern", occurred_at=None).cases[0]

    assert told("investigation_report", second) == {"lina.dahl"}
    assert access.visible_cases(lina).get(pk=second.pk).ground == "handle"
    protect(second, by="lina.dahl")
    assert access.can(omar, Action.READ, second)
    assert not access.can(omar, Action.READ, first)
    assert Message.objects.filter(kind="investigation_report").get().facts == {"report_kind": "concern"}


def test_a_second_investigation_is_not_opened_while_one_runs() -> None:
    _under_investigation()
    second = make_report().cases[0]

    with pytest.raises(Conflict, match="pågår redan"):
        dispose(person("karin.ek"), second.pk, disposition="opened")
    assert Investigation.objects.count() == 1


def test_a_case_is_linked_only_to_an_investigation_that_runs() -> None:
    at(WORKDAY)
    case = make_report().cases[0]

    with pytest.raises(Invalid) as refusal:
        dispose(person("karin.ek"), case.pk, disposition="linked")
    assert refusal.value.errors[0][0] == "disposition"


def test_a_report_fills_gaps_and_overwrites_nothing() -> None:
    at(WORKDAY)
    make_report(children=[child(home_municipality="", guardians=[guardian(phone="", identity_number=MAJA)])])
    make_report(
        children=[
            child(
                given_name="Abbe",
                home_municipality="Borås",
                protected_identity="marked",
                guardians=[guardian(name="M. Fiktivsson", identity_number=MAJA, language="finska", interpreter=True)],
            )
        ]
    )
    make_report(children=[child(protected_identity="none", guardians=[])])

    albin, maja = Child.objects.get(), Guardian.objects.get()
    assert (albin.given_name, albin.home_municipality, albin.protected_identity) == ("Albin", "Borås", "marked")
    assert (maja.name, maja.phone, maja.language, maja.interpreter) == (
        "Maja Fiktivsson",
        "070-174 06 05",
        "finska",
        True,
    )


def test_two_people_of_one_name_are_one_only_when_nothing_speaks_against_it() -> None:
    at(WORKDAY)
    make_report()
    make_report(children=[child(guardians=[guardian(phone="0701740605")])])
    assert Guardian.objects.count() == 1

    make_report(children=[child(guardians=[guardian(phone="070-174 06 99")])])
    assert Guardian.objects.count() == 2

    make_report(children=[child(identity_number=BEA)])
    assert Guardian.objects.count() == 3


def test_social_services_learn_in_one_look_what_is_known() -> None:
    first = _under_investigation()
    shared = guardian(identity_number=MAJA)
    at("2026-11-14T12:00:00+01:00")
    make_report(children=[child(guardians=[shared]), child(identity_number=BEA, given_name="Bea", guardians=[shared])])

    (known,) = is_known(person("karin.ek"), identity_number="100702-2393")

    assert known.child == first.child
    assert [case.report.number for case in known.cases] == ["2026-000002", "2026-000001"]
    assert known.investigation.case_worker == person("lina.dahl")
    assert [sibling.given_name for sibling in known.siblings] == ["Bea"]
    # A sibling is shown by name: the look-up stands in the log of that case too.
    asked = AuditEntry.objects.filter(action="lookup", actor=person("karin.ek")).get()
    assert asked.cases == [*(case.pk for case in known.cases), Case.objects.get(child__given_name="Bea").pk]


def test_a_name_needs_its_birth_date() -> None:
    at(WORKDAY)
    make_report()
    karin = person("karin.ek")

    assert len(is_known(karin, name="fiktivsson", birth_date=date(2010, 7, 2))) == 1
    assert len(is_known(karin, name="Albin", birth_date=date(2010, 7, 2))) == 1
    assert len(is_known(karin, name="Albin Fiktivsson", birth_date=date(2010, 7, 2))) == 1
    # Whole words of it: who knows a letter does not know the child.
    for part in ("A", "Albi", "Albin F", "F"):
        assert is_known(karin, name=part, birth_date=date(2010, 7, 2)) == []
    assert is_known(karin, name="Albin", birth_date=date(2010, 7, 3)) == []
    with pytest.raises(Invalid):
        is_known(karin, name="Albin")
    # A name without a letter is the beginning of every name: all who were born that day.
    for name in ("-", " . ", "'"):
        with pytest.raises(Invalid):
            is_known(karin, name=name, birth_date=date(2010, 7, 2))
    with pytest.raises(Invalid):
        is_known(karin, identity_number="20100702-2394")


def test_a_protected_child_is_known_by_its_number_alone_and_without_its_siblings() -> None:
    at(WORKDAY)
    mother = guardian(identity_number=MAJA)
    hidden = child(protected_identity="marked", guardians=[mother])
    case = make_report(children=[hidden, child(identity_number=BEA, given_name="Bea", guardians=[mother])]).cases[0]
    karin = person("karin.ek")

    assert is_known(karin, name="Albin Fiktivsson", birth_date=date(2010, 7, 2)) == []
    (known,) = is_known(karin, identity_number=ALBIN)
    assert (known.child, known.siblings) == (case.child, [])
    assert AuditEntry.objects.filter(action="lookup").latest("pk").cases == [case.pk]
    (bea,) = is_known(karin, identity_number=BEA)
    assert [sibling.protected_identity for sibling in bea.siblings] == ["marked"]


@pytest.mark.parametrize("username", ["per.holm", "butik.city", "maria.oberg", "stina.berg", "lars.wik", "it.admin"])
def test_nobody_else_can_ask_whether_a_child_is_known(username: str) -> None:
    at(WORKDAY)
    make_report()

    with pytest.raises(Forbidden):
        is_known(person(username), identity_number=ALBIN)


def test_who_is_blocked_from_a_child_does_not_know_it() -> None:
    at(WORKDAY)
    case = make_report().cases[0]
    granting.block(person("omar.nyman"), case, by=person("sara.lindh"), reason="släkt", now=clock.now())

    assert is_known(person("omar.nyman"), identity_number=ALBIN) == []
    assert len(is_known(person("karin.ek"), identity_number=ALBIN)) == 1


def test_an_investigation_worker_who_is_blocked_hears_nothing() -> None:
    first = _under_investigation()
    granting.block(person("lina.dahl"), first, by=person("jonas.falk"), reason="släkt", now=clock.now())

    second = make_report().cases[0]

    assert told("investigation_report", second) == set()
    assert not access.visible_cases(person("lina.dahl")).filter(pk=second.pk).exists()


def test_an_unknown_child_that_turns_out_to_be_a_known_one_joins_its_history() -> None:
    first = _under_investigation()
    unknown = make_report(
        "per.holm",
        children=[{"approximate_age": 16, "description": "Röd jacka", "guardians": [guardian(identity_number=MAJA)]}],
    ).cases[0]
    protect(unknown)

    identify_child(person("karin.ek"), unknown.pk, identity_number=ALBIN)

    merged = reread(unknown)
    assert merged.child == first.child
    assert clock_of(merged).starts_at == clock.now()
    assert merged.child.guardians.count() == 1
    assert CaseGrant.objects.filter(user=person("lina.dahl"), content_object=merged, source="investigation").exists()
    assert access.can(person("per.holm"), Action.FOLLOW, merged)
    dispose(person("karin.ek"), merged.pk, disposition="linked")
    assert (reread(merged).investigation, Investigation.objects.count()) == (reread(first).investigation, 1)


def test_a_hold_on_the_unknown_child_holds_for_the_known_one_and_the_other_way_about() -> None:
    first = _under_investigation()
    hold(first, by="jonas.falk")
    caution = {"code": "HOLD_HONOUR", "note": "", "until": clock.now() + DAY}
    unknown = make_report(
        children=[{"approximate_age": 16, "description": "Röd jacka", "guardians": []}], contact_caution=caution
    ).cases[0]

    identify_child(person("karin.ek"), unknown.pk, identity_number=ALBIN)

    assert state_of(reread(unknown)) == "exempt"
    assert {(one.provisional, one.child_id) for one in Hold.objects.all()} == {
        (False, first.child_id),
        (True, first.child_id),
    }


def test_somebody_blocked_from_the_known_child_is_told_only_that_the_number_is_taken() -> None:
    first = _under_investigation()
    granting.block(person("karin.ek"), first, by=person("sara.lindh"), reason="släkt", now=clock.now())
    unknown = make_report(children=[{"approximate_age": 16, "description": "Röd jacka"}]).cases[0]

    with pytest.raises(Conflict, match="redan är registrerat"):
        identify_child(person("karin.ek"), unknown.pk, identity_number=ALBIN)


def test_two_investigations_of_one_child_do_not_run_into_each_other_unseen() -> None:
    _under_investigation()
    unknown = make_report(children=[{"approximate_age": 16, "description": "Röd jacka"}]).cases[0]
    dispose(person("karin.ek"), unknown.pk, disposition="opened")

    with pytest.raises(Conflict, match="båda"):
        identify_child(person("karin.ek"), unknown.pk, identity_number=ALBIN)


def test_a_child_with_a_number_is_not_turned_into_another_child() -> None:
    at(WORKDAY)
    make_report(children=[child(identity_number=BEA)])
    case = make_report(children=[child(identity_number=CASTOR)]).cases[0]

    with pytest.raises(Conflict):
        identify_child(person("karin.ek"), case.pk, identity_number=BEA)
    assert reread(case).child.identity_number == CASTOR.replace("-", "")


def test_a_guardians_number_belongs_to_one_person() -> None:
    at(WORKDAY)
    case = make_report(
        children=[child(guardians=[guardian(), guardian(name="Olle Fiktivsson", identity_number=OLLE)])]
    ).cases[0]

    with pytest.raises(Conflict):
        change_guardian(person("karin.ek"), parents(case)["Maja"], identity_number=OLLE)
    changed = change_guardian(person("karin.ek"), parents(case)["Maja"], identity_number=MAJA, phone="031-390 06 01")
    assert (changed.identity_number, changed.phone) == (MAJA.replace("-", ""), "031-390 06 01")


def test_a_report_registered_in_error_leaves_the_childs_history_and_the_look_up() -> None:
    at(WORKDAY)
    wrong, right = make_report().cases[0], make_report(children=[child(identity_number=CASTOR)]).cases[0]
    duplicate = make_report(children=[child(identity_number=CASTOR)]).cases[0]
    karin = person("karin.ek")
    assert [len(known.cases) for known in is_known(karin, identity_number=CASTOR)] == [2]
    assert [len(known.cases) for known in is_known(karin, identity_number=ALBIN)] == [1]

    end(wrong, void_kind="wrong_person", replaced_by=right.number)
    end(duplicate, void_kind="duplicate", duplicate_of=right.number)

    # Nothing true is known about Albin; one report is known about Castor.
    assert is_known(karin, identity_number=ALBIN) == []
    assert [known.cases for known in is_known(karin, identity_number=CASTOR)] == [[right]]
    assert read(reread(right), karin, clock.now()).history.reports == ()
    later = make_report().cases[0]
    assert read(reread(later), karin, clock.now()).history.reports == ()


def test_a_transferred_report_stays_in_the_childs_history() -> None:
    at(WORKDAY)
    gone = end(make_report().cases[0], "transferred")
    later = make_report().cases[0]
    history = read(reread(later), person("karin.ek"), clock.now()).history
    assert [(entry.number, entry.disposition) for entry in history.reports] == [(gone.report.number, "transferred")]
