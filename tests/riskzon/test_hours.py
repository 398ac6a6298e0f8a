"""Opening hours: the ordinary week, holidays, added days, nights over midnight and nights when the clock is moved."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskzon.hours import ALWAYS_OPEN, OpeningHours
from riskzon.localtime import STOCKHOLM, end_of_local_day

OFFICE = OpeningHours()
NIGHTS = OpeningHours(weekly=dict.fromkeys(range(7), ((0, 480), (1020, 1440))), closed_on_holidays=False)
NEVER_OPEN = OpeningHours(weekly={})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2026-11-13T08:00+01:00", True),  # Friday, the opening moment
        ("2026-11-13T07:59:59+01:00", False),
        ("2026-11-13T16:59:59+01:00", True),
        ("2026-11-13T17:00+01:00", False),  # the closing moment
        ("2026-11-13T18:58+01:00", False),  # S1: the duty service holds it
        ("2026-11-14T10:00+01:00", False),  # Saturday
        ("2026-11-15T10:00+01:00", False),  # Sunday
        ("2026-07-01T06:30+00:00", True),  # Wednesday in summer, 08.30 local
        ("2026-12-24T10:00+01:00", False),  # Christmas Eve, Thursday
        ("2026-12-31T10:00+01:00", False),  # New Year's Eve, Thursday
        ("2026-06-19T10:00+02:00", False),  # Midsummer Eve, Friday
        ("2026-05-14T10:00+02:00", False),  # Ascension Day, Thursday
        ("2026-05-15T10:00+02:00", True),  # Friday after it
        ("2027-03-29T10:00+02:00", False),  # Easter Monday
        ("2026-11-30T10:00+01:00", False),  # Monday, an added day: the unit's own planning day
    ],
)
def test_office_week_is_closed_at_night_on_holidays_and_on_added_days(instant: str, expected: bool) -> None:
    hours = OpeningHours(closed_dates=frozenset({date(2026, 11, 30)}))
    assert hours.is_open(at(instant)) is expected


@pytest.mark.parametrize(
    ("instant", "opening", "closing"),
    [
        ("2026-11-13T07:00+01:00", "2026-11-13T08:00+01:00", "2026-11-13T17:00+01:00"),  # Friday morning
        ("2026-11-13T08:00+01:00", "2026-11-16T08:00+01:00", "2026-11-13T17:00+01:00"),  # opening: the next is Monday
        ("2026-11-13T12:00+01:00", "2026-11-16T08:00+01:00", "2026-11-13T17:00+01:00"),
        ("2026-11-13T17:00+01:00", "2026-11-16T08:00+01:00", "2026-11-16T17:00+01:00"),  # closing
        ("2026-10-24T22:40+02:00", "2026-10-26T08:00+01:00", "2026-10-26T17:00+01:00"),  # S2 Saturday, clock moved
        ("2027-03-27T14:00+01:00", "2027-03-30T08:00+02:00", "2027-03-30T17:00+02:00"),  # S2c Easter -> Tuesday
        ("2026-12-23T18:00+01:00", "2026-12-28T08:00+01:00", "2026-12-28T17:00+01:00"),  # Christmas -> Monday
        ("2026-12-30T18:00+01:00", "2027-01-04T08:00+01:00", "2027-01-04T17:00+01:00"),  # New Year -> Monday
    ],
)
def test_office_opens_and_closes_next(instant: str, opening: str, closing: str) -> None:
    assert OFFICE.next_opening(at(instant)) == at(opening)
    assert OFFICE.next_closing(at(instant)) == at(closing)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2026-11-16T08:00+01:00", "2026-11-16T08:00+01:00"),  # Monday, the moment itself
        ("2026-11-16T07:59+01:00", "2026-11-13T08:00+01:00"),  # Monday before eight: Friday's
        ("2026-11-16T09:00+01:00", "2026-11-16T08:00+01:00"),
        ("2027-01-01T12:00+01:00", "2026-12-30T08:00+01:00"),  # New Year's Day: Wednesday's
    ],
)
def test_office_opened_last(instant: str, expected: str) -> None:
    assert OFFICE.last_opening(at(instant)) == at(expected)


def test_a_unit_that_was_last_open_months_ago_is_still_found() -> None:
    summer_break = frozenset(date(2026, 6, 1) + timedelta(days=n) for n in range(90))
    hours = OpeningHours(closed_dates=summer_break)
    assert hours.last_opening(at("2026-08-20T12:00+02:00")) == at("2026-05-29T08:00+02:00")  # Thursday -> Friday
    assert hours.next_opening(at("2026-06-02T12:00+02:00")) == at("2026-08-31T08:00+02:00")  # Tuesday -> Monday


@pytest.mark.parametrize(
    ("instant", "is_open", "opening", "closing", "opened"),
    [
        (
            "2026-11-13T23:59:59+01:00",  # Friday: midnight neither closes nor opens
            True,
            "2026-11-14T17:00+01:00",
            "2026-11-14T08:00+01:00",
            "2026-11-13T17:00+01:00",
        ),
        (
            "2026-11-14T00:00+01:00",
            True,
            "2026-11-14T17:00+01:00",
            "2026-11-14T08:00+01:00",
            "2026-11-13T17:00+01:00",
        ),
        (
            "2026-11-14T12:00+01:00",
            False,
            "2026-11-14T17:00+01:00",
            "2026-11-15T08:00+01:00",
            "2026-11-13T17:00+01:00",
        ),
    ],
)
def test_a_night_over_midnight_is_one_stretch(
    instant: str, is_open: bool, opening: str, closing: str, opened: str
) -> None:
    assert NIGHTS.is_open(at(instant)) is is_open
    assert NIGHTS.next_opening(at(instant)) == at(opening)
    assert NIGHTS.next_closing(at(instant)) == at(closing)
    assert NIGHTS.last_opening(at(instant)) == at(opened)


def test_always_open_never_opens_or_closes() -> None:
    for instant in (at("2026-12-24T10:00+01:00"), at("2026-10-25T02:30+01:00"), at("2027-03-28T03:00+02:00")):
        assert ALWAYS_OPEN.is_open(instant)
        assert ALWAYS_OPEN.next_opening(instant) is None
        assert ALWAYS_OPEN.next_closing(instant) is None
        assert ALWAYS_OPEN.last_opening(instant) is None


def test_never_open_never_opens_or_closes() -> None:
    instant = at("2026-11-13T10:00+01:00")
    assert not NEVER_OPEN.is_open(instant)
    assert NEVER_OPEN.next_opening(instant) is None
    assert NEVER_OPEN.next_closing(instant) is None
    assert NEVER_OPEN.last_opening(instant) is None


def test_special_hours_win_over_holiday_weekday_and_added_day() -> None:
    hours = OpeningHours(
        closed_dates=frozenset({date(2026, 12, 24)}),
        special={date(2026, 12, 24): ((600, 720),), date(2026, 11, 13): ()},
    )
    assert hours.is_open(at("2026-12-24T10:30+01:00"))  # Christmas Eve, Thursday
    assert not hours.is_open(at("2026-12-24T12:00+01:00"))
    assert not hours.is_open(at("2026-11-13T10:00+01:00"))  # Friday


@pytest.mark.parametrize(
    ("interval", "instant", "expected"),
    [
        ((120, 180), "2027-03-28T03:00+02:00", False),  # Sunday: the whole interval is skipped
        ((90, 150), "2027-03-28T01:59:59+01:00", True),  # open until the clock is moved
        ((90, 150), "2027-03-28T03:00+02:00", False),
        ((150, 240), "2027-03-28T03:00+02:00", True),  # opens when the clock is moved
        ((120, 180), "2026-10-25T02:30+02:00", True),  # Sunday: the hour twice, open through both
        ((120, 180), "2026-10-25T02:30+01:00", True),
        ((60, 150), "2026-10-25T02:29+02:00", True),  # closes at the first half past two
        ((60, 150), "2026-10-25T02:29+01:00", False),
    ],
)
def test_hours_inside_the_moved_hour(interval: tuple[int, int], instant: str, expected: bool) -> None:
    assert OpeningHours(weekly={6: (interval,)}, closed_on_holidays=False).is_open(at(instant)) is expected


@pytest.mark.parametrize(
    "weekly",
    [
        {7: ((480, 1020),)},
        {-1: ((480, 1020),)},
        {0: ((1020, 480),)},
        {0: ((480, 480),)},
        {0: ((480, 1441),)},
        {0: ((-1, 480),)},
        {0: ((480, 720), (700, 1020))},
        {0: ((780, 1020), (480, 720))},
    ],
)
def test_hours_that_make_no_sense_are_refused(weekly: Mapping[int, tuple[tuple[int, int], ...]]) -> None:
    with pytest.raises(ValueError, match=r"weekdays are|intervals lie"):
        OpeningHours(weekly=weekly)
    if 0 in weekly:
        with pytest.raises(ValueError, match="intervals lie"):
            OpeningHours(special={date(2026, 11, 13): weekly[0]})


# --- the independent count: the wall clock, minute by minute, away from the two nights -------------------------------

INTERVALS = st.lists(st.integers(0, 48), min_size=0, max_size=6, unique=True).map(
    lambda marks: tuple((a * 30, b * 30) for a, b in zip(sorted(marks)[::2], sorted(marks)[1::2], strict=False))
)
WEEKS = st.dictionaries(st.integers(0, 6), INTERVALS)
NOVEMBER = st.datetimes(
    datetime.fromisoformat("2026-11-10"), datetime.fromisoformat("2026-11-20"), timezones=st.just(UTC)
)


def open_by_wall_clock(week: Mapping[int, tuple[tuple[int, int], ...]], instant: datetime) -> bool:
    wall = instant.astimezone(STOCKHOLM)
    minute = wall.hour * 60 + wall.minute
    return any(opens <= minute < closes for opens, closes in week.get(wall.weekday(), ()))


@settings(max_examples=60, deadline=None)
@given(WEEKS, NOVEMBER)
def test_openings_and_closings_are_where_the_wall_clock_sees_them(
    week: dict[int, tuple[tuple[int, int], ...]], instant: datetime
) -> None:
    hours = OpeningHours(weekly=week, closed_on_holidays=False)
    assert hours.is_open(instant) is open_by_wall_clock(week, instant)

    half_hour = timedelta(minutes=30)
    step = instant.replace(minute=instant.minute // 30 * 30, second=0, microsecond=0)
    ahead = [step + half_hour * n for n in range(1, 48 * 8)]
    turns = [
        (moment, open_by_wall_clock(week, moment))
        for moment in ahead
        if open_by_wall_clock(week, moment) != open_by_wall_clock(week, moment - half_hour)
    ]
    assert hours.next_opening(instant) == next((moment for moment, opens in turns if opens), None)
    assert hours.next_closing(instant) == next((moment for moment, opens in turns if not opens), None)

    behind = [step - half_hour * n for n in range(48 * 8)]
    opened = [
        moment
        for moment in behind
        if open_by_wall_clock(week, moment) and not open_by_wall_clock(week, moment - half_hour)
    ]
    assert hours.last_opening(instant) == next(iter(opened), None)


@settings(deadline=None)
@given(st.datetimes(datetime.fromisoformat("2005-01-02"), datetime.fromisoformat("2099-01-01"), timezones=st.just(UTC)))
def test_office_hours_hang_together_at_any_moment(instant: datetime) -> None:
    opening, closing, opened = OFFICE.next_opening(instant), OFFICE.next_closing(instant), OFFICE.last_opening(instant)

    assert opening is not None
    assert closing is not None
    assert opened is not None
    assert opened <= instant < min(opening, closing)
    assert OFFICE.is_open(instant) is (closing < opening)
    assert OFFICE.is_open(opening)
    assert not OFFICE.is_open(opening - timedelta(seconds=1))
    assert not OFFICE.is_open(closing)
    assert OFFICE.is_open(closing - timedelta(seconds=1))
    assert not OFFICE.is_open(end_of_local_day(instant.date()))
