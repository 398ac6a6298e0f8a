"""Who holds a case: taking it, taking it over from Socialjouren, giving it to a colleague or a unit, naming a liaison."""

from contextlib import suppress
from uuid import UUID

from django.utils.translation import gettext as _

from notifications.outbox import tell
from riskzon import access, granting
from riskzon.absence import is_away
from riskzon.access import Action
from riskzon.clock import now as product_now
from riskzon.doors import Change, change
from riskzon.duty import from_duty, those_from_duty
from riskzon.errors import Busy, Conflict, Invalid, Unseen
from riskzon.models import Case, CasePermission, Disposition, GrantSource, Investigation, Note, Role, Unit, User
from riskzon.models.people import UnitKind
from workflows import leaving, succession
from workflows.recipients import Directory
from workflows.taking_over import taken_over


def take(user: User, case_id: UUID) -> Case:
    """Take a case that nobody has. Conflict: somebody else was first."""
    with change(user, Action.ASSIGN, case_id, what="take") as act:
        if user.role not in access.CASE_ROLES:
            raise Conflict(_("Du kan inte ha ärenden själv. Tilldela en medarbetare."))
        if act.case.assignee_id not in (None, user.pk):
            raise Conflict(_("Ärendet har redan tagits av %(who)s.") % {"who": act.case.assignee})
        _give(act, user)
    return act.case


def take_over(user: User, case_id: UUID) -> Case:
    """Take a case over from Socialjouren in the morning; it becomes the user's own if nobody has it.

    Conflict: it does not lie under "Från jouren", or somebody else was first.
    """
    with change(user, Action.ASSIGN, case_id, what="take_over") as act:
        if not those_from_duty([case_id], act.now):
            raise Conflict(_why_not(act))
        if act.case.assignee_id is None:
            _give(act, user)
        else:
            taken_over(act)
    return act.case


def take_over_own(user: User) -> int:
    """Take over every case under "Från jouren" that is assigned to the user; returns how many.

    One that somebody is working in, or has just taken over, is left to them.
    """
    moment = product_now()
    own = access.visible_cases(user, moment).filter(from_duty(access.shift_at(user, moment)), assignee=user)
    taken = 0
    for case_id in own.order_by("next_due_at", "pk").values_list("pk", flat=True):
        with suppress(Busy, Conflict, Unseen):
            take_over(user, case_id)
            taken += 1
    return taken


def assign(user: User, case_id: UUID, *, username: str) -> Case:
    """Give the case to an active social worker or supervisor of its unit, who is told."""
    with change(user, Action.ASSIGN, case_id, what="assign") as act:
        colleague = User.objects.filter(
            username=username,
            is_active=True,
            unit_id=act.case.unit_id,
            role__in=[Role.SOCIAL_WORKER, Role.SUPERVISOR, Role.DUTY],
        ).first()
        if colleague is None or not access.may_hold(colleague, act.case):
            raise Invalid.field("username", _("Välj en medarbetare i enheten."))
        _give(act, colleague)
        act.detail["to"] = str(colleague.pk)
        if colleague.pk != user.pk:
            tell(
                "assigned",
                to=[colleague],
                key=f"{act.case.pk}:assigned:{act.now.isoformat()}",
                now=act.now,
                case_id=act.case.pk,
            )
    return act.case


def hand_over(user: User, case_id: UUID, *, unit: str, note: str) -> Case:
    """Move the case to another unit (slug), with a note; the new unit's queue and its supervisor are told."""
    with change(user, Action.HAND_OVER, case_id, what="hand_over") as act:
        receiver = Unit.objects.filter(slug=unit, kind__in=[UnitKind.INTAKE, UnitKind.INVESTIGATION]).first()
        errors = []
        if receiver is None or receiver.pk == act.case.unit_id:
            errors.append(("unit", _("Välj en annan enhet som tar emot ärenden.")))
        if not note.strip():
            errors.append(("note", _("Skriv vad den nya enheten behöver veta.")))
        if errors or receiver is None:
            raise Invalid(errors)
        Note.objects.create(case=act.case, at=act.now, by=user, text=note.strip())
        taken_over(act)
        act.case.unit, act.case.assignee = receiver, None
        _investigation_follows(act)
        # Whoever investigated in the former unit has it no more, nor what came with it in the child's other cases.
        act.case.save()
        leaving.collect_of_child(act.case.child_id, now=act.now, by=act.user)
        directory = Directory.read(act.now)
        tell(
            "handed_over",
            to=[*directory.holder(receiver.pk, None), *directory.answers_for(receiver.pk, act.case.child_id)],
            key=f"{act.case.pk}:handed_over:{act.now.isoformat()}",
            now=act.now,
            case_id=act.case.pk,
        )
        act.detail["unit"] = receiver.slug
    return act.case


def _give(act: Change, person: User) -> None:
    """Whoever is given a case by the day's people has it: it has thereby been taken over. Conflict: the person is away."""
    if is_away(person, act.now):
        if person.pk == act.user.pk:
            raise Conflict(_("Du är registrerad som frånvarande. Avsluta frånvaron innan du tar ett ärende."))
        raise Invalid.field("username", _("%(who)s är frånvarande. Välj någon annan.") % {"who": person})
    act.case.assignee = person
    taken_over(act)
    _investigation_follows(act)


def _why_not(act: Change) -> str:
    case = act.case
    if not case.is_open:
        return _("Ärendet är avslutat.")
    if case.unit_id in access.shift_at(act.user, act.now).closed:
        return _("Enheten är stängd. Jouren har ärendet tills enheten öppnar.")
    if case.taken_over_by is None:
        return _("Ärendet kommer inte från jouren.")
    return _("Ärendet har redan tagits över av %(who)s.") % {"who": case.taken_over_by}


def _investigation_follows(act: Change) -> None:
    """A running investigation lies where the case lies from which it was opened, and with whoever has that case."""
    case = act.case
    if case.disposition != Disposition.OPENED or case.investigation_id is None:
        return
    running = Investigation.objects.select_for_update(no_key=True).filter(
        pk=case.investigation_id, closed_at__isnull=True
    )
    for investigation in running:
        running.update(unit=case.unit)
        if case.assignee_id not in (None, investigation.case_worker_id):
            former, to = investigation.case_worker_id, case.assignee_id
            succession.give(investigation.pk, case.child_id, former=former, to=to, by=act.user, now=act.now)


def name_liaison(user: User, case_id: UUID, *, username: str) -> Case:
    """Let one police liaison follow this case as an own report."""
    with change(user, Action.ASSIGN, case_id, what="name_liaison") as act:
        liaison = User.objects.filter(username=username, is_active=True, role=Role.LIAISON).first()
        if liaison is None or not access.may_hold(liaison, act.case):
            raise Invalid.field("username", _("Välj en socialsekreterare hos polisen."))
        granting.grant(
            liaison,
            CasePermission.FOLLOW,
            act.case,
            source=GrantSource.NAMED,
            by=user,
            now=act.now,
            ends_at=act.case.registered_at + access.FOLLOW_FOR,
        )
        act.detail["to"] = str(liaison.pk)
    return act.case
