"""Why was a limit passed, as far as the register itself can tell? Proposed with one sentence, never decided here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from notifications.models import Delivery
from riskzon.models import AuditAction, AuditEntry, Contact, Guardianship, Hold
from workflows.models import Breach, Kind


@dataclass(frozen=True)
class Proposal:
    """A cause of the list, and what in the register speaks for it, without anybody's name."""

    cause: Breach.Cause
    why: Any


@dataclass(frozen=True)
class Known:
    """What is known beside a breach (`case.report` loaded); rows of its own case or child only."""

    breach: Breach
    contacts: Sequence[Contact] = ()
    #: The phones of everybody who may have custody, "" where none is known.
    phones: Sequence[str] = ()
    holds: Sequence[Hold] = ()
    was_handed_over: bool = False
    alarm_was_lost: bool = False


def proposals(breaches: Iterable[Breach]) -> dict[UUID, Proposal]:
    """The proposed cause of each breach that has one, by its id, in a constant number of statements."""
    found = {known.breach.pk: propose(known) for known in _gather(list(breaches))}
    return {breach_id: proposal for breach_id, proposal in found.items() if proposal is not None}


def propose(known: Known) -> Proposal | None:
    """The cause that what is known speaks for; None where it speaks for none. Pure: no query."""
    breach = known.breach
    if breach.born and breach.case.report.notified_at > breach.due_at:
        return Proposal(Breach.Cause.LATE_NOTICE, _("Fristen hade gått ut när anmälan kom in."))
    if breach.born:
        return Proposal(
            Breach.Cause.LATE_REGISTRATION, _("Anmälan hade kommit in, men registrerades först efter fristen.")
        )
    if not breach.on_duty:
        return Proposal(Breach.Cause.NO_STAFF, _("Ingen hade ärendet eller jouren när fristen gick ut."))
    if breach.kind == Kind.GUARDIAN_CONTACT and (proposal := _of_contact(known)):
        return proposal
    if known.was_handed_over:
        return Proposal(
            Breach.Cause.WRONG_RECIPIENT, _("Ärendet lämnades över till en annan enhet medan fristen gick.")
        )
    if known.alarm_was_lost:
        return Proposal(Breach.Cause.SYSTEM, _("Ett larm om fristen gick inte att skicka."))
    return None


def _of_contact(known: Known) -> Proposal | None:
    due = known.breach.due_at
    tries = [contact.outcome for contact in known.contacts if contact.recorded_at <= due]
    waits = [hold for hold in known.holds if hold.ended_at is None or hold.ended_at > due]
    if any(hold.provisional and hold.decided_at <= due for hold in waits):
        return Proposal(
            Breach.Cause.DECIDED_TO_WAIT, _("Anmälaren bad att ingen skulle kontaktas, och det hann inte beslutas.")
        )
    if any(not hold.provisional and hold.decided_at > due for hold in waits):
        return Proposal(Breach.Cause.DECIDED_TO_WAIT, _("Beslut att avvakta kontakt fattades, men efter fristen."))
    if not tries and not any(known.phones):
        return Proposal(Breach.Cause.NO_CONTACT_DETAILS, _("Det finns inget telefonnummer till någon vårdnadshavare."))
    if tries and set(tries) == {Contact.Outcome.WRONG_NUMBER}:
        return Proposal(Breach.Cause.NO_CONTACT_DETAILS, _("Varje försök gick till fel nummer."))
    if tries and not set(tries) & set(Contact.TWO_WAY):
        return Proposal(Breach.Cause.NOT_REACHABLE, _("Försök gjordes före fristen, men ingen nåddes."))
    return None


def _gather(breaches: list[Breach]) -> list[Known]:
    cases = {breach.case_id for breach in breaches}
    children = {breach.case.child_id for breach in breaches}
    contacts: dict[UUID, list[Contact]] = defaultdict(list)
    for contact in Contact.objects.filter(case__in=cases):
        contacts[contact.case_id].append(contact)
    phones: dict[UUID, list[str]] = defaultdict(list)
    for link in Guardianship.objects.filter(child__in=children).select_related("guardian"):
        if link.may_meet_guarantee:
            phones[link.child_id].append(link.guardian.phone)
    holds: dict[UUID, list[Hold]] = defaultdict(list)
    for hold in Hold.objects.filter(child__in=children):
        holds[hold.child_id].append(hold)
    moved: dict[UUID, list[datetime]] = defaultdict(list)
    handed_over = AuditEntry.objects.filter(case__in=cases, action=AuditAction.CHANGE, what="hand_over")
    for case_id, at in handed_over.values_list("case", "product_at"):
        moved[case_id].append(at)
    given_up = Delivery.objects.filter(state=Delivery.State.GIVEN_UP, message__case__in=cases)
    lost = set(given_up.values_list("message__case", "message__facts__deadline"))
    return [
        Known(
            breach=breach,
            contacts=contacts[breach.case_id],
            phones=phones[breach.case.child_id],
            holds=holds[breach.case.child_id],
            was_handed_over=any(breach.deadline.created_at < at <= breach.due_at for at in moved[breach.case_id]),
            alarm_was_lost=(breach.case_id, breach.kind) in lost,
        )
        for breach in breaches
    ]
