"""What happens when the day's people take a case over: Socialjouren's right ends, and own notes may be finished."""

from django.db.models import Q

from riskzon import granting
from riskzon.access import Ground
from riskzon.doors import Change
from riskzon.models import AuditAction, AuditEntry, Role, User


def taken_over(act: Change) -> None:
    """The case is the day's from now on, whoever has it; each who wrote in it at night has two hours for own notes."""
    case = act.case
    if case.duty_at is not None:
        granting.finish_notes(_wrote_at_night(act), case, by=act.user, now=act.now)
    case.taken_over_at, case.taken_over_by = act.now, act.user


def _wrote_at_night(act: Change) -> list[User]:
    """Who of Socialjouren has worked in the locked case since it was last taken over, as the access log has it."""
    case = act.case
    written = AuditEntry.objects.filter(
        Q(action=AuditAction.CHANGE, ground=Ground.DUTY) | Q(action=AuditAction.REGISTER, role=Role.DUTY), case=case
    )
    if case.taken_over_at is not None:
        written = written.filter(product_at__gt=case.taken_over_at)
    return list(User.objects.filter(pk__in=written.values("actor"), role=Role.DUTY, is_active=True))
