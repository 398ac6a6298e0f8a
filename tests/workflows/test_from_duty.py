"""What Socialjouren had at night lies under "Från jouren" until somebody takes it over, and is theirs until then."""

from datetime import timedelta

import pytest

from riskzon import access, clock, granting
from riskzon.access import RIGHTS, Ground, visible_cases
from riskzon.doors import look
from riskzon.errors import Conflict, Forbidden, Unseen
from riskzon.models import AuditEntry, Case, CaseGrant, Investigation, Note, Unit
from tests.acts import HOUR, TICK, at_once, both_parents, call, hold, move, parents, protect, reread
from tests.factories import BEA, CASTOR, at, child, make_report, people, person
from workflows.casefile import read
from workflows.verbs.disposition import dispose
from workflows.verbs.holds import end_hold
from workflows.verbs.notes import write_note
from workflows.verbs.people import assign, hand_over, take, take_over, take_over_own
from workflows.worklist import counts, page

pytestmark = pytest.mark.django_db

DAY_BEFORE, NIGHT, MORNING = "2026-11-12T14:00:00+01:00", "2026-11-12T22:00:00+01:00", "2026-11-13T08:00:00+01:00"


@pytest.fixture
def case() -> Case:
    """Came in by day and was taken by Karin; at night Socialjouren has it."""
    people()
    at(DAY_BEFORE)
    case = make_report("per.holm", children=[child(identity_number=CASTOR, guardians=both_parents())]).cases[0]
    take(person("karin.ek"), case.pk)
    at(NIGHT)
    return case


def _ground(username: str, case: Case) -> str:
    found = visible_cases(person(username)).filter(pk=case.pk).first()
    return found.ground if found else ""


def _waiting(username: str = "karin.ek") -> set[object]:
    user = person(username)
    with look(user, "test") as door:
        listed = {one.pk for one in page(door, scope="from_duty").cases}
    assert counts(user, clock.now())["from_duty"] == len(listed)
    return listed


def _finish(case: Case, by: str = "jour.vakt") -> None:
    protect(case, by=by)
    call(case, by=by)


def test_it_is_both_units_in_the_morning_and_the_days_alone_once_taken_over(case: Case) -> None:
    write_note(person("jour.vakt"), case.pk, text="Ringde mamma två gånger.")
    assert _waiting() == set()

    at(MORNING)
    assert (_ground("jour.vakt", case), _ground("karin.ek", case)) == ("duty", "unit")
    assert _waiting() == _waiting("sara.lindh") == _waiting("jour.vakt") == {case.pk}

    take_over(person("karin.ek"), case.pk)
    assert _waiting() == _waiting("sara.lindh") == _waiting("jour.vakt") == set()
    assert _ground("jour.vakt", case) == "note"
    taken = reread(case)
    assert (taken.taken_over_at, taken.taken_over_by, taken.assignee) == (
        clock.now(),
        person("karin.ek"),
        person("karin.ek"),
    )


def test_what_nobody_touched_at_night_but_could_not_wait_is_there_too(case: Case) -> None:
    at(MORNING)

    assert _waiting() == {case.pk}
    assert _ground("jour.vakt", case) == "duty"


def test_what_socialjouren_was_never_to_do_is_not_there(case: Case) -> None:
    at("2026-11-12T15:00:00+01:00")
    _finish(case, by="karin.ek")
    at(NIGHT)
    assert _ground("jour.vakt", case) == ""

    at(MORNING)
    assert _waiting() == set()
    assert _ground("jour.vakt", case) == ""


def test_what_came_in_since_the_opening_is_the_days(case: Case) -> None:
    take_over_at = at("2026-11-13T08:30:00+01:00")
    take_over(person("karin.ek"), case.pk)

    fresh = make_report(children=[child(identity_number=BEA)]).cases[0]

    assert reread(fresh).duty_at is None
    assert _waiting() == set()
    assert _ground("jour.vakt", fresh) == ""
    assert reread(case).taken_over_at == take_over_at


