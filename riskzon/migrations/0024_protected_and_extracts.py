"""Who has had a protected identity shown and why; and which extracts of a case were made, for whom, decided by whom."""

from importlib import import_module

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


wall = import_module("riskzon.migrations.0019_wall")

READER = "(SELECT riskzon_wall_reader())"
POLICIES = {
    "riskzon_reveal": f"user_id = {READER} OR {wall.of_case()}",
    "riskzon_extract": wall.of_case(),
}
GUARDS = """
CREATE TRIGGER reveal_only_grows BEFORE UPDATE OR DELETE ON riskzon_reveal
    FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
CREATE TRIGGER extract_kept BEFORE DELETE ON riskzon_extract
    FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();

CREATE FUNCTION riskzon_extract_unchanged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.decided_at IS NOT NULL
       OR (NEW.case_id, NEW.recipient, NEW.guardian_id, NEW.authority, NEW.ground, NEW.made_by_id, NEW.made_at, NEW.stops)
       IS DISTINCT FROM
       (OLD.case_id, OLD.recipient, OLD.guardian_id, OLD.authority, OLD.ground, OLD.made_by_id, OLD.made_at, OLD.stops) THEN
        RAISE EXCEPTION 'an extract and what was decided about it never change'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER riskzon_extract_unchanged BEFORE UPDATE ON riskzon_extract
    FOR EACH ROW EXECUTE FUNCTION riskzon_extract_unchanged();
"""
GUARDS_BACK = """
DROP TRIGGER riskzon_extract_unchanged ON riskzon_extract;
DROP FUNCTION riskzon_extract_unchanged();
DROP TRIGGER extract_kept ON riskzon_extract;
DROP TRIGGER reveal_only_grows ON riskzon_reveal;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('riskzon', '0023_right_goes_with_the_role'),
    ]

    operations = [
        migrations.AlterField(
            model_name='auditentry',
            name='action',
            field=models.CharField(choices=[('open', 'Öppnade ärendet'), ('list', 'Visade lista'), ('search', 'Sökte'), ('lookup', 'Kontrollerade om barnet är känt'), ('change', 'Ändrade'), ('register', 'Registrerade anmälan'), ('denied', 'Nekad'), ('login', 'Loggade in'), ('logout', 'Loggade ut'), ('export', 'Exporterade'), ('emergency', 'Nödåtkomst'), ('reveal', 'Visade skyddade uppgifter'), ('system', 'Systemet')], max_length=12),
        ),
        migrations.CreateModel(
            name='Extract',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('recipient', models.CharField(choices=[('own_file', 'Den egna akten'), ('young_person', 'Barnet eller den unge'), ('guardian', 'En vårdnadshavare'), ('authority', 'En annan myndighet')], max_length=12)),
                ('authority', models.CharField(blank=True, help_text='which authority, and who there', max_length=200)),
                ('ground', models.CharField(blank=True, choices=[('osl_10_2', 'OSL 10:2'), ('consent', 'OSL 10:1 och 12:2, samtycke'), ('osl_10_15a', 'OSL 10:15 a'), ('osl_10_18a', 'OSL 10:18 a'), ('osl_10_18c', 'OSL 10:18 c'), ('osl_10_20', 'OSL 10:20'), ('osl_10_21', 'OSL 10:21'), ('osl_10_22', 'OSL 10:22'), ('osl_10_23', 'OSL 10:23'), ('osl_10_28', 'OSL 10:28'), ('act_2025_170', 'Lag 2025:170, 4 §'), ('osl_26_9', 'OSL 26:9')], max_length=16)),
                ('made_at', models.DateTimeField()),
                ('stops', models.BooleanField(default=False)),
                ('decided_at', models.DateTimeField(null=True)),
                ('is_released', models.BooleanField(default=False)),
                ('reason', models.TextField(blank=True, help_text='why it may leave, or may not')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='extracts', to='riskzon.case')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('guardian', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskzon.guardian')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-made_at'],
                'indexes': [models.Index(fields=['case', '-made_at'], name='extract_of_case')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('authority', ''), ('ground', ''), ('guardian__isnull', False), ('recipient', 'guardian')), models.Q(('guardian__isnull', True), ('recipient', 'authority'), models.Q(('authority', ''), _negated=True), models.Q(('ground', ''), _negated=True)), models.Q(('authority', ''), ('ground', ''), ('guardian__isnull', True), ('recipient__in', ['own_file', 'young_person'])), _connector='OR'), name='extract_has_one_recipient'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('is_released', False), ('reason', '')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('stops', True), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='extract_is_decided_whole')],
            },
        ),
        migrations.CreateModel(
            name='Reveal',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('why', models.CharField(choices=[('contact', 'Jag ska tala med barnet eller familjen'), ('assess', 'Jag ska bedöma eller besluta'), ('write', 'Jag ska skriva i ärendet eller i personakten'), ('answer', 'Jag ska svara någon som har rätt till uppgifterna'), ('other', 'Annat')], max_length=12)),
                ('reason', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reveals', to='riskzon.case')),
                ('child', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskzon.child')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', 'child', '-until'], name='reveal_of_user'), models.Index(fields=['case', '-at'], name='reveal_of_case')],
                'constraints': [models.CheckConstraint(condition=models.Q(('why__in', ['contact', 'assess', 'write', 'answer']), models.Q(('why', 'other'), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='reveal_has_a_reason'), models.CheckConstraint(condition=models.Q(('until__gt', models.F('at'))), name='reveal_ends')],
            },
        ),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
        migrations.RunSQL(wall.raised(POLICIES), wall.taken_down(POLICIES)),
    ]
