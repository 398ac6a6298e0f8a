"""Whoever is away, has left or lost the role holds nothing, is given nothing and is told nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected, LockNotAvailable
from structlog.testing import capture_logs

from notifications.models import Message
from riskzon import access, clock, granting
from riskzon.absence import away
from riskzon.access import CasePermission
from riskzon.doors import look
from riskzon.errors import Conflict, Forbidden, Invalid, Unseen
from riskzon.models import Absence, AuditEntry, Case, CaseGrant, GrantSource, Investigation, Role, Unit, User
from tests.acts import DAY, HOUR, TICK, at_once, call, move, protect, refuses, reread, told, update
from tests.factories import ALBIN, BEA, CASTOR, ELSA, at, child, make_report, people, person
from workflows import leaving
from workflows.casefile import read
from workflows.plan import plan
from workflows.sweep import sweep
from workflows.verbs.absences import end_absence, register_absence
from workflows.verbs.disposition import dispose
from workflows.verbs.people import assign, hand_over, take, take_over

pytestmark = pytest.mark.django_db

MONDAY = "2026-11-16T10:00:00+01:00"


def _case(number: str = CASTOR, by: str = "karin.ek") -> Case:
    case = make_report("per.holm", children=[child(identity_number=number)]).cases[0]
    take(person(by), case.pk)
    return case


@pytest.fixture
def case() -> Case:
    """Karin's."""
    people()
    at(MONDAY)
    return _case()


def _away(username: str = "karin.ek", *, by: str = "", **fields: Any) -> Absence:
    return register_absence(person(by or username), username=username, **fields)


def _messages(kind: str) -> list[tuple[str, int]]:
    rows = Message.objects.filter(kind=kind).order_by("recipient__username", "created_at")
    return [(row.recipient.username, row.facts["count"]) for row in rows.select_related("recipient")]


def _holders() -> set[str | None]:
    return set(Case.objects.filter(closed_at=None).values_list("assignee__username", flat=True))


def _wrong(**fields: Any) -> set[str]:
    with pytest.raises(Invalid) as refusal:
        _away(**fields)
    return {field for field, _message in refusal.value.errors}


# --- registering -------------------------------------------------------------------------------------------------


def test_what_somebody_holds_goes_to_whoever_covers_in_the_same_moment(case: Case) -> None:
    other = _case(BEA)
    _away(cover="omar.nyman")

    assert reread(case).assignee == reread(other).assignee == person("omar.nyman")
    assert _messages("things_received") == [("omar.nyman", 2)]
    assert Absence.objects.get().moved_at == clock.now()


def test_without_a_colleague_it_goes_to_the_queue_which_is_told_once(case: Case) -> None:
    _case(BEA)
    _away(by="sara.lindh")

    assert _holders() == {None}
    assert _messages("cases_queued") == [("omar.nyman", 2)]
    assert _messages("things_received") == []


def test_closed_cases_stay_with_whom_had_them(case: Case) -> None:
    protect(case)
    call(case)
    dispose(person("karin.ek"), case.pk, disposition="opened")
    assert reread(case).closed_at is not None
    _away(cover="omar.nyman")

    assert reread(case).assignee == person("karin.ek")


def test_an_investigation_goes_along_with_the_right_to_the_childs_later_cases(case: Case) -> None:
    hand_over(person("karin.ek"), case.pk, unit="utredning-norr", note="Hör till er.")
    take(person("lina.dahl"), case.pk)
    dispose(person("lina.dahl"), case.pk, disposition="opened")
    later = make_report("per.holm", children=[child(identity_number=CASTOR)]).cases[0]
    ines = User.objects.create(
        username="ines.norr", role=Role.SOCIAL_WORKER, unit=Unit.objects.get(slug="utredning-norr"), first_name="Ines"
    )
    _away("lina.dahl", cover="ines.norr")

    assert Investigation.objects.get().case_worker == ines
    assert reread(case).assignee == ines
    assert access.ground_of(ines, later.pk) == "handle"
    assert access.ground_of(person("lina.dahl"), later.pk) is None
    assert _messages("things_received") == [("ines.norr", 2)]


