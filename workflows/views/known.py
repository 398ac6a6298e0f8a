"""Is the child known? A look-up for social services, on a page of its own; nothing of it is ever in an address."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from riskzon import clock
from riskzon.errors import Invalid
from riskzon.matrix import Place
from workflows.forms.known import KnownForm
from workflows.verbs.known import is_known
from workflows.views.gates import only_in


@only_in(Place.KNOWN)
@require_http_methods(["GET", "HEAD", "POST"])
def known(request: HttpRequest) -> HttpResponse:
    """An empty form, or what a posted one found."""
    now = clock.now()
    form = KnownForm(request.POST if request.method == "POST" else None, now=now)
    found, status = None, HTTPStatus.OK
    if form.is_valid():
        try:
            found = is_known(request.user, **form.cleaned_data)
        except Invalid as problem:
            for name, message in problem.errors:
                form.add_error(name if name in form.fields else None, message)
    if form.is_bound and form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "workflows/intake/known.html", {"form": form, "found": found, "now": now}, status=status)
