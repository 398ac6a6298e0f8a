"""Reviewing a breach: the supervisor says why and what was done. The breach stays."""

from uuid import UUID

from django.utils.translation import gettext as _

from riskzon.access import Action, read_in_full
from riskzon.clock import now as product_now
from riskzon.doors import change, unseen
from riskzon.errors import Conflict, Invalid
from riskzon.models import User
from workflows import deadlines
from workflows.models import Breach


def review_breach(user: User, breach_id: UUID, *, cause: str, action: str) -> Breach:
    """Explain a breach with a cause and an action. Its ladder goes on until contact is made."""
    case_id = Breach.objects.filter(pk=breach_id).values_list("case_id", flat=True).first()
    seen = read_in_full(user, product_now())
    if case_id is None or not seen.filter(pk=case_id).exists():
        raise unseen(user, "breach_review")
    with change(user, Action.REVIEW, case_id, what="breach_review") as act:
        breach = Breach.objects.select_for_update(no_key=True).get(pk=breach_id)
        if breach.reviewed_at is not None:
            raise Conflict(_("Överskridandet är redan granskat av %(who)s.") % {"who": breach.reviewed_by})
        errors = []
        if cause not in Breach.Cause.values:
            errors.append(("cause", _("Välj en orsak.")))
        if not action.strip():
            errors.append(("action", _("Skriv vad som har gjorts eller ska göras.")))
        if errors:
            raise Invalid(errors)
        breach.cause, breach.action = Breach.Cause(cause), action.strip()
        breach.reviewed_at, breach.reviewed_by = act.now, user
        breach.save(update_fields=["cause", "action", "reviewed_at", "reviewed_by"])
        deadlines.explain_review(breach, act.case, now=act.now)
        act.detail["cause"] = cause
    return breach
