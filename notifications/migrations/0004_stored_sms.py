"""The demo keeps its SMS beside its mail, so that nothing has to leave the machine."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_roster")]

    operations = [
        migrations.CreateModel(
            name="StoredSms",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_default=models.functions.Now())),
                ("recipient", models.CharField(max_length=16)),
                ("body", models.CharField(max_length=160)),
            ],
            options={"ordering": ["-id"]},
        ),
    ]
