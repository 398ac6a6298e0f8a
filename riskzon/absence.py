"""Who is away at a moment? Whoever is away holds nothing, is given nothing and is told nothing."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from riskzon import clock
from riskzon.models import Absence, User

#: A moment of the product's clock, or that clock itself where the statement is to ask it.
Moment = datetime | clock.Now


def holding(now: Moment) -> Q:
    """The absences that hold at `now`: from the moment at which one starts up to, but not at, the one at which it ends."""
    return Q(starts_at__lte=now) & not_over(now)


def not_over(now: Moment) -> Q:
    """The absences that hold at `now` or are to come."""
    return (Q(ends_at__isnull=True) | Q(ends_at__gt=now)) & (Q(ended_at__isnull=True) | Q(ended_at__gt=now))


def away(now: datetime) -> set[UUID]:
    """Everybody who is away at `now`."""
    return set(Absence.objects.filter(holding(now)).values_list("person", flat=True))


def is_away(user: User, now: datetime) -> bool:
    """Whether this person is away at `now`."""
    return Absence.objects.filter(holding(now), person=user).exists()
