"""The rules about deadlines and breaches that the database itself holds."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION workflows_deadline_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.due_at <> OLD.due_at OR NEW.starts_at <> OLD.starts_at OR NEW.kind <> OLD.kind OR NEW.case_id <> OLD.case_id
       OR NEW.rule_id <> OLD.rule_id THEN
        RAISE EXCEPTION 'a deadline never moves' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (
        (OLD.state = 'running')
        OR (OLD.state = 'breached' AND NEW.state IN ('met_late', 'void'))
    ) THEN
        RAISE EXCEPTION 'a deadline does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.fired_at IS NOT NULL AND NEW.fired_at IS DISTINCT FROM OLD.fired_at THEN
        RAISE EXCEPTION 'a breach is never un-made' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER deadline_stands BEFORE UPDATE ON workflows_deadline
    FOR EACH ROW EXECUTE FUNCTION workflows_deadline_stands();
CREATE TRIGGER deadline_kept BEFORE DELETE ON workflows_deadline FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();

CREATE FUNCTION workflows_breach_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.deadline_id <> OLD.deadline_id OR NEW.due_at <> OLD.due_at OR NEW.fired_at <> OLD.fired_at
       OR NEW.case_id <> OLD.case_id OR (OLD.reviewed_at IS NOT NULL AND NEW.reviewed_at IS NULL) THEN
        RAISE EXCEPTION 'a breach is only explained' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER breach_stands BEFORE UPDATE ON workflows_breach FOR EACH ROW EXECUTE FUNCTION workflows_breach_stands();
CREATE TRIGGER breach_kept BEFORE DELETE ON workflows_breach FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
CREATE TRIGGER event_only_grows BEFORE UPDATE OR DELETE ON workflows_deadlineevent
    FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();

CREATE FUNCTION workflows_breach_has_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'breached' AND NOT EXISTS (SELECT 1 FROM workflows_breach WHERE deadline_id = NEW.id) THEN
        RAISE EXCEPTION 'a breached deadline has a breach' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER breach_has_row AFTER INSERT OR UPDATE OF state ON workflows_deadline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION workflows_breach_has_row();

CREATE FUNCTION workflows_case_has_process() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM workflows_caseprocess WHERE case_id = NEW.id) THEN
        RAISE EXCEPTION 'a case has a process before it is committed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER case_has_process AFTER INSERT ON riskzon_case
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION workflows_case_has_process();
"""

GUARDS_BACK = """
DROP TRIGGER deadline_stands ON workflows_deadline;
DROP TRIGGER deadline_kept ON workflows_deadline;
DROP TRIGGER breach_stands ON workflows_breach;
DROP TRIGGER breach_kept ON workflows_breach;
DROP TRIGGER event_only_grows ON workflows_deadlineevent;
DROP TRIGGER breach_has_row ON workflows_deadline;
DROP TRIGGER case_has_process ON riskzon_case;
DROP FUNCTION workflows_deadline_stands();
DROP FUNCTION workflows_breach_stands();
DROP FUNCTION workflows_breach_has_row();
DROP FUNCTION workflows_case_has_process();
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0001_initial"), ("riskzon", "0002_clock_and_guards")]

    operations = [migrations.RunSQL(GUARDS, GUARDS_BACK)]
