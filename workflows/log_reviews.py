"""Who looks at which drawn reading, who reads what came of it, and who hears that it is late?

Nobody looks at a reading of their own, or of a child of whom they must see nothing (jäv). A log reviewer's readings are
another log reviewer's or the heads', and what no log reviewer may look at is the heads'. What was passed on is read by
whoever it was passed to, and never by the person whose reading it was.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import and_
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from notifications.outbox import tell
from riskzon import leading
from riskzon.access import units_led_by
from riskzon.matrix import PLACES, Place
from riskzon.models import AuditEntry, Case, CaseBlock, Role, User
from workflows.caselog import ABOUT_BLOCKS
from workflows.models import LogReview, LogSample

#: The heads are told of what is late at once, and again each week that it stays so.
WEEK = 7
#: Who finds the pages.
READS = PLACES[Place.LOG_REVIEWS]
_MOST = 999
_PASSED_ON = (LogReview.Outcome.TO_HEAD, LogReview.Outcome.INCIDENT)


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
    """The drawn readings that this person may decide about, decided ones too; none of their own, none behind a block."""
    rows = LogReview.objects.exclude(_barred(user))
    if not user.is_active:
        return rows.none()
    if user.role == Role.LOG_REVIEWER:
        return rows
    if user.role == Role.HEAD:
        barred = [_barred(one) for one in User.objects.filter(role=Role.LOG_REVIEWER, is_active=True)]
        left = reduce(and_, barred) if barred else Q(pk__isnull=False)
        return rows.filter(Q(entry__actor__role=Role.LOG_REVIEWER) | left)
    return rows.none()


def readable(user: User) -> QuerySet[LogReview]:
    """Those, and what was passed on to this person."""
    mine = Q(pk__in=to_decide(user).values("pk"))
    if user.role == Role.HEAD and user.is_active:
        mine |= Q(outcome__in=_PASSED_ON)
    if led := units_led_by(user):
        mine |= Q(outcome=LogReview.Outcome.TO_HEAD, entry__actor__unit__in=led)
    return LogReview.objects.filter(mine).exclude(_barred(user)).select_related(*_RELATED)


def follow_up(review: LogReview, now: datetime) -> list[UUID]:
    """Whom the result is passed on to: whoever answers for the person; of an incident the heads; nobody where none asks for it.

    Never the person, nor anybody who must see nothing of the child (jäv): then it is the next in line, after the
    whoever leads the unit the heads, after them the other log reviewers. Empty too where nobody is left: `is_left_alone`.
    """
    if review.outcome not in _PASSED_ON:
        return []
    entry = review.entry
    children = Case.objects.filter(pk__in=[entry.case_id, *entry.cases]).values("child")
    blocked = CaseBlock.objects.filter(child__in=children, ended_at__isnull=True).values("user")
    people = User.objects.filter(is_active=True).exclude(pk=entry.actor_id).exclude(pk__in=blocked)
    leads = leading.leaders(now).get(entry.actor.unit_id, ()) if review.outcome == LogReview.Outcome.TO_HEAD else ()
    ranks = (
        people.filter(pk__in=leads),
        people.filter(role=Role.HEAD),
        people.filter(role=Role.LOG_REVIEWER).exclude(pk=review.reviewed_by_id),
    )
    return next((found for rank in ranks if (found := list(rank.values_list("pk", flat=True)))), [])


def is_left_alone(review: LogReview, now: datetime) -> bool:
    """Whether the result asks to be passed on, and nobody here can take it: somebody outside must be told by hand."""
    return review.outcome in _PASSED_ON and not follow_up(review, now)


def beside(review: LogReview) -> QuerySet[AuditEntry]:
    """What else this person did with the same case, newest first; of a search, the searches of that person.

    Not who has declared jäv, which is for whoever leads the unit.
    """
    entry = review.entry
    rows = AuditEntry.objects.filter(actor=entry.actor).exclude(pk=entry.pk).exclude(what__in=ABOUT_BLOCKS)
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


def _barred(user: User) -> Q:
    """The readings that are this person's own, or of a child of whom this person must see nothing."""
    hidden = CaseBlock.objects.filter(user=user, ended_at__isnull=True).values("child")
    cases = list(Case.objects.filter(child__in=hidden).values_list("pk", flat=True))
    own = Q(entry__actor=user)
    return own | Q(entry__case__in=cases) | Q(entry__cases__overlap=cases) if cases else own


_RELATED = ("sample", "reviewed_by", "entry__actor", "entry__unit", "entry__case__report")
