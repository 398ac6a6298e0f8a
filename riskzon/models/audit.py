"""Who did or saw what: the access log, which the application can only add to, and the seals that show that it was."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditAction(models.TextChoices):
    OPEN = "open", _("Öppnade ärendet")
    LIST = "list", _("Visade lista")
    SEARCH = "search", _("Sökte")
    LOOKUP = "lookup", _("Kontrollerade om barnet är känt")
    CHANGE = "change", _("Ändrade")
    REGISTER = "register", _("Registrerade anmälan")
    DENIED = "denied", _("Nekad")
    LOGIN = "login", _("Loggade in")
    LOGOUT = "logout", _("Loggade ut")
    EXPORT = "export", _("Exporterade")
    PRINT = "print", _("Skrev ut eller kopierade")
    EMERGENCY = "emergency", _("Nödåtkomst")
    REVEAL = "reveal", _("Visade skyddade uppgifter")
    SYSTEM = "system", _("Systemet")


class TransactionNumber(models.Func):
    """The number of the transaction that writes; 64 bits, so it does not come again in this cluster."""

    template = "pg_current_xact_id()::text::bigint"
    arity = 0
    output_field = models.BigIntegerField()


class AuditEntry(models.Model):
    """One act. `at` is the database's own clock, `product_at` the product's; `detail` holds codes, never personal data.

    `transaction` says in which seal the row belongs (`riskzon.sealing`).
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=models.functions.Now())
    product_at = models.DateTimeField()
    actor = models.ForeignKey("riskzon.User", null=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, blank=True)
    unit = models.ForeignKey("riskzon.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=12, choices=AuditAction.choices)
    what = models.CharField(max_length=60, blank=True, help_text="the verb or page: contacts.register, worklist")
    ground = models.CharField(max_length=30, blank=True, help_text="why the actor could: unit, duty, grant source")
    case = models.ForeignKey("riskzon.Case", null=True, on_delete=models.PROTECT, related_name="audit")
    cases = ArrayField(models.UUIDField(), default=list, help_text="the cases of a list")
    detail = models.JSONField(default=dict)
    transaction = models.BigIntegerField(db_default=TransactionNumber())

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id__gt=0), name="audit_counts_up")]
        indexes = [
            models.Index(fields=["transaction", "id"], name="audit_by_transaction"),
            models.Index(fields=["case", "-id"], name="audit_by_case"),
            models.Index(fields=["actor", "-id"], name="audit_by_actor"),
            # A row names one case or several: what names one costs nothing here.
            GinIndex(fields=["cases"], condition=models.Q(case__isnull=True), name="audit_by_cases"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.action}"


class AuditSeal(models.Model):
    """One batch of rows of the log, closed: their digests, and the hash of the seal before it. Never changed, never removed.

    It holds the rows above `after_id` whose transaction lies from `from_transaction` up to, not including,
    `to_transaction`. `leaves` are the id (8 bytes) and SHA-256 (32 bytes) of each, in the order of transaction and id;
    `root` is their SHA-256; `hash` that of everything here but the leaves, as `riskzon.check_audit` writes it.
    """

    number = models.BigIntegerField(primary_key=True, help_text="1, 2, 3 … without gaps")
    format = models.PositiveSmallIntegerField()
    after_id = models.BigIntegerField(help_text="0; higher once the rows have moved to another cluster")
    from_transaction = models.BigIntegerField()
    to_transaction = models.BigIntegerField()
    rows = models.IntegerField()
    total = models.BigIntegerField(help_text="rows in this seal and in all before it")
    last_id = models.BigIntegerField(help_text="the highest id in this seal and in all before it")
    root = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, unique=True, help_text="the hash of the seal before; 64 zeros: none")
    sealed_at = models.DateTimeField(help_text="by the database's own clock")
    hash = models.CharField(max_length=64)
    leaves = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.number} {self.hash[:12]}"


class AuditHead(models.Model):
    """That the hash of a seal was written outside the database, and when by the real clock."""

    seal = models.OneToOneField(AuditSeal, primary_key=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.seal_id}"
