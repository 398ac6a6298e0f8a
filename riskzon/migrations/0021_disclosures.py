"""The disclosure register: what has left, to whom and on which ground; it only grows."""

import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

GUARDS = """
CREATE TRIGGER disclosure_only_grows BEFORE UPDATE OR DELETE ON riskzon_disclosure
    FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
"""

GUARDS_BACK = "DROP TRIGGER disclosure_only_grows ON riskzon_disclosure;"


class Migration(migrations.Migration):

    dependencies = [
        ('riskzon', '0020_emergency_access'),
    ]

    operations = [
        migrations.CreateModel(
            name='Disclosure',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('fields', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('name', 'Barnets namn'), ('identity', 'Personnummer eller födelsedatum'), ('municipality', 'Folkbokföringskommun'), ('whereabouts', 'Var barnet är'), ('guardians', 'Vårdnadshavares namn'), ('phones', 'Vårdnadshavares telefonnummer'), ('case_worker', 'Handläggare och enhet'), ('assessed', 'Att skyddsbedömning är gjord, och när'), ('investigation', 'Om utredning är inledd'), ('account', 'Redogörelse med egna ord')], max_length=20), size=None)),
                ('content', models.JSONField()),
                ('ground', models.CharField(choices=[('osl_10_2', 'OSL 10:2'), ('consent', 'OSL 10:1 och 12:2, samtycke'), ('osl_10_15a', 'OSL 10:15 a'), ('osl_10_18a', 'OSL 10:18 a'), ('osl_10_18c', 'OSL 10:18 c'), ('osl_10_20', 'OSL 10:20'), ('osl_10_21', 'OSL 10:21'), ('osl_10_22', 'OSL 10:22'), ('osl_10_23', 'OSL 10:23'), ('osl_10_28', 'OSL 10:28'), ('act_2025_170', 'Lag 2025:170, 4 §'), ('osl_26_9', 'OSL 26:9')], max_length=16)),
                ('balancing', models.TextField(help_text='why it may leave, and why not more')),
                ('authority', models.CharField(choices=[('liaison', 'Socialsekreterare hos polisen'), ('police', 'Polismyndigheten'), ('security_police', 'Säkerhetspolisen'), ('prosecutor', 'Åklagarmyndigheten'), ('customs', 'Tullverket'), ('social_board', 'Annan socialnämnd'), ('health', 'Hälso- och sjukvården'), ('school', 'Skola'), ('other', 'Annan')], max_length=16)),
                ('recipient', models.CharField(blank=True, help_text='the person who received it', max_length=200)),
                ('way', models.CharField(choices=[('screen', 'Läses i Riskzon'), ('phone', 'Telefon'), ('meeting', 'Möte'), ('letter', 'Brev'), ('secure', 'Säker digital väg'), ('handed', 'Överlämnat på papper')], max_length=12)),
                ('left_at', models.DateTimeField()),
                ('valid_until', models.DateTimeField(null=True)),
                ('at', models.DateTimeField(help_text='when it was registered')),
                ('correction_reason', models.TextField(blank=True)),
                ('is_void', models.BooleanField(default=False)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disclosures', to='riskzon.case')),
                ('corrects', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='correction', to='riskzon.disclosure')),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('liaison', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='disclosed_to', to=settings.AUTH_USER_MODEL)),
                ('post', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='disclosed_to', to='riskzon.unit')),
            ],
            options={
                'ordering': ['-left_at', '-at'],
                'indexes': [models.Index(fields=['case', '-left_at'], name='disclosure_by_case'), models.Index(fields=['-left_at'], name='disclosure_by_moment')],
                'constraints': [models.CheckConstraint(condition=models.Q(('fields__len__gt', 0)), name='disclosure_says_what'), models.CheckConstraint(condition=models.Q(('fields__contained_by', ['name', 'identity', 'municipality', 'whereabouts', 'guardians', 'phones', 'case_worker', 'assessed', 'investigation', 'account'])), name='disclosure_of_known_fields'), models.CheckConstraint(condition=models.Q(('ground__in', ['osl_10_2', 'consent', 'osl_10_15a', 'osl_10_18a', 'osl_10_18c', 'osl_10_20', 'osl_10_21', 'osl_10_22', 'osl_10_23', 'osl_10_28', 'act_2025_170', 'osl_26_9']), models.Q(('balancing', ''), _negated=True)), name='disclosure_has_a_ground'), models.CheckConstraint(condition=models.Q(models.Q(('authority', 'liaison'), ('liaison__isnull', False), ('post__isnull', True), ('recipient', ''), ('way', 'screen')), models.Q(('authority', 'liaison'), ('liaison__isnull', True), ('post__isnull', False), ('recipient', ''), ('way', 'screen')), models.Q(models.Q(('authority', 'liaison'), _negated=True), models.Q(('way', 'screen'), _negated=True), models.Q(('recipient', ''), _negated=True), ('liaison__isnull', True), ('post__isnull', True)), _connector='OR'), name='disclosure_has_one_recipient'), models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('left_at')), _connector='OR'), name='disclosure_ends_after_it_left'), models.CheckConstraint(condition=models.Q(models.Q(('correction_reason', ''), ('corrects__isnull', True), ('is_void', False)), models.Q(('corrects__isnull', False), models.Q(('correction_reason', ''), _negated=True)), _connector='OR'), name='disclosure_is_corrected_for_a_reason')],
            },
        ),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
