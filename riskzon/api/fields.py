"""What may stand in one field of a request: texts, times, dates and codes, each with its limits."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from riskzon.localtime import FIRST_YEAR, LAST_YEAR, LocalTimeError, parse_date, parse_instant
from riskzon.names import BadText, clean_text
from riskzon.timewords import local

#: What a person writes in a box without a limit of its own.
LONG_TEXT = 10_000
OLDEST_BIRTH, LATEST_BIRTH = 1900, 2100
#: The characters that `clean_text` lets pass, for those who read the description.
_PLAIN = "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]*$"
# A plus sign that nobody has escaped in an address arrives as a space.
_LOST_PLUS = re.compile(r" (?=[0-9]{2}:?[0-9]{2}$)")


class Body(BaseModel):
    """A part of a request: a field that is not named here is refused."""

    model_config = ConfigDict(extra="forbid")


class Answer(BaseModel):
    """A part of an answer: what is not named here does not leave."""

    model_config = ConfigDict(extra="forbid")


def codes(choices: type[TextChoices]) -> Any:
    """The codes of a closed list, as a type."""
    return Literal[tuple(choices.values)]


def _clean(text: str) -> str:
    try:
        return clean_text(text)
    except BadText as problem:
        raise PydanticCustomError(problem.code, "{said}", {"said": str(problem)}) from None


def _instant(value: object) -> datetime:
    if not isinstance(value, str):
        raise PydanticCustomError("bad_instant", "{said}", {"said": _("Ange tiden som text enligt ISO 8601.")})
    try:
        return parse_instant(_LOST_PLUS.sub("+", value))
    except LocalTimeError as problem:
        raise PydanticCustomError(problem.code, "{said}", {"said": str(problem)}) from None


def _birth_date(value: object) -> date:
    if not isinstance(value, str):
        raise PydanticCustomError("bad_date", "{said}", {"said": _("Ange datumet som text, ÅÅÅÅ-MM-DD.")})
    try:
        day = parse_date(value)
    except LocalTimeError as problem:
        raise PydanticCustomError(problem.code, "{said}", {"said": str(problem)}) from None
    if not OLDEST_BIRTH <= day.year <= LATEST_BIRTH:
        raise PydanticCustomError("bad_date", "{said}", {"said": _("Kontrollera årtalet.")})
    return day


def _whole(value: object) -> object:
    """JSON knows one kind of number: 2.0 is 2."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _day(value: object) -> date:
    try:
        day = parse_date(str(value))
    except LocalTimeError as problem:
        raise PydanticCustomError(problem.code, "{said}", {"said": str(problem)}) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise PydanticCustomError("bad_date", "{said}", {"said": _("Kontrollera årtalet.")})
    return day


def words(longest: int, *, shortest: int = 0) -> Any:
    """A text of at most `longest` characters, without control characters, in Unicode NFC."""

    def still_fits(cleaned: str) -> str:
        # A few characters are taken apart by NFC and make the text longer.
        if len(cleaned) > longest:
            raise PydanticCustomError("string_too_long", "", {"max_length": longest})
        return cleaned

    return Annotated[
        str,
        Field(min_length=shortest, max_length=longest, json_schema_extra={"pattern": _PLAIN}),
        AfterValidator(_clean),
        AfterValidator(still_fits),
    ]


Moment = Annotated[
    datetime,
    BeforeValidator(_instant),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "description": "ISO 8601 with offset, years 2000-2100",
            "examples": ["2026-11-13T18:20:00+01:00"],
        }
    ),
]
BirthDate = Annotated[
    date, BeforeValidator(_birth_date), WithJsonSchema({"type": "string", "format": "date", "examples": ["2010-07-02"]})
]
#: A local day in an address.
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
YesNo = Annotated[bool, Field(strict=True)]
Whole = Annotated[int, Field(strict=True), BeforeValidator(_whole)]

#: A moment in an answer: ISO 8601 with the offset of Swedish time.
Shown = Annotated[
    datetime,
    PlainSerializer(lambda at: local(at).isoformat(), return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
