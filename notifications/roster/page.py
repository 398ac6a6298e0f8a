"""The roster as a page tells it: day by day, who is on duty, who leads, and where nobody is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from notifications.roster.core import Gap, Roster, Shift
from notifications.roster.models import DutyOffer
from notifications.roster.words import stretch_words, within_day
from riskzon.localtime import local_date, start_of_local_day
from riskzon.models import User

DAYS = 14


@dataclass(frozen=True)
class Line:
    """One stretch under one day: a shift, or a gap (`shift` None)."""

    starts_at: datetime
    when: str
    shift: Shift | None = None
    is_own: bool = False
    is_offered: bool = False
    is_now: bool = False


@dataclass(frozen=True)
class Day:
    """One local day. `goes_on`: shifts that began the day before and still run as the list begins."""

    day: date
    is_today: bool
    lines: Sequence[Line]
    goes_on: Sequence[Line] = ()


def open_offers(now: datetime) -> list[DutyOffer]:
    """Every shift that is offered and not taken, whose day has not passed."""
    found = DutyOffer.objects.filter(ended_at__isnull=True, taken_at__isnull=True)
    found = found.filter(day__gte=local_date(now) - timedelta(days=1))
    return list(found.select_related("from_person", "to_person"))


Offered = Mapping[tuple[UUID, date], DutyOffer]


def days(roster: Roster, first: date, now: datetime, reader: User, offered: Offered) -> list[Day]:
    """The days from `first` on, with every shift under the day on which it begins and every gap in each of its days."""
    found = []
    for ahead in range(DAYS):
        day = first + timedelta(days=ahead)
        start, end = start_of_local_day(day), start_of_local_day(day + timedelta(days=1))
        shifts = roster.shifts(start, end)
        told = [_shift(shift, start, now, reader, offered) for shift in shifts]
        gaps = [_gap(gap) for gap in roster.gaps(max(start, now), end)] if now < end else []
        begins = [line for line in told if line.starts_at >= start]
        found.append(
            Day(
                day=day,
                is_today=day == local_date(now),
                lines=sorted([*begins, *gaps], key=lambda line: line.starts_at),
                goes_on=[line for line in told if line.starts_at < start] if not ahead else (),
            )
        )
    return found


def _shift(shift: Shift, midnight: datetime, now: datetime, reader: User, offered: Offered) -> Line:
    say = stretch_words if shift.starts_at < midnight else within_day
    return Line(
        starts_at=shift.starts_at,
        when=say(shift.starts_at, shift.ends_at),
        shift=shift,
        is_own=shift.person.id == reader.pk,
        is_offered=(shift.row_id, shift.day) in offered,
        is_now=shift.starts_at <= now < shift.ends_at,
    )


def _gap(gap: Gap) -> Line:
    return Line(starts_at=gap.starts_at, when=within_day(gap.starts_at, gap.ends_at))
