"""Which addresses under `/api/v1/` answer, and what do all the others say?"""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.csrf import csrf_exempt

from riskzon.api import problems
from riskzon.api.app import api, strict
from riskzon.api.calls import (
    absences,
    cases,
    casework,
    conflicts,
    disclosures,
    emergencies,
    investigations,
    oversight,
    reports,
    roster,
    system,
)
from riskzon.errors import Unseen


@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponse:
    """404 like everything that is missing or hidden."""
    return problems.answer(request, Unseen())


for calls in (
    reports,
    cases,
    casework,
    investigations,
    oversight,
    system,
    conflicts,
    absences,
    roster,
    disclosures,
    emergencies,
):
    api.add_router("", calls.routes)

_addresses, _app_name, _namespace = api.urls

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((strict(_addresses), _app_name), namespace=_namespace)),
    re_path(r"", unknown, name="api-unknown"),
]
