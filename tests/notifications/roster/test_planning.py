"""How is the roster laid and changed: what is refused, in which words, and what is kept of it?"""

from datetime import date, timedelta

import pytest

from notifications import roster
from notifications.models import DutyAbsence, DutyExtra, DutyPattern
from notifications.roster import planning
from riskzon import clock
from riskzon.errors import Conflict, Invalid, Unseen
from riskzon.models import AuditEntry, Role, User
from tests.acts import HOUR, move
from tests.duty import extra, minutes, off, pattern_of, shift_of
from tests.factories import at, person

FRIDAY, SATURDAY = date(2026, 11, 13), date(2026, 11, 14)
SARA = "sara.lindh"


def add(by: str = SARA, **fields: object) -> list[DutyPattern]:
    fields = {
        "person": person("jour.reserv").pk,
        "weekdays": [4, 5],
        "starts": minutes("17.00"),
        "ends": minutes("08.00"),
        "is_lead": False,
        "valid_from": SATURDAY,
        **fields,
    }
    return planning.add_patterns(person(by), **fields)


def on_duty(text: str) -> list[str]:
    moment = at(text)
    return [User.objects.get(pk=one).username for one in roster.on_duty(moment)]


def test_a_weekly_shift_counts_from_its_first_day_on() -> None:
    add()
    assert on_duty("2026-11-13T18:00:00+01:00") == ["jour.vakt"]
    assert on_duty("2026-11-14T18:00:00+01:00") == ["jour.reserv", "jour.vakt"]
    assert on_duty("2026-11-15T07:59:00+01:00") == ["jour.reserv", "jour.vakt"]
    assert on_duty("2026-11-15T08:00:00+01:00") == ["jour.vakt"]


def test_the_demo_has_somebody_on_duty_at_every_moment_and_nobody_leads() -> None:
    now = clock.now()
    assert roster.gaps(now - timedelta(days=390), now + timedelta(days=390)) == []
    assert roster.leads(now) == []
    assert {shift.person.username for shift in roster.shifts(now, now + timedelta(days=30))} == {"jour.vakt"}


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"valid_from": date(2026, 11, 12)}, "valid_from", "Dagen har redan varit."),
        ({"valid_to": FRIDAY}, "valid_to", "Sista dagen ligger före den första."),
        ({"valid_from": date(2100, 1, 1)}, "valid_from", "Kontrollera årtalet."),
    ],
)
def test_a_weekly_shift_with_a_wrong_day_is_refused(fields: dict, field: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        add(**fields)
    assert refused.value.errors == [(field, said)]
    assert DutyPattern.objects.count() == 7


def test_two_shifts_of_one_person_that_overlap_are_refused_in_words_that_say_when() -> None:
    add()
    with pytest.raises(Invalid) as refused:
        add(weekdays=[5], starts=minutes("07.00"), ends=minutes("12.00"))
    field, said = refused.value.errors[0]
    assert field == "starts"
    assert said == "Sixten Fiktivdal har redan ett pass då: lör 21 nov 2026 från 07.00."
    # Neighbours are no overlap.
    add(weekdays=[5], starts=minutes("08.00"), ends=minutes("12.00"))


def test_an_overlap_far_ahead_is_found_too() -> None:
    extra("jour.reserv", "2027-10-30", "18.00", "19.00")
    with pytest.raises(Invalid) as refused:
        add()
    assert "lör 30 okt 2027" in refused.value.errors[0][1]


def _gone(**fields: object) -> None:
    User.objects.filter(username="jour.reserv").update(**fields)


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.SOCIAL_WORKER}, {"unit": None}])
def test_only_active_duty_social_workers_of_socialjouren_get_shifts(change: dict) -> None:
    _gone(**change)
    with pytest.raises(Invalid) as refused:
        add()
    assert refused.value.errors == [("person", "Personen är inte jour på Socialjouren.")]


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.SOCIAL_WORKER}, {"unit": None}])
def test_whoever_has_left_socialjouren_is_not_on_duty_and_the_shift_is_a_gap(change: dict) -> None:
    off("2026-11-14")
    extra("jour.reserv", "2026-11-14", "00.00", "00.00")
    day = at("2026-11-14T00:00:00+01:00"), at("2026-11-15T00:00:00+01:00")
    assert roster.gaps(*day) == []
    _gone(**change)
    assert roster.on_duty(day[0]) == []
    assert [(gap.starts_at, gap.ends_at) for gap in roster.gaps(*day)] == [day]


