"""Emergency access: what was asked and why, who vouched, and what the review came to; its own right and its own log line."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


# A child that becomes protected is closed again to whoever opened the case without a second person.
GUARDS = """
CREATE TRIGGER riskzon_emergency_kept BEFORE DELETE ON riskzon_emergencyaccess
    FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();

CREATE FUNCTION riskzon_emergency_unchanged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.case_id, NEW.user_id, NEW.code, NEW.reason, NEW.asked_at, NEW.ends_at, NEW.review_by, NEW.needs_second)
       IS DISTINCT FROM
       (OLD.case_id, OLD.user_id, OLD.code, OLD.reason, OLD.asked_at, OLD.ends_at, OLD.review_by, OLD.needs_second)
       OR (OLD.opened_at IS NOT NULL AND (NEW.opened_at, NEW.confirmed_by_id)
           IS DISTINCT FROM (OLD.opened_at, OLD.confirmed_by_id))
       OR (OLD.reviewed_at IS NOT NULL AND (NEW.reviewed_at, NEW.reviewed_by_id, NEW.outcome, NEW.note)
           IS DISTINCT FROM (OLD.reviewed_at, OLD.reviewed_by_id, OLD.outcome, OLD.note)) THEN
        RAISE EXCEPTION 'what was asked, answered and found about an emergency never changes'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER riskzon_emergency_unchanged BEFORE UPDATE ON riskzon_emergencyaccess
    FOR EACH ROW EXECUTE FUNCTION riskzon_emergency_unchanged();

