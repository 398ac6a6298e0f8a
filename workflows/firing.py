"""What happens when the moments of deadlines have come: rungs, breaches, messages and log, set by set.

Used by the sweep for many deadlines at once, and by a verb for the deadlines of its own locked case when a thing is
recorded after the limit: then the breach is fired first, in the same transaction, whether or not a dispatcher got there.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice, takewhile
from uuid import UUID, uuid4

from notifications.outbox import Telling
from riskzon.identity import turns_18_at
from workflows.due import Length, due_at
from workflows.fired import BreachRow, Event, ReviewRow, Rows
from workflows.ladder import BREACH, MOST_RUNGS, SINCE_START, Step, due_steps, next_step, steps
from workflows.models import Deadline, DeadlineEvent, Kind, Rung, State
from workflows.recipients import Directory, Place
from workflows.rules import Rulebook

_REVIEWS = {
    Kind.HOLD_REVIEW: "hold_review",
    Kind.BREACH_REVIEW: "breach_to_review",
    Kind.REPORTER_FEEDBACK: "feedback_due",
}
#: What is born late has rungs, and perhaps its limit, before the moment at which it was registered.
_EVER = datetime(1, 1, 1, tzinfo=UTC)
#: In the place of a key that is not known yet.
NOBODYS = UUID(int=0)
#: How far down the ladder a message goes when a rung finds nobody.
_LOOK_AHEAD = MOST_RUNGS


def fire(
    deadlines: Sequence[Deadline],
    *,
    now: datetime,
    registering: bool = False,
    book: Rulebook | None = None,
    directory: Directory | None = None,
) -> int:
    """Fire every rung of these locked deadlines (`case` loaded) that has come at `now`; returns how many rungs.

    With `registering` the deadlines are new: they are inserted here, and rungs that are already past are recorded and
    folded into the first message. A new one that is settled already, since it takes the place of another, tells nobody;
    its limit is breached where it was settled later.
    """
    if not deadlines:
        return 0
    book = book or Rulebook.read()
    directory = directory or Directory.read(now)
    rows = Rows()
    late = []
    for deadline in deadlines:
        since = _EVER if registering else deadline.next_step_at or deadline.created_at
        come = due_steps(ladder_of(deadline, book), since=since, now=deadline.settled_at or now)
        if registering:
            _fold(deadline, come, directory, book, rows, now)
        else:
            for step in come:
                _tell(deadline, step, directory, book, rows, now)
        if any(step.key == BREACH for step in come):
            late.append(deadline)
        if deadline.settled_at is None:
            deadline.next_step_at = next_step(ladder_of(deadline, book), now) or custody_ends(deadline)
    review = _review(book, now) if late else None
    for deadline in late:
        _breach(deadline, directory, rows, review, now=now)
    rows.store(deadlines, now=now, are_new=registering, directory=directory)
    return len(rows.events)


def ladder_of(deadline: Deadline, book: Rulebook) -> Iterator[Step]:
    """This deadline's steps in order, by the ladder that held when it was registered.

    Endless where the ladder has a daily rung, unless the child comes of age.
    """
    # What is counted from the registration is not counted anew because a time was put right.
    created_at = deadline.case.registered_at if deadline.replaces_id else deadline.created_at
    ladder = steps(book.ladder(deadline.kind, created_at), created_at=created_at, due_at=deadline.due_at)
    end = custody_ends(deadline)
    return ladder if end is None else takewhile(lambda step: step.at < end, ladder)


def custody_ends(deadline: Deadline) -> datetime | None:
    """When reaching a guardian is no longer asked for: the 18th birthday (FB 6:2). None for the other clocks."""
    born = deadline.case.child.birth_date if deadline.kind == Kind.GUARDIAN_CONTACT else None
    return turns_18_at(born) if born else None


def is_needed(step: Step, deadline: Deadline) -> bool:
    """Whether the rung's condition holds: a reminder that nobody has taken the case is void once somebody has."""
    return step.condition != Rung.Condition.NOT_TAKEN or deadline.case.assignee_id is None


def find(step: Step, deadline: Deadline, directory: Directory, book: Rulebook) -> tuple[tuple[UUID, ...], bool]:
    """The people this rung tells, and whether they were found further down because the rung itself finds nobody."""
    place = Place.of_deadline(deadline)
    people = directory.find(step.recipients, place)
    if people:
        return people, False
    later = (following for following in ladder_of(deadline, book) if following.at > step.at)
    for following in islice(later, _LOOK_AHEAD):
        if people := directory.find(following.recipients, place):
            return people, True
    # Nobody in line is there: better said to heads who are away, in their inbox, than to nobody.
    return tuple(directory.answers_for(place.unit_id, place.child_id)), True


def review_of(deadline: Deadline, book: Rulebook, breached_at: datetime) -> Deadline | None:
    """The review that this deadline asks for once it is breached, not yet written; None where none is asked for."""
    row = _review(book, breached_at)
    if row is None or deadline.kind == Kind.BREACH_REVIEW:
        return None
    return Deadline(
        pk=uuid4(),
        case=deadline.case,
        kind=Kind.BREACH_REVIEW,
        rule_id=row.rule_id,
        starts_at=breached_at,
        created_at=breached_at,
        due_at=row.due_at,
    )


