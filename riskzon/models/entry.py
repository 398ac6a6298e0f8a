"""How do people come in: by the municipality's sign-on, with a second factor, in which browsers right now?"""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from riskzon.models.people import User


class SignOn(models.Model):
    """That a person logs in with the municipality's account. Moments are those of the real clock."""

    user = models.OneToOneField(User, primary_key=True, on_delete=models.PROTECT, related_name="sign_on")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255, help_text="the provider's own key for the person")
    confirmed_at = models.DateTimeField(null=True, help_text="when the provider last named a group that gives access")
    ended_at = models.DateTimeField(null=True, help_text="since when the provider names none; the account is ended")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="sign_on_is_one_person")]

    def __str__(self) -> str:
        return str(self.user)


class SecondFactor(models.Model):
    """The app that shows a code (TOTP, RFC 6238). `secret` is sealed with the product's key (`riskzon.second_factor`)."""

    user = models.OneToOneField(User, primary_key=True, on_delete=models.PROTECT, related_name="second_factor")
    secret = models.TextField()
    last_step = models.BigIntegerField(help_text="the half minute of the last code that was taken: none is taken twice")
    since = models.DateTimeField(help_text="by the real clock")

    def __str__(self) -> str:
        return str(self.user)


class RecoveryCode(models.Model):
    """A code on paper for the day the phone is gone; works once.

    Only its SHA-256 is kept. With 112 random bits and more no slow hash is needed: there is nothing to guess from.
    """

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    bits = models.PositiveSmallIntegerField(
        db_default=80, help_text="how many of it are random; 80 in the first version"
    )
    used_at = models.DateTimeField(null=True, help_text="by the real clock")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["factor", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return self.digest[:8]


class Passkey(models.Model):
    """A key of the person's own (WebAuthn), beside the app for codes; it goes with it. What is kept of it is public."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=60, help_text="in its owner's words")
    credential_id = models.BinaryField(unique=True, max_length=1023)
    public_half = models.BinaryField(help_text="as WebAuthn writes it: make, id, public key (6.5.2)")
    uses = models.BigIntegerField(help_text="as the key itself counts them; 0: it does not")
    added_at = models.DateTimeField(help_text="by the real clock")
    last_used_at = models.DateTimeField(null=True, help_text="by the real clock")

    def __str__(self) -> str:
        return self.name


class Way(models.TextChoices):
    """By what somebody came in."""

    PASSWORD = "password", _("Lösenord")
    CODE = "code", _("Lösenord och kod")
    PASSKEY = "passkey", _("Lösenord och lösennyckel")
    RECOVERY = "recovery", _("Lösenord och reservkod")
    SIGN_ON = "sign_on", _("Kommunens inloggning")


class LoginSession(models.Model):
    """One login that may still be open. Whether it is, is said by Django's own row of the session."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="login_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    began_at = models.DateTimeField(help_text="by the real clock")
    way = models.CharField(max_length=10, choices=Way.choices)
    browser = models.CharField(max_length=40, blank=True, help_text="kind of browser and of machine, no more")

    def __str__(self) -> str:
        return str(self.began_at)
