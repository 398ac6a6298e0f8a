"""What was said to whom, and whether it got there."""

import uuid

from django.db import models
from django.db.models import Case as SqlCase
from django.db.models import Exists, OuterRef, Q, Value, When
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import gettext_lazy as _

from notifications.roster.models import DutyAbsence, DutyExtra, DutyFeed, DutyOffer, DutyPattern
from riskzon.models import Case, CaseBlock, Report, User

__all__ = [
    "Delivery",
    "DutyAbsence",
    "DutyExtra",
    "DutyFeed",
    "DutyOffer",
    "DutyPattern",
    "Message",
    "StoredMail",
]


class MessageQuerySet(models.QuerySet):
    """Messages as they are read: with the number they speak of, and without what a block hides."""

    def with_number(self) -> "MessageQuerySet":
        """Annotate `number`: the report's where the message names the report, else the case's, else ""."""
        text = models.TextField()
        case_number = Concat("case__report__number", Value("-"), Cast("case__ordinal", text), output_field=text)
        return self.annotate(
            number=SqlCase(
                When(report__isnull=False, then=Coalesce("report__number", Value(""), output_field=text)),
                When(case__isnull=False, then=case_number),
                default=Value(""),
                output_field=text,
            )
        )

    def shown_to(self, user: User) -> "MessageQuerySet":
        """This person's messages, except about a child from whom the person is blocked (jäv, FL 16-18 §§)."""
        blocks = CaseBlock.objects.filter(user=user, ended_at__isnull=True, child=OuterRef("case__child"))
        return self.filter(~Exists(blocks), recipient=user)


class Message(models.Model):
    """One message to one person: a kind of the closed catalogue and codes, never a name or a number of a person.

    Written in the transaction of what it tells about; the same `key` never reaches the same person twice.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="messages")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(Report, null=True, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField(default=dict)
    created_at = models.DateTimeField(help_text="product's clock")
    read_at = models.DateTimeField(null=True)

    #: Only on messages read by `with_number`.
    number: str

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "key"], name="said_once")]
        indexes = [
            models.Index(fields=["recipient", "-created_at", "-id"], name="message_inbox"),
            models.Index(fields=["recipient"], condition=Q(read_at__isnull=True), name="message_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Delivery(models.Model):
    """One message on its way through one channel: leased, then sent or given up. Times by the database's real clock."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-post")
        SMS = "sms", _("SMS")

    class State(models.TextChoices):
        WAITING = "waiting", _("Väntar")
        SENT = "sent", _("Skickat")
        GIVEN_UP = "given_up", _("Gick inte att skicka")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField(db_default=models.functions.Now())
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_default=models.functions.Now())
    claimed_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=60, blank=True, help_text="a code, never the provider's text")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "channel"], name="one_delivery_per_channel")]
        indexes = [
            models.Index(fields=["next_attempt_at", "id"], condition=Q(state="waiting"), name="delivery_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"


class StoredSms(models.Model):
    """An SMS of the demo, kept so that it can be read in the mailbox page."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=models.functions.Now())
    recipient = models.CharField(max_length=16)
    body = models.CharField(max_length=160)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.id}"


class StoredMail(models.Model):
    """An e-mail of the demo, kept so that it can be read in the mailbox page."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=models.functions.Now())
    sender = models.CharField(max_length=200)
    recipients = models.TextField()
    subject = models.CharField(max_length=300)
    body = models.TextField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.id}"
