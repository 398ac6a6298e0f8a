"""How does a shift get from one person to another? Offered and taken, each in one step; or moved by a supervisor."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from notifications.outbox import tell
from notifications.roster.core import Row
from notifications.roster.door import Act, changing
from notifications.roster.models import DutyOffer, DutyPattern
from notifications.roster.planning import at_socialjouren, end_offers, no_clash
from riskzon.errors import Conflict, Invalid, Unseen
from riskzon.matrix import PLACES, Place
from riskzon.models import User


def offer(by: User, row_id: UUID, day: date, *, to: UUID | None = None) -> DutyOffer:
    """Offer an own shift to a colleague, or to whoever takes it (None). It stays one's own until it is taken.

    Unseen: the shift is somebody else's. Conflict: it is offered already, or over.
    """
    with changing(by, "offer", roles=PLACES[Place.OWN_SHIFTS]) as act:
        row = act.row(row_id, day)
        if act.roster.holder(row, day) != by.pk or by.pk not in act.roster.people:
            raise Unseen
        if to is not None:
            at_socialjouren(act.roster, to)
            if to == by.pk:
                raise Invalid.field("person", _("Välj någon annan än dig själv."))
        if _open_offers(row, day).exists():
            raise Conflict(_("Passet är redan erbjudet."))
        offered = DutyOffer.objects.create(**_shift(row, day), from_person=by, to_person_id=to, **_added(act))
        asked = [to] if to else [person for person in act.roster.people if person != by.pk]
        tell("shift_offered", to=asked, key=f"{offered.pk}:offered", now=act.now, facts=_at(act, row, day))
        return offered


def take(by: User, offer_id: UUID) -> DutyOffer:
    """Take over a shift that is offered to oneself or to all; from now on if it runs already.

    Unseen: no such offer for this person. Conflict: somebody else has taken it, or it was withdrawn. Invalid: an own
    shift is in the way.
    """
    with changing(by, "take", roles=PLACES[Place.OWN_SHIFTS]) as act:
        offered = _offer(offer_id)
        if offered.from_person_id == by.pk or offered.to_person_id not in (None, by.pk):
            raise Unseen
        if by.pk not in act.roster.people:
            raise Unseen
        if offered.taken_by is not None:
            raise Conflict(_("%(who)s har redan tagit passet.") % {"who": offered.taken_by})
        if offered.ended_at is not None:
            raise Conflict(_("Erbjudandet är återtaget. Passet är kvar hos %(who)s.") % {"who": offered.from_person})
        row = act.row(offered.row_id, offered.day)
        _move(act, offered, row, by.pk)
        offered.save(update_fields=["taken_at", "taken_by", "moved_by"])
        facts = _at(act, row, offered.day)
        tell("shift_taken", to=[offered.from_person_id], key=f"{offered.pk}:taken", now=act.now, facts=facts)
        return offered


def withdraw(by: User, offer_id: UUID) -> DutyOffer:
    """Take back an own offer, or decline one that was made to oneself. Conflict: it is taken or ended already."""
    with changing(by, "withdraw", roles=PLACES[Place.OWN_SHIFTS]) as act:
        offered = _offer(offer_id)
        if by.pk not in (offered.from_person_id, offered.to_person_id):
            raise Unseen
        if offered.taken_by is not None:
            raise Conflict(_("%(who)s har redan tagit passet.") % {"who": offered.taken_by})
        if offered.ended_at is not None:
            raise Conflict(_("Erbjudandet är redan återtaget."))
        offered.ended_at, offered.ended_by = act.now, by
        offered.save(update_fields=["ended_at", "ended_by"])
        if by.pk == offered.to_person_id:
            row = act.row(offered.row_id, offered.day)
            facts = _at(act, row, offered.day)
            tell("shift_declined", to=[offered.from_person_id], key=f"{offered.pk}:no", now=act.now, facts=facts)
        return offered


def move(by: User, row_id: UUID, day: date, *, to: UUID) -> DutyOffer:
    """Give a shift to somebody else at once, whether or not it was offered; from now on if it runs already.

    Invalid: the person is not at Socialjouren, has the shift already, or has another then.
    """
    with changing(by, "move") as act:
        row = act.row(row_id, day)
        at_socialjouren(act.roster, to)
        holder = act.roster.holder(row, day)
        if holder == to:
            raise Invalid.field("person", _("Passet är redan hos den personen."))
        end_offers(act, _open_offers(row, day))
        moved = DutyOffer(**_shift(row, day), from_person_id=holder, to_person_id=to, **_added(act))
        _move(act, moved, row, to)
        moved.save(force_insert=True)
        for kind, person in (("shift_given", to), ("shift_left", holder)):
            if person in act.roster.people:
                tell(kind, to=[person], key=f"{moved.pk}:{kind}", now=act.now, facts=_at(act, row, day))
        return moved


def _move(act: Act, offered: DutyOffer, row: Row, to: UUID) -> None:
    """Set whose shift it is from now on; Invalid if another of theirs runs at the same time."""
    offered.taken_at, offered.taken_by_id, offered.moved_by = act.now, to, act.by
    no_clash(replace(act.roster, moves=[*act.roster.moves, offered]), to, offered.day, "person")


def _offer(offer_id: UUID) -> DutyOffer:
    found = DutyOffer.objects.select_related("from_person", "taken_by").filter(pk=offer_id).first()
    if found is None:
        raise Unseen
    return found


def _open_offers(row: Row, day: date) -> Any:
    return DutyOffer.objects.filter(**_shift(row, day), ended_at__isnull=True, taken_at__isnull=True)


def _shift(row: Row, day: date) -> dict[str, Any]:
    return {"pattern_id" if isinstance(row, DutyPattern) else "extra_id": row.pk, "day": day}


def _added(act: Act) -> dict[str, Any]:
    return {"added_at": act.now, "added_by": act.by}


def _at(act: Act, row: Row, day: date) -> dict[str, object]:
    start: datetime = act.roster.whole(row, day)[0]
    return {"at": start.isoformat()}
