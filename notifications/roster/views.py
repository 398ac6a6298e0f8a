"""The roster, one shift, and what can be done with a shift: offered, taken, moved, called off."""

from collections.abc import Callable
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notifications.roster import page, planning, swaps
from notifications.roster.core import Roster, Row
from notifications.roster.door import PLANS
from notifications.roster.forms import MoveForm, OfferForm
from notifications.roster.gates import PersonsRequest, only_in
from notifications.roster.models import DutyExtra, DutyOffer, DutyPattern
from notifications.roster.reading import DAYS_BACK, read
from notifications.roster.words import gap_words, stretch_words
from riskzon import clock
from riskzon.doors import unseen
from riskzon.errors import Invalid
from riskzon.localtime import BadDate, local_date, parse_date
from riskzon.matrix import Place
from riskzon.models import User

#: Patterns may be laid further ahead; nobody looks at them by the day.
_DAYS_AHEAD = 730


@only_in(Place.ROSTER)
@require_safe
def show(request: PersonsRequest) -> HttpResponse:
    """Who is on duty the next 14 days, or from the day that `from` names; today first."""
    now, roster = clock.now(), read()
    first = _first_day(request.GET.get("from", ""), local_date(now))
    offers = page.open_offers(now)
    offered = {(offer.row_id, offer.day): offer for offer in offers}
    step = timedelta(days=page.DAYS)
    context = {
        "now": now,
        "days": page.days(roster, first, now, request.user, offered),
        "is_first": first <= local_date(now),
        "earlier": first - step if first > local_date(now) else None,
        "later": first + step,
        "on_duty": [roster.people[one].name for one in roster.on_duty(now)],
        "gaps": [gap_words(gap) for gap in roster.gaps(now, now + step)],
        "offers": [
            {"offer": offer, "when": stretch_words(*roster.whole(row, offer.day))}
            for offer in offers
            if request.user.pk in roster.people and (row := _running(roster, offer, now)) is not None
        ],
        "may_plan": request.user.role in PLANS,
    }
    return render(request, "notifications/roster/roster.html", context)


@only_in(Place.ROSTER)
@require_safe
def shift(request: PersonsRequest, row_id: UUID, day: str) -> HttpResponse:
    """One shift: who has it, what has become of it, and what the reader may do with it."""
    return _shift_page(request, *_asked_for(request.user, row_id, day))


@only_in(Place.OWN_SHIFTS)
@require_http_methods(["POST"])
def offer(request: PersonsRequest, row_id: UUID, day: str) -> HttpResponse:
    """Offer an own shift."""
    return _act(
        request,
        *_asked_for(request.user, row_id, day),
        OfferForm,
        lambda row, on, data: swaps.offer(request.user, row.pk, on, to=data["person"]),
        _("Passet är erbjudet. Det är ditt tills någon tar det."),
    )


@only_in(Place.ROSTER_PLAN)
@require_http_methods(["POST"])
def move(request: PersonsRequest, row_id: UUID, day: str) -> HttpResponse:
    """Give a shift to somebody else."""
    return _act(
        request,
        *_asked_for(request.user, row_id, day),
        MoveForm,
        lambda row, on, data: swaps.move(request.user, row.pk, on, to=data["person"]),
        _("Passet är flyttat, och båda har fått veta det."),
    )


@only_in(Place.ROSTER_PLAN)
@require_POST
def call_off(request: PersonsRequest, row_id: UUID, day: str) -> HttpResponse:
    """Call a shift off."""
    row, on, _roster = _asked_for(request.user, row_id, day)
    planning.call_off(request.user, row.pk, on)
    messages.success(request, _("Passet är inställt."))
    return redirect("roster")


@only_in(Place.OWN_SHIFTS)
@require_POST
def take(request: PersonsRequest, offer_id: UUID) -> HttpResponse:
    """Take over a shift that is offered."""
    try:
        taken = swaps.take(request.user, offer_id)
    except Invalid as wrong:
        messages.error(request, " ".join(message for _field, message in wrong.errors))
        found = DutyOffer.objects.get(pk=offer_id)
        return redirect("roster-shift", found.row_id, found.day.isoformat())
    messages.success(request, _("Passet är ditt."))
    return redirect("roster-shift", taken.row_id, taken.day.isoformat())


