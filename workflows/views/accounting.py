"""Is every report accounted for? The figure, and every fault by name."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from riskzon.doors import look
from riskzon.matrix import Place
from workflows.accounting import account
from workflows.views.gates import only_in


@only_in(Place.ACCOUNTING)
@require_safe
def accounting(request: HttpRequest) -> HttpResponse:
    """Numbers only, each a row of the list in the log; a fault leads to its case where the reader may see it."""
    with look(request.user, "accounting") as door:
        found = account(door.now)
        ids = list({fault.case_id for fault in found.faults if fault.case_id})
        open_to = set(door.cases.filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
        door.listed(ids)
        faults = [(fault, fault.case_id in open_to) for fault in found.faults]
        context = {"account": found, "faults": faults, "now": door.now}
        return render(request, "workflows/board/accounting.html", context)
