"""How does one row of a case become an answer? What it may be shown to is decided by the caller."""

from datetime import datetime
from typing import Any

from riskzon.api import answers
from riskzon.models import Assessment, CaseBlock, Contact, EmergencyAccess, Hold, Note, Report, Supplement
from workflows.causes import Proposal
from workflows.models import Breach, Deadline
from workflows.waiting import Line


def receipt(found: Report) -> answers.ReceiptOut:
    """All that a partner is told."""
    return answers.ReceiptOut(number=found.number or "", registered_at=found.registered_at)


def supplement(row: Supplement) -> answers.SupplementOut:
    """One supplement."""
    return answers.SupplementOut(
        id=row.pk,
        at=row.at,
        by=row.by.username,
        text=row.text,
        released_at=row.released_at,
        released_to=row.released_to,
    )


def contact(row: Contact, *, in_full: bool) -> answers.ContactOut:
    """One contact; what it counted for is told to social services only."""
    fields: dict[str, Any] = {
        "id": row.pk,
        "case": row.case_id,
        "guardian": row.guardian_id,
        "at": row.at,
        "recorded_at": row.recorded_at,
        "channel": row.channel,
        "outcome": row.outcome,
        "initiated_by": row.initiated_by,
        "note": row.note,
    }
    if in_full:
        return answers.FullContactOut(**fields, counts=row.counts, by=row.by.username)
    return answers.ContactOut(**fields)


def assessment(row: Assessment) -> answers.AssessmentOut:
    """One protective assessment."""
    return answers.AssessmentOut(
        id=row.pk,
        case=row.case_id,
        outcome=row.outcome,
        at=row.at,
        recorded_at=row.recorded_at,
        by=row.by.username,
        note=row.note,
        reassess_at=row.reassess_at,
    )


def note(row: Note) -> answers.NoteOut:
    """One note."""
    return answers.NoteOut(id=row.pk, at=row.at, by=row.by.username, text=row.text)


def block(row: CaseBlock) -> answers.BlockOut:
    """One block, for whoever leads the unit or has declared it."""
    return answers.BlockOut(
        username=row.user.username,
        since=row.since,
        set_by=row.set_by.username,
        reason=row.reason,
        ended_at=row.ended_at,
    )


def emergency(row: EmergencyAccess, now: datetime, *, is_told: bool, reads: bool) -> answers.EmergencyOut:
    """One emergency access. Not `is_told`: whoever waits for a second person is not told which case it is."""
    return answers.EmergencyOut(
        id=row.pk,
        case=answers.CaseRef(id=row.case_id, number=row.case.number) if is_told else None,
        state="waiting" if row.waits(now) else "open" if reads and row.is_open(now) else "ended",
        code=row.code,
        reason=row.reason,
        by=row.user.username,
        asked_at=row.asked_at,
        ends_at=row.ends_at,
        needs_second=row.needs_second,
        confirmed_by=row.confirmed_by.username if row.confirmed_by else None,
        review_by=row.review_by if row.opened_at else None,
        reviewed_at=row.reviewed_at,
        reviewed_by=row.reviewed_by.username if row.reviewed_by else None,
        outcome=row.outcome or None,
        note=row.note,
    )


def hold(row: Hold) -> answers.HoldOut:
    """One hold."""
    return answers.HoldOut(
        id=row.pk,
        guardian=row.guardian_id,
        code=row.code,
        reason=row.reason,
        until=row.until,
        provisional=row.provisional,
        decided_at=row.decided_at,
        decided_by=row.decided_by.username,
        needs_confirmation=row.needs_confirmation,
        confirmed_at=row.confirmed_at,
        ended_at=row.ended_at,
    )


def deadline_row(row: Deadline) -> answers.DeadlineRow:
    """One deadline with the case it belongs to."""
    return answers.DeadlineRow(**deadline(row), case=answers.CaseRef(id=row.case_id, number=row.case.number))


def breach(row: Breach, proposed: Proposal | None = None) -> answers.BreachOut:
    """One breach, with nothing of its case but which one it is, and the cause that the register proposes."""
    return answers.BreachOut(
        id=row.pk,
        kind=row.kind,
        due_at=row.due_at,
        fired_at=row.fired_at,
        reviewed=row.reviewed_at is not None,
        reviewed_at=row.reviewed_at,
        cause=row.cause or None,
        proposed_cause=proposed.cause if proposed else None,
        action=row.action,
        duty_unit=row.duty_unit.name if row.duty_unit else None,
        case=answers.CaseRef(id=row.case_id, number=row.case.number),
    )


def waiting(line: Line) -> answers.WaitingOut:
    """One thing that waits for somebody, with nothing of its case but which one it is."""
    return answers.WaitingOut(
        kind=line.what,
        id=line.key,
        case=answers.CaseRef(id=line.case.pk, number=line.case.number) if line.case else None,
        since=line.since,
        by=line.by,
        proposed_cause=line.proposed.cause if line.proposed else None,
    )


def deadline(row: Deadline) -> dict[str, Any]:
    """The fields of one deadline."""
    return {
        "id": row.pk,
        "kind": row.kind,
        "starts_at": row.starts_at,
        "due_at": row.due_at,
        "state": row.state,
        "fired_at": row.fired_at,
        "met_at": row.met_at,
        "ground": row.rule.ground,
    }
