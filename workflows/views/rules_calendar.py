"""The yearly calendar: what closed days, clock changes and short months do to the limits, and what they never do."""

from datetime import datetime
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from riskzon import clock
from riskzon.doors import unseen
from riskzon.localtime import STOCKHOLM
from riskzon.matrix import Place
from riskzon.timewords import local
from workflows.forms.rules import ExampleForm
from workflows.rules import Rulebook
from workflows.views import wording
from workflows.views.gates import only_in
from workflows.yearly import YEARS, clock_nights, examples, leap_births, months, short_months


@only_in(Place.RULES)
@require_safe
def this_year(request: HttpRequest) -> HttpResponse:
    """The calendar of the year that it is."""
    return redirect("rules-calendar-year", local(clock.now()).year)


@only_in(Place.RULES)
@require_safe
def calendar(request: HttpRequest, year: int) -> HttpResponse:
    """One year, and the limits of a clock that starts at a chosen moment of it."""
    if year not in YEARS:
        raise unseen(request.user, "rules.calendar")
    now, book = clock.now(), Rulebook.read()
    proposed = {"day": f"{year}-10-31", "clock": "14.00"}
    form = ExampleForm(request.GET if "day" in request.GET else proposed, year=year)
    start = form.cleaned_data["start"] if form.is_valid() else None
    # By the rules that hold now: a year that has been is not judged anew.
    at = max(now, start) if start else now
    context = {
        "form": form,
        "now": now,
        "year": year,
        "before": year - 1 if year - 1 in YEARS else None,
        "after": year + 1 if year + 1 in YEARS else None,
        "months": months(year),
        "start": start,
        "examples": [
            {"one": one, "length": wording.rule(one.rule), "ground": wording.ground(one.rule)}
            for one in (examples(start, book, at) if start else [])
        ],
        "short": [
            {"one": one, "days": (one.last - one.first).days}
            for one in short_months(year, book, max(now, _first(year)))
        ],
        "nights": clock_nights(year),
        "leap": leap_births(year),
    }
    status = HTTPStatus.OK if start else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "workflows/rules/calendar.html", context, status=status)


def _first(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=STOCKHOLM)
