"""Jäv: whoever declares it for oneself need not say why, whoever sets it for somebody else must; nobody ends the own one."""

from django.db import migrations, models
from django.db.models import F, Q

#: The old rule asked the wrong one of the two for a reason.
NO_REASON_GIVEN = """
UPDATE riskzon_caseblock SET reason = '(inget skäl angivet)' WHERE reason = '' AND user_id <> set_by_id
"""


class Migration(migrations.Migration):
    dependencies = [("riskzon", "0010_extension_confirmed")]

    operations = [
        migrations.RemoveConstraint("caseblock", "block_has_reason"),
        migrations.RunSQL(NO_REASON_GIVEN, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "caseblock",
            models.CheckConstraint(condition=Q(user=F("set_by")) | ~Q(reason=""), name="block_has_reason"),
        ),
        migrations.AddConstraint(
            "caseblock",
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | ~Q(ended_by=F("user")), name="block_is_ended_by_another"
            ),
        ),
    ]
