"""The two doors to every case: `look` to read and `change` to write. Nothing else opens a transaction on case data.

Beside them: `glance` for lists of people and of the house, `register` for what comes into being, `take_over` for a liaison
who steps in for a colleague, and `in_emergency` for whoever has no other right to a case.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import F, QuerySet
from psycopg.errors import DeadlockDetected, LockNotAvailable

from riskzon import audit, clock, narrow, veil, wall
from riskzon.access import Action, Ground, ground_of, offered, rights_on, visible_cases
from riskzon.errors import Busy, Forbidden, Refused, Unseen, Veiled
from riskzon.granting import emergency_ends, finish_notes
from riskzon.models import AuditAction, Case, GrantSource, User
from riskzon.narrow import Part

LOCK_TIMEOUT = "2s"
_BEGIN = f"SELECT riskzon_now(), set_config('lock_timeout', %s, true), {narrow.TAKE}"


class Look:
    """One reading transaction: every case that leaves it has been written to the access log."""

    def __init__(self, user: User, what: str, now: datetime) -> None:
        self.user, self.what, self.now = user, what, now
        self.asked_for: UUID | None = None

    @property
    def cases(self) -> QuerySet[Case]:
        """The cases this person may see. Whoever shows some of them tells `listed` which."""
        return visible_cases(self.user, self.now)

    def case(self, case_id: UUID, action: Action = Action.READ, *, under_veil: bool = False) -> Case:
        """One case, opened and logged, with `ground` and `rights`. Unseen: missing or hidden. Forbidden: not in full.

        Veiled: the child's identity is protected and has not been shown to this person; nothing is logged, for nothing is
        seen. `under_veil`: for a page that does without who the child is, the case comes emptied of it (`riskzon.veil`).
        """
        self.asked_for = case_id
        related = ("report", "child", "unit", "assignee", "investigation")
        case = Case.objects.select_related(*related).filter(pk=case_id).first()
        # The policy after the content: whoever has lost the case in between reads nothing.
        ground = ground_of(self.user, case_id, self.now)
        if case is None or ground is None:
            raise Unseen
        case.ground = ground
        case.rights = rights_on(case.ground, self.user)
        if action not in case.rights:
            raise Forbidden
        veil.draw(self.user, [case], self.now)
        if case.is_veiled and not under_veil and ground != Ground.FOLLOW:
            raise Veiled(case_id)
        if ground == Ground.EMERGENCY:
            case.emergency_until = emergency_ends(self.user, case, self.now)
        audit.record(
            AuditAction.OPEN, by=self.user, now=self.now, what=self.what, ground=case.ground or "", case_id=case.pk
        )
        return case

    def exported(self, case: Case, detail: Mapping[str, object]) -> None:
        """One log row for what of this case is about to leave on paper or as a file."""
        audit.record(
            AuditAction.EXPORT,
            by=self.user,
            now=self.now,
            what=self.what,
            ground=case.ground or "",
            case_id=case.pk,
            detail=detail,
        )

    def listed(self, case_ids: Sequence[UUID], action: AuditAction = AuditAction.LIST) -> None:
        """One log row for a list that shows these cases."""
        audit.record(action, by=self.user, now=self.now, what=self.what, case_ids=case_ids)


class Change:
    """One writing transaction on one locked case; `now` is read once, after the lock."""

    def __init__(self, user: User, action: Action, what: str, case: Case, now: datetime) -> None:
        self.user, self.action, self.what, self.case, self.now = user, action, what, case, now
        self.detail: dict[str, object] = {}

    def require(self, action: Action) -> None:
        """Forbidden unless this person may also do `action` with the case."""
        if action not in self.case.rights:
            raise Forbidden


@contextmanager
def look(user: User, what: str) -> Iterator[Look]:
    """Read in one transaction, behind the database's own wall (`riskzon.wall`). A denial is logged after the rollback.

    `what` names the page, for the access log and for the wall.
    """
    door: Look | None = None
    try:
        with transaction.atomic(), wall.behind(user, what) as now:
            door = Look(user, what, now)
            yield door
    except Refused as refusal:
        _denied(user, what, refusal, door.asked_for if door else None)
        raise


@contextmanager
def glance(user: User, what: str) -> Iterator[None]:
    """Read in one transaction what is about people or the house and no case; one log row, as for a list."""
    try:
        with transaction.atomic():
            yield
            audit.record(AuditAction.LIST, by=user, now=clock.now(), what=what)
    except Refused as refusal:
        _denied(user, what, refusal)
        raise


@contextmanager
def change(
    user: User, action: Action, case_id: UUID, *, what: str = "", logged_as: AuditAction = AuditAction.CHANGE
) -> Iterator[Change]:
    """Write in one transaction: ask the policy, lock the case (two seconds, then Busy), ask again, run, save the case, log.

    `logged_as` something else than a change: it is no work in the case, which stays with whoever has it.

    Unseen: the case is missing or hidden, also while somebody else has it locked. Forbidden: visible, but this action is
    not allowed.
    """
    what = what or action.value
    try:
        with _locked_transaction() as begun:
            # Before the lock: a hidden case takes as long as a missing one, and nobody is kept waiting for it.
            if ground_of(user, case_id, begun) is None:
                raise Unseen
            case = _lock(case_id)
            now = clock.now()
            # Asked again after the wait for the lock: the right may have ended.
            seen = ground_of(user, case_id, now)
            if case is None or seen is None:
                raise Unseen
            case.ground = seen
            case.rights = rights_on(seen, user)
            if action not in case.rights:
                raise Forbidden
            door = Change(user, action, what, case, now)
            yield door
            if seen == Ground.DUTY and logged_as == AuditAction.CHANGE:
                case.duty_at = now
                if case.closed_at is not None:
                    # The last thing was done at night, and the case ended with it.
                    finish_notes([user], case, by=None, now=now)
            case.save()
            audit.record(logged_as, by=user, now=now, what=what, ground=seen, case_id=case.pk, detail=door.detail)
    except Busy as busy:
        if ground_of(user, case_id) is not None:
            raise
        refusal = Unseen()
        _denied(user, what, refusal, case_id)
        raise refusal from busy
    except Refused as refusal:
        _denied(user, what, refusal, case_id)
        raise


@contextmanager
def take_over(user: User, number: str, *, what: str) -> Iterator[tuple[list[Case], datetime]]:
    """Write in those cases of one report that the policy offers to a liaison who does not follow them yet; and `now`.

    All are locked, in one order, each gets its row in the log. None: the liaison follows them all. Unseen: nothing of
    this report is offered.
    """
    try:
        with _locked_transaction():
            wanted = offered(user).filter(report__number=number)
            locked = Case.objects.select_for_update(no_key=True).filter(pk__in=wanted.values("pk")).order_by("pk")
            case_ids = list(locked.values_list("pk", flat=True))
            now = clock.now()
            # Asked again after the wait for the locks: the case may have ended, a block may have come.
            cases = list(offered(user).filter(pk__in=case_ids).select_related("report__registered_by").order_by("pk"))
            if not cases:
                raise Unseen
            taken = [case for case in cases if ground_of(user, case.pk, now) is None]
            yield taken, now
            for case in taken:
                audit.record(
                    AuditAction.CHANGE,
                    by=user,
                    now=now,
                    what=what,
                    ground=GrantSource.TAKEN_OVER,
                    case_id=case.pk,
                )
    except Refused as refusal:
        _denied(user, what, refusal)
        raise


@contextmanager
def in_emergency(user: User, cases: QuerySet[Case], *, what: str, asked_for: UUID | None = None) -> Iterator[Change]:
    """Write about emergency access to one case, the newest open one of `cases`, locked; logged under its own name.

    `cases`: what `riskzon.emergency` lets this person name, whatever else they reach. Unseen: none of them, and then
    `asked_for` is the case that was meant, for the log alone.
    """
    try:
        with _locked_transaction():
            newest = cases.order_by(F("closed_at").desc(nulls_first=True), "-registered_at", "pk")
            case_id = newest.values_list("pk", flat=True).first()
            case = _lock(case_id) if case_id else None
            now = clock.now()
            # Asked again after the wait for the lock: a block may have come.
            if case is None or not cases.filter(pk=case.pk).exists():
                raise Unseen
            door = Change(user, Action.READ, what, case, now)
            yield door
            audit.record(
                AuditAction.EMERGENCY,
                by=user,
                now=now,
                what=what,
                ground=ground_of(user, case.pk, now) or "",
                case_id=case.pk,
                detail=door.detail,
            )
    except Refused as refusal:
        _denied(user, what, refusal, asked_for)
        raise


def unseen(user: User, what: str) -> Unseen:
    """The refusal for something that is missing or hidden before any case could be opened; logged like every denial."""
    refusal = Unseen()
    _denied(user, what, refusal)
    return refusal


def forbidden(user: User, what: str, message: str = "") -> Forbidden:
    """The refusal for something that everybody knows of, but not everybody may do; logged like every denial."""
    refusal = Forbidden(message)
    _denied(user, what, refusal)
    return refusal


@contextmanager
def register(user: User) -> Iterator[datetime]:
    """The transaction in which something comes into being that is about no case yet; yields the product's `now`."""
    with _locked_transaction() as begun:
        yield begun


