"""The liaison's list and search are made of what the liaison sees: they answer no question about the rest."""

from datetime import date

import pytest

from riskzon import clock
from riskzon.doors import look
from riskzon.models import Case
from tests.acts import DAY, HOUR, both_parents, call, hold, move, protect
from tests.factories import ALBIN, BEA, CASTOR, ELSA, WORKDAY, at, child, make_report, people, person
from workflows import cursors
from workflows.verbs.disposition import dispose
from workflows.verbs.family import identify_child
from workflows.worklist import page, search

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _workday() -> None:
    people()
    at(WORKDAY)


def _own(number: str, **fields: object) -> Case:
    return make_report("per.holm", children=[child(identity_number=number, guardians=both_parents())], **fields).cases[
        0
    ]


def _listed(**filters: object) -> list[Case]:
    with look(person("per.holm"), "test") as door:
        return page(door, **filters).cases


def _found(text: str, by: str = "per.holm") -> list[Case]:
    with look(person(by), "test") as door:
        return search(door, text)


def test_own_reports_stand_in_the_order_in_which_a_guardian_must_be_reached() -> None:
    now = clock.now()
    late = _own(ALBIN, occurred_at=now - 20 * HOUR)
    reached, early = _own(BEA, occurred_at=now - 23 * HOUR), _own(CASTOR, occurred_at=now - 21 * HOUR)
    call(reached)
    assert _listed() == [early, late, reached]


def test_what_else_is_due_in_a_case_moves_nothing_in_the_list() -> None:
    first, second = _own(ALBIN, occurred_at=clock.now() - HOUR), _own(BEA)
    before = _listed()
    protect(second, outcome="reassess", reassess_at=clock.now() + HOUR)
    hold(second, until=clock.now() + 2 * HOUR)
    dispose(person("karin.ek"), second.pk, disposition="opened")
    assert _listed() == before == [first, second]


def test_overdue_asks_about_the_guardians_alone() -> None:
    case, reached = _own(ALBIN), _own(BEA)
    call(reached)
    move(15 * DAY)
    # In both the assessment and the decision are long overdue.
    assert _listed(overdue=True) == [case]
    assert _listed(overdue=False) == [reached]


def test_the_cursor_tells_the_limit_that_the_list_shows() -> None:
    case, other = _own(ALBIN), _own(BEA)
    for one in (case, other):
        call(one)
        dispose(person("karin.ek"), one.pk, disposition="opened")
    with look(person("per.holm"), "test") as door:
        first = page(door, limit=1)
        place = cursors.read(first.next)
        rest = page(door, limit=1, cursor=first.next)
    assert place is not None
    assert place[0].year == 9999
    assert {*first.cases, *rest.cases} == {case, other}
    assert rest.next is None


def test_search_knows_an_own_report_by_what_was_sent_and_by_nothing_else() -> None:
    unknown = {"identity_number": "", "birth_date": date(2012, 3, 4), "given_name": "Ella", "family_name": ""}
    case = make_report("per.holm", children=[child(**unknown)]).cases[0]
    identify_child(person("karin.ek"), case.pk, identity_number=ELSA, given_name="Elsa", family_name="Provlund")
    for text in (ELSA, "Elsa", "Provlund"):
        assert _found(text) == []
        assert _found(text, by="karin.ek") == [case]
    for text in ("ella", case.number, case.report.number):
        assert _found(text) == [case]


def test_search_finds_an_own_report_by_its_number_and_names() -> None:
    case = _own(ALBIN)
    _own(BEA)
    assert _found(ALBIN) == [case]
    assert set(_found("Albin")) == set(_found("fiktivsson alb")) == {case, *_found(BEA)}
    assert _found("-") == []


def test_narrowing_is_as_everywhere() -> None:
    case = _own(ALBIN)
    concern = _own(BEA, kind="concern", occurred_at=None)
    assert _listed(number=case.number) == [case]
    assert _listed(number="2026-000417-9") == []
    assert _listed(report_kind="concern") == [concern]
    assert _listed(state="closed") == []
    assert set(_listed(scope="unassigned")) == {case, concern}
    assert _listed(scope="unit") == []
    assert set(_listed(due_before=clock.now() + DAY)) == {case, concern}
