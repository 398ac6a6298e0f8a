"""The log is sealed: each row knows its transaction, seals and heads only grow. Rows from before all get this one's number."""

import django.db.models.deletion
import riskzon.models.audit
from django.db import migrations, models

GUARDS = """
CREATE TRIGGER seal_only_grows BEFORE UPDATE OR DELETE ON riskzon_auditseal
    FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
CREATE TRIGGER head_only_grows BEFORE UPDATE OR DELETE ON riskzon_audithead
    FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
"""

GUARDS_BACK = """
DROP TRIGGER seal_only_grows ON riskzon_auditseal;
DROP TRIGGER head_only_grows ON riskzon_audithead;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('riskzon', '0013_canary_and_audit_heartbeat'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('number', models.BigIntegerField(help_text='1, 2, 3 … without gaps', primary_key=True, serialize=False)),
                ('format', models.PositiveSmallIntegerField()),
                ('after_id', models.BigIntegerField(help_text='0; higher once the rows have moved to another cluster')),
                ('from_transaction', models.BigIntegerField()),
                ('to_transaction', models.BigIntegerField()),
                ('rows', models.IntegerField()),
                ('total', models.BigIntegerField(help_text='rows in this seal and in all before it')),
                ('last_id', models.BigIntegerField(help_text='the highest id in this seal and in all before it')),
                ('root', models.CharField(max_length=64)),
                ('previous', models.CharField(help_text='the hash of the seal before; 64 zeros: none', max_length=64, unique=True)),
                ('sealed_at', models.DateTimeField(help_text="by the database's own clock")),
                ('hash', models.CharField(max_length=64)),
                ('leaves', models.BinaryField()),
            ],
        ),
        migrations.AddField(
            model_name='auditentry',
            name='transaction',
            field=models.BigIntegerField(db_default=riskzon.models.audit.TransactionNumber()),
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='action',
            field=models.CharField(choices=[('open', 'Öppnade ärendet'), ('list', 'Visade lista'), ('search', 'Sökte'), ('lookup', 'Kontrollerade om barnet är känt'), ('change', 'Ändrade'), ('register', 'Registrerade anmälan'), ('denied', 'Nekad'), ('login', 'Loggade in'), ('logout', 'Loggade ut'), ('export', 'Exporterade'), ('system', 'Systemet')], max_length=12),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['transaction', 'id'], name='audit_by_transaction'),
        ),
        migrations.CreateModel(
            name='AuditHead',
            fields=[
                ('seal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='riskzon.auditseal')),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
