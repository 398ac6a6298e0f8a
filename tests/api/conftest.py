"""What every test of the API has: a Friday afternoon with everybody at work, and callers with tokens."""

from collections.abc import Callable, Iterator

import pytest
from django.utils import translation

from tests.api.caller import Caller
from tests.factories import WORKDAY, at, people


@pytest.fixture(autouse=True)
def _workday(db: None) -> Iterator[None]:
    people()
    at(WORKDAY)
    yield
    # A call without Accept-Language leaves the caller's language on this thread.
    translation.activate("sv")


@pytest.fixture
def call_as() -> Callable[[str], Caller]:
    """A caller with a token, by user name."""
    return Caller
