"""The two ends that a second party must agree to: over to another municipality, or registered in error.

Until then nothing stops: every clock of the case runs here. While an error waits to be confirmed its guardians are hidden
and not contacted. One proposal waits at a time, and no other decision is made until it is confirmed or refused.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from notifications.outbox import tell
from riskzon import audit, granting
from riskzon.access import Action, may_hold, read_in_full
from riskzon.doors import Change, change
from riskzon.errors import Conflict, Forbidden, Invalid
from riskzon.models import AuditAction, Case, Disposition, EndProposal, Investigation, User
from workflows import deadlines, ends, steps
from workflows.incoming import SKEW
from workflows.models import Todo
from workflows.proposed_end import Wanted, checked
from workflows.recipients import Directory

OTHER_MUNICIPALITY = "EXEMPT_OTHER_MUNICIPALITY"
_TODO = {Disposition.VOID: Todo.What.CONFIRM_END, Disposition.TRANSFERRED: Todo.What.ACKNOWLEDGE}


def propose_end(user: User, case_id: UUID, wanted: Wanted) -> EndProposal:
    """Propose that the case ends. Everybody else in the unit who may confirm it is told.

    Conflict: the case is closed, or another proposal waits. Invalid names the field.
    """
    with change(user, Action.DISPOSE, case_id, what="end_propose") as act:
        case = act.case
        if case.closed_at is not None:
            raise Conflict(_("Ärendet är avslutat."))
        ends.require_nothing_waits(case)
        _require_own_investigation(case)
        proposal = EndProposal.objects.create(
            case=case,
            disposition=wanted.disposition,
            proposed_at=act.now,
            proposed_by=user,
            **checked(wanted, case, _known_to(act)),
        )
        what = _TODO[Disposition(wanted.disposition)]
        Todo.objects.create(case=case, what=what, created_at=act.now)
        act.detail |= {"disposition": wanted.disposition, "void_kind": proposal.void_kind}
        tell(
            "end_to_confirm" if wanted.disposition == Disposition.VOID else "transfer_waits",
            to=_others(case, user, act.now),
            key=f"{proposal.pk}:proposed",
            now=act.now,
            case_id=case.pk,
        )
    return proposal


def confirm_end(
    user: User, case_id: UUID, *, acknowledged_at: datetime | None = None, acknowledged_by: str = ""
) -> EndProposal:
    """Let the proposed end take effect, now: the case closes, its clocks settle, its tasks are cancelled.

    Void: by another person than the one who proposed it (Forbidden). Transferred: by whoever registers that the other
    municipality has acknowledged; when (default: now) and by whom (default: the recipient). What was not settled before
    this moment has run here until now. Conflict: nothing waits, somebody was first, or the case that it points to has
    itself been registered in error.
    """
    with change(user, Action.DISPOSE, case_id, what="end_confirm") as act:
        proposal = _waiting(act)
        if proposal.disposition == Disposition.VOID:
            if proposal.proposed_by_id == user.pk:
                raise Forbidden(_("Du har själv föreslagit det. En annan person i enheten behöver bekräfta."))
            if acknowledged_at is not None or acknowledged_by.strip():
                raise Invalid.field("acknowledged_at", _("Uppgiften hör inte till det beslutet."))
        else:
            proposal.acknowledged_at = _acknowledged(act, acknowledged_at)
            proposal.acknowledged_by = acknowledged_by.strip() or proposal.recipient
        proposal.confirmed_at, proposal.confirmed_by = act.now, user
        proposal.overruled = _overruled(act.case)
        proposal.save()
        _take_effect(act, proposal)
        act.detail |= {"disposition": proposal.disposition, "void_kind": proposal.void_kind}
        _answer(proposal, "end_confirmed", user, act.now)
    return proposal


def refuse_end(user: User, case_id: UUID, *, reason: str) -> EndProposal:
    """Refuse the proposed end, or take an own one back: the case goes on as if nothing had been proposed."""
    with change(user, Action.DISPOSE, case_id, what="end_refuse") as act:
        proposal = _waiting(act)
        if not reason.strip():
            raise Invalid.field("reason", _("Skriv varför."))
        proposal.refused_at, proposal.refused_by, proposal.refusal = act.now, user, reason.strip()
        proposal.save()
        _done(act, proposal)
        act.detail["disposition"] = proposal.disposition
        _answer(proposal, "end_refused", user, act.now)
    return proposal


def _known_to(act: Change) -> QuerySet[Case]:
    """The cases that a proposal may point to: those the person reads in full, and the child's own, known by its history."""
    return Case.objects.filter(Q(pk__in=read_in_full(act.user, act.now).values("pk")) | Q(child=act.case.child_id))


def _waiting(act: Change) -> EndProposal:
    proposal = ends.waiting(act.case)
    if proposal is not None:
        return proposal
    latest = next(iter(ends.of_cases([act.case.pk], act.user)), None)
    if latest is not None and latest.confirmed_at is not None:
        raise Conflict(_("Avslutet är redan bekräftat av %(who)s.") % {"who": latest.confirmed_by})
    if latest is not None:
        raise Conflict(_("Förslaget är redan avslaget av %(who)s.") % {"who": latest.refused_by})
    raise Conflict(_("Inget avslut väntar på bekräftelse."))


