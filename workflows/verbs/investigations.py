"""The end of an investigation: what it led to (SoL 20:3)."""

from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from riskzon.access import Action, visible_cases
from riskzon.clock import now as product_now
from riskzon.doors import change
from riskzon.errors import Conflict, Invalid, Unseen
from riskzon.models import Disposition, Investigation, User
from workflows import deadlines
from workflows.models import Kind

OUTCOMES = {
    "measure_granted": gettext_lazy("Insats beviljad"),
    "without_measure": gettext_lazy("Avslutad utan insats"),
    "measure_declined": gettext_lazy("Insats erbjuden, familjen tackade nej"),
    "lvu": gettext_lazy("Ansökan enligt LVU"),
    "moved": gettext_lazy("Barnet har flyttat"),
}


def close_investigation(user: User, investigation_id: UUID, *, outcome: str, reason: str) -> Investigation:
    """End a running investigation with its outcome; its four months are met. Conflict: it has ended already."""
    case_id = (
        visible_cases(user, product_now())
        .filter(investigation=investigation_id, disposition=Disposition.OPENED)
        .values_list("pk", flat=True)
        .first()
    )
    if case_id is None:
        raise Unseen
    with change(user, Action.DISPOSE, case_id, what="investigation_close") as act:
        investigation = Investigation.objects.select_for_update(no_key=True).get(pk=investigation_id)
        if investigation.closed_at is not None:
            raise Conflict(_("Utredningen är redan avslutad."))
        errors = []
        if outcome not in OUTCOMES:
            errors.append(("outcome", _("Välj vad utredningen ledde till.")))
        if not reason.strip():
            errors.append(("reason", _("Skriv skälen för beslutet.")))
        if errors:
            raise Invalid(errors)
        investigation.closed_at, investigation.outcome, investigation.outcome_reason = act.now, outcome, reason.strip()
        investigation.save(update_fields=["closed_at", "outcome", "outcome_reason"])
        deadlines.meet(act.case, [Kind.INVESTIGATION], at=act.now, now=act.now)
        act.detail["outcome"] = outcome
    return investigation
