"""The process of a case begins as the flow says, and is driven by nobody but `workflows.steps`."""

import pytest
from django.db import connection, transaction

from riskzon.models import Case
from tests.factories import at, make_report, people
from workflows import steps
from workflows.flows.case import CaseFlow
from workflows.models import CaseProcess, CaseTask

pytestmark = pytest.mark.django_db


def _drawn(process: CaseProcess) -> list[tuple[object, ...]]:
    """The process as rows without keys and moments: node, type, state, token from its split on, and what came before."""
    tasks = list(CaseTask.objects.filter(process=process).order_by("pk"))
    place = {task.pk: index for index, task in enumerate(tasks)}
    return [
        (
            task.flow_task.name,
            task.flow_task_type,
            task.status,
            str(task.token).replace(f"{tasks[1].pk}_", "split_"),
            task.owner_id,
            task.finished is None,
            sorted(place[before.pk] for before in task.previous.all()),
        )
        for task in tasks
    ]


@pytest.mark.parametrize("asked", [False, True])
def test_the_short_beginning_writes_what_viewflow_itself_would(asked: bool) -> None:
    people()
    at("2026-11-13T14:00:00+01:00")
    case = make_report(reporter={"type": "school", "wants_feedback": asked}).cases[0]
    ours = _drawn(case.process)

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        CaseTask.previous.through.objects.all().delete()
        CaseTask.objects.all().delete()
        CaseProcess.objects.all().delete()
    fresh = Case.objects.get(pk=case.pk)
    theirs = _drawn(CaseFlow.receive.run(case=fresh))

    assert ours == theirs
    assert len(ours) == (6 if asked else 5)


def test_a_step_is_taken_once() -> None:
    people()
    now = at("2026-11-13T14:00:00+01:00")
    registered = make_report()
    case = Case.objects.get(pk=registered.cases[0].pk)

    assert steps.take(case, CaseFlow.protective_assessment, by=registered.report.registered_by, now=now)
    assert not steps.take(case, CaseFlow.protective_assessment, by=registered.report.registered_by, now=now)
