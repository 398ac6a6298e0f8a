"""A liaison takes over a colleague's report: from then on it is an own report, for both."""

from datetime import datetime

from notifications.outbox import tell
from riskzon import access, doors, granting
from riskzon.models import Case, CasePermission, GrantSource, User


def take_over_report(user: User, number: str) -> list[Case]:
    """Let `user` follow the open cases of a colleague's report; returns those that were not followed before.

    The right ends as the colleague's does, 30 days after registration or with the case, whichever is later. The colleague
    keeps the own right, and is told once. Again is harmless. Unseen: not a report that may be taken over
    (`access.offered`).
    """
    with doors.take_over(user, number, what="take_over_report") as (cases, now):
        for case in cases:
            granting.grant(
                user,
                CasePermission.FOLLOW,
                case,
                source=GrantSource.TAKEN_OVER,
                by=user,
                now=now,
                ends_at=case.registered_at + access.FOLLOW_FOR,
            )
        _tell_colleague(user, cases, now)
    return cases


def _tell_colleague(user: User, cases: list[Case], now: datetime) -> None:
    """Once, by a case that the colleague may hear of (jäv, FL 16-18 §§)."""
    for case in cases:
        colleague = case.report.registered_by
        if access.may_hold(colleague, case):
            tell(
                "report_taken_over",
                to=[colleague],
                key=f"{case.report_id}:taken_over:{user.pk}",
                now=now,
                case_id=case.pk,
                report_id=case.report_id,
            )
            return
