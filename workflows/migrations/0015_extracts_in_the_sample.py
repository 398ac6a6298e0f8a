"""An extract is a reason of its own to look at a reading."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workflows', '0014_wall_in_reduced_form'),
    ]

    operations = [
        migrations.AlterField(
            model_name='logreview',
            name='flags',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('own_child', 'En vårdnadshavare har samma namn som den som läste'), ('emergency', 'Nödåtkomst'), ('same_name', 'Samma efternamn som barnet eller en vårdnadshavare'), ('protected', 'Skyddade personuppgifter'), ('night', 'På natten, utan jourpass'), ('export', 'Utdrag ur ärendet'), ('many_searches', 'Många sökningar samma dag'), ('no_relation', 'Har inte arbetat i ärendet')], max_length=16), default=list, size=None),
        ),
    ]
