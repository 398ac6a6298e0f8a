"""A right on one case gives nothing to a role that cannot hold it, behind the pages too; it ends with the role and the account.

`riskzon.matrix.REACHES` says the same for the policy; a test holds the two equal. The rights that came with a running
investigation pass to whoever has it next (`workflows.succession`), and are not ended here.
"""


from django.db import migrations


#: Which right which role can hold.
HOLDS = """(VALUES
    ('handle_case', 'social_worker'), ('handle_case', 'supervisor'), ('handle_case', 'duty'), ('handle_case', 'head'),
    ('read_case', 'social_worker'), ('read_case', 'supervisor'), ('read_case', 'duty'), ('read_case', 'head'),
    ('emergency_case', 'social_worker'), ('emergency_case', 'supervisor'), ('emergency_case', 'duty'),
    ('note_case', 'duty'), ('follow_case', 'liaison'))"""

# As in 0019, and the last line of the join.
GIVEN = """
DO $do$ BEGIN
    EXECUTE format($make$
        CREATE OR REPLACE FUNCTION riskzon_wall_given() RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER
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
               AND EXISTS (SELECT 1 FROM riskzon_user me WHERE me.id = riskzon_wall_reader() AND me.is_active{role});
        END $$;
    $make$, current_schema());
END $do$;
"""
BY_ROLE = f" AND (kind.codename, me.role) IN {HOLDS}"

ENDS = f"""
CREATE FUNCTION riskzon_rights_go_with_the_role() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE riskzon_casegrant AS given SET ended_at = riskzon_now()
      FROM auth_permission AS kind
     WHERE given.user_id = NEW.id AND given.ended_at IS NULL AND given.source <> 'investigation'
       AND kind.id = given.permission_id
       AND NOT (NEW.is_active AND (kind.codename, NEW.role) IN {HOLDS});
    RETURN NULL;
END $$;
CREATE TRIGGER riskzon_rights_go_with_the_role AFTER UPDATE OF role, is_active ON riskzon_user
    FOR EACH ROW WHEN ((OLD.role, OLD.is_active) IS DISTINCT FROM (NEW.role, NEW.is_active))
    EXECUTE FUNCTION riskzon_rights_go_with_the_role();
"""  # noqa: S608 - names of this file
ENDS_BACK = """
DROP TRIGGER riskzon_rights_go_with_the_role ON riskzon_user;
DROP FUNCTION riskzon_rights_go_with_the_role();
"""
# What those have kept who have left or changed role before.
TIDY = f"""
UPDATE riskzon_casegrant AS given SET ended_at = riskzon_now()
  FROM auth_permission AS kind, riskzon_user AS person
 WHERE given.ended_at IS NULL AND given.source <> 'investigation'
   AND kind.id = given.permission_id AND person.id = given.user_id
   AND NOT (person.is_active AND (kind.codename, person.role) IN {HOLDS});
"""  # noqa: S608 - names of this file


class Migration(migrations.Migration):
    dependencies = [("riskzon", "0022_wall_of_what_was_disclosed")]

    operations = [
        migrations.RunSQL(
            [GIVEN.replace("{role}", BY_ROLE), ENDS, TIDY], [ENDS_BACK, GIVEN.replace("{role}", "")]
        ),
    ]
