"""In which browsers is a person logged in right now, and how does one of these sessions end?"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, update_session_auth_hash
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest

from riskzon import audit, clock, stay
from riskzon.models import AuditAction, LoginSession, User, Way

_BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_MACHINES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class OpenSession:
    """One session that is open, as its owner sees it. `seen_at`: to half a minute, by the web server's clock."""

    id: UUID
    began_at: datetime
    seen_at: datetime
    way: str
    browser: str
    is_this: bool


def note(request: HttpRequest, user: User, way: Way) -> None:
    """Remember the login that `request` has just made. What is longer ago than any session lasts is forgotten."""
    now = clock.real_now()
    over = now - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    LoginSession.objects.filter(user=user, began_at__lt=over).delete()
    LoginSession.objects.create(
        user=user,
        session_key=request.session.session_key,
        began_at=now,
        way=way,
        browser=browser_of(request.headers.get("User-Agent", "")),
    )


def open_of(user: User, *, this: str | None = None) -> list[OpenSession]:
    """The person's open sessions, the latest first; `this` is the key of the one that asks."""
    noted = {row.session_key: row for row in LoginSession.objects.filter(user=user)}
    found = []
    for session in Session.objects.filter(session_key__in=noted, expire_date__gt=datetime.now(UTC)):  # noqa: TID251 - sessions are Django's, by the web server's clock
        data = session.get_decoded()
        ends = stay.ends_at(data)
        if ends is None or ends <= time.time() or data.get(HASH_SESSION_KEY) != user.get_session_auth_hash():
            continue
        row = noted[session.session_key]
        found.append(
            OpenSession(
                id=row.pk,
                began_at=row.began_at,
                seen_at=datetime.fromtimestamp(data[stay.SEEN], UTC),
                way=row.way,
                browser=row.browser,
                is_this=row.session_key == this,
            )
        )
    return sorted(found, key=lambda one: one.began_at, reverse=True)


@transaction.atomic
def end(user: User, session_id: UUID) -> bool:
    """End one of the person's own sessions; False if there is none such. Its next request meets the login page."""
    row = LoginSession.objects.filter(pk=session_id, user=user).first()
    if row is None:
        return False
    _remove([row.session_key])
    audit.record(AuditAction.LOGOUT, by=user, now=clock.now(), what="session_ended")
    return True


def end_all(user: User) -> None:
    """End every session of this person, in the caller's transaction and with the caller's row in the log."""
    _remove(LoginSession.objects.filter(user=user).values_list("session_key", flat=True))


def keep_only(request: HttpRequest, user: User) -> None:
    """The person has another password: end every session but the one that asks, which gets a new key.

    In the caller's transaction and with the caller's row in the log.
    """
    this = request.session.session_key
    _remove(LoginSession.objects.filter(user=user).exclude(session_key=this).values_list("session_key", flat=True))
    update_session_auth_hash(request, user)
    LoginSession.objects.filter(session_key=this).update(session_key=request.session.session_key)


def browser_of(agent: str) -> str:
    """ "Firefox, Windows": what a person needs to know the own browser again, and nothing that tells machines apart."""
    kinds = (next((name for mark, name in known if mark in agent), "") for known in (_BROWSERS, _MACHINES))
    return ", ".join(kind for kind in kinds if kind)


def _remove(keys: Iterable[str]) -> None:
    gone = list(keys)
    Session.objects.filter(session_key__in=gone).delete()
    LoginSession.objects.filter(session_key__in=gone).delete()
