"""Who may do what with one case, why, until when - and who may not."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase


class CasePermission(models.TextChoices):
    """The rights that can be granted on one case; never model-wide."""

    HANDLE = "handle_case", _("Handlägga ärendet")
    READ = "read_case", _("Läsa ärendet")
    FOLLOW = "follow_case", _("Följa egen anmälan i reducerad form")
    NOTE = "note_case", _("Skriva färdigt egna anteckningar")
    EMERGENCY = "emergency_case", _("Läsa ärendet i nödläge")


class GrantSource(models.TextChoices):
    """Why a grant exists."""

    REGISTERED = "registered", _("Registrerade anmälan")
    NAMED = "named", _("Utpekad av socialsekreterare")
    TAKEN_OVER = "taken_over", _("Tog över från kollega")
    INVESTIGATION = "investigation", _("Handlägger barnets pågående utredning")
    ASSIGNED = "assigned", _("Tilldelad från annan enhet")
    DUTY = "duty", _("Arbetade i ärendet på jouren")
    EMERGENCY = "emergency", _("Nödåtkomst")


class _Grant(models.Model):
    content_object = models.ForeignKey("riskzon.Case", on_delete=models.PROTECT, db_column="case_id")
    source = models.CharField(max_length=20, choices=GrantSource.choices)
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey("riskzon.User", null=True, on_delete=models.PROTECT, related_name="+")
    ends_at = models.DateTimeField(null=True, help_text="null: as long as the case is open, or until ended")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("riskzon.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


class CaseGrant(_Grant, UserObjectPermissionBase):
    """One person's right on one case. Written only by `riskzon.access`."""

    user = models.ForeignKey("riskzon.User", on_delete=models.PROTECT, related_name="case_grants")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "permission", "content_object", "source"],
                condition=Q(ended_at__isnull=True),
                name="one_live_user_grant",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "content_object"], condition=Q(ended_at__isnull=True), name="grant_by_user"),
            models.Index(fields=["content_object", "user"], name="grant_by_case"),
        ]


class CaseGroupGrant(_Grant, GroupObjectPermissionBase):
    """One unit's right on one case of another unit, through the unit's group. Written only by `riskzon.access`."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "permission", "content_object", "source"],
                condition=Q(ended_at__isnull=True),
                name="one_live_group_grant",
            ),
        ]
        indexes = [
            models.Index(fields=["group", "content_object"], condition=Q(ended_at__isnull=True), name="grant_by_group"),
        ]


class CaseBlock(models.Model):
    """One person who must see nothing of one child (jäv, FL 16-18 §§): wins over everything else.

    Declared for oneself, a reason is not asked for; set for somebody else it is. Ended by another person only.
    """

    user = models.ForeignKey("riskzon.User", on_delete=models.PROTECT, related_name="case_blocks")
    child = models.ForeignKey("riskzon.Child", on_delete=models.PROTECT, related_name="blocks")
    since = models.DateTimeField()
    set_by = models.ForeignKey("riskzon.User", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("riskzon.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "child"], condition=Q(ended_at__isnull=True), name="one_live_block"
            ),
            models.CheckConstraint(condition=Q(user=F("set_by")) | ~Q(reason=""), name="block_has_reason"),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | ~Q(ended_by=F("user")), name="block_is_ended_by_another"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
