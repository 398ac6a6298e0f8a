"""What is added to a report afterwards; nothing in the report changes."""

from datetime import datetime

from django.utils.translation import gettext as _

from riskzon.access import Action, visible_cases
from riskzon.clock import now as product_now
from riskzon.doors import change, unseen
from riskzon.errors import Invalid
from riskzon.models import Supplement, User
from workflows.incoming import SKEW


def supplement(
    user: User, number: str, *, text: str, released_at: datetime | None = None, released_to: str = ""
) -> Supplement:
    """Add text and facts (released when, to whom) to a report whose cases the user may supplement."""
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
        return Supplement.objects.create(
            report=act.case.report,
            at=act.now,
            by=user,
            text=text.strip(),
            released_at=released_at,
            released_to=released_to.strip(),
        )
