"""How many passwords may be tried? Five in a quarter of an hour for each account, and nobody is locked out by a stranger.

A browser in which somebody has logged in before carries a signed cookie, and its attempts are counted apart from those of
the rest of the world (OWASP, device cookies); where several share it, it is known to the last eight of them. So whoever
guesses from anywhere uses up the strangers' five, and the person at the own desk still comes in. An attempt is counted
before the password is looked at, one after the other for each account: fifty at once are five. No address is kept. Names
that do not exist are counted alike and answered alike. That somebody was asked to wait stands in the access log, for each
count once in a quarter of an hour.
"""

import hashlib
import secrets
import time
import unicodedata
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from riskzon import audit, clock
from riskzon.models import AuditAction, LoginAttempt, User

MOST = 5
WITHIN = timedelta(minutes=15)
#: How long a browser is known.
KNOWN_FOR = timedelta(days=180)
#: To how many accounts it is known: a cookie holds 4,096 characters, and eight of them take less than half.
_SHARED_BY = 8
_SALT = "riskzon.guessing"


def may_try(request: HttpRequest, username: str, *, at: str = "") -> bool:
    """Count one more attempt at this account from this browser; False where too many have failed: look at nothing.

    `at`: the door at which it is tried, "" for the password. Each has its own five.
    """
    bucket = _bucket(request, username, at)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [bucket])
        now = clock.real_now()
        LoginAttempt.objects.filter(at__lte=now - WITHIN).delete()
        if LoginAttempt.objects.filter(bucket=bucket).count() >= MOST:
            _log_refusal(bucket, username, at)
            return False
        LoginAttempt.objects.create(bucket=bucket, at=now)
    return True


def forget(request: HttpRequest, username: str, *, at: str = "") -> None:
    """It was right: what this browser tried before at this door counts no more."""
    LoginAttempt.objects.filter(bucket=_bucket(request, username, at)).delete()


def used_up(request: HttpRequest, username: str, *, at: str) -> bool:
    """Whether nothing more is looked at there from this browser."""
    return LoginAttempt.objects.filter(bucket=_bucket(request, username, at)).count() >= MOST


def know(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """Let this browser be known as one in which the account's owner has logged in, beside the others who share it."""
    account = _account(username)
    others = [known for known in _known(request) if known[0] != account]
    newest = [[account, secrets.token_hex(16), int(time.time())], *others][:_SHARED_BY]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps(newest, salt=_SALT),
        max_age=KNOWN_FOR,
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _log_refusal(bucket: str, username: str, at: str) -> None:
    """A denial that names whom it was about, as for a wrong password; not one for each of a thousand guesses."""
    told = f"{bucket}:told"
    if LoginAttempt.objects.filter(bucket=told).exists():
        return
    LoginAttempt.objects.create(bucket=told, at=clock.real_now())
    meant = User.objects.filter(username=_meant(username).replace("\0", "")).values_list("pk", flat=True).first()
    detail: dict[str, object] = {"status": 429} | ({"user": str(meant)} if meant else {})
    audit.record(AuditAction.DENIED, by=None, now=clock.now(), what=f"login_{at}" if at else "login", detail=detail)


def _bucket(request: HttpRequest, username: str, at: str) -> str:
    account, door = _account(username), at and f":{at}"
    devices = [device for whose, device, _since in _known(request) if whose == account]
    return f"{account}:{devices[0]}{door}" if devices else account + door


def _known(request: HttpRequest) -> list[tuple[str, str, int]]:
    """Account, name of this browser for it, and since when, the latest first; none where the cookie is not ours."""
    try:
        said = signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=_SALT, max_age=KNOWN_FOR)
        over = time.time() - KNOWN_FOR.total_seconds()
        return [(account, device, since) for account, device, since in said if since > over]
    except (signing.BadSignature, ValueError, TypeError):
        return []


def _account(username: str) -> str:
    """Who is meant, without a name in the table or in the cookie: a name in many spellings is one account."""
    return hashlib.sha256(_meant(username).casefold().encode("utf-8", "replace")).hexdigest()


def _meant(username: str) -> str:
    """The name as the form reads it: in NFKC, in which wide letters are plain ones."""
    return unicodedata.normalize("NFKC", username).strip()
