"""Which child and which guardians are meant, and how far each guardian has been followed in one case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from riskzon.models import Case, Child, Contact, Guardian, Guardianship, Hold, ProtectedIdentity, WrittenOff
from riskzon.names import name_key
from workflows.incoming import IncomingChild, IncomingGuardian

#: Holds that the duty social worker decided alone and no supervisor has confirmed or ended.
TO_CONFIRM = Q(needs_confirmation=True, confirmed_at__isnull=True, ended_at__isnull=True)
_LONGEST_KEY = Child._meta.get_field("name_key").max_length


@dataclass(frozen=True)
class Custodian:
    """One adult who may have custody, as seen from one case."""

    guardianship: Guardianship
    hold: Hold | None
    reached_at: datetime | None
    written_off: bool

    @property
    def is_followed(self) -> bool:
        """Reached, written off, or under a decided hold."""
        return self.reached_at is not None or self.written_off or self.is_held

    @property
    def is_held(self) -> bool:
        return self.hold is not None and not self.hold.provisional


def live_holds(child_id: UUID) -> list[Hold]:
    """Every hold on the child that still blocks: neither ended nor renewed, whatever its `until`. Decided ones first."""
    return list(Hold.objects.filter(child_id=child_id, ended_at__isnull=True).order_by("provisional", "decided_at"))


def hold_on(holds: Iterable[Hold], guardian_id: object) -> Hold | None:
    """The hold that blocks this guardian; a decided one before a provisional one."""
    return next((hold for hold in holds if hold.guardian_id in (None, guardian_id)), None)


def custodians(case: Case) -> list[Custodian]:
    """Every known adult who may have custody of the case's child."""
    holds = live_holds(case.child_id)
    written_off = set(WrittenOff.objects.filter(case=case).values_list("guardian_id", flat=True))
    reached: dict[object, datetime] = {}
    for guardian_id, at in (
        Contact.objects.filter(case=case, counts=True).order_by("-at").values_list("guardian_id", "at")
    ):
        reached[guardian_id] = at
    return [
        Custodian(
            guardianship=link,
            hold=hold_on(holds, link.guardian_id),
            reached_at=reached.get(link.guardian_id),
            written_off=link.guardian_id in written_off,
        )
        for link in Guardianship.objects.filter(child_id=case.child_id).select_related("guardian").order_by("pk")
        if link.may_meet_guarantee
    ]


def is_held_for_a_sibling(child_id: UUID) -> bool:
    """Whether contact with one of the child's guardians waits on behalf of a sibling, and nobody has said so of this one."""
    own = Hold.objects.filter(child_id=child_id, ended_at__isnull=True, guardian=OuterRef("guardian"))
    return (
        Hold.objects.filter(guardian__guardianships__child=child_id, ended_at__isnull=True)
        .exclude(child_id=child_id)
        .exclude(Exists(own))
        .exists()
    )


def is_without_guardian(case: Case) -> bool:
    """Somebody has decided that this child has no guardian who can act (GMEB 2-3 §§)."""
    return WrittenOff.objects.filter(case=case, guardian__isnull=True).exists()


def find_or_add_child(incoming: IncomingChild) -> tuple[Child, bool]:
    """The child with this number, with gaps filled in, or a new child; and whether it was known."""
    new = Child(
        identity_number=incoming.identity_number,
        birth_date=incoming.birth_date,
        approximate_age=incoming.approximate_age,
        description=incoming.description,
        given_name=incoming.given_name,
        family_name=incoming.family_name,
        protected_identity=incoming.protected_identity,
        home_municipality=incoming.home_municipality,
        whereabouts=incoming.whereabouts,
    )
    write_keys(new)
    if incoming.identity_number:
        Child.objects.bulk_create([new], ignore_conflicts=True)
        known = Child.objects.exclude(pk=new.pk).filter(identity_number=incoming.identity_number).first()
        if known is not None:
            _fill_gaps(known, incoming)
            return known, True
        return new, False
    new.save(force_insert=True)
    return new, False


