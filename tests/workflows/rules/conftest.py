"""People, a Friday afternoon, visitors, and one proposed change."""

from typing import Any

import pytest

from riskzon.models import ReportKind
from tests.factories import WORKDAY, at, people, person
from tests.front.browser import chromium, open_page
from workflows.lawful import TRACKS, Track
from workflows.models import Kind, RuleChange
from workflows.verbs.rules import propose_rule

__all__ = ["chromium", "open_page"]

OPEN = next(track for track in TRACKS if track.kind == Kind.OPEN_INVESTIGATION)
ARREST = Track(Kind.GUARDIAN_CONTACT, ReportKind.ARREST.value)
CONCERN = Track(Kind.GUARDIAN_CONTACT, ReportKind.CONCERN.value)


@pytest.fixture(autouse=True)
def _workday(db: None) -> None:
    people()
    at(WORKDAY)


def proposed(track: Track = ARREST, **fields: Any) -> RuleChange:
    """A proposal of the administrator's, by default 12 hours for arrests, as soon as it is confirmed."""
    rule = {"length": "hours", "amount": 12, "ground": "Nämndens beslut", "reason": "Vi vill vara snabbare."}
    return propose_rule(person("it.admin"), track, **{**rule, **fields})
