"""Is anything stored because its column was named beside what a form or a call asks for?"""

import json
import re
from collections import Counter
from datetime import timedelta
from typing import Any

from tests.faults.addresses import Place, abused, path, plant, still
from tests.faults.client import arrest, now
from tests.faults.plan import Outcome, experiment
from tests.faults.stand import Stand, Stands
from tests.faults.visitor import Visitor

_NAMES = """
from django.apps import apps
for app in ("riskzon", "workflows", "notifications", "auth", "sessions"):
    for model in apps.get_app_config(app).get_models():
        for field in model._meta.get_fields():
            if hasattr(field, "column"):
                for name in {field.name, getattr(field, "attname", field.name)}:
                    print("NAME", name, field.get_internal_type())
"""
#: What is put into a field that nobody has asked for; each can be found again in the database.
_WORD, _MOMENT, _NUMBER = "F25frammande", "2099-12-31T23:59:59+00:00", 86_753_091


def _planted(kind: str, other: dict[str, str]) -> Any:
    match kind:
        case "DateTimeField":
            return _MOMENT
        case "DateField":
            return "2099-12-31"
        case "BooleanField":
            return True
        case "IntegerField" | "PositiveIntegerField" | "PositiveSmallIntegerField" | "BigIntegerField" | "BigAutoField":
            return _NUMBER
        case "ForeignKey" | "OneToOneField" | "UUIDField":
            return other["user"]
    return _WORD


@experiment(
    "F25",
    "a name of a column that is sent beside what a form or a call asks for is refused or ignored; no column has it",
    short=dict(each=False),
    long=dict(each=True),
)
def assigned(stands: Stands, outcome: Outcome, *, each: bool) -> None:
    """`each`: every name by itself as well, not all of them at once only."""
    stand = abused(stands)
    place = plant(stand, "Tilldelad")
    names = dict(
        line.split()[1:] for line in stand.manage("shell", "-v0", "-c", _NAMES).splitlines() if line[:5] == "NAME "
    )
    other = {
        "user": stand.ask("SELECT id::text FROM riskzon_user WHERE username = 'kiosk.syd' OR username = 'it.admin'")[0][
            0
        ]
    }
    extra = {name: _planted(kind, other) for name, kind in names.items()}
    with still(stand):
        people = _people(stand)
        calls, taken = _calls(stand, place, extra, each=each)
        forms, sent = _forms(stand, place, extra)
        found = _found(stand)
        outcome.must("people and their rights as before", _people(stand) == people)
    outcome.n = calls + forms
    outcome.faults["names"] = len(extra)
    outcome.figures = {
        "names": len(extra),
        "calls": calls,
        "forms": forms,
        "forms_that_were_taken": sent,
        "found": found,
    }
    outcome.must(f"every call with a strange name is refused: {taken[:8]} ({len(taken)})", not taken)
    outcome.must(f"in no column: {found}", not found)
    outcome.must("forms were taken", sent > 5)


def _people(stand: Stand) -> list[tuple[Any, ...]]:
    tables = ("riskzon_user", "riskzon_unit", "riskzon_caseblock", "auth_group", "riskzon_user_groups")
    return [
        row
        for table in tables
        for row in stand.ask(f"SELECT md5((to_jsonb(t) - 'last_login')::text) FROM {table} t ORDER BY 1")  # noqa: S608
    ]


def _calls(stand: Stand, place: Place, extra: dict[str, Any], *, each: bool) -> tuple[int, list[str]]:
    """How many calls with a body were tried, and which of them took a name that they do not know."""
    sara = stand.caller("sara.lindh")
    described = json.loads(sara.call("GET", "/openapi.json").body)
    schemas = described["components"]["schemas"]
    number, taken = 0, []
    for where, calls in described["paths"].items():
        for verb, call in calls.items():
            content = call.get("requestBody", {}).get("content", {}).get("application/json")
            if not content:
                continue
            schema = content["schema"]
            schema = next(
                (one for one in (schema, *schema.get("anyOf", ()), *schema.get("allOf", ())) if "$ref" in one), schema
            )
            known = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
            strange = {name: value for name, value in extra.items() if name not in known.get("properties", {})}
            address = path(re.sub(r"{(\w+)}", r"<\1>", where.removeprefix("/api/v1/")), place)
            for some in [strange, *([{name: value} for name, value in strange.items()] if each else [])]:
                answer = sara.call(verb.upper(), address, {**_least(known, schemas), **some})
                number += 1
                if answer.status not in (422, 404, 403):
                    taken.append(f"{verb} {where}: {answer.status}")
                elif answer.status == 422 and len(some) > 1 and b"errors" not in answer.body:
                    taken.append(f"{verb} {where}: not named")
    return number, taken


