"""Which rows of the disclosure register stand, and which of them may a social worker at the police house read?"""

from datetime import datetime

from django.db.models import Q, QuerySet

from riskzon.models import CaseBlock, Disclosure, Role, User


def standing() -> QuerySet[Disclosure]:
    """The register without the rows in whose place others stand, and without what had not left after all."""
    return Disclosure.objects.filter(correction__isnull=True, is_void=False)


def received(user: User, now: datetime) -> QuerySet[Disclosure]:
    """What has been disclosed to this liaison, or to the liaison's post, and is valid at `now`; newest first.

    Nothing of a child whose block (jäv) this person has. Nobody else receives anything.
    """
    if user.role != Role.LIAISON or not user.is_active:
        return Disclosure.objects.none()
    mine = Q(liaison=user)
    if user.unit_id is not None:
        mine |= Q(post=user.unit_id)
    blocked = CaseBlock.objects.filter(user=user, ended_at__isnull=True).values("child")
    return (
        standing()
        .filter(mine, Q(valid_until__isnull=True) | Q(valid_until__gt=now), left_at__lte=now)
        .exclude(case__child__in=blocked)
        .select_related("decided_by", "liaison", "post")
        .order_by("-left_at", "-at")
    )
