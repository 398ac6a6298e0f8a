"""Who gets what? The one declared table: which role reaches a case on which ground, what each ground allows, and which
places beside the cases each role has.

The policy (`riskzon.access`), the gates of the pages and of the API, the page *Vem får vad* and the tests read it; nothing
else decides by role what somebody reaches. What is not declared here is allowed to nobody (SoL 25:1, OSL 26:1, SOLPUL 10 §).
"""

from collections.abc import Mapping
from enum import StrEnum

from riskzon.models import Role, User


class Ground(StrEnum):
    """Why a person reaches a case, the strongest first."""

    LEAD = "lead"
    UNIT = "unit"
    HANDLE = "handle"
    DUTY = "duty"
    NOTE = "note"
    READ = "read"
    EMERGENCY = "emergency"
    FOLLOW = "follow"


class Action(StrEnum):
    """What can be done with one case."""

    READ = "read"
    FOLLOW = "follow"
    CONTACT = "contact"
    ASSESS = "assess"
    HOLD = "hold"
    DECIDE_HOLD = "decide_hold"
    DISPOSE = "dispose"
    DEVIATE = "deviate"
    ASSIGN = "assign"
    HAND_OVER = "hand_over"
    IDENTIFY = "identify"
    FAMILY = "family"
    FEEDBACK = "feedback"
    SUPPLEMENT = "supplement"
    CORRECT = "correct"
    REVIEW = "review"
    NOTE = "note"
    SEE_LOG = "see_log"
    DECLARE = "declare"
    DISCLOSE = "disclose"
    BLOCK = "block"
    VOUCH = "vouch"


_WORK = frozenset(
    {
        Action.READ,
        Action.FOLLOW,
        Action.CONTACT,
        Action.ASSESS,
        Action.HOLD,
        Action.DISPOSE,
        Action.ASSIGN,
        Action.HAND_OVER,
        Action.IDENTIFY,
        Action.FAMILY,
        Action.FEEDBACK,
        Action.SUPPLEMENT,
        Action.CORRECT,
        Action.NOTE,
        Action.SEE_LOG,
        Action.DECLARE,
        Action.VOUCH,
        Action.DISCLOSE,
    }
)

#: What each ground allows with one case.
RIGHTS: Mapping[Ground, frozenset[Action]] = {
    Ground.LEAD: _WORK | {Action.DECIDE_HOLD, Action.DEVIATE, Action.REVIEW, Action.BLOCK},
    Ground.UNIT: _WORK,
    Ground.HANDLE: _WORK,
    Ground.DUTY: _WORK - {Action.DISPOSE, Action.ASSIGN, Action.HAND_OVER} | {Action.DECIDE_HOLD},
    Ground.NOTE: frozenset({Action.READ, Action.FOLLOW, Action.NOTE}),
    Ground.READ: frozenset({Action.READ, Action.FOLLOW, Action.SEE_LOG, Action.DECLARE}),
    Ground.EMERGENCY: frozenset({Action.READ, Action.FOLLOW, Action.DECLARE}),
    Ground.FOLLOW: frozenset({Action.FOLLOW, Action.CONTACT, Action.SUPPLEMENT, Action.CORRECT, Action.DECLARE}),
}

_WORKER = frozenset({Ground.UNIT, Ground.HANDLE, Ground.READ, Ground.EMERGENCY})

#: On which grounds each role can reach a case at all. A grant that the role cannot hold gives nothing (migration 0023 says
#: the same behind the pages), so that whoever changes role takes no case along.
REACHES: Mapping[Role, frozenset[Ground]] = {
    Role.SOCIAL_WORKER: _WORKER,
    Role.SUPERVISOR: _WORKER | {Ground.LEAD},
    # Only where nobody leads the unit, or jäv bars whoever does; else what is granted, such as an investigation that nobody
    # else is left for.
    Role.HEAD: frozenset({Ground.LEAD, Ground.HANDLE, Ground.READ}),
    Role.DUTY: _WORKER | {Ground.DUTY, Ground.NOTE},
    Role.LIAISON: frozenset({Ground.FOLLOW}),
    Role.ANALYST: frozenset(),
    Role.LOG_REVIEWER: frozenset(),
    Role.ADMIN: frozenset(),
    Role.PARTNER: frozenset(),
}

#: Who works with cases at all; everybody else reaches none by unit or duty.
CASE_ROLES = frozenset(role for role, grounds in REACHES.items() if Ground.UNIT in grounds)


