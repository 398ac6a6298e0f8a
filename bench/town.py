"""What stands in the database of a running product when it is measured? Run inside its home, as the product's own code.

`python -m bench.town CASES CLOCKS` brings the number of open cases and of running guardian clocks up to these, and prints
the user names with their first cases as one JSON line.
"""

import json
import os
import sys
from uuid import uuid4

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.dev")

import django

django.setup()

from django.db import connection, transaction

from bench import data
from riskzon import clock
from riskzon.doors import look
from riskzon.models import User
from workflows.demo.people import ensure_people
from workflows.verbs.intake import register_report
from workflows.worklist import page

#: Long enough that none comes while anything is measured, its reminders included.
FAR_SECONDS = 30 * 86_400
WORKERS_OF_A_UNIT = 3


def furnish(cases: int, clocks: int) -> None:
    """Cases with people who hold nine of ten, a process, a guardian and a clock that ends in thirty days."""
    ensure_people()
    data.load_cases(cases)
    data.workers()
    _load_people()
    _load_processes()
    missing = clocks - data.deadlines_left()
    if missing > 0:
        data.load_deadlines(missing, due_in_seconds=FAR_SECONDS)


def _run(sql: str, params: list[object]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, params)


def _load_people() -> None:
    _run(
        """
        INSERT INTO riskzon_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, is_active,
            date_joined, role, language, unit_id, phone)
        SELECT md5(u.slug || k)::uuid, '', false, u.slug || '-' || k, 'Anna', 'Prov' || k, '', false, true, now(),
            'social_worker', 'sv', u.id, ''
          FROM riskzon_unit u, generate_series(1, %s) k WHERE u.slug LIKE 'bench-%%'
            ON CONFLICT DO NOTHING;
        UPDATE riskzon_case c SET assignee_id = md5(u.slug || 1 + abs(hashtext(c.id::text)) %% %s)::uuid
          FROM riskzon_unit u
         WHERE u.id = c.unit_id AND c.summary = 'bench' AND c.assignee_id IS NULL
           AND abs(hashtext(c.child_id::text)) %% 10 < 9
        """,
        [WORKERS_OF_A_UNIT, WORKERS_OF_A_UNIT],
    )


def _load_processes() -> None:
    """The steps of a case that was registered as every case is, for each that has none."""
    now = clock.now()
    body = {"kind": "concern", "notified_at": now, "children": [{"birth_date": now.date().replace(year=now.year - 9)}]}
    pattern = register_report(User.objects.get(username="karin.ek"), body, key=str(uuid4())).cases[0]
    _run(
        """
        CREATE TEMPORARY TABLE bench_new ON COMMIT DROP AS
            SELECT c.id, c.child_id FROM riskzon_case c
             WHERE c.summary = 'bench' AND NOT EXISTS (SELECT 1 FROM workflows_caseprocess p WHERE p.case_id = c.id);
        INSERT INTO workflows_caseprocess (case_id, flow_class, status, created)
            SELECT n.id, p.flow_class, p.status, now() FROM bench_new n, workflows_caseprocess p WHERE p.case_id = %s;
        INSERT INTO workflows_casetask (process_id, flow_task, flow_task_type, status, created, started, finished, token)
            SELECT new.id, t.flow_task, t.flow_task_type, t.status, now(), t.started, t.finished, t.token
              FROM bench_new n JOIN workflows_caseprocess new ON new.case_id = n.id,
                   workflows_casetask t JOIN workflows_caseprocess p ON p.id = t.process_id AND p.case_id = %s;
        INSERT INTO riskzon_guardian (id, identity_number, name, phone, language, interpreter)
            SELECT md5('guardian' || id)::uuid, '', 'Mamma Provsson', '+46701740605', '', false FROM bench_new;
        INSERT INTO riskzon_guardianship (child_id, guardian_id, relation, is_custodian)
            SELECT child_id, md5('guardian' || id)::uuid, 'mother', true FROM bench_new
        """,
        [pattern.pk, pattern.pk],
    )
    with connection.cursor() as cursor:
        for table in ("workflows_caseprocess", "workflows_casetask", "riskzon_guardianship", "riskzon_case"):
            cursor.execute(f"VACUUM ANALYZE {table}")


def first_cases(username: str) -> list[str]:
    """The ids of the first page that this person sees."""
    with look(User.objects.get(username=username), "worklist") as door:
        return [str(case.pk) for case in page(door, limit=50).cases]


if __name__ == "__main__":
    furnish(int(sys.argv[1]), int(sys.argv[2]))
    readers = ("karin.ek", "lina.dahl", "sara.lindh", "jonas.falk", "jour.vakt")
    print(json.dumps({username: first_cases(username) for username in readers}))