CREATE FUNCTION riskzon_emergency_ends_for_protected() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE riskzon_casegrant AS given SET ended_at = riskzon_now()
      FROM riskzon_case AS about JOIN riskzon_child AS child ON child.id = about.child_id
     WHERE given.case_id = about.id AND given.source = 'emergency' AND given.ended_at IS NULL
       AND given.granted_by_id IS NULL AND child.protected_identity <> 'none'
       AND (TG_TABLE_NAME = 'riskzon_child' AND child.id = NEW.id OR TG_TABLE_NAME = 'riskzon_case' AND about.id = NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER riskzon_emergency_ends_for_protected AFTER UPDATE OF protected_identity ON riskzon_child
    FOR EACH ROW WHEN (NEW.protected_identity <> 'none' AND OLD.protected_identity = 'none')
    EXECUTE FUNCTION riskzon_emergency_ends_for_protected();
CREATE TRIGGER riskzon_emergency_ends_for_protected AFTER UPDATE OF child_id ON riskzon_case
    FOR EACH ROW WHEN (NEW.child_id <> OLD.child_id)
    EXECUTE FUNCTION riskzon_emergency_ends_for_protected();
"""
GUARDS_BACK = """
DROP TRIGGER riskzon_emergency_ends_for_protected ON riskzon_case;
DROP TRIGGER riskzon_emergency_ends_for_protected ON riskzon_child;
DROP FUNCTION riskzon_emergency_ends_for_protected();
DROP TRIGGER riskzon_emergency_unchanged ON riskzon_emergencyaccess;
DROP FUNCTION riskzon_emergency_unchanged();
DROP TRIGGER riskzon_emergency_kept ON riskzon_emergencyaccess;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('riskzon', '0019_wall'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='case',
            options={'default_permissions': (), 'permissions': [('handle_case', 'Handlägga ärendet'), ('read_case', 'Läsa ärendet'), ('follow_case', 'Följa egen anmälan i reducerad form'), ('note_case', 'Skriva färdigt egna anteckningar'), ('emergency_case', 'Läsa ärendet i nödläge')]},
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='action',
            field=models.CharField(choices=[('open', 'Öppnade ärendet'), ('list', 'Visade lista'), ('search', 'Sökte'), ('lookup', 'Kontrollerade om barnet är känt'), ('change', 'Ändrade'), ('register', 'Registrerade anmälan'), ('denied', 'Nekad'), ('login', 'Loggade in'), ('logout', 'Loggade ut'), ('export', 'Exporterade'), ('emergency', 'Nödåtkomst'), ('system', 'Systemet')], max_length=12),
        ),
        migrations.AlterField(
            model_name='casegrant',
            name='source',
            field=models.CharField(choices=[('registered', 'Registrerade anmälan'), ('named', 'Utpekad av socialsekreterare'), ('taken_over', 'Tog över från kollega'), ('investigation', 'Handlägger barnets pågående utredning'), ('assigned', 'Tilldelad från annan enhet'), ('duty', 'Arbetade i ärendet på jouren'), ('emergency', 'Nödåtkomst')], max_length=20),
        ),
        migrations.AlterField(
            model_name='casegroupgrant',
            name='source',
            field=models.CharField(choices=[('registered', 'Registrerade anmälan'), ('named', 'Utpekad av socialsekreterare'), ('taken_over', 'Tog över från kollega'), ('investigation', 'Handlägger barnets pågående utredning'), ('assigned', 'Tilldelad från annan enhet'), ('duty', 'Arbetade i ärendet på jouren'), ('emergency', 'Nödåtkomst')], max_length=20),
        ),
        migrations.CreateModel(
            name='EmergencyAccess',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(choices=[('danger', 'Barnet kan vara i fara nu'), ('in_contact', 'Barnet eller familjen är i kontakt med mig nu'), ('nobody_there', 'Ingen som har ärendet går att nå'), ('other', 'Annat')], max_length=20)),
                ('reason', models.TextField()),
                ('asked_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('needs_second', models.BooleanField(default=False)),
                ('opened_at', models.DateTimeField(null=True)),
                ('review_by', models.DateTimeField()),
                ('late_told_at', models.DateTimeField(help_text='when it went one level up, not reviewed in time', null=True)),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, choices=[('justified', 'Motiverad'), ('unjustified', 'Ej motiverad')], max_length=12)),
                ('note', models.TextField(blank=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='emergencies', to='riskzon.case')),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reviewed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('reviewed_at__isnull', True)), fields=['review_by'], name='emergency_to_review'), models.Index(fields=['case', '-asked_at'], name='emergency_of_case'), models.Index(fields=['user', '-ends_at'], name='emergency_of_user')],
                'constraints': [models.CheckConstraint(condition=models.Q(('code__in', ['danger', 'in_contact', 'nobody_there', 'other'])), name='emergency_code_is_known'), models.CheckConstraint(condition=models.Q(('reason__regex', '^.{15}')), name='emergency_has_a_reason'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('asked_at'))), name='emergency_ends'), models.CheckConstraint(condition=models.Q(models.Q(('confirmed_by__isnull', True), ('needs_second', False), ('opened_at__isnull', False)), models.Q(('confirmed_by__isnull', True), ('needs_second', True), ('opened_at__isnull', True)), models.Q(('confirmed_by__isnull', False), ('needs_second', True), ('opened_at__isnull', False)), _connector='OR'), name='emergency_is_vouched_for'), models.CheckConstraint(condition=models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('user')), _negated=True), _connector='OR'), name='emergency_is_vouched_for_by_another'), models.CheckConstraint(condition=models.Q(models.Q(('note', ''), ('outcome', ''), ('reviewed_at__isnull', True), ('reviewed_by__isnull', True)), models.Q(('opened_at__isnull', False), ('reviewed_at__isnull', False), ('reviewed_by__isnull', False), ('outcome__in', ['justified', 'unjustified']), models.Q(('note', ''), _negated=True)), _connector='OR'), name='emergency_is_reviewed_whole'), models.CheckConstraint(condition=models.Q(('reviewed_by__isnull', True), models.Q(('reviewed_by', models.F('user')), _negated=True), _connector='OR'), name='emergency_is_reviewed_by_another')],
            },
        ),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
