"""Who is on duty when, worked out from the rows alone: no query, no clock."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from uuid import UUID

from notifications.roster.models import DutyAbsence, DutyExtra, DutyOffer, DutyPattern
from notifications.roster.spans import Stretch, closed, end_day, span, without
from riskzon.hours import OpeningHours
from riskzon.localtime import at_local_minute, local_date

#: A shift lasts 24 hours at most, and 25 in the autumn night.
_LONGEST = timedelta(hours=25)
_EVER = datetime(1, 1, 1, tzinfo=UTC)
_FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Person:
    """One active duty social worker of Socialjouren."""

    id: UUID
    username: str
    name: str


@dataclass(frozen=True)
class Gap:
    """A stretch (UTC) in which a unit is closed and nobody is on duty."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Shift:
    """What one person works of one shift (UTC). `row_id` and `day` say which shift: the pattern's or the extra one's."""

    starts_at: datetime
    ends_at: datetime
    person: Person
    is_lead: bool
    row_id: UUID
    day: date
    is_extra: bool


Row = DutyPattern | DutyExtra


@dataclass(frozen=True)
class Roster:
    """The rows as they stand; shared by many transactions and changed by none."""

    people: Mapping[UUID, Person]
    #: Of the units that somebody must stand in for while they are closed.
    hours: Sequence[OpeningHours]
    patterns: Sequence[DutyPattern] = ()
    absences: Sequence[DutyAbsence] = ()
    extras: Sequence[DutyExtra] = ()
    #: Shifts that have moved, in the order in which they did.
    moves: Sequence[DutyOffer] = ()
    #: When each person is away: no shift of theirs is worked then, whatever the rows say.
    away: Mapping[UUID, Sequence[Stretch]] = field(default_factory=dict)
    _days: dict[date, list[Shift]] = field(default_factory=dict, init=False, compare=False, repr=False)

    def on_duty(self, now: datetime) -> list[UUID]:
        """Everybody who has a shift at `now`, by user name."""
        return _by_name([shift.person for shift in self._at(now)])

    def leads(self, now: datetime) -> list[UUID]:
        """Those of them who lead."""
        return _by_name([shift.person for shift in self._at(now) if shift.is_lead])

    def shifts(self, start: datetime, end: datetime) -> list[Shift]:
        """Every shift that is worked at some moment from `start` up to `end`, uncut, earliest first."""
        first = local_date(start - _LONGEST)
        days = (local_date(end) - first).days + 1
        found = [shift for ahead in range(days) for shift in self._on(first + timedelta(days=ahead))]
        return sorted(
            (shift for shift in found if shift.starts_at < end and shift.ends_at > start),
            key=lambda shift: (shift.starts_at, shift.person.username, shift.ends_at),
        )

    def gaps(self, start: datetime, end: datetime) -> list[Gap]:
        """The stretches from `start` up to `end` in which a unit is closed and nobody is on duty."""
        worked = [(shift.starts_at, shift.ends_at) for shift in self.shifts(start, end)]
        return [Gap(*stretch) for stretch in without(closed(self.hours, start, end), worked)]

    def row(self, row_id: UUID) -> Row | None:
        """The pattern or extra shift with this id."""
        return self._rows.get(row_id)

    def takes_place(self, row: Row, day: date) -> bool:
        """Whether this pattern or extra shift has a shift that begins on this local day, worked or not."""
        if isinstance(row, DutyExtra):
            return row.day == day
        until = min(row.valid_to or date.max, row.last_day or date.max)
        return row.valid_from <= day <= until and row.weekday == day.weekday()

    def holder(self, row: Row, day: date) -> UUID:
        """Who has one shift after every move so far, at Socialjouren or not."""
        return self._holders(row, day)[-1][1]

    def left_of(self, row: Row, day: date, now: datetime) -> list[Stretch]:
        """What is worked of one shift from `now` on, by whomever; empty: it is over, or called off."""
        return without([self.whole(row, day)], [(_EVER, now), *self._called_off(row, day)])

    def _at(self, now: datetime) -> Iterator[Shift]:
        first = local_date(now - _LONGEST)
        for ahead in range((local_date(now) - first).days + 1):
            for shift in self._on(first + timedelta(days=ahead)):
                if shift.starts_at <= now < shift.ends_at:
                    yield shift

    def _on(self, day: date) -> list[Shift]:
        """The shifts that begin on one local day."""
        found = self._days.get(day)
        if found is None:
            found = [shift for row in self._planned(day) for shift in self._worked(row, day)]
            self._days[day] = found
        return found

    def _planned(self, day: date) -> Iterator[Row]:
        """The rows that have a shift on this day."""
        for row in (*self.patterns, *self._extras_by_day.get(day, ())):
            if self.takes_place(row, day):
                yield row

    def _worked(self, row: Row, day: date) -> Iterator[Shift]:
        """What is left of one shift, by whom: it is worked until it is called off, and by the next from the move on."""
        holders = self._holders(row, day)
        left = without([self.whole(row, day)], self._called_off(row, day))
        for place, (since, person_id) in enumerate(holders):
            until = holders[place + 1][0] if place + 1 < len(holders) else _FOR_EVER
            person = self.people.get(person_id)
            for start, end in left:
                if person is None:
                    continue
                own = [(max(start, since), min(end, until))]
                for begins, ends in without(own, self.away.get(person_id, ())):
                    yield Shift(begins, ends, person, row.is_lead, row.pk, day, isinstance(row, DutyExtra))

    def whole(self, row: Row, day: date) -> Stretch:
        """The stretch of a shift as it is planned, whoever works it."""
        closing = end_day(day, row.starts, row.ends)
        others = (other for other in self._planned(closing) if other.starts == row.ends and other is not row)
        handed_over = any(self._somebody_begins(other, closing) for other in others)
        return span(day, row.starts, row.ends, is_handed_over=handed_over)

    def _somebody_begins(self, row: Row, day: date) -> bool:
        start = at_local_minute(day, row.starts)
        if any(since <= start < until for since, until in self._called_off(row, day)):
            return False
        return [person_id for since, person_id in self._holders(row, day) if since <= start][-1] in self.people

    def _holders(self, row: Row, day: date) -> list[tuple[datetime, UUID]]:
        """Who has the shift, each from a moment on until the next."""
        found = [(_EVER, row.person_id)]
        left = list(self._moves.get((row.pk, day), ()))
        while left:
            # Two moves at the same instant: the second is from whoever got the shift by the first.
            first = [move for move in left if move.taken_at == left[0].taken_at]
            move = next((move for move in first if move.from_person_id == found[-1][1]), first[0])
            left.remove(move)
            found.append((move.taken_at or _FOR_EVER, move.taken_by_id or row.person_id))
        return found

    def _called_off(self, row: Row, day: date) -> list[Stretch]:
        if isinstance(row, DutyExtra):
            return [(row.ended_at, _FOR_EVER)] if row.ended_at else []
        return [(one.added_at, one.ended_at or _FOR_EVER) for one in self._absent.get((row.pk, day), ())]

    @cached_property
    def _rows(self) -> dict[UUID, Row]:
        rows: list[Row] = [*self.patterns, *self.extras]
        return {row.pk: row for row in rows}

    @cached_property
    def _extras_by_day(self) -> dict[date, list[DutyExtra]]:
        found: dict[date, list[DutyExtra]] = {}
        for row in self.extras:
            found.setdefault(row.day, []).append(row)
        return found

    @cached_property
    def _absent(self) -> dict[tuple[UUID, date], list[DutyAbsence]]:
        found: dict[tuple[UUID, date], list[DutyAbsence]] = {}
        for row in self.absences:
            found.setdefault((row.pattern_id, row.day), []).append(row)
        return found

    @cached_property
    def _moves(self) -> dict[tuple[UUID, date], list[DutyOffer]]:
        found: dict[tuple[UUID, date], list[DutyOffer]] = {}
        for row in self.moves:
            found.setdefault((row.row_id, row.day), []).append(row)
        return found

    def clash(self, person_id: UUID, start: datetime, end: datetime) -> Shift | None:
        """The first shift of one person, from `start` up to `end`, that begins before another of theirs has ended."""
        return next((later for _earlier, later in self._clashes(start, end) if later.person.id == person_id), None)

    def clashing(self, start: datetime, end: datetime) -> set[UUID]:
        """The ids of the rows with a shift that runs at the same time as another of the same person."""
        return {one.row_id for pair in self._clashes(start, end) for one in pair}

    def _clashes(self, start: datetime, end: datetime) -> Iterator[tuple[Shift, Shift]]:
        latest: dict[UUID, Shift] = {}
        for shift in self.shifts(start, end):
            before = latest.get(shift.person.id)
            if before and shift.starts_at < before.ends_at:
                yield before, shift
            if before is None or shift.ends_at > before.ends_at:
                latest[shift.person.id] = shift


def _by_name(people: Sequence[Person]) -> list[UUID]:
    return [person.id for person in sorted(set(people), key=lambda person: person.username)]
