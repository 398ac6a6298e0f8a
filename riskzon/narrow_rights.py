"""What does each part that writes need of each table? As the database is told it; a table that is not named is shut.

Nothing here is removed but drafts, by the part that forgets them. The log, its seals and what was sent in only grow. Secrets, and
what is being typed, are for the login alone; a password is read by no part that works unseen.
"""

from collections.abc import Mapping

from riskzon.narrow import Part
from riskzon.wall_role import ASKED_ACROSS, LOG_ROW, OPEN, WALLED

_READ, _GROWS, _KEPT = "SELECT", "SELECT, INSERT", "SELECT, INSERT, UPDATE"
#: The access log: read, and added to without a say in id, time and transaction.
_LOG = f"SELECT, {LOG_ROW}"
#: A person without the password.
_PERSON = (
    "SELECT (id, username, first_name, last_name, email, phone, language, role, unit_id, is_active, is_staff,"
    " is_superuser, date_joined, last_login, first_password_until)"
)
#: Who is told, and whether the roster has that one on duty.
_ROSTER = dict.fromkeys(
    (
        "notifications_dutypattern",
        "notifications_dutyabsence",
        "notifications_dutyextra",
        "notifications_dutyoffer",
    ),
    _READ,
)

_CHANGE = {
    **dict.fromkeys(WALLED | OPEN, _READ),
    **dict.fromkeys(
        (
            *("riskzon_adultnote", "riskzon_supplement", "riskzon_timecorrection"),
            *("riskzon_assessment", "riskzon_note", "riskzon_writtenoff", "riskzon_investigationentry"),
            *("riskzon_extensionanswer", "riskzon_disclosure", "riskzon_idempotencykey", "riskzon_reveal"),
            *("workflows_deadlineevent", "workflows_breachnote", "workflows_casetask_previous"),
            *("workflows_deadlinerule", "workflows_rung", "notifications_message", "notifications_delivery"),
        ),
        _GROWS,
    ),
    **dict.fromkeys(
        (
            *("riskzon_case", "riskzon_child", "riskzon_guardian", "riskzon_guardianship", "riskzon_hold"),
            *("riskzon_endproposal", "riskzon_investigation", "riskzon_emergencyaccess", "riskzon_absence"),
            *("riskzon_caseblock", "riskzon_reportseries", "workflows_deadline", "workflows_breach", "workflows_todo"),
            *("workflows_caseprocess", "workflows_casetask", "workflows_rulechange"),
            *_ROSTER,
        ),
        _KEPT,
    ),
    "riskzon_auditentry": _LOG,
    # What was sent, by whom, when and as which kind is never written again.
    "riskzon_report": "SELECT, INSERT, UPDATE (occurred_at, occurred_at_precision, notified_at, feedback_requested_at,"
    " feedback_given_at, feedback_fact)",
    "riskzon_contact": "SELECT, INSERT, UPDATE (counts)",
    "riskzon_extract": "SELECT, INSERT, UPDATE (decided_by_id, decided_at, is_released, reason)",
    "riskzon_casegrant": "SELECT, INSERT, UPDATE (ended_at, ended_by_id)",
    "workflows_logsample": _READ,
    "workflows_logreview": "SELECT, UPDATE (reviewed_at, reviewed_by_id, outcome, note)",
    # Both are locked while others wait, which asks for a column that may be written.
    "riskzon_user": "SELECT, UPDATE (language)",
    "riskzon_unit": "SELECT, UPDATE (name)",
}

_WORK = {
    **_ROSTER,
    **dict.fromkeys(
        (
            *("riskzon_productclock", "riskzon_unit", "riskzon_user_groups", "auth_group", "auth_permission"),
            "django_content_type",
            *("riskzon_caseblock", "riskzon_casegroupgrant", "riskzon_report", "riskzon_child", "riskzon_guardian"),
            *("riskzon_guardianship", "riskzon_contact", "riskzon_hold", "riskzon_writtenoff", "riskzon_assessment"),
            *("riskzon_endproposal", "workflows_deadlinerule", "workflows_rung"),
        ),
        _READ,
    ),
    **dict.fromkeys(
        (
            *("workflows_deadlineevent", "workflows_breach", "workflows_todo"),
            *("workflows_casetask_previous", "workflows_logsample", "workflows_logreview"),
            *("notifications_message", "notifications_delivery"),
        ),
        _GROWS,
    ),
    **dict.fromkeys(("workflows_deadline", "workflows_casetask", "workflows_heartbeat"), _KEPT),
    "riskzon_auditentry": _LOG,
    # Locked while an absence of that person is moved (trigger), which asks for a column that may be written.
    "riskzon_user": f"{_PERSON}, UPDATE (language)",
    "riskzon_case": "SELECT, UPDATE",
    "riskzon_casegrant": "SELECT, INSERT, UPDATE (ended_at, ended_by_id)",
    "riskzon_investigation": "SELECT, UPDATE (case_worker_id)",
    "riskzon_absence": "SELECT, UPDATE (moved_at)",
    "riskzon_rolerequest": "SELECT, UPDATE (told_at)",
    "riskzon_emergencyaccess": "SELECT, UPDATE (late_told_at)",
    "riskzon_canary": "SELECT, INSERT, UPDATE (fired_at, rehearsal)",
    "riskzon_draft": "SELECT (id, saved_at), DELETE",
    "workflows_caseprocess": "SELECT, UPDATE",
}

_RELAY = {
    "riskzon_productclock": _READ,
    "riskzon_unit": _READ,
    "riskzon_user": _PERSON,
    # Of a child nothing but the number of the matter, and from whom it is kept (jäv).
    "riskzon_case": "SELECT (id, report_id, ordinal, child_id)",
    "riskzon_report": "SELECT (id, number)",
    "riskzon_caseblock": "SELECT (child_id, user_id, ended_at)",
    "notifications_message": _GROWS,
    "notifications_delivery": "SELECT, INSERT, UPDATE (state, attempts, next_attempt_at, claimed_until, sent_at, error)",
    "notifications_storedmail": "SELECT (id, at), INSERT",
    "notifications_storedsms": "SELECT (id, at), INSERT",
}

_SEAL = {
    "riskzon_auditentry": _READ,
    "riskzon_auditseal": _GROWS,
    "riskzon_audithead": _GROWS,
}

RIGHTS: Mapping[Part, Mapping[str, str]] = {
    Part.CHANGE: _CHANGE,
    Part.WORK: _WORK,
    Part.RELAY: _RELAY,
    Part.SEAL: _SEAL,
}
#: Functions that are not for everybody.
ASKS: Mapping[Part, tuple[str, ...]] = {
    Part.CHANGE: ASKED_ACROSS,
    Part.WORK: ("workflows_forget_canaries(interval, text)",),
}
