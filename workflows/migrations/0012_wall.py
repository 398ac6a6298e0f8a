"""Row-level security on deadlines, breaches and steps: each is seen with its case (`riskzon` 0019)."""

from importlib import import_module

from django.db import migrations

wall = import_module("riskzon.migrations.0019_wall")

POLICIES = {
    **{
        table: wall.of_case()
        for table in ("workflows_deadline", "workflows_breach", "workflows_caseprocess", "workflows_todo")
    },
    "workflows_deadlineevent": wall.through("workflows_deadline", "beyond.id = deadline_id"),
    "workflows_breachnote": wall.through("workflows_breach", "beyond.id = breach_id"),
    "workflows_casetask": wall.through("workflows_caseprocess", "beyond.id = process_id"),
}


class Migration(migrations.Migration):
    dependencies = [
        ("riskzon", "0019_wall"),
        ("workflows", "0009_rule_versions"),
    ]

    operations = [migrations.RunSQL(wall.raised(POLICIES), wall.taken_down(POLICIES))]
