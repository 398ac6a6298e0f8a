"""Who in the unit is away, registering an absence, and ending one early."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from riskzon import clock, drafts
from riskzon.absence import not_over
from riskzon.errors import Conflict, Invalid
from riskzon.matrix import Place
from riskzon.models import User
from workflows.forms.absence import AbsenceForm
from workflows.verbs import absences as verbs
from workflows.views.gates import only_in


@only_in(Place.ABSENCE)
@require_http_methods(["GET", "HEAD", "POST"])
def absence(request: HttpRequest) -> HttpResponse:
    """The absences of the unit that hold or are to come, and a form for one more."""
    now = clock.now()
    form = AbsenceForm(request.POST if request.method == "POST" else None, now=now, **_choices(request.user))
    status = HTTPStatus.OK
    if request.method == "POST":
        if form.is_valid() and _registered(request, form):
            return redirect("absence")
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    else:
        drafts.begin(request, form)
    found = verbs.seen_by(request.user).filter(not_over(now)).select_related("person__unit", "cover")
    rows = [(row, row.starts_at <= now, verbs.may_change(request.user, row)) for row in found]
    context = {"form": form, "rows": rows, "now": now, "several_units": len({row.person.unit_id for row in found}) > 1}
    return render(request, "workflows/absence.html", context, status=status)


@only_in(Place.ABSENCE)
@require_POST
def end(request: HttpRequest, absence_id: UUID) -> HttpResponse:
    """End an absence before its time, or call off one to come."""
    try:
        verbs.end_absence(request.user, absence_id)
    except Conflict as late:
        messages.error(request, late.message)
    else:
        messages.success(request, _("Frånvaron är avslutad. Det som har flyttats ligger kvar där det är."))
    return redirect("absence")


def _registered(request: HttpRequest, form: AbsenceForm) -> bool:
    """Whether the verb has taken it; what it found wrong is put at its field."""
    try:
        verbs.register_absence(request.user, **form.cleaned_data)
    except Invalid as wrong:
        for field, message in wrong.errors:
            form.add_error(field, message)
        return False
    messages.success(request, _("Frånvaron är registrerad."))
    return True


def _choices(user: User) -> dict[str, Any]:
    people = {user.username: str(user)}
    staff = list(verbs.staff_of(user).order_by("first_name", "last_name"))
    people |= {person.username: str(person) for person in staff}
    colleagues = {person.username: str(person) for person in verbs.may_cover(user)}
    if staff:
        colleagues |= people
    return {"people": list(people.items()), "colleagues": sorted(colleagues.items(), key=lambda one: one[1])}