def test_what_came_in_at_night_is_there_although_all_was_done_before_the_morning(case: Case) -> None:
    came = make_report("per.holm", children=[child(identity_number=BEA)]).cases[0]
    assert reread(came).duty_at == clock.now()
    _finish(came)
    # Nothing is left that could not wait, and the duty worker can still write what was done.
    assert _ground("jour.vakt", came) == "duty"
    write_note(person("jour.vakt"), came.pk, text="Mamma hämtade.")

    at(MORNING)
    assert came.pk in _waiting()


def test_one_who_has_done_everything_at_night_keeps_the_case_until_it_is_taken_over(case: Case) -> None:
    _finish(case)
    assert _ground("jour.vakt", case) == "duty"

    at("2026-11-13T12:00:00+01:00")
    assert _ground("jour.vakt", case) == "duty"
    take(person("karin.ek"), case.pk)
    at("2026-11-13T22:00:00+01:00")
    assert _ground("jour.vakt", case) == ""


def test_a_case_that_ends_at_night_with_its_last_step_leaves_two_hours_for_the_note(case: Case) -> None:
    at(DAY_BEFORE)
    protect(case)
    dispose(person("karin.ek"), case.pk, disposition="opened")
    at(NIGHT)
    for name in ("Maja", "Olle"):
        call(case, name, by="jour.vakt")
    assert reread(case).closed_at == clock.now()

    write_note(person("jour.vakt"), case.pk, text="Pappa vet.")
    with pytest.raises(Forbidden):
        call(case, "Olle", by="jour.vakt")
    move(2 * HOUR)
    with pytest.raises(Unseen):
        write_note(person("jour.vakt"), case.pk, text="För sent.")


def test_who_wrote_at_night_may_finish_own_notes_for_two_hours_and_nothing_else(case: Case) -> None:
    protect(case, by="jour.vakt")
    at(MORNING)
    take_over(person("karin.ek"), case.pk)
    eva = person("jour.vakt")

    with look(eva, "case") as door:
        assert door.case(case.pk).rights == RIGHTS[Ground.NOTE] == {"read", "follow", "note"}
    write_note(eva, case.pk, text="Ett tillägg.")
    with pytest.raises(Forbidden):
        call(case, by="jour.vakt")
    move(2 * HOUR - TICK)
    write_note(eva, case.pk, text="Ett till.")
    move(TICK)
    with pytest.raises(Unseen):
        write_note(eva, case.pk, text="För sent.")
    assert Note.objects.filter(case=case).count() == 2
    # A note after the taking over does not bring the case back.
    assert _waiting() == set()


def test_who_wrote_nothing_since_the_case_was_last_taken_over_reads_nothing(case: Case) -> None:
    at(MORNING)
    take_over(person("karin.ek"), case.pk)
    assert _ground("jour.vakt", case) == ""

    at("2026-11-13T22:00:00+01:00")
    write_note(person("jour.vakt"), case.pk, text="Fredag natt.")
    at("2026-11-16T08:10:00+01:00")
    take_over(person("karin.ek"), case.pk)
    assert _ground("jour.vakt", case) == "note"
    at("2026-11-16T22:00:00+01:00")
    at("2026-11-17T08:10:00+01:00")
    take_over(person("karin.ek"), case.pk)
    assert _ground("jour.vakt", case) == ""
    assert CaseGrant.objects.filter(content_object=case, source="duty").count() == 1


def test_two_nights_in_a_row_give_two_hours_each(case: Case) -> None:
    for night, morning in (("12", "13"), ("15", "16")):
        at(f"2026-11-{night}T22:00:00+01:00")
        write_note(person("jour.vakt"), case.pk, text="Natt.")
        at(f"2026-11-{morning}T08:10:00+01:00")
        take_over(person("karin.ek"), case.pk)
        assert _ground("jour.vakt", case) == "note"


def test_whoever_is_blocked_finishes_no_note(case: Case) -> None:
    protect(case, by="jour.vakt")
    at(MORNING)
    take_over(person("karin.ek"), case.pk)
    granting.block(person("jour.vakt"), case, by=person("sara.lindh"), reason="Jäv.", now=clock.now())

    assert _ground("jour.vakt", case) == ""


