"""One investigation as its readers see it: who has been told, what is planned, whether the child is heard, by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from riskzon.access import read_in_full
from riskzon.models import Case, Disposition, Guardian, Hold, Investigation, InvestigationEntry, User
from workflows import contact_clock, ends
from workflows.family import custodians
from workflows.models import Deadline, Kind, State

_What = InvestigationEntry.What
#: An investigation opened sooner than this after another has ended may be the same one by another name (JO 2565-2016).
CHAINED_WITHIN = timedelta(days=60)


@dataclass(frozen=True)
class Concerned:
    """Somebody who is to know that an investigation was opened (SoL 20:4). `guardian` None: the child, from 15 on."""

    guardian: Guardian | None
    hold: Hold | None
    entry: InvestigationEntry | None


@dataclass(frozen=True)
class Inquiry:
    """`entries` newest first; `limits` every limit it has had, newest first; `statements` those asked for (LUL)."""

    case: Case
    investigation: Investigation
    now: datetime
    entries: tuple[InvestigationEntry, ...]
    limits: tuple[Deadline, ...]
    statements: tuple[Deadline, ...]
    concerned: tuple[Concerned, ...]

    @property
    def limit(self) -> Deadline | None:
        """The limit that holds; None only where the rule is switched off."""
        replaced = {row.replaces_id for row in self.limits}
        return next((row for row in self.limits if row.pk not in replaced), None)

    @property
    def plan(self) -> InvestigationEntry | None:
        return self._newest(_What.PLAN_SHORT, _What.PLAN_FULL)

    @property
    def heard(self) -> InvestigationEntry | None:
        return self._newest(_What.HEARD, _What.NOT_HEARD)

    @property
    def extensions(self) -> tuple[InvestigationEntry, ...]:
        return tuple(entry for entry in self.entries if entry.what == _What.EXTENDED)

    @property
    def unanswered(self) -> InvestigationEntry | None:
        """The extension that waits for the supervisor."""
        return next((entry for entry in self.extensions if entry.is_waiting), None)

    @property
    def statement(self) -> Deadline | None:
        """The statement that waits to be sent."""
        return next((row for row in self.statements if row.settled_at is None), None)

    @property
    def may_be_extended(self) -> bool:
        return self.limit is not None and self.limit.state == State.RUNNING and self.limit.due_at >= self.now

    def _newest(self, *kinds: str) -> InvestigationEntry | None:
        return next((entry for entry in self.entries if entry.what in kinds), None)


def read_inquiry(case: Case, now: datetime) -> Inquiry | None:
    """The investigation that was opened from `case`; None for any other. The caller has opened the case by a door."""
    investigation = (
        Investigation.objects.select_related("case_worker", "unit", "opened_by")
        .filter(pk=case.investigation_id)
        .first()
    )
    if investigation is None or case.disposition != Disposition.OPENED:
        return None
    entries = tuple(investigation.entries.select_related("by", "guardian").prefetch_related("answers__by"))
    clocks = Deadline.objects.filter(case=case, kind__in=[Kind.INVESTIGATION, Kind.LUL_STATEMENT])
    rows = list(clocks.order_by("-created_at", "-due_at"))
    return Inquiry(
        case=case,
        investigation=investigation,
        now=now,
        entries=entries,
        limits=tuple(row for row in rows if row.kind == Kind.INVESTIGATION),
        statements=tuple(row for row in rows if row.kind == Kind.LUL_STATEMENT),
        concerned=_concerned(case, entries, now),
    )


def recently_ended(case: Case, now: datetime) -> Investigation | None:
    """The child's investigation that ended so lately that a new one might only be more time for it."""
    ended = Investigation.objects.filter(child_id=case.child_id, closed_at__gt=now - CHAINED_WITHIN)
    return ended.order_by("-closed_at").first()


def running_investigations(user: User, now: datetime) -> QuerySet[Case]:
    """The cases from which those running investigations were opened that `user` reads in full, the earliest limit first.

    Each has `limit` (a moment or None) and, for what the law asks for beside it, `is_planned` and `is_heard`.
    """
    limits = Deadline.objects.filter(case=OuterRef("pk"), kind=Kind.INVESTIGATION, settled_at__isnull=True)
    written = InvestigationEntry.objects.filter(investigation=OuterRef("investigation"))
    return (
        read_in_full(user, now)
        .filter(disposition=Disposition.OPENED, investigation__closed_at__isnull=True)
        .annotate(
            limit=Subquery(limits.order_by("due_at").values("due_at")[:1]),
            is_planned=Exists(written.filter(what__in=[_What.PLAN_SHORT, _What.PLAN_FULL])),
            is_heard=Exists(written.filter(what__in=[_What.HEARD, _What.NOT_HEARD])),
        )
        .order_by("limit", "pk")
    )


def _concerned(case: Case, entries: Sequence[InvestigationEntry], now: datetime) -> tuple[Concerned, ...]:
    newest: dict[object, InvestigationEntry] = {}
    for entry in entries:
        if entry.what in (_What.TOLD, _What.NOT_TOLD):
            newest.setdefault(entry.guardian_id, entry)
    is_hidden = contact_clock.has_come_of_age(case, now) or ends.with_hidden_guardians([case.pk])
    people = [] if is_hidden else custodians(case)
    found = [Concerned(one.guardianship.guardian, one.hold, newest.get(one.guardianship.guardian_id)) for one in people]
    if contact_clock.must_be_told(case, now):
        found.append(Concerned(None, None, newest.get(None)))
    return tuple(found)
