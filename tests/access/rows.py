"""Which rows may a page read for somebody who sees these cases, some of them in full? In plain SQL, without any policy."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection

from riskzon.models import Role, User

_SHOWN, _FULL = "ANY (%(shown)s::uuid[])", "ANY (%(full)s::uuid[])"


def _among(table: str, condition: str, column: str = "id") -> str:
    return f"IN (SELECT {column} FROM {table} WHERE {condition})"  # noqa: S608 - names of this file


def _of(column: str, cases: str) -> str:
    return _among("riskzon_case", f"id = {cases}", column)


_IN_FULL = f"case_id = {_FULL}"
_OWN_OR_FULL = f"user_id = %(me)s OR {_IN_FULL}"
_CONTACT = f"{_IN_FULL} OR (by_id = %(me)s AND case_id = {_SHOWN})"
_HOLD = f"{_IN_FULL} OR child_id {_of('child_id', _FULL)}"
_CLOCK = f"{_IN_FULL} OR (kind = 'guardian_contact' AND case_id = {_SHOWN})"
_FAMILY = f"child_id {_of('child_id', _FULL)}"
_INQUIRY = f"child_id {_of('child_id', _FULL)} OR id {_of('investigation_id', _FULL)}"
_ENTRY = f"investigation_id {_among('riskzon_investigation', _INQUIRY)}"

#: For each table behind the wall. `shown`: every case; `full`: those that are not only followed.
ROWS = {
    "riskzon_case": f"id = {_SHOWN}",
    "riskzon_child": f"id {_of('child_id', _SHOWN)}",
    "riskzon_caseblock": f"user_id = %(me)s OR child_id {_of('child_id', _FULL)}",
    "riskzon_casegrant": _OWN_OR_FULL,
    "riskzon_casegroupgrant": f"group_id = ANY (%(groups)s::integer[]) OR {_IN_FULL}",
    "riskzon_report": f"id {_of('report_id', _SHOWN)} OR (%(is_partner)s AND registered_by_id = %(me)s)",
    "riskzon_adultnote": f"report_id {_of('report_id', _SHOWN)}",
    "riskzon_timecorrection": f"report_id {_of('report_id', _SHOWN)}",
    "riskzon_supplement": f"report_id {_of('report_id', _FULL)}"
    f" OR (by_id = %(me)s AND report_id {_of('report_id', _SHOWN)})",
    "riskzon_guardianship": _FAMILY,
    "riskzon_guardian": " OR ".join(
        f"id {_among(table, condition, 'guardian_id')}"
        for table, condition in (
            ("riskzon_guardianship", _FAMILY),
            ("riskzon_contact", _CONTACT),
            ("riskzon_hold", _HOLD),
            ("riskzon_writtenoff", _IN_FULL),
            ("riskzon_investigationentry", _ENTRY),
        )
    ),
    "riskzon_contact": _CONTACT,
    "riskzon_hold": _HOLD,
    "riskzon_investigation": _INQUIRY,
    "riskzon_investigationentry": _ENTRY,
    "riskzon_extensionanswer": f"entry_id {_among('riskzon_investigationentry', _ENTRY)}",
    "riskzon_disclosure": "CASE WHEN %(is_liaison)s THEN liaison_id = %(me)s OR post_id = %(unit)s::uuid"
    f" ELSE {_IN_FULL} END",
    "riskzon_emergencyaccess": _OWN_OR_FULL,
    "riskzon_reveal": _OWN_OR_FULL,
    "workflows_deadline": _CLOCK,
    "workflows_deadlineevent": f"deadline_id {_among('workflows_deadline', _CLOCK)}",
    "workflows_breachnote": f"breach_id {_among('workflows_breach', _IN_FULL)}",
    "workflows_casetask": f"process_id {_among('workflows_caseprocess', _IN_FULL)}",
    **dict.fromkeys(("riskzon_writtenoff", "riskzon_assessment", "riskzon_note", "riskzon_endproposal"), _IN_FULL),
    **dict.fromkeys(("riskzon_auditentry", "riskzon_extract"), _IN_FULL),
    **dict.fromkeys(("workflows_breach", "workflows_caseprocess", "workflows_todo"), _IN_FULL),
}


def read() -> set[tuple[str, str]]:
    """Every row behind the wall that is let through now, as table and place."""
    return _rows(dict.fromkeys(ROWS, "true"), {})


def readable(user: User, shown: Collection[UUID], full: Collection[UUID]) -> set[tuple[str, str]]:
    """Every row that this person may read with these cases."""
    role = user.role if user.is_active else ""
    return _rows(
        ROWS,
        {
            "me": user.pk,
            "shown": list(shown),
            "full": list(full),
            "groups": list(user.groups.values_list("pk", flat=True)),
            "unit": user.unit_id,
            "is_partner": role == Role.PARTNER,
            "is_liaison": role == Role.LIAISON,
        },
    )


def _rows(conditions: dict[str, str], values: dict[str, Any]) -> set[tuple[str, str]]:
    asked = (f"SELECT '{table}', ctid::text FROM {table} WHERE {condition}" for table, condition in conditions.items())  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked), values)
        return set(cursor.fetchall())
