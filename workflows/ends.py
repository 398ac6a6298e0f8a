"""Which end of a case waits for a second party or has taken effect, and who must know of it when it was a mistake?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from riskzon import wall
from riskzon.errors import Conflict
from riskzon.models import ENDS, AuditAction, Case, CaseBlock, Contact, Disposition, EndProposal, User
from riskzon.ui import Entry
from workflows import caselog

WAITING = Q(confirmed_at__isnull=True, refused_at__isnull=True)
_PEOPLE = ("proposed_by", "confirmed_by", "refused_by")
_SHOWN = (*_PEOPLE, "replaced_by__report", "duplicate_of__report")


@dataclass(frozen=True)
class Pointer:
    """A case by its number alone: the reader may not see it."""

    pk: UUID
    number: str


def of_cases(case_ids: Iterable[UUID], reader: User) -> list[EndProposal]:
    """Every proposal ever made about these cases, the newest first; they point to nothing of which `reader` must not know."""
    found = list(EndProposal.objects.filter(case__in=case_ids).select_related(*_PEOPLE))
    targets = {target for row in found if (target := row.replaced_by_id or row.duplicate_of_id)}
    numbers = wall.numbers(targets - _kept_from(reader, targets))
    for row in found:
        target = row.replaced_by_id or row.duplicate_of_id
        row.target = Pointer(target, numbers[target]) if target in numbers else None
    return found


def _kept_from(reader: User, cases: set[UUID]) -> set[UUID]:
    """Those of the cases whose child the reader is biased about (jäv)."""
    if not cases:
        return set()
    # The wall shows none of them, so it cannot be asked which they are.
    with wall.beyond():
        biased = CaseBlock.objects.filter(user=reader, ended_at__isnull=True).values("child")
        return set(Case.objects.filter(pk__in=cases, child__in=biased).values_list("pk", flat=True))


def waiting(case: Case) -> EndProposal | None:
    """The proposal that waits for its second party."""
    return EndProposal.objects.filter(WAITING, case=case).select_related(*_SHOWN).first()


def require_nothing_waits(case: Case) -> None:
    """Conflict while a proposed end waits: no other decision is made until it is confirmed or refused."""
    if EndProposal.objects.filter(WAITING, case=case).exists():
        raise Conflict(_("Ett avslut är föreslaget. Bekräfta eller avslå det först."))


def hides_guardians(proposals: Iterable[EndProposal]) -> bool:
    """Whether nobody is to see or contact the guardians: the child may be, or is, the wrong one."""
    return any(one.disposition == Disposition.VOID and one.refused_at is None for one in proposals)


def with_hidden_guardians(case_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the cases whose guardians nobody is to see or contact."""
    found = EndProposal.objects.filter(case__in=case_ids, disposition=Disposition.VOID, refused_at__isnull=True)
    return set(found.values_list("case_id", flat=True))


def points_to(case_id: UUID) -> Q:
    """The proposals that name this case as the one that goes on."""
    return Q(replaced_by=case_id) | Q(duplicate_of=case_id)


def has_ended(case: Case) -> bool:
    """Whether the case is void or transferred: no clock starts in it and no task opens."""
    return case.disposition in ENDS


def require_not_ended(case: Case) -> None:
    """Conflict where the case is void or transferred: notes and supplements are all that can be added."""
    if has_ended(case):
        raise Conflict(_("Ärendet är avslutat: %(what)s.") % {"what": str(Disposition(case.disposition).label).lower()})


def entries(proposals: Iterable[EndProposal]) -> Iterator[Entry]:
    """For the timeline: what was proposed, refused and overruled; what took effect stands as the decision."""
    for row in proposals:
        what = {"what": row.get_disposition_display()}
        facts = [str(row.get_void_kind_display())] if row.void_kind else [f"{row.municipality}, {row.recipient}"]
        if row.points_to:
            facts.append(_("Ärende som fortsätter: %(number)s") % {"number": row.points_to.number})
        yield Entry(
            at=row.proposed_at,
            title=_("Föreslog avslut: %(what)s") % what,
            who=str(row.proposed_by),
            text=row.reason,
            icon="archive",
            anchor=f"end-{row.pk}",
            copyable=True,
            facts=facts,
        )
        if row.refused_at is not None:
            yield Entry(
                at=row.refused_at,
                title=_("Avslog eller tog tillbaka avslut: %(what)s") % what,
                who=str(row.refused_by),
                text=row.refusal,
                icon="archive",
                anchor=f"end-refused-{row.pk}",
                copyable=True,
            )
        if row.overruled:
            decided = Disposition(row.overruled["disposition"])
            yield Entry(
                at=datetime.fromisoformat(row.overruled["at"]),
                title=str(decided.label),
                who=str(User.objects.get(pk=row.overruled["by"])),
                text=row.overruled["reason"],
                icon="gavel",
                anchor=f"overruled-{row.pk}",
                copyable=True,
            )


@dataclass(frozen=True)
class Seer:
    """One person who has met the case: how many times, and when last."""

    person: User
    times: int
    last: datetime


@dataclass(frozen=True)
class Traces:
    """What a report in a wrong name has left behind: who saw the case, and whom they contacted."""

    seen_by: tuple[Seer, ...]
    contacts: tuple[Contact, ...]


def traces(case: Case) -> Traces:
    """Who has seen or changed the case, by the access log, and every contact in it; so that it can be put right."""
    with wall.beyond():
        seen = list(
            caselog.about(case.pk)
            .filter(actor__isnull=False)
            .exclude(action=AuditAction.DENIED)
            .values("actor")
            .order_by("actor")
            .annotate(times=Count("pk"), last=Max("product_at"))
        )
    people = User.objects.select_related("unit").in_bulk([row["actor"] for row in seen])
    seers = [Seer(people[row["actor"]], row["times"], row["last"]) for row in seen]
    return Traces(
        seen_by=tuple(sorted(seers, key=lambda seer: seer.last, reverse=True)),
        contacts=tuple(Contact.objects.filter(case=case).select_related("guardian", "by").order_by("at")),
    )
