"""The monthly review of the access log: samples, and what came of each look; a result is written once."""

import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

GUARDS = """
CREATE FUNCTION workflows_logreview_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a drawn reading is kept' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.reviewed_at IS NOT NULL THEN
        RAISE EXCEPTION 'the result of a review never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.entry_id, NEW.sample_id, NEW.flags, NEW.due_at) IS DISTINCT FROM
       (OLD.entry_id, OLD.sample_id, OLD.flags, OLD.due_at) THEN
        RAISE EXCEPTION 'what was drawn never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.reviewed_by_id = (SELECT actor_id FROM riskzon_auditentry WHERE id = NEW.entry_id) THEN
        RAISE EXCEPTION 'nobody reviews a reading of their own' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER log_review_stands BEFORE UPDATE OR DELETE ON workflows_logreview
    FOR EACH ROW EXECUTE FUNCTION workflows_logreview_stands();
CREATE TRIGGER log_sample_only_grows BEFORE UPDATE OR DELETE ON workflows_logsample
    FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
"""

GUARDS_BACK = """
DROP TRIGGER log_sample_only_grows ON workflows_logsample;
DROP TRIGGER log_review_stands ON workflows_logreview;
DROP FUNCTION workflows_logreview_stands();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('riskzon', '0021_disclosures'),
        ('workflows', '0009_rule_versions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LogSample',
            fields=[
                ('month', models.DateField(help_text='the first local day of the month that was read in', primary_key=True, serialize=False)),
                ('made_at', models.DateTimeField()),
                ('readings', models.IntegerField()),
                ('last_id', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='LogReview',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('flags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('own_child', 'En vårdnadshavare har samma namn som den som läste'), ('emergency', 'Nödåtkomst'), ('same_name', 'Samma efternamn som barnet eller en vårdnadshavare'), ('protected', 'Skyddade personuppgifter'), ('night', 'På natten, utan jourpass'), ('many_searches', 'Många sökningar samma dag'), ('no_relation', 'Har inte arbetat i ärendet')], max_length=16), default=list, size=None)),
                ('due_at', models.DateTimeField()),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, choices=[('no_remark', 'Utan anmärkning'), ('to_head', 'Till chef'), ('incident', 'Incident')], max_length=12)),
                ('note', models.TextField(blank=True)),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskzon.auditentry')),
                ('reviewed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sample', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='workflows.logsample')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('reviewed_at__isnull', True)), fields=['due_at'], name='log_review_waits')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('note', ''), ('outcome', ''), ('reviewed_at__isnull', True), ('reviewed_by__isnull', True)), models.Q(('reviewed_at__isnull', False), ('reviewed_by__isnull', False), models.Q(('outcome', ''), _negated=True), models.Q(('note', ''), _negated=True)), _connector='OR'), name='log_review_has_a_whole_result')],
            },
        ),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
