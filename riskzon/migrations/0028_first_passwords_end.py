"""A first password is soon over, or its owner's own."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('riskzon', '0027_extract_by_a_disclosure'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='first_password_until',
            field=models.DateTimeField(blank=True, help_text="until when a first password lets in, by the real clock; null: it is the person's own", null=True),
        ),
    ]
