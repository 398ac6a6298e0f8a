"""Who the child is and who its guardians are, as that becomes known."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.utils.translation import gettext as _

from riskzon.access import Action, read_in_full, visible_cases
from riskzon.clock import now as product_now
from riskzon.doors import Change, change, unseen
from riskzon.errors import Conflict, Invalid
from riskzon.identity import BadIdentity, parse_identity
from riskzon.localtime import local_date
from riskzon.models import Case, Child, Guardian, ProtectedIdentity, Relation, User
from workflows import contact_clock, custody, deadlines, ends
from workflows.family import add_guardians, is_held_for_a_sibling, write_keys
from workflows.incoming import check_guardian
from workflows.models import Kind, Todo
from workflows.reduced import was_sent
from workflows.verbs.same_child import join

_CHILD_TEXTS = ("given_name", "family_name", "home_municipality", "whereabouts", "description")
_GUARDIAN_FIELDS = ("name", "phone", "language", "interpreter")


def identify_child(user: User, case_id: UUID, **fields: Any) -> Case:
    """Put right or complete who the child is; an unknown child gets its guardian clock at this moment.

    An unknown child that turns out to be registered already joins that child's history. Conflict: a child with a number
    of its own is not turned into another one.
    """
    with change(user, Action.IDENTIFY, case_id, what="identify") as act:
        ends.require_not_ended(act.case)
        was_identified = act.case.child.is_identified
        _set_identity(fields, act)
        child = act.case.child
        for name in _CHILD_TEXTS:
            if fields.get(name) is not None:
                setattr(child, name, fields[name].strip())
        if fields.get("protected_identity"):
            if fields["protected_identity"] not in ProtectedIdentity.values:
                raise Invalid.field("protected_identity", _("Okänt alternativ."))
            child.protected_identity = fields["protected_identity"]
        write_keys(child)
        child.save()
        if child.is_identified and not was_identified:
            _now_known(act)
        _settle_everywhere(act)
    return act.case


def add_guardian(user: User, case_id: UUID, **fields: Any) -> Guardian:
    """Tie one more guardian to the case's child; the contact task then waits for that one too."""
    with change(user, Action.FAMILY, case_id, what="guardian") as act:
        ends.require_not_ended(act.case)
        incoming = _checked(fields, act)
        guardian = add_guardians(act.case.child, [incoming], {})[0].guardian
        _tick(act, Todo.What.FIND_GUARDIANS)
        if incoming.is_custodian is None:
            _leave(act, Todo.What.CHECK_CUSTODY)
        if is_held_for_a_sibling(act.case.child_id):
            _leave(act, Todo.What.SIBLING_HOLD)
        _settle_everywhere(act)
    return guardian


def change_guardian(user: User, guardian_id: UUID, *, case_id: UUID | None = None, **fields: Any) -> Guardian:
    """Put right a guardian's name, number, phone, relation or custody, the last two towards one child.

    As seen from this case, without one from the newest that the user sees in full, an open one first. Unseen: there is
    none. The liaison is refused, and knows those guardians only that the own report named.
    """
    seen = visible_cases(user, product_now()).filter(child__guardianships__guardian_id=guardian_id)
    if case_id is not None:
        seen = seen.filter(pk=case_id)
    in_full = seen.filter(pk__in=read_in_full(user, product_now()).values("pk")).order_by(
        F("closed_at").desc(nulls_first=True), "-registered_at"
    )
    case = in_full.first() or next((one for one in seen if was_sent(one, guardian_id)), None)
    if case is None:
        raise unseen(user, "guardian")
    with change(user, Action.FAMILY, case.pk, what="guardian") as act:
        guardian = Guardian.objects.select_for_update().get(pk=guardian_id)
        link = act.case.child.guardianships.get(guardian=guardian)
        merged = {
            **{name: getattr(guardian, name) for name in (*_GUARDIAN_FIELDS, "identity_number")},
            "relation": link.relation,
            "is_custodian": link.is_custodian,
            **fields,
        }
        incoming = _checked(merged, act)
        for name in (*_GUARDIAN_FIELDS, "identity_number"):
            setattr(guardian, name, getattr(incoming, name))
        if incoming.identity_number and (
            Guardian.objects.filter(~Q(pk=guardian.pk), identity_number=incoming.identity_number).exists()
        ):
            raise Conflict(_("Numret tillhör en annan person som redan finns registrerad."))
        guardian.save()
        could_meet = link.may_meet_guarantee
        link.relation, link.is_custodian = Relation(incoming.relation), incoming.is_custodian
        link.save()
        if not act.case.child.guardianships.filter(is_custodian__isnull=True).exists():
            _tick(act, Todo.What.CHECK_CUSTODY)
        _settle_everywhere(act, custody_changed=could_meet != link.may_meet_guarantee)
    return guardian


def _settle_everywhere(act: Change, *, custody_changed: bool = False) -> None:
    """Age, guardians and custody are one child's, so all of its open cases follow."""
    for case in (act.case, *contact_clock.beside(act.case)):
        if custody_changed:
            custody.correct(case, now=act.now)
        contact_clock.settle(case, by=act.user, now=act.now)
        if case is not act.case:
            case.save()


def _set_identity(fields: Mapping[str, Any], act: Change) -> None:
    child, today = act.case.child, local_date(act.now)
    if fields.get("identity_number"):
        try:
            identity = parse_identity(fields["identity_number"], today)
        except BadIdentity as problem:
            raise Invalid.field("identity_number", str(problem)) from None
        known = Child.objects.filter(~Q(pk=child.pk), identity_number=identity.normalised).first()
        if known is not None and child.identity_number:
            raise Conflict(_("Numret tillhör ett barn som redan är registrerat. Kontrollera numret."))
        if known is not None:
            join(act, known)
            return
        child.identity_number = identity.normalised
        child.birth_date = identity.birth_date or child.birth_date
    elif fields.get("birth_date"):
        if fields["birth_date"] > today:
            raise Invalid.field("birth_date", _("Födelsedatumet ligger i framtiden."))
        child.birth_date = fields["birth_date"]


def _now_known(act: Change) -> None:
    _tick(act, Todo.What.IDENTIFY_CHILD)
    deadlines.start(act.case, Kind.GUARDIAN_CONTACT, starts_at=act.now, now=act.now)
    if act.case.guardian_reached_at is not None:
        # Often it is the guardian who says who the child is: reached before the clock could start.
        deadlines.meet(act.case, [Kind.GUARDIAN_CONTACT], at=act.now, now=act.now)


def _checked(fields: Mapping[str, Any], act: Change) -> Any:
    errors: list[tuple[str, str]] = []
    incoming = check_guardian(fields, "", local_date(act.now), errors)
    if errors:
        raise Invalid(errors)
    return incoming


def _leave(act: Change, what: Todo.What) -> None:
    Todo.objects.bulk_create([Todo(case=act.case, what=what, created_at=act.now)], ignore_conflicts=True)


def _tick(act: Change, what: Todo.What) -> None:
    Todo.objects.filter(case=act.case, what=what, done_at__isnull=True, cancelled_at__isnull=True).update(
        done_at=act.now, done_by=act.user
    )
