"""Which rules about reports, cases and the log does the database hold, even against raw SQL?"""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from riskzon import audit, clock, granting
from riskzon.errors import Conflict
from riskzon.models import AuditAction, AuditEntry, Case, CasePermission, GrantSource, Investigation, Note, Report
from tests.acts import call, delete, hold, protect, refuses, reread, update, write
from tests.factories import BEA, WORKDAY, at, child, make_report, person
from workflows.verbs.contacts import inform_child
from workflows.verbs.disposition import dispose
from workflows.verbs.notes import write_note
from workflows.verbs.supplements import supplement

pytestmark = pytest.mark.django_db

KEPT = "rows are kept"


@pytest.fixture
def case() -> Case:
    at(WORKDAY)
    return make_report().cases[0]


@pytest.mark.parametrize(
    "change",
    [
        "raw = '{}'",
        "kind = 'concern'",
        "registered_at = registered_at - interval '1 hour'",
        "registered_by_id = (SELECT id FROM riskzon_user WHERE username = 'omar.nyman')",
        "year = 2025",
        "number = '2026-999999'",
        "number = NULL",
    ],
)
def test_what_a_report_said_and_its_number_never_change(case: Case, change: str) -> None:
    refuses(lambda: update("riskzon_report", change), "never change")


def test_a_report_without_a_number_or_without_a_case_is_not_committed(case: Case) -> None:
    def copy(number: str | None) -> None:
        report = Report.objects.get()
        report.pk, report.number = uuid4(), number
        report.save(force_insert=True)

    refuses(lambda: copy(None), "numbered before it is committed")
    refuses(lambda: copy("2026-000099"), "has a case before it is committed")
    refuses(lambda: copy(case.report.number), "riskzon_report_number_key")


@pytest.mark.parametrize(
    "change",
    [
        "as_reported = '{}'",
        "ordinal = 2",
        "registered_at = registered_at - interval '1 hour'",
        "report_id = gen_random_uuid()",
    ],
)
def test_what_a_case_came_from_never_changes(case: Case, change: str) -> None:
    refuses(lambda: update("riskzon_case", change), "what a case came from never changes")


DISPOSED = "disposed_at = riskzon_now(), disposed_by_id = (SELECT id FROM riskzon_user WHERE username = 'karin.ek')"
DONE = "assessed_at = riskzon_now(), guardians_followed_at = riskzon_now(), feedback_owed = false"
DEVIATES = f"closed_at = riskzon_now(), disposition = 'deviation', disposition_reason = 'skäl', {DISPOSED}"
#: Whatever is not named here is done: each leaves out one thing that a lawful end needs, and names the rule that says so.
UNLAWFUL_ENDS = {
    "nothing at all": ("closed_at = riskzon_now()", "case_ends_only_lawfully"),
    "everything but a disposition": (f"closed_at = riskzon_now(), {DONE}", "case_ends_only_lawfully"),
    "no assessment": (
        f"{DEVIATES}, guardians_followed_at = riskzon_now(), feedback_owed = false",
        "case_ends_only_lawfully",
    ),
    "guardians not followed": (
        f"{DEVIATES}, assessed_at = riskzon_now(), feedback_owed = false",
        "case_ends_only_lawfully",
    ),
    "an unanswered reporter": (
        f"{DEVIATES}, assessed_at = riskzon_now(), guardians_followed_at = riskzon_now(), feedback_owed = true",
        "case_ends_only_lawfully",
    ),
    "nobody who decided": (
        f"closed_at = riskzon_now(), disposition = 'deviation', disposition_reason = 'skäl', {DONE}",
        "case_disposition_has_decider",
    ),
    "opened without an investigation": (
        f"closed_at = riskzon_now(), disposition = 'opened', {DISPOSED}, {DONE}",
        "case_opened_or_linked_has_investigation",
    ),
    "linked to nothing": (
        f"closed_at = riskzon_now(), disposition = 'linked', {DISPOSED}, {DONE}",
        "case_opened_or_linked_has_investigation",
    ),
    "a deviation without a reason": (
        f"closed_at = riskzon_now(), disposition = 'deviation', {DISPOSED}, {DONE}",
        "case_exception_has_reason",
    ),
    "void without a reason": (
        f"closed_at = riskzon_now(), disposition = 'void', {DISPOSED}",
        "case_exception_has_reason",
    ),
    "transferred without a reason": (
        f"closed_at = riskzon_now(), disposition = 'transferred', {DISPOSED}",
        "case_exception_has_reason",
    ),
    "a disposition that does not exist": (
        f"closed_at = riskzon_now(), disposition = 'not_opened', {DISPOSED}, {DONE}",
        "case_disposition_is_known",
    ),
}


