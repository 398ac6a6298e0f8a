"""Which lists, searches and look-ups have named a case is found without reading the whole log."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('riskzon', '0032_log_never_emptied'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='auditentry',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('case__isnull', True)), fields=['cases'], name='audit_by_cases'),
        ),
    ]
