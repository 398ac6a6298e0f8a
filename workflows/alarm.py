"""How does the auditor make itself heard? By ways of its own: straight to a mail server and to an address on the web.

Neither the outbox, Celery nor Redis is used, which may be what is broken. A fault is told once a second round has seen it
too, again each hour while it lasts, and once when all is well again. What is told are names of faults and numbers of rows.
"""

import json
import smtplib
import ssl
import time
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.utils.translation import gettext as _

from riskzon.context import CITY
from workflows.fault_words import sentences

AGAIN = timedelta(hours=1)
#: What is gone again before this is not told; a second round comes later than that.
LASTS = timedelta(seconds=4)
#: How long after its start the auditor tells nobody: the parts that it watches may be starting too.
SETTLES = timedelta(seconds=20)
#: How long a server may take; the audit waits for it.
PATIENCE = 5.0

Say = Callable[[dict[str, object]], None]


class _StaysHere(HTTPRedirectHandler):
    """A redirect is a refusal: the address that was set is called, and no other."""

    def redirect_request(self, *_asked: object) -> None:
        return None


_open = build_opener(_StaysHere).open


class Alarm:
    """What has been told of which faults. A process that starts anew tells again: rather twice than never."""

    def __init__(self, *, say: Say, clock: Callable[[], float] = time.monotonic) -> None:
        self._say, self._clock = say, clock
        self._quiet_until = clock() + SETTLES.total_seconds()
        self._since: dict[str, float] = {}
        self._well_since: float | None = None
        self._told: frozenset[str] = frozenset()
        self._told_at = 0.0

    def hear(self, faults: Collection[str], detail: Mapping[str, object]) -> None:
        """Take note of what one round saw, and tell it where it is time. What could not be told is tried next round."""
        now, seen = self._clock(), frozenset(faults)
        self._since = {name: self._since.get(name, now) for name in seen}
        if not seen:
            self._all_is_well(now, detail)
            return
        self._well_since = None
        if now < self._quiet_until:
            return
        # What has ended while others last is news when it comes back.
        self._told &= seen
        lasting = {name for name, since in self._since.items() if now - since >= LASTS.total_seconds()}
        is_time = bool(lasting) and now - self._told_at >= AGAIN.total_seconds()
        if (lasting - self._told or is_time) and self._tell(lasting, detail):
            self._told, self._told_at = self._told | lasting, now

    def _all_is_well(self, now: float, detail: Mapping[str, object]) -> None:
        if self._well_since is None:
            self._well_since = now
        if self._told and now - self._well_since >= LASTS.total_seconds() and self._tell((), detail):
            self._told = frozenset()

    def _tell(self, faults: Collection[str], detail: Mapping[str, object]) -> bool:
        """Whether it was told: by one way at least, where there is any. What failed beside it is said, and not repeated."""
        subject, text = _words(faults, detail)
        ways: dict[str, Callable[[], None]] = {}
        if settings.AUDIT_MAIL_TO and settings.AUDIT_EMAIL.get("EMAIL_HOST"):
            ways["mail"] = lambda: _mail(subject, text)
        if settings.AUDIT_WEBHOOK_URL:
            body = {"text": f"{subject}\n\n{text}", "faults": sorted(faults)}
            ways["webhook"] = lambda: _post(settings.AUDIT_WEBHOOK_URL, body)
        taken = [name for name, send in ways.items() if self._sent(name, send)]
        return bool(taken) or not ways

    def _sent(self, way: str, send: Callable[[], None]) -> bool:
        try:
            send()
        except (OSError, smtplib.SMTPException, ValueError) as problem:
            # Never the problem's own words, which may quote an address.
            self._say({"event": "alarm_not_sent", "way": way, "error": type(problem).__name__})
            return False
        return True


def ping(address: str) -> str:
    """Tell the dead-man's switch that all is well; returns "" or what was in the way. The call carries nothing."""
    try:
        with _open(Request(address), timeout=PATIENCE):  # noqa: S310 - the setting is checked when it is read
            return ""
    except (OSError, ValueError) as problem:
        return type(problem).__name__


def _words(faults: Collection[str], detail: Mapping[str, object]) -> tuple[str, str]:
    if not faults:
        return _("%(city)s: larmet är över") % {"city": CITY}, _("Allt fungerar igen.") + "\n"
    figures = [f"{name}: {value}" for name, value in detail.items() if value and name != "faults"]
    text = "\n".join([*(f"- {words}" for words in sentences(faults)), "", *figures])
    return _("%(city)s: larm från kontrollen av frister") % {"city": CITY}, text + "\n"


def _mail(subject: str, text: str) -> None:
    server = settings.AUDIT_EMAIL
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = subject, sender, ", ".join(settings.AUDIT_MAIL_TO)
    mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain=sender.partition("@")[2] or "localhost")
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    host, port = server["EMAIL_HOST"], server["EMAIL_PORT"] or 25
    secure = ssl.create_default_context()
    if server.get("EMAIL_USE_SSL"):
        connection = smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=secure)
    else:
        connection = smtplib.SMTP(host, port, timeout=PATIENCE)
    with connection:
        if server.get("EMAIL_USE_TLS"):
            connection.starttls(context=secure)
        if server.get("EMAIL_HOST_USER"):
            connection.login(server["EMAIL_HOST_USER"], server["EMAIL_HOST_PASSWORD"] or "")
        connection.send_message(mail)


def _post(address: str, body: Mapping[str, object]) -> None:
    request = Request(  # noqa: S310 - the setting is checked when it is read
        address, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}, method="POST"
    )
    with _open(request, timeout=PATIENCE):
        pass
