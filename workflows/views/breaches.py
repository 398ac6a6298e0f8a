"""Every breach, and the page where a supervisor explains one."""

from http import HTTPStatus
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from riskzon import drafts
from riskzon.access import visible_cases
from riskzon.doors import Look, forbidden, look
from riskzon.errors import Conflict, Invalid
from riskzon.matrix import Place
from riskzon.models import Contact, Role, User
from riskzon.ui import Tab
from riskzon.veil import draw, is_protected
from workflows import lists, veiled
from workflows.board import one_breach, oversee
from workflows.breach_lines import breach_lines
from workflows.casefile import fully_seen
from workflows.contact_clock import has_come_of_age
from workflows.ends import with_hidden_guardians
from workflows.forms.board import BreachReviewForm
from workflows.models import Breach, DeadlineEvent, Kind
from workflows.verbs.reviews import review_breach
from workflows.views.gates import only_in

_VIEWS = (("", None), ("unreviewed", False), ("reviewed", True))


@only_in(Place.BOARD)
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Breaches, newest first: all, those to be explained, or those that are."""
    chosen = request.GET.get("show", "unreviewed")
    reviewed = dict(_VIEWS).get("" if chosen == "all" else chosen)
    with look(request.user, "breaches") as door:
        seen = oversee(door)
        page = lists.breaches(door, reviewed=reviewed, cursor=request.GET.get("cursor"))
        lines = breach_lines(seen, page.rows)
        context = {
            "seen": seen,
            "now": seen.now,
            "lines": lines,
            "tabs": _tabs(chosen),
            "chosen": chosen,
            "next": f"{reverse('breaches')}?{urlencode({'show': chosen, 'cursor': page.next})}" if page.next else "",
            "first": f"{reverse('breaches')}?{urlencode({'show': chosen})}" if request.GET.get("cursor") else "",
        }
        return render(request, "workflows/board/breaches.html", context)


@only_in(Place.BOARD)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, breach_id: UUID) -> HttpResponse:
    """One breach: what was tried, who had the case, who was told; and its explanation, once."""
    if request.method == "POST" and not _may_explain(request.user, breach_id):
        raise forbidden(request.user, "breach_review")
    form = BreachReviewForm(request.POST if request.method == "POST" else None)
    drafts.begin(request, form)
    status, conflict = HTTPStatus.OK, ""
    if form.is_valid():
        try:
            review_breach(request.user, breach_id, **form.cleaned_data)
        except Invalid as problem:
            for name, message in problem.errors:
                form.add_error(name if name in form.fields else None, message)
        except Conflict as lost:
            status, conflict = HTTPStatus.CONFLICT, lost.message
        else:
            messages.success(request, _("Överskridandet är granskat. Det står kvar, med sin förklaring."))
            return redirect("breach-review", breach_id)
    if form.is_bound and form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return _show(request, breach_id, form, status, conflict)


def _show(
    request: HttpRequest, breach_id: UUID, form: BreachReviewForm, status: HTTPStatus, conflict: str
) -> HttpResponse:
    with look(request.user, "breach") as door:
        seen = oversee(door)
        breach = one_breach(seen, breach_id)
        line = breach_lines(seen, [breach])[0]
        if line.proposal and not form.is_bound:
            form.initial.setdefault("cause", line.proposal.cause)
        tries = []
        if not seen.is_head and breach.kind == Kind.GUARDIAN_CONTACT:
            tries = list(Contact.objects.filter(case=breach.case_id).select_related("by", "guardian").order_by("-at"))
        notes = list(breach.corrections.select_related("by"))
        if veiled.hidden_in(door, [breach.case_id]):
            veiled.empty([breach])
        if not _sees_whole_report(door, breach):
            veiled.empty(notes)
        door.listed([breach.case_id])
        context = {
            "seen": seen,
            "now": seen.now,
            "line": line,
            "breach": breach,
            "tries": tries,
            "hides_guardians": is_protected(breach.case.child)
            or has_come_of_age(breach.case, seen.now)
            or bool(with_hidden_guardians([breach.case_id])),
            "notes": notes,
            "told": list(DeadlineEvent.objects.filter(deadline=breach.deadline_id).order_by("at", "pk")),
            "form": form,
            "conflict": conflict,
        }
        return render(request, "workflows/board/breach.html", context, status=status)


def _sees_whole_report(door: Look, breach: Breach) -> bool:
    """Why a time was corrected speaks of every child of the report."""
    cases = list(door.cases.filter(pk=breach.case_id).select_related("report", "child"))
    draw(door.user, cases, door.now)
    return bool(fully_seen(cases, door.user, door.now))


def _may_explain(user: User, breach_id: UUID) -> bool:
    """The head sees every breach, and explains those of children whose cases the unit's supervisor must not see."""
    return user.role != Role.HEAD or visible_cases(user).filter(breaches=breach_id).exists()


def _tabs(chosen: str) -> list[Tab]:
    views = (("unreviewed", _("Att granska")), ("reviewed", _("Granskade")), ("all", _("Alla")))
    return [Tab(label, f"{reverse('breaches')}?show={name}", current=name == chosen) for name, label in views]
