"""What does one report bring into being?"""

from datetime import UTC, date, datetime, timedelta

import pytest

from notifications.models import Message
from riskzon import access, clock
from riskzon.errors import Conflict, Forbidden, Invalid
from riskzon.models import AuditEntry, Case, Child, Guardian, IdempotencyKey, Report
from tests.acts import DAY, HOUR, breaches_of, clock_of, state_of, told
from tests.factories import ALBIN, BEA, CASTOR, MAJA, WORKDAY, at, child, guardian, make_report, person, report_body
from workflows import steps
from workflows.flows.case import CaseFlow
from workflows.models import CaseProcess, Deadline
from workflows.verbs.intake import register_report

pytestmark = pytest.mark.django_db

#: 19 years old.
GROWN = "20070105-2383"
STEPS = (
    CaseFlow.contact_guardians,
    CaseFlow.protective_assessment,
    CaseFlow.decide_investigation,
    CaseFlow.answer_reporter,
)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_one_report_brings_everything_into_being_at_once() -> None:
    at("2026-11-13T18:58:00+01:00")
    made = make_report("per.holm", occurred_at=_utc("2026-11-13T18:20:00+01:00"))
    report, (case,) = made.report, made.cases

    assert (report.number, case.number) == ("2026-000001", "2026-000001-1")
    assert (report.registered_by, report.registered_at) == (person("per.holm"), clock.now())
    assert (case.unit.slug, case.assignee) == ("mottagning-barn-och-unga", None)
    assert {row.kind: row.due_at for row in case.deadlines.all()} == {
        "guardian_contact": _utc("2026-11-14T18:20:00+01:00"),
        "protective_assessment": _utc("2026-11-14T18:58:00+01:00"),
        "open_investigation": _utc("2026-11-27T23:59:59+01:00"),
    }
    assert {step for step in STEPS if steps.is_open(case, step)} == set(STEPS[:3])
    assert AuditEntry.objects.filter(case=case, action="register", actor=person("per.holm")).count() == 1
    assert told("case_received", case) == {"jour.vakt"}
    assert told("report_received", report=report) == {"per.holm"}
    assert access.can(person("per.holm"), access.Action.FOLLOW, case)


@pytest.mark.parametrize("kind", ["concern", "lob_custody"])
def test_the_24_hours_of_other_reports_run_from_the_notice(kind: str) -> None:
    now = at(WORKDAY)
    case = make_report(kind=kind, occurred_at=now - 3 * DAY, notified_at=now - HOUR).cases[0]

    assert clock_of(case).starts_at == now - HOUR
    assert clock_of(case).due_at == now + 23 * HOUR
    assert clock_of(case).rule.ground == "Kommunal rutin"


def test_an_arrest_at_an_unknown_time_runs_from_the_notice_for_the_time_being() -> None:
    now = at(WORKDAY)
    case = make_report(occurred_at=None, occurred_at_precision="unknown").cases[0]

    assert (clock_of(case).starts_at, clock_of(case).provisional_start) == (now, True)
    assert clock_of(case).rule.ground.startswith("Socialtjänstgaranti")


def test_each_child_of_a_report_gets_a_case_and_a_text_of_its_own() -> None:
    at(WORKDAY)
    shared = guardian(identity_number=MAJA)
    made = make_report(
        "per.holm",
        children=[
            child(summary="Albin slog.", guardians=[shared]),
            child(identity_number=BEA, given_name="Bea", summary="Bea såg på.", guardians=[shared]),
            child(identity_number=GROWN, given_name="Cilla", summary="Cilla körde.", guardians=[]),
        ],
    )

    assert [case.summary for case in made.cases] == ["Albin slog.", "Bea såg på."]
    assert [case.number for case in made.cases] == ["2026-000001-1", "2026-000001-2"]
    note = made.report.adult_notes.get()
    assert (note.given_name, note.summary) == ("Cilla", "Cilla körde.")
    assert Child.objects.count() == CaseProcess.objects.count() == 2
    assert Guardian.objects.count() == 1
    assert "Bea" not in str(made.cases[0].as_reported)


def test_eighteen_counts_on_the_day_of_the_notice() -> None:
    now = at(WORKDAY)
    day = now.date()
    yesterday = day - timedelta(days=1)
    made = make_report(
        occurred_at=now - DAY,
        notified_at=now - DAY,
        children=[
            child(identity_number="", birth_date=date(2008, yesterday.month, yesterday.day), given_name="Vuxen"),
            child(identity_number="", birth_date=date(2008, day.month, day.day), given_name="Barn"),
        ],
    )

    assert [case.child.given_name for case in made.cases] == ["Barn"]
    assert made.report.adult_notes.get().given_name == "Vuxen"


