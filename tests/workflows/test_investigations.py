"""An investigation from its opening to its end: what is written, by when, and what the law does not let pass."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from riskzon import clock
from riskzon.access import visible_cases
from riskzon.errors import Conflict, Forbidden, Invalid, Unseen
from riskzon.models import AuditEntry, Case, Investigation, InvestigationEntry
from tests.acts import DAY, breaches_of, end, hold, move, parents, propose, reread
from tests.factories import at, child, guardian, make_report, people, person
from workflows import casefile
from workflows.models import Deadline, Kind
from workflows.sweep import sweep
from workflows.verbs import investigations as verbs
from workflows.verbs.disposition import dispose
from workflows.verbs.people import assign, hand_over

pytestmark = pytest.mark.django_db

OPENED = "2026-11-16T09:30:00+01:00"
LIMIT = "2027-03-16T23:59:59+01:00"


@pytest.fixture
def case() -> Case:
    people()
    at("2026-11-13T10:00:00+01:00")
    report = make_report(children=[child(guardians=[guardian(), guardian(name="Olle Fiktivsson", identity_number="")])])
    at(OPENED)
    return dispose(person("karin.ek"), report.cases[0].pk, disposition="opened")


def inquiry(case: Case) -> Investigation:
    return Investigation.objects.get(pk=case.investigation_id)


def limits(case: Case, kind: Kind = Kind.INVESTIGATION) -> list[tuple[str, str]]:
    rows = Deadline.objects.filter(case=case, kind=kind).order_by("created_at")
    return [(row.state, row.due_at.astimezone(datetime.fromisoformat(LIMIT).tzinfo).isoformat()) for row in rows]


def close(case: Case, by: str = "karin.ek", **fields: object) -> Investigation:
    wanted = {"outcome": "without_measure", "reason": "Stöd finns i skolan.", **fields}
    return verbs.close_investigation(person(by), case.investigation_id, **wanted)


def test_it_is_to_be_done_in_four_months(case: Case) -> None:
    assert limits(case) == [("running", LIMIT)]


def test_a_guardian_and_the_child_are_told_that_it_was_opened(case: Case) -> None:
    for whom in (parents(case)["Maja"], None):
        verbs.tell_of_opening(person("karin.ek"), case.investigation_id, guardian=whom, at=clock.now())

    rows = InvestigationEntry.objects.filter(investigation=case.investigation_id, what="told")
    assert {row.guardian_id for row in rows} == {parents(case)["Maja"], None}


@pytest.mark.parametrize(
    "write",
    [
        lambda case: verbs.tell_of_opening(
            person("karin.ek"), case.investigation_id, guardian=parents(case)["Maja"], at=clock.now()
        ),
        lambda case: verbs.extend(person("karin.ek"), case.investigation_id, until=date(2027, 4, 1), reason="Skäl"),
        lambda case: close(case),
    ],
)
def test_nothing_is_done_in_it_while_the_case_may_be_an_error_or_another_municipalitys(case: Case, write) -> None:
    propose(case)

    with pytest.raises(Conflict, match="föreslaget"):
        write(case)
    assert not InvestigationEntry.objects.exists()
    assert inquiry(case).closed_at is None


def test_it_ends_with_its_case_and_nothing_more_can_be_asked_of_it(case: Case) -> None:
    verbs.plan(person("karin.ek"), case.investigation_id, is_full=False, text="Skolan och hemmet")
    ended = end(case, "transferred")

    with pytest.raises(Unseen):
        verbs.request_statement(person("karin.ek"), case.investigation_id, until=date(2026, 12, 22))
    ended = visible_cases(person("karin.ek")).select_related("report", "child", "unit", "assignee").get(pk=ended.pk)
    story = casefile.read(ended, person("karin.ek"), clock.now()).timeline
    assert "Skolan och hemmet" in {entry.text for entry in story}
    assert inquiry(case).closed_at is not None


def test_whoever_is_under_a_hold_is_not_told_but_why_is_written(case: Case) -> None:
    hold(case, "Olle")
    olle = parents(case)["Olle"]

    with pytest.raises(Conflict, match="Avvakta kontakt"):
        verbs.tell_of_opening(person("karin.ek"), case.investigation_id, guardian=olle, at=clock.now())
    assert not InvestigationEntry.objects.exists()

    verbs.tell_of_opening(
        person("karin.ek"), case.investigation_id, guardian=olle, at=clock.now(), told=False, reason="Samråd pågår."
    )
    assert InvestigationEntry.objects.get().what == "not_told"


@pytest.mark.parametrize(
    "write",
    [
        lambda who, key: verbs.tell_of_opening(who, key, guardian=None, at=clock.now(), told=False, reason=" "),
        lambda who, key: verbs.plan(who, key, is_full=False, text=" "),
        lambda who, key: verbs.hear_child(who, key, heard=False, at=clock.now(), text=""),
        lambda who, key: verbs.hear_child(who, key, heard=True, at=clock.now() + DAY),
    ],
)
def test_what_lacks_its_reason_or_has_not_happened_yet_is_refused(case: Case, write) -> None:
    with pytest.raises(Invalid):
        write(person("karin.ek"), case.investigation_id)
    assert not InvestigationEntry.objects.exists()


def test_a_guardian_of_another_child_is_not_found(case: Case) -> None:
    other = make_report(children=[child(identity_number="", birth_date=date(2013, 5, 5))]).cases[0]
    stranger = other.child.guardians.get()
    if stranger.pk in parents(case).values():
        pytest.fail("the other child needs a guardian of its own")

    with pytest.raises(Unseen):
        verbs.tell_of_opening(person("karin.ek"), case.investigation_id, guardian=stranger.pk, at=clock.now())


def test_nothing_that_was_written_can_be_changed(case: Case) -> None:
    verbs.plan(person("karin.ek"), case.investigation_id, is_full=True, text="Skola, fritid, hem.")

    for change in (
        InvestigationEntry.objects.all().delete,
        lambda: InvestigationEntry.objects.update(text="Annat"),
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            change()


def test_an_extension_gives_a_new_limit_that_points_back_at_the_old_one(case: Case) -> None:
    at("2027-03-10T10:00:00+01:00")
    verbs.extend(person("karin.ek"), case.investigation_id, until=date(2027, 4, 30), reason="Väntar på Barnahus.")

    assert limits(case) == [("void", LIMIT), ("running", "2027-04-30T22:59:59+01:00")]
    old, new = Deadline.objects.filter(case=case, kind=Kind.INVESTIGATION).order_by("created_at")
    assert new.replaces == old
    assert new.starts_at == old.starts_at
    at("2027-03-20T10:00:00+01:00")
    sweep()
    assert breaches_of(case, Kind.INVESTIGATION) == []
    at("2027-05-01T00:00:01+02:00")
    sweep()
    assert [breach.due_at for breach in breaches_of(case, Kind.INVESTIGATION)] == [new.due_at]


@pytest.mark.parametrize(
    ("until", "reason", "field"),
    [
        (date(2027, 3, 16), "Skäl", "until"),
        (date(2027, 7, 17), "Skäl", "until"),
        (date(2027, 4, 1), " ", "reason"),
    ],
)
def test_an_extension_is_later_limited_and_reasoned(case: Case, until: date, reason: str, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        verbs.extend(person("karin.ek"), case.investigation_id, until=until, reason=reason)

    assert [name for name, _message in refusal.value.errors] == [field]
    assert limits(case) == [("running", LIMIT)]


def test_a_limit_that_has_passed_is_not_mended_by_an_extension(case: Case) -> None:
    at("2027-03-17T08:00:00+01:00")

    for _swept in (False, True):
        with pytest.raises(Conflict):
            verbs.extend(person("karin.ek"), case.investigation_id, until=date(2027, 4, 1), reason="Skäl")
        sweep()
    assert limits(case) == [("breached", LIMIT)]


def test_it_can_be_extended_again(case: Case) -> None:
    for day in (date(2027, 4, 1), date(2027, 5, 1)):
        verbs.extend(person("karin.ek"), case.investigation_id, until=day, reason="Skäl")

    assert [state for state, _due in limits(case)] == ["void", "void", "running"]


def test_it_ends_with_an_outcome_and_its_time_is_met(case: Case) -> None:
    at("2027-03-10T10:00:00+01:00")
    close(case, outcome="measure_granted")

    ended = inquiry(case)
    assert (ended.outcome, ended.closed_at, ended.follow_up_until) == ("measure_granted", clock.now(), None)
    assert [state for state, _due in limits(case)] == ["met"]
    with pytest.raises(Conflict):
        close(case)


@pytest.mark.parametrize(
    ("follow_up", "until"),
    [(True, date(2027, 9, 12)), (False, None), (date(2027, 6, 1), date(2027, 6, 1))],
)
def test_a_follow_up_lasts_six_months_at_most(case: Case, follow_up: object, until: date | None) -> None:
    at("2027-03-12T10:00:00+01:00")

    assert close(case, outcome="measure_declined", follow_up=follow_up).follow_up_until == until


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"outcome": "nothing"}, "outcome"),
        ({"reason": " "}, "reason"),
        ({"follow_up": date(2027, 9, 13)}, "follow_up"),
        ({"follow_up": date(2027, 3, 12)}, "follow_up"),
        ({"outcome": "measure_granted", "follow_up": True}, "follow_up"),
    ],
)
def test_an_end_that_is_not_whole_is_refused(case: Case, fields: dict[str, object], field: str) -> None:
    at("2027-03-12T10:00:00+01:00")

    with pytest.raises(Invalid) as refusal:
        close(case, **fields)
    assert [name for name, _message in refusal.value.errors] == [field]
    assert inquiry(case).closed_at is None


def test_a_statement_is_due_on_the_day_that_was_named_and_no_other(case: Case) -> None:
    verbs.request_statement(person("karin.ek"), case.investigation_id, until=date(2026, 12, 22))
    with pytest.raises(Conflict):
        verbs.request_statement(person("karin.ek"), case.investigation_id, until=date(2026, 12, 23))

    assert limits(case, Kind.LUL_STATEMENT) == [("running", "2026-12-22T23:59:59+01:00")]
    at("2026-12-21T15:00:00+01:00")
    verbs.send_statement(person("karin.ek"), case.investigation_id)
    assert [state for state, _due in limits(case, Kind.LUL_STATEMENT)] == ["met"]
    with pytest.raises(Conflict):
        verbs.send_statement(person("karin.ek"), case.investigation_id)


def test_a_statement_can_be_sent_after_the_investigation_has_ended(case: Case) -> None:
    verbs.request_statement(person("karin.ek"), case.investigation_id, until=date(2026, 12, 22))
    close(case)

    verbs.send_statement(person("karin.ek"), case.investigation_id)
    assert [state for state, _due in limits(case, Kind.LUL_STATEMENT)] == ["met"]


def test_nothing_more_is_written_in_what_has_ended(case: Case) -> None:
    close(case)

    with pytest.raises(Conflict):
        verbs.plan(person("karin.ek"), case.investigation_id, is_full=False, text="För sent.")


@pytest.mark.parametrize("username", ["lina.dahl", "per.holm", "maria.oberg", "it.admin", "jour.vakt"])
def test_whoever_does_not_read_the_case_finds_no_investigation(case: Case, username: str) -> None:
    before = AuditEntry.objects.filter(action="denied").count()

    with pytest.raises((Unseen, Forbidden)):
        close(case, by=username)
    assert AuditEntry.objects.filter(action="denied").count() == before + 1
    assert inquiry(case).closed_at is None


def test_it_goes_where_its_case_goes_and_is_with_whoever_has_it(case: Case) -> None:
    hand_over(person("karin.ek"), case.pk, unit="utredning-norr", note="Till utredning.")
    assert inquiry(case).unit == reread(case).unit

    assign(person("jonas.falk"), case.pk, username="lina.dahl")
    assert inquiry(case).case_worker == person("lina.dahl")
    close(case, by="lina.dahl")


def test_what_is_closed_stays_with_whoever_closed_it(case: Case) -> None:
    close(case)
    hand_over(person("karin.ek"), case.pk, unit="utredning-norr", note="Arkiveras där.")

    assert inquiry(case).unit != reread(case).unit


def test_every_act_stands_in_the_log(case: Case) -> None:
    move(timedelta(minutes=1))
    verbs.plan(person("karin.ek"), case.investigation_id, is_full=False, text="Kort plan.")

    assert AuditEntry.objects.filter(case=case, what="investigation_plan", actor=person("karin.ek")).count() == 1
