"""By when something must have happened, once it is known when its clock started and how long the rule gives.

Hours are elapsed time in UTC and never pause; days and months are counted on the Swedish calendar and end at 23:59:59
local time. Decided: deadlines stand on the unmoved day. Whether an authority may lean on the Sunday rule (lag 1930:173,
2 §) for its own limits is not settled, so the moved day is for display only (`rolled`).
"""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from riskzon.localtime import at_local_minute, end_of_local_day, local_date
from riskzon.workdays import is_working_day, working_day_from


class Length(StrEnum):
    """The unit of a deadline rule; a bare duration cannot tell one local day from 24 hours."""

    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"


def hours_after(start: datetime, hours: int) -> datetime:
    """`hours` elapsed hours after `start`, in UTC: nights, weekends and clock changes all count."""
    _check(start, hours)
    return start.astimezone(UTC) + timedelta(hours=hours)


def end_of_day_after(start: datetime, days: int) -> datetime:
    """The end of the local day `days` days after the day of `start`, which is itself not counted (SoL 20:2)."""
    _check(start, days)
    return end_of_local_day(local_date(start) + timedelta(days=days))


def months_after(start: datetime, months: int) -> datetime:
    """The end of the local day with the same number `months` months later (lag 1930:173, 1 §; SoL 20:3).

    In a month without that number it is the end of the month's last day.
    """
    _check(start, months)
    first = local_date(start)
    year, month_index = divmod(first.year * 12 + first.month - 1 + months, 12)
    last_number = monthrange(year, month_index + 1)[1]
    return end_of_local_day(date(year, month_index + 1, min(first.day, last_number)))


def working_days_after(start: datetime, days: int) -> datetime:
    """The end of the `days`-th Swedish working day after the local day of `start`; with 0, of that day itself."""
    _check(start, days)
    day = local_date(start)
    while days:
        day += timedelta(days=1)
        if is_working_day(day):
            days -= 1
    return end_of_local_day(day)


def due_at(start: datetime, length: Length, amount: int) -> datetime:
    """The last UTC instant at which a deadline of `amount` units from the aware `start` is met."""
    match Length(length):
        case Length.HOURS:
            return hours_after(start, amount)
        case Length.DAYS:
            return end_of_day_after(start, amount)
        case Length.WORKING_DAYS:
            return working_days_after(start, amount)
        case Length.MONTHS:
            return months_after(start, amount)


def rolled(day: date) -> date:
    """The day that "senast enligt söndagsregeln" shows: `day` or the next working day (lag 1930:173, 2 §)."""
    return working_day_from(day)


def next_local_clock(after: datetime, hour: int = 8) -> datetime:
    """The first UTC instant after `after`, never `after` itself, at which the local clock strikes `hour`.

    Once each local day: the first time in autumn when the hour comes twice, at the change in spring when it is skipped.
    """
    _check(after, hour)
    day = local_date(after)
    strike = at_local_minute(day, hour * 60)
    while strike <= after:
        day += timedelta(days=1)
        strike = at_local_minute(day, hour * 60)
    return strike


def _check(start: datetime, amount: int) -> None:
    if start.tzinfo is None:
        raise ValueError("start must have an offset")
    if amount < 0:
        raise ValueError("a length is never negative")
