"""What does every page carry whatever it shows, and which call is refused because it came unencrypted?"""

import re
import time
from collections.abc import Callable
from http import HTTPStatus

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.translation import gettext as _

from riskzon.logs import milliseconds_since

_GetResponse = Callable[[HttpRequest], HttpResponse]


class EncryptedApiMiddleware:
    """A call of the API over http is refused, not sent on to https: its key has gone in clear text, and would each time.

    Pages are redirected (SECURE_SSL_REDIRECT): a browser asks first and keeps its cookies for https.
    """

    def __init__(self, get_response: _GetResponse) -> None:
        self.get_response = get_response
        self._is_asked = settings.SECURE_SSL_REDIRECT
        self._open = [re.compile(pattern) for pattern in settings.SECURE_REDIRECT_EXEMPT]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path.lstrip("/")
        if (
            self._is_asked
            and path.startswith("api/")
            and not request.is_secure()
            and not any(pattern.search(path) for pattern in self._open)
        ):
            with translation.override(translation.get_language_from_request(request)):
                detail = _("Anropa med https. Nyckeln har skickats okrypterad: återkalla den och gör en ny.")
            status = HTTPStatus.FORBIDDEN
            content = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail, "errors": []}
            return JsonResponse(content, status=status, content_type="application/problem+json")
        return self.get_response(request)


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
