"""Which role is somebody to have, who has asked for it, and what was answered?"""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from riskzon.models.people import Role, Unit, User


class RoleRequest(models.Model):
    """A role that the administrator, or a group of the municipality's directory, wants somebody to have.

    It gives nothing until somebody else has confirmed it (`riskzon.role_requests`); what was asked for never changes, and
    an answer is given once, neither by who asked nor by whom it is about. `asked_by` None: the directory. `answered_by`
    None, where it is answered: taken back by the directory, or given at the server (`manage.py give_role`).
    Moments are the product's.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Väntar på svar")
        CONFIRMED = "confirmed", _("Bekräftad")
        REFUSED = "refused", _("Avslagen")
        WITHDRAWN = "withdrawn", _("Tillbakadragen")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="role_requests")
    role = models.CharField(max_length=20, choices=Role.choices)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True, help_text="why, in the administrator's words; blank from the directory")
    asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, help_text="when those who answer, and the log reviewers, were told")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ["-asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(state="waiting"), name="one_role_waits"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_request_is_known"),
            models.CheckConstraint(
                condition=Q(state="waiting", answered_at__isnull=True, answered_by__isnull=True)
                | ~Q(state="waiting") & Q(answered_at__isnull=False),
                name="role_request_is_answered",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn")
                | Q(answered_by__isnull=True)
                | ~Q(answered_by=F("person")) & (Q(asked_by__isnull=True) | ~Q(answered_by=F("asked_by"))),
                name="role_is_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.state}"
