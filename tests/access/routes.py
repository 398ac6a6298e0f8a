"""Who may do what: every route, every role. Written by hand from the contract, never from the policy.

A route that this file does not know fails the walk. To add one, say what it is about and what each ground answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.access.actors import (
    ACTORS,
    FAULT,
    FULL,
    HIDDEN,
    KEY,
    KNOWN,
    LEADS,
    LIAISONS,
    LOGIN,
    METHOD,
    NO,
    OK,
    PARTNERS_TOO,
    REGISTER,
    STAFF,
    TRIED,
    By,
    Says,
)

Rule = Mapping[By | str, Says]


def _grounds(*allowed: By, follow: Says = NO) -> Rule:
    """`allowed` grounds may, others that see the case may not, and for everybody else there is no case."""
    return {**dict.fromkeys(By, NO), By.FOLLOW: follow, **dict.fromkeys(allowed, OK)}


def _roles(*allowed: str, says: Says = OK, others: Says = HIDDEN) -> Rule:
    """These people may; for the others who are logged in there is no such page."""
    return {**dict.fromkeys(KNOWN, others), **dict.fromkeys(allowed, says)}


#: Whose absence the product reckons with; nobody finds one that is not there.
AWAY = (*STAFF, *LIAISONS, "head")
_NO_ABSENCE = ({"absence_id": "00000000-0000-0000-0000-000000000000"},)
_NO_EXTRACTS = ({"extract_id": "00000000-0000-0000-0000-000000000000"},)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
READ = _grounds(*FULL)
SEE = _grounds(*FULL, By.FOLLOW)
WORK = _grounds(*FULL)
LEAD = _grounds(By.LEAD)
HOLD_CASE = _grounds(By.LEAD, By.UNIT, By.HANDLE)
DECIDE_HOLD = _grounds(By.LEAD, By.DUTY)
LEAD_ONLY = _grounds(By.LEAD)
#: Where only the id of a hold or a breach is in the address: the liaison knows of none.
WORK_BY_ID = _grounds(*FULL)
HOLD_BY_ID = _grounds(By.LEAD, By.DUTY, follow=HIDDEN)
REVIEW_BY_ID = _grounds(By.LEAD, follow=HIDDEN)
READ_BY_ID = _grounds(*FULL, follow=HIDDEN)
DISPOSE_BY_ID = _grounds(By.LEAD, By.UNIT, By.HANDLE, follow=HIDDEN)
EVERYBODY = _roles(*KNOWN)
#: Whoever may make extracts finds none, and whoever may decide about one.
_NO_EXTRACT: Rule = {**_grounds(), **dict.fromkeys(FULL, HIDDEN)}
_NO_DECISION: Rule = {**_grounds(), By.LEAD: HIDDEN}


@dataclass(frozen=True)
class Route:
    """One address. `rules` by method; a method that is not there answers 405.

    `about`: which object is in the address, or "" if none. `stranger`: what somebody without login meets. `sends`: the
    name of what is posted (`tests.access.bodies`). `variants`: the words that fill the other holes of the pattern.
    """

    rules: Mapping[str, Rule]
    about: str = ""
    stranger: Says = LOGIN
    sends: str = ""
    variants: Sequence[Mapping[str, str]] = ({},)
    queries: Sequence[str] = ("",)
    is_view_class: bool = False


def _page(rule: Rule, about: str = "case", **more: object) -> Route:
    return Route({"GET": rule, "HEAD": rule}, about, **more)


def _form(rule: Rule, sends: str, about: str = "case", **more: object) -> Route:
    more = {"is_view_class": True, **more}
    return Route({"GET": rule, "HEAD": rule, "POST": rule}, about, sends=sends, **more)


def _press(rule: Rule, sends: str = "nothing", about: str = "case", **more: object) -> Route:
    return Route({"POST": rule}, about, sends=sends, **more)


def _call(method: str, rule: Rule, sends: str = "nothing", about: str = "case", **more: object) -> Route:
    return Route(dict.fromkeys((method, "HEAD") if method == "GET" else (method,), rule), about, KEY, sends, **more)


def _any(says: Says, **others: Says) -> Mapping[str, Rule]:
    """Every method is answered alike by everybody."""
    return {method: {**dict.fromkeys(ACTORS, says), **others} for method in METHODS}


def _login_step(says: Says, *more: str) -> Mapping[str, Rule]:
    return {method: dict.fromkeys(ACTORS, says) for method in ("GET", "HEAD", *more)}


_A = "api/v1/"
_C = "cases/<uuid:case_id>/"
_AC = _A + "cases/<uuidstr:case_id>"
_AI = _A + "investigations/<uuidstr:investigation_id>"
_FIRST_PAGE = {
    **_roles(*STAFF),
    **dict.fromkeys((*LIAISONS, *PARTNERS_TOO, "head", "analyst", "log reviewer", "admin"), OK),
}
_OPEN = {**EVERYBODY, "anonymous": OK, "deactivated": OK}

_ROSTER = _roles(*STAFF, "head", "admin")
_PLANS = _roles(*LEADS, "head")
_PLANS_TRIES = _roles(*LEADS, "head", says=TRIED)
#: What is not there, for everybody; who may do what with a shift that is there is asked in tests/notifications/roster.
NOBODY = _roles()
_RULES = _roles("head", "log reviewer", "admin")
_NOT_THERE = "0e7f6a52-6c0e-4d5a-9d5e-3b1f4a2c9d10"
_NO_ACCOUNT = (dict.fromkeys(("session_id", "token_id", "person_id", "passkey_id", "request_id"), _NOT_THERE),)
_TRIES = _roles(*KNOWN, says=TRIED)
_NO_CHANGE = ({"change_id": _NOT_THERE},)
_NO_ACCESS = ({"access_id": _NOT_THERE},)
_NO_SHIFT = (dict.fromkeys(("row_id", "offer_id", "pattern_id", "absence_id"), _NOT_THERE) | {"day": "2026-11-13"},)

ROUTES: dict[str, Route] = {
    # --- Of the whole product
    "login/": Route(_any(OK, anonymous=OK | METHOD, deactivated=OK | METHOD), stranger=OK, sends="login"),
    # Who has shown no password is sent to where it is asked for; the sign-on is not there unless it is set.
    "login/code/": Route(_login_step(LOGIN, "POST"), stranger=OK),
    "login/passkey/": Route({"POST": dict.fromkeys(ACTORS, LOGIN)}, stranger=OK),
    "login/phone/": Route(_login_step(LOGIN, "POST"), stranger=OK),
    "login/municipal/": Route({"POST": dict.fromkeys(ACTORS, HIDDEN)}, stranger=OK),
    "login/municipal/done/": Route(_login_step(HIDDEN), stranger=OK),
    "logout/": Route({"POST": dict.fromkeys(_OPEN, LOGIN), "OPTIONS": _OPEN}, stranger=OK),
    "language": Route(_any(OK), stranger=OK, sends="language"),
    "stay/": Route({"POST": {**EVERYBODY, "anonymous": LOGIN, "deactivated": LOGIN}}, stranger=OK),
    "printed/": Route({"POST": {**EVERYBODY, "anonymous": LOGIN, "deactivated": LOGIN}}, stranger=OK, sends="printed"),
    # --- How one comes in: the own page, and what is not there; who may help whom is asked in tests/riskzon.
    "account/": _page(EVERYBODY, ""),
    "account/phone/": Route({"GET": EVERYBODY, "HEAD": EVERYBODY, "POST": _TRIES}, sends="nothing"),
    "account/password/": Route({"GET": EVERYBODY, "HEAD": EVERYBODY, "POST": _TRIES}, sends="nothing"),
    "account/passkeys/": _press(NOBODY, "nothing", ""),
    "account/passkeys/new/": _form(NOBODY, "nothing", "", is_view_class=False),
    "account/passkeys/<uuid:passkey_id>/remove/": _form(
        NOBODY, "nothing", "", is_view_class=False, variants=_NO_ACCOUNT
    ),
    "account/codes/": _press(NOBODY, "nothing", ""),
    "account/sessions/<uuid:session_id>/end/": _press(NOBODY, "nothing", "", variants=_NO_ACCOUNT),
    "account/tokens/": _press(EVERYBODY, "token", ""),
    "account/tokens/<uuid:token_id>/revoke/": _press(NOBODY, "nothing", "", variants=_NO_ACCOUNT),
    "accounts/": _page(_roles("admin"), ""),
    "accounts/new/": _form(_roles("admin"), "account", "", is_view_class=False),
    "accounts/<uuid:person_id>/role/": _form(NOBODY, "role", "", is_view_class=False, variants=_NO_ACCOUNT),
    "accounts/<uuid:person_id>/password/": _form(NOBODY, "nothing", "", is_view_class=False, variants=_NO_ACCOUNT),
    "accounts/<uuid:person_id>/close/": _form(NOBODY, "nothing", "", is_view_class=False, variants=_NO_ACCOUNT),
    "roles/": _page(_roles(*LEADS, "head", "log reviewer", "admin"), ""),
    "roles/<uuid:request_id>/": _page(NOBODY, "", variants=_NO_ACCOUNT),
    "roles/<uuid:request_id>/confirm/": _press(NOBODY, "nothing", "", variants=_NO_ACCOUNT),
    "roles/<uuid:request_id>/refuse/": _press(NOBODY, "reason", "", variants=_NO_ACCOUNT),
    "accounts/<uuid:person_id>/": _page(NOBODY, "", variants=_NO_ACCOUNT),
    "accounts/<uuid:person_id>/reset/": _press(NOBODY, "nothing", "", variants=_NO_ACCOUNT),
    "accounts/<uuid:person_id>/sessions/end/": _press(NOBODY, "nothing", "", variants=_NO_ACCOUNT),
    "accounts/<uuid:person_id>/tokens/<uuid:token_id>/revoke/": _press(NOBODY, "nothing", "", variants=_NO_ACCOUNT),
    # Whoever has no form of their own open has no draft.
    "drafts/": Route({"POST": dict.fromkeys(ACTORS, HIDDEN)}, stranger=OK),
    "drafts/discard/": Route({"POST": dict.fromkeys(ACTORS, HIDDEN)}, stranger=OK),
    "accessibility": Route({"GET": _OPEN, "HEAD": _OPEN}, stranger=OK),
    "": _page(
        _FIRST_PAGE,
        "",
        queries=("", "?view=all&state=", "?view=unassigned", "?view=overdue", "?view=from_duty", "?cursor=x"),
    ),
    "worklist/status/": _page(_roles(*STAFF), "", queries=("?since=2026-11-12T00:00:00Z",)),
    "worklist/take-over/": _press(_roles(*STAFF), "nothing", ""),
    "who-may/": _page(_roles(*STAFF, *LIAISONS, "head", "log reviewer", "admin"), ""),
    "search/": _form(_roles(*STAFF), "search", "", is_view_class=False),
    # In an emergency: what may not be opened answers on the form, like what is not there; what is there is asked in
    # tests/workflows/test_emergency.py.
    "emergency/": Route(
        {"GET": _roles(*STAFF), "HEAD": _roles(*STAFF), "POST": _roles(*STAFF, says=TRIED)}, sends="emergency"
    ),
    "emergency/<uuid:access_id>/": _form(NOBODY, "emergency_review", "", is_view_class=False, variants=_NO_ACCESS),
    "emergency/<uuid:access_id>/confirm/": _press(NOBODY, "nothing", "", variants=_NO_ACCESS),
    "inbox/": _page(EVERYBODY, "", queries=("", "?show=unread")),
    "inbox/read/": _press(EVERYBODY, "read", ""),
    "inbox/phone/": _form(_roles("duty by day", "duty by night"), "phone", "", is_view_class=False),
    "deliveries/": _page(_roles(*LEADS, "head", "admin"), ""),
    "mailbox/": _page(EVERYBODY, ""),
    "demo/clock/": _press(EVERYBODY, "clock", ""),
    # --- Who is on duty
    "roster/": _page(_ROSTER, "", queries=("", "?from=2026-12-24", "?from=x")),
    "roster/shifts/<uuid:row_id>/<str:day>/": _page(NOBODY, "", variants=_NO_SHIFT),
    "roster/shifts/<uuid:row_id>/<str:day>/offer/": _press(NOBODY, "roster_person", "", variants=_NO_SHIFT),
    "roster/shifts/<uuid:row_id>/<str:day>/move/": _press(NOBODY, "roster_person", "", variants=_NO_SHIFT),
    "roster/shifts/<uuid:row_id>/<str:day>/call-off/": _press(NOBODY, "nothing", "", variants=_NO_SHIFT),
    "roster/offers/<uuid:offer_id>/take/": _press(NOBODY, "nothing", "", variants=_NO_SHIFT),
    "roster/offers/<uuid:offer_id>/withdraw/": _press(NOBODY, "nothing", "", variants=_NO_SHIFT),
    "roster/patterns/": _page(_PLANS, ""),
    "roster/patterns/new/": _form(_PLANS, "roster_pattern", "", is_view_class=False),
    "roster/patterns/<uuid:pattern_id>/end/": _form(NOBODY, "roster_end", "", variants=_NO_SHIFT, is_view_class=False),
    "roster/extra/new/": _form(_PLANS, "roster_extra", "", is_view_class=False),
    "roster/absences/<uuid:absence_id>/end/": _press(NOBODY, "nothing", "", variants=_NO_SHIFT),
    # A file that is not sent is asked for again.
    "roster/import/": Route({"GET": _PLANS, "HEAD": _PLANS, "POST": _PLANS_TRIES}, sends="nothing"),
    "roster/import/confirm/": _press(_PLANS_TRIES, "nothing", ""),
    "roster/feed/": _form(_ROSTER, "nothing", "", is_view_class=False),
    "roster/feed/revoke/": _press(_ROSTER, "nothing", ""),
    # Nobody logs in to it: whoever has the secret reads the calendar, and for everybody else there is none.
    "roster/feed/<str:token>.ics": Route(
        dict.fromkeys(("GET", "HEAD"), dict.fromkeys(_OPEN, HIDDEN)), stranger=OK, variants=({"token": "x" * 43},)
    ),
    # --- Rules and ladders; who may answer what was proposed is asked in tests/workflows/rules.
    "rules/": _page(_RULES, ""),
    "rules/calendar/": _page(_RULES, ""),
    "rules/calendar/<int:year>/": _page(
        _RULES, "", variants=({"year": "2026"},), queries=("", "?day=2026-10-31&clock=14.00")
    ),
    "rules/changes/<uuid:change_id>/": _page(NOBODY, "", variants=_NO_CHANGE),
    "rules/changes/<uuid:change_id>/confirm/": _press(NOBODY, "nothing", "", variants=_NO_CHANGE),
    "rules/changes/<uuid:change_id>/refuse/": _press(NOBODY, "reason", "", variants=_NO_CHANGE),
    "rules/changes/<uuid:change_id>/withdraw/": _press(NOBODY, "nothing", "", variants=_NO_CHANGE),
    "rules/<slug:kind>/new/": _form(
        _roles("admin"), "rule", "", is_view_class=False, variants=({"kind": "open_investigation"},)
    ),
    "rules/<slug:kind>/<slug:report_kind>/new/": _form(
        _roles("admin"),
        "rule",
        "",
        is_view_class=False,
        variants=({"kind": "guardian_contact", "report_kind": "concern"},),
    ),
    "ladders/<slug:kind>/new/": _form(
        _roles("admin"), "ladder", "", is_view_class=False, variants=({"kind": "open_investigation"},)
    ),
    # --- The review of the access log; who may look at which reading is asked in tests/workflows/test_log_reviews.py.
    "log-reviews/": _page(_roles(*LEADS, "head", "log reviewer"), "", queries=("", "?show=done")),
    "log-reviews/<uuid:review_id>/": Route(
        dict.fromkeys(("GET", "HEAD", "POST"), NOBODY),
        sends="log_review",
        variants=({"review_id": _NOT_THERE},),
    ),
    "log-reviews/<uuid:review_id>/block/": _press(NOBODY, "nothing", "", variants=({"review_id": _NOT_THERE},)),
    # --- One case
    _C: _page(SEE),
    _C + "timeline/": _page(READ),
    _C + "deadlines/": _page(READ),
    _C + "documents/": _page(READ),
    _C + "process/": _page(READ),
    _C + "log/": _page(READ),
    _C + "take/": _press(HOLD_CASE),
    _C + "take-over/": _press(HOLD_CASE),
    _C + "assign/": _form(HOLD_CASE, "assign"),
    _C + "hand-over/": _form(HOLD_CASE, "hand_over"),
    _C + "liaison/": _form(HOLD_CASE, "liaison"),
    _C + "contact/": _form(SEE, "contact"),
    _C + "assessment/": _form(WORK, "assessment"),
    _C + "disposition/": _form(HOLD_CASE, "disposition"),
    _C + "end/": _page(READ),
    _C + "end/new/<slug:slug>/": _form(HOLD_CASE, "end", variants=({"slug": "not-identified"},)),
    _C + "end/confirm/": _press(HOLD_CASE),
    _C + "end/acknowledge/": _form(HOLD_CASE, "acknowledge"),
    _C + "end/refuse/": _form(HOLD_CASE, "refuse"),
    _C + "feedback/": _form(WORK, "feedback"),
    _C + "feedback-request/": _press(WORK),
    _C + "note/": _form(WORK, "note"),
    _C + "supplement/": _form(SEE, "supplement"),
    _C + "times/": _form(SEE, "times"),
    _C + "child/": _form(WORK, "child"),
    _C + "child/informed/": _form(WORK, "informed"),
    _C + "guardians/new/": _form(WORK, "guardian"),
    _C + "guardians/none/": _form(DECIDE_HOLD, "reason"),
    _C + "guardians/<uuid:guardian_id>/": _form(WORK, "guardian"),
    _C + "guardians/<uuid:guardian_id>/write-off/": _form(WORK, "reason"),
    _C + "guardians/<uuid:guardian_id>/contacts/<slug:outcome>/": _press(
        SEE, variants=({"outcome": "no_answer"}, {"outcome": "reached"})
    ),
    _C + "guardians/<uuid:guardian_id>/here/": _form(SEE, "here"),
    _C + "guardians/here/": _form(SEE, "someone_here"),
    # Whoever sees a case can step back from it; who has done so is for the unit's supervisor (tests/access/test_seen_by.py).
    _C + "conflict/": _form(SEE, "conflict"),
    _C + "access/": _page(READ),
    _C + "blocks/new/": _form(LEAD, "block"),
    _C + "blocks/<uuid:person_id>/end/": _press(LEAD),
    # --- What leaves, and what the liaison sees
    _C + "disclosures/": _page(READ),
    _C + "disclosures/new/": _form(WORK, "disclosure"),
    _C + "disclosures/<uuid:disclosure_id>/correct/": _form(WORK, "disclosure_again", "disclosure"),
    _C + "as-liaison/": _page(WORK),
    # Extracts: what there is of them is asked in tests/workflows/test_extracts.py; here there is none.
    _C + "extracts/": _form(WORK, "extract"),
    _C + "extracts/<uuid:extract_id>/": _page(_NO_EXTRACT, variants=_NO_EXTRACTS),
    _C + "extracts/<uuid:extract_id>/json/": _page(_NO_EXTRACT, variants=_NO_EXTRACTS),
    _C + "extracts/<uuid:extract_id>/decide/": _form(_NO_DECISION, "extract_decision", variants=_NO_EXTRACTS),
    # Nobody's identity is protected here: tests/workflows/pages/test_veil.py.
    _C + "reveal/": _form(READ, "reveal"),
    "disclosures/": _page(_roles(*LEADS), ""),
    "reports/disclosed/": _page(_roles(*LIAISONS), ""),
    _C + "holds/": _page(READ),
    _C + "holds/new/": _form(DECIDE_HOLD, "hold"),
    _C + "holds/not-needed/": _form(DECIDE_HOLD, "not_needed"),
    _C + "holds/<uuid:hold_id>/renew/": _form(DECIDE_HOLD, "renew", "hold"),
    _C + "holds/<uuid:hold_id>/end/": _form(DECIDE_HOLD, "reason", "hold"),
    _C + "holds/<uuid:hold_id>/confirm/": _press(DECIDE_HOLD, about="hold"),
    _C + "holds/<uuid:hold_id>/refuse/": _form(DECIDE_HOLD, "refuse", "hold"),
    # --- The investigation that was opened from it
    "investigations/": _page(_roles("worker", "worker elsewhere", *LEADS), "", queries=("", "?show=mine")),
    _C + "investigation/": _page(READ, "investigation"),
    _C + "investigation/told/": _form(HOLD_CASE, "told", "investigation"),
    _C + "investigation/plan/": _form(HOLD_CASE, "plan", "investigation"),
    _C + "investigation/heard/": _form(HOLD_CASE, "heard", "investigation"),
    _C + "investigation/extend/": _form(HOLD_CASE, "extend", "investigation"),
    _C + "investigation/extend/confirm/": _press(LEAD_ONLY, about="investigation"),
    _C + "investigation/extend/refuse/": _form(LEAD_ONLY, "refuse", "investigation"),
    _C + "investigation/close/": _form(HOLD_CASE, "close", "investigation"),
    _C + "investigation/statement/": _form(HOLD_CASE, "statement", "investigation"),
    _C + "investigation/statement/sent/": _press(HOLD_CASE, about="investigation"),
    # --- Who is away
    "absence/": _form(_roles(*AWAY), "absence", "", is_view_class=False),
    "absence/<uuid:absence_id>/end/": _press(_roles(says=HIDDEN), "nothing", "", variants=_NO_ABSENCE),
    # --- What comes in
    "reports/new/": _page(_roles(*REGISTER), ""),
    "reports/new/<slug:slug>/": _form(
        _roles(*REGISTER), "look", "", is_view_class=False, variants=({"slug": "concern"},)
    ),
    # The same form, filled with what the next person in an event has in common with the last.
    "reports/new/<slug:slug>/?after=<str:number>": _page({}, "next", variants=({"slug": "arrest"},)),
    "reports/own/": _page(_roles(*LIAISONS), ""),
    "reports/sent/": _page(_roles(*PARTNERS_TOO), ""),
    "reports/known/": _form(_roles(*STAFF), "known", "", is_view_class=False),
    "reports/<str:number>/receipt/": _page({}, "receipt"),
    "reports/colleagues/": _page(_roles(*LIAISONS), ""),
    "reports/<str:number>/take-over/": _press({}, about="colleague"),
    # --- Overview
    "board/": _page(_roles(*LEADS, "head"), ""),
    "board/in-time/<slug:line>/<slug:part>/": _page(
        _roles(*LEADS, "head"), "", variants=tuple({"line": "arrest", "part": part} for part in ("decided", "missed"))
    ),
    "board/<slug:figure>/": _page(
        _roles(*LEADS, "head"),
        "",
        variants=tuple(
            {"figure": name}
            for name in ("overdue", "soon", "unassigned", "holds", "ends", "late-registered", "late-notice")
        ),
    ),
    "breaches/": _page(_roles(*LEADS, "head"), "", queries=("", "?show=all")),
    "breaches/<uuid:breach_id>/": _form({}, "review", "breach", is_view_class=False),
    "since/": _page(_roles(*LEADS, "head"), "", queries=("", "?from=day", "?from=week", "?from=x")),
    "waiting/": _page(_roles(*LEADS, "duty by day", "duty by night", "head"), ""),
    "accounting/": _page(_roles(*LEADS, "head"), ""),
    "statistics/": _page(_roles("analyst", "head"), ""),
    # --- API
    _A: Route({"GET": dict.fromkeys(_OPEN, HIDDEN), "HEAD": dict.fromkeys(_OPEN, HIDDEN)}, stranger=OK),
    _A + "openapi.json": Route({"GET": _OPEN, "HEAD": _OPEN}, stranger=OK),
    _A + "docs": Route({"GET": _OPEN, "HEAD": _OPEN}, stranger=OK),
    # Nobody sweeps while the suite runs, and that is what it says (503).
    _A + "health": Route(dict.fromkeys(("GET", "HEAD"), dict.fromkeys(_OPEN, FAULT)), stranger=OK),
    _A + "reports": _call("POST", _roles(*REGISTER, others=NO), "report", ""),
    _A + "reports/<number>": _call("GET", SEE, about="report"),
    _A + "reports/<number>/supplements": _call("POST", SEE, "supplement", "report"),
    _A + "reports/<number>/times": _call("PATCH", SEE, "times", "report"),
    _A + "reports/<number>/take-over": _call("POST", {}, about="colleague"),
    _A + "reports/<number>/feedback-request": _call("POST", WORK, about="report"),
    _A + "reports/<number>/feedback": _call("POST", WORK, "feedback", "report"),
    _A + "cases": _call(
        "GET",
        EVERYBODY,
        about="",
        queries=("", "?scope=mine", "?scope=unit&state=open", "?scope=from_duty", "?overdue=true"),
    ),
    _A + "cases/search": _call("POST", EVERYBODY, "search", ""),
    _AC: _call("GET", SEE),
    _AC + "/child": _call("PATCH", WORK, "child"),
    _AC + "/assign": _call("POST", HOLD_CASE, "assign"),
    _AC + "/reveal": _call("POST", READ, "reveal"),
    _AC + "/take": _call("POST", HOLD_CASE),
    _AC + "/take-over": _call("POST", HOLD_CASE),
    _AC + "/hand-over": _call("POST", HOLD_CASE, "hand_over"),
    _AC + "/liaisons": _call("POST", HOLD_CASE, "liaison"),
    _AC + "/notes": _call("POST", WORK, "note"),
    _AC + "/child-informed": _call("POST", WORK, "informed"),
    _AC + "/guardians": _call("POST", WORK, "guardian"),
    _AC + "/guardians/<uuidstr:guardian_id>/write-off": _call("POST", WORK, "reason"),
    _AC + "/contacts": _call("POST", SEE, "contact"),
    _AC + "/protective-assessment": _call("POST", WORK, "assessment"),
    _AC + "/holds": _call("POST", DECIDE_HOLD, "hold"),
    _AC + "/blocks": Route({"GET": LEAD, "HEAD": LEAD, "POST": SEE}, "case", KEY, "conflict"),
    _AC + "/blocks/<username>/end": _call("POST", LEAD),
    _AC + "/disclosures": Route({"GET": SEE, "HEAD": SEE, "POST": WORK}, "case", KEY, "disclosure"),
    _A + "disclosures": _call("GET", _roles(*LEADS, *LIAISONS, others=NO), about=""),
    _AC + "/disposition": _call("POST", HOLD_CASE, "disposition"),
    _AC + "/disposition/confirm": _call("POST", HOLD_CASE),
    _A + "guardians/<uuidstr:guardian_id>": _call("PATCH", WORK_BY_ID, "guardian", "guardian"),
    _A + "holds/<uuidstr:hold_id>/confirm": _call("POST", HOLD_BY_ID, about="hold"),
    _A + "holds/<uuidstr:hold_id>/refuse": _call("POST", HOLD_BY_ID, "refuse", "hold"),
    _A + "holds/<uuidstr:hold_id>/renew": _call("POST", HOLD_BY_ID, "renew", "hold"),
    _A + "holds/<uuidstr:hold_id>/end": _call("POST", HOLD_BY_ID, "reason", "hold"),
    _AI: _call("GET", READ_BY_ID, about="investigation"),
    **{
        f"{_AI}/{name}": _call("POST", DISPOSE_BY_ID, name, "investigation")
        for name in ("told", "plan", "heard", "extend", "close", "statement")
    },
    _AI + "/extend/confirm": _call("POST", REVIEW_BY_ID, about="investigation"),
    _AI + "/statement/sent": _call("POST", DISPOSE_BY_ID, about="investigation"),
    _A + "breaches/<uuidstr:breach_id>/review": _call("POST", REVIEW_BY_ID, "review", "breach"),
    _A + "deadlines": _call("GET", EVERYBODY, about=""),
    _A + "breaches": _call("GET", EVERYBODY, about=""),
    _A + "waiting": _call("GET", _roles(*LEADS, "duty by day", "duty by night", "head", others=NO), about=""),
    _A + "statistics": _call("GET", _roles(*STAFF, "head", "analyst", others=NO), about=""),
    _A + "accounting": _call("GET", _roles(*STAFF, "head", "admin", "log reviewer", others=NO), about=""),
    _A + "absences": Route(
        {method: _roles(*AWAY, others=NO) for method in ("GET", "HEAD", "POST")}, "", KEY, "absence"
    ),
    _A + "absences/<uuidstr:absence_id>/end": _call("POST", _roles(says=HIDDEN), about="", variants=_NO_ABSENCE),
    _A + "roster": _call("GET", _roles(*STAFF, "head", "admin", others=NO), about="", queries=("", "?from=2026-11-13")),
    _A + "emergency-access": _call("POST", NOBODY, "emergency", ""),
    _A + "emergency-access/<uuidstr:access_id>": _call("GET", NOBODY, about="", variants=_NO_ACCESS),
    _A + "emergency-access/<uuidstr:access_id>/confirm": _call("POST", NOBODY, about="", variants=_NO_ACCESS),
    _A + "emergency-access/<uuidstr:access_id>/review": _call(
        "POST", NOBODY, "emergency_review", "", variants=_NO_ACCESS
    ),
    _A + "demo/clock": Route(dict.fromkeys(("GET", "HEAD", "POST"), EVERYBODY), stranger=KEY, sends="clock"),
}
