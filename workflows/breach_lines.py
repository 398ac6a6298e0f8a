"""How is a breach told: what was tried, who had the case, and what the register proposes as its cause?"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from riskzon.access import visible_cases
from riskzon.models import Contact, User
from workflows.board import Overseen
from workflows.causes import Proposal, proposals
from workflows.models import Breach, BreachNote, Kind


@dataclass(frozen=True)
class BreachLine:
    """One breach as the board tells it. `attempts` counts calls and letters to guardians up to now."""

    breach: Breach
    attempts: int
    last_attempt: Contact | None
    on_duty: tuple[str, ...]
    is_still_open: bool
    is_corrected: bool
    may_review: bool
    #: What the register itself says of the cause, for whoever is to decide it.
    proposal: Proposal | None


def breach_lines(seen: Overseen, breaches: Iterable[Breach]) -> list[BreachLine]:
    """Breaches with the attempts made and the names of those who had the case, in a constant number of statements."""
    rows = list(breaches)
    made: dict[Any, list[Contact]] = {}
    for contact in Contact.objects.filter(case__in={row.case_id for row in rows}).order_by("-at"):
        made.setdefault(contact.case_id, []).append(contact)
    corrected = set(BreachNote.objects.filter(breach__in=rows).values_list("breach", flat=True))
    # The head explains those of children whose cases the unit's supervisor must not see.
    mine = visible_cases(seen.user, seen.now).filter(pk__in={row.case_id for row in rows}) if seen.is_head else None
    led = set(mine.values_list("pk", flat=True)) if mine is not None else set()
    people = {
        str(user.pk): str(user) for user in User.objects.filter(pk__in={one for row in rows for one in row.on_duty})
    }
    may_review = {row.pk for row in rows if row.reviewed_at is None and (not seen.is_head or row.case_id in led)}
    proposed = proposals(row for row in rows if row.pk in may_review)
    return [
        BreachLine(
            breach=row,
            attempts=len(made.get(row.case_id, ())) if row.kind == Kind.GUARDIAN_CONTACT else 0,
            last_attempt=next(iter(made.get(row.case_id, ())), None) if row.kind == Kind.GUARDIAN_CONTACT else None,
            on_duty=tuple(people[one] for one in row.on_duty if one in people),
            is_still_open=row.deadline.settled_at is None,
            is_corrected=row.pk in corrected,
            may_review=row.pk in may_review,
            proposal=proposed.get(row.pk),
        )
        for row in rows
    ]
