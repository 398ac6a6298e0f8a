"""How a clock is started, met, exempted and found: every change of a deadline that a person's act makes.

All functions work on a case that the caller has locked, take `now` from the caller's door, and leave
`case.next_due_at` right; the door saves the case.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db.models import Min, Q

from riskzon.models import Case, Hold, Investigation
from riskzon.models.cases import NOTHING_DUE
from workflows.due import Length, due_at
from workflows.firing import fire
from workflows.models import Breach, Deadline, Kind, State
from workflows.recipients import Directory
from workflows.rules import Rulebook

#: Something is still demanded.
OUTSTANDING = Q(settled_at__isnull=True)
#: What a case demands. That a breach is explained and a hold reviewed is demanded also when the case has ended.
OF_CASE = tuple(kind for kind in Kind if kind not in (Kind.BREACH_REVIEW, Kind.HOLD_REVIEW))
#: The clocks that a report starts, which the case that goes on in another's place takes over.
_OF_REPORT = (Kind.GUARDIAN_CONTACT, Kind.PROTECTIVE_ASSESSMENT, Kind.OPEN_INVESTIGATION)


def overdue(now: datetime) -> Q:
    """The one meaning of "overdue" for lists, tiles, figures, API and messages."""
    return OUTSTANDING & Q(due_at__lt=now)


def of_hold(hold: Hold) -> Q:
    """The deadlines that belong to one hold."""
    return Q(hold=hold)


def start(
    case: Case,
    kind: Kind,
    *,
    starts_at: datetime,
    now: datetime,
    until: datetime | None = None,
    book: Rulebook | None = None,
    hold: Hold | None = None,
    investigation: Investigation | None = None,
    provisional_start: bool = False,
    after_hold: bool = False,
    replaces: Deadline | None = None,
) -> Deadline | None:
    """Start one clock and tell whom its first rungs name; None where the rule is switched off.

    `until` is the limit where the rule names none (hold review, LUL statement). A clock whose limit has already passed
    is born breached.
    """
    book = book or Rulebook.read()
    clock = {
        "kind": kind,
        "starts_at": starts_at,
        "until": until,
        "hold": hold,
        "investigation": investigation,
        "provisional_start": provisional_start,
        "after_hold": after_hold,
        "replaces": replaces,
    }
    made = draw_up(case, [clock], now=now, book=book)
    begin(made, now=now, book=book)
    return made[0] if made else None


def draw_up(case: Case, clocks: Sequence[dict[str, Any]], *, now: datetime, book: Rulebook) -> list[Deadline]:
    """The deadlines of these clocks, each as the arguments of `start`, not yet written; none for what is switched off.

    `case.next_due_at` knows of them at once. `begin` writes them.
    """
    made = []
    for clock in clocks:
        rule = book.rule(clock["kind"], case.report.kind, now)
        if rule is None:
            continue
        extra = {key: value for key, value in clock.items() if key not in ("kind", "starts_at", "until")}
        limit = clock.get("until") or due_at(clock["starts_at"], Length(rule.length), rule.amount)
        made.append(
            Deadline(
                pk=uuid4(),
                case=case,
                kind=clock["kind"],
                rule=rule,
                starts_at=clock["starts_at"],
                due_at=limit,
                created_at=now,
                **extra,
            )
        )
    case.next_due_at = min([case.next_due_at, *(deadline.due_at for deadline in made)])
    return made


def begin(made: Sequence[Deadline], *, now: datetime, book: Rulebook, directory: Directory | None = None) -> None:
    """Write what was drawn up, and tell whom the first rungs name, in a constant number of statements."""
    fire(made, now=now, registering=True, book=book, directory=directory)


def meet(case: Case, kinds: Iterable[Kind], *, at: datetime, now: datetime, only: Q | None = None) -> list[Deadline]:
    """What was demanded has been done at `at` and is recorded at `now`; returns the deadlines it settles.

    In time is what is recorded at or before the limit. What is recorded later fires the breach first and is met late.
    """
    return _settle(_outstanding(case, kinds, only), case, now=now, met_at=at)


def exempt(case: Case, kinds: Iterable[Kind], *, code: str, now: datetime) -> list[Deadline]:
    """Nothing is demanded any more. Before the limit the deadline becomes exempt; a breach stays, only its rungs stop."""
    rows = _outstanding(case, kinds)
    fire([row for row in rows if row.state == State.RUNNING and row.due_at < now], now=now)
    for row in rows:
        if row.state == State.RUNNING:
            row.state = State.EXEMPT
        row.exempt_code = code
        _close(row, now)
    refresh(case)
    return rows


def running(case: Case, kind: Kind) -> Deadline | None:
    """The clock of this kind that has something still to be done; the newest if there are several."""
    found = Deadline.objects.filter(OUTSTANDING, case=case, kind=kind).order_by("-created_at").first()
    if found is not None:
        found.case = case
    return found


def extend(limit: Deadline, *, until: datetime, now: datetime) -> Deadline:
    """A dated decision gives more time: the running deadline falls away, and one that points back at it runs to `until`."""
    return replace(limit, starts_at=limit.starts_at, until=until, now=now)


def void(case: Case, *, now: datetime) -> None:
    """The case should never have been: what it demanded or saw done counts for nothing. Breaches stay, only rungs stop."""
    rows = list(
        Deadline.objects.select_for_update(of=("self",), no_key=True)
        .filter(case=case, kind__in=OF_CASE)
        .exclude(state=State.VOID)
        .order_by("created_at")
    )
    for row in rows:
        row.case = case
    fire([row for row in rows if row.state == State.RUNNING and row.due_at < now], now=now)
    for row in rows:
        row.state = State.VOID
        _close(row, row.settled_at or now)
    refresh(case)


def inherit(case: Case, source: Case, *, now: datetime) -> bool:
    """Let the open case keep the clocks of `source`, which ends in its favour; True if any of them started earlier.

    A clock that runs is replaced by one with the earlier start and limit, and is a breach at once where that has passed.
    What is settled or breached stays as it is.
    """
    replaced = False
    for row in _outstanding(case, _OF_REPORT, Q(after_hold=False)):
        earlier = (
            Deadline.objects.filter(
                case=source, kind=row.kind, after_hold=False, provisional_start=False, starts_at__lt=row.starts_at
            )
            .order_by("starts_at", "created_at")
            .first()
        )
        if earlier is None:
            continue
        fire([row] if row.state == State.RUNNING and row.due_at < now else [], now=now)
        if row.state != State.RUNNING:
            continue
        replace(row, starts_at=earlier.starts_at, until=earlier.due_at, now=now)
        replaced = True
    return replaced


def replace(
    old: Deadline,
    *,
    starts_at: datetime,
    now: datetime,
    until: datetime | None = None,
    met: tuple[datetime, datetime] | None = None,
    ended_at: datetime | None = None,
    provisional_start: bool = False,
) -> Deadline:
    """Close a clock of the locked case and open another in its place that starts at `starts_at`, by the same rule.

    `until`: the new limit where a decision names it; else the rule's length.
    `met`: when the thing was done, and when that was recorded. `ended_at`: when it ceased to be demanded. The old clock is
    void if it ran, and stands as it is if it was met or breached; a breach before it follows the new one as
    `breach_stands`. What was recorded after the new limit is a breach and met late; a limit that has passed is a breach.
    """
    if old.state == State.RUNNING and old.due_at < now:
        fire([old], now=now)
    if old.settled_at is None:
        if old.state == State.RUNNING:
            old.state = State.VOID
        _close(old, now)
    new = Deadline(
        pk=uuid4(),
        case=old.case,
        kind=old.kind,
        rule=old.rule,
        starts_at=starts_at,
        due_at=until or due_at(starts_at, Length(old.rule.length), old.rule.amount),
        created_at=now,
        provisional_start=provisional_start,
        hold=old.hold,
        investigation=old.investigation,
        after_hold=old.after_hold,
        replaces=old,
        breach_stands=old.breach_stands or old.fired_at is not None,
    )
    if met is not None:
        new.state, (new.met_at, new.settled_at) = State.MET, met
    elif ended_at is not None:
        new.state = State.EXEMPT if old.exempt_code else State.VOID
        new.settled_at, new.exempt_code = ended_at, old.exempt_code
    fire([new], now=now, registering=True)
    refresh(old.case)
    return new


def explain_review(breach: Breach, case: Case, *, now: datetime) -> None:
    """The breach has been reviewed: its own review clock is met."""
    _settle(_outstanding(case, [Kind.BREACH_REVIEW], Q(breach=breach)), case, now=now, met_at=now)


def refresh(case: Case) -> None:
    """Put the earliest outstanding limit of the case into its worklist column; reviews of breaches are not the case's."""
    earliest = (
        Deadline.objects.filter(OUTSTANDING, case=case)
        .exclude(kind=Kind.BREACH_REVIEW)
        .aggregate(at=Min("due_at"))["at"]
    )
    case.next_due_at = earliest or NOTHING_DUE


