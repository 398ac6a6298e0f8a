"""Who is meant by holder, lead, unit supervisor and head at the moment when a rung fires?"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from notifications import roster
from notifications.roster import Roster
from riskzon.models import Case
from workflows import staff
from workflows.models import Deadline, Kind
from workflows.staff import Away, Staff

#: What a night cannot leave for the day: Socialjouren holds a case for it while the unit is closed.
OF_FIRST_DAYS = frozenset({Kind.GUARDIAN_CONTACT, Kind.PROTECTIVE_ASSESSMENT, Kind.HOLD_REVIEW})
_OF_INVESTIGATION = frozenset({Kind.INVESTIGATION, Kind.LUL_STATEMENT})


class Place(NamedTuple):
    """Where a matter lies: in which unit, with whom, about which child.

    `by_hours`: while the unit is closed it is Socialjouren's, as what the first days ask for; everything else waits for
    the unit's own people, in their inbox.
    """

    unit_id: UUID
    holder_id: UUID | None
    child_id: UUID | None
    by_hours: bool

    @classmethod
    def of_case(cls, case: Case) -> "Place":
        return cls(case.unit_id, case.assignee_id, case.child_id, by_hours=True)

    @classmethod
    def of_deadline(cls, deadline: Deadline) -> "Place":
        """An investigation's clocks lie with whoever has the investigation, also after the case has closed."""
        case = deadline.case
        if deadline.kind in _OF_INVESTIGATION and case.investigation is not None:
            return cls(case.unit_id, case.investigation.case_worker_id, case.child_id, by_hours=False)
        return cls(case.unit_id, case.assignee_id, case.child_id, by_hours=deadline.kind in OF_FIRST_DAYS)


