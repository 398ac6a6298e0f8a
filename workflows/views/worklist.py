"""The first page after login: which cases need something, in the order of their limits, and what is next in each?"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from riskzon.access import Action, Ground, rights_on, shift_at, shift_of, units_of, visible_cases
from riskzon.doors import Look, look
from riskzon.errors import Invalid
from riskzon.identity import format_identity
from riskzon.localtime import end_of_local_day, local_date, parse_instant
from riskzon.matrix import Place
from riskzon.models import Case, Hold, ProtectedIdentity, Role, Unit, User
from riskzon.models.cases import NOTHING_DUE
from riskzon.timewords import age_on, clocktime, short_moment
from riskzon.ui import Tab, Tag
from workflows import worklist as lists
from workflows.deadlines import OUTSTANDING
from workflows.family import TO_CONFIRM
from workflows.forms.worklist import FilterForm
from workflows.models import CaseTask, Deadline, Kind, Todo
from workflows.nextstep import by_limit, next_step
from workflows.steps import OPEN
from workflows.views.casebar import child_name, tags
from workflows.views.entry import first_page, signed_in
from workflows.views.gates import only_in

#: (code, label, level of its count)
VIEWS = (
    ("mine", gettext_lazy("Mina"), ""),
    ("unassigned", gettext_lazy("Ej tilldelade"), ""),
    ("today", gettext_lazy("Frist i dag"), "soon"),
    ("overdue", gettext_lazy("Överskridna"), "over"),
    ("all", gettext_lazy("Alla"), ""),
    ("from_duty", gettext_lazy("Från jouren"), "soon"),
)
ROWS = 50
_FILTERS = ("view", "kind", "state", "unit")


@dataclass(frozen=True)
class Row:
    """One case in a list. `name` is empty for a child with protected identity, who is shown by the case number alone."""

    case: Case
    name: str
    identity: str
    age: int | None
    protected: str
    deadline: Deadline | None
    step: Any
    tag: Tag
    may_take: bool
    is_mine: bool
    may_take_over: bool = False
    hold_waits: bool = False


@signed_in
@require_safe
def worklist(request: HttpRequest) -> HttpResponse:
    """The cases that this person works with; everybody else is sent to the first page of their own."""
    if elsewhere := first_page(request.user):
        return redirect(elsewhere)
    with look(request.user, "worklist") as door:
        counts = lists.counts(door.user, door.now)
        view = _view(request, counts)
        shown = {**request.GET.dict(), "view": view}
        units = list(Unit.objects.filter(pk__in=_units(door))) if _has_several(door.user) else []
        form = FilterForm(_filled(request, view), units=units)
        form.is_valid()
        chosen = form.cleaned_data
        try:
            page = lists.page(door, cursor=request.GET.get("cursor"), limit=ROWS, **_narrowed(view, chosen, door.now))
        except Invalid:
            return redirect(f"{request.path}?{_query(shown)}")
        rows = rows_of(page.cases, door.user, door.now, from_duty=view == "from_duty")
        nearest = _nearest(door) if not rows and view in ("overdue", "today") else None
    context = {
        "rows": rows,
        "tabs": _tabs(view, counts, door),
        "own_waiting": sum(row.may_take_over and row.is_mine for row in rows),
        "view": view,
        "counts": counts,
        "now": door.now,
        "filters": form,
        "is_narrowed": bool(chosen.get("kind") or chosen.get("unit") or chosen.get("state") != "open"),
        "empty": _empty(view, nearest, door.now),
        "next": f"?{_query(shown, cursor=page.next)}" if page.next else "",
        "first": f"?{_query(shown)}" if request.GET.get("cursor") else "",
        "since": door.now.isoformat(),
        "new": 0,
        "reload": f"?{_query(shown)}",
        "back": f"{request.path}?{_query(shown, cursor=request.GET.get('cursor', ''))}",
    }
    return render(request, "workflows/worklist.html", context)


@only_in(Place.WORKLIST)
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """The line above the list, asked for anew each minute: figures only, and how many cases came since the list was made."""
    try:
        since = parse_instant(request.GET.get("since", ""))
    except ValueError:
        raise Http404 from None
    with look(request.user, "worklist.status") as door:
        counts = lists.counts_of_limits(door.user, door.now)
        new = _own_units_cases(door).filter(registered_at__gt=since).values("pk")[:100].count()
    shown = dict(parse_qsl(urlsplit(request.htmx.current_url_abs_path or "").query))
    context = {"counts": counts, "now": door.now, "since": since.isoformat(), "new": new, "reload": f"?{_kept(shown)}"}
    return render(request, "workflows/_status.html", context)


def rows_of(cases: list[Case], user: User, now: datetime, *, from_duty: bool = False) -> list[Row]:
    """The rows of a list, in few statements whatever its length; `report`, `child`, `unit`, `assignee` are loaded.

    `from_duty`: it is the morning's list, in which every case can be taken over.
    """
    ids = [case.pk for case in cases]
    clocks: dict[UUID, list[Deadline]] = defaultdict(list)
    demanded = Deadline.objects.filter(OUTSTANDING, case__in=ids).exclude(kind=Kind.BREACH_REVIEW)
    for deadline in sorted(demanded, key=by_limit):
        clocks[deadline.case_id].append(deadline)
    waiting: dict[UUID, set[str]] = defaultdict(set)
    for case_id, step in CaseTask.objects.filter(process__case__in=ids, status__in=OPEN).values_list(
        "process__case", "flow_task"
    ):
        waiting[case_id].add(step.name)
    todos: dict[UUID, set[str]] = defaultdict(set)
    for case_id, what in Todo.objects.filter(case__in=ids, done_at__isnull=True, cancelled_at__isnull=True).values_list(
        "case", "what"
    ):
        todos[case_id].add(what)
    children = [case.child_id for case in cases] if from_duty else []
    held = set(Hold.objects.filter(TO_CONFIRM, child__in=children).values_list("child", flat=True))
    return [
        replace(
            _row(case, clocks[case.pk], waiting[case.pk], todos[case.pk], user, now),
            may_take_over=from_duty and Action.ASSIGN in rights_on(case.ground, user),
            hold_waits=case.child_id in held,
        )
        for case in cases
    ]


def _row(case: Case, clocks: list[Deadline], waiting: set[str], todos: set[str], user: User, now: datetime) -> Row:
    child = case.child
    is_protected = child.protected_identity != ProtectedIdentity.NONE
    number = format_identity(child.identity_number) if child.identity_number else ""
    return Row(
        case=case,
        name="" if is_protected else child_name(child),
        identity="" if is_protected else number,
        age=None if is_protected else age_on(child.birth_date, now),
        protected=child.protected_identity,
        deadline=clocks[0] if clocks else None,
        step=next_step(case, waiting, clocks, todos, now).text,
        tag=tags(case)[0],
        may_take=case.assignee_id is None and case.is_open and Action.ASSIGN in rights_on(case.ground, user),
        is_mine=case.assignee_id == user.pk,
    )


def _view(request: HttpRequest, counts: dict[str, int]) -> str:
    """The view asked for; else the person's own cases, or those that wait for anybody when there are none."""
    asked = request.GET.get("view")
    if asked in {code for code, _label, _level in VIEWS}:
        return asked
    if request.user.role != Role.SOCIAL_WORKER:
        return "all"
    return "unassigned" if counts["unassigned"] and not counts["mine"] else "mine"


