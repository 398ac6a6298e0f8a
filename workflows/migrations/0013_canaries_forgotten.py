"""What the hourly trials left behind goes, and nothing else: by a function, so that no role of the sweep may remove a message."""

from django.db import migrations

# With its owner's rights, as the auditor's heartbeat; the path is fixed.
FORGET = """
DO $do$ BEGIN
    EXECUTE format($make$
        CREATE FUNCTION workflows_forget_canaries(kept interval, mailed_to text) RETURNS void LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = %I, pg_temp AS $$
        BEGIN
            DELETE FROM notifications_delivery d USING notifications_message m
             WHERE m.id = d.message_id AND m.kind = 'canary' AND d.created_at < clock_timestamp() - kept;
            DELETE FROM notifications_message m
             WHERE m.kind = 'canary' AND m.created_at < riskzon_now() - kept
               AND NOT EXISTS (SELECT 1 FROM notifications_delivery d WHERE d.message_id = m.id);
            DELETE FROM notifications_storedmail s
             WHERE s.recipients = mailed_to AND s.at < clock_timestamp() - kept;
            DELETE FROM riskzon_canary c WHERE c.made_at < clock_timestamp() - kept;
        END $$
    $make$, current_schema());
END $do$;
REVOKE EXECUTE ON FUNCTION workflows_forget_canaries(interval, text) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("workflows", "0012_wall"),
        ("notifications", "0004_stored_sms"),
        ("riskzon", "0022_wall_of_what_was_disclosed"),
    ]

    operations = [migrations.RunSQL(FORGET, "DROP FUNCTION workflows_forget_canaries(interval, text);")]
