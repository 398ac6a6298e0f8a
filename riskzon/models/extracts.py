"""Which extracts of a case have been made, for whom, and who decided where one had to stop first?"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from riskzon.models.disclosures import Disclosure, DisclosureGround


class Extract(models.Model):
    """One extract of one case for one recipient. What it shows is cut when it is opened, never stored.

    `stops`: it is for a guardian with whom contact must wait, or about a protected child, and nothing is shown before a
    supervisor has decided (OSL 12:3, 26:1). The decision is written once; rows are kept.
    """

    class Recipient(models.TextChoices):
        OWN_FILE = "own_file", _("Den egna akten")
        YOUNG_PERSON = "young_person", _("Barnet eller den unge")
        GUARDIAN = "guardian", _("En vårdnadshavare")
        AUTHORITY = "authority", _("En annan myndighet")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("riskzon.Case", on_delete=models.PROTECT, related_name="extracts")
    recipient = models.CharField(max_length=12, choices=Recipient.choices)
    guardian = models.ForeignKey("riskzon.Guardian", null=True, on_delete=models.PROTECT, related_name="+")
    authority = models.CharField(max_length=200, blank=True, help_text="which authority, and who there")
    ground = models.CharField(max_length=16, choices=DisclosureGround.choices, blank=True)
    disclosure = models.ForeignKey(
        Disclosure,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="by which it leaves for an authority",
    )
    made_by = models.ForeignKey("riskzon.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    stops = models.BooleanField(default=False)
    decided_by = models.ForeignKey("riskzon.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_released = models.BooleanField(default=False)
    reason = models.TextField(blank=True, help_text="why it may leave, or may not")

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(recipient="guardian", guardian__isnull=False, authority="", ground="")
                | (Q(recipient="authority", guardian__isnull=True) & ~Q(authority="") & ~Q(ground=""))
                | Q(recipient__in=["own_file", "young_person"], guardian__isnull=True, authority="", ground=""),
                name="extract_has_one_recipient",
            ),
            models.CheckConstraint(
                condition=Q(recipient="authority") | Q(disclosure__isnull=True), name="extract_leaves_by_a_disclosure"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, is_released=False, reason="")
                | (Q(stops=True, decided_at__isnull=False, decided_by__isnull=False) & ~Q(reason="")),
                name="extract_is_decided_whole",
            ),
        ]
        indexes = [models.Index(fields=["case", "-made_at"], name="extract_of_case")]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def waits(self) -> bool:
        """Whether a supervisor has still to decide."""
        return self.stops and self.decided_at is None
