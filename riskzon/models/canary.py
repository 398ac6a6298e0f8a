"""Does the way from a clock to a mailbox still work? What is sent through it each hour to find out."""

import uuid

from django.db import models
from django.db.models.functions import Now

#: The technical account that canaries are addressed to. Nobody can log in as it, and no list of people shows it.
CANARY_USERNAME = "canary"


class Canary(models.Model):
    """One trial of the chain, by the database's real clock; about no child, and in no list, number series or figure.

    `rehearsal`: how far a made-up report came that was registered, fired and undone: "begun", "" when all of it worked,
    else a code. `fired_at`: when a dispatcher put its message into the outbox; its delivery says whether it arrived.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    made_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField()
    fired_at = models.DateTimeField(null=True)
    rehearsal = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["-made_at"], name="canary_newest"),
            models.Index(fields=["due_at"], condition=models.Q(fired_at__isnull=True), name="canary_waiting"),
        ]

    def __str__(self) -> str:
        return str(self.id)
