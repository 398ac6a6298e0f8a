"""The review of the access log: which readings wait, one of them, and the figures; nothing of any case but its number."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from riskzon import drafts
from riskzon.doors import Look, look
from riskzon.errors import Conflict, Invalid, Unseen
from riskzon.matrix import Place, has
from riskzon.models import Case, CaseBlock, Role, User
from riskzon.ui import Tab
from workflows import log_reviews
from workflows.auditor_rights import deviations
from workflows.forms.log_reviews import LogReviewForm
from workflows.models import LogReview
from workflows.verbs.log_reviews import decide, declare
from workflows.views import rights_words, wording
from workflows.views.gates import only_in

PER_PAGE = 50
BESIDE = 50


@only_in(Place.LOG_REVIEWS)
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """What waits to be looked at, the earliest limit first; or what is done. Heads see the figures of each month too."""
    is_done = request.GET.get("show") == "done"
    with look(request.user, "log_reviews") as door:
        rows = log_reviews.readable(request.user).filter(reviewed_at__isnull=not is_done)
        page = Paginator(rows.order_by("-reviewed_at" if is_done else "due_at", "pk"), PER_PAGE).get_page(
            request.GET.get("page")
        )
        shown = [_line(review) for review in page.object_list]
        figures = list(log_reviews.figures(door.now)) if request.user.role != Role.SUPERVISOR else []
        _log(door, *page.object_list)
        deviations = _deviations(door) if has(request.user, Place.RIGHTS_REVIEW) else None
    tabs = [
        Tab(_("Att granska"), request.path, current=not is_done),
        Tab(_("Granskade"), f"{request.path}?show=done", current=is_done),
    ]
    context = {"page": page, "rows": shown, "figures": figures, "tabs": tabs, "now": door.now, "is_done": is_done}
    context["deviations"] = deviations
    return render(request, "workflows/log/reviews.html", context)


@only_in(Place.LOG_REVIEWS)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """One reading: who, when, what, by which right, why it was drawn; and its result."""
    form = LogReviewForm(request.POST if request.method == "POST" else None)
    drafts.begin(request, form)
    status, conflict = HTTPStatus.OK, ""
    if form.is_valid():
        try:
            decide(request.user, review_id, **form.cleaned_data)
        except Invalid as wrong:
            for name, message in wrong.errors:
                form.add_error(name if name in form.fields else None, message)
        except Conflict as lost:
            status, conflict = HTTPStatus.CONFLICT, lost.message
        else:
            messages.success(request, _("Granskningen är sparad."))
            return redirect("log-reviews")
    if form.is_bound and form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    with look(request.user, "log_review") as door:
        found = log_reviews.readable(request.user).filter(pk=review_id).first()
        if found is None:
            raise Unseen
        others = [wording.seen(entry) for entry in log_reviews.beside(found)[:BESIDE]]
        may_decide = found.reviewed_at is None and log_reviews.to_decide(request.user).filter(pk=found.pk).exists()
        left_alone = log_reviews.is_left_alone(found, door.now)
        _log(door, found)
    context = {
        "line": _line(found),
        "left_alone": left_alone,
        "others": others,
        "form": form if may_decide or conflict else None,
        "conflict": conflict,
        "now": door.now,
    }
    return render(request, "workflows/log/review.html", context, status=status)


@only_in(Place.LOG_REVIEWS)
@require_POST
def block(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Jäv about the child whose case was read."""
    declare(request.user, review_id)
    messages.success(request, _("Du har anmält jäv. Du ser inte längre något om barnet."))
    return redirect("log-reviews")


def _line(review: LogReview) -> dict[str, object]:
    entry = review.entry
    return {
        "review": review,
        "seen": wording.seen(entry),
        "number": entry.case.number if entry.case else "",
        "cases": len(entry.cases),
    }


def _deviations(door: Look) -> list[dict[str, object]]:
    """The rights on single cases that are too many or too few now: whose, on which case by its number, and what is wrong.

    Nothing of a child of whom the reader must see nothing (jäv): another reviewer has that line.
    """
    hidden = CaseBlock.objects.filter(user=door.user, ended_at__isnull=True).values("child")
    shown = Case.objects.select_related("report").exclude(child__in=hidden)
    every = deviations()
    cases = shown.in_bulk([one.case_id for one in every])
    found = [one for one in every if one.case_id in cases]
    people = User.objects.select_related("unit").in_bulk([one.user_id for one in found if one.user_id])
    if found:
        door.listed(list(cases))
    return [
        {
            "who": people[one.user_id] if one.user_id else _("En hel enhet"),
            "number": cases[one.case_id].number,
            "what": rights_words.DEVIATES[one.what],
        }
        for one in found
    ]


def _log(door: Look, *reviews: LogReview) -> None:
    door.listed(list(dict.fromkeys(one.entry.case_id for one in reviews if one.entry.case_id)))
