"""Row-level security knows the reduced form: a liaison's page reads of a followed case what was sent and what is the liaison's.

Following is the liaisons' alone and all that they have (`riskzon.matrix.REACHES`; a test holds the two equal), so the role
says which form a case is seen in. What a liaison must know of a hold and of a doubted case, that there is one, is asked in a
question of its own. A report stays with its registrar for partners alone; who is biased about whom is read by that person
and with the case.
"""

from importlib import import_module

from django.db import migrations

wall = import_module("riskzon.migrations.0019_wall")
disclosed = import_module("riskzon.migrations.0022_wall_of_what_was_disclosed")
extracts = import_module("riskzon.migrations.0024_protected_and_extracts")

READER = "(SELECT riskzon_wall_reader())"
IN_FULL = "(SELECT riskzon_wall_role()) <> 'liaison'"


def in_full(condition: str, *, own: str = "false") -> str:
    """`own`: what a liaison sees too, of what the condition lets through."""
    return f"({IN_FULL} OR {own}) AND ({condition})"


def of_report(table: str) -> str:
    return wall.through("riskzon_case", f"beyond.report_id = {table}.report_id")


def altered(policies: dict[str, str]) -> list[str]:
    return [f"ALTER POLICY wall ON {table} USING ({condition});" for table, condition in policies.items()]


BEFORE = {**wall.POLICIES, **disclosed.POLICIES, **extracts.POLICIES}
POLICIES = {
    "riskzon_report": f"((SELECT riskzon_wall_role()) = 'partner' AND registered_by_id = {READER}) OR "
    + wall.through("riskzon_case", "beyond.report_id = riskzon_report.id"),
    "riskzon_adultnote": of_report("riskzon_adultnote"),
    "riskzon_timecorrection": of_report("riskzon_timecorrection"),
    "riskzon_supplement": in_full(of_report("riskzon_supplement"), own=f"by_id = {READER}"),
    "riskzon_contact": in_full(wall.of_case(), own=f"by_id = {READER}"),
    "riskzon_casegrant": f"user_id = {READER} OR ({in_full(wall.of_case())})",
    "riskzon_casegroupgrant": in_full(
        BEFORE["riskzon_casegroupgrant"], own="group_id = ANY ((SELECT riskzon_wall_groups())::integer[])"
    ),
    "riskzon_emergencyaccess": f"user_id = {READER} OR ({in_full(wall.of_case())})",
    "riskzon_reveal": f"user_id = {READER} OR ({in_full(wall.of_case())})",
    **{
        table: in_full(BEFORE[table])
        for table in (
            *("riskzon_guardianship", "riskzon_writtenoff", "riskzon_assessment", "riskzon_note"),
            *("riskzon_endproposal", "riskzon_auditentry", "riskzon_hold", "riskzon_investigation"),
            "riskzon_extract",
        )
    },
}
# With the reader's own rights, and a function: nearly every statement asks for the own blocks, and would plan the cases too.
MEETS = """
CREATE OR REPLACE FUNCTION riskzon_wall_meets(child uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM riskzon_case one WHERE one.child_id = child);
END $$;
"""
BLOCKS = {"riskzon_caseblock": f"user_id = {READER} OR ({in_full('riskzon_wall_meets(child_id)')})"}

HELD_BACK = """
DO $do$ BEGIN
    EXECUTE format($make$
        CREATE FUNCTION riskzon_wall_held_back(cases uuid[]) RETURNS TABLE (id uuid, is_held boolean, is_doubted boolean)
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = %1$I, pg_temp AS $$
        BEGIN
            RETURN QUERY
            SELECT one.id,
                   EXISTS (SELECT 1 FROM riskzon_hold hold WHERE hold.child_id = one.child_id AND hold.ended_at IS NULL),
                   EXISTS (SELECT 1 FROM riskzon_endproposal proposed
                            WHERE proposed.case_id = one.id AND proposed.disposition = 'void'
                              AND proposed.refused_at IS NULL)
              FROM riskzon_case one WHERE one.id = ANY (cases);
        END $$;
    $make$, current_schema());
END $do$;
REVOKE EXECUTE ON FUNCTION riskzon_wall_held_back(uuid[]) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("riskzon", "0029_late_reports")]

    operations = [
        migrations.RunSQL(HELD_BACK, "DROP FUNCTION riskzon_wall_held_back(uuid[]);"),
        migrations.RunSQL(altered(POLICIES), altered({table: BEFORE[table] for table in POLICIES})),
        # Taken back, blocks stay behind the wall: no page of an older version asks for more of them.
        migrations.RunSQL(
            [
                MEETS,
                "DROP POLICY IF EXISTS wall ON riskzon_caseblock; DROP POLICY IF EXISTS beside ON riskzon_caseblock;",
                *wall.raised(BLOCKS),
            ],
            migrations.RunSQL.noop,
        ),
    ]
