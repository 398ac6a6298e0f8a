"""What leaves for an authority does so by a row of the disclosure register."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('riskzon', '0026_roles_confirmed'),
    ]

    operations = [
        migrations.AddField(
            model_name='extract',
            name='disclosure',
            field=models.ForeignKey(help_text='by which it leaves for an authority', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskzon.disclosure'),
        ),
        migrations.AddConstraint(
            model_name='extract',
            constraint=models.CheckConstraint(condition=models.Q(('recipient', 'authority'), ('disclosure__isnull', True), _connector='OR'), name='extract_leaves_by_a_disclosure'),
        ),
    ]
