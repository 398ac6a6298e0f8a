"""What every test of the API has: a Friday afternoon with everybody at work, and callers with tokens."""

from collections.abc import Callable

import pytest

from tests.api.caller import Caller
from tests.factories import WORKDAY, at, people


@pytest.fixture(autouse=True)
def _workday(db: None) -> None:
    people()
    at(WORKDAY)


@pytest.fixture
def call_as() -> Callable[[str], Caller]:
    """A caller with a token, by user name."""
    return Caller