def test_what_becomes_urgent_after_the_opening_does_not_open_the_case_for_socialjouren(case: Case) -> None:
    """A hold that is ended in the forenoon starts the clock anew: that is the day's work from the beginning."""
    at(DAY_BEFORE)
    protect(case)
    until = clock.now() + timedelta(days=20)
    held = [hold(case, name, code="HOLD_PROTECTED_ID", until=until) for name in ("Maja", "Olle")]
    at(NIGHT)
    assert _ground("jour.vakt", case) == ""
    at("2026-11-13T10:00:00+01:00")
    end_hold(person("sara.lindh"), held[0].pk, reason="Åklagaren har sagt ja.")
    assert reread(case).guardian_contact_open

    assert _ground("jour.vakt", case) == ""
    assert _waiting() == set()
    at("2026-11-13T22:00:00+01:00")
    assert _ground("jour.vakt", case) == "duty"
    at("2026-11-16T08:00:00+01:00")
    assert _waiting() == {case.pk}


@pytest.mark.parametrize("way", ["take", "assign", "assess", "hand_over"])
def test_whoever_is_given_a_case_by_day_has_taken_it_over(case: Case, way: str) -> None:
    Case.objects.update(assignee=None)
    write_note(person("jour.vakt"), case.pk, text="Natt.")
    at(MORNING)
    match way:
        case "take":
            take(person("karin.ek"), case.pk)
        case "assign":
            assign(person("sara.lindh"), case.pk, username="omar.nyman")
        case "assess":
            protect(case)
        case _:
            hand_over(person("karin.ek"), case.pk, unit="utredning-norr", note="Hör till er.")

    assert _waiting() == _waiting("jonas.falk") == set()
    assert _ground("jour.vakt", case) == "note"


def test_a_note_by_day_alone_takes_nothing_over(case: Case) -> None:
    at(MORNING)
    write_note(person("sara.lindh"), case.pk, text="Läst.")

    assert _waiting() == {case.pk}


def test_a_case_that_nobody_has_becomes_the_own_of_whoever_takes_it_over(case: Case) -> None:
    Case.objects.update(assignee=None)
    at(MORNING)
    dispose_as = person("omar.nyman")

    assert take_over(dispose_as, case.pk).assignee == dispose_as


def test_another_may_take_over_what_somebody_has_and_it_stays_with_them(case: Case) -> None:
    at(MORNING)
    take_over(person("sara.lindh"), case.pk)

    assert reread(case).assignee == person("karin.ek")


def test_the_second_to_take_over_reads_who_was_first(case: Case) -> None:
    at(MORNING)
    take_over(person("omar.nyman"), case.pk)

    with pytest.raises(Conflict, match="redan tagits över av Omar Nyman"):
        take_over(person("karin.ek"), case.pk)
    assert reread(case).taken_over_by == person("omar.nyman")


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_takes_over(case: Case) -> None:
    Case.objects.update(assignee=None)
    at(MORNING)

    results = at_once(*(lambda name=name: take_over(person(name), case.pk) for name in ("karin.ek", "omar.nyman")))

    won = [one for one in results if isinstance(one, Case)]
    lost = [one for one in results if isinstance(one, Conflict)]
    assert (len(won), len(lost)) == (1, 1)
    assert str(won[0].assignee) in lost[0].message
    assert AuditEntry.objects.filter(what="take_over", action="change").count() == 1


def test_nothing_is_taken_over_while_the_unit_is_closed_or_when_nothing_waits(case: Case) -> None:
    with pytest.raises(Conflict, match="stängd"):
        take_over(person("karin.ek"), case.pk)
    fresh_at = at("2026-11-13T10:00:00+01:00")
    fresh = make_report(children=[child(identity_number=BEA)]).cases[0]
    with pytest.raises(Conflict, match="kommer inte från jouren"):
        take_over(person("karin.ek"), fresh.pk)
    assert reread(fresh).registered_at == fresh_at


