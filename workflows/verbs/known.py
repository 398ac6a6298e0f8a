"""Whether a child is known: for social services before they register, logged as a look-up (domain: need to know)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from riskzon.doors import forbidden, look
from riskzon.errors import Invalid
from riskzon.identity import BadIdentity, parse_identity
from riskzon.localtime import local_date
from riskzon.matrix import Place, has
from riskzon.models import AuditAction, Case, CaseBlock, Child, Disposition, Investigation, ProtectedIdentity, User
from riskzon.names import name_key
from riskzon.veil import is_protected
from workflows.family import siblings


@dataclass(frozen=True)
class Known:
    """One known child: the head of each earlier report, the running investigation, the siblings. No case content.

    `siblings`: none of a child with a protected identity.
    `may_open`: those of the cases that the one who asked may also see.
    """

    child: Child
    cases: list[Case]
    investigation: Investigation | None
    siblings: list[Child]
    may_open: frozenset[UUID]


def is_known(user: User, *, identity_number: str = "", name: str = "", birth_date: date | None = None) -> list[Known]:
    """The known children that this number, or this name and birth date, may mean; blocked ones are not there.

    A name is meant by its whole words, from the first of it on, whichever name comes first. A protected identity is found
    by the number alone.
    """
    if not has(user, Place.KNOWN):
        raise forbidden(user, "known")
    with look(user, "known") as door:
        blocks = CaseBlock.objects.filter(user=user, ended_at__isnull=True)
        # A child about whom every report was registered in error is not known.
        children = Child.objects.exclude(Exists(blocks.filter(child=OuterRef("pk")))).filter(
            Exists(_true_cases().filter(child=OuterRef("pk")))
        )
        if identity_number.strip():
            try:
                number = parse_identity(identity_number, local_date(door.now)).normalised
            except BadIdentity as problem:
                raise Invalid.field("identity_number", str(problem)) from None
            children = children.filter(identity_number=number)
        elif name_key(name) and birth_date is not None:
            children = children.filter(
                _is_called(name), birth_date=birth_date, protected_identity=ProtectedIdentity.NONE
            )
        else:
            raise Invalid.field("identity_number", _("Ange nummer, eller namn och födelsedatum."))
        hidden = set(blocks.values_list("child", flat=True))
        asked = list(children[:10])
        seen = frozenset(door.cases.filter(child__in=asked).values_list("pk", flat=True))
        found = [_known(child, hidden, seen) for child in asked]
        told = [case.pk for known in found for case in known.cases]
        beside = _true_cases().filter(child__in=[one.pk for known in found for one in known.siblings])
        told += beside.exclude(pk__in=told).order_by("pk").values_list("pk", flat=True)
        door.listed(told, AuditAction.LOOKUP)
    return found


def _is_called(name: str) -> Q:
    key = name_key(name)
    begins = Q(name_key__begins=f"{key} ") | Q(given_key__begins=f"{key} ")
    return Q(name_key=key) | Q(given_key=key) | begins


def _true_cases() -> QuerySet[Case]:
    return Case.objects.exclude(disposition=Disposition.VOID)


def _known(child: Child, hidden: set[UUID], seen: frozenset[UUID]) -> Known:
    return Known(
        child=child,
        cases=list(_true_cases().filter(child=child).select_related("report").order_by("-registered_at")[:20]),
        investigation=Investigation.objects.filter(child=child, closed_at__isnull=True)
        .select_related("case_worker", "unit")
        .first(),
        # Who they are would tell who the child is.
        siblings=[] if is_protected(child) else [sibling for sibling in siblings(child) if sibling.pk not in hidden],
        may_open=seen,
    )
