"""The demo's people on a Friday afternoon, visitors, and a third person at Socialjouren."""

import pytest

from riskzon.models import Role, Unit, User
from tests.factories import WORKDAY, at, people
from tests.front.browser import chromium, open_page

__all__ = ["chromium", "open_page"]


@pytest.fixture(autouse=True)
def _workday(db: None) -> None:
    people()
    at(WORKDAY)


@pytest.fixture
def third() -> User:
    """One more duty social worker."""
    return User.objects.create(
        username="jour.tredje",
        first_name="Tyra",
        last_name="Påhitt",
        role=Role.DUTY,
        unit=Unit.objects.get(slug="socialjouren"),
        email="tyra@kommunen.example",
    )
