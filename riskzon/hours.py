"""When a unit is open, as pure data: which instants lie inside its opening hours, and when it next opens or closes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType

from riskzon.localtime import MINUTES_A_DAY, at_local_minute, local_date
from riskzon.workdays import is_day_off

Interval = tuple[int, int]
Intervals = Sequence[Interval]

# Far enough for every real unit; a unit that stays closed, or open, for longer has no next opening, or closing.
HORIZON_DAYS = 400

OFFICE_DAY: Intervals = ((8 * 60, 17 * 60),)
OFFICE_WEEK: Mapping[int, Intervals] = MappingProxyType(dict.fromkeys(range(5), OFFICE_DAY))
WHOLE_WEEK: Mapping[int, Intervals] = MappingProxyType(dict.fromkeys(range(7), ((0, MINUTES_A_DAY),)))


@dataclass(frozen=True)
class OpeningHours:
    """The hours of one unit, in local minutes past midnight, `(open, close)`, closed again at `close` itself.

    `weekly` has Monday as 0; a weekday that is not in it is closed. Public holidays, Midsummer Eve, Christmas Eve and
    New Year's Eve are closed unless `closed_on_holidays` is False, and so are `closed_dates`. `special` gives a date
    hours of its own and wins over everything. 1440 is midnight; a night is entered as two intervals, and counts as one.
    """

    weekly: Mapping[int, Intervals] = field(default_factory=lambda: OFFICE_WEEK)
    closed_dates: frozenset[date] = frozenset()
    special: Mapping[date, Intervals] = field(default_factory=dict)
    closed_on_holidays: bool = True

    def __post_init__(self) -> None:
        if not set(self.weekly) <= set(range(7)):
            raise ValueError("weekdays are 0 (Monday) to 6 (Sunday)")
        for intervals in (*self.weekly.values(), *self.special.values()):
            _check(intervals)

    def intervals_on(self, day: date) -> Intervals:
        """The intervals that hold on one local date; empty when the unit is closed all day."""
        if day in self.special:
            return self.special[day]
        if day in self.closed_dates or (self.closed_on_holidays and is_day_off(day)):
            return ()
        return self.weekly.get(day.weekday(), ())

    def is_open(self, instant: datetime) -> bool:
        """True from the opening moment up to, but not at, the closing moment."""
        return any(opens <= instant < closes for opens, closes in self._on(local_date(instant)))

    def next_opening(self, instant: datetime) -> datetime | None:
        """The first UTC moment after `instant` at which the unit goes from closed to open; None if it never does."""
        return next((opens for opens, _closes in self._spans_ahead(instant) if opens > instant), None)

    def next_closing(self, instant: datetime) -> datetime | None:
        """The first UTC moment after `instant` at which the unit goes from open to closed; None if it never does."""
        return next((closes for _opens, closes in self._spans_ahead(instant) if closes > instant), None)

    def last_closing(self, instant: datetime) -> datetime | None:
        """The latest UTC moment up to and at `instant` at which the unit went from open to closed; None if never."""
        today = local_date(instant)
        for days_back in (8, HORIZON_DAYS):
            spans = self._spans(today - timedelta(days=days_back), today)
            found = [closes for _opens, closes in spans if closes <= instant]
            if found:
                return found[-1]
        return None

    def last_opening(self, instant: datetime) -> datetime | None:
        """The latest UTC moment up to and at `instant` at which the unit went from closed to open; None if never."""
        today = local_date(instant)
        for days_back in (8, HORIZON_DAYS):
            first_day = today - timedelta(days=days_back)
            # What is open as the search begins opened at a moment that the search does not see.
            unseen = at_local_minute(first_day, 0)
            openings = [opens for opens, _closes in self._spans(first_day, today + timedelta(days=1))]
            found = [opens for opens in openings if unseen < opens <= instant]
            if found:
                return found[-1]
        return None

    def _on(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        for opening, closing in self.intervals_on(day):
            opens, closes = at_local_minute(day, opening), at_local_minute(day, closing)
            # Nothing is left of an interval that lies inside the hour skipped in spring.
            if opens < closes:
                yield opens, closes

    def _spans_ahead(self, instant: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of today and later, without one that reaches past the horizon: its end is not seen."""
        today = local_date(instant)
        end = at_local_minute(today + timedelta(days=HORIZON_DAYS), MINUTES_A_DAY)
        spans = self._spans(today, today + timedelta(days=HORIZON_DAYS))
        return ((opens, closes) for opens, closes in spans if closes < end)

    def _spans(self, first_day: date, last_day: date) -> Iterator[tuple[datetime, datetime]]:
        """Open stretches in UTC, joined where one ends as the next begins, cut at both ends of the days asked for."""
        span: tuple[datetime, datetime] | None = None
        for days in range((last_day - first_day).days + 1):
            for opens, closes in self._on(first_day + timedelta(days=days)):
                if span is None:
                    span = opens, closes
                elif span[1] == opens:
                    span = span[0], closes
                else:
                    yield span
                    span = opens, closes
        if span is not None:
            yield span


def _check(intervals: Intervals) -> None:
    previous = 0
    for opens, closes in intervals:
        if not previous <= opens < closes <= MINUTES_A_DAY:
            raise ValueError("intervals lie between 0 and 1440, in order and apart")
        previous = closes


ALWAYS_OPEN = OpeningHours(weekly=WHOLE_WEEK, closed_on_holidays=False)
