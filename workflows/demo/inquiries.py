"""What is written in the investigations that may still run when the demo begins; in some of them something is missing."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from random import Random
from uuid import UUID

from riskzon.models import Hold, Investigation, User
from workflows.demo import texts
from workflows.demo.stage import Stage
from workflows.due import months_after
from workflows.verbs import investigations as verbs

_PLANNED, _HEARD, _TOLD = 0.6, 0.5, 0.6


def investigate(
    stage: Stage, investigation: UUID, *, number: str, worker: User, case: UUID, guardians: Sequence[UUID]
) -> None:
    """Plan what `worker` writes in the weeks after the opening. `number` gives the chances: the town's own stay as they are."""
    if months_after(stage.now, 4) < stage.end:
        return
    chance = Random(number)  # noqa: S311
    acts = []
    if chance.random() < _TOLD:
        acts.append(partial(_tell, stage, worker, investigation, case, guardians))
    if chance.random() < _PLANNED:
        text = chance.choice(texts.PLANS)
        acts.append(partial(verbs.plan, worker, investigation, is_full=chance.random() < 0.3, text=text))
    if chance.random() < _HEARD:
        acts.append(partial(_hear, stage, worker, investigation, heard=chance.random() < 0.85))
    for place, act in enumerate(acts):
        moment = stage.now + timedelta(days=3 * place + 1, minutes=chance.randint(5, 90))
        stage.at(moment, partial(_while_it_runs, investigation, act))


def _while_it_runs(investigation: UUID, act: partial[object]) -> None:
    if Investigation.objects.filter(pk=investigation, closed_at__isnull=True).exists():
        act()


def _tell(stage: Stage, worker: User, investigation: UUID, case: UUID, guardians: Sequence[UUID]) -> None:
    held = Hold.objects.filter(child__cases=case, ended_at__isnull=True)
    if held.exists():
        return
    for guardian in guardians:
        verbs.tell_of_opening(worker, investigation, guardian=guardian, at=stage.now)


def _hear(stage: Stage, worker: User, investigation: UUID, *, heard: bool) -> None:
    text = texts.HEARD if heard else texts.NOT_HEARD
    verbs.hear_child(worker, investigation, heard=heard, at=stage.now, text=text)
