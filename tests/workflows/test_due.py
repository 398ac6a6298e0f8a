"""Due dates: the tables of the law and of the scenarios, and an independent count, minute by minute or day by day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.easter import easter
from hypothesis import given, settings
from hypothesis import strategies as st

from riskzon.localtime import local_midnight_after, parse_local
from workflows.due import (
    Length,
    due_at,
    end_of_day_after,
    hours_after,
    months_after,
    next_local_clock,
    rolled,
    working_days_after,
)

SWEDEN = ZoneInfo("Europe/Stockholm")
STARTS = st.datetimes(
    datetime.fromisoformat("2005-01-02"), datetime.fromisoformat("2099-06-01"), timezones=st.just(UTC)
)
# Most of the danger lies in the nights when the clock is moved, so half of the starts are near them.
NEAR_CHANGES = st.builds(
    lambda night, seconds: night + timedelta(seconds=seconds),
    st.sampled_from(
        [
            datetime(2026, 10, 25, 1, tzinfo=UTC),
            datetime(2027, 3, 28, 1, tzinfo=UTC),
            datetime(2027, 10, 31, 1, tzinfo=UTC),
            datetime(2026, 12, 31, 23, tzinfo=UTC),
        ]
    ),
    st.integers(-2 * 86_400, 2 * 86_400),
)
ANY_START = STARTS | NEAR_CHANGES


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2026-11-13T18:20+01:00", 24, "2026-11-14T18:20+01:00"),  # S1 Friday -> Saturday: no pause
        ("2026-11-13T18:58+01:00", 24, "2026-11-14T18:58+01:00"),  # S1 protective assessment
        ("2026-10-24T22:40+02:00", 24, "2026-10-25T21:40+01:00"),  # S2 Saturday -> Sunday of 25 hours
        ("2026-10-25T00:05+02:00", 24, "2026-10-25T23:05+01:00"),  # S2 protective assessment, Sunday
        ("2026-10-25T02:30+02:00", 24, "2026-10-26T01:30+01:00"),  # S2b the first half past two, Sunday -> Monday
        ("2026-10-25T02:30+01:00", 24, "2026-10-26T02:30+01:00"),  # S2b the second
        ("2027-03-27T14:00+01:00", 24, "2027-03-28T15:00+02:00"),  # S2c Saturday -> Easter Sunday of 23 hours
        ("2026-11-18T16:25+01:00", 24, "2026-11-19T16:25+01:00"),  # S3 Wednesday -> Thursday
        ("2026-12-09T13:10+01:00", 24, "2026-12-10T13:10+01:00"),  # S5 Wednesday -> Thursday
        ("2026-12-02T17:50+01:00", 24, "2026-12-03T17:50+01:00"),  # S7 Wednesday -> Thursday
        ("2026-11-20T13:05+01:00", 24, "2026-11-21T13:05+01:00"),  # S9 as typed, Friday -> Saturday
        ("2026-11-20T01:05+01:00", 24, "2026-11-21T01:05+01:00"),  # S9 as corrected
        ("2026-11-13T23:59+01:00", 24, "2026-11-14T23:59+01:00"),  # E8 Friday -> Saturday
        ("2026-12-24T16:00+01:00", 24, "2026-12-25T16:00+01:00"),  # Christmas Eve, Thursday -> Friday
        ("2026-12-31T23:30+01:00", 1, "2027-01-01T00:30+01:00"),  # Thursday -> Friday
        ("2026-11-13T18:20+01:00", 0, "2026-11-13T18:20+01:00"),  # at once
    ],
)
def test_hours_are_elapsed_time(start: str, hours: int, expected: str) -> None:
    assert hours_after(at(start), hours) == at(expected)
    assert due_at(at(start), Length.HOURS, hours) == at(expected)


def test_typed_half_past_two_in_the_autumn_night_gives_two_different_limits() -> None:
    first, second = parse_local("2026-10-25", "02:30", 0), parse_local("2026-10-25", "02:30", 1)  # S2b, Sunday
    assert hours_after(first, 24).astimezone(SWEDEN).isoformat() == "2026-10-26T01:30:00+01:00"
    assert hours_after(second, 24).astimezone(SWEDEN).isoformat() == "2026-10-26T02:30:00+01:00"


@pytest.mark.parametrize(
    ("contact", "in_time"),
    [
        ("2026-10-25T21:35+01:00", True),  # S2a, Sunday, five minutes left
        ("2026-10-25T21:40+01:00", True),  # exactly 24 hours
        ("2026-10-25T22:10+01:00", False),  # S2, though the wall clock says 23 h 30 min
    ],
)
def test_contact_in_the_autumn_night_is_judged_by_elapsed_time(contact: str, in_time: bool) -> None:
    assert (at(contact) <= hours_after(at("2026-10-24T22:40+02:00"), 24)) is in_time  # Saturday


@pytest.mark.parametrize(("contact", "in_time"), [("2027-03-28T14:45+02:00", True), ("2027-03-28T15:05+02:00", False)])
def test_contact_in_the_spring_night_is_judged_by_elapsed_time(contact: str, in_time: bool) -> None:
    assert (at(contact) <= hours_after(at("2027-03-27T14:00+01:00"), 24)) is in_time  # S2c, Saturday


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-11-02T09:12+01:00", 14, "2026-11-16T23:59:59+01:00"),  # Monday: the day of arrival is not counted
        ("2026-11-13T18:58+01:00", 14, "2026-11-27T23:59:59+01:00"),  # S1 Friday -> Friday
        ("2026-10-25T00:05+02:00", 14, "2026-11-08T23:59:59+01:00"),  # S2 Sunday -> Sunday, unmoved
        ("2026-12-10T08:00+01:00", 14, "2026-12-24T23:59:59+01:00"),  # E10 Thursday -> Christmas Eve, unmoved
        ("2026-11-16T09:30+01:00", 7, "2026-11-23T23:59:59+01:00"),  # S1 answer to the reporter, Monday
        ("2026-11-03T10:00+01:00", 7, "2026-11-10T23:59:59+01:00"),  # S7 answer to the reporter, Tuesday
        ("2026-12-01T11:00+01:00", 42, "2027-01-12T23:59:59+01:00"),  # S1 six weeks of LUL 4 §, Tuesday
        ("2026-11-13T23:59:59+01:00", 14, "2026-11-27T23:59:59+01:00"),  # Friday, last second
        ("2026-11-14T00:00+01:00", 14, "2026-11-28T23:59:59+01:00"),  # Saturday, first second
        ("2026-11-13T23:30+00:00", 14, "2026-11-28T23:59:59+01:00"),  # already Saturday in Sweden
        ("2026-10-20T12:00+02:00", 14, "2026-11-03T23:59:59+01:00"),  # Tuesday, across the clock change
        ("2026-11-13T18:58+01:00", 0, "2026-11-13T23:59:59+01:00"),  # the same day
    ],
)
def test_days_end_with_the_local_day(start: str, days: int, expected: str) -> None:
    assert end_of_day_after(at(start), days) == at(expected)
    assert due_at(at(start), Length.DAYS, days) == at(expected)


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2026-11-16T09:30+01:00", 4, "2027-03-16T23:59:59+01:00"),  # S1 Monday -> Tuesday
        ("2026-10-26T08:10+01:00", 4, "2027-02-26T23:59:59+01:00"),  # S2 Monday -> Friday
        ("2026-11-19T10:00+01:00", 4, "2027-03-19T23:59:59+01:00"),  # S3 Thursday -> Friday
        ("2026-11-18T16:25+01:00", 3, "2027-02-18T23:59:59+01:00"),  # S3 police inquiry, Wednesday -> Thursday
        ("2027-03-12T10:00+01:00", 6, "2027-09-12T23:59:59+02:00"),  # S3 follow-up, Friday -> Sunday, unmoved
        ("2026-12-09T15:40+01:00", 4, "2027-04-09T23:59:59+02:00"),  # S5 Wednesday -> Friday
        ("2026-11-03T10:00+01:00", 4, "2027-03-03T23:59:59+01:00"),  # S7 Tuesday -> Wednesday
        ("2026-11-20T14:00+01:00", 4, "2027-03-20T23:59:59+01:00"),  # S9 Friday -> Saturday, unmoved
        ("2026-10-31T12:00+01:00", 4, "2027-02-28T23:59:59+01:00"),  # E9 Saturday -> Sunday: no 31 February
        ("2027-10-31T12:00+01:00", 4, "2028-02-29T23:59:59+01:00"),  # Sunday -> Tuesday, leap year
        ("2026-02-28T12:00+01:00", 4, "2026-06-28T23:59:59+02:00"),  # Saturday: a last day does not stay last
        ("2026-12-31T12:00+01:00", 2, "2027-02-28T23:59:59+01:00"),  # Thursday -> Sunday
        ("2026-08-31T23:30+00:00", 4, "2027-01-01T23:59:59+01:00"),  # already 1 September in Sweden, Tuesday
        ("2026-11-16T09:30+01:00", 0, "2026-11-16T23:59:59+01:00"),
        ("2026-11-16T09:30+01:00", 12, "2027-11-16T23:59:59+01:00"),
    ],
)
def test_months_end_on_the_same_date_number_or_the_last_of_the_month(start: str, months: int, expected: str) -> None:
    assert months_after(at(start), months) == at(expected)
    assert due_at(at(start), Length.MONTHS, months) == at(expected)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-11-16T09:30+01:00", 3, "2026-11-19T23:59:59+01:00"),  # Monday -> Thursday
        ("2026-11-13T18:20+01:00", 3, "2026-11-18T23:59:59+01:00"),  # Friday -> Wednesday
        ("2026-11-14T18:20+01:00", 3, "2026-11-18T23:59:59+01:00"),  # Saturday -> Wednesday
        ("2026-12-23T10:00+01:00", 3, "2026-12-30T23:59:59+01:00"),  # Wednesday, over Christmas -> Wednesday
        ("2026-12-30T10:00+01:00", 3, "2027-01-07T23:59:59+01:00"),  # Wednesday; 31 Dec, 1 and 6 January are off
        ("2026-04-02T10:00+02:00", 1, "2026-04-07T23:59:59+02:00"),  # Maundy Thursday -> Tuesday after Easter
        ("2026-06-18T10:00+02:00", 1, "2026-06-22T23:59:59+02:00"),  # Thursday before Midsummer Eve -> Monday
        ("2026-05-13T10:00+02:00", 1, "2026-05-15T23:59:59+02:00"),  # Wednesday; the day after Ascension counts
        ("2026-10-23T10:00+02:00", 1, "2026-10-26T23:59:59+01:00"),  # Friday -> Monday after the clock change
        ("2026-11-14T18:20+01:00", 0, "2026-11-14T23:59:59+01:00"),  # none: the same Saturday
    ],
)
def test_working_days_pass_weekends_holidays_and_eves(start: str, days: int, expected: str) -> None:
    assert working_days_after(at(start), days) == at(expected)
    assert due_at(at(start), Length.WORKING_DAYS, days) == at(expected)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 8), date(2026, 11, 9)),  # S2 Sunday -> Monday
        (date(2027, 3, 20), date(2027, 3, 22)),  # S9 Saturday -> Monday
        (date(2027, 2, 28), date(2027, 3, 1)),  # E9 Sunday -> Monday
        (date(2026, 12, 24), date(2026, 12, 28)),  # E10 Christmas Eve, Thursday -> Monday
        (date(2027, 9, 12), date(2027, 9, 13)),  # S3 Sunday -> Monday
        (date(2026, 11, 27), date(2026, 11, 27)),  # S1 Friday stays
        (date(2026, 6, 19), date(2026, 6, 22)),  # Midsummer Eve, Friday -> Monday
        (date(2026, 12, 31), date(2027, 1, 4)),  # New Year's Eve, Thursday -> Monday
    ],
)
def test_sunday_rule_shows_the_next_working_day(day: date, expected: date) -> None:
    assert rolled(day) == expected


@pytest.mark.parametrize(
    ("after", "hour", "expected"),
    [
        ("2026-11-14T07:59:59+01:00", 8, "2026-11-14T08:00+01:00"),  # Saturday
        ("2026-11-14T08:00:00+01:00", 8, "2026-11-15T08:00+01:00"),  # exactly eight: the next day, Sunday
        ("2026-11-14T22:20:00+01:00", 8, "2026-11-15T08:00+01:00"),
        ("2026-10-24T08:00:00+02:00", 8, "2026-10-25T08:00+01:00"),  # Saturday: 25 hours to the next
        ("2027-03-27T08:00:00+01:00", 8, "2027-03-28T08:00+02:00"),  # Saturday: 23 hours to the next
        ("2026-10-24T12:00:00+02:00", 2, "2026-10-25T02:00+02:00"),  # an hour that comes twice strikes once
        ("2026-10-25T02:00:00+02:00", 2, "2026-10-26T02:00+01:00"),
        ("2027-03-27T12:00:00+01:00", 2, "2027-03-28T03:00+02:00"),  # an hour that is skipped strikes at the change
        ("2026-12-31T23:00:00+01:00", 0, "2027-01-01T00:00+01:00"),
    ],
)
def test_daily_rung_keeps_the_local_clock(after: str, hour: int, expected: str) -> None:
    assert next_local_clock(at(after), hour) == at(expected)


@pytest.mark.parametrize("length", Length)
def test_a_start_without_offset_or_a_negative_length_is_refused(length: Length) -> None:
    with pytest.raises(ValueError, match="offset"):
        due_at(at("2026-11-13T18:20"), length, 1)
    with pytest.raises(ValueError, match="negative"):
        due_at(at("2026-11-13T18:20+01:00"), length, -1)


def test_length_is_read_from_stored_text_and_nothing_else() -> None:
    assert due_at(at("2026-11-13T18:20+01:00"), Length("hours"), 24) == at("2026-11-14T18:20+01:00")
    with pytest.raises(ValueError, match="weeks"):
        due_at(at("2026-11-13T18:20+01:00"), "weeks", 1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("notified", "amber"),
    [
        ("2026-11-13T18:58+01:00", "2026-11-14T00:00+01:00"),  # S1 Friday evening
        ("2026-10-25T00:05+02:00", "2026-10-26T00:00+01:00"),  # S2 Sunday of 25 hours
    ],
)
def test_protective_assessment_turns_amber_at_local_midnight(notified: str, amber: str) -> None:
    assert local_midnight_after(at(notified)) == at(amber)


# --- the independent count ------------------------------------------------------------------------------------------


def shown_date(instant: datetime) -> date:
    return instant.astimezone(SWEDEN).date()


def last_second_of(day: date, near: datetime) -> datetime:
    """Walks real time in whole seconds' worth of halving steps until the calendar on the wall turns from `day`."""
    early, late = near - timedelta(days=3), near + timedelta(days=3)
    assert shown_date(early) <= day < shown_date(late)
    early, late = early.replace(microsecond=0), late.replace(microsecond=0)
    while late - early > timedelta(seconds=1):
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if shown_date(middle) <= day:
            early = middle
        else:
            late = middle
    return early