def test_an_investigation_that_nobody_covers_is_the_supervisors(case: Case) -> None:
    dispose(person("karin.ek"), case.pk, disposition="opened")
    later = make_report("per.holm", children=[child(identity_number=CASTOR)]).cases[0]
    _away()

    assert Investigation.objects.get().case_worker == person("sara.lindh")
    assert CaseGrant.objects.get(content_object=later, ended_at=None, source="investigation").user == person(
        "sara.lindh"
    )
    assert _messages("things_received") == [("sara.lindh", 1)]


def test_where_the_supervisor_is_away_too_a_colleague_answers_for_it(case: Case) -> None:
    dispose(person("karin.ek"), case.pk, disposition="opened")
    _away("sara.lindh")
    _away()

    assert Investigation.objects.get().case_worker == person("omar.nyman")


def test_a_child_that_the_colleague_is_blocked_from_goes_to_the_queue_instead(case: Case) -> None:
    other = _case(BEA)
    dispose(person("karin.ek"), case.pk, disposition="opened")
    granting.block(person("omar.nyman"), case, by=person("sara.lindh"), reason="Jäv.", now=clock.now())
    _away(cover="omar.nyman")

    assert (reread(case).assignee, reread(other).assignee) == (None, person("omar.nyman"))
    assert Investigation.objects.get().case_worker == person("sara.lindh")
    assert _messages("things_received") == [("omar.nyman", 1), ("sara.lindh", 1)]


def test_a_case_of_another_unit_goes_to_that_units_queue(case: Case) -> None:
    now = clock.now()
    granting.grant(person("lina.dahl"), CasePermission.HANDLE, case, source=GrantSource.ASSIGNED, by=None, now=now)
    Case.objects.update(assignee=person("lina.dahl"))
    _away("lina.dahl", by="jonas.falk")

    assert reread(case).assignee is None
    assert {name for name, _count in _messages("cases_queued")} == {"karin.ek", "omar.nyman", "sara.lindh"}


def test_oneself_and_the_own_supervisor_may_register_and_nobody_else(case: Case) -> None:
    _away("omar.nyman", by="sara.lindh")
    for by in ("lina.dahl", "jonas.falk", "maria.oberg", "jour.vakt", "per.holm"):
        with pytest.raises(Invalid) as refusal:
            _away("karin.ek", by=by)
        assert [field for field, _words in refusal.value.errors] == ["username"]
    for by in ("stina.berg", "it.admin", "butik.city", "lars.wik"):
        with pytest.raises(Forbidden):
            _away(by)
    assert away(clock.now()) == {person("omar.nyman").pk}


def test_wrong_fields_are_named_and_nothing_is_written(case: Case) -> None:
    now = clock.now()
    assert _wrong(starts_at=now - 2 * DAY - TICK) == {"starts_at"}
    assert _wrong(ends_at=now) == {"ends_at"}
    assert _wrong(starts_at=now + DAY, ends_at=now + DAY) == {"ends_at"}
    for cover in ("karin.ek", "lina.dahl", "nobody"):
        assert _wrong(cover=cover) == {"cover"}
    _away("omar.nyman")
    assert _wrong(cover="omar.nyman") == {"cover"}
    assert Absence.objects.count() == 1
    assert reread(case).assignee == person("karin.ek")


def test_two_absences_of_one_person_do_not_overlap(case: Case) -> None:
    now = clock.now()
    _away(starts_at=now + DAY, ends_at=now + 2 * DAY)
    for starts, ends in ((now, None), (now + DAY, now + 3 * DAY), (now + 1.5 * DAY, now + 1.6 * DAY)):
        assert _wrong(starts_at=starts, ends_at=ends) == {"starts_at"}
    _away(starts_at=now + 2 * DAY, ends_at=now + 3 * DAY)
    _away(starts_at=now, ends_at=now + DAY)
    assert Absence.objects.count() == 3