def test_what_was_sent_is_kept_as_it_was_sent_with_the_guardians_ids() -> None:
    at(WORKDAY)
    made = make_report("per.holm", summary="  Två ord ", children=[child(summary="Snatteri", whereabouts="Arresten")])
    case = made.cases[0]

    assert made.report.raw["summary"] == "  Två ord "
    assert made.report.summary == "Två ord"
    assert case.as_reported["whereabouts"] == "Arresten"
    assert [one["id"] for one in case.as_reported["guardians"]] == [str(case.child.guardians.get().pk)]


def test_an_arrest_that_is_told_a_day_late_is_born_breached() -> None:
    now = at(WORKDAY)
    case = make_report("per.holm", occurred_at=now - 25 * HOUR).cases[0]

    assert (state_of(case), [breach.born for breach in breaches_of(case)]) == ("breached", [True])
    received = Message.objects.filter(case=case, kind="case_received").first()
    assert (received.facts["born"], received.facts["folded"]) == (True, True)
    assert told("case_received", case) == {"karin.ek", "omar.nyman", "sara.lindh"}
    assert state_of(case, "protective_assessment") == "running"


def test_a_concern_that_was_left_lying_is_born_breached_too() -> None:
    now = at(WORKDAY)
    case = make_report(kind="concern", occurred_at=None, notified_at=now - 15 * DAY).cases[0]

    assert {row.kind: row.state for row in case.deadlines.exclude(kind="breach_review")} == {
        "guardian_contact": "breached",
        "protective_assessment": "breached",
        "open_investigation": "breached",
    }
    assert case.breaches.count() == case.deadlines.filter(kind="breach_review").count() == 3


def test_the_same_attempt_again_is_the_same_report() -> None:
    at(WORKDAY)
    body, per = report_body(), person("per.holm")
    first = register_report(per, body, key="one")
    at("2026-11-13T16:00:00+01:00")

    again = register_report(per, body, key="one")

    assert (again.repeated, again.report, again.cases) == (True, first.report, first.cases)
    assert Report.objects.count() == Case.objects.count() == 1
    assert Message.objects.filter(kind="report_received").count() == 1


def test_the_same_key_with_another_body_is_refused_and_of_another_person_is_another_key() -> None:
    at(WORKDAY)
    register_report(person("per.holm"), report_body(), key="one")

    with pytest.raises(Conflict):
        register_report(person("per.holm"), report_body(summary="Något annat"), key="one")
    other = register_report(person("nadia.rask"), report_body(children=[child(identity_number=BEA)]), key="one")

    assert (other.repeated, Report.objects.count()) == (False, 2)


def test_a_refused_attempt_leaves_its_key_free() -> None:
    at(WORKDAY)
    per = person("per.holm")
    with pytest.raises(Invalid):
        register_report(per, report_body(children=[]), key="one")

    assert not IdempotencyKey.objects.exists()
    assert register_report(per, report_body(), key="one").report.number == "2026-000001"


@pytest.mark.parametrize("key", ["", "   ", "k" * 201])
def test_an_attempt_needs_a_key(key: str) -> None:
    at(WORKDAY)
    with pytest.raises(Invalid) as refusal:
        register_report(person("per.holm"), report_body(), key=key)
    assert refusal.value.errors[0][0] == "Idempotency-Key"


@pytest.mark.parametrize("username", ["maria.oberg", "stina.berg", "lars.wik", "it.admin"])
def test_who_has_no_part_in_reports_registers_none(username: str) -> None:
    at(WORKDAY)
    with pytest.raises(Forbidden):
        make_report(username)
    assert not Report.objects.exists()


def test_a_partner_reports_concerns_only_and_gets_a_receipt() -> None:
    at(WORKDAY)
    with pytest.raises(Invalid) as refusal:
        make_report("butik.city")
    assert refusal.value.errors[0][0] == "kind"

    made = make_report("butik.city", kind="concern", occurred_at=None)

    assert told("report_received", report=made.report) == {"butik.city"}
    assert not access.visible_cases(person("butik.city")).exists()


def test_the_numbers_of_a_year_follow_each_other_and_start_again_at_the_swedish_new_year() -> None:
    at("2026-12-31T23:58:00+01:00")
    first = make_report(children=[child(identity_number=ALBIN)]).report
    second = make_report(children=[child(identity_number=BEA)]).report
    at("2027-01-01T00:00:00+01:00")
    third = make_report(children=[child(identity_number=CASTOR)]).report

    assert [one.number for one in (first, second, third)] == ["2026-000001", "2026-000002", "2027-000001"]


def test_a_kind_whose_switch_is_off_has_no_24_hours() -> None:
    at(WORKDAY)
    rules = Deadline._meta.get_field("rule").related_model.objects
    present = rules.filter(kind="guardian_contact", report_kind="concern").latest("version")
    present.pk, present.version, present.enabled, present._state.adding = None, present.version + 1, False, True
    present.save(force_insert=True)

    case = make_report(kind="concern", occurred_at=None).cases[0]

    assert set(case.deadlines.values_list("kind", flat=True)) == {"protective_assessment", "open_investigation"}
    assert not Case.objects.get(pk=case.pk).guardian_contact_open
