"""Whose secret calendar address is this, and how is it renewed or taken back?"""

from datetime import datetime

from django.db import transaction

from notifications.roster.door import SEES
from notifications.roster.models import DutyFeed
from riskzon import audit, clock
from riskzon.models import AuditAction, User


def owner(token: str) -> User | None:
    """The active person whose address this is, who may still see the roster; None: nobody's."""
    feed = (
        DutyFeed.objects.select_related("user")
        .filter(digest=DutyFeed.digest_of(token), revoked_at__isnull=True, user__is_active=True)
        .first()
    )
    return feed.user if feed is not None and feed.user.role in SEES else None


def current(user: User) -> DutyFeed | None:
    """The address that holds, of which only the digest is known."""
    return DutyFeed.objects.filter(user=user, revoked_at__isnull=True).first()


def renew(user: User) -> str:
    """A new secret for this person, said once; the one before stops working."""
    token = DutyFeed.fresh()
    with transaction.atomic():
        now = _revoke(user)
        DutyFeed.objects.create(digest=DutyFeed.digest_of(token), user=user, created_at=now)
        audit.record(AuditAction.CHANGE, by=user, now=now, what="roster.feed")
    return token


def revoke(user: User) -> None:
    """The address stops working."""
    with transaction.atomic():
        now = _revoke(user)
        audit.record(AuditAction.CHANGE, by=user, now=now, what="roster.feed_revoke")


def _revoke(user: User) -> datetime:
    # Two presses at once: the second waits, so that one address holds.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    now = clock.now()
    DutyFeed.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=now)
    return now
