"""What leaves social services is decided by a named person on a legal ground, and stands in a register that only grows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from notifications.outbox import tell
from riskzon.access import Action, may_hold
from riskzon.doors import Change, change
from riskzon.errors import Conflict, Invalid
from riskzon.models import Authority, Case, CaseBlock, DisclosedField, Disclosure, DisclosureWay, Role, Unit, User
from riskzon.models.people import UnitKind
from workflows.disclosing import content, objections
from workflows.incoming import SKEW


@dataclass(frozen=True)
class Leaving:
    """What somebody registers. `to`: the user name of a liaison or the slug of a post; `recipient`: whoever else it is.

    `left_at` None: now. `decided_by`: a user name, "" for oneself.
    """

    fields: tuple[str, ...]
    ground: str
    balancing: str
    authority: str
    to: str = ""
    recipient: str = ""
    way: str = ""
    account: str = ""
    decided_by: str = ""
    left_at: datetime | None = None
    valid_until: datetime | None = None


def deciders(case: Case) -> QuerySet[User]:
    """Who can have decided: those who work with cases in the case's unit, whoever leads it, Socialjouren and the heads."""
    blocked = CaseBlock.objects.filter(child=case.child_id, ended_at__isnull=True).values("user")
    return (
        User.objects.filter(is_active=True)
        .filter(
            Q(role__in=(Role.SOCIAL_WORKER, Role.SUPERVISOR), unit=case.unit_id)
            | Q(units_led=case.unit_id)
            | Q(role__in=(Role.DUTY, Role.HEAD))
        )
        .exclude(pk__in=blocked)
        .distinct()
        .order_by("first_name", "last_name")
    )


def disclose(user: User, case_id: UUID, wanted: Leaving) -> Disclosure:
    """Register what leaves; whoever receives it on a screen is told, and so is the decider who is somebody else.

    Invalid: something is missing, the ground does not reach so far, or nothing is known of what was chosen.
    """
    with change(user, Action.DISCLOSE, case_id, what="disclose") as act:
        row = _row(act, wanted, earlier=None)
        row.save(force_insert=True)
        _told(act, row)
    return row


def correct(
    user: User, case_id: UUID, disclosure_id: UUID, wanted: Leaving, *, reason: str, is_void: bool = False
) -> Disclosure:
    """Put a row right by a new one; the old one stays. `is_void`: nothing had left after all, whatever else is said.

    Conflict: there is no such row in the case, or it has been corrected already.
    """
    with change(user, Action.DISCLOSE, case_id, what="disclose_correct") as act:
        earlier = Disclosure.objects.filter(pk=disclosure_id, case=act.case).first()
        if earlier is None or Disclosure.objects.filter(corrects=earlier).exists():
            raise Conflict(_("Utlämnandet är redan rättat. Rätta den rad som gäller nu."))
        if not reason.strip():
            raise Invalid.field("reason", _("Skriv vad som var fel."))
        row = _same(earlier, act) if is_void else _row(act, wanted, earlier=earlier)
        row.corrects, row.correction_reason, row.is_void = earlier, reason.strip(), is_void
        row.save(force_insert=True)
        act.detail["corrects"] = str(earlier.pk)
        if not is_void:
            _told(act, row)
    return row


