"""What does the liaison see of an own report: what was sent, how far it has come, and what was disclosed. Nothing else."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from riskzon import veil, wall
from riskzon.disclosed import received
from riskzon.models import Case, Contact, Supplement, TimeCorrection, User
from workflows.contact_clock import has_come_of_age
from workflows.deadlines import current_first
from workflows.disclosing import Received, as_received
from workflows.models import Deadline, Kind


@dataclass(frozen=True)
class ReducedCase:
    """`contacts` and `supplements` are this liaison's, `disclosures` what has been disclosed to this liaison and is valid.
    Of `corrections` others' names and reasons are not for the liaison.

    `as_reported` is the child as sent, each guardian with its id; without telephone numbers while contact is held back,
    and without guardians (`hides_guardians`) once the child has come of age or may be the wrong one.
    """

    id: UUID
    number: str
    report_number: str
    report_kind: str
    occurred_at: datetime | None
    notified_at: datetime
    registered_at: datetime
    is_open: bool
    is_assigned: bool
    is_assessed: bool
    assessed_at: datetime | None
    contact: Deadline | None
    do_not_contact: bool
    child_id: UUID
    as_reported: dict[str, Any]
    contacts: tuple[Contact, ...]
    hides_guardians: bool
    corrections: tuple[TimeCorrection, ...]
    supplements: tuple[Supplement, ...]
    disclosures: tuple[Received, ...]

    def sent_name(self, guardian_id: UUID) -> str:
        """What the report called this guardian; "" for one that it did not name, or while guardians are hidden."""
        sent = (one for one in self.as_reported.get("guardians", ()) if one["id"] == str(guardian_id))
        return next((one.get("name") or "" for one in sent), "")


def reduced(case: Case, user: User, now: datetime) -> ReducedCase:
    """One case as its liaison sees it."""
    return reduced_many([case], user, now)[0]


def reduced_many(cases: Sequence[Case], user: User, now: datetime) -> list[ReducedCase]:
    """The same for several cases, in the order given; a child with a protected identity is a number alone."""
    veil.draw(user, cases, now)
    ids = [case.pk for case in cases]
    clocks: dict[UUID, list[Deadline]] = defaultdict(list)
    for deadline in Deadline.objects.filter(case__in=ids, kind=Kind.GUARDIAN_CONTACT):
        clocks[deadline.case_id].append(deadline)
    contacts: dict[UUID, list[Contact]] = defaultdict(list)
    for contact in Contact.objects.filter(case__in=ids, by=user).select_related("guardian", "by"):
        contacts[contact.case_id].append(contact)
    corrections: dict[UUID, list[TimeCorrection]] = defaultdict(list)
    reports = {case.report_id for case in cases}
    for correction in TimeCorrection.objects.filter(report__in=reports).select_related("by").order_by("at", "field"):
        corrections[correction.report_id].append(correction)
    supplements: dict[UUID, list[Supplement]] = defaultdict(list)
    for supplement in Supplement.objects.filter(report__in=reports, by=user).order_by("at"):
        supplements[supplement.report_id].append(supplement)
    disclosed: dict[UUID, list[Received]] = defaultdict(list)
    for piece in as_received(received(user, now).filter(case__in=ids), now):
        disclosed[piece.row.case_id].append(piece)
    held, doubted = wall.held_back(ids)
    hidden = {case.pk for case in cases if case.pk in doubted or has_come_of_age(case, now)}
    return [
        ReducedCase(
            id=case.pk,
            number=case.number,
            report_number=case.report.number or "",
            report_kind=case.report.kind,
            occurred_at=case.report.occurred_at,
            notified_at=case.report.notified_at,
            registered_at=case.report.registered_at,
            is_open=case.is_open,
            is_assigned=case.assignee_id is not None,
            is_assessed=case.assessed_at is not None,
            assessed_at=case.assessed_at,
            contact=next(iter(current_first(clocks[case.pk])), None),
            do_not_contact=case.pk in held or case.pk in doubted,
            child_id=case.child_id,
            as_reported=_as_reported(case, is_held=case.pk in held, is_hidden=case.pk in hidden),
            contacts=tuple(contacts[case.pk]),
            hides_guardians=case.pk in hidden,
            corrections=tuple(corrections[case.report_id]),
            supplements=tuple(supplements[case.report_id]),
            disclosures=tuple(disclosed[case.pk]),
        )
        for case in cases
    ]


def was_sent(case: Case, guardian_id: UUID) -> bool:
    """Whether the report named this guardian; whom social services have found since is not known to the liaison."""
    return any(one["id"] == str(guardian_id) for one in case.as_reported.get("guardians", ()))


def _as_reported(case: Case, *, is_held: bool, is_hidden: bool) -> dict[str, Any]:
    if is_hidden:
        return {**case.as_reported, "guardians": []}
    if not is_held:
        return case.as_reported
    return {**case.as_reported, "guardians": [{**one, "phone": ""} for one in case.as_reported.get("guardians", [])]}
