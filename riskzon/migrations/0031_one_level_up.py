"""One level up behind the pages too: the heads see what nobody leads, and of a child whom whoever leads must not know.

Whoever leads is the unit's supervisor, or while that one is away the supervisor who covers (`riskzon.leading`). And nobody
reviews the emergency access that he has vouched for.
"""

from django.db import migrations, models
from django.db.models import F, Q

LEADERS = """
DO $do$ BEGIN
    EXECUTE format($make$
        CREATE FUNCTION riskzon_wall_leaders() RETURNS TABLE (unit uuid, leader uuid)
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = %1$I, pg_temp AS $$
        DECLARE moment timestamptz := riskzon_wall_moment();
        BEGIN
            RETURN QUERY
            WITH away AS (
                SELECT one.person_id, one.cover_id FROM riskzon_absence one
                 WHERE one.starts_at <= moment
                   AND (one.ends_at IS NULL OR one.ends_at > moment)
                   AND (one.ended_at IS NULL OR one.ended_at > moment)
            ), there AS (
                SELECT able.id FROM riskzon_user able
                 WHERE able.is_active AND able.role = 'supervisor'
                   AND able.id NOT IN (SELECT away.person_id FROM away)
            )
            SELECT led.id, there.id FROM riskzon_unit led JOIN there ON there.id = led.supervisor_id
            UNION
            SELECT led.id, there.id FROM riskzon_unit led
              JOIN away ON away.person_id = led.supervisor_id JOIN there ON there.id = away.cover_id;
        END $$;

        CREATE OR REPLACE FUNCTION riskzon_wall_one_level_up() RETURNS TABLE (unit uuid, child uuid)
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = %1$I, pg_temp AS $$
        BEGIN
            RETURN QUERY
            WITH chief AS (SELECT one.unit AS led, one.leader FROM riskzon_wall_leaders() one)
            SELECT mine.led, block.child_id
              FROM chief mine JOIN riskzon_caseblock block ON block.user_id = mine.leader
             WHERE block.ended_at IS NULL AND riskzon_wall_role() = 'head'
             GROUP BY mine.led, block.child_id
            HAVING count(*) = (SELECT count(*) FROM chief every WHERE every.led = mine.led);
        END $$;
    $make$, current_schema());
END $do$;
"""
# As in 0019.
ONE_LEVEL_UP_BEFORE = """
DO $do$ BEGIN
    EXECUTE format($make$
        CREATE OR REPLACE FUNCTION riskzon_wall_one_level_up() RETURNS TABLE (unit uuid, child uuid)
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = %1$I, pg_temp AS $$
        BEGIN
            RETURN QUERY
            SELECT led.id, block.child_id
              FROM riskzon_unit led JOIN riskzon_caseblock block ON block.user_id = led.supervisor_id
             WHERE block.ended_at IS NULL AND riskzon_wall_role() = 'head';
        END $$;
    $make$, current_schema());
END $do$;
DROP FUNCTION riskzon_wall_leaders();
"""

# As in 0019, and what nobody leads.
UNITS = """
DO $do$ BEGIN
    EXECUTE format($make$
        CREATE OR REPLACE FUNCTION riskzon_wall_units() RETURNS uuid[] LANGUAGE plpgsql STABLE SECURITY DEFINER
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
                     WHERE me.id = riskzon_wall_reader() AND me.is_active AND me.role = 'supervisor'[above]) found);
        END $$;
    $make$, current_schema());
END $do$;
"""
UNLED = """
                    UNION
                    SELECT led.id FROM riskzon_unit led
                     WHERE riskzon_wall_role() = 'head'
                       AND led.id NOT IN (SELECT chief.unit FROM riskzon_wall_leaders() chief)"""


class Migration(migrations.Migration):
    dependencies = [("riskzon", "0030_wall_in_reduced_form")]

    operations = [
        migrations.RunSQL(
            [LEADERS, UNITS.replace("[above]", UNLED)], [UNITS.replace("[above]", ""), ONE_LEVEL_UP_BEFORE]
        ),
        # What was reviewed before it was refused stays as it is written.
        migrations.RunSQL(
            """ALTER TABLE riskzon_emergencyaccess ADD CONSTRAINT emergency_is_not_reviewed_by_whoever_vouched
            CHECK (reviewed_by_id IS NULL OR confirmed_by_id IS NULL OR NOT (reviewed_by_id = confirmed_by_id)) NOT VALID""",
            "ALTER TABLE riskzon_emergencyaccess DROP CONSTRAINT emergency_is_not_reviewed_by_whoever_vouched",
            state_operations=[
                migrations.AddConstraint(
                    "emergencyaccess",
                    models.CheckConstraint(
                        condition=Q(reviewed_by__isnull=True)
                        | Q(confirmed_by__isnull=True)
                        | ~Q(reviewed_by=F("confirmed_by")),
                        name="emergency_is_not_reviewed_by_whoever_vouched",
                    ),
                )
            ],
        ),
    ]
