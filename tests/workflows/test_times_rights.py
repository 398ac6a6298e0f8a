"""Who may put a time right, which times are refused, and what the database does not let pass?"""

from datetime import timedelta

import pytest

from riskzon import clock, granting
from riskzon.errors import Conflict, Forbidden, Invalid, Unseen
from riskzon.models import AuditEntry, Case, CasePermission, GrantSource, TimeCorrection
from tests.acts import (
    DAY,
    HOUR,
    MINUTE,
    breaches_of,
    call,
    clock_of,
    move,
    refuses,
    reread,
    update,
)
from tests.factories import BEA, CASTOR, at, child, make_report, person
from tests.workflows.corrected import MONDAY, case, chain, correct
from workflows.models import Deadline
from workflows.sweep import sweep
from workflows.verbs.people import name_liaison
from workflows.verbs.reviews import review_breach
from workflows.verbs.times import correct_times

pytestmark = pytest.mark.django_db

__all__ = ["case"]


def test_the_liaison_corrects_own_reports_only(case: Case) -> None:
    with pytest.raises(Unseen):
        correct(case, by="nadia.rask", occurred_at=-HOUR)
    assert AuditEntry.objects.filter(action="denied", actor=person("nadia.rask"), what="times").count() == 1

    name_liaison(person("karin.ek"), case.pk, username="nadia.rask")
    correct(case, by="nadia.rask", occurred_at=-HOUR)
    assert TimeCorrection.objects.get().by == person("nadia.rask")


def test_whoever_may_not_work_with_every_case_of_the_report_may_not_correct() -> None:
    at(MONDAY)
    one, two = make_report(children=[child(identity_number=CASTOR), child(identity_number=BEA)]).cases
    lina, sara, now = person("lina.dahl"), person("sara.lindh"), clock.now()
    granting.grant(lina, CasePermission.HANDLE, one, source=GrantSource.NAMED, by=sara, now=now)

    with pytest.raises(Forbidden) as refusal:
        correct(one, by="lina.dahl", occurred_at=-HOUR)
    # That the report is about another child is not said: it may be one from whom whoever asks is kept (jäv).
    assert refusal.value.message == Forbidden().message
    granting.grant(lina, CasePermission.READ, two, source=GrantSource.NAMED, by=sara, now=now)
    with pytest.raises(Forbidden):
        correct(one, by="lina.dahl", occurred_at=-HOUR)
    with pytest.raises(Unseen):
        correct(one, by="butik.city", occurred_at=-HOUR)
    assert not TimeCorrection.objects.exists()
    granting.grant(lina, CasePermission.HANDLE, two, source=GrantSource.NAMED, by=sara, now=now)
    correct(one, by="lina.dahl", occurred_at=-HOUR)
    assert TimeCorrection.objects.count() == 1


@pytest.mark.parametrize(
    ("times", "field", "words"),
    [
        ({"occurred_at": 10 * DAY}, "occurred_at", "framtiden"),
        ({"notified_at": 3 * HOUR}, "notified_at", "registrerades"),
        ({"occurred_at": 150 * MINUTE}, "occurred_at", "registrerades"),
        ({"notified_at": -3 * HOUR}, "notified_at", "senare än att anmälan kom in"),
        ({"occurred_at": -366 * DAY}, "occurred_at", "mer än ett år"),
        ({"occurred_at": timedelta(0)}, "occurred_at", "Inget är ändrat"),
        ({}, "occurred_at", "Inget är ändrat"),
    ],
)
def test_times_are_checked_as_at_registration(case: Case, times: dict[str, timedelta], field: str, words: str) -> None:
    move(5 * HOUR)

    with pytest.raises(Invalid) as refusal:
        correct(case, **times)

    ((named, message),) = refusal.value.errors
    assert (named, words in message) == (field, True), message
    assert not TimeCorrection.objects.exists()
    assert chain(case) == ["running"]


def test_an_old_report_is_corrected_by_its_own_registration_and_a_reason_is_asked_for(case: Case) -> None:
    move(400 * DAY)
    report = reread(case).report

    with pytest.raises(Invalid) as refusal:
        correct_times(person("sara.lindh"), report.number, reason="  ", occurred_at=report.occurred_at - HOUR)
    assert [field for field, _message in refusal.value.errors] == ["reason"]
    correct(case, by="sara.lindh", occurred_at=-HOUR)
    assert TimeCorrection.objects.count() == 1


def test_whoever_looked_at_other_times_is_told_and_nothing_is_overwritten(case: Case) -> None:
    was = case.report.occurred_at
    correct(case, occurred_at=-HOUR)

    with pytest.raises(Conflict, match="Någon annan har rättat"):
        correct_times(
            person("karin.ek"),
            case.report.number,
            reason="Protokollet",
            occurred_at=was - 2 * HOUR,
            shown={"occurred_at": was},
        )

    assert reread(case).report.occurred_at == was - HOUR


def test_a_reviewed_breach_keeps_its_review(case: Case) -> None:
    move(23 * HOUR)
    sweep()
    (breach,) = breaches_of(case)
    review_breach(person("sara.lindh"), breach.pk, cause="no_staff", action="Samtal")

    correct(case, occurred_at=2 * HOUR)

    breach.refresh_from_db()
    assert (breach.cause, breach.corrections.count()) == ("no_staff", 1)


def test_the_database_lets_no_time_change_without_its_correction(case: Case) -> None:
    for field in ("occurred_at", "notified_at"):
        change = f"{field} = {field} - interval '1 hour'"
        refuses(lambda change=change: update("riskzon_report", change), "changes only with a correction")
    correct(case, occurred_at=-HOUR)
    refuses(lambda: update("riskzon_report", "occurred_at = occurred_at + interval '1 hour'"), "only with a correction")


def test_the_database_lets_a_contact_change_its_count_only_after_a_correction(case: Case) -> None:
    call(case, outcome="no_answer")
    refuses(lambda: update("riskzon_contact", "counts = true"), "rows are kept")
    correct(case, occurred_at=-HOUR)
    refuses(lambda: update("riskzon_contact", "outcome = 'reached', counts = true"), "rows are kept")
    update("riskzon_contact", "counts = true")


def test_the_database_keeps_the_breach_in_thechain(case: Case) -> None:
    move(23 * HOUR)
    sweep()
    correct(case, occurred_at=2 * HOUR)

    refuses(lambda: update("workflows_deadline", "breach_stands = false", "replaces_id IS NOT NULL"), "never changes")
    refuses(lambda: update("workflows_deadline", "replaces_id = NULL", "replaces_id IS NOT NULL"), "never changes")
    refuses(lambda: update("workflows_breachnote", "reason = 'Annat'"), "rows are kept")
    second = clock_of(case)
    third = {"case": case, "kind": second.kind, "rule": second.rule, "starts_at": second.starts_at,
             "due_at": second.due_at, "created_at": clock.now(), "next_step_at": clock.now(), "replaces": second}  # fmt: skip
    refuses(lambda: Deadline.objects.create(**third), "closed first")
    update(
        "workflows_deadline", "state = 'void', settled_at = riskzon_now(), next_step_at = NULL", f"id = '{second.pk}'"
    )
    refuses(lambda: Deadline.objects.create(**third), "never un-made")
    refuses(lambda: Deadline.objects.create(**{**third, "kind": "lul_statement"}), "its own case, kind and rule")
