"""Row-level security on deadlines, breaches and steps knows the reduced form (`riskzon` 0030).

Of a followed case a liaison's page reads the clock for reaching a guardian, and nothing else.
"""

from importlib import import_module

from django.db import migrations

reduced = import_module("riskzon.migrations.0030_wall_in_reduced_form")
before = import_module("workflows.migrations.0012_wall")

POLICIES = {
    "workflows_deadline": reduced.in_full(before.POLICIES["workflows_deadline"], own="kind = 'guardian_contact'"),
    **{
        table: reduced.in_full(before.POLICIES[table])
        for table in ("workflows_breach", "workflows_caseprocess", "workflows_todo")
    },
}


class Migration(migrations.Migration):
    dependencies = [
        ("riskzon", "0030_wall_in_reduced_form"),
        ("workflows", "0013_canaries_forgotten"),
    ]

    operations = [
        migrations.RunSQL(
            reduced.altered(POLICIES), reduced.altered({table: before.POLICIES[table] for table in POLICIES})
        )
    ]
