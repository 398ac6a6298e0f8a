"""Keys of a person's own beside the app (WebAuthn); and of each recovery code, how many of its bits are random."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('riskzon', '0024_protected_and_extracts'),
    ]

    operations = [
        migrations.AddField(
            model_name='recoverycode',
            name='bits',
            # Codes that are there, and those that a process of the version before still makes, have 80.
            field=models.PositiveSmallIntegerField(db_default=80, help_text='how many of it are random; 80 in the first version'),
        ),
        migrations.AlterField(
            model_name='loginsession',
            name='way',
            field=models.CharField(choices=[('password', 'Lösenord'), ('code', 'Lösenord och kod'), ('passkey', 'Lösenord och lösennyckel'), ('recovery', 'Lösenord och reservkod'), ('sign_on', 'Kommunens inloggning')], max_length=10),
        ),
        migrations.CreateModel(
            name='Passkey',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(help_text="in its owner's words", max_length=60)),
                ('credential_id', models.BinaryField(max_length=1023, unique=True)),
                ('public_half', models.BinaryField(help_text='as WebAuthn writes it: make, id, public key (6.5.2)')),
                ('uses', models.BigIntegerField(help_text='as the key itself counts them; 0: it does not')),
                ('added_at', models.DateTimeField(help_text='by the real clock')),
                ('last_used_at', models.DateTimeField(help_text='by the real clock', null=True)),
                ('factor', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='passkeys', to='riskzon.secondfactor')),
            ],
        ),
    ]
