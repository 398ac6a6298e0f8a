"""An arrest whose times are put right, and how a test does that."""

from datetime import datetime, timedelta

import pytest

from riskzon import clock
from riskzon.models import Case, Report
from tests.acts import (
    HOUR,
    call,
    move,
    protect,
    reread,
)
from tests.factories import CASTOR, at, child, make_report, person
from workflows.verbs.contacts import inform_child
from workflows.verbs.disposition import dispose
from workflows.verbs.people import assign
from workflows.verbs.times import correct_times

MONDAY = "2026-11-16T09:00:00+01:00"


@pytest.fixture
def case() -> Case:
    """An arrest on Monday at nine, registered by the liaison two hours later; Karin has the case."""
    at(MONDAY)
    arrest = clock.now()
    move(2 * HOUR)
    made = make_report("per.holm", occurred_at=arrest, children=[child(identity_number=CASTOR)]).cases[0]
    assign(person("sara.lindh"), made.pk, username="karin.ek")
    return made


def correct(case: Case, by: str = "per.holm", **times: timedelta | datetime) -> Report:
    """Move times of the report by this much, or put them at this moment."""
    report = reread(case).report
    moments = {
        field: getattr(report, field) + change if isinstance(change, timedelta) else change
        for field, change in times.items()
    }
    return correct_times(person(by), report.number, reason="Polisens protokoll", **moments)


def chain(case: Case, kind: str = "guardian_contact") -> list[str]:
    """The states of the clocks of a kind, in the order in which they were opened."""
    return list(case.deadlines.filter(kind=kind).order_by("created_at", "starts_at").values_list("state", flat=True))


def close(case: Case, reached: datetime | None = None) -> None:
    call(case, at=reached or clock.now())
    protect(case)
    dispose(person("karin.ek"), case.pk, disposition="opened")
    if reread(case).closed_at is None:
        inform_child(person("karin.ek"), case.pk, at=clock.now())
    assert reread(case).closed_at is not None
