"""What would have left the demo: its mail and its SMS in one list?"""

from typing import Any

from django.conf import settings
from django.db.models import CharField, F, QuerySet, Value

from notifications.models import Delivery, StoredMail, StoredSms


def sent() -> QuerySet[StoredMail, Any]:
    """Everything that was kept instead of sent, newest first: channel, at, sender, recipients, subject, body.

    Without the trials of the chain, which are nobody's mail.
    """
    columns = ("way", "at", "sender", "recipients", "subject", "body", "id")
    people = StoredMail.objects.exclude(recipients=settings.CANARY_MAIL_TO)
    mail = people.order_by().annotate(way=Value(Delivery.Channel.EMAIL, CharField())).values(*columns)
    sms = (
        StoredSms.objects.order_by()
        .annotate(
            way=Value(Delivery.Channel.SMS, CharField()),
            sender=Value("", CharField()),
            recipients=F("recipient"),
            subject=Value("", CharField()),
        )
        .values(*columns)
    )
    both: QuerySet[StoredMail, Any] = mail.union(sms, all=True)
    return both.order_by("-at", "-id")