def current(case: Case) -> list[Deadline]:
    """All deadlines of the case, the current one of each kind first."""
    return current_first(Deadline.objects.filter(case=case).select_related("rule"))


def current_first(rows: Iterable[Deadline]) -> list[Deadline]:
    """These deadlines of one case: the current one of each kind in the order of the kinds, then the others, newest first.

    A clock that a corrected time has replaced is never the current one; one that began after a hold comes after those
    from the report, although such a clock may have been opened anew since.
    """
    newest_first = sorted(rows, key=lambda row: (row.after_hold, row.created_at, row.starts_at), reverse=True)
    replaced = {row.replaces_id for row in newest_first}
    current: dict[str, Deadline] = {}
    for row in newest_first:
        if row.pk not in replaced:
            current.setdefault(row.kind, row)
    order = list(Kind.values)
    first = sorted(current.values(), key=lambda row: order.index(row.kind))
    return [*first, *(row for row in newest_first if current[row.kind] is not row)]


def _outstanding(case: Case, kinds: Iterable[Kind], only: Q | None = None) -> list[Deadline]:
    rows = (
        Deadline.objects.select_for_update(of=("self",), no_key=True)
        .filter(OUTSTANDING, only or Q(), case=case, kind__in=list(kinds))
        .order_by("created_at")
    )
    found = list(rows)
    for row in found:
        row.case = case
    return found


def _settle(rows: list[Deadline], case: Case, *, now: datetime, met_at: datetime) -> list[Deadline]:
    fire([row for row in rows if row.state == State.RUNNING and row.due_at < now], now=now)
    for row in rows:
        row.state = State.MET if row.state == State.RUNNING else State.MET_LATE
        row.met_at = met_at
        _close(row, now)
    refresh(case)
    return rows


def _close(row: Deadline, now: datetime) -> None:
    row.settled_at = now
    row.next_step_at = None
    row.save(update_fields=["state", "met_at", "settled_at", "next_step_at", "exempt_code"])
