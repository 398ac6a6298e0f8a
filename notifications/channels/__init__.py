"""What does every way out of the product have in common?"""

from types import TracebackType
from typing import Any, Protocol, Self

from django.utils.translation import gettext_lazy as _

from notifications.models import Message

#: Why something did not get through, by the code that is kept. What a provider says is not kept: it quotes addresses.
REASONS: dict[str, Any] = {
    "unreachable": _("E-postservern gick inte att nå"),
    "timeout": _("E-postservern svarade inte i tid"),
    "disconnected": _("E-postservern bröt förbindelsen"),
    "encryption": _("Förbindelsen gick inte att kryptera"),
    "login_refused": _("E-postservern godtog inte inloggningen"),
    "sender_refused": _("E-postservern godtog inte avsändaren"),
    "recipient_refused": _("E-postservern godtog inte mottagarens adress"),
    "content_refused": _("E-postservern godtog inte meddelandet"),
    "mail_server": _("Fel i e-postservern"),
    "bad_address": _("Adressen är felskriven"),
    "no_address": _("Mottagaren har ingen adress eller har slutat"),
    "sms_refused": _("SMS-tjänsten tog inte emot meddelandet"),
    "sms_timeout": _("SMS-tjänsten svarade inte i tid"),
    "sms_address": _("SMS-tjänstens adress är felskriven eller passar inte numret"),
    "sms_off": _("SMS är avstängt"),
    "no_number": _("Mottagaren har inget nummer för SMS eller har slutat"),
    "crashed": _("Sändningen avbröts varje gång"),
}


class Undelivered(Exception):
    """One message did not get through this time; `code` is one of REASONS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Channel(Protocol):
    """One way out, opened for one round of the relay, so that a connection can serve many messages."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def send(self, message: Message, reference: str) -> None:
        """Hand over one message (`recipient` and `number` loaded). `reference` is the same at every repeat.

        Undelivered: it was not accepted; the caller tries again later.
        """
        ...
