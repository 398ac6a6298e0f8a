"""The numbers before a rule is proposed are those that counting by hand gives."""

import time
from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from riskzon import clock
from tests.factories import ALBIN, BEA, CASTOR, ELSA, GUSTAV, ISAK, at, child, make_report, person
from tests.workflows.rules.conftest import ARREST, CONCERN, OPEN
from workflows.due import Length, due_at
from workflows.foresight import PAST, Difference, foresee
from workflows.lawful import TRACKS, Track
from workflows.models import Deadline, Kind, State
from workflows.rules import Rulebook
from workflows.sweep import sweep
from workflows.verbs.contacts import register_contact
from workflows.verbs.disposition import dispose

NUMBERS = (ALBIN, BEA, CASTOR, ELSA, GUSTAV, ISAK)
INVESTIGATION = next(track for track in TRACKS if track.kind == Kind.INVESTIGATION)


def by_hand(track: Track, length: str, amount: int, enabled: bool = True) -> Difference:
    """One deadline after the other, as a patient person would."""
    now = clock.now()
    running = moved = past = stricter = laxer = 0
    for one in Deadline.objects.filter(kind=track.kind).select_related("rule", "case__report"):
        if track.report_kind and one.case.report.kind != track.report_kind:
            continue
        if one.state == State.VOID or Deadline.objects.filter(replaces=one).exists():
            continue
        due = one.due_at
        if due == due_at(one.starts_at, Length(one.rule.length), one.rule.amount):
            due = due_at(one.starts_at, Length(length), amount)
        if one.state == State.RUNNING:
            running += 1
            moved += not enabled or due != one.due_at
        elif (one.settled_at or one.fired_at) >= now - PAST:
            past += 1
            late = (one.settled_at or now) > due
            stricter += one.fired_at is None and not one.breach_stands and (late or not enabled)
            laxer += one.fired_at is not None and not one.breach_stands and (not late or not enabled)
    return Difference("", running, moved, past, stricter, laxer)


CANDIDATES = [
    (ARREST, "hours", 12),
    (ARREST, "hours", 24),
    (CONCERN, "hours", 3),
    (OPEN, "days", 3),
    (OPEN, "days", 30),
    (OPEN, "working_days", 9),
    (OPEN, "months", 1),
    (OPEN, "hours", 100),
    (INVESTIGATION, "months", 2),
    (INVESTIGATION, "days", 20),
]


@pytest.fixture
def year() -> None:
    """Reports of every kind over fourteen months: met early, late or never, opened early or late, over clock changes."""
    chance = Random(20261113)
    start = at("2025-09-20T09:00:00+02:00")
    for number in range(18):
        clock.stand_still(start + timedelta(days=22.5 * number, minutes=chance.randrange(1440)))
        kind = ("arrest", "concern", "lob_custody")[number % 3]
        case = make_report("karin.ek", kind=kind, children=[child(identity_number=NUMBERS[number % 6])]).cases[0]
        if number % 4:
            clock.stand_still(clock.now() + timedelta(hours=(1, 9, 20, 24.5, 40)[number % 5]))
            sweep()
            guardian = case.child.guardians.first().pk
            register_contact(
                person("karin.ek"), case.pk, guardian=guardian, at=clock.now(), channel="phone", outcome="reached"
            )
        if number in (3, 7, 10, 14):
            clock.stand_still(clock.now() + timedelta(days=(1, 6, 12, 16)[number % 4]))
            sweep()
            dispose(person("karin.ek"), case.pk, disposition="opened")
    clock.stand_still(clock.now() + timedelta(hours=5))
    make_report("per.holm", children=[child(identity_number=NUMBERS[0])])
    sweep()


def test_the_numbers_are_those_of_counting_one_by_one(year, visit) -> None:
    now, differing = clock.now(), 0
    for track, length, amount in CANDIDATES:
        found = foresee(track, length=length, amount=amount, enabled=True, now=now).total
        assert found == by_hand(track, length, amount), (track, length, amount)
        assert found.running + found.past > 0
        differing += bool(found.stricter) + bool(found.laxer)
    assert differing > 5

    off = foresee(CONCERN, length="hours", amount=24, enabled=False, now=now).total
    assert off == by_hand(CONCERN, "hours", 24, enabled=False)
    assert (off.moved, off.changed) == (off.running, off.past)

    for track in TRACKS:
        held = Rulebook.read().rule(track.kind, track.report_kind, now)
        if not track.is_named:
            same = foresee(track, length=held.length, amount=held.amount, enabled=True, now=now).total
            assert (same.moved, same.changed) == (0, 0), track

    fields = {"amount": "3", "length": "days", "ground": "G", "reason": "R"}
    page = visit("it.admin").post("/rules/open_investigation/new/", fields).content.decode()
    total = foresee(OPEN, length="days", amount=3, enabled=True, now=now).total
    assert f"<strong>{total.moved} av {total.running}</strong> löpande frister" in page
    assert f"<strong>{total.changed} av {total.past}</strong> avslutade frister" in page
    assert total.changed > 0
    for secret in ("Albin", "Fiktivsson", "2026-0000", "20100702"):
        assert secret not in page


def test_it_is_two_statements_and_quick_at_ten_thousand() -> None:
    """Ten thousand copies of a real row, each forty minutes earlier."""
    row = Deadline.objects.get(case=make_report("karin.ek").cases[0], kind=Kind.OPEN_INVESTIGATION)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO workflows_deadline
                   (id, case_id, kind, rule_id, starts_at, due_at, created_at, state, exempt_code, next_step_at,
                    provisional_start, breach_stands, after_hold)
            SELECT gen_random_uuid(), case_id, kind, rule_id, starts_at - n * interval '40 minutes',
                   due_at - n * interval '40 minutes', created_at, 'running', '', next_step_at, false, false, false
              FROM workflows_deadline, generate_series(1, 10000) AS n WHERE id = %s
            """,
            [row.pk],
        )
    now, began = clock.now(), time.perf_counter()
    with CaptureQueriesContext(connection) as asked:
        found = foresee(OPEN, length="working_days", amount=4, enabled=True, now=now).total
    assert (len(asked), found.running) == (2, 10_001)
    assert time.perf_counter() - began < 2
