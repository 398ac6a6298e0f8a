"""Emergency access (nödåtkomst): the form that opens a case, and the page on which it is vouched for and reviewed."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from riskzon import drafts, emergency
from riskzon.access import ground_of
from riskzon.doors import Look, look, unseen
from riskzon.errors import Conflict, Invalid, Unseen
from riskzon.matrix import Place
from riskzon.models import EmergencyAccess
from workflows.forms.emergency import EmergencyForm, EmergencyReviewForm
from workflows.verbs import emergency as verbs
from workflows.views.gates import only_in

#: How many of the own ones the form's page lists.
MOST = 10


@only_in(Place.EMERGENCY)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form. What does not exist and what this person must not see are the same answer, on the same page."""
    form = EmergencyForm(request.POST if request.method == "POST" else None)
    drafts.begin(request, form)
    status = HTTPStatus.OK
    if form.is_valid():
        try:
            found = verbs.ask(request.user, **form.cleaned_data)
        except Invalid as wrong:
            for name, message in wrong.errors:
                form.add_error(name if name in form.fields else None, message)
        except Conflict as lost:
            form.add_error(None, lost.message)
            status = HTTPStatus.CONFLICT
        except Unseen:
            form.add_error("q", _("Det finns inget ärende med det numret som du kan öppna."))
        else:
            if found.access is None or found.case_id is not None:
                return redirect("case", found.case_id)
            messages.success(request, _("En andra person behöver bekräfta. Du får ett meddelande när det är gjort."))
            return redirect("emergency-access", found.access.pk)
    if form.is_bound and form.errors and status == HTTPStatus.OK:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    with look(request.user, "emergency") as door:
        context = {"form": form, "own": _own(door), "now": door.now}
    return render(request, "workflows/emergency/ask.html", context, status=status)


@only_in(Place.EMERGENCY_ANSWER)
@require_http_methods(["GET", "HEAD", "POST"])
def access(request: HttpRequest, access_id: UUID) -> HttpResponse:
    """One access: who, why, until when, and what the review came to; its form for whoever reviews it."""
    form = EmergencyReviewForm(request.POST if request.method == "POST" else None)
    drafts.begin(request, form)
    status, conflict = HTTPStatus.OK, ""
    if request.method == "POST" and form.is_valid():
        try:
            verbs.review(request.user, access_id, **form.cleaned_data)
        except Invalid as wrong:
            for name, message in wrong.errors:
                form.add_error(name if name in form.fields else None, message)
        except Conflict as lost:
            status, conflict = HTTPStatus.CONFLICT, lost.message
        else:
            messages.success(request, _("Nödåtkomsten är granskad."))
            return redirect("emergency-access", access_id)
    with look(request.user, "emergency_access") as door:
        row = _seen(door, access_id)
        context = {"form": form, "conflict": conflict, **_shown(door, row)}
    if request.method == "POST" and not context["may_review"] and not conflict:
        raise unseen(request.user, "emergency_review")
    if form.is_bound and form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "workflows/emergency/access.html", context, status=status)


@only_in(Place.EMERGENCY_ANSWER)
@require_POST
def confirm(request: HttpRequest, access_id: UUID) -> HttpResponse:
    """Vouch for a colleague."""
    try:
        verbs.confirm(request.user, access_id)
    except Conflict as lost:
        messages.error(request, lost.message)
    else:
        messages.success(request, _("Nödåtkomsten är bekräftad. Kollegan kan läsa ärendet."))
    return redirect("emergency-access", access_id)


def _seen(door: Look, access_id: UUID) -> EmergencyAccess:
    related = ("case__report", "case__unit", "user__unit", "confirmed_by", "reviewed_by")
    found = EmergencyAccess.objects.select_related(*related).filter(pk=access_id).first()
    if found is None or not emergency.may_see(door.user, found, door.now):
        raise Unseen
    door.listed([found.case_id])
    return found


def _shown(door: Look, row: EmergencyAccess) -> dict[str, object]:
    user, now = door.user, door.now
    return {
        "access": row,
        "now": now,
        "may_vouch": emergency.may_vouch(user, row, now),
        "may_review": emergency.may_review(user, row, now),
        "is_own": row.user_id == user.pk,
        "reads_case": ground_of(user, row.case_id, now) is not None,
        # Until a second person has vouched for it nothing is told of the case, not even which one the child has.
        "shows_number": row.opened_at is not None or row.user_id != user.pk,
        "waits": row.waits(now),
        "is_late": row.review_by < now,
    }


def _own(door: Look) -> list[dict[str, object]]:
    """The newest of one's own; none of a child from whom a block keeps the person since."""
    mine = EmergencyAccess.objects.filter(user=door.user, case__in=emergency.openable(door.user))
    rows = list(mine.select_related("case__report").order_by("-asked_at")[:MOST])
    if rows:
        door.listed([row.case_id for row in rows])
    return [{"row": row, "number": row.case.number if row.opened_at else ""} for row in rows]
