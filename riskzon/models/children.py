"""Which children and which guardians there are, and how they belong together."""

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


@models.CharField.register_lookup
class Begins(models.Lookup):
    """`name_key__begins`: the beginning of a key, compared byte by byte, without patterns.

    Row-level security asks a LIKE of every row, after its policy; these two comparisons may walk the index before it.
    """

    lookup_name = "begins"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, own = self.process_lhs(compiler, connection)
        # The last of all characters ends everything that begins so; no name has it.
        return f"({column} ~>=~ %s AND {column} ~<~ %s)", [*own, self.rhs, *own, f"{self.rhs}\U0010ffff"]


class ProtectedIdentity(models.TextChoices):
    """Level of protected personal data (OSL 21:3, 21:3 a, 22:2)."""

    NONE = "none", _("Inga skyddade uppgifter")
    MARKED = "marked", _("Sekretessmarkering")
    PROTECTED_REGISTRATION = "protected_registration", _("Skyddad folkbokföring")
    ASSUMED_IDENTITY = "assumed_identity", _("Fingerade personuppgifter")


class Relation(models.TextChoices):
    MOTHER = "mother", _("Mamma")
    FATHER = "father", _("Pappa")
    CUSTODIAN = "custodian", _("Vårdnadshavare")
    APPOINTED_GUARDIAN = "appointed_guardian", _("God man")
    OTHER = "other", _("Annan")


class Child(models.Model):
    """One child, known by a number, by a birth date, or only by a description."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    identity_number = models.CharField(max_length=14, blank=True, help_text="normalised: YYYYMMDDNNNN")
    birth_date = models.DateField(null=True)
    approximate_age = models.PositiveSmallIntegerField(null=True)
    description = models.TextField(blank=True)
    given_name = models.CharField(max_length=100, blank=True)
    family_name = models.CharField(max_length=100, blank=True)
    name_key = models.CharField(max_length=420, blank=True, help_text="sort and search key: family name first")
    given_key = models.CharField(max_length=420, blank=True, help_text="search key: given name first")
    protected_identity = models.CharField(
        max_length=30, choices=ProtectedIdentity.choices, default=ProtectedIdentity.NONE
    )
    home_municipality = models.CharField(max_length=100, blank=True)
    whereabouts = models.CharField(max_length=300, blank=True)
    informed_at = models.DateTimeField(null=True, help_text="a child of 15 or more was told (SoL 3:2-3:4)")

    #: Emptied of who it is, for one reader; set by `riskzon.veil`, never stored.
    is_veiled = False

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["identity_number"], condition=~models.Q(identity_number=""), name="one_child_per_number"
            ),
            models.CheckConstraint(
                condition=models.Q(protected_identity__in=ProtectedIdentity.values), name="child_protection_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["name_key"], name="child_name_key", opclasses=["text_pattern_ops"]),
            models.Index(fields=["given_key"], name="child_given_key", opclasses=["text_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def save(self, *args: Any, **kwargs: Any) -> None:
        # What was emptied for one reader must never be written over what is known.
        if self.is_veiled:
            raise ValueError("emptied for one reader, and not to be saved")
        super().save(*args, **kwargs)

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def is_identified(self) -> bool:
        return bool(self.identity_number or self.birth_date)


class Guardian(models.Model):
    """One adult who may have custody of one or more children."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    identity_number = models.CharField(max_length=14, blank=True)
    name = models.CharField(max_length=200)
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=60, blank=True)
    interpreter = models.BooleanField(default=False)
    children = models.ManyToManyField(Child, through="Guardianship", related_name="guardians")

    #: Written in this transaction, by whoever has just met them for the first time; never stored.
    is_just_added = False

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["identity_number"], condition=~models.Q(identity_number=""), name="one_guardian_per_number"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Guardianship(models.Model):
    """What one adult is to one child. `is_custodian` None: not checked yet (task "Kontrollera vårdnad")."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="guardianships")
    guardian = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="guardianships")
    relation = models.CharField(max_length=20, choices=Relation.choices, default=Relation.CUSTODIAN)
    is_custodian = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["child", "guardian"], name="one_guardianship"),
            models.CheckConstraint(
                condition=models.Q(relation__in=Relation.values), name="guardianship_relation_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id} - {self.child_id}"

    @property
    def may_meet_guarantee(self) -> bool:
        """Whether a talk with this adult is contact with a guardian: custodians, god man, and those not yet checked."""
        return self.is_custodian is not False or self.relation == Relation.APPOINTED_GUARDIAN
