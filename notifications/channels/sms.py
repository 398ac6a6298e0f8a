"""What does an SMS from the product say, and how does it leave? That there is something to log in for, by any gateway.

A lock screen shows it to whoever holds the phone: only the city's name and the matter's number, as in the mail. The
gateway is an address of apprise (setting SMS_URL), which knows a hundred of them. What a gateway answers is not kept: it
quotes numbers.
"""

from types import TracebackType
from typing import Self
from urllib.parse import quote

from apprise import Apprise, AppriseAsset, AppriseResultStatus, NotifyBase
from django.conf import settings
from django.utils.translation import override

from notifications.channels import Undelivered
from notifications.channels.email import words
from notifications.models import Message, StoredSms
from riskzon.context import CITY

#: The demo's SMS_URL: nothing leaves the machine, and the mailbox page shows what would have.
MAILBOX = "mailbox://"
LONGEST = 160


class SmsChannel:
    """Each SMS is a call of its own; no connection is kept."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def send(self, message: Message, reference: str) -> None:
        person = message.recipient
        if not (person.is_active and person.phone):
            raise Undelivered("no_number")
        if settings.SMS_URL == MAILBOX:
            StoredSms.objects.create(recipient=person.phone, body=compose(message))
        else:
            _hand_over(person.phone, compose(message))


def compose(message: Message) -> str:
    """The SMS about a message (`recipient` and `number` loaded), in the recipient's language; at most 160 characters."""
    with override(message.recipient.language):
        _subject, what = words(message.number)
        return f"{CITY}: {what}"[:LONGEST]


def _hand_over(phone: str, text: str) -> None:
    if not settings.SMS_URL:
        raise Undelivered("sms_off")
    gateway = gateway_for(phone)
    if gateway is None:
        raise Undelivered("sms_address")
    answer = Apprise(gateway).notify(body=text, timeout=settings.SMS_TIMEOUT)
    if answer.status != AppriseResultStatus.SUCCESS:
        raise Undelivered("sms_timeout" if answer.status == AppriseResultStatus.TIMEOUT else "sms_refused")


def gateway_for(phone: str) -> NotifyBase | None:
    """The gateway of SMS_URL with this number in its place; None: apprise knows none such, or it takes no such number."""
    # A gateway that sends us elsewhere is not followed: number and password go to the one that was named.
    asset = AppriseAsset(http_redirects=False)
    return Apprise.instantiate(settings.SMS_URL.replace("{to}", quote(phone, safe="")), asset=asset)
