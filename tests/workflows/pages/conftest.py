"""People, a Friday afternoon, visitors, and cases to look at."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from riskzon.models import Case
from tests.factories import WORKDAY, at, make_report, people
from tests.front.browser import chromium, open_page

__all__ = ["chromium", "open_page"]


@pytest.fixture(autouse=True)
def _workday(db: None) -> None:
    people()
    at(WORKDAY)


@pytest.fixture
def karin(visit: Callable[[str], Client]) -> Client:
    return visit("karin.ek")


@pytest.fixture
def new_case() -> Callable[..., Case]:
    """`new_case(by="per.holm", …)`: the first case of a report made with these fields."""

    def made(**fields: Any) -> Case:
        return make_report(**fields).cases[0]

    return made
