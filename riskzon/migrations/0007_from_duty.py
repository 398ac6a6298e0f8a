"""Which cases Socialjouren has had, and when the day's people took them over."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('riskzon', '0006_times_corrected'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='case',
            options={'default_permissions': (), 'permissions': [('handle_case', 'Handlägga ärendet'), ('read_case', 'Läsa ärendet'), ('follow_case', 'Följa egen anmälan i reducerad form'), ('note_case', 'Skriva färdigt egna anteckningar')]},
        ),
        migrations.AddField(
            model_name='case',
            name='contact_reopened_at',
            field=models.DateTimeField(help_text='when guardian_contact_open last became true again', null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='duty_at',
            field=models.DateTimeField(help_text="the last moment at which it was Socialjouren's work: registered at night, or changed by it", null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='taken_over_at',
            field=models.DateTimeField(help_text="when the day's people last took it over", null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='taken_over_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='casegrant',
            name='source',
            field=models.CharField(choices=[('registered', 'Registrerade anmälan'), ('named', 'Utpekad av socialsekreterare'), ('taken_over', 'Tog över från kollega'), ('investigation', 'Handlägger barnets pågående utredning'), ('assigned', 'Tilldelad från annan enhet'), ('duty', 'Arbetade i ärendet på jouren')], max_length=20),
        ),
        migrations.AlterField(
            model_name='casegroupgrant',
            name='source',
            field=models.CharField(choices=[('registered', 'Registrerade anmälan'), ('named', 'Utpekad av socialsekreterare'), ('taken_over', 'Tog över från kollega'), ('investigation', 'Handlägger barnets pågående utredning'), ('assigned', 'Tilldelad från annan enhet'), ('duty', 'Arbetade i ärendet på jouren')], max_length=20),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('closed_at__isnull', True), ('duty_at__isnull', False), models.Q(('taken_over_at__isnull', True), ('duty_at__gt', models.F('taken_over_at')), _connector='OR')), fields=['unit', 'next_due_at', 'id'], name='case_duty_work'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(models.F('unit'), django.db.models.functions.comparison.Greatest('registered_at', 'taken_over_at'), condition=models.Q(('closed_at__isnull', True), models.Q(('assessed_at__isnull', True), ('guardian_contact_open', True), ('review_due_at__isnull', False), _connector='OR')), name='case_first_days_since'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('taken_over_at__isnull', True), ('taken_over_by__isnull', True)), models.Q(('taken_over_at__isnull', False), ('taken_over_by__isnull', False)), _connector='OR'), name='case_is_taken_over_by_somebody'),
        ),
    ]
