"""Emergency access (nödåtkomst): reading a case that is not one's own, with a reason, and answering for it afterwards.

Whoever asks names the case by its whole number or the child by the identity number. A number that does not exist and one
from which a block (jäv) keeps the person are the same answer. Where the child's identity is protected a second person has
to vouch for it first, and until then nothing of the case is shown.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from notifications.outbox import tell
from riskzon import emergency, granting
from riskzon.access import Ground, can_reach, ground_of, visible_cases
from riskzon.clock import now as product_now
from riskzon.doors import Change, in_emergency, unseen
from riskzon.errors import Conflict, Invalid, Unseen
from riskzon.identity import BadIdentity, parse_identity
from riskzon.localtime import local_date
from riskzon.models import SHORTEST_REASON, Case, EmergencyAccess, ProtectedIdentity, Role, User
from workflows.due import working_days_after
from workflows.recipients import Directory, Place
from workflows.walk import parse_number

#: How many working days the review may take (domain 3.5).
REVIEW_DAYS = 3


@dataclass(frozen=True)
class Asked:
    """What came of it. `case_id`: what can be read now, None while a second person is waited for. `access` None: it was the
    person's to read anyway."""

    case_id: UUID | None
    access: EmergencyAccess | None


def ask(user: User, *, q: str, code: str, reason: str) -> Asked:
    """Open one case to read for four hours, or ask a second person to vouch for it.

    Invalid names the field. Unseen: there is no such case, or a block keeps the person from it. What waits already stays.
    """
    if not can_reach(user, Ground.EMERGENCY):
        raise unseen(user, "emergency")
    meant = _meant(q, code, reason)
    own = visible_cases(user).filter(meant).order_by("closed_at", "-registered_at").first()
    if own is not None and own.ground != Ground.EMERGENCY:
        return Asked(own.pk, None)
    asked_for = Case.objects.filter(meant).values_list("pk", flat=True).first()
    with in_emergency(user, emergency.openable(user).filter(meant), what="emergency", asked_for=asked_for) as door:
        if ground_of(user, door.case.pk, door.now) is not None:
            return _again(door)
        waiting = [one for one in EmergencyAccess.objects.filter(case=door.case, user=user) if one.waits(door.now)]
        access = waiting[0] if waiting else _write(door, code, reason.strip())
        door.detail.update(code=access.code, access=str(access.pk), waits=access.opened_at is None)
    return Asked(access.case_id if access.opened_at else None, access)


def confirm(user: User, access_id: UUID) -> EmergencyAccess:
    """Vouch for a colleague's need, as the second person; the colleague reads until the four hours are over.

    Conflict: it is confirmed already. Unseen: there is nothing for this person to confirm.
    """
    with _answering(user, access_id, "emergency_confirm") as (door, access):
        if access.confirmed_by_id is not None and emergency.may_see(user, access, door.now):
            raise Conflict(_("Nödåtkomsten är redan bekräftad av %(who)s.") % {"who": access.confirmed_by})
        if not emergency.may_vouch(user, access, door.now):
            raise Unseen
        access.confirmed_by, access.opened_at = user, door.now
        access.save(update_fields=["confirmed_by", "opened_at"])
        granting.emergency(access.user, door.case, by=user, now=door.now, ends_at=access.ends_at)
        door.detail["access"] = str(access.pk)
        _tell_opened(door, access, beside=user)
        tell(
            "emergency_confirmed",
            to=[access.user],
            key=f"{access.pk}:emergency:confirmed",
            now=door.now,
            case_id=door.case.pk,
            facts={"at": access.ends_at.isoformat()},
        )
    return access


def review(user: User, access_id: UUID, *, outcome: str, note: str) -> EmergencyAccess:
    """Say whether there was a need: whoever leads the unit, else a head (`riskzon.emergency.may_review`).

    Not justified: the heads and the log reviewer are told. Conflict: it has been reviewed. Unseen: not for this person.
    """
    with _answering(user, access_id, "emergency_review") as (door, access):
        if access.reviewed_at is not None and emergency.may_see(user, access, door.now):
            raise Conflict(_("Nödåtkomsten är redan granskad av %(who)s.") % {"who": access.reviewed_by})
        if not emergency.may_review(user, access, door.now):
            raise Unseen
        errors = []
        if outcome not in EmergencyAccess.Outcome.values:
            errors.append(("outcome", _("Välj om nödåtkomsten var motiverad.")))
        if not note.strip():
            errors.append(("note", _("Skriv vad du har kommit fram till.")))
        if errors:
            raise Invalid(errors)
        access.outcome, access.note = EmergencyAccess.Outcome(outcome), note.strip()
        access.reviewed_at, access.reviewed_by = door.now, user
        access.save(update_fields=["outcome", "note", "reviewed_at", "reviewed_by"])
        door.detail.update(access=str(access.pk), outcome=outcome)
        key = f"{access.pk}:emergency:reviewed"
        tell("emergency_reviewed", to=[access.user], key=key, now=door.now, case_id=door.case.pk)
        if outcome == EmergencyAccess.Outcome.UNJUSTIFIED:
            told = User.objects.filter(role__in=(Role.HEAD, Role.LOG_REVIEWER), is_active=True).exclude(pk=user.pk)
            tell("emergency_unjustified", to=told, key=f"{access.pk}:emergency:unjustified", now=door.now)
    return access


