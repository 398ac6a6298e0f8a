"""Roles that wait for an answer, the answer, and what the administrator asks for."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from riskzon import drafts, role_requests
from riskzon.clock import now as product_now
from riskzon.doors import glance, unseen
from riskzon.errors import Conflict, Invalid, Unseen
from riskzon.matrix import Place, has
from riskzon.models import RoleRequest, User
from workflows.forms.roles import AccountForm, RefusalForm, RoleForm
from workflows.verbs import accounts
from workflows.verbs import roles as verbs
from workflows.views.gates import only_in

_METHODS = ("GET", "HEAD", "POST")
#: So many answered ones are listed.
_ANSWERED = 50
_COLORS = {"waiting": "warning", "confirmed": "success", "refused": "danger", "withdrawn": "neutral"}


@only_in(Place.ROLES)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What waits, and the last that were answered; whoever leads a unit reads what is about it."""
    with glance(request.user, "roles"):
        rows = _readable(request)
        waiting = RoleRequest.State.WAITING
        context = {
            "waiting": [_line(row) for row in rows.filter(state=waiting)],
            "answered": [_line(row) for row in rows.exclude(state=waiting).order_by("-answered_at", "pk")[:_ANSWERED]],
            "asks": has(request.user, Place.ACCOUNTS),
            "closed": _closed()
            if any(has(request.user, place) for place in (Place.RIGHTS_REVIEW, Place.ACCOUNTS))
            else (),
            "now": product_now(),
        }
        return render(request, "workflows/roles/overview.html", context)


@only_in(Place.ROLES)
@require_safe
def one(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One request, and for whoever may answer it the answer."""
    return _show(request, request_id, RefusalForm())


@only_in(Place.ROLES_ANSWER)
@require_POST
def confirm(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Let the role hold; a first password stands in this answer and nowhere else."""
    try:
        confirmed, password = verbs.confirm(request.user, request_id)
    except Conflict as late:
        messages.error(request, late.message)
        return redirect("role-request", request_id)
    if password:
        context = {"person": confirmed.person, "password": password}
        return render(request, "workflows/roles/first_password.html", context)
    messages.success(request, _("Rollen är bekräftad. Den som har fått den och loggranskaren får veta det."))
    return redirect("role-request", request_id)


@only_in(Place.ROLES_ANSWER)
@require_POST
def refuse(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Say no, and why."""
    form = RefusalForm(request.POST)
    if not form.is_valid():
        return _show(request, request_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        verbs.refuse(request.user, request_id, answer=form.cleaned_data["answer"])
    except Conflict as late:
        messages.error(request, late.message)
    else:
        messages.success(request, _("Rollen är avslagen. Ingen har fått den."))
    return redirect("role-request", request_id)


@only_in(Place.ACCOUNTS)
@require_http_methods(_METHODS)
def new_account(request: HttpRequest) -> HttpResponse:
    """A new person, and the role that somebody is to confirm."""
    form = AccountForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = verbs.make_account(request.user, **form.asked())
        except Invalid as wrong:
            _say(form, wrong)
        else:
            messages.success(request, _("Kontot är gjort. Det öppnas när rollen är bekräftad."))
            return redirect("account-of", made.person_id)
    drafts.begin(request, form)
    return render(request, "workflows/roles/account_new.html", {"form": form}, status=_status(form))


@only_in(Place.ACCOUNTS)
@require_http_methods(_METHODS)
def ask(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Ask for another role for somebody, or for the same again."""
    person = accounts.people().filter(pk=person_id).first()
    if person is None:
        raise unseen(request.user, "role_ask")
    form = RoleForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            verbs.ask(request.user, person_id, **form.asked())
        except Invalid as wrong:
            _say(form, wrong)
        except Conflict as late:
            messages.error(request, late.message)
            return redirect("account-of", person_id)
        else:
            messages.success(request, _("Rollen väntar på den som leder. Du får veta svaret."))
            return redirect("account-of", person_id)
    drafts.begin(request, form)
    return render(request, "workflows/roles/ask.html", {"form": form, "person": person}, status=_status(form))


@only_in(Place.ACCOUNTS)
@require_http_methods(_METHODS)
def new_password(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The password is forgotten: whoever leads hands over a new first one. Asked once more, for it holds at once."""
    if request.method != "POST":
        return _sure(request, person_id, "new_password")
    done = _("Lösenordet gäller inte mer. Den som leder bekräftar rollen igen och ger personen ett nytt.")
    return _end(request, person_id, verbs.new_password, done)


@only_in(Place.ACCOUNTS)
@require_http_methods(_METHODS)
def close_account(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """End somebody's account. Asked once more: the cases go to others at once, and do not come back by themselves."""
    if request.method != "POST":
        return _sure(request, person_id, "close")
    return _end(request, person_id, verbs.close_account, _("Kontot är avslutat, med alla inloggningar."))


def _end(request: HttpRequest, person_id: UUID, act: Callable[[User, UUID], object], done: str) -> HttpResponse:
    try:
        act(request.user, person_id)
    except Conflict as first:
        messages.error(request, first.message)
    else:
        messages.success(request, done)
    return redirect("account-of", person_id)


def _sure(request: HttpRequest, person_id: UUID, what: str) -> HttpResponse:
    person = accounts.people().filter(pk=person_id).first()
    if person is None or not accounts.offers(request.user, person)[what]:
        raise unseen(request.user, f"account_{what}")
    return render(request, "workflows/roles/sure.html", {"person": person, "what": what})


def _closed() -> QuerySet[User]:
    """The accounts that are closed and for which nothing is asked."""
    waiting = RoleRequest.objects.filter(state=RoleRequest.State.WAITING).values("person")
    found = accounts.people().filter(is_active=False).exclude(pk__in=waiting)
    return found.order_by("last_name", "first_name", "username")


def _readable(request: HttpRequest) -> QuerySet[RoleRequest]:
    return role_requests.readable(request.user).select_related("person", "unit", "asked_by", "answered_by")


def _line(row: RoleRequest) -> dict[str, Any]:
    return {"row": row, "state": row.get_state_display(), "color": _COLORS[row.state]}


def _show(request: HttpRequest, request_id: UUID, form: Form, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    with glance(request.user, "role_request"):
        row = _readable(request).filter(pk=request_id).first()
        if row is None:
            raise Unseen
        waits = row.state == RoleRequest.State.WAITING
        may_answer = (
            has(request.user, Place.ROLES_ANSWER) and role_requests.answerable(request.user).filter(pk=row.pk).exists()
        )
        if may_answer:
            drafts.begin(request, form)
        context = {
            **_line(row),
            "form": form,
            "answers": may_answer,
            "who": role_requests.who_answers(row) if waits else [],
        }
        return render(request, "workflows/roles/one.html", context, status=status)


def _say(form: Form, wrong: Invalid) -> None:
    for field, message in wrong.errors:
        form.add_error(field or None, message)


def _status(form: Form) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
