"""Can an SMS leave by the address that is set? Asked by `manage.py check --deploy`, which sends nothing."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from notifications.channels.sms import MAILBOX, gateway_for

#: A number that the telecom agency keeps for fiction.
_NOBODY = "+46701740605"


@register("notifications", deploy=True)
def check_gateway_is_known(**_kwargs: Any) -> list[CheckMessage]:
    """E001: apprise knows no gateway by the address in SMS_URL."""
    if settings.SMS_URL in ("", MAILBOX) or gateway_for(_NOBODY) is not None:
        return []
    return [
        Error(
            "SMS_URL is no address of a gateway that apprise knows",
            hint="https://appriseit.com",
            id="notifications.E001",
        )
    ]
