"""Who is on duty when the units are closed? The only place that knows."""

from datetime import datetime
from uuid import UUID

from riskzon.models import Role, User
from riskzon.models.people import UnitKind


def on_duty(now: datetime) -> list[UUID]:
    """Everybody who can be called on at Socialjouren at `now`, by user name; an empty list is a fault to be shown.

    Decided: there is no schedule yet, so all of Socialjouren's active duty social workers are on duty at every moment.
    """
    people = User.objects.filter(is_active=True, role=Role.DUTY, unit__kind=UnitKind.DUTY).order_by("username")
    return list(people.values_list("pk", flat=True))
