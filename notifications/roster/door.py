"""Who may see and who may change the roster, and in which transaction is it changed?"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from notifications.roster.core import Roster, Row
from notifications.roster.reading import read
from riskzon import audit, clock
from riskzon.doors import register, unseen
from riskzon.errors import Busy, Conflict, Unseen
from riskzon.matrix import PLACES, Place
from riskzon.models import AuditAction, Role, Unit, User
from riskzon.models.people import UnitKind

#: Who reads the roster.
SEES = PLACES[Place.ROSTER]
#: Who changes patterns and exceptions, and moves a shift without asking.
PLANS = PLACES[Place.ROSTER_PLAN]


@dataclass(frozen=True)
class Act:
    """One change of the roster: by whom, when, and what stands before it."""

    by: User
    now: datetime
    roster: Roster

    def row(self, row_id: UUID, day: date) -> Row:
        """The pattern or extra shift of one shift. Unseen: there is none that day. Conflict: it is over or called off."""
        row = self.roster.row(row_id)
        if row is None or not self.roster.takes_place(row, day):
            raise Unseen
        if not self.roster.left_of(row, day, self.now):
            raise Conflict(_("Passet är redan slut, eller inställt."))
        return row


@contextmanager
def changing(by: User, what: str, *, roles: frozenset[Role] = PLANS) -> Iterator[Act]:
    """Change the roster in one transaction, one after the other; who did what is written to the access log.

    Unseen: this role may not. Conflict: somebody else has been changing it for two seconds.
    """
    try:
        if by.role not in roles:
            raise Unseen
        with register(by):
            # One change at a time: overlaps are looked for in what everybody else has written.
            list(Unit.objects.select_for_update(no_key=True).filter(kind=UnitKind.DUTY).values_list("pk"))
            now = clock.now()
            yield Act(by, now, read())
            audit.record(AuditAction.CHANGE, by=by, now=now, what=f"roster.{what}")
    except Unseen as refusal:
        raise unseen(by, f"roster.{what}") from refusal
    except Busy as busy:
        raise Conflict(_("Någon annan ändrar i jouren just nu. Försök igen om en stund.")) from busy
