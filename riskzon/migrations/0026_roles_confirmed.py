"""A role waits until somebody else has confirmed it; what was asked for stands, and is answered once."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


GUARD = """
CREATE FUNCTION riskzon_rolerequest_stands() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'what was asked for is kept' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state <> 'waiting' THEN
        RAISE EXCEPTION 'a role is answered once' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.person_id, NEW.role, NEW.unit_id, NEW.reason, NEW.asked_by_id, NEW.asked_at)
       IS DISTINCT FROM (OLD.person_id, OLD.role, OLD.unit_id, OLD.reason, OLD.asked_by_id, OLD.asked_at) THEN
        RAISE EXCEPTION 'what was asked for never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state IN ('confirmed', 'refused') AND NEW.answered_by_id IS NOT NULL
       AND (SELECT role FROM riskzon_user WHERE id = NEW.answered_by_id) NOT IN ('supervisor', 'head') THEN
        RAISE EXCEPTION 'whoever leads answers' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER role_request_stands BEFORE UPDATE OR DELETE ON riskzon_rolerequest
    FOR EACH ROW EXECUTE FUNCTION riskzon_rolerequest_stands();
"""
GUARD_BACK = "DROP TRIGGER role_request_stands ON riskzon_rolerequest; DROP FUNCTION riskzon_rolerequest_stands();"


class Migration(migrations.Migration):

    dependencies = [
        ('riskzon', '0025_passkeys_and_longer_codes'),
    ]

    operations = [
        migrations.CreateModel(
            name='RoleRequest',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(choices=[('social_worker', 'Socialsekreterare'), ('supervisor', 'Enhetschef'), ('head', 'Verksamhetschef'), ('duty', 'Jour'), ('liaison', 'Socialsekreterare hos polisen'), ('analyst', 'Analytiker'), ('log_reviewer', 'Loggranskare'), ('admin', 'Teknisk administratör'), ('partner', 'Näringsliv')], max_length=20)),
                ('reason', models.TextField(blank=True, help_text="why, in the administrator's words; blank from the directory")),
                ('asked_at', models.DateTimeField()),
                ('told_at', models.DateTimeField(help_text='when those who answer, and the log reviewers, were told', null=True)),
                ('state', models.CharField(choices=[('waiting', 'Väntar på svar'), ('confirmed', 'Bekräftad'), ('refused', 'Avslagen'), ('withdrawn', 'Tillbakadragen')], default='waiting', max_length=10)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answer', models.TextField(blank=True)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='role_requests', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskzon.unit')),
            ],
            options={
                'ordering': ['-asked_at', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('person',), name='one_role_waits'), models.CheckConstraint(condition=models.Q(('role__in', ['social_worker', 'supervisor', 'head', 'duty', 'liaison', 'analyst', 'log_reviewer', 'admin', 'partner'])), name='role_request_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('answered_by__isnull', True), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('answered_at__isnull', False)), _connector='OR'), name='role_request_is_answered'), models.CheckConstraint(condition=models.Q(('state', 'withdrawn'), ('answered_by__isnull', True), models.Q(models.Q(('answered_by', models.F('person')), _negated=True), models.Q(('asked_by__isnull', True), models.Q(('answered_by', models.F('asked_by')), _negated=True), _connector='OR')), _connector='OR'), name='role_is_confirmed_by_another')],
            },
        ),
        migrations.RunSQL(GUARD, GUARD_BACK),
    ]
