"""Row-level security on every table that tells something of a child: for the role of a page, only what its person may see.

The policy of `riskzon.access` once more, in SQL and from the rows alone. Three settings say who reads (`riskzon.user`), at
which moment of the product's clock (`riskzon.now`), and which units are closed (`riskzon.shift`); the last is believed for
Socialjouren alone. Without them nothing is seen. The owner of the tables and the auditor are not held by it: they have no
page. `riskzon.wall_role` makes the role and says what it may read.
"""

from django.db import migrations

# With the owner's rights: what they read to find out what somebody may see is itself behind the wall.
ASKED = """
DO $do$ BEGIN
    EXECUTE format($make$
        CREATE FUNCTION riskzon_wall_role() RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER
        SET search_path = %1$I, pg_temp AS $$
        BEGIN
            RETURN (SELECT me.role FROM riskzon_user me WHERE me.id = riskzon_wall_reader() AND me.is_active);
        END $$;

        CREATE FUNCTION riskzon_wall_units() RETURNS uuid[] LANGUAGE plpgsql STABLE SECURITY DEFINER
        SET search_path = %1$I, pg_temp AS $$
        DECLARE moment timestamptz := riskzon_wall_moment();
        BEGIN
            RETURN (
                SELECT COALESCE(array_agg(found.id), '{}') FROM (
                    SELECT me.unit_id AS id FROM riskzon_user me
                     WHERE me.id = riskzon_wall_reader() AND me.is_active AND me.unit_id IS NOT NULL
                       AND me.role IN ('social_worker', 'supervisor', 'duty')
                    UNION
                    SELECT led.id FROM riskzon_user me
                      JOIN riskzon_unit led ON led.supervisor_id = me.id OR led.supervisor_id IN (
                            SELECT away.person_id FROM riskzon_absence away
                             WHERE away.cover_id = me.id AND away.starts_at <= moment
                               AND (away.ends_at IS NULL OR away.ends_at > moment)
                               AND (away.ended_at IS NULL OR away.ended_at > moment))
                     WHERE me.id = riskzon_wall_reader() AND me.is_active AND me.role = 'supervisor') found);
        END $$;

        CREATE FUNCTION riskzon_wall_blocked() RETURNS uuid[] LANGUAGE plpgsql STABLE SECURITY DEFINER
        SET search_path = %1$I, pg_temp AS $$
        BEGIN
            RETURN (SELECT COALESCE(array_agg(block.child_id), '{}') FROM riskzon_caseblock block
                     WHERE block.user_id = riskzon_wall_reader() AND block.ended_at IS NULL);
        END $$;

        CREATE FUNCTION riskzon_wall_given() RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER
        SET search_path = %1$I, pg_temp AS $$
        DECLARE moment timestamptz := riskzon_wall_moment();
        BEGIN
            RETURN QUERY
            SELECT given.case_id
              FROM (SELECT own.case_id, own.permission_id, own.source, own.ends_at FROM riskzon_casegrant own
                     WHERE own.user_id = riskzon_wall_reader() AND own.ended_at IS NULL
                    UNION ALL
                    SELECT ours.case_id, ours.permission_id, ours.source, ours.ends_at FROM riskzon_casegroupgrant ours
                      JOIN riskzon_user_groups mine ON mine.group_id = ours.group_id
                     WHERE mine.user_id = riskzon_wall_reader() AND ours.ended_at IS NULL) given
              JOIN auth_permission kind ON kind.id = given.permission_id
               AND kind.codename IN ('handle_case', 'note_case', 'read_case', 'emergency_case', 'follow_case')
              JOIN riskzon_case about ON about.id = given.case_id
             WHERE (given.ends_at IS NULL OR given.ends_at > moment
                    OR (given.source IN ('registered', 'named', 'taken_over') AND about.closed_at IS NULL))
               AND EXISTS (SELECT 1 FROM riskzon_user me WHERE me.id = riskzon_wall_reader() AND me.is_active);
        END $$;

        CREATE FUNCTION riskzon_wall_groups() RETURNS integer[] LANGUAGE plpgsql STABLE SECURITY DEFINER
        SET search_path = %1$I, pg_temp AS $$
        BEGIN
            RETURN (SELECT COALESCE(array_agg(mine.group_id), '{}') FROM riskzon_user_groups mine
                     WHERE mine.user_id = riskzon_wall_reader());
        END $$;

        CREATE FUNCTION riskzon_wall_one_level_up() RETURNS TABLE (unit uuid, child uuid)
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = %1$I, pg_temp AS $$
        BEGIN
            RETURN QUERY
            SELECT led.id, block.child_id
              FROM riskzon_unit led JOIN riskzon_caseblock block ON block.user_id = led.supervisor_id
             WHERE block.ended_at IS NULL AND riskzon_wall_role() = 'head';
        END $$;

        CREATE FUNCTION riskzon_wall_cases_of(reports uuid[]) RETURNS TABLE (id uuid, report_id uuid)
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = %1$I, pg_temp AS $$
        BEGIN
            RETURN QUERY SELECT one.id, one.report_id FROM riskzon_case one WHERE one.report_id = ANY (reports);
        END $$;

        CREATE FUNCTION riskzon_wall_reports_about(children uuid[])
        RETURNS TABLE (case_id uuid, child_id uuid, number text, kind text, notified_at timestamptz, disposition text)
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = %1$I, pg_temp AS $$
        BEGIN
            RETURN QUERY
            SELECT one.id, one.child_id, COALESCE(report.number, '')::text, report.kind::text, report.notified_at,
                   one.disposition::text
              FROM riskzon_case one JOIN riskzon_report report ON report.id = one.report_id
             WHERE one.child_id = ANY (children) AND one.disposition <> 'void'
             ORDER BY report.notified_at DESC;
        END $$;

        CREATE FUNCTION riskzon_wall_siblings(guardians uuid[], reader uuid)
        RETURNS TABLE (shared uuid, id uuid, given_name text, family_name text, birth_date date,
                       approximate_age smallint, protected_identity text)
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = %1$I, pg_temp AS $$
        BEGIN
            RETURN QUERY
            SELECT link.guardian_id, child.id, child.given_name::text, child.family_name::text, child.birth_date,
                   child.approximate_age, child.protected_identity::text
              FROM riskzon_guardianship link JOIN riskzon_child child ON child.id = link.child_id
             WHERE link.guardian_id = ANY (guardians) AND NOT EXISTS (
                   SELECT 1 FROM riskzon_caseblock block
                    WHERE block.user_id = reader AND block.child_id = child.id AND block.ended_at IS NULL)
             ORDER BY child.birth_date, child.id;
        END $$;

        CREATE FUNCTION riskzon_wall_numbers(cases uuid[]) RETURNS TABLE (id uuid, number text)
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = %1$I, pg_temp AS $$
        BEGIN
            RETURN QUERY
            SELECT one.id, report.number || '-' || one.ordinal
              FROM riskzon_case one JOIN riskzon_report report ON report.id = one.report_id WHERE one.id = ANY (cases);
        END $$;
    $make$, current_schema());
END $do$;
"""