@settings(deadline=None)
@given(ANY_START, st.integers(0, 24 * 40))
def test_hours_equal_elapsed_seconds(start: datetime, hours: int) -> None:
    assert hours_after(start, hours).timestamp() - start.timestamp() == pytest.approx(hours * 3600, abs=1e-5)


@settings(deadline=None)
@given(ANY_START, st.integers(0, 60))
def test_days_equal_turns_of_the_wall_calendar(start: datetime, days: int) -> None:
    # Six-hour steps cannot jump over a local date, not even one of 23 hours.
    turns, instant, shown = 0, start, shown_date(start)
    while turns < days:
        instant += timedelta(hours=6)
        if shown_date(instant) != shown:
            turns, shown = turns + 1, shown_date(instant)

    assert end_of_day_after(start, days) == last_second_of(shown, instant)


@settings(deadline=None)
@given(ANY_START, st.integers(0, 14))
def test_months_equal_a_walk_from_day_to_day(start: datetime, months: int) -> None:
    day = first = shown_date(start)
    passed, best = 0, first
    while passed <= months:
        if passed == months and day.day <= first.day:
            best = day
        day += timedelta(days=1)
        passed += day.day == 1

    due = months_after(start, months)

    assert due == last_second_of(best, due)


def off(day: date) -> bool:
    sunday = easter(day.year)
    moving = {sunday + timedelta(days=n) for n in (-2, 0, 1, 39, 49)}
    fixed = {(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)}
    midsummer = day.month == 6 and (19 <= day.day <= 25 and day.weekday() == 4)
    return day.weekday() >= 5 or day in moving or (day.month, day.day) in fixed or midsummer


