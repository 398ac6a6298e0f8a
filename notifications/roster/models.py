"""What is written down about who is on duty at Socialjouren: patterns, exceptions, swaps and calendar addresses.

Rows are added and ended, never changed or deleted; the database holds that. A clock time is a minute past local midnight.
Whatever ends as early as it starts, or earlier, ends on the next day.
"""

import hashlib
import secrets
import uuid

from django.db import models
from django.db.models import F, Q

from riskzon.localtime import MINUTES_A_DAY
from riskzon.models import User


class Kept(models.Model):
    """Who wrote a row and when, and who ended it; moments by the product's clock. `added_by` None: the demo itself."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.id}"


def _clock() -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(help_text="minutes past local midnight")


class DutyPattern(Kept):
    """One shift that comes back every week, from its first to its last local day. `last_day` is set when it is ended."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    weekday = models.PositiveSmallIntegerField(help_text="0 is Monday")
    starts = _clock()
    ends = _clock()
    is_lead = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    last_day = models.DateField(null=True)

    class Meta:
        ordering = ["weekday", "starts", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="pattern_weekday"),
            models.CheckConstraint(
                condition=Q(starts__lt=MINUTES_A_DAY, ends__lt=MINUTES_A_DAY), name="pattern_clock_times"
            ),
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="pattern_begins_before_it_ends"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, last_day__isnull=True)
                | Q(ended_at__isnull=False, last_day__isnull=False),
                name="pattern_ends_on_a_day",
            ),
        ]


class DutyAbsence(Kept):
    """A day on which a pattern's shift is not worked; ended: it is worked after all."""

    pattern = models.ForeignKey(DutyPattern, on_delete=models.PROTECT, related_name="absences")
    day = models.DateField(help_text="the local day on which the shift would begin")

    class Meta:
        ordering = ["day", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pattern", "day"], condition=Q(ended_at__isnull=True), name="absent_once_a_day"
            )
        ]


class DutyExtra(Kept):
    """One shift on one local day. `source` says which entry of an imported calendar it came from, as a digest."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    starts = _clock()
    ends = _clock()
    is_lead = models.BooleanField(default=False)
    source = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["day", "starts", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts__lt=MINUTES_A_DAY, ends__lt=MINUTES_A_DAY), name="extra_clock_times"
            ),
            models.UniqueConstraint(
                fields=["source", "person"],
                condition=Q(ended_at__isnull=True) & ~Q(source=""),
                name="imported_once",
            ),
        ]


class DutyOffer(Kept):
    """One shift on its way from one person to another: offered to somebody or to all, then taken, or ended.

    `to_person` None: whoever takes it. `taken_at` is the one step that moves the shift; `moved_by` is who took it, or
    the supervisor who moved it.
    """

    pattern = models.ForeignKey(DutyPattern, null=True, on_delete=models.PROTECT, related_name="+")
    extra = models.ForeignKey(DutyExtra, null=True, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(help_text="the local day on which the shift begins")
    from_person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    to_person = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    moved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["day", "added_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(pattern__isnull=True, extra__isnull=False) | Q(pattern__isnull=False, extra__isnull=True),
                name="offer_of_one_shift",
            ),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True, taken_by__isnull=True, moved_by__isnull=True)
                | Q(taken_at__isnull=False, taken_by__isnull=False, moved_by__isnull=False, ended_at__isnull=True),
                name="offer_taken_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(taken_by__isnull=True) | ~Q(taken_by=F("from_person")), name="offer_taken_by_another"
            ),
            models.UniqueConstraint(
                fields=["pattern", "day"],
                condition=Q(ended_at__isnull=True, taken_at__isnull=True),
                name="pattern_shift_offered_once",
            ),
            models.UniqueConstraint(
                fields=["extra"],
                condition=Q(ended_at__isnull=True, taken_at__isnull=True),
                name="extra_shift_offered_once",
            ),
        ]

    @property
    def row_id(self) -> uuid.UUID:
        """The pattern or the extra shift that is offered."""
        return self.pattern_id or self.extra_id  # type: ignore[return-value]


class DutyFeed(models.Model):
    """The secret address of one person's calendar; only the SHA-256 of its secret part is kept."""

    digest = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(revoked_at__isnull=True), name="one_feed_a_person")
        ]

    def __str__(self) -> str:
        return self.digest[:8]

    @staticmethod
    def digest_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @staticmethod
    def fresh() -> str:
        """A new random token, 256 bits, URL-safe."""
        return secrets.token_urlsafe(32)
