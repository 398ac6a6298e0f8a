"""What is done in an investigation, from the day it was opened to its end (SoL 20:3-20:7, 23:1; LUL 11-12 §§)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.outbox import tell
from riskzon import granting
from riskzon.access import Action, Ground, ground_of
from riskzon.doors import Change, change, unseen
from riskzon.errors import Conflict, Invalid, Unseen
from riskzon.localtime import end_of_local_day, local_date
from riskzon.models import Case, Disposition, ExtensionAnswer, Guardianship, Investigation, InvestigationEntry, User
from workflows import contact_clock, deadlines, ends
from workflows.due import months_after
from workflows.family import hold_on, live_holds
from workflows.incoming import SKEW
from workflows.models import Deadline, Kind
from workflows.recipients import Directory

OUTCOMES = {
    "measure_granted": gettext_lazy("Insats beviljad"),
    "without_measure": gettext_lazy("Avslutad utan insats"),
    "measure_declined": gettext_lazy("Insats erbjuden, familjen tackade nej"),
    "lvu": gettext_lazy("Ansökan enligt LVU"),
    "lvu_22": gettext_lazy("Insats enligt 22 § LVU"),
    "transferred": gettext_lazy("Överflyttad till annan kommun"),
    "moved": gettext_lazy("Barnet har flyttat"),
}
#: After these a follow-up may be decided (SoL 23:1).
WITHOUT_MEASURE = ("without_measure", "measure_declined")
FOLLOW_UP_MONTHS = 6

_What = InvestigationEntry.What


def tell_of_opening(
    user: User, investigation_id: UUID, *, guardian: UUID | None, at: datetime, told: bool = True, reason: str = ""
) -> InvestigationEntry:
    """Write down that a guardian, or with None the child, was told of the investigation (SoL 20:4), or why not.

    Conflict: the guardian is under a hold, or the child has come of age; then only `told=False` with its reason can be
    written.
    """
    with _inside(user, investigation_id, "investigation_told") as (act, investigation):
        _not_in_future("at", at, act.now)
        if guardian is not None:
            if not Guardianship.objects.filter(child=investigation.child_id, guardian=guardian).exists():
                raise Unseen
            if told and contact_clock.has_come_of_age(act.case, act.now):
                raise Conflict(
                    _("Personen har fyllt 18 år. Vårdnaden har upphört och föräldrarna kontaktas inte härifrån.")
                )
            if told and hold_on(live_holds(investigation.child_id), guardian) is not None:
                raise Conflict(_("Avvakta kontakt: vårdnadshavaren ska inte kontaktas. Fråga den som beslutat om det."))
        if not told:
            _demand("reason", reason, _("Skriv de särskilda skälen."))
        return _write(act, investigation, _What.TOLD if told else _What.NOT_TOLD, reason, at=at, guardian=guardian)


def plan(user: User, investigation_id: UUID, *, is_full: bool, text: str) -> InvestigationEntry:
    """Write the plan: short where circumstances ask for little (SoL 20:5), else in full. The newest holds."""
    with _inside(user, investigation_id, "investigation_plan") as (act, investigation):
        _demand("text", text, _("Skriv vad som ska utredas och hur."))
        return _write(act, investigation, _What.PLAN_FULL if is_full else _What.PLAN_SHORT, text)


def hear_child(user: User, investigation_id: UUID, *, heard: bool, at: datetime, text: str = "") -> InvestigationEntry:
    """Write down that the child has been heard (SoL 3:3, 20:7), or why it has not."""
    with _inside(user, investigation_id, "investigation_heard") as (act, investigation):
        _not_in_future("at", at, act.now)
        if not heard:
            _demand("text", text, _("Skriv varför barnet inte har hörts."))
        return _write(act, investigation, _What.HEARD if heard else _What.NOT_HEARD, text, at=at)


def extend(user: User, investigation_id: UUID, *, until: date, reason: str) -> Investigation:
    """Decide, before the limit and for special reasons, that the investigation may take until a later local day.

    SoL 20:3. It holds at once; where the decider does not lead the unit, its supervisor confirms or refuses it afterwards.
    Conflict: the limit has passed; a breach is not mended afterwards. Invalid: not later than the limit, more than
    another four months, or no reason.
    """
    with _inside(user, investigation_id, "investigation_extend") as (act, investigation):
        limit = deadlines.running(act.case, Kind.INVESTIGATION)
        if limit is None or limit.due_at < act.now:
            raise Conflict(_("Utredningstiden har gått ut. Den kan inte förlängas i efterhand."))
        later = end_of_local_day(until)
        errors = []
        if later <= limit.due_at:
            errors.append(("until", _("Välj en dag efter den nuvarande fristen.")))
        if later > months_after(limit.due_at, 4):
            errors.append(("until", _("Förläng med högst fyra månader i taget.")))
        if not reason.strip():
            errors.append(("reason", _("Skriv de särskilda skälen.")))
        if errors:
            raise Invalid(errors)
        deadlines.extend(limit, until=later, now=act.now)
        waits = Action.REVIEW not in act.case.rights
        entry = _write(act, investigation, _What.EXTENDED, reason, until=later, needs_confirmation=waits)
        if waits:
            tell(
                "extension_to_confirm",
                to=Directory.read(act.now).answers_for(act.case.unit_id, act.case.child_id),
                key=f"{entry.pk}:extension_to_confirm",
                now=act.now,
                case_id=act.case.pk,
                facts={"at": limit.due_at.isoformat()},
            )
    return investigation


def answer_extension(user: User, investigation_id: UUID, *, refuse: bool = False, reason: str = "") -> Investigation:
    """The supervisor confirms the extension that somebody else decided, or refuses it with a reason; several as one.

    Refused: the former limit is back, by a deadline that points back, and is a breach at once where it has passed; also of
    an investigation that has ended meanwhile. Forbidden: the person does not lead the unit. Conflict: nothing waits, or
    somebody was first.
    """
    with _inside(user, investigation_id, "extension_refuse" if refuse else "extension_confirm", ended_too=True) as (
        act,
        investigation,
    ):
        act.require(Action.REVIEW)
        waiting = _unanswered(investigation)
        if not waiting:
            raise _answered(investigation)
        if refuse:
            _demand("reason", reason, _("Skriv varför."))
        for entry in waiting:
            ExtensionAnswer.objects.create(entry=entry, at=act.now, by=user, refused=refuse, reason=reason.strip())
        if refuse:
            _take_back(act, waiting[0])
        tell(
            "extension_refused" if refuse else "extension_confirmed",
            to={entry.by_id for entry in waiting} - {user.pk},
            key=f"{waiting[0].pk}:extension_answered",
            now=act.now,
            case_id=act.case.pk,
        )
    return investigation


def close_investigation(
    user: User, investigation_id: UUID, *, outcome: str, reason: str, follow_up: date | bool = False
) -> Investigation:
    """End a running investigation with its outcome; its time is met. Conflict: it has ended already.

    `follow_up`: the last local day of a follow-up after an end without a measure (SoL 23:1-23:2), True for the longest
    that the law allows, six months.
    """
    with _inside(user, investigation_id, "investigation_close") as (act, investigation):
        errors = []
        if outcome not in OUTCOMES:
            errors.append(("outcome", _("Välj vad utredningen ledde till.")))
        if not reason.strip():
            errors.append(("reason", _("Skriv skälen för beslutet.")))
        latest = local_date(months_after(act.now, FOLLOW_UP_MONTHS))
        until = (latest if follow_up else None) if isinstance(follow_up, bool) else follow_up
        if until and outcome in OUTCOMES and outcome not in WITHOUT_MEASURE:
            errors.append(("follow_up", _("Uppföljning beslutas bara när utredningen avslutas utan insats.")))
        elif until and not local_date(act.now) < until <= latest:
            errors.append(("follow_up", _("Uppföljningen får pågå i högst sex månader.")))
        if errors:
            raise Invalid(errors)
        investigation.closed_at, investigation.outcome, investigation.outcome_reason = act.now, outcome, reason.strip()
        investigation.follow_up_until = until
        investigation.save(update_fields=["closed_at", "outcome", "outcome_reason", "follow_up_until"])
        granting.investigation_over(investigation.child_id, by=act.user, now=act.now)
        deadlines.meet(act.case, [Kind.INVESTIGATION], at=act.now, now=act.now)
        act.detail["outcome"] = outcome
    return investigation


def request_statement(user: User, investigation_id: UUID, *, until: date) -> Investigation:
    """The police or the prosecutor have asked for a statement (LUL 11 §) by the local day that they name (LUL 12 §)."""
    with _inside(user, investigation_id, "statement_request", ended_too=True) as (act, investigation):
        if end_of_local_day(until) < act.now:
            raise Invalid.field("until", _("Välj en dag som inte har passerat."))
        if deadlines.running(act.case, Kind.LUL_STATEMENT) is not None:
            raise Conflict(_("Ett yttrande är redan begärt."))
        deadlines.start(act.case, Kind.LUL_STATEMENT, starts_at=act.now, now=act.now, until=end_of_local_day(until))
    return investigation


def send_statement(user: User, investigation_id: UUID) -> Investigation:
    """The statement has been sent. Conflict: none is asked for."""
    with _inside(user, investigation_id, "statement_sent", ended_too=True) as (act, investigation):
        if not deadlines.meet(act.case, [Kind.LUL_STATEMENT], at=act.now, now=act.now):
            raise Conflict(_("Inget yttrande väntar."))
    return investigation


def opening_case(user: User, investigation_id: UUID, what: str) -> UUID:
    """The case from which the investigation was opened: whoever reads it in full reads the investigation. Else Unseen."""
    found = Case.objects.filter(investigation=investigation_id, disposition=Disposition.OPENED)
    for case_id in found.values_list("pk", flat=True):
        if ground_of(user, case_id) not in (None, Ground.FOLLOW):
            return case_id
    raise unseen(user, what)


@contextmanager
def _inside(
    user: User, investigation_id: UUID, what: str, *, ended_too: bool = False
) -> Iterator[tuple[Change, Investigation]]:
    """The investigation, running unless `ended_too`, locked inside the change of the case from which it was opened."""
    with change(user, Action.DISPOSE, opening_case(user, investigation_id, what), what=what) as act:
        ends.require_not_ended(act.case)
        ends.require_nothing_waits(act.case)
        investigation = Investigation.objects.select_for_update(no_key=True).get(pk=investigation_id)
        if investigation.closed_at is not None and not ended_too:
            raise Conflict(_("Utredningen är redan avslutad."))
        yield act, investigation


def _write(
    act: Change,
    investigation: Investigation,
    what: _What,
    text: str,
    *,
    at: datetime | None = None,
    guardian: UUID | None = None,
    until: datetime | None = None,
    needs_confirmation: bool = False,
) -> InvestigationEntry:
    return InvestigationEntry.objects.create(
        investigation=investigation,
        what=what,
        guardian_id=guardian,
        at=at or act.now,
        recorded_at=act.now,
        by=act.user,
        text=text.strip(),
        until=until,
        needs_confirmation=needs_confirmation,
    )


def _unanswered(investigation: Investigation) -> list[InvestigationEntry]:
    """The extensions that wait for the supervisor, the first first."""
    waiting = InvestigationEntry.objects.filter(investigation=investigation, needs_confirmation=True, answers=None)
    return list(waiting.order_by("recorded_at"))


def _answered(investigation: Investigation) -> Conflict:
    last = (
        ExtensionAnswer.objects.filter(entry__investigation=investigation).select_related("by").order_by("-at").first()
    )
    if last is None:
        return Conflict(_("Ingen förlängning väntar på bekräftelse."))
    if last.refused:
        return Conflict(_("Förlängningen är redan avslagen av %(who)s.") % {"who": last.by})
    return Conflict(_("Förlängningen är redan bekräftad av %(who)s.") % {"who": last.by})


def _take_back(act: Change, entry: InvestigationEntry) -> None:
    """Put the limit back that this extension replaced, and judge by it what has happened meanwhile."""
    limits = Deadline.objects.filter(case=act.case, kind=Kind.INVESTIGATION).select_related("rule")
    former = limits.filter(Q(replaced_by__due_at=entry.until) & Q(due_at__lt=entry.until)).latest("created_at")
    limit = limits.get(replaced_by__isnull=True)
    limit.case = act.case
    met = (limit.met_at, limit.settled_at) if limit.met_at and limit.settled_at else None
    deadlines.replace(limit, starts_at=limit.starts_at, until=former.due_at, met=met, now=act.now)


def _demand(field: str, text: str, message: str) -> None:
    if not text.strip():
        raise Invalid.field(field, message)


def _not_in_future(field: str, at: datetime, now: datetime) -> None:
    if at > now + SKEW:
        raise Invalid.field(field, _("Tiden ligger i framtiden. Kontrollera datum och klockslag."))
