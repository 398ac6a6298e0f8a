"""A corrected time opens another clock in the place of one that is closed; a breach before it stands, with a note."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARDS = """
CREATE FUNCTION workflows_deadline_replaces() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before workflows_deadline;
BEGIN
    SELECT * INTO before FROM workflows_deadline WHERE id = NEW.replaces_id;
    IF before.case_id <> NEW.case_id OR before.kind <> NEW.kind OR before.rule_id <> NEW.rule_id THEN
        RAISE EXCEPTION 'a clock replaces one of its own case, kind and rule'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF before.settled_at IS NULL THEN
        RAISE EXCEPTION 'a clock that is replaced is closed first' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (before.fired_at IS NOT NULL OR before.breach_stands) AND NOT NEW.breach_stands THEN
        RAISE EXCEPTION 'a breach is never un-made by a correction' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER deadline_replaces BEFORE INSERT ON workflows_deadline
    FOR EACH ROW WHEN (NEW.replaces_id IS NOT NULL) EXECUTE FUNCTION workflows_deadline_replaces();

CREATE FUNCTION workflows_deadline_keeps_its_past() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a clock replaces, and that a breach stands, never changes'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER deadline_keeps_its_past BEFORE UPDATE ON workflows_deadline
    FOR EACH ROW WHEN (OLD.replaces_id IS DISTINCT FROM NEW.replaces_id OR OLD.breach_stands <> NEW.breach_stands)
    EXECUTE FUNCTION workflows_deadline_keeps_its_past();

CREATE TRIGGER breach_note_only_grows BEFORE UPDATE OR DELETE ON workflows_breachnote
    FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
"""

GUARDS_BACK = """
DROP TRIGGER breach_note_only_grows ON workflows_breachnote;
DROP TRIGGER deadline_keeps_its_past ON workflows_deadline;
DROP FUNCTION workflows_deadline_keeps_its_past();
DROP TRIGGER deadline_replaces ON workflows_deadline;
DROP FUNCTION workflows_deadline_replaces();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("riskzon", "0006_times_corrected"),
        ("workflows", "0007_lawful_ends"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="deadline",
            name="breach_stands",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="a clock before it that a corrected time has replaced was breached: never counted as in time",
            ),
        ),
        migrations.CreateModel(
            name="BreachNote",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("reason", models.TextField()),
                (
                    "breach",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="corrections", to="workflows.breach"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={"ordering": ["at"]},
        ),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
