"""Who did or saw what: the access log, which the application can only add to."""

from django.contrib.postgres.fields import ArrayField
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
    SYSTEM = "system", _("Systemet")


class AuditEntry(models.Model):
    """One act. `at` is the database's own clock, `product_at` the product's; `detail` holds codes, never personal data."""

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

    class Meta:
        indexes = [
            models.Index(fields=["case", "-id"], name="audit_by_case"),
            models.Index(fields=["actor", "-id"], name="audit_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.action}"
