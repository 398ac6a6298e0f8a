"""The duty roster of Socialjouren: patterns, exceptions, swaps and calendar addresses, whose rows only end."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


GUARDS = """
CREATE FUNCTION notifications_duty_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ends text[] := ARRAY['ended_at', 'ended_by_id', 'last_day', 'taken_at', 'taken_by_id', 'moved_by_id',
                         'revoked_at'];
BEGIN
    IF to_jsonb(NEW) - ends IS DISTINCT FROM to_jsonb(OLD) - ends THEN
        RAISE EXCEPTION 'a row of the roster is ended, never changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF coalesce(to_jsonb(OLD) ->> 'ended_at', to_jsonb(OLD) ->> 'taken_at', to_jsonb(OLD) ->> 'revoked_at') IS NOT NULL THEN
        RAISE EXCEPTION 'what is ended or taken stays so' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER dutypattern_only_ends BEFORE UPDATE ON notifications_dutypattern
    FOR EACH ROW EXECUTE FUNCTION notifications_duty_only_ends();
CREATE TRIGGER dutypattern_kept BEFORE DELETE ON notifications_dutypattern FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();

CREATE TRIGGER dutyabsence_only_ends BEFORE UPDATE ON notifications_dutyabsence
    FOR EACH ROW EXECUTE FUNCTION notifications_duty_only_ends();
CREATE TRIGGER dutyabsence_kept BEFORE DELETE ON notifications_dutyabsence FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();

CREATE TRIGGER dutyextra_only_ends BEFORE UPDATE ON notifications_dutyextra
    FOR EACH ROW EXECUTE FUNCTION notifications_duty_only_ends();
CREATE TRIGGER dutyextra_kept BEFORE DELETE ON notifications_dutyextra FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();

CREATE TRIGGER dutyoffer_only_ends BEFORE UPDATE ON notifications_dutyoffer
    FOR EACH ROW EXECUTE FUNCTION notifications_duty_only_ends();
CREATE TRIGGER dutyoffer_kept BEFORE DELETE ON notifications_dutyoffer FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();

CREATE TRIGGER dutyfeed_only_ends BEFORE UPDATE ON notifications_dutyfeed
    FOR EACH ROW EXECUTE FUNCTION notifications_duty_only_ends();
CREATE TRIGGER dutyfeed_kept BEFORE DELETE ON notifications_dutyfeed FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
"""

GUARDS_BACK = """
DROP TRIGGER dutypattern_only_ends ON notifications_dutypattern;
DROP TRIGGER dutypattern_kept ON notifications_dutypattern;
DROP TRIGGER dutyabsence_only_ends ON notifications_dutyabsence;
DROP TRIGGER dutyabsence_kept ON notifications_dutyabsence;
DROP TRIGGER dutyextra_only_ends ON notifications_dutyextra;
DROP TRIGGER dutyextra_kept ON notifications_dutyextra;
DROP TRIGGER dutyoffer_only_ends ON notifications_dutyoffer;
DROP TRIGGER dutyoffer_kept ON notifications_dutyoffer;
DROP TRIGGER dutyfeed_only_ends ON notifications_dutyfeed;
DROP TRIGGER dutyfeed_kept ON notifications_dutyfeed;
DROP FUNCTION notifications_duty_only_ends();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0002_initial'),
        ('riskzon', '0002_clock_and_guards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DutyExtra',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('added_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('day', models.DateField()),
                ('starts', models.PositiveSmallIntegerField(help_text='minutes past local midnight')),
                ('ends', models.PositiveSmallIntegerField(help_text='minutes past local midnight')),
                ('is_lead', models.BooleanField(default=False)),
                ('source', models.CharField(blank=True, max_length=64)),
                ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['day', 'starts', 'id'],
            },
        ),
        migrations.CreateModel(
            name='DutyFeed',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='DutyPattern',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('added_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('weekday', models.PositiveSmallIntegerField(help_text='0 is Monday')),
                ('starts', models.PositiveSmallIntegerField(help_text='minutes past local midnight')),
                ('ends', models.PositiveSmallIntegerField(help_text='minutes past local midnight')),
                ('is_lead', models.BooleanField(default=False)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('last_day', models.DateField(null=True)),
                ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['weekday', 'starts', 'id'],
            },
        ),
        migrations.CreateModel(
            name='DutyOffer',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('added_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('day', models.DateField(help_text='the local day on which the shift begins')),
                ('taken_at', models.DateTimeField(null=True)),
                ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('extra', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='notifications.dutyextra')),
                ('from_person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('moved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('taken_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('to_person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('pattern', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='notifications.dutypattern')),
            ],
            options={
                'ordering': ['day', 'added_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='DutyAbsence',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('added_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('day', models.DateField(help_text='the local day on which the shift would begin')),
                ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('pattern', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to='notifications.dutypattern')),
            ],
            options={
                'ordering': ['day', 'id'],
            },
        ),
        migrations.AddConstraint(
            model_name='dutyextra',
            constraint=models.CheckConstraint(condition=models.Q(('ends__lt', 1440), ('starts__lt', 1440)), name='extra_clock_times'),
        ),
        migrations.AddConstraint(
            model_name='dutyextra',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), models.Q(('source', ''), _negated=True)), fields=('source', 'person'), name='imported_once'),
        ),
        migrations.AddConstraint(
            model_name='dutyfeed',
            constraint=models.UniqueConstraint(condition=models.Q(('revoked_at__isnull', True)), fields=('user',), name='one_feed_a_person'),
        ),
        migrations.AddConstraint(
            model_name='dutypattern',
            constraint=models.CheckConstraint(condition=models.Q(('weekday__lte', 6)), name='pattern_weekday'),
        ),
        migrations.AddConstraint(
            model_name='dutypattern',
            constraint=models.CheckConstraint(condition=models.Q(('ends__lt', 1440), ('starts__lt', 1440)), name='pattern_clock_times'),
        ),
        migrations.AddConstraint(
            model_name='dutypattern',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__gte', models.F('valid_from'))), name='pattern_begins_before_it_ends'),
        ),
        migrations.AddConstraint(
            model_name='dutypattern',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('last_day__isnull', True)), models.Q(('ended_at__isnull', False), ('last_day__isnull', False)), _connector='OR'), name='pattern_ends_on_a_day'),
        ),
        migrations.AddConstraint(
            model_name='dutyoffer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('extra__isnull', False), ('pattern__isnull', True)), models.Q(('extra__isnull', True), ('pattern__isnull', False)), _connector='OR'), name='offer_of_one_shift'),
        ),
        migrations.AddConstraint(
            model_name='dutyoffer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('moved_by__isnull', True), ('taken_at__isnull', True), ('taken_by__isnull', True)), models.Q(('ended_at__isnull', True), ('moved_by__isnull', False), ('taken_at__isnull', False), ('taken_by__isnull', False)), _connector='OR'), name='offer_taken_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='dutyoffer',
            constraint=models.CheckConstraint(condition=models.Q(('taken_by__isnull', True), models.Q(('taken_by', models.F('from_person')), _negated=True), _connector='OR'), name='offer_taken_by_another'),
        ),
        migrations.AddConstraint(
            model_name='dutyoffer',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('taken_at__isnull', True)), fields=('pattern', 'day'), name='pattern_shift_offered_once'),
        ),
        migrations.AddConstraint(
            model_name='dutyoffer',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('taken_at__isnull', True)), fields=('extra',), name='extra_shift_offered_once'),
        ),
        migrations.AddConstraint(
            model_name='dutyabsence',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('pattern', 'day'), name='absent_once_a_day'),
        ),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
