"""What is hidden of a child with a protected identity, who may have it shown, and for how long (OSL 21:3, 21:3 a, 22:2)?

Whoever opens such a case reads a number, clocks and steps. Name, number, place, family, telephone and every text are shown
to those on the short list for a quarter of an hour, once they have said why. The list is computed: whoever the case is
assigned to, investigates the child, leads the unit, is on duty for it, or was given the case by name. A colleague of the
unit takes the case first. A liaison who follows an own report and a head of department never have it shown.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max

from riskzon import duty
from riskzon.access import Ground
from riskzon.models import Case, Child, Investigation, ProtectedIdentity, Reveal, Role, User

#: How long it stays shown to one person.
LASTS = timedelta(minutes=15)


def is_protected(child: Child) -> bool:
    """Whether the child has a protected identity, at any level."""
    return child.protected_identity != ProtectedIdentity.NONE


def is_secret_to(user: User, case: Case) -> bool:
    """Whether it has to be shown to this person who the child is; `case` with `report`, and `ground` where there is one.

    To the liaison who registered the report, where the report itself said so: what somebody has sent is no secret from
    them, and that the child is known as protected is one.
    """
    if case.ground == Ground.FOLLOW and case.report.registered_by_id == user.pk:
        return _sent_level(case) != ProtectedIdentity.NONE
    return is_protected(case.child)


def may_reveal(user: User, case: Case, now: datetime) -> bool:
    """Whether this person is on the short list; `case` has come through a door or a list, with its `ground`.

    Of Socialjouren whoever the roster names at `now`. Where it names nobody, everybody who stands in for the unit: somebody
    must be able to at night.
    """
    if user.role == Role.HEAD or case.ground in (None, Ground.FOLLOW):
        return False
    if case.ground == Ground.DUTY:
        named = duty.on_duty(now)
        return not named or user.pk in named
    if case.ground != Ground.UNIT or case.assignee_id == user.pk:
        return True
    running = Investigation.objects.filter(child=case.child_id, closed_at__isnull=True, case_worker=user)
    return running.exists()


def draw(user: User, cases: Iterable[Case], now: datetime) -> None:
    """Cover what this person has not been shown, in these objects alone: they are for reading and must not be saved."""
    asked = [case for case in cases if not case.is_veiled and case.revealed_until is None and is_secret_to(user, case)]
    if not asked:
        return
    shown = _shown(user, asked, now)
    for case in asked:
        until = shown.get(case.child_id)
        if until is not None and may_reveal(user, case, now):
            case.revealed_until = until
        else:
            _cover(case)


def hidden(user: User, cases: Iterable[Case], now: datetime) -> set[UUID]:
    """Those of these cases (`report` and `child` loaded) that are hidden from this person; leaves them as they are."""
    secret = [case for case in cases if is_secret_to(user, case)]
    shown = _shown(user, secret, now) if secret else {}
    return {case.pk for case in secret if not (case.child_id in shown and may_reveal(user, case, now))}


def _shown(user: User, cases: Iterable[Case], now: datetime) -> dict[Any, datetime]:
    found = Reveal.objects.filter(user=user, child__in={case.child_id for case in cases}, until__gt=now)
    return dict(found.values("child").annotate(last=Max("until")).values_list("child", "last"))


def _sent_level(case: Case) -> str:
    """What the report itself said of the protection."""
    return case.as_reported.get("protected_identity") or ProtectedIdentity.NONE


def _cover(case: Case) -> None:
    case.is_veiled = case.child.is_veiled = True
    for name in ("given_name", "family_name", "identity_number", "description", "home_municipality", "whereabouts"):
        setattr(case.child, name, "")
    # The birth date stays for what is computed from it (15 and 18 years); no page prints it while the veil is on.
    case.child.approximate_age = None
    case.summary = case.disposition_reason = ""
    kept = ("id", "relation", "is_custodian")
    sent = _sent_level(case)
    level = case.child.protected_identity if sent == ProtectedIdentity.NONE else sent
    case.as_reported = {
        "protected_identity": level,
        "guardians": [{key: one[key] for key in kept if key in one} for one in case.as_reported.get("guardians", ())],
    }
    report = case.report
    report.raw = {}
    report.summary = report.reporter_name = report.reporter_organisation = ""
