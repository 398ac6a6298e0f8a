from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from riskzon.urgency import SHORT_TITLES, urgency

NOW = datetime(2026, 11, 14, 17, 20, tzinfo=UTC)  # 18.20 in Sweden
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _swedish():
    with translation.override("sv"):
        yield


def reading(kind: str = "guardian_contact", *, due: timedelta, start: timedelta = -HOUR, state: str = "running"):
    return urgency({"kind": kind, "starts_at": NOW + start, "due_at": NOW + due, "state": state}, NOW)


@pytest.mark.parametrize(
    ("due", "level"),
    [
        (-timedelta(microseconds=1), "over"),  # whether or not anybody has recorded the breach
        (timedelta(0), "soon"),
        (4 * HOUR, "soon"),
        (4 * HOUR + timedelta(seconds=1), "calm"),
    ],
)
def test_level_follows_the_time_left(due: timedelta, level: str) -> None:
    assert reading(due=due).level == level


def test_recorded_breach_is_over_even_when_clocks_differ() -> None:
    assert reading(due=HOUR, state="breached").words == "Överskriden mindre än 1 min"


def test_protective_assessment_waits_and_is_amber_from_local_midnight() -> None:
    same_day = reading("protective_assessment", start=-2 * HOUR, due=22 * HOUR)
    assert (same_day.level, same_day.words, same_day.counts) == ("urgent", "Genast. Har väntat 2 tim 00 min", "waited")
    next_day = reading("protective_assessment", start=-19 * HOUR, due=5 * HOUR)
    assert (next_day.level, next_day.words) == ("soon", "Genast. Har väntat 19 tim 00 min")
    assert reading("protective_assessment", start=-25 * HOUR, due=-HOUR).level == "over"


@pytest.mark.parametrize(
    ("state", "level", "words"),
    [
        ("met", "done", "Klar i tid"),
        ("met_late", "late", "Klar efter fristen"),
        ("exempt", "off", "Undantagen"),
        ("void", "off", "Gäller inte längre"),
    ],
)
def test_settled_deadline_is_not_counted(state: str, level: str, words: str) -> None:
    settled = reading(due=-HOUR, state=state)
    assert (settled.level, settled.words, settled.counts) == (level, words, "")


def test_deadline_may_be_an_object() -> None:
    class Row:
        kind, state, starts_at, due_at = "guardian_contact", "running", NOW - HOUR, NOW + HOUR

    assert urgency(Row(), NOW).words == "1 tim 00 min kvar"


def test_words_of_the_contract_are_kept() -> None:
    said = " ".join([*map(str, SHORT_TITLES.values()), reading(due=-HOUR).words])
    assert "Överskriden" in said
    assert "örsenad" not in said
