"""Who is told what back, by when (SoL 19:6)?"""

import pytest

from riskzon import clock
from riskzon.errors import Conflict, Invalid, Unseen
from riskzon.models import Case, Report
from tests.acts import DAY, call, clock_of, move, protect, reread, state_of
from tests.factories import BEA, CASTOR, GUSTAV, at, child, guardian, make_report, person
from workflows import steps
from workflows.flows.case import CaseFlow
from workflows.models import Deadline
from workflows.sweep import sweep
from workflows.verbs.contacts import inform_child
from workflows.verbs.disposition import dispose
from workflows.verbs.feedback import give_feedback, request_feedback

pytestmark = pytest.mark.django_db

SCHOOL = {"type": "school", "name": "Rektor Ek", "organisation": "Skolan", "wants_feedback": True}
SHOP = {"type": "business", "name": "Rosa Blom", "organisation": "Butiken", "wants_feedback": True}
POLICE = {"type": "police", "wants_feedback": False}


def _concern(reporter: dict[str, object] = SCHOOL, **fields: object) -> Case:
    return make_report(kind="concern", reporter=reporter, **fields).cases[0]


def _asks(case: Case, by: str = "karin.ek") -> Report:
    return request_feedback(person(by), case.report.number)


def _answers(case: Case, fact: str, by: str = "karin.ek") -> Report:
    return give_feedback(person(by), case.report.number, fact=fact)


def _opened(case: Case) -> None:
    dispose(person("karin.ek"), case.pk, disposition="opened")


def test_three_reports_about_one_child_are_answered_as_the_law_says() -> None:
    at("2026-11-02T09:12:00+01:00")
    gustav = [child(identity_number=GUSTAV, given_name="Gustav", guardians=[guardian()])]
    school = _concern(reporter={**SCHOOL, "wants_feedback": False}, children=gustav)
    at("2026-11-03T10:00:00+01:00")
    _opened(school)
    assert clock_of(school, "investigation").due_at.isoformat() == "2027-03-03T22:59:59+00:00"
    at("2026-11-05T09:00:00+01:00")
    _asks(school)
    at("2026-11-05T15:00:00+01:00")
    assert _answers(school, "opened").feedback_fact == "opened"
    assert state_of(school, "reporter_feedback") == "met"

    at("2026-11-24T15:40:00+01:00")
    shop = _concern(reporter=SHOP, children=gustav)
    assert reread(shop).feedback_owed is False
    with pytest.raises(Invalid):
        _asks(shop)

    at("2026-12-02T18:20:00+01:00")
    arrest = make_report("per.holm", reporter=POLICE, children=gustav).cases[0]
    at("2026-12-03T09:00:00+01:00")
    dispose(person("karin.ek"), arrest.pk, disposition="linked")
    _asks(arrest)
    assert clock_of(arrest, "reporter_feedback").due_at.isoformat() == "2026-12-03T22:59:59+00:00"
    assert _answers(arrest, "ongoing").feedback_fact == "ongoing"
    assert Deadline.objects.filter(kind="investigation").count() == 1


def test_who_asked_in_the_report_is_answered_within_a_week_of_the_decision() -> None:
    at("2026-11-16T09:00:00+01:00")
    case = _concern()
    assert reread(case).feedback_owed
    assert steps.is_open(case, CaseFlow.answer_reporter)
    assert not Deadline.objects.filter(kind="reporter_feedback").exists()

    at("2026-11-17T11:00:00+01:00")
    _opened(case)

    assert clock_of(case, "reporter_feedback").due_at.isoformat() == "2026-11-24T22:59:59+00:00"


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-11-18T23:30:00+01:00", "2026-11-23T22:59:59+00:00"),
        ("2026-11-23T23:30:00+01:00", "2026-11-23T22:59:59+00:00"),
        ("2026-11-24T00:00:00+01:00", "2026-11-24T22:59:59+00:00"),
    ],
)
def test_who_asks_after_the_decision_is_answered_in_the_rest_of_its_week_or_else_the_same_day(asked, due) -> None:
    at("2026-11-16T09:00:00+01:00")
    case = _concern(reporter={**SCHOOL, "wants_feedback": False})
    _opened(case)
    at(asked)

    _asks(case)

    assert clock_of(case, "reporter_feedback").due_at.isoformat() == due


def test_a_report_about_a_child_under_investigation_is_answered_the_same_day() -> None:
    at("2026-11-16T09:00:00+01:00")
    _opened(_concern(reporter=POLICE))
    at("2026-11-17T09:00:00+01:00")

    second = _concern()

    assert clock_of(second, "reporter_feedback").due_at.isoformat() == "2026-11-17T22:59:59+00:00"