@settings(deadline=None)
@given(ANY_START, st.integers(1, 15))
def test_working_days_equal_a_walk_through_a_calendar_written_anew(start: datetime, days: int) -> None:
    due = working_days_after(start, days)

    walked = [shown_date(start) + timedelta(days=n) for n in range(1, 60)]
    expected = [day for day in walked if not off(day)][days - 1]
    assert due == last_second_of(expected, due)


@settings(deadline=None)
@given(ANY_START, st.integers(0, 23))
def test_next_clock_is_the_first_full_hour_that_shows_it(after: datetime, hour: int) -> None:
    strike = next_local_clock(after, hour)

    assert after < strike <= after + timedelta(hours=26)
    minute = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    if hour == 2:  # the only hour that is ever skipped or repeated has its own rows above
        return
    while not (minute.astimezone(SWEDEN).hour == hour and minute.astimezone(SWEDEN).minute == 0):
        minute += timedelta(minutes=1)
    assert strike == minute


@settings(deadline=None)
@given(ANY_START, st.sampled_from(Length), st.integers(0, 14))
def test_a_longer_rule_is_never_due_earlier(start: datetime, length: Length, amount: int) -> None:
    assert start.replace(microsecond=0) <= due_at(start, length, amount) <= due_at(start, length, amount + 1)
