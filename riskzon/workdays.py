"""Which days people in Sweden have off, by law and by custom.

Days off are public holidays (lag 1989:253) and the three eves that the law on statutory time treats like them
(lag 1930:173, 2 §): Midsummer Eve, Christmas Eve and New Year's Eve. Ordinary Sundays are a matter of the weekday.
"""

from datetime import date, timedelta
from functools import lru_cache

from holidays import DE_FACTO, PUBLIC, country_holidays

SATURDAY = 5


@lru_cache(maxsize=256)
def days_off(year: int) -> frozenset[date]:
    """The public holidays and the three eves of `year`, whatever weekday they fall on."""
    calendar = country_holidays("SE", years=year, expand=False, include_sundays=False, categories=(PUBLIC, DE_FACTO))
    return frozenset(calendar.keys())


def names_of_days_off(year: int, language: str) -> dict[date, str]:
    """What each of those days is called, in Swedish, or in English for "en"."""
    said = "en_US" if language == "en" else "sv"
    calendar = country_holidays(
        "SE", years=year, expand=False, include_sundays=False, categories=(PUBLIC, DE_FACTO), language=said
    )
    return {day: calendar[day] for day in sorted(days_off(year))}


def is_day_off(day: date) -> bool:
    """True on a public holiday or one of the three eves; an ordinary Saturday or Sunday is not one."""
    return day in days_off(day.year)


def is_working_day(day: date) -> bool:
    """True on a Monday to Friday that is not a day off; a day between two days off (klämdag) is a working day."""
    return day.weekday() < SATURDAY and not is_day_off(day)


def working_day_from(day: date) -> date:
    """`day` itself if it is a working day, else the next one."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day
