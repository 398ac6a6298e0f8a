"""What must a proposal to end a case say, and which case can go on instead?"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from riskzon.errors import Invalid
from riskzon.models import ENDS, Case, Disposition, EndProposal
from workflows.walk import parse_number

Void = EndProposal.Void
#: What each kind of end must say beside its reason; nothing else may be said.
NEEDS: dict[str, tuple[str, ...]] = {
    Disposition.TRANSFERRED: ("municipality", "recipient"),
    Void.WRONG_PERSON: ("replaced_by",),
    Void.DUPLICATE: ("duplicate_of",),
    Void.ADULT: ("recipient",),
    Void.NOT_IDENTIFIED: (),
}
#: Everything that a kind may need, and which kind of error it is.
FIELDS = ("void_kind", "replaced_by", "duplicate_of", "municipality", "recipient")


@dataclass(frozen=True)
class Wanted:
    """A proposal as somebody has written it. The two pointers are case numbers or ids, of cases that the person sees."""

    disposition: str
    reason: str = ""
    void_kind: str = ""
    replaced_by: str = ""
    duplicate_of: str = ""
    municipality: str = ""
    recipient: str = ""

    @property
    def kind(self) -> str:
        return self.void_kind if self.disposition == Disposition.VOID else self.disposition


def checked(wanted: Wanted, case: Case, seen: QuerySet[Case]) -> Mapping[str, object]:
    """The columns of the proposal that `case` ends so; `seen` are the cases that the person may point to.

    Invalid names every field that is missing, that does not belong, or that points to a case which cannot go on instead.
    """
    if wanted.disposition not in ENDS:
        raise Invalid.field("disposition", _("Välj felregistrerad, dubblett eller överflyttad."))
    if wanted.disposition == Disposition.VOID and wanted.void_kind not in Void.values:
        raise Invalid.field("void_kind", _("Välj vad som är fel."))
    needed = NEEDS[wanted.kind]
    given = {name: str(getattr(wanted, name)).strip() for name in FIELDS}
    errors = [("reason", _("Skriv skälet."))] if not wanted.reason.strip() else []
    foreign = [name for name in FIELDS if given[name] and name not in (*needed, "void_kind")]
    if wanted.disposition == Disposition.TRANSFERRED and given["void_kind"]:
        foreign.append("void_kind")
    errors += [(name, _("Uppgiften hör inte till det beslutet.")) for name in foreign]
    missing = {
        "municipality": _("Ange vilken kommun som tar över."),
        "recipient": _("Ange vem som tar emot."),
        "replaced_by": _("Ange numret på det rätta barnets ärende."),
        "duplicate_of": _("Ange numret på det ärende som redan finns."),
    }
    errors += [(name, missing[name]) for name in needed if not given[name]]
    fields: dict[str, object] = {**given, "reason": wanted.reason.strip(), "replaced_by": None, "duplicate_of": None}
    for name in ("replaced_by", "duplicate_of"):
        if name in needed and given[name]:
            target = _find(seen, case, given[name])
            if problem := _unfit(case, target, wanted.void_kind):
                errors.append((name, problem))
            fields[name] = target
    if errors:
        raise Invalid(errors)
    return fields


def _find(seen: QuerySet[Case], case: Case, text: str) -> Case | None:
    """The case that is meant, of those that may be pointed to: what is hidden is not told from what is missing.

    A report's number alone is enough where it has one such case, or one about the same child.
    """
    seen = seen.select_related("report", "child")
    if (number := parse_number(text)) is not None:
        report, ordinal = number
        found = seen.filter(report__number=report)
        if ordinal:
            return found.filter(ordinal=ordinal).first()
        cases = list(found)
        own = [one for one in cases if one.child_id == case.child_id]
        return cases[0] if len(cases) == 1 else own[0] if own else None
    try:
        return seen.filter(pk=UUID(text)).first()
    except ValueError:
        return None


def _unfit(case: Case, target: Case | None, void_kind: str) -> str:
    """Why the case that goes on cannot be `target`; "" if it can."""
    if target is None:
        return _("Det finns inget sådant ärende som du kan läsa. Skriv hela ärendenumret.")
    if target.pk == case.pk:
        return _("Ange ett annat ärende än det här.")
    if target.disposition == Disposition.VOID:
        return _("Det ärendet är självt felregistrerat eller en dubblett.")
    same = target.child_id == case.child_id
    if void_kind == Void.WRONG_PERSON and same:
        return _("Det ärendet gäller samma barn. Ange det rätta barnets ärende, eller välj dubblett.")
    numbers = {case.child.identity_number, target.child.identity_number} - {""}
    if void_kind == Void.DUPLICATE and not same and len(numbers) > 1:
        return _("Det ärendet gäller ett annat barn. En dubblett är samma anmälan om samma barn.")
    return ""
