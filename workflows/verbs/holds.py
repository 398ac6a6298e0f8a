"""Waiting with contact: a decided, reasoned, time-limited ground not to contact a guardian about a child."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from notifications.outbox import tell
from riskzon.access import Action, read_in_full
from riskzon.clock import now as product_now
from riskzon.doors import Change, change, unseen
from riskzon.errors import Conflict, Invalid, Unseen
from riskzon.models import Case, Guardianship, Hold, Role, User
from workflows import contact_clock, deadlines, ends
from workflows.family import custodians, siblings
from workflows.incoming import hold_limit
from workflows.models import Kind, Todo
from workflows.recipients import Directory, Place
from workflows.verbs.assessment import next_review


def decide_hold(user: User, case_id: UUID, *, guardian: UUID, code: str, reason: str, until: datetime) -> Hold:
    """Decide to wait with one guardian of the case's child, in all the child's cases, until a review.

    A supervisor decides; while the unit is closed the duty social worker decides alone and a supervisor confirms.
    """
    with change(user, Action.DECIDE_HOLD, case_id, what="hold") as act:
        ends.require_not_ended(act.case)
        _check(act, guardian, code, reason, until)
        if Hold.objects.filter(child_id=act.case.child_id, guardian_id=guardian, ended_at__isnull=True).exists():
            raise Conflict(_("Det finns redan ett beslut att avvakta kontakt med den vårdnadshavaren."))
        hold = _write(act, guardian, code, reason, until)
        _ask_about_siblings(act, guardian, hold)
        _everywhere(act, decided=True)
    return hold


def need_no_hold(user: User, case_id: UUID, *, reason: str) -> None:
    """Answer a sibling's hold with a no: this child's guardians may be contacted. Conflict: already answered."""
    with change(user, Action.DECIDE_HOLD, case_id, what="hold_not_needed") as act:
        if not reason.strip():
            raise Invalid.field("reason", _("Skriv varför."))
        if not _done(act.case, Todo.What.SIBLING_HOLD, act, answer=reason.strip()):
            raise Conflict(_("Frågan om syskonet är redan besvarad."))


def confirm_hold(user: User, hold_id: UUID) -> Hold:
    """A supervisor confirms what the duty social worker decided alone. Conflict: it waits for nobody, or not any more."""
    hold = _find(user, hold_id)
    with change(user, Action.DECIDE_HOLD, hold.case_id, what="hold_confirm") as act:
        hold = _unconfirmed(act, hold_id)
        hold.confirmed_at, hold.confirmed_by = act.now, user
        hold.save(update_fields=["confirmed_at", "confirmed_by"])
    return hold


def refuse_hold(user: User, hold_id: UUID, *, reason: str) -> Hold:
    """A supervisor refuses what the duty social worker decided alone: the hold ends, and the decider is told.

    Conflict: it waits for nobody, or not any more.
    """
    hold = _find(user, hold_id)
    with change(user, Action.DECIDE_HOLD, hold.case_id, what="hold_refuse") as act:
        hold = _unconfirmed(act, hold_id)
        if not reason.strip():
            raise Invalid.field("reason", _("Skriv varför."))
        _end(act.case, hold, reason, act)
        _everywhere(act)
        tell("hold_refused", to=[hold.decided_by_id], key=f"{hold.pk}:hold_refused", now=act.now, case_id=hold.case_id)
    return hold


def renew_hold(user: User, hold_id: UUID, *, until: datetime, reason: str) -> Hold:
    """Decide again, with a new end: the old hold is ended and points to the new one. Its review is met."""
    hold = _find(user, hold_id)
    with change(user, Action.DECIDE_HOLD, hold.case_id, what="hold_renew") as act:
        hold = _lock(hold_id)
        if hold.provisional or hold.guardian_id is None:
            raise Conflict(_("Fatta ett beslut för varje vårdnadshavare i stället för att förlänga."))
        _check(act, hold.guardian_id, hold.code, reason, until)
        _end(act.case, hold, reason, act)
        new = _write(act, hold.guardian_id, hold.code, reason, until, renews=hold)
        _everywhere(act)
    return new


def end_hold(user: User, hold_id: UUID, *, reason: str) -> Hold:
    """End a hold. After a decided one a new 24-hour clock starts where it was exempt, counted on a line of its own."""
    hold = _find(user, hold_id)
    with change(user, Action.DECIDE_HOLD, hold.case_id, what="hold_end") as act:
        hold = _lock(hold_id)
        if not reason.strip():
            raise Invalid.field("reason", _("Skriv varför."))
        _end(act.case, hold, reason, act)
        if hold.provisional:
            _done(act.case, Todo.What.DECIDE_HOLD, act)
        _everywhere(act)
    return hold


def _check(act: Change, guardian: UUID, code: str, reason: str, until: datetime) -> None:
    if not Guardianship.objects.filter(child_id=act.case.child_id, guardian_id=guardian).exists():
        raise Unseen
    errors = []
    if code not in Hold.Code.values:
        errors.append(("code", _("Välj en grund.")))
    elif problem := hold_limit(code, until, act.now):
        errors.append(("until", problem))
    if not reason.strip():
        errors.append(("reason", _("Skriv skälet till beslutet.")))
    if errors:
        raise Invalid(errors)


def _write(act: Change, guardian: UUID, code: str, reason: str, until: datetime, renews: Hold | None = None) -> Hold:
    alone = act.user.role == Role.DUTY
    hold = Hold.objects.create(
        child_id=act.case.child_id,
        guardian_id=guardian,
        case=act.case,
        code=code,
        reason=reason.strip(),
        until=until,
        decided_at=act.now,
        decided_by=act.user,
        needs_confirmation=alone,
        renews=renews,
    )
    deadlines.start(act.case, Kind.HOLD_REVIEW, starts_at=act.now, until=until, now=act.now, hold=hold)
    if alone:
        tell(
            "hold_to_confirm",
            to=Directory.read(act.now).answers_for(act.case.unit_id, act.case.child_id),
            key=f"{hold.pk}:hold_to_confirm",
            now=act.now,
            case_id=act.case.pk,
        )
    act.detail["code"] = code
    return hold


def _end(case: Case, hold: Hold, reason: str, act: Change) -> None:
    if hold.ended_at is not None:
        raise Conflict(_("Beslutet har redan upphört."))
    hold.ended_at, hold.ended_by, hold.end_reason = act.now, act.user, reason.strip()
    hold.save(update_fields=["ended_at", "ended_by", "end_reason"])
    deadlines.meet(case, [Kind.HOLD_REVIEW], at=act.now, now=act.now, only=deadlines.of_hold(hold))


def _answer_provisional(case: Case, act: Change) -> None:
    """When every known custodian is under a decided hold the case's provisional one has been answered."""
    if all(person.is_held for person in custodians(case)):
        for hold in Hold.objects.filter(case=case, child_id=case.child_id, provisional=True, ended_at__isnull=True):
            _end(case, hold, _("Ersatt av beslut."), act)
        _done(case, Todo.What.DECIDE_HOLD, act)


