"""What must be confirmed before a case ends by transfer or as registered in error; two new things to do."""

from django.db import migrations, models


GUARDS = """
CREATE FUNCTION workflows_case_end_is_confirmed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.closed_at IS NULL THEN
        RAISE EXCEPTION 'a case that is void or transferred is closed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM riskzon_endproposal
                    WHERE case_id = NEW.id AND disposition = NEW.disposition AND confirmed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'a case is void or transferred once a second party has confirmed it'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM workflows_caseprocess WHERE case_id = NEW.id AND status = 'CANCELED') THEN
        RAISE EXCEPTION 'a case that is void or transferred has a cancelled flow'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER case_end_is_confirmed AFTER INSERT OR UPDATE OF disposition, closed_at ON riskzon_case
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.disposition IN ('void', 'transferred')) EXECUTE FUNCTION workflows_case_end_is_confirmed();

CREATE FUNCTION workflows_end_takes_effect() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM riskzon_case WHERE id = NEW.case_id AND disposition = NEW.disposition) THEN
        RAISE EXCEPTION 'an end that is confirmed closes its case' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER end_takes_effect AFTER INSERT OR UPDATE ON riskzon_endproposal
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.confirmed_at IS NOT NULL) EXECUTE FUNCTION workflows_end_takes_effect();

-- What was met or exempt is void as well once its case is, or once another clock has replaced it; nothing else makes it so.
DROP TRIGGER deadline_stands ON workflows_deadline;
CREATE TRIGGER deadline_stands BEFORE UPDATE ON workflows_deadline FOR EACH ROW
    WHEN (NOT (NEW.state = 'void' AND OLD.state IN ('met', 'met_late', 'exempt')))
    EXECUTE FUNCTION workflows_deadline_stands();
CREATE FUNCTION workflows_deadline_voided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.due_at <> OLD.due_at OR NEW.starts_at <> OLD.starts_at OR NEW.kind <> OLD.kind OR NEW.case_id <> OLD.case_id
       OR NEW.rule_id <> OLD.rule_id OR NEW.fired_at IS DISTINCT FROM OLD.fired_at THEN
        RAISE EXCEPTION 'a deadline never moves' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM riskzon_endproposal
                    WHERE case_id = OLD.case_id AND disposition = 'void' AND confirmed_at IS NOT NULL)
       AND NOT EXISTS (SELECT 1 FROM workflows_deadline WHERE replaces_id = OLD.id) THEN
        RAISE EXCEPTION 'a deadline does not go from % to void', OLD.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER deadline_voided BEFORE UPDATE ON workflows_deadline FOR EACH ROW
    WHEN (NEW.state = 'void' AND OLD.state IN ('met', 'met_late', 'exempt'))
    EXECUTE FUNCTION workflows_deadline_voided();
"""

GUARDS_BACK = """
DROP TRIGGER deadline_voided ON workflows_deadline;
DROP FUNCTION workflows_deadline_voided();
DROP TRIGGER deadline_stands ON workflows_deadline;
CREATE TRIGGER deadline_stands BEFORE UPDATE ON workflows_deadline
    FOR EACH ROW EXECUTE FUNCTION workflows_deadline_stands();
DROP TRIGGER end_takes_effect ON riskzon_endproposal;
DROP FUNCTION workflows_end_takes_effect();
DROP TRIGGER case_end_is_confirmed ON riskzon_case;
DROP FUNCTION workflows_case_end_is_confirmed();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("workflows", "0006_todo_answer"),
        ("riskzon", "0005_lawful_ends"),
    ]

    operations = [
        migrations.AlterField(
            model_name="todo",
            name="what",
            field=models.CharField(
                choices=[
                    ("check_custody", "Kontrollera vårdnad"),
                    ("sibling_hold", "Ta ställning till avvakta kontakt för syskonet"),
                    ("identify_child", "Ta reda på vem barnet är"),
                    ("find_guardians", "Ta reda på vårdnadshavarna"),
                    ("inform_child", "Informera barnet, som har fyllt 15"),
                    ("decide_hold", "Ta ställning till att avvakta kontakt"),
                    ("confirm_end", "Bekräfta eller avslå felregistreringen"),
                    ("acknowledge", "Registrera att den andra kommunen tar emot"),
                ],
                max_length=20,
            ),
        ),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
