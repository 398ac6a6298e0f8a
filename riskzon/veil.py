"""What is hidden of a child with a protected identity, who may have it shown, and for how long (OSL 21:3, 21:3 a, 22:2)?

Whoever opens such a case reads a number, clocks and steps. Name, number, place, family, telephone and every text are shown
to those on the short list for a quarter of an hour, once they have said why. The list is computed: whoever the case is
assigned to, investigates the child, leads the unit, is on duty for it, or was given the case by name. A colleague of the
unit takes the case first. A liaison who follows an own report and a head of department never have it shown.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max

from riskzon.access import Ground
from riskzon.models import Case, Child, Investigation, ProtectedIdentity, Reveal, Role, User

#: How long it stays shown to one person.
LASTS = timedelta(minutes=15)


def is_protected(child: Child) -> bool:
    """Whether the child has a protected identity, at any level."""
    return child.protected_identity != ProtectedIdentity.NONE


def may_reveal(user: User, case: Case) -> bool:
    """Whether this person is on the short list; `case` has come through a door or a list, with its `ground`."""
    if user.role == Role.HEAD or case.ground in (None, Ground.FOLLOW):
        return False
    if case.ground != Ground.UNIT or case.assignee_id == user.pk:
        return True
    running = Investigation.objects.filter(child=case.child_id, closed_at__isnull=True, case_worker=user)
    return running.exists()


def draw(user: User, cases: Iterable[Case], now: datetime) -> None:
    """Cover what this person has not been shown, in these objects alone: they are for reading and must not be saved."""
    hidden = [case for case in cases if is_protected(case.child) and not case.is_veiled and case.revealed_until is None]
    if not hidden:
        return
    shown = _shown(user, hidden, now)
    for case in hidden:
        until = shown.get(case.child_id)
        if until is not None and may_reveal(user, case):
            case.revealed_until = until
        else:
            _cover(case)


def without_veil(user: User, cases: Iterable[Case], now: datetime) -> bool:
    """Whether nothing of these cases is hidden from this person; leaves them as they are."""
    hidden = [case for case in cases if is_protected(case.child)]
    shown = _shown(user, hidden, now) if hidden else {}
    return all(case.child_id in shown and may_reveal(user, case) for case in hidden)


def _shown(user: User, cases: Iterable[Case], now: datetime) -> dict[Any, datetime]:
    found = Reveal.objects.filter(user=user, child__in={case.child_id for case in cases}, until__gt=now)
    return dict(found.values("child").annotate(last=Max("until")).values_list("child", "last"))


def _cover(case: Case) -> None:
    case.is_veiled = case.child.is_veiled = True
    for name in ("given_name", "family_name", "identity_number", "description", "home_municipality", "whereabouts"):
        setattr(case.child, name, "")
    # The birth date stays for what is computed from it (15 and 18 years); no page prints it while the veil is on.
    case.child.approximate_age = None
    case.summary = case.disposition_reason = ""
    kept = ("id", "relation", "is_custodian")
    case.as_reported = {
        "protected_identity": case.child.protected_identity,
        "guardians": [{key: one[key] for key in kept if key in one} for one in case.as_reported.get("guardians", ())],
    }
    report = case.report
    report.raw = {}
    report.summary = report.reporter_name = report.reporter_organisation = ""
