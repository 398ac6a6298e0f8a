"""Working days of Sweden, against days known from the law and against a calendar of our own."""

from datetime import date, timedelta

import pytest
from dateutil.easter import easter

from riskzon.workdays import days_off, is_day_off, is_working_day, working_day_from


def known_days_off(year: int) -> set[date]:
    """Written anew from lag 1989:253 and the three eves, valid since 2005."""
    sunday = easter(year)
    midsummer_eve = next(day for day in (date(year, 6, 19) + timedelta(n) for n in range(7)) if day.weekday() == 4)
    all_saints = next(day for day in (date(year, 10, 31) + timedelta(n) for n in range(7)) if day.weekday() == 5)
    fixed = [(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)]
    return {
        *(date(year, month, day) for month, day in fixed),
        *(sunday + timedelta(days) for days in (-2, 0, 1, 39, 49)),
        midsummer_eve,
        midsummer_eve + timedelta(1),
        all_saints,
    }


@pytest.mark.parametrize("year", range(2005, 2101))
def test_days_off_are_the_public_holidays_and_the_three_eves_and_no_plain_sunday(year: int) -> None:
    assert days_off(year) == known_days_off(year)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 13), True),  # Friday
        (date(2026, 11, 14), False),  # Saturday
        (date(2026, 11, 15), False),  # Sunday
        (date(2026, 6, 19), False),  # Midsummer Eve, Friday
        (date(2026, 12, 23), True),  # Wednesday before Christmas Eve
        (date(2026, 12, 24), False),  # Christmas Eve, Thursday
        (date(2026, 12, 31), False),  # New Year's Eve, Thursday
        (date(2026, 5, 14), False),  # Ascension Day, Thursday
        (date(2026, 5, 15), True),  # Friday between days off
        (date(2026, 4, 2), True),  # Maundy Thursday
        (date(2026, 4, 3), False),  # Good Friday
        (date(2026, 4, 6), False),  # Easter Monday
        (date(2026, 1, 5), True),  # Monday, eve of Epiphany
        (date(2025, 6, 6), False),  # National Day, Friday
    ],
)
def test_working_day(day: date, works: bool) -> None:
    assert is_working_day(day) is works


def test_an_ordinary_sunday_is_no_working_day_and_no_day_off() -> None:
    assert not is_day_off(date(2026, 11, 15))  # Sunday
    assert not is_working_day(date(2026, 11, 15))


def test_the_next_working_day_passes_a_whole_christmas() -> None:
    assert working_day_from(date(2026, 12, 24)) == date(2026, 12, 28)  # Thursday -> Monday
    assert working_day_from(date(2026, 12, 28)) == date(2026, 12, 28)
