"""Who has looked at a case or changed it: in the case itself, by a search or a look-up that found it, or in a list?

A list names a case among others, which some of its readers may see and the one who asks here may not: such rows are read
past the wall, and of each nothing is told but that it named this case. The review of the log (*Loggkontroll*) is left
out: whoever is looked at is not to learn of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case as Sql
from django.db.models import Count, F, Max, Q, QuerySet, When
from django.db.models.functions import TruncDate

from riskzon import veil, wall
from riskzon.access import Action
from riskzon.localtime import STOCKHOLM
from riskzon.models import AuditAction, AuditEntry, Case, CaseBlock, Reveal
from workflows.logged import FOR_BIAS

#: Lines of one page.
LINES = 100
#: Who has declared a conflict of interest (jäv) is for whoever leads the unit; that they are refused would tell it too.
ABOUT_BLOCKS = ("block", "block_end")
#: What every act of the review of the log is called: the beginning of `what`.
OF_THE_REVIEW = "log_review"


@dataclass(frozen=True)
class Line:
    """One row of the log; or one person's lists of one local day, by the last of them, and how many they were."""

    entry: AuditEntry
    times: int


@dataclass(frozen=True)
class Log:
    """Newest first. `total`: lines in all. `next`: where the following page begins; None: there is none."""

    lines: tuple[Line, ...]
    total: int
    next: int | None


def about(case_id: UUID) -> QuerySet[AuditEntry]:
    """The rows that name this case, alone or among others. To be read past the wall (`riskzon.wall.beyond`)."""
    # Said as the index of lists has it: a row names one case, or several.
    named = Q(case=case_id) | Q(case__isnull=True, cases__contains=[case_id])
    return AuditEntry.objects.filter(named).exclude(what__startswith=OF_THE_REVIEW)


def for_reader(case: Case) -> QuerySet[AuditEntry]:
    """Those rows without what tells of jäv, but for whoever leads the unit; `case` comes through a door."""
    rows = about(case.pk)
    if Action.BLOCK in case.rights:
        return rows
    biased = CaseBlock.objects.filter(child=case.child_id).values("user")
    refused = Q(action=AuditAction.DENIED, actor__in=biased)
    return rows.exclude(FOR_BIAS | Q(what__in=ABOUT_BLOCKS) | refused)


def read(rows: QuerySet[AuditEntry], *, before: int | None = None, most: int = LINES) -> Log:
    """So many lines of these rows at most, the newest; below the line `before`, where one is given."""
    is_list = Q(action=AuditAction.LIST)
    lines = (
        rows.order_by()
        .annotate(
            alone=Sql(When(~is_list, then=F("pk"))),
            whose=Sql(When(is_list, then=F("actor"))),
            day=Sql(When(is_list, then=TruncDate("product_at", tzinfo=STOCKHOLM))),
        )
        .values("alone", "whose", "day")
        .annotate(last=Max("pk"), times=Count("pk"))
    )
    below: Mapping[str, Any] = {} if before is None else {"last__lt": before}
    with wall.beyond():
        total = lines.count()
        found = list(lines.filter(**below).order_by("-last").values_list("last", "times")[: most + 1])
        entries = AuditEntry.objects.select_related("actor", "unit").in_bulk([last for last, _times in found[:most]])
    shown = tuple(Line(entries[last], times) for last, times in found[:most])
    return Log(shown, total, shown[-1].entry.pk if len(found) > most else None)


def reveals(case: Case) -> dict[str, str]:
    """Own words of those who had a protected identity shown, by the row's key; only while it is shown to the reader."""
    if not veil.is_protected(case.child) or case.is_veiled:
        return {}
    said = Reveal.objects.filter(case=case).exclude(reason="")
    return {str(key): reason for key, reason in said.values_list("pk", "reason")}
