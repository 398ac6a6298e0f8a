"""Who hears in the morning that nobody has taken over what Socialjouren had? The supervisor, once for each unit and day."""

from datetime import datetime, timedelta

from django.db.models import Q

from notifications.models import Message
from notifications.outbox import Telling, tell_many
from riskzon.duty import opened_last, was_held, was_worked_on
from riskzon.localtime import at_local_minute, local_date
from riskzon.models import Case, Unit
from riskzon.models.people import UnitKind
from workflows.recipients import Directory

#: 09.00 local; where the unit opens so late that this would be at once, an hour after it has opened.
BY_MINUTE = 9 * 60
AT_LEAST = timedelta(hours=1)
#: More than so many are not told apart in a message.
MOST = 999


def remind(now: datetime) -> int:
    """Tell each unit's supervisor, or the heads, how many cases have not been taken over in time; returns to how many.

    Asked at every sweep: a sweep that comes late says it late, and nobody hears it twice.
    """
    directory = Directory.read(now)
    tellings = []
    for unit in directory.staff.units.values():
        opened = opened_last(unit, now) if unit.kind in (UnitKind.INTAKE, UnitKind.INVESTIGATION) else None
        if opened is None or now < due_at(opened):
            continue
        people = tuple(directory.answers_for(unit.pk, None))
        key = f"{unit.pk}:handover_waiting:{local_date(opened).isoformat()}"
        if Message.objects.filter(recipient__in=people, key=key).exists():
            continue
        if count := _waiting(unit, opened, now):
            tellings.append(Telling("handover_waiting", to=people, key=key, now=now, facts={"count": count}))
    return tell_many(tellings)


def due_at(opened: datetime) -> datetime:
    """By when what Socialjouren had must be taken over, in a unit that opened at `opened`; UTC."""
    return max(at_local_minute(local_date(opened), BY_MINUTE), opened + AT_LEAST)


def _waiting(unit: Unit, opened: datetime, now: datetime) -> int:
    worked_on = was_worked_on()
    closed = unit.hours.next_closing(opened)
    if closed is not None and closed <= now:
        # Said late, after the unit has closed again: what Socialjouren has begun since is for the next morning.
        worked_on &= Q(duty_at__lt=closed)
    cases = Case.objects.filter(unit=unit).order_by()
    either = cases.filter(was_held(opened)).values("pk").union(cases.filter(worked_on).values("pk"))
    return min(either.count(), MOST)
