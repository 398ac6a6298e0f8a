"""Readings of October, and what is drawn of them when the month is over."""

from riskzon import clock
from riskzon.doors import look
from riskzon.models import AuditEntry, Case
from tests.factories import at, make_report, person
from workflows.log_sample import draw
from workflows.models import LogReview

IN_OCTOBER, IN_NOVEMBER = "2026-10-14T14:00:00+02:00", "2026-11-02T09:00:00+01:00"


def opens(username: str, case: Case) -> int:
    """One reading; the id of its row."""
    with look(person(username), "case") as door:
        door.case(case.pk)
    return AuditEntry.objects.latest("pk").pk


def drawn() -> dict[int, list[str]]:
    """The rows of the log that were drawn, with what spoke for each."""
    at(IN_NOVEMBER)
    draw(clock.now())
    return dict(LogReview.objects.values_list("entry", "flags"))


def review_of(username: str = "karin.ek") -> LogReview:
    """One reading that was drawn, of a case that Omar has registered."""
    opens(username, make_report("omar.nyman").cases[0])
    assert drawn()
    return LogReview.objects.get(entry__actor__username=username)
