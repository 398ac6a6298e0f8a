"""How does what somebody has typed survive until it is sent: a lost session, a dead network, a fault of ours?

Every form carries a token: who it was shown to, at which address, and which showing it was. The browser sends the form
here while somebody types, and the middleware keeps whatever was posted and not taken. So a text is kept also for those
whose session has run out; it is shown again on the form's own page only, to the one who typed it, past the same door.
Drafts go when the form is sent, when they are thrown away, or after three days.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import structlog
from django import forms
from django.core import signing
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from riskzon import clock, narrow
from riskzon.models import Draft
from riskzon.narrow import Part

log = structlog.get_logger()

KEPT = timedelta(days=3)
LARGEST = 200_000  # characters: the largest form with every text filled
FIELD = "draft"
_SALT = "riskzon.drafts"
_NOT_TYPED = frozenset({"csrfmiddlewaretoken", FIELD, "do"})

_GetResponse = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True)
class Showing:
    """One form as it was shown: to whom, at which address. `page` is its name, known to nobody else."""

    user_id: str
    path: str
    page: str

    @property
    def token(self) -> str:
        return signing.dumps([self.user_id, self.path, self.page], salt=_SALT)


def showing(request: HttpRequest) -> Showing:
    """What the form on this page says of itself: as it was posted, as its draft was, or anew."""
    draft: Draft | None = getattr(request, "draft", None)
    again = posted(request)
    if again is not None and again.user_id == str(request.user.pk):
        return again
    page = draft.page if draft else secrets.token_hex(10)
    return Showing(str(request.user.pk), request.get_full_path(), page)


def posted(request: HttpRequest) -> Showing | None:
    """Which form of ours was sent; None if it was none, or is too old for a draft."""
    if request.method != "POST":
        return None
    try:
        return Showing(*signing.loads(request.POST.get(FIELD, ""), salt=_SALT, max_age=KEPT))
    except (signing.BadSignature, TypeError, MultiPartParserError, SuspiciousOperation, UnreadablePostError):
        return None


def keep(form: Showing, typed: Iterable[tuple[str, str]]) -> bool:
    """Keep what was typed, and forget what is old. False: it is too long, or this form has been sent already."""
    fields = [(name, text.replace("\0", "")) for name, text in typed if name not in _NOT_TYPED]
    if len(form.path) > Draft._meta.get_field("path").max_length or sum(len(text) for _, text in fields) > LARGEST:
        return False
    now = clock.now()
    with transaction.atomic():
        draft, _ = Draft.objects.select_for_update().get_or_create(
            page=form.page, defaults={"user_id": form.user_id, "path": form.path, "fields": [], "saved_at": now}
        )
        if draft.fields is None:
            return False
        draft.fields, draft.saved_at = fields, now
        draft.save(update_fields=["fields", "saved_at"])
    return True


def keep_posted(request: HttpRequest) -> Showing | None:
    """Keep the form of ours that was sent and not taken; None: it was none, or is not kept."""
    form = posted(request)
    try:
        return form if form is not None and keep(form, _pairs(request.POST)) else None
    except DatabaseError as problem:
        log.warning("draft_not_kept", error=type(problem).__name__)
        return None


def end(form: Showing) -> None:
    """The form has been sent, or its draft thrown away."""
    Draft.objects.update_or_create(
        page=form.page,
        defaults={"user_id": form.user_id, "path": form.path, "fields": None, "saved_at": clock.now()},
    )


def forget_old() -> int:
    """Remove every draft that nobody has touched for three days; how many."""
    return narrow.turn(Part.WORK, lambda: Draft.objects.filter(saved_at__lt=clock.now() - KEPT).delete()[0])


def restored(request: HttpRequest) -> QueryDict | None:
    """What this person has typed on this form and not sent. The caller has opened the page's own door first."""
    if request.method != "GET":
        return None
    found = Draft.objects.filter(
        user=request.user,
        path=request.get_full_path(),
        fields__isnull=False,
        saved_at__gte=clock.now() - KEPT,
    )
    draft = found.order_by("-saved_at").first()
    if draft is None:
        return None
    request.draft = draft  # type: ignore[attr-defined]
    typed = QueryDict(mutable=True)
    for name, text in draft.fields:
        typed.appendlist(name, text)
    return typed


def begin(request: HttpRequest, form: forms.Form) -> None:
    """Begin a form with what this person has typed in it and not sent. The caller has opened the page's own door first."""
    if typed := restored(request):
        fill(form, typed)


def fill(form: forms.Form, typed: QueryDict) -> None:
    """Begin a form with what was typed, unchecked."""
    for name, field in form.fields.items():
        form.initial[name] = field.widget.value_from_datadict(typed, {}, form.add_prefix(name))


@csrf_exempt  # the token in the form is a secret of its own, and outlives the session
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """What the browser sends while somebody types."""
    form = posted(request)
    if form is None:
        raise Http404
    return HttpResponse(status=HTTPStatus.CREATED if keep(form, _pairs(request.POST)) else HTTPStatus.CONFLICT)


@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Begin the form anew."""
    form = posted(request)
    if form is None or form.user_id != str(request.user.pk):
        raise Http404
    end(form)
    return redirect(form.path)


class DraftMiddleware:
    """Keeps what was posted and did not lead anywhere: wrong, refused, too late, logged out, or a fault of ours."""

    def __init__(self, get_response: _GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        form = posted(request)
        if form is None or getattr(request.resolver_match, "func", None) in (save, discard):
            return response
        if form.user_id != str(request.user.pk) or not isinstance(response, HttpResponseRedirect):
            keep_posted(request)
            return response
        try:
            end(form)
        except DatabaseError as problem:
            log.warning("draft_not_ended", error=type(problem).__name__)
        return response


def _pairs(typed: QueryDict) -> list[tuple[str, Any]]:
    return [(name, text) for name, texts in typed.lists() for text in texts]
