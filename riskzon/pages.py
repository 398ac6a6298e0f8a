"""Pages that belong to the whole product and to no case."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement (lag 2018:1937, 14 §), open to everybody."""
    return render(request, "riskzon/accessibility.html")
