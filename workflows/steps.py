"""Where a case stands in its process, and how a step is taken: the only module that drives viewflow."""

from datetime import datetime

from viewflow.workflow.status import PROCESS, STATUS
from viewflow.workflow.token import Token

from riskzon.models import Case, User
from workflows.flows.case import CaseFlow
from workflows.models import CaseProcess, CaseTask
from workflows.nodes import Step

OPEN = [STATUS.NEW, STATUS.ASSIGNED]


def begin(case: Case) -> CaseProcess:
    """Open the process of a new case, up to its first steps.

    Writes the rows that `CaseFlow.receive.run` would write, in four statements instead of twenty: every report waits for
    this one. A test holds the two equal.
    """
    split = CaseFlow.at_once
    branches = [node for node, asked, _source in split._branches if asked is None or case.feedback_owed]
    process = CaseProcess(case=case, flow_class=CaseFlow)
    process.save(force_insert=True)
    done = {"process": process, "status": STATUS.DONE, "finished": process.created}
    receive = CaseTask(flow_task=CaseFlow.receive, started=process.created, **done)
    at_once = CaseTask(flow_task=split, **done)
    _insert([receive, at_once])
    waiting = [
        CaseTask(process=process, flow_task=node, token=Token(f"{at_once.token}/{at_once.pk}_{place}"))
        for place, node in enumerate(branches, start=1)
    ]
    _insert(waiting)
    came_from = CaseTask.previous.through
    came_from.objects.bulk_create(
        [
            came_from(from_casetask_id=at_once.pk, to_casetask_id=receive.pk),
            *(came_from(from_casetask_id=task.pk, to_casetask_id=at_once.pk) for task in waiting),
        ]
    )
    return process


def _insert(tasks: list[CaseTask]) -> None:
    for task in tasks:
        task.flow_task_type = task.flow_task.task_type
    CaseTask.objects.bulk_create(tasks)


def is_open(case: Case, step: Step) -> bool:
    """Whether this step still waits for somebody."""
    return CaseTask.objects.filter(process__case=case, flow_task=step, status__in=OPEN).exists()


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


def reopen(case: Case, step: Step) -> None:
    """Add a step of an open case again, beside those still open: a reporter asks late, a guardian is found late."""
    if is_open(case, step):
        return
    split = CaseTask.objects.select_related("process").get(process__case=case, flow_task=CaseFlow.at_once)
    token = Token(f"{split.token}/{split.pk}_{split.leading.count() + 1}")
    activation = step._create(split.flow_task.activation_class(split), token)
    activation.activate()