@contextmanager
def _locked_transaction() -> Iterator[datetime]:
    """A transaction in the role of changes that waits two seconds for a lock, then is Busy; yields `now` at its begin."""
    try:
        with wall.beyond(), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(_BEGIN, [LOCK_TIMEOUT, *narrow.taking(Part.CHANGE, for_transaction=True)])
                begun, _waits, has_role = cursor.fetchone()
            with narrow.changing(has_role):
                yield begun.astimezone(UTC)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable | DeadlockDetected):
            raise Busy from error
        raise


def _lock(case_id: UUID) -> Case | None:
    # Lock, then read: whoever has waited for the lock would otherwise read the report as it was before the wait.
    if not Case.objects.select_for_update(no_key=True).filter(pk=case_id).values_list("pk"):
        return None
    return Case.objects.select_related("report", "child", "unit").get(pk=case_id)


def _denied(user: User, what: str, refusal: Refused, case_id: UUID | None = None) -> None:
    """One log row for a denial, in the case that was asked for where there is such a case."""
    if not isinstance(refusal, Unseen | Forbidden):
        return
    # Of two doors inside each other the inner one knows which case was denied; its own row went with the rollback.
    refusal.case_id = refusal.case_id or case_id
    with wall.beyond():
        about = (
            Case.objects.filter(pk=refusal.case_id).values_list("pk", flat=True).first() if refusal.case_id else None
        )
        audit.record(
            AuditAction.DENIED, by=user, now=clock.now(), what=what, case_id=about, detail={"status": refusal.status}
        )
