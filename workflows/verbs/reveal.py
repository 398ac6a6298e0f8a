"""A person who has the case says why the protected identity must be shown, and it is, for a quarter of an hour."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from riskzon.access import Action, Ground
from riskzon.doors import change
from riskzon.errors import Conflict, Forbidden, Invalid
from riskzon.models import AuditAction, Case, Reveal, User
from riskzon.veil import LASTS, is_protected, may_reveal


def why_not(user: User, case: Case, now: datetime) -> str:
    """Why this person does not have it shown; "" for whoever is on the short list."""
    if may_reveal(user, case, now):
        return ""
    if case.ground == Ground.DUTY:
        return _("Uppgifterna visas bara för den som är i tjänst enligt schemat.")
    if Action.ASSIGN in case.rights:
        return _("Uppgifterna visas bara för den som har ärendet och för den som leder enheten. Ta ärendet först.")
    return _("Uppgifterna visas bara för den som har ärendet och för den som leder enheten.")


def reveal(user: User, case_id: UUID, *, why: str, reason: str = "") -> Reveal:
    """Show who the child is to this person, in every case of the child, for fifteen minutes; the log says why.

    Invalid names the field. Forbidden: not on the short list. Conflict: the child has no protected identity.
    """
    with change(user, Action.READ, case_id, what="reveal", logged_as=AuditAction.REVEAL) as act:
        if not is_protected(act.case.child):
            raise Conflict(_("Barnet har inga skyddade personuppgifter."))
        if refusal := why_not(user, act.case, act.now):
            raise Forbidden(refusal)
        if why not in Reveal.Why.values:
            raise Invalid.field("why", _("Välj varför du behöver se uppgifterna."))
        if why == Reveal.Why.OTHER and not reason.strip():
            raise Invalid.field("reason", _("Skriv varför."))
        row = Reveal.objects.create(
            child=act.case.child,
            case=act.case,
            user=user,
            why=why,
            reason=reason.strip(),
            at=act.now,
            until=act.now + LASTS,
        )
        act.detail |= {"why": why, "reveal": str(row.pk)}
    return row
