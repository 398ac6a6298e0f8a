"""Where a case stands in its process, and how a step is taken: the only module that drives viewflow."""

from datetime import datetime

from django.db import connection
from viewflow.workflow.status import PROCESS, STATUS
from viewflow.workflow.token import Token

from riskzon.models import Case, User
from workflows.flows.case import CaseFlow
from workflows.models import CaseProcess, CaseTask
from workflows.nodes import Step

OPEN = [STATUS.NEW, STATUS.ASSIGNED]


def begin(case: Case) -> None:
    """Open the process of a new case, up to its first steps.

    Writes the rows that `CaseFlow.receive.run` would write, in one statement instead of twenty: every report waits for
    this one. A test holds the two equal.
    """
    split = CaseFlow.at_once
    waiting = [node for node, asked, _source in split._branches if asked is None or case.feedback_owed]
    flow, task = CaseProcess._meta.get_field("flow_class"), CaseTask._meta.get_field("flow_task")
    with connection.cursor() as cursor:
        cursor.execute(
            _BEGIN,
            {
                "case": case.pk,
                "flow": flow.get_prep_value(CaseFlow),
                "receive": task.get_prep_value(CaseFlow.receive),
                "receive_type": CaseFlow.receive.task_type,
                "split": task.get_prep_value(split),
                "split_type": split.task_type,
                "waiting": [task.get_prep_value(node) for node in waiting],
                "waiting_types": [node.task_type for node in waiting],
            },
        )


_BEGIN = """
WITH process AS (
    INSERT INTO workflows_caseprocess (case_id, flow_class, status, created)
    VALUES (%(case)s, %(flow)s, 'NEW', clock_timestamp())
    RETURNING id, created
), receive AS (
    INSERT INTO workflows_casetask
           (process_id, flow_task, flow_task_type, status, created, started, finished, token)
    SELECT id, %(receive)s, %(receive_type)s, 'DONE', created, created, created, 'start' FROM process
    RETURNING id
), split AS (
    INSERT INTO workflows_casetask (process_id, flow_task, flow_task_type, status, created, finished, token)
    SELECT process.id, %(split)s, %(split_type)s, 'DONE', created, created, 'start' FROM process, receive
    RETURNING id
), waiting AS (
    INSERT INTO workflows_casetask (process_id, flow_task, flow_task_type, status, created, token)
    SELECT process.id, node.ref, node.type, 'NEW', process.created, format('start/%%s_%%s', split.id, node.place)
      FROM process, split, unnest(%(waiting)s::text[], %(waiting_types)s::text[]) WITH ORDINALITY
           AS node(ref, type, place)
    RETURNING id
)
INSERT INTO workflows_casetask_previous (from_casetask_id, to_casetask_id)
SELECT split.id, receive.id FROM split, receive
UNION ALL
SELECT waiting.id, split.id FROM waiting, split
"""


def is_open(case: Case, step: Step) -> bool:
    """Whether this step still waits for somebody."""
    waits: bool = CaseTask.objects.filter(process__case=case, flow_task=step, status__in=OPEN).exists()
    return waits


def take(case: Case, step: Step, *, by: User | None, now: datetime) -> bool:
    """Take one step of the locked case; False if it was taken already. The last step closes the case at `now`.

    `by` None: nobody did, the step has fallen away.
    """
    task = (
        CaseTask.objects.select_related("process")
        .filter(process__case=case, flow_task=step, status__in=OPEN)
        .order_by("pk")
        .first()
    )
    if task is None:
        return False
    with CaseFlow.lock(task.process_id):
        activation = step.activation_class(task)
        activation.assign(by)
        activation.start(None)
        activation.execute()
    if CaseProcess.objects.filter(case=case, status=PROCESS.DONE).exists():
        case.closed_at = now
    return True


def cancel(case: Case) -> None:
    """End the process of the locked case where it stands; what nobody has done is cancelled. The caller closes the case."""
    CaseFlow.instance.cancel(CaseProcess.objects.get(case=case))


def reopen(case: Case, step: Step) -> None:
    """Add a step of an open case again, beside those still open: a reporter asks late, a guardian is found late."""
    if is_open(case, step):
        return
    split = CaseTask.objects.select_related("process").get(process__case=case, flow_task=CaseFlow.at_once)
    token = Token(f"{split.token}/{split.pk}_{split.leading.count() + 1}")
    activation = step._create(split.flow_task.activation_class(split), token)
    activation.activate()