@pytest.mark.parametrize(
    "reporter",
    [SHOP, {"type": "private", "wants_feedback": True}, {"wants_feedback": True}],
)
def test_who_need_not_report_is_never_answered(reporter: dict[str, object]) -> None:
    at("2026-11-16T09:00:00+01:00")
    case = _concern(reporter=reporter)

    assert not reread(case).feedback_owed
    with pytest.raises(Invalid) as refusal:
        _asks(case)
    assert refusal.value.errors[0][0] == "reporter"


def test_nobody_is_answered_who_gave_no_name() -> None:
    at("2026-11-16T09:00:00+01:00")
    case = _concern(reporter={"type": "school", "anonymous": True, "wants_feedback": True})

    assert not reread(case).feedback_owed


@pytest.mark.parametrize(
    ("disposition", "fact", "problem"),
    [
        ("", "opened", Conflict),
        ("", "not_opened", Conflict),
        ("", "ongoing", Invalid),
        ("opened", "not_opened", Invalid),
        ("deviation", "opened", Invalid),
        ("deviation", "ongoing", Invalid),
        ("opened", "all is well", Invalid),
    ],
)
def test_only_true_facts_are_told(disposition: str, fact: str, problem: type[Exception]) -> None:
    at("2026-11-16T09:00:00+01:00")
    case = _concern()
    if disposition:
        dispose(person("sara.lindh"), case.pk, disposition=disposition, reason="Skäl")

    with pytest.raises(problem):
        _answers(case, fact)

    assert reread(case).feedback_owed
    assert Report.objects.get().feedback_given_at is None


def test_an_answer_is_given_once() -> None:
    at("2026-11-16T09:00:00+01:00")
    case = _concern()
    _opened(case)
    _answers(case, "opened")

    with pytest.raises(Conflict):
        _answers(case, "opened")
    with pytest.raises(Conflict):
        _asks(case)


def test_a_late_answer_is_a_breach_first() -> None:
    at("2026-11-16T09:00:00+01:00")
    case = _concern()
    _opened(case)
    move(8 * DAY)

    _answers(case, "opened")

    assert state_of(case, "reporter_feedback") == "met_late"


def test_siblings_are_answered_for_as_each_is_decided_and_none_is_forgotten() -> None:
    at("2026-11-16T09:00:00+01:00")
    one, two = make_report(
        kind="concern", reporter=SCHOOL, children=[child(), child(identity_number=BEA, guardians=[guardian()])]
    ).cases
    _opened(one)
    _answers(one, "opened")
    assert (reread(one).feedback_owed, reread(two).feedback_owed) == (False, True)

    _opened(two)
    _answers(two, "opened")

    assert not reread(two).feedback_owed
    assert state_of(two, "reporter_feedback") == "met"


def test_a_case_waits_for_its_answer_and_closes_with_it() -> None:
    at("2026-11-16T09:00:00+01:00")
    case = _concern()
    protect(case)
    call(case)
    inform_child(person("karin.ek"), case.pk, at=clock.now())
    _opened(case)
    assert reread(case).closed_at is None

    _answers(case, "opened")

    assert reread(case).closed_at == clock.now()
    with pytest.raises(Conflict):
        _asks(case)


def test_a_reporter_who_asks_late_keeps_the_case_open_until_answered() -> None:
    at("2026-11-16T09:00:00+01:00")
    case = _concern(reporter={**SCHOOL, "wants_feedback": False})
    protect(case)
    call(case)
    _asks(case)
    _opened(case)
    inform_child(person("karin.ek"), case.pk, at=clock.now())
    assert reread(case).closed_at is None

    _answers(case, "opened")

    assert reread(case).closed_at == clock.now()


@pytest.mark.parametrize("answered", [True, False])
def test_a_closed_case_stays_closed_and_its_reporter_is_answered_all_the_same(answered: bool) -> None:
    at("2026-11-16T09:00:00+01:00")
    case = _concern(reporter={**SCHOOL, "wants_feedback": False}, children=[child(identity_number=CASTOR)])
    protect(case)
    call(case)
    _opened(case)
    closed_at = reread(case).closed_at
    assert closed_at is not None
    at("2026-11-18T10:00:00+01:00")

    _asks(case)
    assert clock_of(case, "reporter_feedback").due_at.isoformat() == "2026-11-23T22:59:59+00:00"

    if answered:
        _answers(case, "opened")
    at("2026-11-24T00:00:00+01:00")
    sweep()
    assert state_of(case, "reporter_feedback") == ("met" if answered else "breached")
    assert reread(case).closed_at == closed_at


def test_who_does_not_see_the_report_can_neither_ask_nor_answer() -> None:
    at("2026-11-16T09:00:00+01:00")
    case = _concern()

    for stranger in ("lina.dahl", "maria.oberg", "stina.berg", "it.admin", "butik.city", "nadia.rask"):
        with pytest.raises(Unseen):
            _asks(case, by=stranger)
        with pytest.raises(Unseen):
            _answers(case, "opened", by=stranger)
