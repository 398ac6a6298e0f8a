"""What do all calls of the API have in common?"""

import json
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.urls import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET
from ninja import NinjaAPI, Router
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser

from riskzon.api import problems
from riskzon.api.auth import Bearer
from riskzon.errors import Invalid

_METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_SCHEMAS = "#/components/schemas/{model}"

_View = Callable[..., HttpResponseBase]


class StrictParser(Parser):
    """JSON in UTF-8 and nothing else: no NaN, and no field that is there twice."""

    def parse_body(self, request: HttpRequest) -> Any:
        return json.loads(request.body.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_object)


class Api(NinjaAPI):
    """An API whose every refusal is a problem (RFC 9457), in the answers as in the description."""

    def on_exception(self, request: HttpRequest, exc: Any) -> HttpResponse:
        return problems.answer(request, exc)

    _described: OpenAPISchema | None = None

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """The same for everybody and made once: anybody may ask for it, and making it takes a third of a second."""
        if self._described is None:
            self._described = self._describe(**options)
        return self._described

    def _describe(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**options)
        problem = problems.Problem.model_json_schema(ref_template=_SCHEMAS)
        schema["components"]["schemas"] |= {**problem.pop("$defs"), "Problem": problem}
        refusal = {
            "description": "Refused",
            "content": {problems.MEDIA_TYPE: {"schema": {"$ref": _SCHEMAS.format(model="Problem")}}},
        }
        for path in schema["paths"].values():
            for operation in path.values():
                operation["responses"]["4XX"] = refusal
        return schema

    def get_openapi_operation_id(self, operation: Any) -> str:
        return str(operation.view_func.__name__)


class Routes(Router):
    """Calls that refuse a field in the address which they do not know, as they do in a body."""

    def add_api_operation(self, path: str, methods: list[str], view_func: Callable[..., Any], **options: Any) -> None:
        super().add_api_operation(path, methods, view_func, **options)
        operation = view_func._ninja_operation  # type: ignore[attr-defined]
        known = {
            name
            for model in operation.models
            if model.__ninja_param_source__ == "query"
            for name in model.__ninja_flatten_map__
        }
        operation.view_func = _only(known, view_func)


def strict(addresses: Sequence[URLPattern]) -> list[URLPattern]:
    """The same addresses, with the refusals that ninja leaves to Django given as problems too."""
    for address in addresses:
        view = address.callback
        # The description and its page are ninja's own, for every method; the calls refuse theirs themselves.
        address.callback = _as_problems(view if getattr(view, "csrf_exempt", False) else csrf_exempt(require_GET(view)))
    return list(addresses)


def _only(known: set[str], view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def checked(request: HttpRequest, **values: Any) -> Any:
        if unknown := request.GET.keys() - known:
            raise Invalid((problems.field_name(name), _("Okänt fält.")) for name in sorted(unknown))
        return view(request, **values)

    return checked


def _as_problems(view: _View) -> _View:
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = request.method
        # HEAD gets the answer to GET; the server leaves its body out.
        request.method = "GET" if asked == "HEAD" else asked
        try:
            if request.method in _METHODS_WITH_BODY and request.body and request.content_type != "application/json":
                return problems.unsupported()
            response = view(request, *args, **kwargs)
        except Exception as exception:  # noqa: BLE001 - whatever it is, it is answered as a problem
            return problems.answer(request, exception)
        finally:
            request.method = asked
        if isinstance(response, HttpResponseNotAllowed):
            return problems.not_allowed(sorted(response.headers["Allow"].split(", ")))
        return response

    return checked


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field is there twice")
    return found


api = Api(title="Riskzon", version="1", urls_namespace="api", auth=Bearer(), parser=StrictParser())
