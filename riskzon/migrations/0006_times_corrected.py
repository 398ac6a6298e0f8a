"""A time of a report changes only beside the correction that says so; whether a contact counts follows its start."""

from django.db import migrations, models

GUARDS = """
CREATE FUNCTION riskzon_report_times() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong text;
BEGIN
    FOR wrong IN
        SELECT changed.field
          FROM (VALUES ('occurred_at', OLD.occurred_at, NEW.occurred_at),
                       ('notified_at', OLD.notified_at, NEW.notified_at)) AS changed (field, was, becomes)
         WHERE changed.was IS DISTINCT FROM changed.becomes
           AND NOT EXISTS (
                   SELECT 1 FROM riskzon_timecorrection AS correction
                    WHERE correction.report_id = NEW.id AND correction.field = changed.field
                      AND correction.old IS NOT DISTINCT FROM changed.was
                      AND correction.new IS NOT DISTINCT FROM changed.becomes
                      AND correction.at = (SELECT max(latest.at) FROM riskzon_timecorrection AS latest
                                            WHERE latest.report_id = NEW.id AND latest.field = changed.field)
               )
    LOOP
        RAISE EXCEPTION '% of a report changes only with a correction that is kept', wrong
            USING ERRCODE = 'integrity_constraint_violation';
    END LOOP;
    RETURN NEW;
END $$;
CREATE TRIGGER report_times BEFORE UPDATE OF occurred_at, notified_at ON riskzon_report
    FOR EACH ROW EXECUTE FUNCTION riskzon_report_times();

-- What was written down of a contact stays; only the judgement whether it counts is made anew, and only after a correction.
CREATE FUNCTION riskzon_contact_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    judged riskzon_contact;
BEGIN
    judged := NEW;
    judged.counts := OLD.counts;
    IF judged IS DISTINCT FROM OLD OR NEW.counts = OLD.counts THEN
        RAISE EXCEPTION '% on % is refused: rows are kept', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.counts <> OLD.counts AND NOT EXISTS (
        SELECT 1 FROM riskzon_timecorrection AS correction
          JOIN riskzon_case AS c ON c.report_id = correction.report_id
         WHERE c.id = NEW.case_id
    ) THEN
        RAISE EXCEPTION 'whether a contact counts changes only where a time has been put right: rows are kept'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER contact_only_grows ON riskzon_contact;
CREATE TRIGGER contact_stands BEFORE UPDATE ON riskzon_contact
    FOR EACH ROW EXECUTE FUNCTION riskzon_contact_stands();
CREATE TRIGGER contact_kept BEFORE DELETE ON riskzon_contact FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
"""

GUARDS_BACK = """
DROP TRIGGER contact_kept ON riskzon_contact;
DROP TRIGGER contact_stands ON riskzon_contact;
DROP FUNCTION riskzon_contact_stands();
CREATE TRIGGER contact_only_grows BEFORE UPDATE OR DELETE ON riskzon_contact
    FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
DROP TRIGGER report_times ON riskzon_report;
DROP FUNCTION riskzon_report_times();
"""


class Migration(migrations.Migration):
    dependencies = [("riskzon", "0005_lawful_ends")]

    operations = [
        migrations.AlterField(
            model_name="contact",
            name="counts",
            field=models.BooleanField(
                help_text="two-way, with somebody who may meet the guarantee, after its start; "
                "judged anew where that is put right"
            ),
        ),
        migrations.AddConstraint(
            model_name="timecorrection",
            constraint=models.CheckConstraint(condition=models.Q(("new__isnull", False)), name="correction_has_a_time"),
        ),
        migrations.AddConstraint(
            model_name="timecorrection",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="correction_has_a_reason"
            ),
        ),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
