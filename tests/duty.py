"""How does a test bring the roster into a state: shifts, gaps and leads, written as rows long ago?"""

from datetime import UTC, date, datetime
from uuid import UUID

from notifications.models import DutyAbsence, DutyExtra, DutyPattern
from tests.factories import person

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def minutes(clock: str) -> int:
    """`17.00` as minutes past midnight."""
    hours, past = clock.split(".")
    return int(hours) * 60 + int(past)


def pattern_of(username: str, weekday: int) -> DutyPattern:
    """A person's weekly shift on a weekday (0 is Monday)."""
    return DutyPattern.objects.get(person=person(username), weekday=weekday)


def off(day: str, username: str = "jour.vakt") -> DutyAbsence:
    """The person's weekly shift that would begin on this local day is not worked."""
    on = date.fromisoformat(day)
    return DutyAbsence.objects.create(pattern=pattern_of(username, on.weekday()), day=on, added_at=LONG_AGO)


def extra(username: str, day: str, starts: str, ends: str, *, is_lead: bool = False) -> DutyExtra:
    """One shift of a person."""
    return DutyExtra.objects.create(
        person=person(username),
        day=date.fromisoformat(day),
        starts=minutes(starts),
        ends=minutes(ends),
        is_lead=is_lead,
        added_at=LONG_AGO,
    )


def leads_always(username: str) -> None:
    """The person leads the duty shift round the clock."""
    DutyPattern.objects.bulk_create(
        DutyPattern(
            person=person(username),
            weekday=day,
            starts=0,
            ends=0,
            is_lead=True,
            valid_from="2020-01-01",
            added_at=LONG_AGO,
        )
        for day in range(7)
    )


def shift_of(username: str, day: str) -> tuple[UUID, date]:
    """Which shift a person's weekly one on a local day is: its row and its day."""
    on = date.fromisoformat(day)
    return pattern_of(username, on.weekday()).pk, on
