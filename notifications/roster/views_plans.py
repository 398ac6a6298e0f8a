"""The pages on which the roster is laid: patterns, extra shifts, days called off, and who changed what."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.http import require_POST, require_safe

from notifications.roster import planning
from notifications.roster.core import Roster
from notifications.roster.forms import WEEKDAYS, EndForm, ExtraForm, PatternForm
from notifications.roster.gates import PersonsRequest, only_in
from notifications.roster.history import changes
from notifications.roster.models import DutyAbsence, DutyExtra, DutyPattern
from notifications.roster.reading import read
from notifications.roster.spans import end_day
from notifications.roster.words import stretch_words
from riskzon import clock
from riskzon.doors import unseen
from riskzon.errors import Invalid
from riskzon.localtime import local_date
from riskzon.matrix import Place
from riskzon.models import User

_CHANGES = 50


def minutes_words(minutes: int) -> str:
    """Minutes past midnight as `17.00`."""
    return _("%(hours)s.%(minutes)s") % {"hours": f"{minutes // 60:02d}", "minutes": f"{minutes % 60:02d}"}


def pattern_words(row: DutyPattern | DutyExtra) -> str:
    """`17.00–08.00 nästa dag`."""
    words = {"start": minutes_words(row.starts), "end": minutes_words(row.ends)}
    if isinstance(row, DutyPattern) and row.starts == row.ends == 0:
        return _("Hela dygnet")
    return (_("%(start)s–%(end)s") if row.ends > row.starts else _("%(start)s–%(end)s nästa dag")) % words


@only_in(Place.ROSTER_PLAN)
@require_safe
def patterns(request: PersonsRequest) -> HttpResponse:
    """Every pattern that still holds, what differs from it, and the last changes."""
    now, roster = clock.now(), read()
    today = local_date(now)
    held = [
        row
        for row in DutyPattern.objects.select_related("person").order_by("person__username", "weekday", "starts")
        if min(row.valid_to or today, row.last_day or today) >= today
    ]
    extras = DutyExtra.objects.filter(ended_at__isnull=True, day__gte=today).select_related("person")
    absences = DutyAbsence.objects.filter(ended_at__isnull=True, day__gte=today).select_related("pattern__person")
    context = {
        "now": now,
        "patterns": [
            {
                "row": row,
                "weekday": WEEKDAYS[row.weekday][1],
                "when": pattern_words(row),
                "until": row.last_day if row.last_day else row.valid_to,
                "is_known": row.person_id in roster.people,
            }
            for row in held
        ],
        "extras": [{"row": row, "when": stretch_words(*roster.whole(row, row.day))} for row in extras],
        "absences": [
            {"row": row, "when": stretch_words(*roster.whole(row.pattern, row.day))}
            for row in absences
            if end_day(row.day, row.pattern.starts, row.pattern.ends) >= today
        ],
        "changes": changes(_CHANGES),
    }
    return render(request, "notifications/roster/patterns.html", context)


@method_decorator(only_in(Place.ROSTER_PLAN), name="dispatch")  # type: ignore[arg-type]
class PlanPage(View):
    """A page with one form; what is wrong comes back with 422, as filled in."""

    http_method_names = ["get", "head", "post"]
    title: ClassVar[Any]
    button: ClassVar[Any] = gettext_lazy("Spara")
    lead: ClassVar[Any] = ""
    done: ClassVar[Any]
    form_class: ClassVar[type[Any]]

    def get(self, request: PersonsRequest, **kwargs: UUID) -> HttpResponse:
        return self._show(request, self.form(None, read(), clock.now(), **kwargs), kwargs)

    def post(self, request: PersonsRequest, **kwargs: UUID) -> HttpResponse:
        form = self.form(request.POST, read(), clock.now(), **kwargs)
        if form.is_valid():
            try:
                self.act(request, form.cleaned_data, **kwargs)
            except Invalid as wrong:
                for field, message in wrong.errors:
                    form.add_error(field if field in form.fields else None, message)
            else:
                messages.success(request, str(self.done))
                return redirect("roster-patterns")
        return self._show(request, form, kwargs, HTTPStatus.UNPROCESSABLE_ENTITY)

    def form(self, data: Mapping[str, Any] | None, roster: Roster, now: datetime, **kwargs: UUID) -> forms.Form:
        made: forms.Form = self.form_class(data, people=roster.people.values(), today=local_date(now))
        return made

    def act(self, request: PersonsRequest, data: dict[str, Any], **kwargs: UUID) -> object:
        raise NotImplementedError

    def about(self, user: User, **kwargs: UUID) -> str:
        """What the page is about, beside its title."""
        return ""

    def _show(
        self, request: PersonsRequest, form: forms.Form, kwargs: Mapping[str, UUID], status: HTTPStatus = HTTPStatus.OK
    ) -> HttpResponse:
        context = {
            "form": form,
            "title": self.title,
            "button": self.button,
            "lead": self.lead,
            "about": self.about(request.user, **kwargs),
        }
        return render(request, "notifications/roster/form.html", context, status=status)


class NewPattern(PlanPage):
    title = gettext_lazy("Nytt veckopass")
    lead = gettext_lazy(
        "Samma pass på en eller flera veckodagar. Klockslagen är svensk tid, även de nätter klockan ställs om."
    )
    done = gettext_lazy("Veckopasset är tillagt.")
    form_class = PatternForm

    def act(self, request: PersonsRequest, data: dict[str, Any], **kwargs: UUID) -> object:
        return planning.add_patterns(request.user, **data)


class NewExtra(PlanPage):
    title = gettext_lazy("Nytt extrapass")
    done = gettext_lazy("Extrapasset är tillagt.")
    form_class = ExtraForm

    def act(self, request: PersonsRequest, data: dict[str, Any], **kwargs: UUID) -> object:
        return planning.add_extra(request.user, **data)


class EndPattern(PlanPage):
    title = gettext_lazy("Avsluta veckopasset")
    button = gettext_lazy("Avsluta")
    lead = gettext_lazy(
        "Passen fram till och med den dagen är kvar. Det går inte att ångra; ett nytt veckopass kan läggas."
    )
    done = gettext_lazy("Veckopasset är avslutat.")
    form_class = EndForm

    def form(self, data: Mapping[str, Any] | None, roster: Roster, now: datetime, **kwargs: UUID) -> forms.Form:
        return EndForm(data, initial={"last_day": local_date(now)})

    def act(self, request: PersonsRequest, data: dict[str, Any], **kwargs: UUID) -> object:
        return planning.end_pattern(request.user, kwargs["pattern_id"], last_day=data["last_day"])

    def about(self, user: User, **kwargs: UUID) -> str:
        row = DutyPattern.objects.select_related("person").filter(pk=kwargs["pattern_id"]).first()
        if row is None:
            raise unseen(user, "roster.pattern")
        return f"{row.person}, {WEEKDAYS[row.weekday][1]} {pattern_words(row)}"


@only_in(Place.ROSTER_PLAN)
@require_POST
def restore(request: PersonsRequest, absence_id: UUID) -> HttpResponse:
    """Let a shift that was called off be worked after all."""
    try:
        planning.restore(request.user, absence_id)
    except Invalid as wrong:
        messages.error(request, " ".join(message for _field, message in wrong.errors))
    else:
        messages.success(request, _("Passet gäller igen."))
    return redirect("roster-patterns")
