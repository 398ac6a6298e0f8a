"""How many passwords may be tried? Five in a quarter of an hour for each account, and nobody is locked out by a stranger.

A browser in which somebody has logged in before carries a signed cookie, and its attempts are counted apart from those of
the rest of the world (OWASP, device cookies). So whoever guesses from anywhere uses up the strangers' five, and the person
at the own desk still comes in. An attempt is counted before the password is looked at, one after the other for each
account: fifty at once are five. No address is kept. Names that do not exist are counted alike and answered alike.
"""

import hashlib
import secrets
import unicodedata
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from riskzon import clock
from riskzon.models import LoginAttempt

MOST = 5
WITHIN = timedelta(minutes=15)
#: How long a browser is known.
KNOWN_FOR = timedelta(days=180)
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
            return False
        LoginAttempt.objects.create(bucket=bucket, at=now)
    return True


def forget(request: HttpRequest, username: str, *, at: str = "") -> None:
    """It was right: what this browser tried before at this door counts no more."""
    LoginAttempt.objects.filter(bucket=_bucket(request, username, at)).delete()


def know(response: HttpResponse, username: str) -> None:
    """Let this browser be known as one in which the account's owner has logged in."""
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps([_account(username), secrets.token_hex(16)], salt=_SALT),
        max_age=KNOWN_FOR,
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _bucket(request: HttpRequest, username: str, at: str) -> str:
    account, door = _account(username), at and f":{at}"
    try:
        whose, device = signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=_SALT, max_age=KNOWN_FOR
        )
    except (signing.BadSignature, ValueError, TypeError):
        return account + door
    return f"{account}:{device}{door}" if whose == account else account + door


def _account(username: str) -> str:
    """Who is meant, without a name in the table or in the cookie.

    The form reads a name in NFKC, in which wide letters are plain ones: a name in many spellings is one account.
    """
    meant = unicodedata.normalize("NFKC", username).strip().casefold()
    return hashlib.sha256(meant.encode("utf-8", "replace")).hexdigest()
