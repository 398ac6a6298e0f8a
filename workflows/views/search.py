"""Finding a case by personnummer, name or case number, without the words ever standing in an address."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from riskzon.doors import look
from riskzon.errors import Invalid
from riskzon.matrix import Place
from workflows import worklist as lists
from workflows.forms.worklist import SearchForm
from workflows.views.gates import only_in
from workflows.views.worklist import rows_of

MOST = 50


@only_in(Place.SEARCH)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """A case number opens its case; everything else gives a list, logged as a search."""
    if request.method != "POST":
        return render(request, "workflows/search.html", {"form": SearchForm()})
    form = SearchForm(request.POST)
    if not form.is_valid():
        return render(request, "workflows/search.html", {"form": form}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    text = form.cleaned_data["q"]
    try:
        with look(request.user, "search") as door:
            found = lists.search(door, text, limit=MOST + 1)
            rows = rows_of(found[:MOST], door.user, door.now)
    except Invalid as wrong:
        form.add_error("q", wrong.errors[0][1])
        return render(request, "workflows/search.html", {"form": form}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if len(found) == 1 and lists.parse_number(text):
        return redirect("case", found[0].pk)
    context = {"form": form, "rows": rows, "searched": True, "has_more": len(found) > MOST, "now": door.now}
    return render(request, "workflows/search.html", context)
