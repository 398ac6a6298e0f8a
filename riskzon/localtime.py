"""Which instant a Swedish date and clock time mean, and which local day an instant belongs to.

People read and type Europe/Stockholm; everything stored is UTC. Each function here crosses that border once, so that no
other file has to think about the night that is 23 or 25 hours long.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

STOCKHOLM = ZoneInfo("Europe/Stockholm")
FIRST_YEAR = 2000
LAST_YEAR = 2100
MINUTES_A_DAY = 24 * 60

Fold = Literal[0, 1]

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})|([0-9]{4})([0-9]{2})([0-9]{2})")
_CLOCK = re.compile(r"([0-9]{1,2})[:.]?([0-9]{2})")
_INSTANT = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?P<clock>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)"
    r"(?P<offset>[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)


class LocalTimeError(ValueError):
    """A time that cannot be stored as typed; `code` is for programs, `str()` is for the person who typed it."""

    code = "bad_time"
    message = _("Tiden går inte att tolka.")

    def __str__(self) -> str:
        return str(self.message)


class BadDate(LocalTimeError):
    code = "bad_date"
    message = _("Ange ett datum som finns, till exempel 2026-11-13.")


class BadClock(LocalTimeError):
    code = "bad_clock"
    message = _("Ange ett klockslag mellan 00.00 och 23.59, till exempel 14.30.")


class NonexistentTime(LocalTimeError):
    """The clock was moved past this time in spring."""

    code = "nonexistent_time"
    message = _("Klockslaget finns inte. Den natten ställdes klockan fram från 02.00 till 03.00.")


class AmbiguousTime(LocalTimeError):
    """The clock showed this time twice in autumn: at `first` (summer time) and `second` (standard time), in UTC."""

    code = "ambiguous_time"
    message = _(
        "Klockslaget inträffade två gånger, för den natten ställdes klockan tillbaka. "
        "Ange om det var före eller efter omställningen."
    )

    def __init__(self, first: datetime, second: datetime) -> None:
        super().__init__()
        self.first = first
        self.second = second


class BadInstant(LocalTimeError):
    code = "bad_instant"
    message = _("Ange tiden enligt ISO 8601, till exempel 2026-11-13T18:20:00+01:00.")


class MissingOffset(LocalTimeError):
    code = "missing_offset"
    message = _("Tiden saknar tidszon. Ange den enligt ISO 8601, till exempel 2026-11-13T18:20:00+01:00.")


class YearOutOfRange(LocalTimeError):
    code = "year_out_of_range"
    message = _("Årtalet ska ligga mellan 2000 och 2100.")


def parse_date(text: str) -> date:
    """The date written ÅÅÅÅ-MM-DD or ÅÅÅÅMMDD, of any year. Raises BadDate."""
    match = _DATE.fullmatch(text.strip())
    if match is None:
        raise BadDate
    year, month, day = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        raise BadDate from None


def parse_clock(text: str) -> time:
    """The clock time written 14:30, 14.30, 1430, 7.15 or 715. Raises BadClock; 24.00 is not a clock time."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise BadClock
    try:
        return time(int(match[1]), int(match[2]))
    except ValueError:
        raise BadClock from None


def parse_local(date_text: str, clock_text: str, fold: Fold | None = None) -> datetime:
    """The UTC instant that a person means by a local date and clock time.

    `fold` answers the question of the autumn night: 0 before, 1 after the clock was put back; it is ignored for every
    time that occurs once. Raises BadDate, BadClock, YearOutOfRange, NonexistentTime, and AmbiguousTime while `fold` is
    None.
    """
    day, clock = parse_date(date_text), parse_clock(clock_text)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise YearOutOfRange
    wall = datetime.combine(day, clock)
    if is_nonexistent(wall):
        raise NonexistentTime
    first, second = _both_readings(wall)
    if first != second and fold is None:
        raise AmbiguousTime(first, second)
    return second if fold else first


def parse_instant(text: str) -> datetime:
    """The UTC instant of an ISO 8601 text with a mandatory offset, which may be any offset.

    Digits below the microsecond are dropped. Raises BadInstant, MissingOffset or YearOutOfRange (in UTC).
    """
    match = _INSTANT.fullmatch(text.strip())
    if match is None:
        raise BadInstant
    if match["offset"] is None:
        raise MissingOffset
    clock, _point, fraction = match["clock"].partition(".")
    offset = "+00:00" if match["offset"] in "Zz" else match["offset"]
    try:
        instant = datetime.fromisoformat(f"{match['date']}T{clock}{offset}").astimezone(UTC)
    except ValueError:
        raise BadInstant from None
    except OverflowError:
        raise YearOutOfRange from None
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise YearOutOfRange
    return instant.replace(microsecond=int(fraction.ljust(6, "0")[:6]))


def is_ambiguous(wall: datetime) -> bool:
    """True when the naive local time `wall` occurs twice."""
    first, second = _both_readings(wall)
    return first < second


def is_nonexistent(wall: datetime) -> bool:
    """True when the naive local time `wall` never occurs."""
    first, second = _both_readings(wall)
    return first > second


def local_date(instant: datetime) -> date:
    """The date on a Swedish calendar at an aware `instant`."""
    return instant.astimezone(STOCKHOLM).date()


def start_of_local_day(day: date) -> datetime:
    """The UTC instant of 00:00:00 local time; the Swedish clock has never been moved at midnight in our years."""
    return datetime.combine(day, time.min, STOCKHOLM).astimezone(UTC)


def end_of_local_day(day: date) -> datetime:
    """The UTC instant of 23:59:59 local time, the last moment at which a deadline by day is met."""
    return datetime.combine(day, time(23, 59, 59), STOCKHOLM).astimezone(UTC)


def local_midnight_after(instant: datetime) -> datetime:
    """The first local midnight after an aware `instant`, in UTC; from a midnight it is the next one."""
    return start_of_local_day(local_date(instant) + timedelta(days=1))


def at_local_minute(day: date, minute: int) -> datetime:
    """The first UTC instant of the local `day` at which its clock shows `minute` minutes past midnight, or more.

    1440 is the midnight that ends the day. A minute that occurs twice gives the first; one that is skipped in spring
    gives the moment the clock was moved.
    """
    if not 0 <= minute <= MINUTES_A_DAY:
        raise ValueError("minute must be 0-1440")
    if minute == MINUTES_A_DAY:
        return start_of_local_day(day + timedelta(days=1))
    wall = datetime.combine(day, time(minute // 60, minute % 60))
    instant, _second = _both_readings(wall)
    if is_nonexistent(wall):
        step = timedelta(minutes=1)
        while (instant - step).astimezone(STOCKHOLM).replace(tzinfo=None) >= wall:
            instant -= step
    return instant


def _both_readings(wall: datetime) -> tuple[datetime, datetime]:
    """The naive local time read with the offset before and after a clock change; equal on every other day."""
    if wall.tzinfo is not None:
        raise ValueError("a wall time has no offset")
    before = wall.replace(tzinfo=STOCKHOLM, fold=0).astimezone(UTC)
    after = wall.replace(tzinfo=STOCKHOLM, fold=1).astimezone(UTC)
    return before, after
