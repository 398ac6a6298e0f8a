"""The two ends of a case that a second party must agree to: handed over to another municipality, or registered in error."""

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from riskzon.models.cases import Case, Disposition
from riskzon.models.people import User

#: The dispositions that end everything else in a case.
ENDS = (Disposition.TRANSFERRED, Disposition.VOID)


_AS_STORED = object()


class EndProposal(models.Model):
    """One proposal that a case ends: waiting, confirmed or refused; then it never changes (trigger).

    Of the fields after `reason` those are filled that the kind needs. `void` is confirmed by another person than the one
    who proposed it; `transferred` when the other municipality's acknowledgement is registered (SoL 29:4, 29:9-11).
    `overruled`: the decision about the investigation that the end replaced, with codes, moment and user id.
    """

    class Void(models.TextChoices):
        WRONG_PERSON = "wrong_person", _("Fel person")
        DUPLICATE = "duplicate", _("Dubblett")
        ADULT = "adult", _("Vuxen person")
        NOT_IDENTIFIED = "not_identified", _("Gick inte att identifiera")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="end_proposals")
    disposition = models.CharField(max_length=12, choices=[(end.value, end.label) for end in ENDS])
    void_kind = models.CharField(max_length=16, choices=Void.choices, blank=True)
    reason = models.TextField()
    replaced_by = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="replaces_ended")
    duplicate_of = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="duplicates_ended")
    municipality = models.CharField(max_length=100, blank=True)
    recipient = models.CharField(max_length=200, blank=True, help_text="who receives: a person or a unit elsewhere")
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    acknowledged_at = models.DateTimeField(null=True, help_text="when the other municipality said that it takes over")
    acknowledged_by = models.CharField(max_length=200, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    refused_at = models.DateTimeField(null=True)
    refused_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    refusal = models.TextField(blank=True)
    overruled = models.JSONField(default=dict)

    #: `points_to` as it was read past the wall of the database; set by `workflows.ends`, never stored. None: the reader
    #: must not know of it.
    target: Any = _AS_STORED

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(confirmed_at__isnull=True, refused_at__isnull=True),
                name="one_end_waits_per_case",
            ),
            models.UniqueConstraint(fields=["case"], condition=Q(confirmed_at__isnull=False), name="a_case_ends_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="end_has_a_reason"),
            models.CheckConstraint(
                condition=(
                    Q(disposition="transferred", void_kind="", replaced_by__isnull=True, duplicate_of__isnull=True)
                    & ~Q(municipality="")
                    & ~Q(recipient="")
                )
                | Q(disposition="void", void_kind="wrong_person", replaced_by__isnull=False, duplicate_of__isnull=True)
                | Q(disposition="void", void_kind="duplicate", replaced_by__isnull=True, duplicate_of__isnull=False)
                | (
                    Q(disposition="void", void_kind="adult", replaced_by__isnull=True, duplicate_of__isnull=True)
                    & ~Q(recipient="")
                )
                | Q(
                    disposition="void", void_kind="not_identified", replaced_by__isnull=True, duplicate_of__isnull=True
                ),
                name="end_has_what_its_kind_needs",
            ),
            models.CheckConstraint(
                condition=(Q(replaced_by__isnull=True) | ~Q(replaced_by=F("case")))
                & (Q(duplicate_of__isnull=True) | ~Q(duplicate_of=F("case"))),
                name="end_points_to_another_case",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True, acknowledged_at__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False, refused_at__isnull=True),
                name="end_is_confirmed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True)
                | ~Q(disposition="void")
                | (~Q(confirmed_by=F("proposed_by")) & Q(acknowledged_at__isnull=True)),
                name="void_is_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True)
                | ~Q(disposition="transferred")
                | (Q(acknowledged_at__isnull=False) & ~Q(acknowledged_by="")),
                name="transfer_is_acknowledged",
            ),
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True, refused_by__isnull=True, refusal="")
                | (Q(refused_at__isnull=False, refused_by__isnull=False) & ~Q(refusal="")),
                name="end_is_refused_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_waiting(self) -> bool:
        return self.confirmed_at is None and self.refused_at is None

    @property
    def points_to(self) -> Any:
        """The case that goes on instead: its `pk` and `number`, and no more where the reader may not see it."""
        return (self.replaced_by or self.duplicate_of) if self.target is _AS_STORED else self.target
