"""What a birthday changes by itself, at 00:00 local time: at 15 the child is told as well, at 18 custody has ended.

Limits have a moment of their own at which the sweep finds them; a case whose clock has been met has none. So the sweep
looks at every open case once, when a new local day has begun.
"""

from datetime import date, datetime, timedelta

import structlog
from django.db.models import Exists, OuterRef, Q, QuerySet

from riskzon import clock
from riskzon.identity import MAJORITY, birthday_on
from riskzon.localtime import local_date, start_of_local_day
from riskzon.models import Case
from workflows import contact_clock
from workflows.deadlines import OUTSTANDING
from workflows.models import Deadline, Heartbeat, Kind, Todo

log = structlog.get_logger()

NAME = "birthdays"
#: How long a birthday waits for somebody who is working in the case, or for a fault to be mended.
BUSY_PAUSE, FAULT_PAUSE = timedelta(seconds=2), timedelta(seconds=60)
_OPEN = Q(done_at__isnull=True, cancelled_at__isnull=True)


def keep(now: datetime) -> None:
    """Settle every open case whose child has turned 15 or 18, unless the local day of `now` has been gone through."""
    seen = Heartbeat.objects.filter(name=NAME).values_list("detail", flat=True).first()
    if seen and now < datetime.fromisoformat(seen["next"]):
        return
    again = start_of_local_day(local_date(now) + timedelta(days=1))
    for case in _come(now):
        try:
            if not contact_clock.release(case.pk, now=now):
                again = min(again, now + BUSY_PAUSE)
        except Exception as problem:
            log.error("birthday_fails", case=str(case.pk), error=type(problem).__name__)
            again = min(again, now + FAULT_PAUSE)
    Heartbeat.objects.update_or_create(
        name=NAME, defaults={"at": clock.real_now(), "detail": {"next": again.isoformat()}}
    )


def _come(now: datetime) -> QuerySet[Case]:
    """The open cases in which a birthday that has come has changed nothing yet."""
    today = local_date(now)
    told = Todo.objects.filter(case=OuterRef("pk"), what=Todo.What.INFORM_CHILD)
    runs = Deadline.objects.filter(OUTSTANDING, case=OuterRef("pk"), kind=Kind.GUARDIAN_CONTACT)
    turned_15 = Q(child__birth_date__lte=_latest_birth(today, contact_clock.PARTY_AGE)) & ~Exists(told)
    sought = Q(guardians_followed_at__isnull=True) & ~Exists(told.filter(_OPEN))
    turned_18 = Q(child__birth_date__lte=_latest_birth(today, MAJORITY)) & (sought | Exists(runs))
    return Case.objects.filter(turned_15 | turned_18, closed_at__isnull=True).only("pk").order_by("pk")


def _latest_birth(today: date, years: int) -> date:
    """Of those who have reached the age, the youngest; on 28 February they may be born on the 29th."""
    born = birthday_on(today, -years)
    next_day = born + timedelta(days=1)
    return next_day if birthday_on(next_day, years) <= today else born