TOLD = """
CREATE FUNCTION riskzon_wall_reader() RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('riskzon.user', true), '')::uuid $$;

CREATE FUNCTION riskzon_wall_moment() RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('riskzon.now', true), '')::timestamptz $$;

-- Whose page it is not: the auditor, who reads a few columns, and no child's name.
CREATE FUNCTION riskzon_wall_is_beside() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT current_user !~ '^riskzon_read_' $$;
"""

SHIFT = """
CREATE FUNCTION riskzon_wall_shift() RETURNS TABLE (unit uuid, since timestamptz, is_open boolean)
LANGUAGE plpgsql STABLE ROWS 10 AS $$
BEGIN
    RETURN QUERY
    SELECT told.unit, told.since, told.is_open
      FROM jsonb_to_recordset(nullif(current_setting('riskzon.shift', true), '')::jsonb)
           AS told (unit uuid, since timestamptz, is_open boolean);
END $$;
"""

# The clauses of `riskzon.access.visible_cases`: blocked, lead and unit, given, one level up, duty.
CASE = """
child_id <> ALL ((SELECT riskzon_wall_blocked())::uuid[])
AND (
    unit_id = ANY ((SELECT riskzon_wall_units())::uuid[])
    OR id IN (SELECT riskzon_wall_given())
    OR (unit_id, child_id) IN (SELECT led.unit, led.child FROM riskzon_wall_one_level_up() led)
    OR ((SELECT riskzon_wall_role()) = 'duty' AND closed_at IS NULL AND EXISTS (
        SELECT 1 FROM riskzon_wall_shift() shift
         WHERE shift.unit = unit_id AND (
               (duty_at IS NOT NULL AND (taken_over_at IS NULL OR duty_at > taken_over_at))
               OR (NOT shift.is_open AND (assessed_at IS NULL OR guardian_contact_open OR review_due_at < shift.since))
               OR (shift.is_open AND GREATEST(registered_at, taken_over_at) < shift.since
                   AND (assessed_at IS NULL OR review_due_at < shift.since
                        OR (guardian_contact_open
                            AND (contact_reopened_at IS NULL OR contact_reopened_at < shift.since)))))
        OFFSET 0))
)
"""


