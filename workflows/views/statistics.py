"""The figures that may leave the house, for those who see no case."""

from datetime import date
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from riskzon.doors import look
from riskzon.localtime import local_date
from riskzon.matrix import Place
from workflows.forms.statistics import PeriodForm
from workflows.published import publish
from workflows.views.gates import only_in
from workflows.views.statistics_tables import month_chart, small_tables, wide_tables


@only_in(Place.STATISTICS)
@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """All units together, whole months, small numbers hidden; the year that has been, unless other months are asked for."""
    with look(request.user, "statistics") as door:
        today = local_date(door.now)
        proposed = {"first": f"{_year_ago(today):%Y-%m}", "last": f"{today:%Y-%m}"}
        form = PeriodForm(request.GET if request.GET else proposed)
        status, found = HTTPStatus.OK, None
        if form.is_valid():
            found = publish(form.cleaned_data["first"], form.cleaned_data["last"], door.now)
            door.listed([])
        else:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        measures = found["measures"] if found else []
        context = {
            "form": form,
            "now": door.now,
            "first": date.fromisoformat(found["from"]) if found else None,
            "last": date.fromisoformat(found["to"]) if found else None,
            "wide": wide_tables(measures) if measures else [],
            "small": small_tables(measures) if measures else [],
            "chart": month_chart(measures),
        }
        return render(request, "workflows/board/statistics.html", context, status=status)


def _year_ago(today: date) -> date:
    """The first day of the month eleven months before: twelve months in all."""
    months = today.year * 12 + today.month - 1 - 11
    return date(months // 12, months % 12 + 1, 1)
