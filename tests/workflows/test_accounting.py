"""Every report is accounted for whatever people do, and whatever is broken on purpose is named."""

import os
from datetime import timedelta

import pytest
from django.core.management import call_command

from riskzon import clock
from riskzon.models import Case, Report, User
from tests.damage import guards_off, sql
from tests.factories import ALBIN, BEA, CASTOR, at, child, make_report
from tests.generator import Generator
from workflows.accounting import What, account
from workflows.demo.people import ensure_people
from workflows.models import Deadline, Todo
from workflows.sweep import sweep
from workflows.verbs.assessment import assess
from workflows.verbs.contacts import inform_child, register_contact
from workflows.verbs.disposition import dispose

#: 10,000 is what is promised; the suite takes a part of it, `RISKZON_RANDOM_STEPS=10000` the whole.
STEPS = int(os.environ.get("RISKZON_RANDOM_STEPS", "1000"))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_right_after_random_intakes_and_transitions():
    town = Generator(seed=20261122, people=ensure_people())

    books = town.run(STEPS)

    result = account(town.now)
    assert result.faults == ()
    assert (result.registered, result.accounted) == (len(books.numbers), len(books.numbers))
    # The generator's own books, kept outside the database.
    assert sorted(books.numbers) == sorted(Report.objects.values_list("number", flat=True))
    assert books.cases == set(Case.objects.values_list("pk", flat=True))
    assert sorted(books.numbers)[-1].endswith(f"{len(books.numbers):06}")
    # The run meant something: everything was done, breaches fired, cases ended.
    assert set(books.done) == {act.__name__ for _weight, act in town.acts}
    assert Deadline.objects.filter(state="breached").exists()
    assert Case.objects.filter(closed_at__isnull=False).exists()


@pytest.fixture
def three(db):
    """Three reports in order: an open case, a lawfully closed one, and another open one."""
    at("2026-11-13T14:00:00+01:00")
    first = make_report("per.holm").cases[0]
    second = make_report(children=[child(identity_number=CASTOR, given_name="Castor")]).cases[0]
    third = make_report(children=[child(identity_number=BEA, given_name="Bea")]).cases[0]
    karin = User.objects.get(username="karin.ek")
    register_contact(
        karin, second.pk, guardian=second.child.guardians.get().pk, at=clock.now(), channel="phone", outcome="reached"
    )
    assess(karin, second.pk, outcome="no_immediate_need", at=clock.now())
    dispose(karin, second.pk, disposition="opened")
    second.refresh_from_db()
    assert second.closed_at
    return first, second, third


def faults() -> list[tuple[str, str]]:
    return [(fault.number, fault.what) for fault in account(clock.now()).faults]


def test_everything_accounted_for(three, capsys):
    result = account(clock.now())

    assert (result.registered, result.accounted, result.faults) == (3, 3, ())
    call_command("accounting")
    assert capsys.readouterr().out == "3 reports, 3 accounted for\n"


def test_nothing_registered_is_whole(db):
    assert account(clock.now()).is_whole


def test_the_command_names_each_fault_and_exits_1(three, capsys):
    sql("UPDATE riskzon_reportseries SET last = 5")

    with pytest.raises(SystemExit) as ended:
        call_command("accounting")

    assert ended.value.code == 1
    assert capsys.readouterr().out.splitlines() == [
        "5 reports, 3 accounted for",
        "2026-000004 number missing",
        "2026-000005 number missing",
    ]


def test_a_gap_and_a_number_outside_the_series_are_named(three):
    with guards_off():
        sql("UPDATE riskzon_report SET number = '2026-000099' WHERE number = '2026-000002'")

    assert faults() == [("2026-000002", What.NUMBER_MISSING), ("2026-000099", What.OUTSIDE_SERIES)]
    assert account(clock.now()).registered == 4


def test_a_report_without_a_number_is_named(three):
    first, _second, _third = three
    with guards_off():
        sql("UPDATE riskzon_report SET number = NULL WHERE number = '2026-000001'")

    assert set(faults()) == {("2026-000001", What.NUMBER_MISSING), (str(first.report_id), What.OUTSIDE_SERIES)}


def test_a_report_without_a_case_is_named(three):
    first, _second, third = three
    with guards_off():
        sql("UPDATE riskzon_case SET report_id = %s, ordinal = 7 WHERE id = %s", first.report_id, third.pk)

    assert faults() == [("2026-000003", What.NO_CASE)]


def test_a_case_without_a_process_is_named(three):
    first, _second, _third = three
    with guards_off():
        sql("""DELETE FROM workflows_casetask_previous WHERE from_casetask_id IN (SELECT t.id FROM workflows_casetask t
               JOIN workflows_caseprocess p ON p.id = t.process_id WHERE p.case_id = %s)""", first.pk)  # fmt: skip
        sql("""DELETE FROM workflows_casetask USING workflows_caseprocess p
               WHERE p.id = process_id AND p.case_id = %s""", first.pk)  # fmt: skip
        sql("DELETE FROM workflows_caseprocess WHERE case_id = %s", first.pk)

    assert faults() == [("2026-000001-1", What.NO_PROCESS)]


@pytest.mark.parametrize("status", ["DONE", "CANCELED"])
def test_a_process_that_ended_before_its_case_is_named(three, status):
    first, _second, _third = three
    sql("UPDATE workflows_caseprocess SET status = %s WHERE case_id = %s", status, first.pk)

    assert faults() == [("2026-000001-1", What.PROCESS_ENDED)]


