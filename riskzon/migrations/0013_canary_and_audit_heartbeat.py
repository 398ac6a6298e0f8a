"""What is sent through the chain each hour, and the one thing that the auditor's role may write."""

import uuid

import django.db.models.functions
from django.db import migrations, models

# With its owner's rights, so that a role that may only read can say that it lives, under this one name.
# The path is fixed: a table of the same name that the caller made is not written to.
HEARTBEAT = """
DO $do$ BEGIN
    EXECUTE format($make$
        CREATE FUNCTION workflows_audit_beat(seen jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = %I, pg_temp AS $$
        BEGIN
            INSERT INTO workflows_heartbeat (name, at, detail) VALUES ('audit', clock_timestamp(), seen)
            ON CONFLICT (name) DO UPDATE SET at = excluded.at, detail = excluded.detail;
        END $$
    $make$, current_schema());
END $do$;
REVOKE EXECUTE ON FUNCTION workflows_audit_beat(jsonb) FROM PUBLIC;
"""

HEARTBEAT_BACK = "DROP FUNCTION workflows_audit_beat(jsonb);"


class Migration(migrations.Migration):
    dependencies = [("riskzon", "0012_held_by_whom_in_which_unit"), ("workflows", "0008_times_corrected")]

    operations = [
        migrations.CreateModel(
            name="Canary",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.Now())),
                ("due_at", models.DateTimeField()),
                ("fired_at", models.DateTimeField(null=True)),
                ("rehearsal", models.CharField(blank=True, max_length=60)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-made_at"], name="canary_newest"),
                    models.Index(condition=models.Q(("fired_at__isnull", True)), fields=["due_at"], name="canary_waiting"),
                ],
            },
        ),
        migrations.RunSQL(HEARTBEAT, HEARTBEAT_BACK),
    ]
