"""The border between the Swedish clock and UTC, above all in the two nights when the clock is moved."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskzon.localtime import (
    STOCKHOLM,
    AmbiguousTime,
    BadClock,
    BadDate,
    BadInstant,
    LocalTimeError,
    MissingOffset,
    NonexistentTime,
    YearOutOfRange,
    at_local_minute,
    end_of_local_day,
    is_ambiguous,
    is_nonexistent,
    local_date,
    local_midnight_after,
    parse_clock,
    parse_date,
    parse_instant,
    parse_local,
    start_of_local_day,
)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


INSTANTS = st.datetimes(wall("2000-01-02"), wall("2100-12-30"), timezones=st.just(UTC))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("date_text", "clock_text", "expected"),
    [
        ("2026-11-13", "18:20", "2026-11-13T17:20+00:00"),  # Friday, winter
        ("2026-11-13", "18.20", "2026-11-13T17:20+00:00"),
        ("20261113", "1820", "2026-11-13T17:20+00:00"),
        (" 2026-11-13 ", " 18:20\t", "2026-11-13T17:20+00:00"),
        ("2026-07-01", "7.15", "2026-07-01T05:15+00:00"),  # Wednesday, summer
        ("2026-07-01", "7:15", "2026-07-01T05:15+00:00"),
        ("2026-07-01", "715", "2026-07-01T05:15+00:00"),
        ("2026-07-01", "0715", "2026-07-01T05:15+00:00"),
        ("2026-07-01", "00:00", "2026-06-30T22:00+00:00"),
        ("2026-12-31", "23:59", "2026-12-31T22:59+00:00"),  # New Year's Eve, Thursday
        ("2028-02-29", "12:00", "2028-02-29T11:00+00:00"),  # leap day, Tuesday
        ("2000-01-01", "00:00", "1999-12-31T23:00+00:00"),
        ("2100-12-31", "23:59", "2100-12-31T22:59+00:00"),
    ],
)
def test_local_time_is_read_in_every_form_people_type(date_text: str, clock_text: str, expected: str) -> None:
    assert parse_local(date_text, clock_text) == utc(expected)
    assert parse_local(date_text, clock_text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        *("", "2026-02-29", "2026-13-01", "2026-00-10", "2026-11-31", "26-11-13", "13/11 2026", "2026-1113"),
        *("2026-11-13T00", "٢٠٢٦-١١-١٣", "0000-01-01", "2026 11 13", "i går"),
    ],
)
def test_date_that_does_not_exist_or_reads_otherwise_is_refused(text: str) -> None:
    with pytest.raises(BadDate) as refusal:
        parse_local(text, "12:00")
    assert refusal.value.code == "bad_date"


@pytest.mark.parametrize(
    "text", ["", "24:00", "2400", "12:60", "25.00", "7", "14", "14:3", "14:30:00", "14,30", "-1:30", "14::30", "١٤:٣٠"]
)
def test_clock_time_that_does_not_exist_or_reads_otherwise_is_refused(text: str) -> None:
    with pytest.raises(BadClock) as refusal:
        parse_local("2026-11-13", text)
    assert refusal.value.code == "bad_clock"


@pytest.mark.parametrize("text", ["1999-12-31", "2101-01-01", "0001-01-01", "9999-12-31"])
def test_year_outside_two_thousand_to_twenty_one_hundred_is_refused(text: str) -> None:
    with pytest.raises(YearOutOfRange):
        parse_local(text, "12:00")


def test_a_birth_date_may_lie_before_two_thousand() -> None:
    assert parse_date("19800608") == date(1980, 6, 8)


@pytest.mark.parametrize("day", ["2026-03-29", "2027-03-28"])  # Sunday; Easter Sunday
@pytest.mark.parametrize("clock", ["02:00", "02:30", "02.59"])
@pytest.mark.parametrize("fold", [None, 0, 1])
def test_spring_hour_does_not_exist_whatever_is_answered(day: str, clock: str, fold: int | None) -> None:
    with pytest.raises(NonexistentTime) as refusal:
        parse_local(day, clock, fold)  # type: ignore[arg-type]
    assert refusal.value.code == "nonexistent_time"


@pytest.mark.parametrize(
    ("clock", "expected"), [("01:59", "2027-03-28T01:59+01:00"), ("03:00", "2027-03-28T03:00+02:00")]
)
def test_spring_night_is_read_on_both_sides_of_the_missing_hour(clock: str, expected: str) -> None:
    assert parse_local("2027-03-28", clock) == utc(expected)  # Easter Sunday


@pytest.mark.parametrize(
    ("day", "clock"),
    [("2026-10-25", "02:00"), ("2026-10-25", "02:30"), ("2026-10-25", "02:59"), ("2027-10-31", "02:30")],  # Sundays
)
def test_autumn_hour_asks_which_and_both_answers_are_an_hour_apart(day: str, clock: str) -> None:
    with pytest.raises(AmbiguousTime) as question:
        parse_local(day, clock)

    first, second = question.value.first, question.value.second
    assert question.value.code == "ambiguous_time"
    assert first == utc(f"{day}T{clock}+02:00")
    assert second == utc(f"{day}T{clock}+01:00")
    assert parse_local(day, clock, 0) == first
    assert parse_local(day, clock, 1) == second


@pytest.mark.parametrize(
    ("clock", "expected"), [("01:59", "2026-10-25T01:59+02:00"), ("03:00", "2026-10-25T03:00+01:00")]
)
@pytest.mark.parametrize("fold", [None, 0, 1])
def test_autumn_answer_is_ignored_where_the_hour_occurs_once(clock: str, expected: str, fold: int | None) -> None:
    assert parse_local("2026-10-25", clock, fold) == utc(expected)  # type: ignore[arg-type]


def test_a_wall_time_is_ambiguous_nonexistent_or_neither() -> None:
    assert is_ambiguous(wall("2026-10-25T02:30"))
    assert not is_nonexistent(wall("2026-10-25T02:30"))
    assert is_nonexistent(wall("2027-03-28T02:30"))
    assert not is_ambiguous(wall("2027-03-28T02:30"))
    assert not is_ambiguous(wall("2026-10-25T03:00"))
    assert not is_nonexistent(wall("2027-03-28T03:00"))
    with pytest.raises(ValueError, match="no offset"):
        is_ambiguous(datetime(2026, 10, 25, 2, 30, tzinfo=UTC))


@settings(deadline=None)
@given(INSTANTS)
def test_every_minute_that_a_clock_showed_can_be_typed_back(instant: datetime) -> None:
    instant = instant.replace(second=0, microsecond=0)
    shown = instant.astimezone(STOCKHOLM)

    parsed = parse_local(f"{shown:%Y-%m-%d}", f"{shown:%H:%M}", shown.fold)  # type: ignore[arg-type]

    assert parsed == instant


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-13T18:20:00+01:00", datetime(2026, 11, 13, 17, 20, tzinfo=UTC)),
        ("2026-11-13T17:20:00Z", datetime(2026, 11, 13, 17, 20, tzinfo=UTC)),
        ("2026-11-13t17:20z", datetime(2026, 11, 13, 17, 20, tzinfo=UTC)),
        ("2026-11-13T18:20+0100", datetime(2026, 11, 13, 17, 20, tzinfo=UTC)),
        ("2026-11-13T18:20+01", datetime(2026, 11, 13, 17, 20, tzinfo=UTC)),
        ("2026-11-13T07:50:00-09:30", datetime(2026, 11, 13, 17, 20, tzinfo=UTC)),  # an offset Stockholm never has
        ("2026-11-13T17:20:00-00:00", datetime(2026, 11, 13, 17, 20, tzinfo=UTC)),
        ("2026-10-25T02:30:00+02:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25T02:30:00+01:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2026-11-13T17:20:00.5Z", datetime(2026, 11, 13, 17, 20, 0, 500_000, tzinfo=UTC)),
        ("2026-11-13T17:20:00.123456789Z", datetime(2026, 11, 13, 17, 20, 0, 123_456, tzinfo=UTC)),
        ("2000-01-01T00:00:00Z", datetime(2000, 1, 1, tzinfo=UTC)),
        ("2100-12-31T23:59:59Z", datetime(2100, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_instant_with_an_offset_is_read(text: str, expected: datetime) -> None:
    assert parse_instant(text) == expected


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("2026-11-13T18:20:00", MissingOffset),
        ("2026-11-13T18:20", MissingOffset),
        ("2026-11-13", BadInstant),
        ("", BadInstant),
        ("1763000000", BadInstant),
        ("2026-11-13 18:20:00+01:00", BadInstant),
        ("2026-11-13T18:20:00 01:00", BadInstant),  # a plus that a web form turned into a space
        ("2026-W46-5T18:20:00Z", BadInstant),
        ("20261113T182000Z", BadInstant),
        ("2026-11-13T24:00:00Z", BadInstant),
        ("2026-11-13T18:60:00Z", BadInstant),
        ("2026-11-13T18:20:60Z", BadInstant),
        ("2026-02-29T18:20:00Z", BadInstant),
        ("2026-11-13T18:20:00+24:00", BadInstant),
        ("2026-11-13T18:20:00+01:00\x00", BadInstant),
        ("２０２６-11-13T18:20:00Z", BadInstant),
        ("1999-12-31T23:59:59Z", YearOutOfRange),
        ("2101-01-01T00:00:00Z", YearOutOfRange),
        ("2100-12-31T23:30:00-01:00", YearOutOfRange),
        ("0001-01-01T00:00:00+14:00", YearOutOfRange),
        ("9999-12-31T23:59:59-14:00", YearOutOfRange),
    ],
)
def test_instant_without_offset_or_sense_is_refused(text: str, refusal: type[LocalTimeError]) -> None:
    with pytest.raises(LocalTimeError) as raised:
        parse_instant(text)
    assert type(raised.value) is refusal


@settings(deadline=None)
@given(INSTANTS, st.integers(-14 * 60, 14 * 60))
def test_every_offset_names_the_same_instant(instant: datetime, offset: int) -> None:
    written = instant.astimezone(timezone(timedelta(minutes=offset))).isoformat()
    assert parse_instant(written) == instant


@settings(deadline=None)
@given(st.text())
def test_any_text_is_either_a_time_or_a_plain_refusal(text: str) -> None:
    for read in (parse_date, parse_clock, parse_instant):
        try:
            read(text)
        except LocalTimeError as refusal:
            assert str(refusal)  # noqa: PT017


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        (date(2026, 11, 13), "2026-11-13T00:00:00+01:00", "2026-11-13T23:59:59+01:00"),  # Friday
        (date(2026, 10, 25), "2026-10-25T00:00:00+02:00", "2026-10-25T23:59:59+01:00"),  # Sunday of 25 hours
        (date(2027, 3, 28), "2027-03-28T00:00:00+01:00", "2027-03-28T23:59:59+02:00"),  # Sunday of 23 hours
    ],
)
def test_a_local_day_begins_and_ends_on_the_swedish_clock(day: date, start: str, end: str) -> None:
    assert start_of_local_day(day) == utc(start)
    assert end_of_local_day(day) == utc(end)


@pytest.mark.parametrize(
    ("instant", "day", "midnight"),
    [
        ("2026-11-13T22:59:59Z", date(2026, 11, 13), "2026-11-13T23:00Z"),  # Friday, last second
        ("2026-11-13T23:00:00Z", date(2026, 11, 14), "2026-11-14T23:00Z"),  # Saturday, from midnight to midnight
        ("2026-10-24T22:30:00Z", date(2026, 10, 25), "2026-10-25T23:00Z"),  # Sunday of 25 hours
        ("2027-03-27T23:00:00Z", date(2027, 3, 28), "2027-03-28T22:00Z"),  # Sunday of 23 hours
        ("2026-06-30T21:30:00-04:00", date(2026, 7, 1), "2026-07-01T22:00Z"),  # evening elsewhere, Wednesday here
    ],
)
def test_an_instant_belongs_to_the_swedish_day(instant: str, day: date, midnight: str) -> None:
    assert local_date(utc(instant)) == day
    assert local_midnight_after(datetime.fromisoformat(instant)) == utc(midnight)


@pytest.mark.parametrize(
    ("day", "minute", "expected"),
    [
        (date(2026, 11, 13), 8 * 60, "2026-11-13T08:00+01:00"),  # Friday
        (date(2026, 11, 13), 0, "2026-11-13T00:00+01:00"),
        (date(2026, 11, 13), 1440, "2026-11-14T00:00+01:00"),
        (date(2026, 10, 25), 150, "2026-10-25T02:30+02:00"),  # Sunday, the first half past two
        (date(2026, 10, 25), 180, "2026-10-25T03:00+01:00"),
        (date(2027, 3, 28), 120, "2027-03-28T03:00+02:00"),  # Sunday, skipped: the moment of the change
        (date(2027, 3, 28), 150, "2027-03-28T03:00+02:00"),
        (date(2027, 3, 28), 190, "2027-03-28T03:10+02:00"),
    ],
)
def test_a_minute_of_the_day_is_the_first_moment_the_clock_shows_it(day: date, minute: int, expected: str) -> None:
    assert at_local_minute(day, minute) == utc(expected)


@pytest.mark.parametrize("minute", [-1, 1441])
def test_a_minute_outside_the_day_is_refused(minute: int) -> None:
    with pytest.raises(ValueError, match="0-1440"):
        at_local_minute(date(2026, 11, 13), minute)