def test_the_database_refuses_an_overlap_too(case: Case) -> None:
    now = clock.now()
    _away(starts_at=now + DAY, ends_at=now + 2 * DAY)
    late = _away(starts_at=now + 2 * DAY, ends_at=now + 3 * DAY)
    refuses(
        lambda: update("riskzon_absence", "starts_at = starts_at - interval '1 second'", f"id = '{late.pk}'"), "overlap"
    )


@pytest.mark.django_db(transaction=True)
def test_of_two_registrations_at_once_one_stands(case: Case) -> None:
    results = at_once(lambda: _away(), lambda: _away(by="sara.lindh"))

    assert sorted(type(one) for one in results if not isinstance(one, Absence)) == [Invalid]
    assert Absence.objects.count() == 1


def test_a_fault_on_the_way_leaves_everything_as_it_was(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_more: Any) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(leaving, "_tell", broken)
    with pytest.raises(RuntimeError):
        _away(cover="omar.nyman")

    assert reread(case).assignee == person("karin.ek")
    assert not Absence.objects.exists()
    assert not AuditEntry.objects.filter(what="absence").exists()


# --- beginning, ending -------------------------------------------------------------------------------------------


def test_a_later_absence_moves_everything_when_it_begins_and_only_once(case: Case) -> None:
    starts = clock.now() + DAY
    _away(starts_at=starts, cover="omar.nyman")
    sweep(at((starts - TICK).isoformat()))
    assert reread(case).assignee == person("karin.ek")

    sweep(at(starts.isoformat()))
    assert reread(case).assignee == person("omar.nyman")
    assign(person("sara.lindh"), case.pk, username="sara.lindh")
    for _turn in range(3):
        sweep()
    assert reread(case).assignee == person("sara.lindh")
    assert _messages("things_received") == [("omar.nyman", 1)]


def test_an_absence_that_has_begun_but_could_not_be_moved_yet_waits_for_whoever_covers(case: Case) -> None:
    _away(starts_at=clock.now() + HOUR, cover="omar.nyman")
    moment = move(HOUR)
    assert leaving.collect_orphans(moment) == 0
    assert reread(case).assignee == person("karin.ek")

    assert leaving.begin_due(moment) == 1
    assert reread(case).assignee == person("omar.nyman")


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_at_once_move_it_once(case: Case) -> None:
    _away(starts_at=clock.now() + HOUR)
    moment = move(HOUR)

    begun = at_once(*(lambda: leaving.begin_due(moment) for _turn in range(4)))

    assert sorted(begun) == [0, 0, 0, 1]
    assert AuditEntry.objects.filter(what="absence", action="system").count() == 1


def _busy(code: type[Exception]) -> OperationalError:
    """What the database says of a lock, as Django passes it on."""
    problem = OperationalError("planted")
    problem.__cause__ = code()
    return problem


@pytest.mark.parametrize(
    ("problem", "logged"),
    [
        (ValueError("Albin Fiktivsson"), [("absence_cannot_begin", "ValueError")]),
        (DatabaseError("planted"), [("absence_cannot_begin", "DatabaseError")]),
        (OperationalError("planted"), [("absence_cannot_begin", "OperationalError")]),
        (_busy(LockNotAvailable), []),
        (_busy(DeadlockDetected), []),
    ],
)
def test_one_absence_that_cannot_begin_holds_up_no_other_and_is_tried_anew(
    case: Case, monkeypatch: pytest.MonkeyPatch, problem: Exception, logged: list[tuple[str, str]]
) -> None:
    other = _case(BEA, "omar.nyman")
    bad = _away(starts_at=clock.now() + HOUR)
    _away("omar.nyman", starts_at=clock.now() + 2 * HOUR)
    begin = leaving.begin

    def broken(absence: Absence, **more: Any) -> int:
        moved = begin(absence, **more)
        if absence.pk == bad.pk:
            raise problem
        return moved

    move(2 * HOUR)
    with monkeypatch.context() as planted, capture_logs() as lines:
        planted.setattr(leaving, "begin", broken)
        sweep()
    assert [(line["event"], line["error"]) for line in lines] == logged
    assert (reread(case).assignee, reread(other).assignee) == (person("karin.ek"), None)
    assert "Albin" not in str(lines)

    sweep()
    assert reread(case).assignee is None


