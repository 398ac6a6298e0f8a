"""Who has which key for the API, for what and until when?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from riskzon import audit, clock
from riskzon.models import ApiToken, AuditAction, TokenScope, User
from riskzon.models.people import MOST_TOKEN_DAYS, TOKEN_DAYS

#: The last use is written this often at most.
_USE_TO = timedelta(minutes=1)
#: How long an ended key is still shown, with its last use.
_SHOWN_AFTER = timedelta(days=30)
#: Whoever logs in with the municipality's account shows there at least this often that they still work here.
CONFIRMED_WITHIN = timedelta(days=30)


@dataclass(frozen=True)
class Key:
    """A token that was just made: `text` is shown once and kept nowhere."""

    text: str
    expires_at: datetime


@transaction.atomic
def make(user: User, *, scope: TokenScope, days: int = TOKEN_DAYS, name: str = "", by: User | None) -> Key:
    """A new token; `by` None: a technician at the server. ValueError: fewer than 1 or more than 365 days."""
    if not 1 <= days <= MOST_TOKEN_DAYS:
        raise ValueError(f"a token holds for 1 to {MOST_TOKEN_DAYS} days")
    text, now = ApiToken.fresh(), clock.real_now()
    ends = now + timedelta(days=days)
    ApiToken.objects.create(
        digest=ApiToken.digest_of(text), user=user, name=name, scope=scope, created_at=now, expires_at=ends
    )
    detail: dict[str, object] = {"token": "made", "scope": scope.value, "days": days}
    if by is None:
        audit.record(AuditAction.SYSTEM, by=None, now=clock.now(), what="token", detail={"user": str(user.pk)} | detail)
    else:
        audit.record(AuditAction.CHANGE, by=by, now=clock.now(), what="token", detail=detail)
    return Key(text, ends)


def live_of(user: User) -> QuerySet[ApiToken]:
    """The person's tokens that hold, the latest first."""
    return user.api_tokens.filter(_holds(clock.real_now())).order_by("-created_at")


def ended_of(user: User) -> QuerySet[ApiToken]:
    """Those that have ended in the last thirty days, with `ended_at`, the latest first."""
    now = clock.real_now()
    ended = user.api_tokens.exclude(_holds(now)).annotate(ended_at=Coalesce("revoked_at", "expires_at"))
    return ended.filter(ended_at__gt=now - _SHOWN_AFTER).order_by("-ended_at")


@transaction.atomic
def revoke(user: User, public_id: UUID, *, by: User) -> bool:
    """End one token of `user` at once, by its owner or an administrator; False: there is none such that holds."""
    now = clock.real_now()
    if not user.api_tokens.filter(_holds(now), public_id=public_id).update(revoked_at=now):
        return False
    detail = {"token": "revoked"} | ({} if by == user else {"user": str(user.pk)})
    audit.record(AuditAction.CHANGE, by=by, now=clock.now(), what="token", detail=detail)
    return True


def revoke_all(user: User) -> None:
    """End every token of this person at once, in the caller's transaction and with the caller's row in the log.

    Whatever throws somebody out of every session ends the keys too: they are the same way in.
    """
    now = clock.real_now()
    user.api_tokens.filter(_holds(now)).update(revoked_at=now)


def find(text: str) -> ApiToken | None:
    """The token behind this text, with its owner, if both hold now. Its use is noted, to the minute."""
    now = clock.real_now()
    found = (
        ApiToken.objects.select_related("user__unit")
        .filter(_holds(now), digest=ApiToken.digest_of(text), user__is_active=True)
        .filter(Q(user__sign_on__isnull=True) | Q(user__sign_on__confirmed_at__gt=now - CONFIRMED_WITHIN))
        .first()
    )
    if found is not None and (found.last_used_at is None or found.last_used_at <= now - _USE_TO):
        ApiToken.objects.filter(Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - _USE_TO), pk=found.pk).update(
            last_used_at=now
        )
    return found


def former_owner(text: str) -> User | None:
    """Whose token this text was, whether it holds or not: revoked, over, or of somebody who has left."""
    made = ApiToken.objects.select_related("user").filter(digest=ApiToken.digest_of(text)).first()
    return made and made.user


def _holds(now: datetime) -> Q:
    return Q(revoked_at__isnull=True, expires_at__gt=now)