@pytest.mark.parametrize("lacking", UNLAWFUL_ENDS)
def test_a_case_ends_only_lawfully(case: Case, lacking: str) -> None:
    change, rule = UNLAWFUL_ENDS[lacking]

    refuses(lambda: update("riskzon_case", change), f'"{rule}"')


def test_columns_that_say_done_do_not_end_a_case_alone(case: Case) -> None:
    refuses(lambda: update("riskzon_case", f"{DEVIATES}, {DONE}"), "a case ends with an assessment")


def test_a_case_does_not_begin_ended(case: Case) -> None:
    def copy() -> None:
        other = Case.objects.get()
        other.pk, other.ordinal, other.closed_at = uuid4(), 2, clock.now()
        other.save(force_insert=True)

    refuses(copy, KEPT)


def test_a_disposition_is_never_taken_back_and_a_closed_case_stays_closed(case: Case) -> None:
    protect(case)
    call(case)
    inform_child(person("karin.ek"), case.pk, at=clock.now())
    dispose(person("karin.ek"), case.pk, disposition="opened")
    assert reread(case).closed_at is not None

    taken_back = "disposition = '', disposed_at = NULL, disposed_by_id = NULL, closed_at = NULL"
    refuses(lambda: update("riskzon_case", taken_back), "never taken back")
    refuses(lambda: update("riskzon_case", "closed_at = NULL"), "stays closed")


def test_a_case_is_not_linked_to_another_childs_investigation(case: Case) -> None:
    other = make_report(children=[child(identity_number=BEA)]).cases[0]
    dispose(person("karin.ek"), other.pk, disposition="opened")

    link = "investigation_id = (SELECT id FROM riskzon_investigation)"
    refuses(lambda: update("riskzon_case", link, f"id = '{case.pk}'"), "concerns the child of its case")


def test_a_child_has_one_running_investigation(case: Case) -> None:
    dispose(person("karin.ek"), case.pk, disposition="opened")
    running = Investigation.objects.get()

    with pytest.raises(IntegrityError, match="one_running_investigation_per_child"), transaction.atomic():
        Investigation.objects.create(
            child=running.child,
            unit=running.unit,
            case_worker=running.case_worker,
            opened_at=clock.now(),
            opened_by=running.opened_by,
        )


def test_nothing_that_was_written_down_is_changed_or_removed(case: Case) -> None:
    karin = person("karin.ek")
    call(case, outcome="no_answer")
    protect(case)
    write_note(karin, case.pk, text="Ringde skolan.")
    supplement(karin, case.report.number, text="Frigiven 16.40.")

    for table in ("contact", "assessment", "note", "supplement", "auditentry"):
        refuses(partial(update, f"riskzon_{table}", "id = id"), KEPT)
        refuses(partial(delete, f"riskzon_{table}"), KEPT)
    assert Note.objects.get().text == "Ringde skolan."


def test_a_corrected_time_is_kept_with_old_and_new(case: Case) -> None:
    now, karin = clock.now(), person("karin.ek")
    case.report.corrections.create(
        field="occurred_at", old=now, new=now - timedelta(hours=1), at=now, by=karin, reason="Protokollet"
    )

    refuses(lambda: update("riskzon_timecorrection", "old = new"), KEPT)
    refuses(lambda: delete("riskzon_timecorrection"), KEPT)


def test_people_children_holds_grants_and_blocks_are_ended_and_never_removed(case: Case) -> None:
    lina, sara, now = person("lina.dahl"), person("sara.lindh"), clock.now()
    hold(case)
    granting.grant(lina, CasePermission.READ, case, source=GrantSource.ASSIGNED, by=sara, now=now)
    granting.block(lina, case, by=sara, reason="släkt", now=now)

    for table in ("report", "case", "user", "child", "hold", "casegrant", "caseblock"):
        refuses(partial(delete, f"riskzon_{table}"), KEPT)


def test_the_log_is_written_in_the_transaction_of_the_act(case: Case) -> None:
    before = AuditEntry.objects.count()

    def act_that_fails() -> None:
        audit.record(AuditAction.OPEN, by=person("karin.ek"), now=clock.now(), case_id=case.pk)
        raise Conflict("")

    with pytest.raises(Conflict):
        write(act_that_fails)

    assert AuditEntry.objects.count() == before