@pytest.mark.django_db(transaction=True)
def test_an_absence_waits_in_silence_for_whoever_works_in_a_case(case: Case) -> None:
    _away(starts_at=clock.now() + HOUR)
    moment = move(HOUR)
    with ThreadPoolExecutor(1) as pool, capture_logs() as lines, transaction.atomic():
        Case.objects.select_for_update().get(pk=case.pk)
        assert pool.submit(_begin_elsewhere, moment).result(timeout=30) == 0
    assert lines == []
    assert leaving.begin_due(moment) == 1


def _begin_elsewhere(moment: datetime) -> int:
    try:
        return leaving.begin_due(moment)
    finally:
        connection.close()


def test_what_was_called_off_moves_nothing(case: Case) -> None:
    row = _away(starts_at=clock.now() + DAY)
    end_absence(person("sara.lindh"), row.pk)
    move(2 * DAY)
    sweep()

    assert reread(case).assignee == person("karin.ek")
    _away(cover="omar.nyman")
    assert reread(case).assignee == person("omar.nyman")


def test_an_absence_ends_at_its_moment_or_earlier_and_what_moved_stays(case: Case) -> None:
    karin = person("karin.ek")
    row = _away(ends_at=clock.now() + DAY, cover="omar.nyman")
    move(DAY - TICK)
    assert away(clock.now()) == {karin.pk}
    move(TICK)
    assert away(clock.now()) == set()
    with pytest.raises(Conflict, match="redan avslutad"):
        end_absence(karin, row.pk)

    again = _away(cover="omar.nyman")
    assert end_absence(karin, again.pk).ended_by == karin
    assert away(clock.now()) == set()
    assert reread(case).assignee == person("omar.nyman")


def test_only_oneself_and_the_supervisor_may_end_it(case: Case) -> None:
    row = _away()
    for name in ("omar.nyman", "lina.dahl", "jonas.falk", "maria.oberg", "it.admin"):
        with pytest.raises(Unseen):
            end_absence(person(name), row.pk)
    end_absence(person("sara.lindh"), row.pk)


# --- given and told ----------------------------------------------------------------------------------------------


def test_whoever_is_away_is_given_nothing_and_takes_nothing(case: Case) -> None:
    free = make_report("per.holm", children=[child(identity_number=BEA)]).cases[0]
    _away("omar.nyman")

    with pytest.raises(Invalid) as refusal:
        assign(person("sara.lindh"), free.pk, username="omar.nyman")
    assert refusal.value.errors == [("username", "Omar Nyman är frånvarande. Välj någon annan.")]
    with pytest.raises(Conflict, match="frånvarande"):
        take(person("omar.nyman"), free.pk)
    at("2026-11-17T08:30:00+01:00")
    with pytest.raises(Conflict, match="frånvarande"):
        take_over(person("omar.nyman"), free.pk)
    assert reread(free).assignee is None


def test_nobody_is_told_who_is_away_and_the_next_in_turn_is(case: Case) -> None:
    _away("omar.nyman")
    Case.objects.update(assignee=None)
    _away("sara.lindh")
    sweep(at((case.registered_at + 23 * HOUR).isoformat()))

    assert told("deadline_near", case) == {"karin.ek"}
    move(HOUR + TICK)
    sweep()
    assert not told("deadline_breached", case) & {"sara.lindh", "omar.nyman"}
    assert told("breach_to_review", case) <= {"maria.oberg"}


