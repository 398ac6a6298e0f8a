"""More time for an investigation that somebody else than the supervisor decided is answered by the supervisor, once."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


GUARDS = """
CREATE FUNCTION riskzon_extension_waits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (SELECT needs_confirmation FROM riskzon_investigationentry WHERE id = NEW.entry_id) THEN
        RAISE EXCEPTION 'an extension that waits for nobody is not answered'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER extension_answer_waits BEFORE INSERT ON riskzon_extensionanswer
    FOR EACH ROW EXECUTE FUNCTION riskzon_extension_waits();
CREATE TRIGGER extension_answer_only_grows BEFORE UPDATE OR DELETE ON riskzon_extensionanswer
    FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
"""

GUARDS_BACK = """
DROP TRIGGER extension_answer_only_grows ON riskzon_extensionanswer;
DROP TRIGGER extension_answer_waits ON riskzon_extensionanswer;
DROP FUNCTION riskzon_extension_waits();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('riskzon', '0009_absence'),
    ]

    operations = [
        migrations.CreateModel(
            name='ExtensionAnswer',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('refused', models.BooleanField()),
                ('reason', models.TextField(blank=True)),
            ],
        ),
        migrations.AddField(
            model_name='investigationentry',
            name='needs_confirmation',
            field=models.BooleanField(db_default=False, default=False, help_text='more time, decided by somebody who does not lead the unit'),
        ),
        migrations.AddConstraint(
            model_name='investigationentry',
            constraint=models.CheckConstraint(condition=models.Q(('needs_confirmation', False), ('what', 'extended'), _connector='OR'), name='only_an_extension_is_confirmed'),
        ),
        migrations.AddField(
            model_name='extensionanswer',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='extensionanswer',
            name='entry',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='riskzon.investigationentry'),
        ),
        migrations.AddConstraint(
            model_name='extensionanswer',
            constraint=models.UniqueConstraint(fields=('entry',), name='an_extension_is_answered_once'),
        ),
        migrations.AddConstraint(
            model_name='extensionanswer',
            constraint=models.CheckConstraint(condition=models.Q(('refused', False), models.Q(('reason', ''), _negated=True), _connector='OR'), name='extension_is_refused_for_a_reason'),
        ),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