def write_keys(child: Child) -> None:
    """Set the sort and search keys from the names. A few characters are spelt out as many: the key is cut to its column."""
    child.name_key = name_key(f"{child.family_name} {child.given_name}")[:_LONGEST_KEY]
    child.given_key = name_key(f"{child.given_name} {child.family_name}")[:_LONGEST_KEY]


def add_guardians(
    child: Child, incoming: Iterable[IncomingGuardian], known: dict[tuple, Guardian], *, is_new: bool = False
) -> list[Guardianship]:
    """The guardians named for this child, found or added and tied to it, in the same order.

    A guardian is the same person when the number is the same, or - within the family or one report (`known`) - when
    name and phone do not differ. What a report says fills gaps and overwrites nothing. `is_new`: a child just added.
    """
    family = {} if is_new else {link.guardian_id: link for link in child.guardianships.select_related("guardian")}
    found, new = [], []
    for one in incoming:
        guardian = _match(one, [link.guardian for link in family.values()], known)
        if guardian is None:
            guardian = Guardian.objects.create(
                identity_number=one.identity_number,
                name=one.name,
                phone=one.phone,
                language=one.language,
                interpreter=one.interpreter,
            )
            guardian.is_just_added = True
        else:
            _fill_guardian(guardian, one)
        known[_key(one)] = guardian
        link = family.get(guardian.pk)
        if link is None:
            link = Guardianship(child=child, guardian=guardian, relation=one.relation, is_custodian=one.is_custodian)
            family[guardian.pk] = link
            new.append(link)
        elif link.is_custodian is None and one.is_custodian is not None:
            link.is_custodian = one.is_custodian
            if link.pk:
                link.save(update_fields=["is_custodian"])
        found.append(link)
    Guardianship.objects.bulk_create(new)
    return found


def siblings(child: Child) -> list[Child]:
    """Other children with a guardian in common."""
    return list(
        Child.objects.filter(~Q(pk=child.pk), guardians__in=child.guardians.all()).distinct().order_by("birth_date")
    )


def _match(one: IncomingGuardian, family: list[Guardian], known: dict[tuple, Guardian]) -> Guardian | None:
    if one.identity_number:
        numbered = Guardian.objects.filter(identity_number=one.identity_number).first()
        if numbered is not None:
            return numbered
    if (same := known.get(_key(one))) is not None:
        return same
    for guardian in family:
        same_number = not (one.identity_number and guardian.identity_number)
        same_phone = not one.phone or not guardian.phone or digits(one.phone) == digits(guardian.phone)
        if one.name and name_key(one.name) == name_key(guardian.name) and same_number and same_phone:
            return guardian
    return None


def _key(one: IncomingGuardian) -> tuple:
    return (one.identity_number,) if one.identity_number else (name_key(one.name), digits(one.phone))


def digits(phone: str) -> str:
    return "".join(char for char in phone if char.isdigit())


def _fill_gaps(child: Child, incoming: IncomingChild) -> None:
    for field in ("birth_date", "given_name", "family_name", "home_municipality"):
        if not getattr(child, field) and getattr(incoming, field):
            setattr(child, field, getattr(incoming, field))
    if incoming.whereabouts:
        child.whereabouts = incoming.whereabouts
    levels = list(ProtectedIdentity.values)
    if levels.index(incoming.protected_identity) > levels.index(child.protected_identity):
        child.protected_identity = incoming.protected_identity
    write_keys(child)
    child.save()


def _fill_guardian(guardian: Guardian, one: IncomingGuardian) -> None:
    changed = []
    for field in ("name", "phone", "language", "identity_number"):
        if not getattr(guardian, field) and getattr(one, field):
            setattr(guardian, field, getattr(one, field))
            changed.append(field)
    if one.interpreter and not guardian.interpreter:
        guardian.interpreter = True
        changed.append("interpreter")
    if changed:
        guardian.save(update_fields=changed)
