"""What waits for this person to decide, and by when? The list, its count in the navigation and the API read it here.

A supervisor: of the units led, and of those whose supervisor is away and covered by this one. The duty social worker: of
units that are closed. The head of department: what nobody has done in time, whether somebody is on duty, and proposed
rules; numbers and no child, save what the unit's supervisor must not see (jäv), which the head decides.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache as once
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from notifications import roster
from notifications.failures import answered_for, given_up
from riskzon import clock, emergency, role_requests, wall
from riskzon.access import Ground, asked_at, reached
from riskzon.doors import Look
from riskzon.matrix import PLACES, Place
from riskzon.models import (
    Case,
    CaseBlock,
    Disposition,
    EmergencyAccess,
    EndProposal,
    Extract,
    Hold,
    InvestigationEntry,
    Role,
    RoleRequest,
    User,
)
from workflows.board import REVIEW_WITHIN, wanted_holds
from workflows.causes import Proposal, proposals
from workflows.ends import WAITING
from workflows.models import Breach, Deadline, Kind, RuleChange

ROLES = PLACES[Place.WAITING]
#: On which ground the cases are theirs to decide in.
_GROUNDS = {Role.SUPERVISOR: Ground.LEAD, Role.HEAD: Ground.LEAD, Role.DUTY: Ground.DUTY}
#: How far ahead somebody must be on duty.
ROSTER_AHEAD = timedelta(days=14)
#: For how long a look at the roster is remembered: the count stands on every page.
ROSTER_SECONDS = 60
#: How long a message that could not be sent is shown.
FAILURES_FOR = timedelta(days=7)


class What(StrEnum):
    HOLD_TO_DECIDE = "hold_to_decide"
    HOLD_TO_CONFIRM = "hold_to_confirm"
    HOLD_TO_REVIEW = "hold_to_review"
    END = "end_to_confirm"
    EXTENSION = "extension_to_confirm"
    BREACH = "breach_to_review"
    FAILURE = "delivery_failed"
    GAP = "roster_gap"
    RULE = "rule_to_confirm"
    ROLE = "role_to_confirm"
    EXTRACT = "extract_to_decide"
    VOUCH = "emergency_to_confirm"
    EMERGENCY = "emergency_to_review"


TITLES = {
    What.HOLD_TO_DECIDE: _("Ta ställning till att avvakta kontakt"),
    What.HOLD_TO_CONFIRM: _("Bekräfta jourens beslut att avvakta kontakt"),
    What.HOLD_TO_REVIEW: _("Ompröva avvakta kontakt"),
    What.END: _("Bekräfta eller avslå avslutet"),
    What.EXTENSION: _("Bekräfta förlängd utredningstid"),
    What.BREACH: _("Granska överskriden frist"),
    What.FAILURE: _("Utskick gick inte fram"),
    What.GAP: _("Ingen i tjänst på Socialjouren"),
    What.RULE: _("Bekräfta eller avslå en ny regel eller trappa"),
    What.EXTRACT: _("Besluta om ett utdrag får lämnas ut"),
    What.ROLE: _("Bekräfta eller avslå en roll"),
    What.VOUCH: _("Bekräfta nödåtkomst som andra person"),
    What.EMERGENCY: _("Granska nödåtkomst"),
}


@dataclass(frozen=True)
class Line:
    """One thing that waits. `by` None: it has no limit. `key`: the id of the row that waits; `who` decided or asked."""

    what: What
    since: datetime
    by: datetime | None = None
    case: Case | None = None
    key: UUID | None = None
    who: str = ""
    about: Any = ""
    proposed: Proposal | None = None
    #: Whether the reader may open the case; a head, and who vouches for a colleague, else know its number alone.
    is_led: bool = True

    @property
    def title(self) -> Any:
        return TITLES[self.what]


def lines(door: Look) -> list[Line]:
    """Everything that waits for the door's user, the oldest limit first, in a constant number of statements.

    Whoever shows some of it tells the door which cases (`case_ids`).
    """
    found = _Sets(door.user, door.now)
    return sorted(found.lines(), key=lambda line: (line.by or line.since, line.what))


def case_ids(shown: list[Line]) -> list[UUID]:
    return list(dict.fromkeys(line.case.pk for line in shown if line.case is not None))


def count(user: User, now: datetime) -> int:
    """How many lines the list has."""
    return _Sets(user, now).count() if user.role in ROLES else 0


def badge(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `waiting_count`, a callable, so that a page without header never counts."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    counted: Callable[[], int] = once(lambda: count(user, asked_at(user) or clock.now()))
    return {"waiting_count": counted}


class _Sets:
    """The rows of each kind, for one person at one moment."""

    def __init__(self, user: User, now: datetime) -> None:
        self.user, self.now = user, now
        self.leads = user.role in (Role.SUPERVISOR, Role.HEAD)
        self.cases = reached(user, _GROUNDS[user.role], now) if user.role in _GROUNDS else Case.objects.none()

    def lines(self) -> Iterator[Line]:
        for hold in self.holds().select_related("case__report", "decided_by"):
            yield Line(self._of_hold(hold), hold.decided_at, hold.until, hold.case, hold.pk, str(hold.decided_by))
        for end in self.ends().select_related("case__report", "proposed_by"):
            about = end.get_disposition_display()
            yield Line(What.END, end.proposed_at, None, end.case, end.pk, str(end.proposed_by), about)
        for case in self.extended().select_related("report"):
            yield Line(What.EXTENSION, case.since, case.by, case, case.investigation_id)
        breaches = list(self.breaches().select_related("case__report", "deadline"))
        own = {breach.case_id for breach in breaches}
        if self.user.role == Role.HEAD:
            own = set(self.cases.filter(pk__in=own).values_list("pk", flat=True))
        # The register's proposal is made of what is written in the case.
        causes = proposals(breach for breach in breaches if breach.case_id in own)
        for breach in breaches:
            about = breach.get_kind_display()
            proposed = causes.get(breach.pk)
            is_own = breach.case_id in own
            yield Line(What.BREACH, breach.fired_at, breach.by, breach.case, breach.pk, "", about, proposed, is_own)
        if failed := list(self.failures().values_list("message__created_at", flat=True)):
            yield Line(What.FAILURE, min(failed), about=str(len(failed)))
        for change in self.rule_changes().select_related("proposed_by"):
            about = Kind(change.kind).label
            yield Line(What.RULE, change.proposed_at, key=change.pk, who=str(change.proposed_by), about=about)
        for extract in self.extracts().select_related("case__report", "made_by"):
            about = extract.get_recipient_display()
            yield Line(What.EXTRACT, extract.made_at, None, extract.case, extract.pk, str(extract.made_by), about)
        for asked in self.roles().select_related("person", "asked_by"):
            about = f"{asked.person}, {asked.get_role_display().lower()}"
            yield Line(What.ROLE, asked.asked_at, key=asked.pk, who=str(asked.asked_by or ""), about=about)
        yield from self._emergencies()
        for gap in self.gaps():
            yield Line(What.GAP, self.now, gap.starts_at, about=gap.ends_at)

    def count(self) -> int:
        rows = [
            found.order_by().annotate(one=Value(1)).values("one")
            for found in (
                *(self.holds(), self.ends(), self.extended(), self.breaches(), self.rule_changes()),
                *(self.extracts(), self.roles(), self.to_vouch(), self.to_review()),
            )
        ]
        failed = self.failures().order_by().annotate(one=Value(1)).values("one")[:1]
        return rows[0].union(*rows[1:], failed, all=True).count() + len(self.gaps())

    def holds(self) -> QuerySet[Hold]:
        """As the board counts them; who decides alone at night has nothing to confirm."""
        found = wanted_holds(self.cases, self.now)
        return found if self.leads else found.exclude(needs_confirmation=True, until__gt=self.now + REVIEW_WITHIN)

    def ends(self) -> QuerySet[EndProposal]:
        """Those that somebody else has proposed; the duty social worker ends nothing."""
        if not self.leads:
            return EndProposal.objects.none()
        return EndProposal.objects.filter(WAITING, case__in=self.cases.values("pk")).exclude(proposed_by=self.user)

    def extended(self) -> QuerySet[Case]:
        """Cases whose investigation was given more time that waits: `since`, and `by`, the limit that it replaced."""
        if not self.leads:
            return Case.objects.none()
        waits = InvestigationEntry.objects.filter(
            investigation=OuterRef("investigation"), needs_confirmation=True, answers=None
        ).order_by("recorded_at")
        limits = Deadline.objects.filter(case=OuterRef("pk"), kind=Kind.INVESTIGATION, created_at=OuterRef("since"))
        proposed = EndProposal.objects.filter(WAITING, case=OuterRef("pk"))
        return (
            self.cases.filter(Exists(waits), ~Exists(proposed), disposition=Disposition.OPENED)
            .annotate(since=Subquery(waits.values("recorded_at")[:1]))
            .annotate(by=Subquery(limits.values("replaces__due_at")[:1]))
        )

    def breaches(self) -> QuerySet[Breach]:
        """Breaches that nobody has explained, with `by`; for the head those whose review is late, of all units."""
        found = Breach.objects.filter(reviewed_at__isnull=True).exclude(kind=Kind.BREACH_REVIEW)
        reviews = Deadline.objects.filter(breach=OuterRef("pk"), kind=Kind.BREACH_REVIEW)
        found = found.annotate(by=Subquery(reviews.order_by("-created_at").values("due_at")[:1]))
        if not self.leads:
            return found.none()
        led = Q(case__in=self.cases.values("pk"))
        if self.user.role == Role.SUPERVISOR:
            return found.filter(led)
        blocked = CaseBlock.objects.filter(user=self.user, ended_at__isnull=True)
        return found.filter(led | Q(by__lt=self.now)).exclude(case__child__in=blocked.values("child"))

    def rule_changes(self) -> QuerySet[RuleChange]:
        """Versions of rules and ladders that the administrator has proposed; the head alone answers."""
        waiting = RuleChange.objects.filter(state=RuleChange.State.WAITING).exclude(proposed_by=self.user)
        return waiting if self.user.role == Role.HEAD else waiting.none()

    def extracts(self) -> QuerySet[Extract]:
        """Extracts that nobody has let leave yet, in the cases that are led."""
        found = Extract.objects.filter(stops=True, decided_at__isnull=True, case__in=self.cases.values("pk"))
        return found if self.leads else found.none()

    def roles(self) -> QuerySet[RoleRequest]:
        """Roles that somebody is to have, and that are this person's to answer."""
        return role_requests.expected_of(self.user) if self.leads else RoleRequest.objects.none()

    def to_vouch(self) -> QuerySet[EmergencyAccess]:
        """Emergency access that a protected identity keeps closed until a second person has answered."""
        return emergency.to_vouch(self.user, self.cases, self.now)

    def to_review(self) -> QuerySet[EmergencyAccess]:
        """Emergency access that nobody has reviewed; for the head what is late, of all units."""
        return emergency.to_review(self.user, self.cases, self.now)

    def _emergencies(self) -> Iterator[Line]:
        # Whoever vouches at night has the case as little as whoever asks: its number alone is read.
        with wall.beyond():
            waiting = list(self.to_vouch().select_related("case__report", "user"))
            opened = list(self.to_review().select_related("case__report", "user"))
        own: set[UUID] = set()
        if waiting or opened:
            asked = [row.case_id for row in (*waiting, *opened)]
            own = set(self.cases.filter(pk__in=asked).values_list("pk", flat=True))
        for row in waiting:
            about = row.get_code_display()
            yield Line(
                What.VOUCH, row.asked_at, row.ends_at, row.case, row.pk, str(row.user), about, None, row.case_id in own
            )
        for row in opened:
            about = row.get_code_display()
            yield Line(
                What.EMERGENCY,
                row.asked_at,
                row.review_by,
                row.case,
                row.pk,
                str(row.user),
                about,
                None,
                row.case_id in own,
            )

    def failures(self) -> QuerySet[Any]:
        return given_up(answered_for(self.user), since=self.now - FAILURES_FOR)

    def gaps(self) -> list[roster.Gap]:
        """The stretches ahead in which nobody would answer for units that are closed; looked up once a minute."""
        if self.user.role == Role.DUTY:
            return []
        key = f"roster-gaps:{connection.settings_dict['NAME']}:{self.now:%Y-%m-%dT%H:%M}"
        found: list[roster.Gap] = cache.get_or_set(
            key, lambda: roster.gaps(self.now, self.now + ROSTER_AHEAD), ROSTER_SECONDS
        )
        return found

    def _of_hold(self, hold: Hold) -> What:
        if hold.provisional:
            return What.HOLD_TO_DECIDE
        waits = hold.needs_confirmation and hold.confirmed_at is None and self.leads
        return What.HOLD_TO_CONFIRM if waits else What.HOLD_TO_REVIEW
