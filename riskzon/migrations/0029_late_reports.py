"""The few reports that came late, by when they were registered: the board counts them each time it is shown.

Their conditions are those of `workflows.board.late_registered` and `late_notice`.
"""

from django.db import migrations

INDEXES = """
CREATE INDEX report_registered_late ON riskzon_report (registered_at) WHERE
    registered_at - CASE WHEN kind IN ('arrest', 'lob_custody') THEN COALESCE(occurred_at, notified_at)
                         ELSE notified_at END > INTERVAL '1 day';
CREATE INDEX report_noticed_late ON riskzon_report (registered_at) WHERE
    kind IN ('arrest', 'lob_custody') AND notified_at - occurred_at > INTERVAL '6 hours';
-- That they are few is not known from the columns alone.
CREATE STATISTICS report_lag ON (
    registered_at - CASE WHEN kind IN ('arrest', 'lob_custody') THEN COALESCE(occurred_at, notified_at)
                         ELSE notified_at END
) FROM riskzon_report;
ANALYZE riskzon_report;
"""
FORGOTTEN = "DROP STATISTICS report_lag; DROP INDEX report_registered_late; DROP INDEX report_noticed_late;"


class Migration(migrations.Migration):
    dependencies = [("riskzon", "0028_first_passwords_end")]

    operations = [
        migrations.RunSQL(INDEXES, FORGOTTEN),
    ]