def _row(act: Change, wanted: Leaving, *, earlier: Disclosure | None) -> Disclosure:
    case, now, fields = act.case, act.now, [one.value for one in DisclosedField if one in wanted.fields]
    left_at = wanted.left_at or now
    errors: list[tuple[str, str]] = []
    if not fields:
        errors.append(("fields", _("Välj vad som lämnas ut.")))
    if not wanted.balancing.strip():
        errors.append(("balancing", _("Skriv varför det får lämnas ut.")))
    if DisclosedField.ACCOUNT in fields and not wanted.account.strip():
        errors.append(("account", _("Skriv vad som lämnas ut.")))
    if left_at > now + SKEW:
        errors.append(("left_at", _("Tiden ligger i framtiden. Kontrollera datum och klockslag.")))
    if wanted.valid_until is not None and wanted.valid_until < left_at:
        errors.append(("valid_until", _("Tiden ligger före utlämnandet.")))
    decider = act.user if wanted.decided_by in ("", act.user.username) else None
    decider = decider or deciders(case).filter(username=wanted.decided_by).first()
    if earlier is not None and wanted.decided_by == earlier.decided_by.username:
        decider = earlier.decided_by  # who may have left since
    if decider is None:
        errors.append(("decided_by", _("Välj vem som har beslutat.")))
    liaison, post = _receiver(act, wanted, errors)
    errors += objections(case, ground=wanted.ground, authority=wanted.authority, fields=fields, now=now)
    leaves = content(case, fields, wanted.account.strip(), now)
    if earlier is not None:
        # What had left stays what it was; only what the row did not name before is as it is now.
        leaves |= {name: text for name, text in earlier.content.items() if name in leaves and name != "account"}
    if unknown := [str(DisclosedField(name).label) for name, text in leaves.items() if not text and name != "account"]:
        errors.append(("fields", _("Det finns inget att lämna ut om: %(what)s.") % {"what": ", ".join(unknown)}))
    if errors or decider is None:
        raise Invalid(errors)
    on_screen = wanted.authority == Authority.LIAISON
    return Disclosure(
        case=case,
        fields=fields,
        content=leaves,
        ground=wanted.ground,
        balancing=wanted.balancing.strip(),
        authority=wanted.authority,
        recipient="" if on_screen else wanted.recipient.strip(),
        liaison=liaison,
        post=post,
        way=DisclosureWay.SCREEN if on_screen else wanted.way,
        left_at=left_at,
        valid_until=wanted.valid_until,
        decided_by=decider,
        at=now,
        by=act.user,
    )


def _receiver(act: Change, wanted: Leaving, errors: list[tuple[str, str]]) -> tuple[User | None, Unit | None]:
    if wanted.authority != Authority.LIAISON:
        if not wanted.recipient.strip():
            errors.append(("recipient", _("Skriv vem som tar emot.")))
        if wanted.way not in DisclosureWay.values or wanted.way == DisclosureWay.SCREEN:
            errors.append(("way", _("Välj hur det lämnas ut.")))
        return None, None
    liaison = User.objects.filter(username=wanted.to, is_active=True, role=Role.LIAISON).first()
    if liaison is not None and may_hold(liaison, act.case):
        return liaison, None
    post = Unit.objects.filter(slug=wanted.to, kind=UnitKind.LIAISON).first()
    if post is None:
        errors.append(("to", _("Välj vem hos polisen som tar emot.")))
    return None, post


def _same(earlier: Disclosure, act: Change) -> Disclosure:
    kept = ("fields", "content", "ground", "balancing", "authority", "recipient", "way", "left_at", "valid_until")
    keys = ("liaison_id", "post_id", "decided_by_id")
    return Disclosure(
        case=act.case, at=act.now, by=act.user, **{name: getattr(earlier, name) for name in (*kept, *keys)}
    )


def _told(act: Change, row: Disclosure) -> None:
    act.detail |= {"fields": row.fields, "ground": row.ground, "to": row.authority}
    blocked = CaseBlock.objects.filter(child=act.case.child_id, ended_at__isnull=True).values("user")
    staff = User.objects.filter(role=Role.LIAISON, is_active=True).exclude(pk__in=blocked)
    readers = staff.filter(pk=row.liaison_id) if row.liaison_id else staff.filter(unit=row.post_id or None)
    if row.authority == Authority.LIAISON:
        # Without the case: whoever receives a piece of it need not know which one it is.
        tell("disclosed", to=list(readers), key=f"{row.pk}:disclosed", now=act.now)
    if row.decided_by_id != act.user.pk:
        key = f"{row.pk}:decided"
        tell("disclosure_decided", to=[row.decided_by_id], key=key, now=act.now, case_id=act.case.pk)