@only_in(Place.OWN_SHIFTS)
@require_POST
def withdraw(request: PersonsRequest, offer_id: UUID) -> HttpResponse:
    """Take back an own offer, or say no to one."""
    swaps.withdraw(request.user, offer_id)
    messages.success(request, _("Passet erbjuds inte längre."))
    return redirect("roster")


def _first_day(asked: str, today: date) -> date:
    """The day that is asked for, between a year back and two years ahead; else today."""
    try:
        day = parse_date(asked)
    except BadDate:
        return today
    near = today - timedelta(days=DAYS_BACK) <= day <= today + timedelta(days=_DAYS_AHEAD)
    return day if near else today


def _asked_for(user: User, row_id: UUID, day: str) -> tuple[Row, date, Roster]:
    """The shift in the address. Unseen: there is none."""
    roster = read()
    row = roster.row(row_id)
    try:
        on = parse_date(day)
    except BadDate:
        raise unseen(user, "roster.shift") from None
    if row is None or not roster.takes_place(row, on):
        raise unseen(user, "roster.shift")
    return row, on, roster


def _running(roster: Roster, offer: DutyOffer, now: Any) -> Row | None:
    """The row of an offer whose shift is not over or called off."""
    row = roster.row(offer.row_id)
    if row is None or not roster.takes_place(row, offer.day) or not roster.left_of(row, offer.day, now):
        return None
    return row


def _act(
    request: PersonsRequest,
    row: Row,
    on: date,
    roster: Roster,
    form_class: type[OfferForm] | type[MoveForm],
    do: Callable[[Row, date, dict[str, Any]], object],
    said: str,
) -> HttpResponse:
    form = form_class(request.POST, people=_others(roster, row, on))
    if form.is_valid():
        try:
            do(row, on, form.cleaned_data)
        except Invalid as wrong:
            for field, message in wrong.errors:
                form.add_error(field if field in form.fields else None, message)
        else:
            messages.success(request, said)
            return redirect("roster-shift", row.pk, on.isoformat())
    return _shift_page(request, row, on, roster, form)


def _others(roster: Roster, row: Row, on: date) -> list[Any]:
    holder = roster.holder(row, on)
    return [person for person in roster.people.values() if person.id != holder]


def _shift_page(
    request: PersonsRequest, row: Row, on: date, roster: Roster, form: forms.Form | None = None
) -> HttpResponse:
    now, user = clock.now(), request.user
    left, holder = roster.left_of(row, on, now), roster.holder(row, on)
    which = {"pattern_id" if isinstance(row, DutyPattern) else "extra_id": row.pk, "day": on}
    offers = DutyOffer.objects.filter(**which).select_related(
        "from_person", "to_person", "taken_by", "moved_by", "ended_by", "added_by"
    )
    waiting = next((one for one in offers if one.taken_at is None and one.ended_at is None), None)
    is_own = holder == user.pk and user.pk in roster.people
    may_offer, may_move = bool(left and is_own and waiting is None), bool(left and user.role in PLANS)
    people = _others(roster, row, on)
    start, end = roster.whole(row, on)
    context = {
        "now": now,
        "row": row,
        "on": on,
        "when": stretch_words(start, end),
        "holder": User.objects.get(pk=holder),
        "is_known": holder in roster.people,
        "is_over": not left,
        "is_called_off": not left and end > now,
        "is_extra": isinstance(row, DutyExtra),
        "offers": offers,
        "waiting": waiting if left else None,
        "may_take": bool(
            left and waiting and user.pk in roster.people and not is_own and waiting.to_person_id in (None, user.pk)
        ),
        "may_withdraw": bool(left and waiting and user.pk in (waiting.from_person_id, waiting.to_person_id)),
        "is_own": is_own,
        "offer_form": (form if isinstance(form, OfferForm) else OfferForm(people=people)) if may_offer else None,
        "move_form": (form if isinstance(form, MoveForm) else MoveForm(people=people)) if may_move else None,
        "form": form,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form is not None and form.errors else HTTPStatus.OK
    return render(request, "notifications/roster/shift.html", context, status=status)
