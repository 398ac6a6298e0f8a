"""What somebody has typed and not yet sent."""

import uuid

from django.db import models

from riskzon.models.people import User


class Draft(models.Model):
    """One form as one person has filled it in so far. Read by nobody else, and only on the form's own page.

    `page`: the showing of the form that it was typed on. `fields`: (name, text) pairs as a browser sends them; None once
    the form is sent or the draft thrown away, so that a save that comes late does not bring it back.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=500)
    page = models.CharField(max_length=20, unique=True)
    fields = models.JSONField(null=True)
    saved_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["user", "path"], name="draft_by_form")]

    def __str__(self) -> str:
        return self.page
