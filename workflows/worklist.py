"""Which of the cases a person may see come first: the worklist, its counts and its search.

A list walks one index per unit and per granted case, in the order of the limits, and stops at the page's length; so it
costs the same whether there are a thousand cases or a million, for a wide, a narrow and a late user alike. What it finds
is checked to equal `visible_cases` by a test.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from riskzon import access
from riskzon.doors import Look
from riskzon.errors import Invalid
from riskzon.identity import BadIdentity, parse_identity
from riskzon.localtime import end_of_local_day, local_date
from riskzon.models import AuditAction, Case, ProtectedIdentity, Role, User
from riskzon.names import name_key
from riskzon.timewords import SOON
from workflows import cursors, own_reports
from workflows.walk import Step, Wanted, branches, open_given, parse_number, walk

#: Counts stop here: "1000+" is as good as the number, and flat.
CAP = 1000
MOST = 200
#: What a row of a list shows or decides by; the rest of a case is read when it is opened.
_SHOWN = (
    *("ordinal", "registered_at", "disposition", "closed_at", "feedback_owed", "investigation_id"),
    *("assessed_at", "guardian_reached_at", "guardian_contact_open", "guardians_followed_at"),
    *("review_due_at", "next_due_at"),
    *("report__number", "report__kind", "unit__name"),
    *("assignee__first_name", "assignee__last_name", "assignee__username"),
    *("child__given_name", "child__family_name", "child__identity_number", "child__birth_date"),
    *("child__approximate_age", "child__protected_identity"),
)


@dataclass(frozen=True)
class WorklistPage:
    """One page, in the order of the limits; `next` is the opaque cursor of the following page or None."""

    cases: list[Case]
    next: str | None


def page(
    door: Look,
    *,
    scope: str = "all",
    state: str = "open",
    overdue: bool | None = None,
    due_before: datetime | None = None,
    report_kind: str = "",
    unit: UUID | None = None,
    number: str = "",
    cursor: str | None = None,
    limit: int = 50,
    in_full: bool = False,
) -> WorklistPage:
    """One page of the cases this person may see, written to the access log as one list.

    `scope`: mine, unassigned, unit (the person's own units), from_duty ("Från jouren") or all. `number`: a case or
    report number, exact. A list loads only what its rows show; `in_full` loads the rest too, for who shows each case
    in full.
    """
    after = cursors.read(cursor)
    wanted = Wanted(door.now, scope, state, overdue, due_before, report_kind, unit, number)
    if door.user.role == Role.LIAISON:
        found = own_reports.walk(door, wanted, after=after, limit=limit + 1)
    else:
        found = walk(door.user, door.now, wanted, after=after, limit=limit + 1)
    cases = _load(found[:limit], door.user, in_full=in_full)
    door.listed([case.pk for case in cases])
    following = cursors.write(found[limit - 1].due, found[limit - 1].case_id) if len(found) > limit else None
    return WorklistPage(cases, following)


def _load(steps: list[Step], user: User, *, in_full: bool) -> list[Case]:
    """The rows of a walk in its order, with the ground on which the person reaches each."""
    rows = Case.objects.filter(pk__in=[step.case_id for step in steps]).select_related(
        "report", "child", "unit", "assignee"
    )
    by_id = (rows if in_full else rows.only(*_SHOWN)).in_bulk()
    # Few units and few people hold the many cases of a page: each is read once.
    led = access.units_led_by(user)
    cases = []
    for step in steps:
        case = by_id[step.case_id]
        case.ground = access.Ground.LEAD if step.ground == access.Ground.UNIT and case.unit_id in led else step.ground
        cases.append(case)
    return cases


def counts(user: User, now: datetime) -> dict[str, int]:
    """How many open cases each view of the worklist holds; CAP means that many or more."""
    return _counted(user, now, ("all", "mine", "unassigned", "from_duty"))


def counts_of_limits(user: User, now: datetime) -> dict[str, int]:
    """`overdue`, `soon` and `today` of `counts`: what the line above the list says, each minute."""
    return _counted(user, now, ())


def _counted(user: User, now: datetime, scopes: Iterable[str]) -> dict[str, int]:
    """Whatever is about limits is counted on one walk in their order, for planning a walk takes longer than walking it."""
    soon, end_of_today = now + SOON, end_of_local_day(local_date(now))
    given, params = open_given(user, now)
    near = Wanted(now, due_before=max(soon, end_of_today))
    walked, values = branches(user, now, near, limit=CAP, prefix="near", given="given")
    params = {**params, **values}
    pieces: list[str] = []
    for scope in scopes:
        sql, values = branches(user, now, Wanted(now, scope), limit=CAP, prefix=scope, is_counted=True, given="given")
        pieces.append(f", (SELECT count(*) FROM (SELECT id FROM ({sql}) found GROUP BY id LIMIT {CAP}) capped)")
        params = {**params, **values}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH given AS MATERIALIZED ({given})
            SELECT count(*) FILTER (WHERE next_due_at <= %(end_of_today)s), count(*) FILTER (WHERE next_due_at < %(now)s),
                   count(*) FILTER (WHERE next_due_at BETWEEN %(now)s AND %(soon)s), count(*) {"".join(pieces)}
              FROM (SELECT next_due_at, id FROM ({walked}) found
                     GROUP BY next_due_at, id ORDER BY next_due_at, id LIMIT {CAP}) walked
            """,
            {**params, "now": now, "soon": soon, "end_of_today": end_of_today},
        )
        today, overdue, within, walked_to, *others = cursor.fetchone()
    if walked_to == CAP:
        # The walk may have ended before it came to what is due soon.
        within = len(walk(user, now, Wanted(now, overdue=False, due_before=soon), after=None, limit=CAP))
    return {"today": today, "overdue": overdue, "soon": within, **dict(zip(scopes, others, strict=True))}


def search(door: Look, text: str, *, limit: int = 50) -> list[Case]:
    """Cases by identity number, case number, or the beginning of a name; logged as a search, without its text."""
    typed = text.strip()
    if not typed:
        raise Invalid.field("q", _("Skriv ett nummer eller ett namn."))
    if door.user.role == Role.LIAISON:
        found = own_reports.search(door, typed, limit=limit)
    else:
        cases = door.cases.select_related("report", "child", "unit", "assignee")
        found = list(cases.filter(_meant(typed, door.now)).order_by("-registered_at")[:limit])
    door.listed([case.pk for case in found], AuditAction.SEARCH)
    return found


def _meant(typed: str, now: datetime) -> Q:
    if (number := parse_number(typed)) is not None:
        report_number, ordinal = number
        return Q(report__number=report_number) & (Q(ordinal=ordinal) if ordinal else Q())
    try:
        return Q(child__identity_number=parse_identity(typed, local_date(now)).normalised)
    except BadIdentity:
        key = name_key(typed)
        if not key:
            return Q(pk__in=[])
        # A protected identity is found by whoever knows the number of the case or the child's own, and by no name.
        named = Q(child__name_key__begins=key) | Q(child__given_key__begins=key)
        return named & Q(child__protected_identity=ProtectedIdentity.NONE)
