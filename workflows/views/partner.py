"""A partner's own receipts: number and time, nothing else."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from riskzon.doors import glance
from riskzon.matrix import Place
from workflows import receipts as own
from workflows.views.gates import only_in

PER_PAGE = 50


@only_in(Place.RECEIPTS)
@require_safe
def receipts(request: HttpRequest) -> HttpResponse:
    """Everything this partner has sent, newest first."""
    with glance(request.user, "receipts"):
        page = Paginator(own.own_receipts(request.user), PER_PAGE).get_page(request.GET.get("page"))
        return render(request, "workflows/intake/partner_receipts.html", {"page": page})
