"""Rules and ladders have versions that are proposed by one and confirmed by another; versions are only added."""

import datetime
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

GUARDS = """
CREATE FUNCTION workflows_version_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a version of a rule or ladder never changes; another one is added'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER rule_only_grows BEFORE UPDATE OR DELETE ON workflows_deadlinerule
    FOR EACH ROW EXECUTE FUNCTION workflows_version_stands();
CREATE TRIGGER rung_only_grows BEFORE UPDATE OR DELETE ON workflows_rung
    FOR EACH ROW EXECUTE FUNCTION workflows_version_stands();

CREATE FUNCTION workflows_rulechange_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a proposed change is kept' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'waiting' THEN
            RAISE EXCEPTION 'a change is proposed first' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF (SELECT role FROM riskzon_user WHERE id = NEW.proposed_by_id) <> 'admin' THEN
            RAISE EXCEPTION 'the administrator proposes' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> 'waiting' THEN
        RAISE EXCEPTION 'a change is answered once' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.what, NEW.kind, NEW.report_kind, NEW.content, NEW.ground, NEW.reason, NEW.valid_from, NEW.proposed_at,
        NEW.proposed_by_id)
       IS DISTINCT FROM
       (OLD.what, OLD.kind, OLD.report_kind, OLD.content, OLD.ground, OLD.reason, OLD.valid_from, OLD.proposed_at,
        OLD.proposed_by_id) THEN
        RAISE EXCEPTION 'what was proposed never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state IN ('confirmed', 'refused')
       AND (SELECT role FROM riskzon_user WHERE id = NEW.answered_by_id) <> 'head' THEN
        RAISE EXCEPTION 'the head of department answers' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rule_change_stands BEFORE INSERT OR UPDATE OR DELETE ON workflows_rulechange
    FOR EACH ROW EXECUTE FUNCTION workflows_rulechange_stands();
"""

GUARDS_BACK = """
DROP TRIGGER rule_change_stands ON workflows_rulechange;
DROP FUNCTION workflows_rulechange_stands();
DROP TRIGGER rung_only_grows ON workflows_rung;
DROP TRIGGER rule_only_grows ON workflows_deadlinerule;
DROP FUNCTION workflows_version_stands();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('workflows', '0008_times_corrected'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RuleChange',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('what', models.CharField(choices=[('rule', 'Regel'), ('ladder', 'Trappa')], max_length=6)),
                ('kind', models.CharField(choices=[('guardian_contact', 'Kontakt med vårdnadshavare eller beslut att avvakta'), ('protective_assessment', 'Omedelbar skyddsbedömning'), ('open_investigation', 'Inleda utredning'), ('reporter_feedback', 'Återkoppling till anmälare'), ('investigation', 'Utredningstid'), ('hold_review', 'Ompröva avvakta kontakt'), ('breach_review', 'Granska överskriden frist'), ('lul_statement', 'Yttrande enligt LUL')], max_length=24)),
                ('report_kind', models.CharField(blank=True, choices=[('concern', 'Orosanmälan'), ('arrest', 'Gripen'), ('lob_custody', 'Omhändertagen enligt LOB')], help_text='blank: every kind', max_length=12)),
                ('content', models.JSONField()),
                ('ground', models.CharField(max_length=120)),
                ('reason', models.TextField()),
                ('valid_from', models.DateTimeField()),
                ('proposed_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'Väntar på verksamhetschefen'), ('confirmed', 'Bekräftad'), ('refused', 'Avslagen'), ('withdrawn', 'Tillbakadragen')], default='waiting', max_length=10)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answer', models.TextField(blank=True)),
                ('version', models.PositiveSmallIntegerField(null=True)),
                ('holds_from', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-proposed_at'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='rung',
            name='one_rung_per_key',
        ),
        migrations.AddField(
            model_name='rung',
            name='valid_from',
            field=models.DateTimeField(default=datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), help_text='the same for all rungs of a version'),
        ),
        migrations.AddField(
            model_name='rung',
            name='version',
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddConstraint(
            model_name='rung',
            constraint=models.UniqueConstraint(fields=('kind', 'key', 'version'), name='one_rung_per_key'),
        ),
        migrations.AddField(
            model_name='rulechange',
            name='answered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='rulechange',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='rulechange',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('what', 'kind', 'report_kind'), name='one_change_waits'),
        ),
        migrations.AddConstraint(
            model_name='rulechange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('answered_by__isnull', True), ('state', 'waiting')), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), ('state__in', ['confirmed', 'refused']), models.Q(('answered_by', models.F('proposed_by')), _negated=True)), models.Q(('answered_at__isnull', False), ('answered_by', models.F('proposed_by')), ('state', 'withdrawn')), _connector='OR'), name='rule_change_is_answered_by_another'),
        ),
        migrations.AddConstraint(
            model_name='rulechange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('holds_from__isnull', False), ('state', 'confirmed'), ('version__isnull', False)), models.Q(models.Q(('state', 'confirmed'), _negated=True), ('holds_from__isnull', True), ('version__isnull', True)), _connector='OR'), name='only_a_confirmed_change_holds'),
        ),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