def test_socialjouren_takes_nothing_over_and_strangers_find_nothing(case: Case) -> None:
    at(MORNING)
    with pytest.raises(Forbidden):
        take_over(person("jour.vakt"), case.pk)
    for name in ("lina.dahl", "jonas.falk", "maria.oberg"):
        with pytest.raises(Unseen):
            take_over(person(name), case.pk)


def test_all_of_mine_are_taken_over_and_nobody_elses(case: Case) -> None:
    other = make_report(children=[child(identity_number=BEA)]).cases[0]
    at(MORNING)
    assign(person("sara.lindh"), other.pk, username="omar.nyman")
    at("2026-11-13T17:10:00+01:00")
    at("2026-11-16T08:05:00+01:00")
    assert _waiting() == {case.pk, other.pk}

    assert take_over_own(person("karin.ek")) == 1
    assert _waiting() == {other.pk}
    assert take_over_own(person("karin.ek")) == 0


def test_an_investigator_elsewhere_sees_it_and_may_take_it_over(case: Case) -> None:
    lina = person("lina.dahl")
    granting.grant(lina, access.CasePermission.HANDLE, case, source="investigation", by=None, now=clock.now())
    assert _waiting("lina.dahl") == set()
    at(MORNING)

    assert _waiting("lina.dahl") == {case.pk}
    take_over(lina, case.pk)
    assert _waiting("lina.dahl") == _waiting() == set()


@pytest.mark.parametrize(
    ("night", "morning"),
    [
        # The clocks go back, and forward.
        ("2026-10-25T02:30:00+01:00", "2026-10-26T08:00:00+01:00"),
        ("2027-03-28T03:30:00+02:00", "2027-03-29"),
        # Easter Monday is closed: Tuesday it is.
        ("2026-04-05T22:00:00+02:00", "2026-04-07T08:00:00+02:00"),
    ],
)
def test_it_is_the_next_opening_that_counts_whatever_the_clocks_and_the_calendar_do(night: str, morning: str) -> None:
    people()
    at(night)
    # Easter Monday of 2027 is the day after the clocks go forward.
    opening = at("2027-03-30T08:00:00+02:00" if morning == "2027-03-29" else morning)
    at(night)
    case = make_report("per.holm").cases[0]
    protect(case, by="jour.vakt")
    clock.stand_still(opening - TICK)
    assert (_waiting(), _ground("jour.vakt", case)) == (set(), "duty")

    clock.stand_still(opening)
    assert (_waiting(), _ground("jour.vakt", case)) == ({case.pk}, "duty")


def test_a_unit_that_never_closes_has_no_morning(case: Case) -> None:
    Unit.objects.filter(slug="mottagning-barn-och-unga").update(weekly_hours={})
    assert _ground("jour.vakt", case) == ""
    assert _waiting() == set()


def test_the_childs_summary_comes_with_it_and_the_timeline_says_who_took_over(case: Case) -> None:
    dispose(person("karin.ek"), case.pk, disposition="opened")
    again = make_report("per.holm", children=[child(identity_number=CASTOR)]).cases[0]
    at(MORNING)
    with look(person("jour.vakt"), "case") as door:
        file = read(door.case(again.pk), person("jour.vakt"), clock.now())
    assert file.from_duty
    assert [report.number for report in file.history.reports] == [case.report.number]
    assert file.history.running_investigation == Investigation.objects.get()

    take_over(person("omar.nyman"), again.pk)
    with look(person("karin.ek"), "case") as door:
        file = read(door.case(again.pk), person("karin.ek"), clock.now())
    assert not file.from_duty
    entry = next(one for one in file.timeline if one.title == "Tog över ärendet från jouren")
    assert (entry.at, entry.who) == (clock.now(), "Omar Nyman")


def test_a_hold_decided_alone_still_waits_for_its_answer_after_the_taking_over(case: Case) -> None:
    row = hold(case, by="jour.vakt")
    at(MORNING)
    take_over(person("karin.ek"), case.pk)

    row.refresh_from_db()
    assert row.needs_confirmation
    assert row.confirmed_at is None
    assert parents(case)["Maja"] == row.guardian_id