def through(table: str, condition: str) -> str:
    """A row is seen with the row it hangs on. OFFSET 0: asked row by row by an index, never by gathering all there are."""
    return f"EXISTS (SELECT 1 FROM {table} beyond WHERE {condition} OFFSET 0)"  # noqa: S608 - names of this file


def of_case(column: str = "case_id") -> str:
    return through("riskzon_case", f"beyond.id = {column}")


# A child changes places when the right one is known: what was written meanwhile is seen with the case it was written in.
POLICIES = {
    "riskzon_case": CASE,
    "riskzon_casegrant": f"user_id = (SELECT riskzon_wall_reader()) OR {of_case()}",
    "riskzon_casegroupgrant": f"group_id = ANY ((SELECT riskzon_wall_groups())::integer[]) OR {of_case()}",
    "riskzon_child": through("riskzon_case", "beyond.child_id = riskzon_child.id"),
    "riskzon_guardianship": through("riskzon_case", "beyond.child_id = riskzon_guardianship.child_id"),
    "riskzon_guardian": " OR ".join(
        through(table, "beyond.guardian_id = riskzon_guardian.id")
        for table in (
            "riskzon_guardianship",
            "riskzon_contact",
            "riskzon_hold",
            "riskzon_writtenoff",
            "riskzon_investigationentry",
        )
    ),
    "riskzon_report": "registered_by_id = (SELECT riskzon_wall_reader()) OR "
    + through("riskzon_case", "beyond.report_id = riskzon_report.id"),
    **{
        table: through("riskzon_report", f"beyond.id = {table}.report_id")
        for table in ("riskzon_adultnote", "riskzon_supplement", "riskzon_timecorrection")
    },
    **{
        table: of_case()
        for table in (
            "riskzon_contact",
            "riskzon_writtenoff",
            "riskzon_assessment",
            "riskzon_note",
            "riskzon_endproposal",
            "riskzon_auditentry",
        )
    },
    "riskzon_hold": f"{of_case()} OR " + through("riskzon_case", "beyond.child_id = riskzon_hold.child_id"),
    "riskzon_investigation": through("riskzon_case", "beyond.child_id = riskzon_investigation.child_id")
    + " OR "
    + through("riskzon_case", "beyond.investigation_id = riskzon_investigation.id"),
    "riskzon_investigationentry": through("riskzon_investigation", "beyond.id = investigation_id"),
    "riskzon_extensionanswer": through("riskzon_investigationentry", "beyond.id = entry_id"),
}


def raised(policies: dict[str, str]) -> list[str]:
    return [
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        CREATE POLICY wall ON {table} FOR SELECT USING ({condition});
        CREATE POLICY beside ON {table} USING ((SELECT riskzon_wall_is_beside()));
        """
        for table, condition in policies.items()
    ]


def taken_down(policies: dict[str, str]) -> list[str]:
    return [
        f"""
        DROP POLICY wall ON {table};
        DROP POLICY beside ON {table};
        ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
        """
        for table in reversed(policies)
    ]


FUNCTIONS = (
    *("reader()", "moment()", "is_beside()", "shift()", "role()", "units()", "blocked()", "given()"),
    *("groups()", "one_level_up()"),
    *("cases_of(uuid[])", "reports_about(uuid[])", "siblings(uuid[], uuid)", "numbers(uuid[])"),
)
# They tell of cases that the reader may not see: for the role of a page, which is given them by name.
CLOSED = "".join(f"REVOKE EXECUTE ON FUNCTION riskzon_wall_{name} FROM PUBLIC;" for name in FUNCTIONS[-4:])
LOG = "CREATE POLICY written ON riskzon_auditentry FOR INSERT WITH CHECK (true);"


class Migration(migrations.Migration):
    dependencies = [
        ("riskzon", "0018_how_people_come_in"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RunSQL(
            [TOLD, SHIFT, ASKED, CLOSED, *raised(POLICIES), LOG],
            [
                "DROP POLICY written ON riskzon_auditentry;",
                *taken_down(POLICIES),
                *(f"DROP FUNCTION riskzon_wall_{name};" for name in FUNCTIONS),
            ],
        ),
    ]
