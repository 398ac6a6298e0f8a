"""Where an SMS wakes a person: a Swedish mobile number, or none."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("riskzon", "0007_from_duty")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="phone",
            field=models.CharField(
                blank=True, default="", help_text="where an SMS wakes the person: +467…, or none", max_length=16
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("phone", ""), ("phone__regex", r"^\+467[02369][0-9]{7}$"), _connector="OR"),
                name="user_phone_takes_sms",
            ),
        ),
    ]