@pytest.mark.parametrize("status", ["NEW", "CANCELED"])
def test_a_case_that_ended_before_its_process_is_named(three, status):
    _first, second, _third = three
    sql("UPDATE workflows_caseprocess SET status = %s WHERE case_id = %s", status, second.pk)

    assert faults() == [("2026-000002-1", What.PROCESS_RUNS_ON)]


@pytest.mark.parametrize(
    "damage",
    ["disposition = ''", "assessed_at = NULL", "guardians_followed_at = NULL", "feedback_owed = true", "investigation_id = NULL"],
)  # fmt: skip
def test_an_end_that_lacks_something_is_named(three, damage):
    _first, second, _third = three
    with guards_off():
        sql(f"UPDATE riskzon_case SET {damage} WHERE id = %s", second.pk)  # noqa: S608

    assert faults() == [("2026-000002-1", What.UNLAWFUL_END)]


def test_an_end_that_points_to_another_childs_investigation_is_named(three):
    first, second, _third = three
    with guards_off():
        sql("UPDATE riskzon_investigation SET child_id = %s WHERE id = %s", first.child_id, second.investigation_id)

    assert faults() == [("2026-000002-1", What.UNLAWFUL_END)]


def test_a_failed_step_is_named(three):
    first, _second, _third = three
    sql("""UPDATE workflows_casetask SET status = 'ERROR' FROM workflows_caseprocess p
           WHERE p.id = process_id AND p.case_id = %s AND workflows_casetask.status = 'NEW'""", first.pk)  # fmt: skip

    assert faults() == [("2026-000001-1", What.STEP_FAILED)]


def test_a_case_of_which_nothing_is_demanded_is_named_only_when_the_last_thing_goes(three):
    first, _second, _third = three
    case = (first.pk,)
    Todo.objects.update(done_at=clock.now())
    with guards_off():
        sql(
            "UPDATE workflows_deadline SET state = 'void', settled_at = now(), next_step_at = NULL WHERE case_id = %s",
            *case,
        )
        assert faults() == []
        sql("""UPDATE workflows_casetask SET status = 'CANCELED' FROM workflows_caseprocess p
               WHERE p.id = process_id AND p.case_id = %s AND workflows_casetask.flow_task_type = 'HUMAN'""", *case)  # fmt: skip

    assert faults() == [("2026-000001-1", What.NOTHING_DEMANDED)]
    Todo.objects.create(case=first, what=Todo.What.CHECK_CUSTODY, created_at=clock.now())
    assert faults() == []


def test_a_deadline_that_passed_unnoticed_is_named_after_a_minute(three):
    due = Deadline.objects.get(case=three[0], kind="guardian_contact").due_at
    clock.stand_still(due + timedelta(seconds=60))
    assert faults() == []

    clock.stand_still(due + timedelta(seconds=61))

    assert ("2026-000001-1", What.NOT_FIRED) in faults()
    sweep()
    assert faults() == []


def test_a_breached_deadline_without_its_row_is_named(three):
    clock.stand_still(Deadline.objects.get(case=three[0], kind="guardian_contact").due_at + timedelta(hours=1))
    sweep()
    with guards_off():
        sql("UPDATE workflows_deadline SET breach_id = NULL")
        sql("DELETE FROM workflows_breach WHERE case_id = %s AND kind = 'guardian_contact'", three[0].pk)

    assert faults() == [("2026-000001-1", What.BREACH_MISSING)]


def test_a_breach_whose_deadline_never_fired_is_named(three):
    clock.stand_still(Deadline.objects.get(case=three[0], kind="guardian_contact").due_at + timedelta(hours=1))
    sweep()
    with guards_off():
        sql("""UPDATE workflows_deadline
               SET state = 'met', fired_at = NULL, met_at = now(), settled_at = now(), next_step_at = NULL
               WHERE case_id = %s AND kind = 'guardian_contact'""", three[0].pk)  # fmt: skip

    assert faults() == [("2026-000001-1", What.BREACH_UNFOUNDED)]


def test_open_cases_of_a_unit_where_nobody_works_are_named(three):
    User.objects.filter(unit__slug="mottagning-barn-och-unga").update(is_active=False)

    assert faults() == [("2026-000001-1", What.NOBODY_THERE), ("2026-000003-1", What.NOBODY_THERE)]


def test_a_child_of_fifteen_who_is_not_told_keeps_the_case_open(db):
    """The last demand of a case may be a todo: it is somebody's, so nothing is missing."""
    at("2026-11-13T14:00:00+01:00")
    case = make_report(children=[child(identity_number=ALBIN)]).cases[0]
    karin = User.objects.get(username="karin.ek")
    register_contact(
        karin, case.pk, guardian=case.child.guardians.get().pk, at=clock.now(), channel="phone", outcome="reached"
    )
    assess(karin, case.pk, outcome="no_immediate_need", at=clock.now())
    dispose(karin, case.pk, disposition="opened")
    case.refresh_from_db()
    assert (case.closed_at, faults()) == (None, [])

    inform_child(karin, case.pk, at=clock.now())

    case.refresh_from_db()
    assert case.closed_at is not None
    assert faults() == []
