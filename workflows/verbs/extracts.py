"""An extract of a case is asked for; where the guardian it is for must not read it unseen, a supervisor decides first."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from notifications.outbox import tell
from riskzon.access import Action
from riskzon.doors import change
from riskzon.errors import Conflict, Forbidden, Invalid, Unseen, Veiled
from riskzon.models import Authority, Case, DisclosedField, Disclosure, Extract, User
from riskzon.veil import hidden
from workflows import casefile
from workflows.disclosing import GROUNDS
from workflows.extract import is_stopped, must_stop, recipients
from workflows.recipients import Directory
from workflows.siblings import Siblings, siblings_of

#: The grounds on which a whole extract can leave; contact details alone are disclosed by themselves.
_WHOLE_GROUNDS = tuple(ground for ground, row in GROUNDS.items() if row.only is None)
_To = Extract.Recipient


def disclosed(case: Case) -> QuerySet[Disclosure]:
    """The rows of the disclosure register by which an extract of this case can leave: an account, to another authority."""
    rows = Disclosure.objects.filter(case=case, correction__isnull=True, is_void=False, ground__in=_WHOLE_GROUNDS)
    return rows.filter(fields__contains=[DisclosedField.ACCOUNT]).exclude(authority=Authority.LIAISON)


def make(
    user: User, case_id: UUID, *, recipient: str, guardian: UUID | None = None, disclosure: UUID | None = None
) -> Extract:
    """Register an extract for one recipient. One that stops waits for whoever leads the unit, who is told.

    `disclosure`: for another authority the row of the register by which it leaves, of `disclosed`. Invalid names
    the field. Veiled: the child's identity is protected, and this person has not had it shown.
    """
    with change(user, Action.DISCLOSE, case_id, what="extract_make") as act:
        if hidden(user, [act.case], act.now):
            raise Veiled(case_id)
        file = casefile.read_briefly(act.case, user, act.now)
        errors = []
        if recipient not in _To.values:
            errors.append(("recipient", _("Välj vem utdraget är för.")))
        if recipient == _To.GUARDIAN and guardian not in {line.id for line in recipients(file)}:
            errors.append(("guardian", _("Välj vilken vårdnadshavare.")))
        by = disclosed(act.case).filter(pk=disclosure).first() if recipient == _To.AUTHORITY and disclosure else None
        if recipient == _To.AUTHORITY and by is None:
            words = _(
                "Välj vilket utlämnande utdraget hör till. Finns det inte, registrera det först under Utlämnanden."
            )
            errors.append(("disclosure", words))
        if errors:
            raise Invalid(errors)
        row = Extract(
            case=act.case,
            recipient=recipient,
            guardian_id=guardian if recipient == _To.GUARDIAN else None,
            authority=f"{by.get_authority_display()}, {by.recipient}"[:200] if by else "",
            ground=by.ground if by else "",
            disclosure=by,
            made_by=user,
            made_at=act.now,
        )
        row.stops = must_stop(file, siblings_of(act.case.child_id), row) is not None
        row.save(force_insert=True)
        act.detail |= {"extract": str(row.pk), "to": recipient, "stops": row.stops}
        if row.stops:
            told = Directory.read(act.now).answers_for(act.case.unit_id, act.case.child_id)
            key = f"{row.pk}:extract"
            tell("extract_to_decide", to=told, key=key, now=act.now, case_id=act.case.pk)
    return row


def decide(user: User, case_id: UUID, extract_id: UUID, *, is_released: bool, reason: str) -> Extract:
    """Whoever leads the unit lets the extract leave, or not, with a reason; written once.

    Conflict: decided already. Unseen: there is no such extract in the case, or it did not stop.
    """
    with change(user, Action.REVIEW, case_id, what="extract_decide") as act:
        row = Extract.objects.filter(pk=extract_id, case=act.case, stops=True).first()
        if row is None:
            raise Unseen
        if not row.waits:
            raise Conflict(_("Det är redan beslutat av %(who)s.") % {"who": row.decided_by})
        if not reason.strip():
            raise Invalid.field("reason", _("Skriv varför."))
        row.decided_by, row.decided_at, row.is_released, row.reason = user, act.now, is_released, reason.strip()
        row.save(update_fields=["decided_by", "decided_at", "is_released", "reason"])
        act.detail |= {"extract": str(row.pk), "released": row.is_released}
        key = f"{row.pk}:extract:decided"
        if row.made_by_id != user.pk:
            tell("extract_decided", to=[row.made_by_id], key=key, now=act.now, case_id=act.case.pk)
    return row


def ensure_open(file: casefile.CaseFile, siblings: Siblings, row: Extract) -> None:
    """Forbidden while nothing of the extract is shown; the words say what to do."""
    if not is_stopped(file, siblings, row):
        return
    if row.waits:
        raise Forbidden(_("Utdraget visas först när enhetschefen har beslutat."))
    if row.stops and not row.is_released:
        raise Forbidden(_("Enhetschefen har beslutat att utdraget inte lämnas ut."))
    raise Forbidden(_("Något har ändrats sedan utdraget gjordes. Gör ett nytt."))
