"""Where does the demo's mail go? Into a table, so that it can be read on a page instead of leaving the machine."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from notifications.models import StoredMail


class MailboxBackend(BaseEmailBackend):
    """Django's mail backend of the demo (setting EMAIL_BACKEND)."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return len(
            StoredMail.objects.bulk_create(
                StoredMail(
                    sender=mail.from_email,
                    recipients=", ".join(mail.recipients()),
                    subject=str(mail.subject),
                    body=str(mail.body),
                )
                for mail in email_messages
            )
        )
