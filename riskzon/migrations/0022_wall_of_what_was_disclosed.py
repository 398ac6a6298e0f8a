"""Row-level security on the disclosure register and on emergency access (`riskzon` 0019)."""

from importlib import import_module

from django.db import migrations

wall = import_module("riskzon.migrations.0019_wall")

READER = "(SELECT riskzon_wall_reader())"
POLICIES = {
    # A liaison reads what was disclosed to the liaison or the post, also of a case that is followed.
    "riskzon_disclosure": f"""
        CASE WHEN (SELECT riskzon_wall_role()) = 'liaison'
             THEN liaison_id = {READER}
                  OR post_id = (SELECT me.unit_id FROM riskzon_user me WHERE me.id = {READER})
             ELSE {wall.of_case()}
        END
    """,  # noqa: S608 - names of this file
    "riskzon_emergencyaccess": f"user_id = {READER} OR {wall.of_case()}",
}


class Migration(migrations.Migration):
    dependencies = [("riskzon", "0021_disclosures")]

    operations = [migrations.RunSQL(wall.raised(POLICIES), wall.taken_down(POLICIES))]
