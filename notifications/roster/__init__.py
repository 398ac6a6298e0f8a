"""Who is on duty while the units are closed? The only place that knows.

Everything is answered from rows that people have written: a weekly pattern, exceptions from it, and swaps. Only an active
person who is a duty social worker of Socialjouren is ever on duty; the shift of anybody else counts as not staffed.
"""

from datetime import datetime
from uuid import UUID

from notifications.roster.core import Gap, Roster, Shift
from notifications.roster.reading import read

__all__ = ["Gap", "Roster", "Shift", "gaps", "leads", "on_duty", "read", "shifts"]


def on_duty(now: datetime) -> list[UUID]:
    """Everybody who is on duty at Socialjouren at `now`, by user name; an empty list is a fault to be shown."""
    return read().on_duty(now)


def leads(now: datetime) -> list[UUID]:
    """Those of them who are duty lead; empty where nobody leads."""
    return read().leads(now)


def gaps(start: datetime, end: datetime) -> list[Gap]:
    """The stretches between two moments in which an intake or investigation unit is closed and nobody is on duty."""
    return read().gaps(start, end)


def shifts(start: datetime, end: datetime) -> list[Shift]:
    """Every shift worked between two moments, uncut, earliest first."""
    return read().shifts(start, end)
