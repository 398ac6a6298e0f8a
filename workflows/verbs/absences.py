"""Who is away: registered by oneself or by the unit's supervisor; what the person holds moves when it begins."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from riskzon import access, audit
from riskzon.absence import holding, not_over
from riskzon.access import CASE_ROLES
from riskzon.context import MAY_BE_AWAY
from riskzon.doors import forbidden, register, unseen
from riskzon.errors import Conflict, Invalid, Unseen
from riskzon.models import Absence, AuditAction, Role, User
from workflows import leaving

#: An absence may have begun earlier today or yesterday; what was held then cannot be moved back in time.
BACK = timedelta(days=2)


def register_absence(
    user: User,
    *,
    username: str = "",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    cover: str = "",
) -> Absence:
    """Write down that somebody is away: oneself, as supervisor one of the own staff, as head a supervisor.

    No reason is asked for or kept. `starts_at` None: now. `ends_at` None: until further notice. `cover`: the user name of a
    colleague in the unit who takes what the person holds; "": the unit's queue. A supervisor who covers for a supervisor
    leads the unit meanwhile. If it begins now, everything moves in the same transaction.
    Invalid names the field, also where it would overlap another absence.
    """
    if user.role not in MAY_BE_AWAY:
        raise forbidden(user, "absence")
    with register(user) as now:
        person = _person(user, username)
        starts = starts_at or now
        colleague = _cover(person, cover, starts)
        _check(person, starts, ends_at, now)
        absence = Absence.objects.create(
            person=person,
            starts_at=starts,
            ends_at=ends_at,
            cover=colleague,
            registered_by=user,
            registered_at=now,
        )
        _log("register", absence, user, now)
        if starts <= now:
            leaving.begin(absence, now=now, by=user)
    return absence


def end_absence(user: User, absence_id: UUID) -> Absence:
    """End an absence now, or call off one to come. What has moved stays where it is. Conflict: it is over already."""
    try:
        return _end(user, absence_id)
    except Unseen as refusal:
        # After the rollback, which would take the row of the denial with it.
        raise unseen(user, "absence") from refusal


def _end(user: User, absence_id: UUID) -> Absence:
    with register(user) as now:
        absence = (
            seen_by(user)
            .select_for_update(of=("self",), no_key=True)
            .select_related("person__unit", "cover")
            .filter(pk=absence_id)
            .first()
        )
        if absence is None or not may_change(user, absence):
            raise Unseen
        if not Absence.objects.filter(not_over(now), pk=absence_id).exists():
            raise Conflict(_("Frånvaron är redan avslutad."))
        absence.ended_at, absence.ended_by = now, user
        absence.save(update_fields=["ended_at", "ended_by"])
        _log("end", absence, user, now)
    return absence


def _log(what: str, absence: Absence, by: User, now: datetime) -> None:
    detail = {"absence": str(absence.pk), "user": str(absence.person_id)}
    audit.record(AuditAction.CHANGE, by=by, now=now, what=f"absence.{what}", detail=detail)


def seen_by(user: User) -> QuerySet[Absence]:
    """The absences that a person may know of: the own, and those of colleagues in the own units; the head's: supervisors'."""
    if user.role not in MAY_BE_AWAY:
        return Absence.objects.none()
    if user.role == Role.HEAD:
        return Absence.objects.filter(Q(person=user) | Q(person__role=Role.SUPERVISOR))
    units = access.units_of(user)
    return Absence.objects.filter(Q(person=user) | Q(person__unit__in=units)) if units else user.absences.all()


def may_change(user: User, absence: Absence) -> bool:
    """Oneself, and who leads the unit; of a supervisor the head."""
    if user.role == Role.HEAD and absence.person.role == Role.SUPERVISOR:
        return True
    return absence.person_id == user.pk or absence.person.unit_id in access.units_led_by(user)


def staff_of(user: User) -> QuerySet[User]:
    """Those whose absence this supervisor, or this head, may register."""
    if user.role == Role.HEAD:
        return User.objects.filter(is_active=True, role=Role.SUPERVISOR)
    return User.objects.filter(is_active=True, unit__in=access.units_led_by(user))


def may_cover(person: User) -> QuerySet[User]:
    """The colleagues in the unit who could take what this person holds; for a supervisor also another, who leads meanwhile."""
    if person.unit_id is None:
        return User.objects.none()
    colleagues = Q(unit=person.unit_id, role__in=CASE_ROLES)
    if person.role == Role.SUPERVISOR:
        colleagues |= Q(role=Role.SUPERVISOR)
    return User.objects.filter(colleagues, is_active=True).exclude(pk=person.pk)


def _person(user: User, username: str) -> User:
    """The person meant, locked, so that two registrations at once are one after the other."""
    wanted = username or user.username
    people = User.objects.filter(pk=user.pk) | staff_of(user)
    person = User.objects.select_for_update(no_key=True).filter(pk__in=people.values("pk"), username=wanted).first()
    if person is None:
        raise Invalid.field("username", _("Välj en medarbetare i enheten."))
    return person


def _cover(person: User, username: str, starts: datetime) -> User | None:
    if not username:
        return None
    colleague = may_cover(person).filter(username=username).first()
    if colleague is None:
        raise Invalid.field(
            "cover", _("Välj en kollega i samma enhet. En enhetschef kan också ersättas av en annan enhetschef.")
        )
    if Absence.objects.filter(holding(starts), person=colleague).exists():
        raise Invalid.field("cover", _("Kollegan är själv borta då. Välj någon annan, eller enhetens kö."))
    return colleague


def _check(person: User, starts: datetime, ends: datetime | None, now: datetime) -> None:
    errors = []
    if starts < now - BACK:
        errors.append(("starts_at", _("Frånvaron kan börja tidigast för två dygn sedan.")))
    if ends is not None and ends <= max(starts, now):
        errors.append(("ends_at", _("Frånvaron ska sluta efter att den börjar, och inte redan vara över.")))
    if not errors and _overlaps(person, starts, ends):
        errors.append(("starts_at", _("Det finns redan en frånvaro under den tiden. Avsluta den först.")))
    if errors:
        raise Invalid(errors)


def _overlaps(person: User, starts: datetime, ends: datetime | None) -> bool:
    other = Absence.objects.filter(not_over(starts), person=person)
    return (other.filter(starts_at__lt=ends) if ends is not None else other).exists()
