"""The half of a lawful end that other tables know: the columns of a case alone do not close it."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION workflows_case_ends_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.disposition IN ('void', 'transferred') THEN
        RETURN NULL;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM riskzon_assessment WHERE case_id = NEW.id AND outcome <> 'reassess') THEN
        RAISE EXCEPTION 'a case ends with an assessment that answers the question'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- Which custodians were known when they had been followed is not written anywhere; that some of it happened is.
    IF NOT EXISTS (SELECT 1 FROM riskzon_contact WHERE case_id = NEW.id AND counts)
       AND NOT EXISTS (SELECT 1 FROM riskzon_writtenoff WHERE case_id = NEW.id)
       AND NOT EXISTS (SELECT 1 FROM riskzon_hold WHERE child_id = NEW.child_id AND NOT provisional)
       AND NOT EXISTS (SELECT 1 FROM riskzon_child WHERE id = NEW.child_id AND (birth_date + interval '18 years')::date
                           <= (riskzon_now() AT TIME ZONE 'Europe/Stockholm')::date) THEN
        RAISE EXCEPTION 'a case ends when its guardians are reached, held or written off'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM workflows_caseprocess WHERE case_id = NEW.id AND status = 'DONE') THEN
        RAISE EXCEPTION 'a case ends when its flow has reached its end' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER case_ends_whole AFTER UPDATE ON riskzon_case FOR EACH ROW
    WHEN (OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL) EXECUTE FUNCTION workflows_case_ends_whole();
CREATE TRIGGER case_does_not_begin_ended BEFORE INSERT ON riskzon_case FOR EACH ROW
    WHEN (NEW.closed_at IS NOT NULL) EXECUTE FUNCTION riskzon_refuse();
"""

GUARDS_BACK = """
DROP TRIGGER case_does_not_begin_ended ON riskzon_case;
DROP TRIGGER case_ends_whole ON riskzon_case;
DROP FUNCTION workflows_case_ends_whole();
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0003_deadline_paused_until")]

    operations = [migrations.RunSQL(GUARDS, GUARDS_BACK)]
