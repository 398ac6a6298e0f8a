"""The product's clock, and the rules about reports, cases and the log that the database itself holds."""

from django.db import migrations

CLOCK = """
CREATE FUNCTION riskzon_now() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        (SELECT coalesce(standing_at, statement_timestamp() + "offset") FROM riskzon_productclock WHERE id = 1),
        statement_timestamp()
    )
$$;
"""

CLOCK_BACK = "DROP FUNCTION riskzon_now();"

# Every guard says which rule it holds; the application treats an IntegrityError from here as a fault of its own.
GUARDS = """
CREATE FUNCTION riskzon_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: rows are kept', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION riskzon_report_unchanged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.raw IS DISTINCT FROM OLD.raw OR NEW.kind <> OLD.kind OR NEW.registered_at <> OLD.registered_at
       OR NEW.registered_by_id <> OLD.registered_by_id OR NEW.year <> OLD.year
       OR (OLD.number IS NOT NULL AND NEW.number IS DISTINCT FROM OLD.number) THEN
        RAISE EXCEPTION 'the raw content and the number of a report never change'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER report_unchanged BEFORE UPDATE ON riskzon_report
    FOR EACH ROW EXECUTE FUNCTION riskzon_report_unchanged();
CREATE TRIGGER report_kept BEFORE DELETE ON riskzon_report FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();

CREATE FUNCTION riskzon_report_numbered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM riskzon_report WHERE id = NEW.id AND number IS NULL) THEN
        RAISE EXCEPTION 'a report is numbered before it is committed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM riskzon_case WHERE report_id = NEW.id) THEN
        RAISE EXCEPTION 'a report has a case before it is committed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER report_numbered AFTER INSERT ON riskzon_report DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION riskzon_report_numbered();

CREATE FUNCTION riskzon_case_lawful() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.report_id <> OLD.report_id OR NEW.ordinal <> OLD.ordinal OR NEW.as_reported IS DISTINCT FROM OLD.as_reported
       OR NEW.registered_at <> OLD.registered_at THEN
        RAISE EXCEPTION 'what a case came from never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.disposition <> '' AND NEW.disposition = '' THEN
        RAISE EXCEPTION 'a disposition is never taken back' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.closed_at IS NOT NULL AND NEW.closed_at IS NULL THEN
        RAISE EXCEPTION 'a closed case stays closed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.investigation_id IS NOT NULL AND NEW.investigation_id IS DISTINCT FROM OLD.investigation_id AND NOT EXISTS (
        SELECT 1 FROM riskzon_investigation i WHERE i.id = NEW.investigation_id AND i.child_id = NEW.child_id
    ) THEN
        RAISE EXCEPTION 'an investigation concerns the child of its case' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER case_lawful BEFORE UPDATE ON riskzon_case FOR EACH ROW EXECUTE FUNCTION riskzon_case_lawful();
CREATE TRIGGER case_kept BEFORE DELETE ON riskzon_case FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();

CREATE TRIGGER log_only_grows BEFORE UPDATE OR DELETE ON riskzon_auditentry
    FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
CREATE TRIGGER contact_only_grows BEFORE UPDATE OR DELETE ON riskzon_contact
    FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
CREATE TRIGGER assessment_only_grows BEFORE UPDATE OR DELETE ON riskzon_assessment
    FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
CREATE TRIGGER correction_only_grows BEFORE UPDATE OR DELETE ON riskzon_timecorrection
    FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
CREATE TRIGGER supplement_only_grows BEFORE UPDATE OR DELETE ON riskzon_supplement
    FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
CREATE TRIGGER note_only_grows BEFORE UPDATE OR DELETE ON riskzon_note
    FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
CREATE TRIGGER user_kept BEFORE DELETE ON riskzon_user FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
CREATE TRIGGER child_kept BEFORE DELETE ON riskzon_child FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
CREATE TRIGGER hold_kept BEFORE DELETE ON riskzon_hold FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
CREATE TRIGGER grant_kept BEFORE DELETE ON riskzon_casegrant FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
CREATE TRIGGER block_kept BEFORE DELETE ON riskzon_caseblock FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
"""

GUARDS_BACK = """
DROP TRIGGER report_unchanged ON riskzon_report;
DROP TRIGGER report_kept ON riskzon_report;
DROP TRIGGER report_numbered ON riskzon_report;
DROP TRIGGER case_lawful ON riskzon_case;
DROP TRIGGER case_kept ON riskzon_case;
DROP TRIGGER log_only_grows ON riskzon_auditentry;
DROP TRIGGER contact_only_grows ON riskzon_contact;
DROP TRIGGER assessment_only_grows ON riskzon_assessment;
DROP TRIGGER correction_only_grows ON riskzon_timecorrection;
DROP TRIGGER supplement_only_grows ON riskzon_supplement;
DROP TRIGGER note_only_grows ON riskzon_note;
DROP TRIGGER user_kept ON riskzon_user;
DROP TRIGGER child_kept ON riskzon_child;
DROP TRIGGER hold_kept ON riskzon_hold;
DROP TRIGGER grant_kept ON riskzon_casegrant;
DROP TRIGGER block_kept ON riskzon_caseblock;
DROP FUNCTION riskzon_report_unchanged();
DROP FUNCTION riskzon_report_numbered();
DROP FUNCTION riskzon_case_lawful();
DROP FUNCTION riskzon_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("riskzon", "0001_initial")]

    operations = [
        migrations.RunSQL(CLOCK, CLOCK_BACK),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
