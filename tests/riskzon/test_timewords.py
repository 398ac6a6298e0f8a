from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from riskzon import timewords

NOW = datetime(2026, 11, 14, 17, 20, tzinfo=UTC)  # a Saturday, 18.20 in Sweden
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _swedish():
    with translation.override("sv"):
        yield


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (-3 * DAY, "Överskriden 3 dagar"),
        (-48 * HOUR, "Överskriden 2 dagar"),
        (-47.99 * HOUR, "Överskriden 47 tim 59 min"),
        (-1.8 * HOUR, "Överskriden 1 tim 48 min"),
        (-59 * MINUTE, "Överskriden 59 min"),
        (-timedelta(seconds=1), "Överskriden mindre än 1 min"),
        (timedelta(0), "mindre än 1 min kvar"),  # at the very moment it is still in time
        (59.9 * MINUTE, "59 min kvar"),
        (HOUR, "1 tim 00 min kvar"),
        (1.2 * HOUR, "1 tim 12 min kvar"),
        (21 * HOUR + 5 * MINUTE, "21 tim 05 min kvar"),
        (48 * HOUR, "2 dagar kvar"),
        (6.9 * DAY, "6 dagar kvar"),
    ],
)
def test_time_left_is_said_in_whole_minutes_then_days(left: timedelta, words: str) -> None:
    assert timewords.time_left(NOW + left, NOW) == words


def test_what_must_be_done_at_once_is_counted_up() -> None:
    assert timewords.waited(NOW - 130 * MINUTE, NOW) == "Genast. Har väntat 2 tim 10 min"
    assert timewords.waited(NOW + MINUTE, NOW) == "Genast. Har väntat mindre än 1 min"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 14, 16, 44, tzinfo=UTC), "i dag 17.44"),
        (datetime(2026, 11, 14, 23, 12, tzinfo=UTC), "i morgon 00.12"),  # already Sunday in Sweden
        (datetime(2026, 11, 13, 8, 5, tzinfo=UTC), "i går 09.05"),
        (datetime(2026, 11, 28, 22, 59, 59, tzinfo=UTC), "lör 28 nov"),
        (datetime(2027, 1, 3, 12, 0, tzinfo=UTC), "3 jan 2027"),
    ],
)
def test_short_moment_says_the_day_as_people_do(at: datetime, words: str) -> None:
    assert timewords.short_moment(at, NOW) == words


def test_moment_is_local_and_whole() -> None:
    assert timewords.moment(NOW) == "lör 14 nov 2026 kl. 18.20"
    assert timewords.day(date(2026, 11, 14)) == "lör 14 nov 2026"
    assert timewords.day(datetime(2026, 11, 14, 23, 30, tzinfo=UTC)) == "sön 15 nov 2026"
    assert timewords.clocktime(datetime(2026, 7, 1, 4, 5, tzinfo=UTC)) == "06.05"


def test_moment_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        timewords.moment(datetime(2026, 11, 14, 18, 20))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("born", "age"),
    [(date(2008, 11, 14), 18), (date(2008, 11, 15), 17), (date(2012, 2, 29), 14), (None, None)],
)
def test_age_is_in_full_years_on_the_local_day(born: date | None, age: int | None) -> None:
    assert timewords.age_on(born, NOW) == age


def test_age_turns_at_local_midnight() -> None:
    born = date(2008, 11, 15)
    assert timewords.age_on(born, datetime(2026, 11, 14, 22, 59, tzinfo=UTC)) == 17
    assert timewords.age_on(born, datetime(2026, 11, 14, 23, 0, tzinfo=UTC)) == 18


def test_past_is_told() -> None:
    assert timewords.ago(NOW - timedelta(seconds=30), NOW) == "nyss"
    assert timewords.ago(NOW - 12 * MINUTE, NOW) == "12 min sedan"
    assert timewords.ago(NOW + HOUR, NOW) == "nyss"


def test_english_says_the_same() -> None:
    with translation.override("en"):
        assert timewords.time_left(NOW - 1.8 * HOUR, NOW) == "Overdue 1 h 48 min"
        assert timewords.time_left(NOW + 6 * DAY, NOW) == "6 days left"
        assert timewords.moment(NOW) == "Sat 14 Nov 2026 at 18:20"


def test_browser_has_every_word_with_its_places_open() -> None:
    words = timewords.words_for_browser()
    assert words["hours"] == "{h} tim {m} min"
    assert words["days"] == "{d} dagar"
    assert words["over"] == "Överskriden {t}"
    assert "%(" not in "".join(words.values())
