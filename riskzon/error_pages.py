"""What does a person read when a page cannot be shown, and what may they do next?"""

import sys
from collections.abc import Callable, Sequence
from http import HTTPStatus
from urllib.parse import quote

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse

from riskzon import drafts
from riskzon.errors import Refused, Veiled

#: Seconds: the database is back sooner than that, as a rule.
RETRY_AFTER = "5"


def _page(request: HttpRequest, status: int, message: str = "") -> HttpResponse:
    return render(request, f"{status}.html", {"message": message}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, handler400. What the exception says is for programmers and not shown."""
    return _page(request, HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, handler403. The text given to PermissionDenied is shown: it is written for people."""
    return _page(request, HTTPStatus.FORBIDDEN, str(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, handler404: the same for what is missing and for what may not be seen."""
    return _page(request, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, handler500: needs neither the database nor a session, and gives the number that the log has.

    503 while the database is away: nothing is wrong with what was sent, and a little later it can be sent again.
    """
    number = getattr(request, "id", "") or request.headers.get("X-Request-ID", "")
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    return HttpResponse(
        render_to_string("500.html", {"number": str(number)[:36]}),
        status=HTTPStatus.SERVICE_UNAVAILABLE if away else HTTPStatus.INTERNAL_SERVER_ERROR,
        headers={"Retry-After": RETRY_AFTER} if away else {},
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 where the form's own key is missing or old (CSRF_FAILURE_VIEW)."""
    form = drafts.posted(request)
    return render(request, "stale.html", {"back_url": form.path if form else ""}, status=HTTPStatus.FORBIDDEN)


def conflict(
    request: HttpRequest, message: str, *, kept: Sequence[tuple[str, str]] = (), back_url: str = ""
) -> HttpResponse:
    """409: somebody else was first. `kept` is what the person had written, as (label, text), to be copied from."""
    context = {"message": message, "kept": [(label, text) for label, text in kept if text], "back_url": back_url}
    return render(request, "409.html", context, status=HTTPStatus.CONFLICT)


class RefusedMiddleware:
    """Turns a refusal that no page has answered itself into the page for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused):
            return None
        if isinstance(exception, Veiled) and request.method in ("GET", "HEAD"):
            return redirect(f"{reverse('case-reveal', args=[exception.case_id])}?next={quote(request.path)}")
        if exception.status == HTTPStatus.CONFLICT:
            return conflict(request, exception.message, back_url=request.get_full_path())
        if exception.status == HTTPStatus.FORBIDDEN:
            return _page(request, HTTPStatus.FORBIDDEN, exception.message)
        if exception.status == HTTPStatus.NOT_FOUND:
            return _page(request, HTTPStatus.NOT_FOUND)
        return _page(request, HTTPStatus.BAD_REQUEST, exception.message)