def _filled(request: HttpRequest, view: str) -> dict[str, str]:
    return {
        "view": view,
        "kind": request.GET.get("kind", ""),
        "state": request.GET.get("state", "open"),
        "unit": request.GET.get("unit", ""),
    }


def _narrowed(view: str, chosen: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The arguments of the list for one view and its filters."""
    wanted: dict[str, Any] = {
        "scope": view if view in ("mine", "unassigned", "from_duty") else "all",
        "state": chosen.get("state", "open"),
        "report_kind": chosen.get("kind", ""),
        "unit": UUID(chosen["unit"]) if chosen.get("unit") else None,
    }
    if view == "today":
        wanted["due_before"] = end_of_local_day(local_date(now))
    if view == "overdue":
        wanted["overdue"] = True
    return wanted


def _query(shown: Mapping[str, str], cursor: str = "") -> str:
    return f"{_kept(shown)}&{urlencode({'cursor': cursor})}" if cursor else _kept(shown)


def _kept(parameters: Mapping[str, str]) -> str:
    """The view and its filters as a query, and nothing else that stood in the address."""
    return urlencode({name: parameters[name] for name in _FILTERS if name in parameters})


def _tabs(view: str, counts: dict[str, int], door: Look) -> list[Tab]:
    return [
        Tab(str(label), f"{reverse('worklist')}?view={code}", capped(counts[code]), code == view, level)
        for code, label, level in VIEWS
        if code != "from_duty" or code == view or _is_open(door)
    ]


def _is_open(door: Look) -> bool:
    """Whether a unit of this person's is open, so that there is something to take over."""
    return not shift_at(door.user, door.now).opened.keys().isdisjoint(units_of(door.user))


def capped(count: int) -> int | str:
    """The count, or "1000+": beyond that the exact number says nothing more."""
    return count if count < lists.CAP else f"{lists.CAP}+"


def _own_units_cases(door: Look) -> QuerySet[Case]:
    """The visible cases of the units whose work this is; asked down to the ground that every one of them has."""
    down_to = Ground.DUTY if door.user.role == Role.DUTY else Ground.UNIT
    return visible_cases(door.user, door.now, down_to=down_to).filter(unit__in=_units(door))


def _units(door: Look) -> list[UUID]:
    return [*units_of(door.user), *shift_of(door.user, door.now).closed]


def _has_several(user: User) -> bool:
    return user.role == Role.DUTY or len(units_of(user)) > 1


def _nearest(door: Look) -> datetime | None:
    cases = lists.page(door, limit=1).cases
    due = cases[0].next_due_at if cases else NOTHING_DUE
    return None if due == NOTHING_DUE else due


def _empty(view: str, nearest: datetime | None, now: datetime) -> dict[str, str]:
    """What is true when a list is empty, and what to do."""
    hint = _("Närmaste frist är %(when)s.") % {"when": short_moment(nearest, now)} if nearest else ""
    texts = {
        "mine": (_("Du har inga ärenden."), _("Under Ej tilldelade finns de som väntar på någon.")),
        "unassigned": (_("Alla ärenden är tilldelade."), ""),
        "today": (_("Ingen frist går ut i dag."), hint),
        "overdue": (_("Inga överskridna frister."), hint),
        "from_duty": (_("Inget ärende från jouren väntar."), _("Det jouren har haft i natt är övertaget.")),
        "all": (_("Det finns inga ärenden här."), _("Uppdaterad %(clock)s.") % {"clock": clocktime(now)}),
    }
    text, advice = texts[view]
    return {"text": text, "hint": advice}
