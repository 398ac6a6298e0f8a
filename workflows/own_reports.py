"""In which order, and by which words, does the liaison find own reports? Made of what the liaison sees of them only.

Order, filters and search are answers too: sorted by every limit of a case a list would tell that an investigation runs,
and searched by the register's name it would tell who an unknown child turned out to be.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Case as SqlCase
from django.db.models import DateTimeField, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from riskzon import wall
from riskzon.access import offered
from riskzon.doors import Look
from riskzon.identity import BadIdentity, parse_identity
from riskzon.localtime import local_date
from riskzon.models import Case, Report
from riskzon.models.cases import NOTHING_DUE
from riskzon.names import name_key
from riskzon.veil import is_secret_to
from workflows.models import Deadline, Kind
from workflows.walk import Step, Wanted, parse_number

#: From so long before the limit on it is the liaison's too to see that a guardian is reached.
NEAR = timedelta(hours=4)
ACT, RUNS, DONE = 0, 1, 2
_NEVER = Value(NOTHING_DUE, output_field=DateTimeField())


def walk(door: Look, wanted: Wanted, *, after: tuple[datetime, UUID] | None, limit: int) -> list[Step]:
    """The first `limit` own reports after `after`, by the moment at which a guardian must have been reached.

    One that is reached, or need not be, comes last. `overdue` asks about this limit alone.
    """
    cases = _narrowed(door, wanted).annotate(limit=Coalesce(_waits_until(), _NEVER))
    if wanted.overdue is not None:
        late = Q(limit__lt=door.now)
        cases = cases.filter(late if wanted.overdue else ~late)
    if wanted.due_before is not None:
        cases = cases.filter(limit__lte=wanted.due_before)
    if after is not None:
        cases = cases.filter(Q(limit__gt=after[0]) | Q(limit=after[0], pk__gt=after[1]))
    return [Step(case.limit, case.pk, case.ground) for case in cases.order_by("limit", "pk")[:limit]]


def urgent_first(door: Look) -> QuerySet[Case]:
    """Every own report with its `urgency`: what asks for the liaison, what runs, what is done; the nearest limit first.

    ACT: nobody is to be contacted, or a guardian is not reached and the limit is less than four hours away, or passed.
    """
    held, doubted = wall.held_back(door.cases.values_list("pk", flat=True))
    return (
        door.cases.annotate(waits=_waits_until(), limit=Coalesce("waits", _NEVER))
        .annotate(
            urgency=SqlCase(
                When(closed_at__isnull=False, then=DONE),
                When(Q(pk__in=held | doubted) | Q(limit__lt=door.now + NEAR), then=ACT),
                When(waits=NOTHING_DUE, then=DONE),
                default=RUNS,
                output_field=IntegerField(),
            )
        )
        .order_by("urgency", "limit", "-registered_at", "ordinal")
    )


def of_colleagues(door: Look) -> QuerySet[Report]:
    """The open reports of colleagues that this liaison may take over and does not follow yet, newest first."""
    cases = offered(door.user).exclude(pk__in=door.cases.values("pk"))
    return (
        Report.objects.filter(pk__in=cases.values("report")).select_related("registered_by").order_by("-registered_at")
    )


def cases_of(reports: Iterable[UUID]) -> Iterable[UUID]:
    """The cases of these reports, for the access log."""
    return Case.objects.filter(report__in=list(reports)).values_list("pk", flat=True)


def search(door: Look, typed: str, *, limit: int) -> list[Case]:
    """Own reports by case number, or by the name or number that was sent; newest first."""
    cases = door.cases.select_related("report", "child", "unit", "assignee").order_by("-registered_at")
    if (number := parse_number(typed)) is not None:
        return list(cases.filter(_numbered(*number))[:limit])
    try:
        wanted = parse_identity(typed, local_date(door.now)).normalised
        found = [case for case in cases if case.as_reported.get("identity_number") == wanted]
    except BadIdentity:
        key = name_key(typed)
        # A protected identity is found by no name.
        found = [case for case in cases if key and not is_secret_to(door.user, case) and _is_called(case, key)]
    return found[:limit]


def _waits_until() -> Subquery:
    """The limit of the newest clock for reaching a guardian; NOTHING_DUE once it is settled, null where there is none."""
    newest = Deadline.objects.filter(case=OuterRef("pk"), kind=Kind.GUARDIAN_CONTACT).order_by(
        "-created_at", "-starts_at"
    )
    waits = newest.annotate(
        waits_until=SqlCase(When(settled_at__isnull=True, then=F("due_at")), default=_NEVER)
    ).values("waits_until")
    return Subquery(waits[:1])


def _narrowed(door: Look, wanted: Wanted) -> QuerySet[Case]:
    cases = door.cases
    if wanted.scope in ("unit", "from_duty"):
        return cases.none()
    if wanted.scope == "unassigned":
        cases = cases.filter(assignee__isnull=True)
    if wanted.state:
        cases = cases.filter(closed_at__isnull=wanted.state == "open")
    if wanted.report_kind:
        cases = cases.filter(report__kind=wanted.report_kind)
    if wanted.number:
        number = parse_number(wanted.number)
        cases = cases.filter(_numbered(*number)) if number else cases.none()
    return cases


def _numbered(report_number: str, ordinal: int | None) -> Q:
    return Q(report__number=report_number) & (Q(ordinal=ordinal) if ordinal else Q())


def _is_called(case: Case, key: str) -> bool:
    given, family = case.as_reported.get("given_name", ""), case.as_reported.get("family_name", "")
    return name_key(f"{family} {given}").startswith(key) or name_key(f"{given} {family}").startswith(key)
