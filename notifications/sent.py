"""What would have left the demo: its mail and its SMS in one list?"""

from typing import Any

from django.db.models import CharField, F, QuerySet, Value

from notifications.models import Delivery, StoredMail, StoredSms


def sent() -> QuerySet[StoredMail, Any]:
    """Everything that was kept instead of sent, newest first: channel, at, sender, recipients, subject, body."""
    columns = ("way", "at", "sender", "recipients", "subject", "body", "id")
    mail = StoredMail.objects.order_by().annotate(way=Value(Delivery.Channel.EMAIL, CharField())).values(*columns)
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