def _acknowledged(act: Change, at: datetime | None) -> datetime:
    if at is not None and at > act.now + SKEW:
        raise Invalid.field("acknowledged_at", _("Tiden ligger i framtiden. Kontrollera datum och klockslag."))
    if at is not None and at < act.case.report.notified_at - SKEW:
        raise Invalid.field("acknowledged_at", _("Mottagandet kan inte vara bekräftat innan anmälan kom in."))
    return at or act.now


def _take_effect(act: Change, proposal: EndProposal) -> None:
    case, now = act.case, act.now
    _end_investigation(act, proposal)
    if proposal.disposition == Disposition.VOID:
        _point(act, proposal)
        deadlines.void(case, now=now)
        case.investigation = None
    else:
        deadlines.exempt(case, deadlines.OF_CASE, code=OTHER_MUNICIPALITY, now=now)
    _done(act, proposal)
    Todo.objects.filter(case=case, done_at__isnull=True, cancelled_at__isnull=True).update(cancelled_at=now)
    steps.cancel(case)
    case.disposition = proposal.disposition
    case.disposition_reason = proposal.reason
    case.disposed_at, case.disposed_by = now, act.user
    case.guardian_contact_open = case.feedback_owed = False
    case.review_due_at = None
    case.closed_at = now


def _point(act: Change, proposal: EndProposal) -> None:
    """See to it that the chain of pointers ends in a case that lives, and that this case keeps its clocks there."""
    pointing = EndProposal.objects.filter(confirmed_at__isnull=False).filter(ends.points_to(act.case.pk))
    if proposal.points_to is None:
        if (other := pointing.select_related("case__report").first()) is not None:
            if not may_hold(act.user, other.case):
                raise Conflict(_("Ett annat ärende är avslutat med hänvisning hit. Ange ett som ska gälla i stället."))
            raise Conflict(
                _("Ärende %(number)s är avslutat med hänvisning hit. Ange ett ärende som ska gälla i stället.")
                % {"number": other.case.number}
            )
        return
    target = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("report", "child", "unit")
        .get(pk=proposal.points_to.pk)
    )
    if target.disposition == Disposition.VOID:
        raise Conflict(_("Ärendet som det hänvisas till har självt blivit felregistrerat. Avslå förslaget."))
    if target.closed_at is None and deadlines.inherit(target, act.case, now=act.now):
        target.save()
        audit.record(
            AuditAction.CHANGE, by=act.user, now=act.now, what="end_inherit", ground="pointer", case_id=target.pk
        )


def _require_own_investigation(case: Case) -> None:
    """Conflict where the investigation that this case opened serves other cases too: it cannot end with this one."""
    if case.disposition != Disposition.OPENED or case.investigation is None or case.investigation.closed_at:
        return
    other = case.investigation.cases.exclude(pk=case.pk).select_related("report").first()
    if other is not None:
        raise Conflict(
            _("Utredningen som inleddes här gäller också ärende %(number)s och kan inte avslutas med det här.")
            % {"number": other.number}
        )


def _end_investigation(act: Change, proposal: EndProposal) -> None:
    """What this case has opened ends with it."""
    case = act.case
    _require_own_investigation(case)
    if case.disposition == Disposition.OPENED:
        ended = Investigation.objects.filter(cases=case, closed_at__isnull=True).update(
            closed_at=act.now, outcome=proposal.disposition, outcome_reason=proposal.reason
        )
        if ended:
            granting.investigation_over(case.child_id, by=act.user, now=act.now)


def _overruled(case: Case) -> dict[str, object]:
    if not case.disposition or case.disposed_at is None:
        return {}
    return {
        "disposition": case.disposition,
        "reason": case.disposition_reason,
        "at": case.disposed_at.isoformat(),
        "by": str(case.disposed_by_id),
    }


def _done(act: Change, proposal: EndProposal) -> None:
    Todo.objects.filter(
        case=act.case, what=_TODO[Disposition(proposal.disposition)], done_at__isnull=True, cancelled_at__isnull=True
    ).update(done_at=act.now, done_by=act.user)


def _others(case: Case, user: User, now: datetime) -> list[UUID]:
    """Everybody who could be the second person: the unit's supervisor and its social workers."""
    directory = Directory.read(now)
    colleagues = directory.there(directory.staff.of_unit.get(case.unit_id, []))
    found = dict.fromkeys([*directory.answers_for(case.unit_id, case.child_id), *colleagues])
    return [person for person in found if person != user.pk]


def _answer(proposal: EndProposal, kind: str, user: User, now: datetime) -> None:
    """Tell the one who proposed it, unless that is the same person."""
    if proposal.proposed_by_id != user.pk:
        tell(kind, to=[proposal.proposed_by_id], key=f"{proposal.pk}:{kind}", now=now, case_id=proposal.case_id)
