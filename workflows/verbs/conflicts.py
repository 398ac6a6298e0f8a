"""Conflicts of interest (jäv, FL 16-18 §§): who must see nothing of a child, and who has the child's cases instead."""

from uuid import UUID

import structlog
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from notifications.outbox import tell
from riskzon import audit, granting
from riskzon.access import Action
from riskzon.doors import Change, change
from riskzon.errors import Conflict, Invalid
from riskzon.models import (
    AuditAction,
    Case,
    CaseBlock,
    Disposition,
    Investigation,
    Role,
    User,
)
from workflows import contact_clock, succession
from workflows.recipients import Directory

log = structlog.get_logger()

#: Who meets children in this product, if only by what others have read of them, and can therefore be blocked from one.
MEETS_CHILDREN = (Role.SOCIAL_WORKER, Role.SUPERVISOR, Role.DUTY, Role.LIAISON, Role.HEAD, Role.LOG_REVIEWER)


def blocks_on(child_id: UUID) -> QuerySet[CaseBlock]:
    """Who must see nothing of one child, the oldest first. For whoever leads the unit (Action.BLOCK), nobody else."""
    standing = CaseBlock.objects.filter(child=child_id, ended_at__isnull=True)
    return standing.select_related("user__unit", "set_by").order_by("since", "pk")


def declare(user: User, case_id: UUID, *, reason: str = "") -> CaseBlock:
    """Say that oneself is biased: from this moment on the child is gone for `user`, and whoever leads is told."""
    with change(user, Action.DECLARE, case_id, what="block") as act:
        return _block(act, user, reason.strip())


def block(user: User, case_id: UUID, *, username: str, reason: str) -> CaseBlock:
    """The unit's supervisor decides that a colleague is biased. Again for the same one: the block that stands."""
    with change(user, Action.BLOCK, case_id, what="block") as act:
        person = User.objects.filter(username=username, role__in=MEETS_CHILDREN).exclude(pk=user.pk).first()
        errors = []
        if person is None:
            errors.append(("username", _("Välj en medarbetare. Är du själv jävig väljer du Anmäl jäv.")))
        if not reason.strip():
            errors.append(("reason", _("Skriv varför.")))
        if errors or person is None:
            raise Invalid(errors)
        return _block(act, person, reason.strip())


def unblock(user: User, case_id: UUID, *, username: str) -> CaseBlock:
    """The unit's supervisor ends a block, never the own one. Rights that ended with it stay ended. Conflict: there is none."""
    with change(user, Action.BLOCK, case_id, what="block_end") as act:
        standing = blocks_on(act.case.child_id).filter(user__username=username).exclude(user=user).first()
        if standing is None:
            raise Conflict(_("Personen har inte anmält jäv, eller så är jävet redan avslutat."))
        standing.ended_at, standing.ended_by = act.now, user
        standing.save(update_fields=["ended_at", "ended_by"])
        act.detail["who"] = str(standing.user_id)
    return standing


def _block(act: Change, person: User, reason: str) -> CaseBlock:
    case, now = act.case, act.now
    of_child = blocks_on(case.child_id).filter(user=person)
    if (standing := of_child.first()) is not None:
        return standing
    # Locked before the block is written: whoever takes one of them meanwhile is asked again and loses it.
    cases = [case, *contact_clock.beside(case)]
    granting.block(person, case, by=act.user, reason=reason, now=now)
    directory = Directory.read(now)
    _pass_on(act, person, directory)
    granting.end_grants(person, case.child_id, by=act.user, now=now)
    act.detail["who"] = str(person.pk)
    touched = {case.unit_id: case}
    for one in cases:
        if one.assignee_id == person.pk and one.is_open:
            one.assignee = None
            touched.setdefault(one.unit_id, one)
            if one is not case:
                one.save(update_fields=["assignee"])
                audit.record(AuditAction.CHANGE, by=act.user, now=now, what="block", case_id=one.pk, detail=act.detail)
    made = of_child.get()
    for unit_id, one in touched.items():
        tell(
            "conflict_of_interest",
            to=[who for who in directory.answers_for(unit_id, case.child_id) if who != act.user.pk],
            key=f"{made.pk}:{made.since.isoformat()}:block:{one.pk}",
            now=now,
            case_id=one.pk,
        )
    return made


def _pass_on(act: Change, person: User, directory: Directory) -> None:
    """The child's running investigation lies with somebody else at once, who is told.

    Where nobody else is there it stays as it is: jäv is declared all the same.
    """
    running = (
        Investigation.objects.select_for_update(no_key=True)
        .filter(child=act.case.child_id, closed_at__isnull=True, case_worker=person)
        .first()
    )
    if running is None:
        return
    to = succession.successor(directory, running.unit_id, running.child_id, after=person.pk)
    if to is None:
        log.error("investigation_without_worker")
        return
    succession.give(running.pk, running.child_id, former=person.pk, to=to, by=act.user, now=act.now)
    opened = Case.objects.filter(investigation=running, disposition=Disposition.OPENED).first()
    if opened is not None and to != act.user.pk:
        tell(
            "investigation_moved",
            to=[to],
            key=f"{running.pk}:moved:{act.now.isoformat()}",
            now=act.now,
            case_id=opened.pk,
        )
