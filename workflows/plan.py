"""Who will be told when about a case, if nobody acts?"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from riskzon.models import Case, User
from workflows.deadlines import OUTSTANDING
from workflows.firing import find, is_needed, ladder_of, review_of
from workflows.ladder import BREACH, MOST_RUNGS, Step
from workflows.models import Deadline
from workflows.recipients import Directory
from workflows.rules import Rulebook


@dataclass(frozen=True)
class PlanLine:
    """One rung to come: at which moment (UTC), of which deadline, and the people it would reach as things stand."""

    at: datetime
    kind: str
    step: str
    people: tuple[User, ...]

    @property
    def recipients(self) -> list[str]:
        """Their names."""
        return [str(person) for person in self.people]


def plan(case: Case, now: datetime) -> list[PlanLine]:
    """Every rung to come of one case, earliest first; of a daily rung the first. Reviews that breaches ask for too."""
    rows = list(Deadline.objects.filter(OUTSTANDING, case=case))
    return plans([case], {case.pk: rows}, now)[case.pk]


def plans(
    cases: Sequence[Case], deadlines: Mapping[UUID, Sequence[Deadline]], now: datetime
) -> dict[UUID, list[PlanLine]]:
    """The same for several cases whose deadlines have been read, in a constant number of statements."""
    directory, book = Directory.read(now), Rulebook.read()
    found: dict[UUID, list[tuple[Step, Deadline, tuple[UUID, ...]]]] = defaultdict(list)
    for case in cases:
        for deadline in deadlines.get(case.pk, ()):
            if deadline.settled_at is None:
                deadline.case = case
                for step, of in _with_review(deadline, book, now):
                    # Whether the unit is open, and who is on duty, counts when the rung fires, not now.
                    found[case.pk].append((step, of, find(step, of, directory.at(step.at), book)[0]))
    told = {person for rungs in found.values() for _step, _deadline, people in rungs for person in people}
    users = User.objects.in_bulk(told)
    return {
        case.pk: [
            PlanLine(
                at=deadline.due_at if step.key == BREACH else step.at,
                kind=deadline.kind,
                step=step.key,
                people=tuple(users[person] for person in people),
            )
            for step, deadline, people in sorted(found[case.pk], key=lambda rung: rung[0].at)
        ]
        for case in cases
    }


def _with_review(deadline: Deadline, book: Rulebook, now: datetime) -> Iterator[tuple[Step, Deadline]]:
    for step in _to_come(deadline, book, now):
        yield step, deadline
        if step.key == BREACH and (review := review_of(deadline, book, step.at)) is not None:
            yield from ((later, review) for later in _to_come(review, book, now))


def _to_come(deadline: Deadline, book: Rulebook, now: datetime) -> list[Step]:
    rungs = (step for step in ladder_of(deadline, book) if step.at > now)
    shown: list[Step] = []
    for step in islice(rungs, MOST_RUNGS):
        if step.key.startswith("daily"):
            shown.append(step)
            break
        if is_needed(step, deadline):
            shown.append(step)
    return shown
