"""What is added to a report afterwards; nothing in the report changes."""

from datetime import datetime

from django.utils.translation import gettext as _

from notifications.outbox import tell
from riskzon.access import Action, visible_cases
from riskzon.clock import now as product_now
from riskzon.doors import change, unseen
from riskzon.errors import Invalid
from riskzon.models import Case, Supplement, User
from workflows.incoming import SKEW
from workflows.recipients import Directory, Place


def supplement(
    user: User, number: str, *, text: str, released_at: datetime | None = None, released_to: str = ""
) -> Supplement:
    """Add text and facts (released when, to whom) to a report whose cases the user may supplement; others are told.

    Invalid: neither text nor release, or a release in the future.
    """
    case_id = (
        visible_cases(user, product_now())
        .filter(report__number=number)
        .order_by("ordinal")
        .values_list("pk", flat=True)
        .first()
    )
    if case_id is None:
        raise unseen(user, "supplement")
    with change(user, Action.SUPPLEMENT, case_id, what="supplement") as act:
        errors = []
        if not text.strip() and released_at is None:
            errors.append(("text", _("Skriv vad som ska läggas till.")))
        if released_at is not None and released_at > act.now + SKEW:
            errors.append(("released_at", _("Tiden ligger i framtiden. Kontrollera datum och klockslag.")))
        if errors:
            raise Invalid(errors)
        added = Supplement.objects.create(
            report=act.case.report,
            at=act.now,
            by=user,
            text=text.strip(),
            released_at=released_at,
            released_to=released_to.strip(),
        )
        _tell(added, user, act.now)
    return added


def _tell(added: Supplement, user: User, now: datetime) -> None:
    """Whoever has each child's case is told; once a case is closed, whoever investigates, else the unit's supervisor."""
    directory = Directory.read(now)
    for case in Case.objects.filter(report=added.report_id).select_related("investigation").order_by("ordinal"):
        running = case.investigation if case.investigation and case.investigation.closed_at is None else None
        leads = directory.answers_for(case.unit_id, case.child_id)
        if case.is_open:
            people = directory.find(("holder",), Place.of_case(case)) or leads
        elif running is not None:
            people = (running.case_worker_id,)
        else:
            people = leads
        tell(
            "report_supplemented",
            to=[person for person in people if person != user.pk],
            key=f"{added.pk}:{case.ordinal}",
            now=now,
            case_id=case.pk,
        )
