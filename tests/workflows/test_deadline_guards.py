"""Which rules about deadlines and breaches does the database hold, even against raw SQL?"""

from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from riskzon import clock
from riskzon.models import Case
from tests.acts import HOUR, TICK, breaches_of, call, clock_of, delete, move, refuses, update, write
from tests.factories import WORKDAY, at, make_report, person
from workflows.models import Breach, CaseProcess, Deadline, DeadlineEvent
from workflows.sweep import sweep
from workflows.verbs.reviews import review_breach

pytestmark = pytest.mark.django_db

GUARDIAN = "kind = 'guardian_contact'"
MET = "state = 'met', met_at = riskzon_now(), settled_at = riskzon_now(), next_step_at = NULL"


@pytest.fixture
def case() -> Case:
    at(WORKDAY)
    return make_report().cases[0]


@pytest.fixture
def breached(case: Case) -> Case:
    move(24 * HOUR + TICK)
    sweep()
    return case


@pytest.mark.parametrize(
    "change",
    [
        "due_at = due_at + interval '1 hour'",
        "due_at = due_at - interval '1 hour'",
        "starts_at = starts_at + interval '1 hour'",
        "kind = 'lul_statement'",
        "case_id = gen_random_uuid()",
        "rule_id = rule_id + 1",
    ],
)
def test_a_deadline_never_moves(case: Case, change: str) -> None:
    refuses(lambda: update("workflows_deadline", change, GUARDIAN), "a deadline never moves")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("state = 'met'", "met_xor_breached"),
        ("met_at = riskzon_now()", "met_xor_breached"),
        ("settled_at = riskzon_now(), next_step_at = NULL", "met_xor_breached"),
        (f"{MET}, fired_at = riskzon_now()", "met_xor_breached"),
        (MET.replace("'met'", "'met_late'"), "met_xor_breached"),
        ("state = 'breached'", "met_xor_breached"),
        ("state = 'exempt'", "met_xor_breached"),
        ("next_step_at = NULL", "running_deadline_has_a_step"),
        ("state = 'met', met_at = riskzon_now(), settled_at = riskzon_now()", "settled_deadline_has_no_step"),
    ],
)
def test_a_deadline_is_met_or_breached_and_never_both(case: Case, change: str, rule: str) -> None:
    refuses(lambda: update("workflows_deadline", change, GUARDIAN), rule)


def test_met_is_only_what_was_recorded_in_time_and_breached_only_what_has_passed(case: Case) -> None:
    late = MET.replace("settled_at = riskzon_now()", "settled_at = due_at + interval '1 microsecond'")
    early = "state = 'breached', fired_at = due_at"

    refuses(lambda: update("workflows_deadline", late, GUARDIAN), "met_is_recorded_in_time")
    refuses(lambda: update("workflows_deadline", early, GUARDIAN), "lies_after_its_limit")


def test_a_breached_deadline_has_a_breach(case: Case) -> None:
    change = "state = 'breached', fired_at = due_at + interval '1 second'"

    refuses(lambda: update("workflows_deadline", change, GUARDIAN), "a breached deadline has a breach")


@pytest.mark.parametrize(
    "change",
    [
        "state = 'running', fired_at = NULL",
        f"{MET}, fired_at = NULL",
        "state = 'exempt', settled_at = riskzon_now(), next_step_at = NULL",
        "fired_at = fired_at + interval '1 minute'",
    ],
)
def test_a_breach_is_never_unmade(breached: Case, change: str) -> None:
    refuses(lambda: update("workflows_deadline", change, GUARDIAN), "does not go from|never un-made")


@pytest.mark.parametrize(
    "change",
    [
        "due_at = due_at + interval '1 hour'",
        "fired_at = fired_at + interval '1 hour'",
        "deadline_id = gen_random_uuid()",
        "case_id = gen_random_uuid()",
    ],
)
def test_a_breach_is_only_explained(breached: Case, change: str) -> None:
    refuses(lambda: update("workflows_breach", change, GUARDIAN), "only explained")


def test_a_review_of_a_breach_is_whole_and_is_not_taken_back(breached: Case) -> None:
    refuses(lambda: update("workflows_breach", "cause = 'no_staff'", GUARDIAN), "review_is_whole")
    refuses(lambda: update("workflows_breach", "reviewed_at = riskzon_now()", GUARDIAN), "review_is_whole")
    review_breach(person("sara.lindh"), breaches_of(breached)[0].pk, cause="no_staff", action="Talade med jouren.")

    back = "reviewed_at = NULL, reviewed_by_id = NULL, cause = ''"
    refuses(lambda: update("workflows_breach", back, GUARDIAN), "only explained")


def test_deadlines_breaches_and_fired_rungs_are_never_removed(breached: Case) -> None:
    for table in ("workflows_deadline", "workflows_breach", "workflows_deadlineevent"):
        refuses(partial(delete, table), "rows are kept")
    refuses(lambda: update("workflows_deadlineevent", "fired_at = at"), "rows are kept")


def test_a_rung_fires_at_most_once(case: Case) -> None:
    first = DeadlineEvent.objects.filter(deadline=clock_of(case)).get(step="registered")

    with pytest.raises(IntegrityError, match="a_rung_fires_once"), transaction.atomic():
        DeadlineEvent.objects.create(
            deadline=first.deadline, step=first.step, at=first.at, fired_at=clock.now(), told=1
        )


def test_a_deadline_has_at_most_one_breach(breached: Case) -> None:
    breach = breaches_of(breached)[0]
    breach.pk = uuid4()

    with pytest.raises(IntegrityError, match="deadline_id"), transaction.atomic():
        breach.save(force_insert=True)


def test_a_case_without_a_process_is_not_committed(case: Case) -> None:
    def copy() -> None:
        other = Case.objects.get()
        other.pk, other.ordinal = uuid4(), 2
        other.child = type(other.child).objects.create(birth_date=other.child.birth_date)
        other.save(force_insert=True)

    refuses(copy, "a case has a process before it is committed")
    assert CaseProcess.objects.count() == 1


def test_a_late_contact_leaves_the_breach_where_it_was(breached: Case) -> None:
    before = Breach.objects.filter(case=breached).values().get(kind="guardian_contact")

    move(HOUR)
    write(lambda: call(breached))

    assert Breach.objects.filter(case=breached).values().get(kind="guardian_contact") == before
    assert Deadline.objects.get(pk=before["deadline_id"]).state == "met_late"