@contextmanager
def _answering(user: User, access_id: UUID, what: str) -> Iterator[tuple[Change, EmergencyAccess]]:
    """The case locked, and the row as it is then; Unseen where this person may not know of it."""
    found = EmergencyAccess.objects.select_related("case").filter(pk=access_id).first()
    if found is None or not emergency.may_see(user, found, product_now()):
        raise unseen(user, what)
    with in_emergency(user, Case.objects.filter(pk=found.case_id), what=what, asked_for=found.case_id) as door:
        access = EmergencyAccess.objects.select_related("case", "user", "confirmed_by", "reviewed_by").get(pk=access_id)
        yield door, access


def _meant(q: str, code: str, reason: str) -> Q:
    errors = []
    if code not in EmergencyAccess.Code.values:
        errors.append(("code", _("Välj varför.")))
    if len(reason.strip()) < SHORTEST_REASON:
        errors.append(("reason", _("Skriv varför, med minst %(n)s tecken.") % {"n": SHORTEST_REASON}))
    meant = _parsed(q)
    if meant is None:
        errors.append(("q", _("Skriv hela ärendenumret, som 2026-000417-1, eller hela personnumret.")))
    if errors or meant is None:
        raise Invalid(errors)
    return meant


def _parsed(q: str) -> Q | None:
    """A name is no way in: whoever is in need knows a number."""
    if (number := parse_number(q)) is not None:
        return Q(report__number=number[0], ordinal=number[1]) if number[1] else None
    try:
        return Q(child__identity_number=parse_identity(q, local_date(product_now())).normalised)
    except BadIdentity:
        return None


def _again(door: Change) -> Asked:
    """It has been opened in the meantime: as it is."""
    standing = EmergencyAccess.objects.filter(case=door.case, user=door.user, ends_at__gt=door.now)
    return Asked(door.case.pk, standing.exclude(opened_at=None).order_by("-asked_at").first())


def _write(door: Change, code: str, reason: str) -> EmergencyAccess:
    is_protected = door.case.child.protected_identity != ProtectedIdentity.NONE
    access = EmergencyAccess.objects.create(
        case=door.case,
        user=door.user,
        code=code,
        reason=reason,
        asked_at=door.now,
        ends_at=door.now + emergency.LASTS,
        needs_second=is_protected,
        opened_at=None if is_protected else door.now,
        review_by=working_days_after(door.now, REVIEW_DAYS),
    )
    if not is_protected:
        granting.emergency(door.user, door.case, by=None, now=door.now, ends_at=access.ends_at)
        _tell_opened(door, access)
        return access
    directory = Directory.read(door.now)
    near = directory.find(("holder", "lead", "unit_supervisor"), Place.of_case(door.case))
    answers = directory.answers_for(door.case.unit_id, door.case.child_id)
    tell(
        "emergency_to_confirm",
        to=[who for who in (*near, *answers, *directory.on_duty) if who != door.user.pk],
        key=f"{access.pk}:emergency:asked",
        now=door.now,
        case_id=door.case.pk,
        facts={"at": access.ends_at.isoformat()},
    )
    return access


def _tell_opened(door: Change, access: EmergencyAccess, *, beside: User | None = None) -> None:
    """At once, whatever the hour: whoever is to review it, and by night whoever leads the shift too."""
    directory = Directory.read(door.now)
    leads = directory.find(("lead", "unit_supervisor"), Place.of_case(door.case))
    silent = {access.user_id, *([beside.pk] if beside else [])}
    answers = directory.answers_for(door.case.unit_id, door.case.child_id, but=silent)
    tell(
        "emergency_opened",
        to=[who for who in (*leads, *answers) if who not in silent],
        key=f"{access.pk}:emergency:opened",
        now=door.now,
        case_id=door.case.pk,
        facts={"at": access.review_by.isoformat()},
    )
