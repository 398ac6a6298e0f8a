"""Who is away, and when: two absences of one person never overlap."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


GUARDS = """
CREATE FUNCTION riskzon_absence_alone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- One at a time for each person: what another transaction has just committed is seen by the question below.
    PERFORM 1 FROM riskzon_user WHERE id = NEW.person_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM riskzon_absence AS other
         WHERE other.person_id = NEW.person_id AND other.id <> NEW.id
           AND other.starts_at < COALESCE(LEAST(NEW.ends_at, NEW.ended_at), 'infinity')
           AND NEW.starts_at < COALESCE(LEAST(other.ends_at, other.ended_at), 'infinity')
           -- What was ended before it began never was.
           AND other.starts_at < COALESCE(other.ended_at, 'infinity')
           AND NEW.starts_at < COALESCE(NEW.ended_at, 'infinity')
    ) THEN
        RAISE EXCEPTION 'two absences of one person do not overlap' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER absence_alone BEFORE INSERT OR UPDATE ON riskzon_absence
    FOR EACH ROW EXECUTE FUNCTION riskzon_absence_alone();
CREATE TRIGGER absence_kept BEFORE DELETE ON riskzon_absence FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
"""

GUARDS_BACK = """
DROP TRIGGER absence_kept ON riskzon_absence;
DROP TRIGGER absence_alone ON riskzon_absence;
DROP FUNCTION riskzon_absence_alone();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('riskzon', '0008_user_phone'),
    ]

    operations = [
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(null=True)),
                ('registered_at', models.DateTimeField()),
                ('moved_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(help_text='ended early, at this moment', null=True)),
                ('cover', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to=settings.AUTH_USER_MODEL)),
                ('registered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['starts_at'],
                'indexes': [models.Index(fields=['person', 'starts_at'], name='absence_by_person'), models.Index(condition=models.Q(('moved_at__isnull', True)), fields=['starts_at'], name='absence_to_begin')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__isnull', True), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='absence_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(('cover__isnull', True), models.Q(('cover', models.F('person')), _negated=True), _connector='OR'), name='absence_is_covered_by_another'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='absence_is_ended_by_somebody')],
            },
        ),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