def test_the_plan_names_who_will_be_there_then(case: Case) -> None:
    _away(starts_at=clock.now() + DAY, cover="omar.nyman")
    lines = plan(case, clock.now())

    before = {name for line in lines if line.at < clock.now() + DAY for name in line.recipients}
    after = {name for line in lines if line.at >= clock.now() + DAY for name in line.recipients}
    assert "Karin Ek" in before
    assert "Karin Ek" not in after
    assert "Omar Nyman" in after


def test_the_heads_hear_what_an_absent_supervisor_would(case: Case) -> None:
    _away("sara.lindh")
    User.objects.filter(username="karin.ek").update(is_active=False)
    sweep()

    assert _messages("cases_queued") == [("maria.oberg", 1), ("omar.nyman", 1)]


# --- orphans -----------------------------------------------------------------------------------------------------


def _leave(how: str) -> None:
    karin = User.objects.filter(username="karin.ek")
    match how:
        case "left":
            karin.update(is_active=False)
        case "role":
            karin.update(role=Role.ANALYST)
        case _:
            karin.update(unit=Unit.objects.get(slug="utredning-syd"))


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("left", "Handläggaren har slutat"),
        ("role", "Handläggaren arbetar inte längre med ärenden"),
        ("unit", "Handläggaren hör till en annan enhet"),
    ],
)
def test_a_case_whose_worker_is_gone_is_the_units_within_a_sweep(case: Case, how: str, words: str) -> None:
    dispose(person("karin.ek"), case.pk, disposition="opened")
    _leave(how)
    sweep()
    sweep()

    assert reread(case).assignee is None
    assert Investigation.objects.get().case_worker == person("sara.lindh")
    assert _messages("cases_queued") == [("omar.nyman", 1), ("sara.lindh", 1)]
    assert _messages("things_received") == [("sara.lindh", 1)]
    sara = person("sara.lindh")
    with look(sara, "case") as door:
        story = read(door.case(case.pk), sara, clock.now()).timeline
    said = {entry.text for entry in story if entry.title == words}
    assert said == {"Ärendet är inte tilldelat.", "Utredningen har Sara Lindh nu."}


def test_what_still_comes_to_somebody_who_is_away_goes_to_the_queue(case: Case) -> None:
    _away()
    Case.objects.update(assignee=person("karin.ek"))
    sweep()

    assert reread(case).assignee is None


def test_a_case_held_across_a_border_by_right_stays(case: Case) -> None:
    lina = person("lina.dahl")
    granting.grant(lina, CasePermission.HANDLE, case, source=GrantSource.ASSIGNED, by=None, now=clock.now())
    Case.objects.update(assignee=lina)
    sweep()
    assert reread(case).assignee == lina

    granting.revoke(lina, case, source=GrantSource.ASSIGNED, by=None, now=clock.now())
    sweep()
    assert reread(case).assignee is None


def test_a_supervisor_of_several_units_holds_cases_in_each(case: Case) -> None:
    Unit.objects.filter(slug="mottagning-barn-och-unga").update(supervisor=person("jonas.falk"))
    Case.objects.update(assignee=person("jonas.falk"))
    sweep()

    assert reread(case).assignee == person("jonas.falk")


def test_what_is_in_order_is_left_alone_and_nobody_is_told(case: Case) -> None:
    _case(ALBIN, by="omar.nyman")
    _case(ELSA, by="sara.lindh")
    before = AuditEntry.objects.count()
    sweep()

    assert _holders() == {"karin.ek", "omar.nyman", "sara.lindh"}
    assert AuditEntry.objects.count() == before
    assert _messages("cases_queued") == []


def test_the_timeline_says_why_and_who_has_it_now(case: Case) -> None:
    _away(cover="omar.nyman")
    omar = person("omar.nyman")
    with look(omar, "case") as door:
        story = read(door.case(case.pk), omar, clock.now()).timeline

    entry = next(one for one in story if one.title == "Handläggaren är borta")
    assert (entry.text, entry.who) == ("Ärendet har Omar Nyman nu.", "Karin Ek")
    assert AuditEntry.objects.get(what="absence").action == "change"
