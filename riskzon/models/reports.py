"""What came in: numbered reports whose raw content never changes."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from riskzon.models.people import User


class ReportKind(models.TextChoices):
    CONCERN = "concern", _("Orosanmälan")
    ARREST = "arrest", _("Gripen")
    LOB_CUSTODY = "lob_custody", _("Omhändertagen enligt LOB")


class Precision(models.TextChoices):
    EXACT = "exact", _("Exakt")
    APPROXIMATE = "approximate", _("Ungefärlig")
    UNKNOWN = "unknown", _("Okänd")


class Channel(models.TextChoices):
    PHONE = "phone", _("Telefon")
    VISIT = "visit", _("Besök")
    LETTER = "letter", _("Brev")
    EMAIL = "email", _("E-post")
    DIGITAL = "digital", _("E-tjänst")
    PROTOCOL = "protocol", _("Protokoll")
    OTHER = "other", _("Annat")


class ReporterType(models.TextChoices):
    POLICE = "police", _("Polisen")
    SCHOOL = "school", _("Skola eller förskola")
    HEALTH = "health", _("Hälso- och sjukvård")
    SOCIAL_SERVICES = "social_services", _("Socialtjänst")
    OTHER_AUTHORITY = "other_authority", _("Annan myndighet")
    SECURITY_OFFICER = "security_officer", _("Ordningsvakt")
    PRIVATE = "private", _("Privatperson")
    BUSINESS = "business", _("Näringsliv")
    CUSTODIAN = "custodian", _("Vårdnadshavare")


#: Who must report (SoL 19:1-19:3) and may therefore ask for feedback (SoL 19:6).
MANDATED = frozenset(
    {
        ReporterType.POLICE,
        ReporterType.SCHOOL,
        ReporterType.HEALTH,
        ReporterType.SOCIAL_SERVICES,
        ReporterType.OTHER_AUTHORITY,
        ReporterType.SECURITY_OFFICER,
    }
)


class ReportSeries(models.Model):
    """The last number given in one year; its row lock makes the numbers gap-free."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class Report(models.Model):
    """One thing that came in. `number` is set last in the transaction; a deferred trigger refuses a commit without it.

    `occurred_at` and `notified_at` are the times that hold now: lists, clocks and figures read them. They change only
    beside a `TimeCorrection` that says so (trigger); what was registered stays in `raw` and in the corrections.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=12, null=True, unique=True)
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=ReportKind.choices)
    occurred_at = models.DateTimeField(null=True)
    occurred_at_precision = models.CharField(max_length=12, choices=Precision.choices, default=Precision.EXACT)
    notified_at = models.DateTimeField()
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=12, choices=Channel.choices, default=Channel.OTHER)
    summary = models.TextField(blank=True)
    acute_risk = models.BooleanField(default=False)
    reporter_type = models.CharField(max_length=20, choices=ReporterType.choices, blank=True)
    reporter_name = models.CharField(max_length=200, blank=True)
    reporter_organisation = models.CharField(max_length=200, blank=True)
    reporter_anonymous = models.BooleanField(default=False)
    feedback_requested_at = models.DateTimeField(null=True)
    feedback_given_at = models.DateTimeField(null=True)
    feedback_fact = models.CharField(max_length=20, blank=True)
    raw = models.JSONField(help_text="what was sent, as it was sent; immutable")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=ReportKind.values), name="report_kind_is_known"),
            models.CheckConstraint(
                condition=models.Q(number__isnull=True) | models.Q(number__regex=r"^\d{4}-\d{6}$"),
                name="report_number_form",
            ),
            models.CheckConstraint(
                condition=models.Q(feedback_requested_at__isnull=True) | models.Q(reporter_type__in=sorted(MANDATED)),
                name="feedback_only_to_mandated",
            ),
        ]
        indexes = [models.Index(fields=["registered_by", "registered_at"], name="report_by_registrar")]

    def __str__(self) -> str:
        return self.number or str(self.id)

    @property
    def reporter_is_mandated(self) -> bool:
        return self.reporter_type in MANDATED


class AdultNote(models.Model):
    """Somebody named in a report who is 18 or more: noted, given no case."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="adult_notes")
    given_name = models.CharField(max_length=100, blank=True)
    family_name = models.CharField(max_length=100, blank=True)
    identity_number = models.CharField(max_length=14, blank=True)
    birth_date = models.DateField(null=True)
    summary = models.TextField(blank=True)

    def __str__(self) -> str:
        return str(self.pk)


class Supplement(models.Model):
    """Text and facts added to a report afterwards; changes nothing in it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="supplements")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    released_at = models.DateTimeField(null=True)
    released_to = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return str(self.id)


class TimeCorrection(models.Model):
    """One wrong time put right: old, new, who, when, why. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="corrections")
    field = models.CharField(max_length=20, choices=[("occurred_at", "occurred_at"), ("notified_at", "notified_at")])
    old = models.DateTimeField(null=True)
    new = models.DateTimeField(null=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(new__isnull=False), name="correction_has_a_time"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="correction_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.field} {self.at}"


class IdempotencyKey(models.Model):
    """One attempt to register, by one person: the same key again gives the same report, never another one."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=200)
    body_sha256 = models.CharField(max_length=64)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_report_per_key")]

    def __str__(self) -> str:
        return self.key
