"""Who may open a case that is not theirs in an emergency, who vouches for it, and who reviews it afterwards?

Whoever works with cases may open any case to read, for four hours, if no block stands between them and the child: OSL
asks for a need, the log and the review see to it that there was one. A protected identity needs a second person first.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from riskzon import leading
from riskzon.access import Action, Ground, ground_of, may_hold, rights_on
from riskzon.matrix import Place, has
from riskzon.models import Case, CaseBlock, EmergencyAccess, Role, User

#: How long it lasts, counted from when it is asked for, also where a second person takes time to answer.
LASTS = timedelta(hours=4)
#: Who may vouch although the case is not theirs: somebody must be there at night.
_VOUCHES_FOR_ALL = frozenset({Role.DUTY, Role.HEAD})


def openable(user: User) -> QuerySet[Case]:
    """The cases that this person may ask to open: all but those of children from whom a block (jäv) keeps them."""
    if not has(user, Place.EMERGENCY):
        return Case.objects.none()
    return Case.objects.exclude(child__in=_blocked(user))


def may_vouch(user: User, access: EmergencyAccess, now: datetime) -> bool:
    """Whether this person can say that a colleague needs the case: who has it, or any other duty social worker or head."""
    if not access.waits(now) or access.user_id == user.pk or not _is_free(user, access):
        return False
    return user.role in _VOUCHES_FOR_ALL or Action.VOUCH in rights_on(ground_of(user, access.case_id, now), user)


def may_review(user: User, access: EmergencyAccess, now: datetime) -> bool:
    """Whether this person answers for the review: whoever leads the unit, and a head once it is late, or at once where
    everybody who leads has had a part in it. Never one's own, nor what one has vouched for.
    """
    if access.opened_at is None or access.reviewed_at is not None:
        return False
    if user.pk in (access.user_id, access.confirmed_by_id) or not _is_free(user, access):
        return False
    if user.role == Role.HEAD and (access.review_by < now or _is_above(access, now)):
        return True
    return ground_of(user, access.case_id, now) == Ground.LEAD


def may_see(user: User, access: EmergencyAccess, now: datetime) -> bool:
    """Whether this person reads what was asked for and why; never the case itself."""
    if not _is_free(user, access):
        return False
    if user.pk in (access.user_id, access.confirmed_by_id, access.reviewed_by_id):
        return True
    return (
        may_vouch(user, access, now)
        or may_review(user, access, now)
        or ground_of(user, access.case_id, now) == Ground.LEAD
    )


def to_vouch(user: User, cases: QuerySet[Case], now: datetime) -> QuerySet[EmergencyAccess]:
    """What waits for a second person; `cases` are those that are this person's to decide in."""
    found = EmergencyAccess.objects.filter(opened_at__isnull=True, ends_at__gt=now).exclude(user=user)
    mine = Q() if user.role in _VOUCHES_FOR_ALL else Q(case__in=cases.values("pk"))
    return found.filter(mine).exclude(case__child__in=_blocked(user))


def to_review(user: User, cases: QuerySet[Case], now: datetime) -> QuerySet[EmergencyAccess]:
    """What waits for this person's review; `cases` are those that this person leads."""
    found = EmergencyAccess.objects.filter(opened_at__isnull=False, reviewed_at__isnull=True)
    if user.role not in (Role.SUPERVISOR, Role.HEAD):
        return found.none()
    mine = Q(case__in=cases.values("pk"))
    if user.role == Role.HEAD:
        mine |= Q(review_by__lt=now) | _those_above(now)
    others = found.exclude(user=user).exclude(confirmed_by=user)
    return others.filter(mine).exclude(case__child__in=_blocked(user))


def _is_above(access: EmergencyAccess, now: datetime) -> bool:
    """Whether everybody who leads the unit has had a part in it, or must see nothing of the child; perhaps nobody leads."""
    barred = CaseBlock.objects.filter(child=access.case.child_id, ended_at__isnull=True)
    had_part = {access.user_id, access.confirmed_by_id, *barred.values_list("user", flat=True)}
    return leading.leaders(now)[access.case.unit_id] <= had_part


def _those_above(now: datetime) -> Q:
    """The same of all of them."""
    barred = CaseBlock.objects.filter(child=OuterRef("case__child"), ended_at__isnull=True)
    found = Q(pk__in=[])
    for unit_id, people in leading.leaders(now).items():
        no_way = (Q(user=one) | Q(confirmed_by=one) | Exists(barred.filter(user=one)) for one in people)
        found |= Q(*no_way, case__unit=unit_id)
    return found


def _is_free(user: User, access: EmergencyAccess) -> bool:
    return user.is_active and may_hold(user, access.case)


def _blocked(user: User) -> QuerySet[CaseBlock, dict[str, Any]]:
    return CaseBlock.objects.filter(user=user, ended_at__isnull=True).values("child")
