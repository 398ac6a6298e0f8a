"""Which deadlines have something due at this moment, taken in batches that two dispatchers can share without a word."""

from datetime import datetime, timedelta
from functools import partial

import structlog
from django.db import transaction
from django.db.models import F, Max, Q

from riskzon import clock, narrow
from riskzon.narrow import Part
from workflows import birthdays, canary, contact_clock, emergencies
from workflows.firing import custody_ends, fire
from workflows.gaps import warn
from workflows.leaving import begin_due, collect_orphans
from workflows.log_reviews import escalate
from workflows.log_sample import draw
from workflows.models import Deadline, Heartbeat
from workflows.morning import remind
from workflows.verbs.roles import tell_of_new

log = structlog.get_logger()

BATCH = 500
#: Under which names the dispatchers say that they have swept: Celery's beat and wake-up, and the plain loop.
DISPATCHERS = ("sweep", "wake_up", "loop")
#: How long a deadline that cannot be fired is left alone, so that it does not hold up the others.
POISON_PAUSE = timedelta(seconds=60)
#: What the firing asks of a deadline, its case and its child; a batch holds hundreds of each.
_READ = (
    *(field.attname for field in Deadline._meta.concrete_fields),
    *("case__unit_id", "case__assignee_id", "case__child_id", "case__registered_at", "case__child__birth_date"),
    *("case__investigation_id", "case__investigation__case_worker_id"),
)
#: How long a birthday waits for somebody who is working in the case.
BUSY_PAUSE = timedelta(seconds=2)


def sweep(now: datetime | None = None, *, batch: int = BATCH, name: str = "sweep") -> int:
    """Fire everything that is due, and keep the birthdays; returns how many rungs. Safe to run anywhere, any number at a time.

    `now` is for tests; without it each batch asks the product's clock.
    """
    return narrow.turn(Part.WORK, partial(_sweep, now, batch, name))


def fire_due(now: datetime | None = None, *, batch: int = BATCH) -> int:
    """The part of `sweep` that is about deadlines alone: for whoever makes time pass, and calls `sweep` once a day."""
    fired = 0
    while True:
        taken, rungs = _round(now, batch)
        fired += rungs
        if taken < batch:
            return fired


def _sweep(now: datetime | None, batch: int, name: str) -> int:
    fired = fire_due(now, batch=batch)
    _beside(now)
    _send_canary()
    beat(name, {"fired": fired, "all_rights": narrow.all_rights()})
    return fired


def next_moment() -> datetime | None:
    """When the next rung of any deadline is due, by the product's clock; None if none ever is."""
    return (
        Deadline.objects.filter(
            Q(paused_until__isnull=True) | Q(paused_until__lte=F("next_step_at")), next_step_at__isnull=False
        )
        .order_by("next_step_at")
        .values_list("next_step_at", flat=True)
        .first()
    )


def last_sweep() -> datetime | None:
    """When either dispatcher last swept, by the real clock; None if none ever has."""
    latest: datetime | None = Heartbeat.objects.filter(name__in=DISPATCHERS).aggregate(at=Max("at"))["at"]
    return latest


def beat(name: str, detail: dict[str, object]) -> None:
    """Say that a background part has done its work, by the real clock."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": clock.real_now(), "detail": detail})


def _beside(now: datetime | None) -> None:
    """What else the hour asks for, each for itself; a fault there is told and must not stop the clocks."""
    # The birthdays take a transaction for each case, so that one is not locked while the others wait.
    at_once = (begin_due, collect_orphans, remind, warn, emergencies.raise_late, draw, escalate, tell_of_new)
    for act in (birthdays.keep, *map(transaction.atomic, at_once)):
        try:
            act(now or clock.now())
        except Exception as problem:
            log.error("not_done_beside_the_sweep", act=act.__name__, error=type(problem).__name__)


def _send_canary() -> None:
    """By the real clock, whatever `now` is; that it failed is seen by the auditor, to whom it does not arrive."""
    try:
        canary.fire_due()
    except Exception as problem:
        log.error("canary_not_sent", error=type(problem).__name__)


def _round(now: datetime | None, batch: int) -> tuple[int, int]:
    try:
        with transaction.atomic():
            moment = now or clock.now()
            due = _claim(moment, batch)
            rungs = fire(due, now=moment)
        _let_go(due, moment)
        return len(due), rungs
    except Exception as problem:  # one bad row must not stop the clock of every other child
        if narrow.is_refusal(problem):
            raise  # no row is bad: the whole sweep is done again as the login
        log.error("sweep_batch_failed", error=type(problem).__name__)
        return _one_by_one(now, batch)


def _one_by_one(now: datetime | None, batch: int) -> tuple[int, int]:
    taken = rungs = 0
    for _turn in range(batch):
        with transaction.atomic():
            moment = now or clock.now()
            due = _claim(moment, 1)
            if not due:
                break
            try:
                with transaction.atomic():
                    rungs += fire(due, now=moment)
            except Exception as problem:
                if narrow.is_refusal(problem):
                    raise
                log.error("deadline_cannot_fire", deadline=str(due[0].pk), error=type(problem).__name__)
                _pause(due[0], moment + POISON_PAUSE)
                due = []
        _let_go(due, moment)
        taken += 1
    return taken, rungs


def _let_go(due: list[Deadline], moment: datetime) -> None:
    """Guardians of those who have come of age are not sought any more; after the firing, since cases are locked first."""
    for deadline in due:
        end = custody_ends(deadline)
        if end is None or end > moment:
            continue
        try:
            if not contact_clock.release(deadline.case_id, now=moment):
                _pause(deadline, moment + BUSY_PAUSE)
        except Exception as problem:
            if narrow.is_refusal(problem):
                raise
            log.error("case_cannot_be_released", case=str(deadline.case_id), error=type(problem).__name__)
            _pause(deadline, moment + POISON_PAUSE)


def _pause(deadline: Deadline, until: datetime) -> None:
    Deadline.objects.filter(pk=deadline.pk).update(paused_until=until)


def _claim(moment: datetime, batch: int) -> list[Deadline]:
    return list(
        Deadline.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        .filter(Q(paused_until__isnull=True) | Q(paused_until__lte=moment), next_step_at__lte=moment)
        .order_by("next_step_at", "id")
        .select_related("case__child", "case__investigation")
        .only(*_READ)[:batch]
    )
