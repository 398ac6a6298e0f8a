"""Reaching guardians: a contact or an attempt, giving one up with a reason, and telling a child of 15 or more."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from notifications.outbox import tell
from riskzon import access, granting
from riskzon.access import Action
from riskzon.doors import Change, change
from riskzon.errors import Conflict, Forbidden, Invalid, Unseen
from riskzon.identity import turns_18_at
from riskzon.localtime import local_date
from riskzon.models import Case, Channel, Contact, Guardianship, Note, User, WrittenOff
from workflows import contact_clock, deadlines, ends
from workflows.family import add_guardians, hold_on, live_holds
from workflows.incoming import SKEW, check_guardian
from workflows.models import Kind, Todo
from workflows.reduced import was_sent


@dataclass(frozen=True)
class Newcomer:
    """Somebody who says to be a guardian: a name and what they are to the child (`Relation`)."""

    name: str
    relation: str


def register_contact(
    user: User,
    case_id: UUID,
    *,
    guardian: UUID | None = None,
    person: Newcomer | None = None,
    at: datetime,
    channel: str,
    outcome: str,
    note: str = "",
    initiated_by: str = Contact.Initiator.STAFF,
    also_cases: Sequence[UUID] = (),
) -> Contact:
    """Write down one contact or attempt; the first two-way contact meets the 24-hour clock if it is recorded in time.

    With `guardian`, or with a `person` whom the case may not know yet: a guardian of that name is meant or else added,
    and the custody of one that nobody has checked is a task. `also_cases`: the same call for siblings who share the
    guardian. A held guardian is a Conflict unless the guardian called (`initiated_by="guardian"`), which is kept and
    stops nothing; so is, where anybody is held, everybody whom the liaison names: no name tells who it is. Conflict too:
    the case may have been registered in error, or has ended so. Unseen: the guardian is not this child's.
    """
    _check_who(guardian, person, also_cases)
    call = uuid4()
    written: dict[UUID, Contact] = {}
    with ExitStack() as doors:
        # In one order, so that two calls about the same siblings never wait for each other in a ring.
        for one in sorted({case_id, *also_cases}):
            act = doors.enter_context(change(user, Action.CONTACT, one, what="contact"))
            _check_contact(act, at, channel, outcome, initiated_by)
            _may_contact(act)
            known = guardian or _newcomer(act, person)
            written[one] = _write(act, call, known, at, channel, outcome, note, initiated_by, is_new=person is not None)
    return written[case_id]


def write_off(user: User, case_id: UUID, *, guardian: UUID | None, reason: str) -> None:
    """Decide that one guardian is not sought any more in this case; None: there is no guardian who can act (lead only)."""
    with change(user, Action.FAMILY, case_id, what="write_off") as act:
        if not reason.strip():
            raise Invalid.field("reason", _("Skriv varför."))
        ends.require_not_ended(act.case)
        if guardian is None:
            act.require(Action.DECIDE_HOLD)
        else:
            _guardianship(act.case, guardian)
        WrittenOff.objects.create(case=act.case, guardian_id=guardian, at=act.now, by=user, reason=reason.strip())
        contact_clock.settle(act.case, by=user, now=act.now)


def inform_child(user: User, case_id: UUID, *, at: datetime, note: str = "") -> None:
    """Write down that a child of 15 or more has been told (SoL 3:2-3:4)."""
    with change(user, Action.FAMILY, case_id, what="inform_child") as act:
        _not_in_future(at, act.now)
        ends.require_not_ended(act.case)
        done = Todo.objects.filter(
            case=act.case, what=Todo.What.INFORM_CHILD, done_at__isnull=True, cancelled_at__isnull=True
        ).update(done_at=act.now, done_by=user)
        if not done:
            raise Conflict(_("Det är redan antecknat att barnet är informerat."))
        act.case.child.informed_at = at
        act.case.child.save(update_fields=["informed_at"])
        if note.strip():
            Note.objects.create(case=act.case, at=act.now, by=user, text=note.strip())
        contact_clock.settle(act.case, by=user, now=act.now)


def _check_contact(act: Change, at: datetime, channel: str, outcome: str, initiated_by: str) -> None:
    errors = []
    if outcome not in Contact.Outcome.values:
        errors.append(("outcome", _("Välj hur det gick.")))
    if channel not in Channel.values:
        errors.append(("channel", _("Välj hur kontakten togs.")))
    if initiated_by not in Contact.Initiator.values:
        errors.append(("initiated_by", _("Välj vem som tog kontakten.")))
    if at > act.now + SKEW:
        errors.append(("at", _("Tiden ligger i framtiden. Kontrollera datum och klockslag.")))
    if errors:
        raise Invalid(errors)


def _may_contact(act: Change) -> None:
    """Whether anybody is to be contacted in this case, whoever it is."""
    case = act.case
    if case.closed_at is not None and case.ground == access.Ground.FOLLOW:
        raise Forbidden
    ends.require_not_ended(case)
    if ends.with_hidden_guardians([case.pk]):
        raise Conflict(_("Ärendet kan vara felregistrerat. Kontakta ingen förrän det är avgjort; skriv en anteckning."))
    born = case.child.birth_date
    if born and turns_18_at(born) <= act.now:
        raise Conflict(_("Personen har fyllt 18 år. Vårdnaden har upphört och föräldrarna kontaktas inte härifrån."))


def _newcomer(act: Change, person: Newcomer | None) -> UUID:
    """The guardian of this child who is called so, or one more whose custody nobody has checked."""
    errors: list[tuple[str, str]] = []
    fields = {"name": person.name, "relation": person.relation} if person else {}
    incoming = check_guardian(fields, "person", local_date(act.now), errors)
    if not incoming.name:
        errors = [("person.name", _("Skriv vad personen heter."))]
    if errors:
        raise Invalid(errors)
    link = add_guardians(act.case.child, [incoming], {})[0]
    wanted = Todo.objects.filter(case=act.case, done_at__isnull=True, cancelled_at__isnull=True)
    wanted.filter(what=Todo.What.FIND_GUARDIANS).update(done_at=act.now, done_by=act.user)
    if link.is_custodian is None and not wanted.filter(what=Todo.What.CHECK_CUSTODY).exists():
        Todo.objects.create(case=act.case, what=Todo.What.CHECK_CUSTODY, created_at=act.now)
    return link.guardian_id


def _check_who(guardian: UUID | None, person: Newcomer | None, also_cases: Sequence[UUID]) -> None:
    if (guardian is None) == (person is None):
        raise Invalid.field("guardian", _("Ange vem det gäller: en vårdnadshavare i ärendet, eller namn och relation."))
    if person is not None and also_cases:
        raise Invalid.field("also_cases", _("Registrera en ny vårdnadshavare i ett ärende i taget."))


def _write(
    act: Change,
    call: UUID,
    guardian: UUID,
    at: datetime,
    channel: str,
    outcome: str,
    note: str,
    initiated_by: str,
    *,
    is_new: bool,
) -> Contact:
    case = act.case
    if case.ground == access.Ground.FOLLOW and not (is_new or was_sent(case, guardian)):
        raise Unseen
    link = _guardianship(case, guardian)
    holds = live_holds(case.child_id)
    held = hold_on(holds, guardian)
    by_guardian = initiated_by == Contact.Initiator.GUARDIAN
    is_barred = held is not None or (is_new and case.ground == access.Ground.FOLLOW and bool(holds))
    if is_barred and not by_guardian:
        raise Conflict(_("Avvakta kontakt: vårdnadshavaren ska inte kontaktas. Fråga den som beslutat om det."))
    is_two_way = outcome in Contact.TWO_WAY and link.may_meet_guarantee
    counts = is_two_way and at >= contact_clock.starts_at(case.report) and held is None
    contact = Contact.objects.create(
        call=call,
        case=case,
        guardian_id=guardian,
        at=at,
        recorded_at=act.now,
        by=act.user,
        channel=channel,
        outcome=outcome,
        initiated_by=initiated_by,
        note=note.strip(),
        counts=counts,
    )
    act.detail.update({"outcome": outcome, "counts": counts})
    if counts:
        _reached(act, at)
    elif is_new:
        contact_clock.settle(case, by=act.user, now=act.now)
    if is_new:
        contact_clock.settle_beside(case, by=act.user, now=act.now)
    return contact


def _reached(act: Change, at: datetime) -> None:
    case, now = act.case, act.now
    deadlines.meet(case, [Kind.GUARDIAN_CONTACT], at=at, now=now)
    if case.guardian_reached_at is None:
        case.guardian_reached_at = at
        tell(
            "guardian_reached",
            to=granting.followers(case, now),
            key=f"{case.pk}:guardian_reached",
            now=now,
            case_id=case.pk,
            facts={"at": at.isoformat()},
        )
    contact_clock.settle(case, by=act.user, now=now)


def _guardianship(case: Case, guardian: UUID) -> Guardianship:
    link = Guardianship.objects.filter(child_id=case.child_id, guardian_id=guardian).first()
    if link is None:
        raise Unseen
    return link


def _not_in_future(at: datetime, now: datetime) -> None:
    if at > now + SKEW:
        raise Invalid.field("at", _("Tiden ligger i framtiden. Kontrollera datum och klockslag."))
