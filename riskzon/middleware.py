"""What every page carries whatever it shows: no copy in a cache, and a log line without an address."""

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from riskzon.logs import milliseconds_since

_GetResponse = Callable[[HttpRequest], HttpResponse]


class OwnNumberMiddleware:
    """Whoever asks does not choose the number of the log's lines: it could be a name. Each request gets one of ours."""

    def __init__(self, get_response: _GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META.pop("HTTP_X_REQUEST_ID", None)
        return self.get_response(request)


class NoStoreMiddleware:
    """Forbid every cache to keep a page. Static files are answered further out and stay cacheable."""

    def __init__(self, get_response: _GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Cache-Control"] = "no-store"
        return response


class LogRouteMiddleware:
    """Put the route's pattern, the method and the time taken on the request's log lines, in place of its address."""

    def __init__(self, get_response: _GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.monotonic()
        # The error page shows the number by which its log line is found.
        request.id = structlog.contextvars.get_contextvars().get("request_id", "")  # type: ignore[attr-defined]
        response = self.get_response(request)
        structlog.contextvars.bind_contextvars(milliseconds=milliseconds_since(started))
        return response

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """The route is known here, before the view can fail."""
        match = request.resolver_match
        structlog.contextvars.bind_contextvars(method=request.method, route=match.route if match else None)
