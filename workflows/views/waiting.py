"""What waits for the reader: each thing on one line, with what decides it."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from riskzon.doors import look
from riskzon.matrix import Place
from riskzon.models import Role
from workflows.board import OVERSEERS
from workflows.views.casebar import address
from workflows.views.gates import only_in
from workflows.waiting import case_ids, lines

PER_PAGE = 50


@only_in(Place.WAITING)
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Everything that waits for the reader, the oldest limit first."""
    with look(request.user, "waiting") as door:
        page = Paginator(lines(door), PER_PAGE).get_page(request.GET.get("page"))
        door.listed(case_ids(list(page.object_list)))
    context = {
        "page": page,
        "now": door.now,
        "is_head": request.user.role == Role.HEAD,
        "has_since": request.user.role in OVERSEERS,
        "roster_url": address("roster"),
        "deliveries_url": address("deliveries") if request.user.role in OVERSEERS else "",
    }
    return render(request, "workflows/waiting.html", context)