def test_a_weekly_shift_ends_on_a_day_and_is_kept_with_who_ended_it() -> None:
    row = add(weekdays=[5])[0]
    planning.end_pattern(person("maria.oberg"), row.pk, last_day=date(2026, 11, 21))
    row.refresh_from_db()
    assert (row.added_by.username, row.ended_by.username) == (SARA, "maria.oberg")
    assert on_duty("2026-11-21T18:00:00+01:00") == ["jour.reserv", "jour.vakt"]
    assert on_duty("2026-11-28T18:00:00+01:00") == ["jour.vakt"]
    with pytest.raises(Conflict):
        planning.end_pattern(person(SARA), row.pk, last_day=date(2026, 12, 5))
    with pytest.raises(Invalid):
        planning.end_pattern(person(SARA), pattern_of("jour.vakt", 0).pk, last_day=date(2026, 11, 12))


def test_a_shift_that_is_called_off_leaves_a_gap_until_it_is_taken_back() -> None:
    planning.call_off(person("maria.oberg"), *shift_of("jour.vakt", "2026-11-14"))
    assert on_duty("2026-11-14T12:00:00+01:00") == []
    at("2026-11-13T14:00:00+01:00")
    with pytest.raises(Conflict):
        planning.call_off(person(SARA), *shift_of("jour.vakt", "2026-11-14"))
    planning.restore(person(SARA), DutyAbsence.objects.get().pk)
    assert on_duty("2026-11-14T12:00:00+01:00") == ["jour.vakt"]
    kept = DutyAbsence.objects.get()
    assert (kept.added_by.username, kept.ended_by.username) == ("maria.oberg", SARA)


def test_a_running_shift_is_called_off_from_now_on_and_what_was_worked_stays() -> None:
    planning.call_off(person(SARA), *shift_of("jour.vakt", "2026-11-13"))
    now = clock.now()
    assert roster.on_duty(now - HOUR) != []
    assert roster.on_duty(now) == []


def test_a_shift_is_not_taken_back_into_another_of_the_same_person() -> None:
    planning.call_off(person(SARA), *shift_of("jour.vakt", "2026-11-14"))
    planning.add_extra(person(SARA), person=person("jour.vakt").pk, day=SATURDAY, starts=480, ends=600, is_lead=True)
    with pytest.raises(Invalid):
        planning.restore(person(SARA), DutyAbsence.objects.get().pk)
    assert DutyAbsence.objects.get().ended_at is None


def test_an_extra_shift_may_have_begun_but_not_ended() -> None:
    fields = {"person": person("jour.reserv").pk, "day": FRIDAY, "starts": minutes("08.00"), "is_lead": True}
    with pytest.raises(Invalid) as refused:
        planning.add_extra(person(SARA), ends=minutes("14.00"), **fields)
    assert refused.value.errors == [("ends", "Passet är redan slut.")]
    row = planning.add_extra(person(SARA), ends=minutes("15.00"), **fields)
    assert roster.leads(clock.now()) == [person("jour.reserv").pk]
    move(HOUR / 2)
    planning.call_off(person(SARA), row.pk, FRIDAY)
    assert roster.leads(clock.now()) == []
    assert DutyExtra.objects.get().ended_by == person(SARA)


@pytest.mark.parametrize(
    "username", ["jour.vakt", "karin.ek", "per.holm", "stina.berg", "lars.wik", "butik.city", "it.admin"]
)
def test_only_supervisors_and_heads_lay_the_roster_and_end_its_shifts(username: str) -> None:
    row_id, day = shift_of("jour.vakt", "2026-11-14")
    for forbidden in (
        lambda: add(username),
        lambda: planning.call_off(person(username), row_id, day),
        lambda: planning.end_pattern(person(username), row_id, last_day=day),
    ):
        with pytest.raises(Unseen):
            forbidden()
    assert AuditEntry.objects.filter(actor=person(username), action="denied", what__startswith="roster.").count() == 3


@pytest.mark.parametrize("username", [SARA, "jonas.falk", "maria.oberg"])
def test_who_lays_the_roster_is_written_to_the_access_log(username: str) -> None:
    add(username)
    assert AuditEntry.objects.filter(actor=person(username), action="change", what="roster.pattern").count() == 1


def test_a_shift_that_never_was_cannot_be_called_off() -> None:
    row_id, day = shift_of("jour.vakt", "2026-11-14")
    with pytest.raises(Unseen):
        planning.call_off(person(SARA), row_id, day + timedelta(days=1))
    with pytest.raises(Conflict):
        planning.call_off(person(SARA), *shift_of("jour.vakt", "2026-11-12"))
