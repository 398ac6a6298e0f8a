"""How does the API say no? One shape for every refusal (RFC 9457), and never a word of what was sent."""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError, HttpError, ValidationError

from riskzon.api.fields import Answer
from riskzon.error_pages import RETRY_AFTER
from riskzon.errors import Invalid, Refused, TooMany, Unseen

MEDIA_TYPE = "application/problem+json"
#: Names that were made up by whoever sent them are said back only if they look like one of a field: a person's has a capital.
_NAME = re.compile(r"[a-z_][A-Za-z_-]{0,39}")

log = structlog.get_logger()


class FieldError(Answer):
    """One wrong field: its path, such as `children.0.identity_number`, and what is wrong with it."""

    field: str
    message: str


class Problem(Answer):
    """A refusal. `detail` is in the language asked for; `errors` is empty unless a field is wrong."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError]


def problem(
    status: int, detail: str = "", errors: Iterable[tuple[str, str]] = (), headers: dict[str, str] | None = None
) -> JsonResponse:
    """The answer for one refusal."""
    content = Problem(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=[FieldError(field=field, message=message) for field, message in errors],
    )
    return JsonResponse(content.model_dump(), status=status, content_type=MEDIA_TYPE, headers=headers)


def answer(request: HttpRequest, exception: Exception) -> JsonResponse:
    """The answer for whatever was raised on the way; what nobody foresaw is logged and answered with 500."""
    match exception:
        case Invalid():
            return problem(422, exception.message, exception.errors)
        case TooMany():
            return problem(exception.status, exception.message, headers={"Retry-After": str(exception.seconds)})
        case Refused():
            return problem(exception.status, exception.message)
        case ValidationError():
            return problem(422, _("Uppgifterna kunde inte sparas."), map(_said, exception.errors))
        case AuthenticationError():
            return problem(401, _("Logga in med en giltig nyckel."), headers={"WWW-Authenticate": "Bearer"})
        case RequestDataTooBig():
            return problem(413, _("Det som skickades är för stort."))
        case UnreadablePostError() | SuspiciousOperation():
            return problem(400, _("Anropet gick inte att läsa."))
        case HttpError(status_code=400):
            # ninja's word for a body that is no JSON.
            return problem(422, _("Uppgifterna kunde inte läsas."), [("body", _("Innehållet är inte giltig JSON."))])
        case HttpError():
            return problem(exception.status_code)
        case Http404():
            return problem(404, Unseen().message)
        case OperationalError() | InterfaceError():
            log.error("api_without_database", code=503)
            return problem(
                503, _("Något gick fel hos oss. Försök igen om en stund."), headers={"Retry-After": RETRY_AFTER}
            )
        case _:
            log.error("api_failed", exc_info=exception, code=500)
            return problem(500, _("Något gick fel hos oss. Försök igen om en stund."))


def unsupported() -> JsonResponse:
    return problem(415, _("Skicka innehållet som application/json."))


def not_allowed(allowed: Iterable[str]) -> JsonResponse:
    return problem(405, _("Adressen kan inte anropas så."), headers={"Allow": ", ".join(allowed)})


def field_name(sent: str) -> str:
    """A name as it was sent, or a question mark if it could be something else than a name."""
    return sent if _NAME.fullmatch(sent) else "?"


def _said(error: dict[str, Any]) -> tuple[str, str]:
    """One error of pydantic's as a field path and a sentence of ours."""
    context = error.get("ctx") or {}
    match error["type"]:
        case "missing":
            said = _("Uppgiften saknas.")
        case "extra_forbidden":
            said = _("Okänt fält.")
        case "string_type" | "string_sub_type":
            said = _("Ange en text.")
        case "string_unicode":
            said = _("Texten har ett tecken som inte går att läsa.")
        case "string_too_short" | "string_pattern_mismatch":
            said = _("Fyll i uppgiften.")
        case "string_too_long":
            said = _("Skriv högst %(most)s tecken.") % {"most": context["max_length"]}
        case "literal_error" | "enum":
            said = _("Välj ett av: %(choices)s.") % {"choices": _choices(context["expected"])}
        case "bool_type" | "bool_parsing":
            said = _("Ange true eller false.")
        case "int_type" | "int_parsing" | "int_parsing_size" | "int_from_float":
            said = _("Ange ett heltal.")
        case "greater_than_equal":
            said = _("Ange minst %(least)s.") % {"least": context["ge"]}
        case "less_than_equal":
            said = _("Ange högst %(most)s.") % {"most": context["le"]}
        case "too_short":
            said = _("Ange minst %(least)s.") % {"least": context["min_length"]}
        case "too_long":
            said = _("Ange högst %(most)s.") % {"most": context["max_length"]}
        case "list_type":
            said = _("Ange en lista.")
        case "model_type" | "model_attributes_type" | "dict_type":
            said = _("Ange ett objekt.")
        case "uuid_parsing" | "uuid_type" | "uuid_version":
            said = _("Ange ett id.")
        case _:
            said = context.get("said") or _("Värdet kan inte användas.")
    return _path(error["loc"]), said


def _choices(expected: str) -> str:
    """pydantic's `'a', 'b' or 'c'` without its English and its marks."""
    return expected.replace(" or ", ", ").replace("'", "")


def _path(loc: tuple[int | str, ...]) -> str:
    """`("body", "report", "children", 0, "phone")` as `children.0.phone`: without source and parameter."""
    source, *steps = loc
    if source == "body":
        steps = steps[1:]
    # What a header is called is said by us: one that we do not know is not read.
    is_ours = source == "header"
    names = [str(step) if is_ours or isinstance(step, int) else field_name(step) for step in steps]
    return ".".join(names) or str(source)
