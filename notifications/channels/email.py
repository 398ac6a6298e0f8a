"""What does an e-mail from the product say? That there is something to log in for, and nothing else.

A lock screen shows a subject to whoever holds the phone, and mail lies in places the city does not govern: no name, no
unit, no kind of matter and no deadline stands in one, only the matter's number and the address of the service.
"""

import smtplib
import ssl
from contextlib import suppress
from email.utils import parseaddr
from types import TracebackType
from typing import Self

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.channels import Undelivered
from notifications.models import Message
from riskzon.context import CITY

#: The first type that fits gives the code under which a failure is shown.
_CODES: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPRecipientsRefused, "recipient_refused"),
    (smtplib.SMTPSenderRefused, "sender_refused"),
    (smtplib.SMTPAuthenticationError, "login_refused"),
    (smtplib.SMTPDataError, "content_refused"),
    (smtplib.SMTPServerDisconnected, "disconnected"),
    (smtplib.SMTPException, "mail_server"),
    (TimeoutError, "timeout"),
    (ssl.SSLError, "encryption"),
    (OSError, "unreachable"),
    (ValueError, "bad_address"),
)
_FAILURES = tuple(kind for kind, _code in _CODES)


class EmailChannel:
    """Mail through Django's framework; one connection for a whole round, opened again after a failure."""

    def __enter__(self) -> Self:
        self._connection = get_connection(fail_silently=False)
        self._is_open = False
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def send(self, message: Message, reference: str) -> None:
        person = message.recipient
        if not (person.is_active and person.email):
            raise Undelivered("no_address")
        try:
            if not self._is_open:
                self._connection.open()
                self._is_open = True
            self._connection.send_messages([compose(message, reference)])
        except _FAILURES as failure:
            self._close()
            raise Undelivered(next(code for kind, code in _CODES if isinstance(failure, kind))) from failure

    def _close(self) -> None:
        self._is_open = False
        with suppress(OSError, smtplib.SMTPException):
            self._connection.close()


def compose(message: Message, reference: str) -> EmailMessage:
    """The mail about a message (`recipient` and `number` loaded), in the recipient's language."""
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    with override(message.recipient.language):
        subject, what = words(message.number)
        body = _("%(what)s\n\nLogga in: %(address)s\n\n%(city)s\n") % {
            "what": what,
            "address": site_address(),
            "city": CITY,
        }
    return EmailMessage(
        subject=subject,
        body=body,
        from_email=f"{CITY} <{address}>",
        to=[message.recipient.email],
        headers={
            # The same at every repeat: mail programs then show a mail that was sent twice once.
            "Message-ID": f"<{reference}@{address.partition('@')[2] or 'localhost'}>",
            "Auto-Submitted": "auto-generated",
        },
    )


def words(number: str) -> tuple[str, str]:
    """Subject and sentence, the same for every kind of message, in the active language."""
    if not number:
        return _("Du har ett meddelande"), _("Du har ett meddelande att läsa.")
    return (
        _("Ärende att hantera, ref %(number)s") % {"number": number},
        _("Du har ett ärende att hantera, ref %(number)s.") % {"number": number},
    )


def site_address() -> str:
    """Where people log in: the setting RISKZON_SITE_URL."""
    return getattr(settings, "RISKZON_SITE_URL", "http://127.0.0.1:8000/")
