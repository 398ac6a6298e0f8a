"""A workday, a case and the same child's other case, of which one may end otherwise."""

import pytest

from riskzon import clock
from riskzon.models import Case
from tests.factories import WORKDAY, at, make_report, people
from workflows import deadlines
from workflows.accounting import account


@pytest.fixture(autouse=True)
def workday(db: None) -> None:
    people()
    at(WORKDAY)


@pytest.fixture
def case() -> Case:
    return make_report().cases[0]


@pytest.fixture
def other() -> Case:
    """The same child again."""
    return make_report().cases[0]


def kinds(case: Case) -> dict[str, str]:
    return {row.kind: row.state for row in deadlines.current(case)}


def is_whole() -> bool:
    return account(clock.now()).is_whole