class Place(StrEnum):
    """What somebody reaches that is about no single case of theirs: lists, figures, registers, forms."""

    WORKLIST = "worklist"
    SEARCH = "search"
    KNOWN = "known"
    INVESTIGATIONS = "investigations"
    EMERGENCY = "emergency"
    EMERGENCY_ANSWER = "emergency_answer"
    REGISTER = "register"
    OWN_REPORTS = "own_reports"
    RECEIVED = "received"
    RECEIPTS = "receipts"
    WAITING = "waiting"
    BOARD = "board"
    DISCLOSURES = "disclosures"
    ACCOUNTING = "accounting"
    ACCOUNT_BY_API = "account_by_api"
    STATISTICS = "statistics"
    FIGURES_BY_API = "figures_by_api"
    LOG_REVIEWS = "log_reviews"
    RIGHTS_REVIEW = "rights_review"
    ROSTER = "roster"
    ROSTER_PLAN = "roster_plan"
    OWN_SHIFTS = "own_shifts"
    ABSENCE = "absence"
    RULES = "rules"
    RULES_PROPOSE = "rules_propose"
    RULES_ANSWER = "rules_answer"
    DELIVERIES = "deliveries"
    ALARMS = "alarms"
    ACCOUNTS = "accounts"
    ROLES = "roles"
    ROLES_ANSWER = "roles_answer"
    WHO_MAY = "who_may"


_OVERSEERS = frozenset({Role.SUPERVISOR, Role.HEAD})

#: Which roles have each place; for everybody else it does not exist. Messages and the own login are everybody's.
PLACES: Mapping[Place, frozenset[Role]] = {
    Place.WORKLIST: CASE_ROLES,
    Place.SEARCH: CASE_ROLES,
    Place.KNOWN: CASE_ROLES,
    Place.INVESTIGATIONS: frozenset({Role.SOCIAL_WORKER, Role.SUPERVISOR}),
    Place.EMERGENCY: CASE_ROLES,
    Place.EMERGENCY_ANSWER: CASE_ROLES | {Role.HEAD},
    Place.REGISTER: CASE_ROLES | {Role.LIAISON, Role.PARTNER},
    Place.OWN_REPORTS: frozenset({Role.LIAISON}),
    Place.RECEIVED: frozenset({Role.LIAISON}),
    Place.RECEIPTS: frozenset({Role.PARTNER}),
    Place.WAITING: _OVERSEERS | {Role.DUTY},
    Place.BOARD: _OVERSEERS,
    Place.DISCLOSURES: frozenset({Role.SUPERVISOR}),
    Place.ACCOUNTING: _OVERSEERS,
    Place.ACCOUNT_BY_API: CASE_ROLES | {Role.HEAD, Role.ADMIN, Role.LOG_REVIEWER},
    Place.STATISTICS: frozenset({Role.ANALYST, Role.HEAD}),
    Place.FIGURES_BY_API: CASE_ROLES | {Role.HEAD, Role.ANALYST},
    Place.LOG_REVIEWS: _OVERSEERS | {Role.LOG_REVIEWER},
    Place.RIGHTS_REVIEW: frozenset({Role.HEAD, Role.LOG_REVIEWER}),
    Place.ROSTER: CASE_ROLES | {Role.HEAD, Role.ADMIN},
    # Socialjouren may have no supervisor of its own; and who makes the accounts does not end the shifts that wake somebody.
    Place.ROSTER_PLAN: _OVERSEERS,
    Place.OWN_SHIFTS: frozenset({Role.DUTY}),
    Place.ABSENCE: CASE_ROLES | {Role.HEAD, Role.LIAISON},
    Place.RULES: frozenset({Role.ADMIN, Role.HEAD, Role.LOG_REVIEWER}),
    # Never the same: nobody changes a rule alone.
    Place.RULES_PROPOSE: frozenset({Role.ADMIN}),
    Place.RULES_ANSWER: frozenset({Role.HEAD}),
    Place.DELIVERIES: _OVERSEERS | {Role.ADMIN},
    Place.ALARMS: _OVERSEERS | {Role.ADMIN},
    Place.ACCOUNTS: frozenset({Role.ADMIN}),
    Place.ROLES: _OVERSEERS | {Role.ADMIN, Role.LOG_REVIEWER},
    # Never the same: nobody lets himself in.
    Place.ROLES_ANSWER: _OVERSEERS,
    Place.WHO_MAY: CASE_ROLES | {Role.HEAD, Role.LIAISON, Role.LOG_REVIEWER, Role.ADMIN},
}


def roles_reaching(ground: Ground) -> list[Role]:
    """The roles in which somebody can reach a case on this ground."""
    return [role for role, grounds in REACHES.items() if ground in grounds]


def has(user: User, place: Place) -> bool:
    """Whether this place is there for `user`."""
    return user.is_active and user.role in PLACES[place]


def can_reach(user: User, ground: Ground) -> bool:
    """Whether a person in this role can reach any case on this ground."""
    return user.is_active and ground in REACHES[Role(user.role)]