def _tell(deadline: Deadline, step: Step, directory: Directory, book: Rulebook, rows: Rows, now: datetime) -> None:
    people: tuple[UUID, ...] = ()
    if is_needed(step, deadline):
        people, passed_on = find(step, deadline, directory, book)
        rows.tellings.append(_telling(deadline, step.key, people, now, nobody_found=passed_on))
    rows.events.append(Event(deadline.pk, step.key, step.at, now, told=len(people)))


def _fold(
    deadline: Deadline, come: Sequence[Step], directory: Directory, book: Rulebook, rows: Rows, now: datetime
) -> None:
    first = None
    people: tuple[UUID, ...] = ()
    if fresh := _not_told_before(deadline, come):
        roles = [role for step in fresh if is_needed(step, deadline) for role in step.recipients]
        people, passed_on = directory.find(roles, Place.of_deadline(deadline)), False
        if not people:
            people, passed_on = find(fresh[-1], deadline, directory, book)
        # A new case says that a report has come in; a clock that starts later says what is worst about it.
        telling = "registered" if _is_of_report(deadline) else BREACH
        first = next((step for step in fresh if step.key == telling), fresh[-1])
        has_passed = any(step.key == BREACH for step in fresh)
        said = {"nobody_found": passed_on, "born": has_passed and is_born(deadline), "folded": len(fresh) > 1}
        rows.tell(_telling(deadline, first.key, people, now, **said))
    for step in come:
        told = len(people) if step is first else 0
        rows.events.append(Event(deadline.pk, step.key, step.at, now, told, folded=step is not first))


def _not_told_before(deadline: Deadline, come: Sequence[Step]) -> Sequence[Step]:
    """Those steps of a new clock that somebody must hear of: not what the clock in whose place it stands has said."""
    if deadline.settled_at is not None:
        return ()
    if deadline.replaces_id is None:
        return come
    said = set(DeadlineEvent.objects.filter(deadline=deadline.replaces_id).values_list("step", flat=True))
    return [step for step in come if step.key not in said]


def _telling(
    deadline: Deadline,
    step: str,
    people: tuple[UUID, ...],
    now: datetime,
    **said: bool,
) -> Telling:
    is_new_report = step == "registered" and _is_of_report(deadline)
    after = step.startswith(("+", "daily")) and not step.endswith(SINCE_START)
    kind = (
        ("case_received" if is_new_report else "deadline_breached" if step == BREACH else "")
        or ("assessment_waiting" if deadline.kind == Kind.PROTECTIVE_ASSESSMENT and step.endswith(SINCE_START) else "")
        or _REVIEWS.get(Kind(deadline.kind))
        or ("deadline_still_open" if after else "deadline_near")
    )
    facts: dict[str, object] = {"deadline": deadline.kind, "step": step, "at": deadline.due_at.isoformat()}
    facts |= {name: True for name, is_so in said.items() if is_so}
    # One case, one "a report has come in", although two of its clocks say so at the same moment.
    key = f"{deadline.case_id}:received" if is_new_report else f"{deadline.pk}:{step}"
    return Telling(kind=kind, to=people, key=key, now=now, case_id=deadline.case_id, facts=facts)


def _is_of_report(deadline: Deadline) -> bool:
    """Whether the clock came with the report; when a child is identified or a hold ends, one starts later."""
    return deadline.created_at == deadline.case.registered_at and deadline.replaces_id is None


def is_born(deadline: Deadline) -> bool:
    """Whether the limit had passed before the report was registered."""
    return deadline.due_at < deadline.case.registered_at


def _breach(deadline: Deadline, directory: Directory, rows: Rows, review: ReviewRow | None, *, now: datetime) -> None:
    case = deadline.case
    deadline.state = State.MET_LATE if deadline.met_at else State.BREACHED
    deadline.fired_at = now
    breach = BreachRow(
        id=uuid4(),
        deadline_id=deadline.pk,
        case_id=deadline.case_id,
        kind=str(deadline.kind),
        unit_id=case.unit_id,
        due_at=deadline.due_at,
        fired_at=now,
        duty_unit_id=directory.holding_unit(case.unit_id),
        on_duty=json.dumps([str(person) for person in directory.holder(case.unit_id, case.assignee_id)]),
        born=is_born(deadline),
    )
    rows.breaches.append(breach)
    rows.log.append((deadline.case_id, {"deadline": deadline.kind}))
    # A review that is late is itself shown and escalated, but asks for no review of its own.
    if review is not None and deadline.kind != Kind.BREACH_REVIEW:
        rows.reviews.append(review._replace(id=uuid4(), case_id=deadline.case_id, breach_id=breach.id))


def _review(book: Rulebook, now: datetime) -> ReviewRow | None:
    """The clock that begins `now` with every breach, still without its keys; None where breaches are not reviewed."""
    rule = book.rule(Kind.BREACH_REVIEW, "", now)
    if rule is None:
        return None
    due = due_at(now, Length(rule.length), rule.amount)
    first = next_step(steps(book.ladder(Kind.BREACH_REVIEW, now), created_at=now, due_at=due), now)
    return ReviewRow(NOBODYS, NOBODYS, Kind.BREACH_REVIEW.value, rule.pk, now, due, now, first, NOBODYS)
