"""Who works here, in which unit, and when that unit is open."""

import hashlib
import secrets
import uuid
from datetime import date, datetime, timedelta

from django.contrib.auth.models import AbstractUser, Group
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from riskzon import clock, phones
from riskzon.hours import ALWAYS_OPEN, OpeningHours


class Role(models.TextChoices):
    """What a person does; the policy in `riskzon.access` gives each role its rights."""

    SOCIAL_WORKER = "social_worker", _("Socialsekreterare")
    SUPERVISOR = "supervisor", _("Enhetschef")
    HEAD = "head", _("Verksamhetschef")
    DUTY = "duty", _("Jour")
    LIAISON = "liaison", _("Socialsekreterare hos polisen")
    ANALYST = "analyst", _("Analytiker")
    LOG_REVIEWER = "log_reviewer", _("Loggranskare")
    ADMIN = "admin", _("Teknisk administratör")
    PARTNER = "partner", _("Näringsliv")


class UnitKind(models.TextChoices):
    INTAKE = "intake", _("Mottagning")
    INVESTIGATION = "investigation", _("Utredning")
    DUTY = "duty", _("Socialjour")
    LIAISON = "liaison", _("Polissamverkan")


class Unit(models.Model):
    """One unit of social services, with its opening hours as data (local time, minutes after midnight)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=20, choices=UnitKind.choices)
    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="unit")
    supervisor = models.ForeignKey("User", null=True, on_delete=models.PROTECT, related_name="units_led")
    weekly_hours = models.JSONField(
        default=dict, help_text="{weekday 0-6: [[opens, closes], ...]}; empty: never closed"
    )
    closed_dates = models.JSONField(default=list, help_text="local ISO dates on which the unit is closed")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def hours(self) -> OpeningHours:
        """When the unit is open; a unit without weekly hours never closes."""
        if not self.weekly_hours:
            return ALWAYS_OPEN
        return OpeningHours(
            weekly={int(day): [(opens, closes) for opens, closes in spans] for day, spans in self.weekly_hours.items()},
            closed_dates=frozenset(date.fromisoformat(day) for day in self.closed_dates),
        )


class User(AbstractUser):
    """One employee or partner. People are deactivated, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.SOCIAL_WORKER)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="staff")
    language = models.CharField(max_length=2, default="sv", choices=[("sv", "Svenska"), ("en", "English")])
    phone = models.CharField(max_length=16, blank=True, help_text="where an SMS wakes the person: +467…, or none")
    first_password_until = models.DateTimeField(
        null=True,
        blank=True,
        help_text="until when a first password lets in, by the real clock; null: it is the person's own",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_is_known"),
            models.CheckConstraint(
                condition=models.Q(phone="") | models.Q(phone__regex=phones.KEPT), name="user_phone_takes_sms"
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must still agree with: it ends when the password changes, and when the role or its unit does."""
        said = f"{self.role}:{self.unit_id}:{self.password}"
        return salted_hmac("riskzon.models.people.User", said, secret=secret, algorithm="sha256").hexdigest()


class LoginAttempt(models.Model):
    """One password that was tried and was not the right one. `bucket`: hash of the account, and of the browser if known."""

    bucket = models.CharField(max_length=128)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["bucket", "at"], name="login_attempt_of")]

    def __str__(self) -> str:
        return self.bucket[:8]


class TokenScope(models.TextChoices):
    """What a token is good for, within what its owner may do."""

    READ = "read", _("Läsa")
    WRITE = "write", _("Läsa och ändra")


#: How long a token holds where nobody says anything else, and at most.
TOKEN_DAYS, MOST_TOKEN_DAYS = 90, 365


def _when_a_token_ends() -> datetime:
    return clock.real_now() + timedelta(days=TOKEN_DAYS)


class ApiToken(models.Model):
    """A bearer token of one person; only its SHA-256 is kept. All moments are those of the real clock."""

    digest = models.CharField(max_length=64, primary_key=True)
    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=60, blank=True, help_text="for what, in the owner's words")
    scope = models.CharField(max_length=5, choices=TokenScope.choices, default=TokenScope.WRITE)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(default=_when_a_token_ends)
    last_used_at = models.DateTimeField(null=True, help_text="to the minute")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(scope__in=TokenScope.values), name="token_scope_is_known")
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