def _ask_about_siblings(act: Change, guardian: UUID, hold: Hold) -> None:
    """Siblings with the same guardian: each gets a task to take a stand (their cases are not changed otherwise)."""
    directory = Directory.read(act.now)
    for child in siblings(act.case.child):
        if child.guardianships.filter(guardian_id=guardian).exists():
            for case in Case.objects.filter(child=child, closed_at__isnull=True):
                Todo.objects.bulk_create(
                    [Todo(case=case, what=Todo.What.SIBLING_HOLD, created_at=act.now)], ignore_conflicts=True
                )
                tell(
                    "sibling_hold",
                    to=directory.find(("holder",), Place.of_case(case))
                    or directory.answers_for(case.unit_id, case.child_id),
                    key=f"{hold.pk}:{case.pk}:sibling_hold",
                    now=act.now,
                    case_id=case.pk,
                )


def _everywhere(act: Change, *, decided: bool = False) -> None:
    """A hold applies in all the child's cases: bring each one's clock and review column in line.

    With `decided` it also answers in each what a reporter's caution or a sibling's hold has asked.
    """
    for case in (act.case, *contact_clock.beside(act.case)):
        if decided:
            _answer_provisional(case, act)
            _done(case, Todo.What.SIBLING_HOLD, act)
        case.review_due_at = next_review(case)
        contact_clock.settle(case, by=act.user, now=act.now)
        if case is not act.case:
            case.save()


def _done(case: Case, what: Todo.What, act: Change, answer: str = "") -> int:
    """How many there were to be done: none or one."""
    return Todo.objects.filter(case=case, what=what, done_at__isnull=True, cancelled_at__isnull=True).update(
        done_at=act.now, done_by=act.user, answer=answer
    )


def _find(user: User, hold_id: UUID) -> Hold:
    hold = Hold.objects.filter(pk=hold_id).first()
    seen = read_in_full(user, product_now())
    if hold is None or not seen.filter(pk=hold.case_id).exists():
        raise unseen(user, "hold")
    return hold


def _unconfirmed(act: Change, hold_id: UUID) -> Hold:
    """The hold, locked, that waits for whoever leads the unit; Conflict says what has become of it."""
    hold = _lock(hold_id)
    if hold.confirmed_at is not None:
        raise Conflict(_("Beslutet är redan bekräftat av %(who)s.") % {"who": hold.confirmed_by})
    if hold.ended_at is not None:
        raise Conflict(_("Beslutet är redan avslutat av %(who)s.") % {"who": hold.ended_by})
    if Action.REVIEW not in act.case.rights or not hold.needs_confirmation:
        raise Conflict(_("Beslutet väntar inte på bekräftelse."))
    return hold


def _lock(hold_id: UUID) -> Hold:
    return Hold.objects.select_for_update(no_key=True).get(pk=hold_id)