@dataclass
class Directory:
    """Everybody who could be told at `now`, read in one statement, asked many times."""

    now: datetime
    staff: Staff
    _open: dict[UUID, bool] = field(default_factory=dict)
    _roster: Roster | None = None
    _found: dict[tuple[object, ...], tuple[UUID, ...]] = field(default_factory=dict, init=False)
    _on_duty: list[UUID] | None = None
    _leads: list[UUID] | None = None

    @classmethod
    def read(cls, now: datetime) -> "Directory":
        return cls(now=now, staff=staff.read())

    @property
    def rota(self) -> Roster:
        """Who is on duty when; asked only once a unit is found closed."""
        if self._roster is None:
            self._roster = roster.read()
        return self._roster

    @property
    def on_duty(self) -> list[UUID]:
        """Whoever is on duty at Socialjouren at this moment."""
        if self._on_duty is None:
            self._on_duty = self.rota.on_duty(self.now)
        return self.there(self._on_duty)

    @property
    def heads(self) -> list[UUID]:
        return self.there(self.staff.heads)

    def there(self, people: Iterable[UUID]) -> list[UUID]:
        """Those of these people who are not away at `now`; whoever is away hears nothing."""
        return [person for person in people if not self.is_away(person)]

    def is_away(self, person: UUID) -> bool:
        return self._absence(person) is not None

    def _absence(self, person: UUID) -> Away | None:
        for away in self.staff.absences.get(person, ()):
            if away.starts <= self.now and (away.until is None or self.now < away.until):
                return away
        return None

    def on_duty_among(self, people: Iterable[UUID]) -> list[UUID]:
        """Who can be woken, should one of these people be on duty; the roster is asked only where one has a number.

        By day nobody who is told has one, and by night the roster has been asked already: SMS costs no statement.
        """
        return [] if self.staff.with_number.isdisjoint(people) else self.on_duty

    @property
    def duty_leads(self) -> list[UUID]:
        """Those of them who lead."""
        if self._leads is None:
            self._leads = self.rota.leads(self.now)
        return self._leads

    def at(self, moment: datetime) -> "Directory":
        """The same people and the same roster at another moment."""
        return Directory(now=moment, staff=self.staff, _roster=self.rota)

    def is_open(self, unit_id: UUID) -> bool:
        if unit_id not in self._open:
            self._open[unit_id] = self.staff.units[unit_id].hours.is_open(self.now)
        return self._open[unit_id]

    def holder(self, unit_id: UUID, assignee_id: UUID | None) -> list[UUID]:
        """The assignee while the unit is open, else its queue; while it is closed, whoever is on duty."""
        return self.of_day(unit_id, assignee_id) if self.is_open(unit_id) else self.on_duty

    def of_day(self, unit_id: UUID, assignee_id: UUID | None) -> list[UUID]:
        """The assignee, else the unit's queue, whatever the hour.

        An assignee who is away, has left or works with cases no more is as good as none.
        """
        if assignee_id is not None and assignee_id in self.staff.workers and not self.is_away(assignee_id):
            return [assignee_id]
        return self.there(self.staff.of_unit.get(unit_id, []))

    def unit_supervisor(self, unit_id: UUID) -> list[UUID]:
        """Who leads the unit: its supervisor, or while that one is away the supervisor who covers; perhaps nobody."""
        supervisor = self.staff.units[unit_id].supervisor_id
        if supervisor is None:
            return []
        away = self._absence(supervisor)
        leads = supervisor if away is None else away.cover
        return self.there([leads]) if leads in self.staff.supervisors else []

    def leads_for(self, unit_id: UUID, child_id: UUID | None) -> list[UUID]:
        """Who leads the unit where this child is concerned: one level up, the heads, where whoever does must not know.

        Where nobody leads it at all nobody is found, and a ladder says so; it is the heads' too (`answers_for`).
        """
        blocked = self._blocked(child_id)
        leading = self.unit_supervisor(unit_id)
        led = [one for one in leading if one not in blocked]
        if led or blocked.isdisjoint([*leading, self.staff.units[unit_id].supervisor_id]):
            return led
        return [head for head in self.heads if head not in blocked]

    def answers_for(self, unit_id: UUID, child_id: UUID | None, *, but: Collection[UUID] = ()) -> list[UUID]:
        """Whom to tell what the unit's supervisor decides or must know; the heads where nobody leads the unit.

        `but`: who has had a part in it and does not answer for it. It also waits on the list of whoever leads the unit, for
        whoever comes back. A head who is away is better than nobody.
        """
        barred = {*self._blocked(child_id), *but}
        in_turn = (self.leads_for(unit_id, child_id), self.heads, self.staff.heads)
        free = ([one for one in people if one not in barred] for people in in_turn)
        return next(filter(None, free), [])

    def _blocked(self, child_id: UUID | None) -> set[UUID]:
        return self.staff.blocked.get(child_id, set()) if child_id else set()

    def lead_by_night(self) -> list[UUID]:
        """Whoever leads the duty shift, else the heads."""
        return self.there(self.duty_leads) or self.heads

    def find(self, roles: Sequence[str], place: Place) -> tuple[UUID, ...]:
        """Everybody meant by these roles, each person once, in order; nobody who is blocked from the child."""
        blocked = self._blocked(place.child_id)
        # Many cases of a batch lie with few units and people.
        asked = (*roles, place.unit_id, place.holder_id, place.by_hours, *blocked)
        if asked not in self._found:
            self._found[asked] = self._meant(roles, place, blocked)
        return self._found[asked]

    def _meant(self, roles: Iterable[str], place: Place, blocked: set[UUID]) -> tuple[UUID, ...]:
        unit_id, by_night = place.unit_id, place.by_hours and not self.is_open(place.unit_id)
        assignee_id = None if place.holder_id in blocked else place.holder_id
        meant = {
            "holder": lambda: self.on_duty if by_night else self.of_day(unit_id, assignee_id),
            "lead": lambda: self.lead_by_night() if by_night else self.leads_for(unit_id, place.child_id),
            "unit_supervisor": lambda: self.leads_for(unit_id, place.child_id),
            "head": lambda: self.heads,
        }
        found: dict[UUID, None] = {}
        for role in roles:
            found.update(dict.fromkeys(meant[role]()))
        return tuple(person for person in found if person not in blocked)

    def holding_unit(self, unit_id: UUID) -> UUID:
        """The unit that holds the case at this moment: its own, or Socialjouren while that is closed."""
        if self.is_open(unit_id) or self.staff.duty_unit is None:
            return unit_id
        return self.staff.duty_unit
