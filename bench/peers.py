"""What the peers do for the same thing: stock viewflow, guardian, and bare SQL as the limit."""

from datetime import timedelta

from django.contrib.auth.models import Group
from django.db import connection, transaction
from guardian.shortcuts import assign_perm, get_objects_for_user
from viewflow.workflow.models import Task
from viewflow.workflow.status import STATUS
from viewflow.workflow.timers import fire_due_timers

from bench.peer.flows import PeerFlow
from bench.peer.models import PeerProcess
from riskzon import clock
from riskzon.models import Case, User


def open_case(group: Group, title: str) -> None:
    """Stock viewflow's bare process: two tasks, a timer, and two object permissions by guardian."""
    with transaction.atomic():
        process = PeerFlow.start.run(title=title)
        assign_perm("peer.work_case", group, process)
        assign_perm("peer.view_peerprocess", group, process)


#: Which processes each person's group may work with, of a hundred: the same share as the product's units.
SHARES = {"narrow": "= 0", "wide": "< 10", "late": "= 99", "city": ">= 10"}


def prepare_queue(until: int) -> dict[str, User]:
    """Processes with one open task each, and for each person a group with object permissions as the stock queue needs them.

    One group holds its permission on each process of one unit, of ten, or of ninety.
    """
    users = {}
    for place, name in enumerate(SHARES):
        user, _is_new = User.objects.get_or_create(username=f"peer.{place}")
        user.groups.add(Group.objects.get_or_create(name=f"peer-{place}")[0])
        assign_perm("peer.view_peerprocess", user)
        users[name] = user
    group = Group.objects.get(name="peer")
    have = PeerProcess.objects.count()
    opened = PeerProcess.objects.order_by("pk").first()
    if opened is None:
        open_case(group, "first")
        opened, have = PeerProcess.objects.get(), 1
    granted = "".join(
        f"""
            INSERT INTO guardian_groupobjectpermission (permission_id, group_id, content_type_id, object_pk)
            SELECT p.id, g.id, p.content_type_id, base.process_ptr_id::text
              FROM peer_peerprocess base, auth_permission p, auth_group g
             WHERE base.title LIKE 'p%%' AND substr(base.title, 2)::int > %(have)s
               AND substr(base.title, 2)::int %% 100 {which}
               AND p.codename = 'work_case' AND g.name = 'peer-{place}';
        """
        for place, which in enumerate(SHARES.values())
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH number AS (
                SELECT n, nextval(pg_get_serial_sequence('viewflow_process', 'id')) AS id
                  FROM generate_series(%(have)s + 1, %(until)s) n
            ), base AS (
                INSERT INTO viewflow_process (id, flow_class, status, created, data)
                SELECT number.id, flow_class, 'NEW', now(), '{}'
                  FROM viewflow_process CROSS JOIN number WHERE viewflow_process.id = %(first)s
            ), own AS (
                INSERT INTO peer_peerprocess (process_ptr_id, title) SELECT id, 'p' || n FROM number
            )
            INSERT INTO viewflow_task (flow_task, flow_task_type, status, created, token, process_id, data,
                owner_permission, owner_permission_content_type_id, owner_permission_obj_pk)
            SELECT t.flow_task, t.flow_task_type, 'NEW', now(), t.token, number.id, '{}', t.owner_permission,
                t.owner_permission_content_type_id, number.id::text
              FROM number, viewflow_task t WHERE t.process_id = %(first)s AND t.flow_task LIKE '%%assess';
            """
            + granted,
            {"first": opened.pk, "have": have, "until": until},
        )
        for table in ("viewflow_process", "viewflow_task", "guardian_groupobjectpermission", "peer_peerprocess"):
            cursor.execute(f"VACUUM ANALYZE {table}")
    return users


def queue(user: User) -> int:
    """The stock worklist: the first 50 tasks that this user may take."""
    fresh = User.objects.get(pk=user.pk)
    return len(Task.objects.queue([PeerFlow], fresh).filter(status=STATUS.NEW)[:50])


def objects_for_user(user: User) -> int:
    """guardian's own list of what a user may work with: the first 50."""
    fresh = User.objects.get(pk=user.pk)
    return len(get_objects_for_user(fresh, "peer.work_case", klass=PeerProcess, accept_global_perms=False)[:50])


def bare_worklist(units: list[object]) -> int:
    """The limit: no policy, no block, no log."""
    return len(Case.objects.filter(unit_id__in=units, closed_at__isnull=True).order_by("next_due_at")[:50])


def make_due(count: int) -> None:
    """Let `count` of the peer's timers be due now; opens what is missing."""
    group = Group.objects.get_or_create(name="peer")[0]
    for place in range(count - Task.objects.filter(status=STATUS.SCHEDULED).count()):
        open_case(group, f"timer {place}")
    Task.objects.filter(status=STATUS.SCHEDULED).update(scheduled=clock.real_now() - timedelta(seconds=1))


def fire_all() -> int:
    """The stock dispatcher."""
    return fire_due_timers()


def bare_update() -> int:
    """The limit: one conditional UPDATE of every due row, without event, message or log."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE workflows_deadline SET state = 'breached', fired_at = riskzon_now(), next_step_at = NULL"
            " WHERE next_step_at <= riskzon_now() AND state = 'running'"
        )
        return cursor.rowcount


def one_statement_each(batch: int = 500) -> int:
    """The limit of firing: one CTE per batch that updates the row, writes the event and the breach; under every guard."""
    fired = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                """
                WITH due AS (
                    SELECT id, case_id, due_at FROM workflows_deadline WHERE next_step_at <= statement_timestamp()
                     ORDER BY next_step_at, id LIMIT %s FOR UPDATE SKIP LOCKED
                ), u AS (
                    UPDATE workflows_deadline d SET state = 'breached', fired_at = statement_timestamp(),
                           next_step_at = NULL FROM due WHERE d.id = due.id
                ), b AS (
                    INSERT INTO workflows_breach (id, deadline_id, case_id, kind, unit_id, due_at, fired_at, on_duty, born,
                        cause, action)
                    SELECT gen_random_uuid(), due.id, due.case_id, 'guardian_contact', c.unit_id, due.due_at,
                        statement_timestamp(), '[]', false, '', ''
                      FROM due JOIN riskzon_case c ON c.id = due.case_id
                )
                INSERT INTO workflows_deadlineevent (deadline_id, step, at, fired_at, told, folded)
                SELECT id, 'breach', due_at, statement_timestamp(), 0, false FROM due
                """,
                [batch],
            )
            if not cursor.rowcount:
                return fired
            fired += cursor.rowcount


def all_rows_in_one_statement(batch: int = 500) -> int:
    """The limit of this design: the ten rows that the product writes, in one CTE per batch, under every guard.

    Who is told and when is written in as constants, so no policy is asked and nothing is done outside the database.
    """
    told = User.objects.get(username="maria.oberg").pk
    fired = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                """
                WITH due AS MATERIALIZED (
                    SELECT id, case_id, due_at, gen_random_uuid() AS breach_id FROM workflows_deadline
                     WHERE next_step_at <= %(now)s ORDER BY next_step_at, id LIMIT %(batch)s
                       FOR NO KEY UPDATE SKIP LOCKED
                ), u AS (
                    UPDATE workflows_deadline d SET state = 'breached', fired_at = %(now)s, next_step_at = NULL
                      FROM due WHERE d.id = due.id
                ), b AS (
                    INSERT INTO workflows_breach (id, deadline_id, case_id, kind, unit_id, due_at, fired_at, duty_unit_id,
                        on_duty, born, cause, action)
                    SELECT breach_id, due.id, due.case_id, 'guardian_contact', c.unit_id, due.due_at, %(now)s, c.unit_id,
                        '[]', false, '', ''
                      FROM due JOIN riskzon_case c ON c.id = due.case_id
                ), r AS (
                    INSERT INTO workflows_deadline (id, case_id, kind, rule_id, starts_at, due_at, created_at,
                        next_step_at, breach_id, state, exempt_code, provisional_start, after_hold)
                    SELECT gen_random_uuid(), case_id, 'breach_review', rule.id, %(now)s, %(now)s + INTERVAL '3 days',
                        %(now)s, %(now)s + INTERVAL '2 days', breach_id, 'running', '', false, false
                      FROM due, (SELECT id FROM workflows_deadlinerule WHERE kind = 'breach_review' LIMIT 1) rule
                ), m AS (
                    INSERT INTO notifications_message (id, kind, key, recipient_id, case_id, facts, created_at)
                    SELECT gen_random_uuid(), 'deadline_breached', due.id || ':' || step, %(told)s, due.case_id,
                        jsonb_build_object('deadline', 'guardian_contact', 'step', step, 'at', due.due_at), %(now)s
                      FROM due, unnest(ARRAY['breach', '+1h']) step ORDER BY 3
                        ON CONFLICT (recipient_id, key) DO NOTHING RETURNING id
                ), d AS (
                    INSERT INTO notifications_delivery (id, message_id, channel, state, attempts, error)
                    SELECT gen_random_uuid(), id, 'email', 'waiting', 0, '' FROM m
                ), a AS (
                    INSERT INTO riskzon_auditentry (product_at, role, action, what, ground, case_id, cases, detail)
                    SELECT %(now)s, '', 'system', 'breach', '', case_id, '{}', '{"deadline": "guardian_contact"}' FROM due
                )
                INSERT INTO workflows_deadlineevent (deadline_id, step, at, fired_at, told, folded)
                SELECT id, step, due_at, %(now)s, 1, false FROM due, unnest(ARRAY['breach', '+1h']) step
                """,
                {"now": clock.now(), "batch": batch, "told": told},
            )
            if not cursor.rowcount:
                return fired
            fired += cursor.rowcount // 2
