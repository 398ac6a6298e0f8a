"""Who looks at which drawn reading, who reads what came of it, and who hears that it is late?

Nobody looks at a reading of their own. A log reviewer's readings are another log reviewer's, or the heads' where there is
none. What was passed on is read by whoever it was passed to, and never by the person whose reading it was.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from notifications.outbox import tell
from riskzon.access import units_led_by
from riskzon.matrix import PLACES, Place
from riskzon.models import AuditEntry, Role, User
from workflows.models import LogReview, LogSample

#: The heads are told of what is late at once, and again each week that it stays so.
WEEK = 7
#: Who finds the pages.
READS = PLACES[Place.LOG_REVIEWS]
_MOST = 999


@dataclass(frozen=True)
class Figures:
    """One month's review in figures."""

    month: date
    readings: int
    drawn: int
    done: int
    late: int
    remarks: int


def to_decide(user: User) -> QuerySet[LogReview]:
    """The drawn readings that this person may decide about, decided ones too; none of their own."""
    rows = LogReview.objects.exclude(entry__actor=user)
    if not user.is_active:
        return rows.none()
    if user.role == Role.LOG_REVIEWER:
        return rows
    if user.role == Role.HEAD:
        return rows.filter(entry__actor__role=Role.LOG_REVIEWER)
    return rows.none()


def readable(user: User) -> QuerySet[LogReview]:
    """Those, and what was passed on to this person."""
    mine = Q(pk__in=to_decide(user).values("pk"))
    outcomes = LogReview.Outcome
    if user.role == Role.HEAD and user.is_active:
        mine |= Q(outcome__in=[outcomes.TO_HEAD, outcomes.INCIDENT])
    if led := units_led_by(user):
        mine |= Q(outcome=outcomes.TO_HEAD, entry__actor__unit__in=led)
    return LogReview.objects.filter(mine).exclude(entry__actor=user).select_related(*_RELATED)


def heads_of(person: User) -> list[UUID]:
    """Who answers for this person: the unit's supervisor, and the heads where there is none or it is that person."""
    unit = person.unit
    if unit is not None and unit.supervisor_id not in (None, person.pk):
        return [unit.supervisor_id]
    return _heads(person)


def follow_up(review: LogReview) -> list[UUID]:
    """Whom the result is passed on to: nobody, whoever answers for the person, or of an incident the heads."""
    if review.outcome == LogReview.Outcome.INCIDENT:
        return _heads(review.entry.actor)
    return heads_of(review.entry.actor) if review.outcome == LogReview.Outcome.TO_HEAD else []


def beside(review: LogReview) -> QuerySet[AuditEntry]:
    """What else this person did with the same case, newest first; of a search, the searches of that person."""
    entry = review.entry
    rows = AuditEntry.objects.filter(actor=entry.actor).exclude(pk=entry.pk)
    rows = rows.filter(Q(case=entry.case_id) if entry.case_id else Q(action=entry.action))
    return rows.select_related("unit").order_by("-id")


def figures(now: datetime, *, most: int = 12) -> Iterator[Figures]:
    """The newest months' reviews, newest first."""
    waits = Q(reviews__reviewed_at__isnull=True)
    rows = LogSample.objects.annotate(
        drawn=Count("reviews"),
        done=Count("reviews", filter=~waits),
        late=Count("reviews", filter=waits & Q(reviews__due_at__lt=now)),
        remarks=Count("reviews", filter=Q(reviews__outcome__in=["to_head", "incident"])),
    ).order_by("-month")[:most]
    for row in rows:
        yield Figures(row.month, row.readings, row.drawn, row.done, row.late, row.remarks)


def escalate(now: datetime) -> int:
    """Tell the heads and the log reviewers, once a week, that readings should have been looked at; returns how many heard.

    Asked at every sweep, and nearly always one statement says that nothing is late.
    """
    late = LogReview.objects.filter(reviewed_at__isnull=True, due_at__lt=now)
    oldest = late.order_by("due_at").values_list("due_at", flat=True).first()
    if oldest is None:
        return 0
    people = User.objects.filter(role__in=[Role.HEAD, Role.LOG_REVIEWER], is_active=True)
    key = f"log_late:{oldest.isoformat()}:{(now - oldest).days // WEEK}"
    return tell(
        "log_reviews_late",
        to=people.values_list("pk", flat=True),
        key=key,
        now=now,
        facts={"count": min(late.count(), _MOST)},
    )


def _heads(but: User) -> list[UUID]:
    heads = User.objects.filter(role=Role.HEAD, is_active=True).exclude(pk=but.pk)
    return list(heads.values_list("pk", flat=True))


_RELATED = ("sample", "reviewed_by", "entry__actor", "entry__unit", "entry__case__report")
