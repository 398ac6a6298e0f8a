"""The log counts up from one, is never emptied, and knows printed sheets. Roles lose their say in a row's id, time and transaction."""

import django.contrib.postgres.operations
from django.db import migrations, models

GUARDS = """
CREATE TRIGGER log_never_emptied BEFORE TRUNCATE ON riskzon_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION riskzon_refuse();
CREATE TRIGGER seals_never_emptied BEFORE TRUNCATE ON riskzon_auditseal
    FOR EACH STATEMENT EXECUTE FUNCTION riskzon_refuse();
CREATE TRIGGER heads_never_emptied BEFORE TRUNCATE ON riskzon_audithead
    FOR EACH STATEMENT EXECUTE FUNCTION riskzon_refuse();
"""

GUARDS_BACK = """
DROP TRIGGER log_never_emptied ON riskzon_auditentry;
DROP TRIGGER seals_never_emptied ON riskzon_auditseal;
DROP TRIGGER heads_never_emptied ON riskzon_audithead;
"""


class Migration(migrations.Migration):
    dependencies = [("riskzon", "0031_one_level_up")]

    operations = [
        # A row that was forged before is for `verify_audit` to name; it does not keep the product from starting.
        django.contrib.postgres.operations.AddConstraintNotValid(
            model_name="auditentry",
            constraint=models.CheckConstraint(condition=models.Q(("id__gt", 0)), name="audit_counts_up"),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="action",
            field=models.CharField(
                choices=[
                    ("open", "Öppnade ärendet"),
                    ("list", "Visade lista"),
                    ("search", "Sökte"),
                    ("lookup", "Kontrollerade om barnet är känt"),
                    ("change", "Ändrade"),
                    ("register", "Registrerade anmälan"),
                    ("denied", "Nekad"),
                    ("login", "Loggade in"),
                    ("logout", "Loggade ut"),
                    ("export", "Exporterade"),
                    ("print", "Skrev ut eller kopierade"),
                    ("emergency", "Nödåtkomst"),
                    ("reveal", "Visade skyddade uppgifter"),
                    ("system", "Systemet"),
                ],
                max_length=12,
            ),
        ),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