def _least(known: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """The least that a call asks for."""
    made = {}
    for name in known.get("required", ()):
        field = known["properties"][name]
        field = schemas[field["$ref"].rpartition("/")[2]] if "$ref" in field else field
        if name == "children":
            made[name] = arrest()["children"]
        elif "enum" in field:
            made[name] = field["enum"][0]
        elif "const" in field:
            made[name] = field["const"]
        elif field.get("format") == "date-time" or name in ("at", "until") or name.endswith("_at"):
            made[name] = (now() + timedelta(hours=1 if name == "until" else -1)).isoformat()
        elif field.get("type") == "boolean":
            made[name] = True
        elif field.get("type") == "integer":
            made[name] = 1
        else:
            made[name] = "Prov"
    return made


#: Forms about one case that are taken as they come with these words in them, so that what else was sent could be saved.
_FORMS: dict[str, dict[str, str]] = {
    "cases/<uuid:case_id>/note/": {"text": "Prov."},
    "cases/<uuid:case_id>/child/": {"home_municipality": "Borås"},
    "cases/<uuid:case_id>/guardians/new/": {"name": "Ny Vuxen", "relation": "other", "is_custodian": "no"},
    "cases/<uuid:case_id>/guardians/<uuid:guardian_id>/": {"name": "Annan Vuxen", "relation": "mother"},
    "cases/<uuid:case_id>/guardians/<uuid:guardian_id>/contacts/<slug:outcome>/": {},
    "cases/<uuid:case_id>/contact/": {"outcome": "no_answer", "channel": "phone"},
    "cases/<uuid:case_id>/assessment/": {"outcome": "no_immediate_need", "note": "Prov."},
    "cases/<uuid:case_id>/supplement/": {"text": "Prov."},
    "cases/<uuid:case_id>/holds/<uuid:hold_id>/renew/": {"reason": "Prov."},
    "cases/<uuid:case_id>/holds/<uuid:hold_id>/end/": {"reason": "Prov."},
    "cases/<uuid:case_id>/take/": {},
    "cases/<uuid:case_id>/assign/": {"username": "karin.ek"},
    "cases/<uuid:case_id>/feedback-request/": {},
    "cases/<uuid:case_id>/disposition/": {"disposition": "opened"},
    "reports/new/<slug:slug>/": {"do": "register"},
    "absence/": {},
    "inbox/read/": {"until": "2026-01-01T00:00:00+01:00"},
    "roster/extra/new/": {"person": "jour.reserv", "day": "2027-01-15", "starts": "17.00", "ends": "08.00"},
    "roster/feed/": {},
    "language": {"language": "sv", "next": "/"},
}


def _forms(stand: Stand, place: Place, extra: dict[str, Any]) -> tuple[int, int]:
    """Every form with all names beside its own: how many, and how many of them were taken."""
    sara = Visitor(stand.product.port, "sara.lindh")
    sent, taken = 0, 0
    for pattern, typed in _FORMS.items():
        where = path(pattern, place)
        own = sara.form(where)
        guardian = {"guardian": place.holes["guardian_id"]} if pattern.endswith("contact/") else {}
        asked = {"csrfmiddlewaretoken": sara.form("/inbox/")["csrfmiddlewaretoken"], **own, **typed, **guardian}
        beside = {name: value for name, value in extra.items() if name not in asked}
        answer = sara.post(where, {**beside, **asked})
        sent += 1
        taken += answer.status_code in (200, 302)
        assert answer.status_code < 500, (pattern, answer.status_code)
    return sent, taken


def _found(stand: Stand) -> dict[str, int]:
    """Every column that holds something of what was planted, but drafts, which keep what was typed for whoever typed it."""
    wanted = {
        "text": _WORD, "character varying": _WORD, "jsonb": _WORD, "ARRAY": _WORD, "date": "2099-12-31",
        "timestamp with time zone": "2099-12-31", "integer": str(_NUMBER), "bigint": str(_NUMBER), "smallint": str(_NUMBER),
    }  # fmt: skip
    columns = stand.ask(
        "SELECT table_name, column_name, data_type FROM information_schema.columns JOIN pg_tables ON tablename = table_name"
        " WHERE table_schema = 'public' AND tablename <> 'riskzon_draft'"
    )
    found: Counter[str] = Counter()
    for table, column, kind in columns:
        if kind in wanted:
            question = f'SELECT count(*) FROM {table} WHERE "{column}"::text LIKE %s'  # noqa: S608
            found[f"{table}.{column}"] = stand.number(question, f"%{wanted[kind]}%")
    return {name: number for name, number in found.items() if number}
