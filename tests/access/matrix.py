"""What does each person meet at each address, for each object, with each method, and which of all these are tried?"""

import os
from collections.abc import Iterator, Sequence

from tests.access.actors import ACTORS, HIDDEN, LOGIN, METHOD, NO, OK, TRIED, By, Says
from tests.access.routes import METHODS, ROUTES, Route
from tests.access.world import (
    BLOCKED,
    CLOSED,
    GRANTED,
    MISSING,
    OTHER_UNIT,
    OWN_REPORT,
    OWN_UNIT,
    PARTNERS,
    SITUATIONS,
)

#: Allowed, but often too late or not called for: what may be there to do differs with the case.
_WAITS = frozenset(
    {"nothing", "feedback", "informed", "disposition", "not_needed", "end", "acknowledge", "refuse", "reveal"}
)
#: Who registered what, besides the worker.
_REGISTRARS = {OWN_REPORT: "liaison", BLOCKED: "liaison", CLOSED: "liaison", PARTNERS: "partner"}
#: The targets about which a supervisor has decided to wait with contact.
_HELD = (OWN_UNIT, OTHER_UNIT, OWN_REPORT, GRANTED, BLOCKED)


#: RISKZON_FULL_WALK=1: every route with every method in every situation, when nobody waits for it.
_IN_FULL = os.environ.get("RISKZON_FULL_WALK") == "1"


def tried(name: str) -> Iterator[tuple[str, str, str]]:
    """What this person tries, as (pattern, situation, method).

    Whoever reaches cases tries every route on a case of each ground, on one of another unit and on the blocked one. Where
    many meet the same, they take turns: with the methods that a route does not have, with what nobody but they may see,
    with closed and missing cases. So everything is tried by somebody, and every route by everybody.
    """
    turn = list(ACTORS).index(name)
    for place, (pattern, route) in enumerate(ROUTES.items(), start=turn):
        own = [method for method in METHODS if method in route.rules and method != "HEAD"]
        beside = [method for method in METHODS if method not in own]
        if _IN_FULL:
            methods = [method for method in METHODS if method in route.rules] if "?" in pattern else METHODS
            yield from ((pattern, situation, method) for situation in SITUATIONS for method in methods)
        elif route.stranger == OK and name != "anonymous":
            # Open to everybody, the same for everybody.
            yield pattern, OWN_UNIT, METHODS[place % len(METHODS)]
        elif not route.about:
            yield from ((pattern, OWN_UNIT, method) for method in (*own, beside[place % len(beside)]))
        else:
            cells = list(_on_cases(name, own, place))
            yield from ((pattern, *cell) for cell in cells)
            # What is asked of a page is read; the other methods are tried at the page itself.
            if "?" not in pattern:
                yield pattern, cells[0][0], beside[place % len(beside)]


def _on_cases(name: str, own: Sequence[str], place: int) -> Iterator[tuple[str, str]]:
    """Which methods of one route are tried on which cases, the most telling case first."""
    reaches = ACTORS[name].reaches
    first = {ground: situation for situation, ground in reversed(reaches.items())}
    strongest = own[-1:]
    for ground, situation in first.items():
        # What a unit's own people may do is told in full by the first two.
        if name in ("worker", "lead") or ground not in (By.UNIT, By.LEAD) or place % 2:
            # Who can send a form can open it: that they are not the same is looked at once.
            yield from ((situation, method) for method in (own if name in ("worker", "liaison") else strongest))
    if CLOSED in reaches and (name == "liaison" or place % 2):
        yield CLOSED, strongest[0]
    unseen = [situation for situation in SITUATIONS if situation not in reaches and situation != MISSING]
    if reaches:
        yield unseen[0], own[place % len(own)]
        yield BLOCKED, strongest[0]
    else:
        if name == "partner":
            yield from ((PARTNERS, method) for method in own)
        if name == "liaison elsewhere":
            # A colleague's, which is not seen, but may be taken over.
            yield OWN_REPORT, strongest[0]
        yield unseen[place % len(unseen)], own[place % len(own)]
    if place % 3 == 0:
        yield MISSING, own[place % len(own)]


def expected(pattern: str, name: str, situation: str, method: str) -> Says:
    """What this person meets at this address, for this object, with this method."""
    route, actor = ROUTES[pattern], ACTORS[name]
    is_call = pattern.startswith("api/")
    if method not in route.rules:
        return _wrong_method(route, name, is_call=is_call, method=method)
    if not actor.is_known and route.stranger != OK:
        return route.stranger
    match route.about:
        case "":
            return route.rules[method][name]
        case "receipt" | "next":
            # With the right to a case of it; a partner's receipt stays, and a partner has no next person.
            registrar = "worker" if situation in (OWN_UNIT, OTHER_UNIT, GRANTED) else _REGISTRARS.get(situation)
            stays = registrar == "partner" and route.about == "receipt"
            return OK if name == registrar and (stays or situation in actor.reaches) else HIDDEN
        case "colleague":
            # The other liaison's open report; every child of it may be followed, and nobody else may step in.
            return OK if (name, situation) == ("liaison elsewhere", OWN_REPORT) else HIDDEN
        case "breach" if not is_call:
            return _breach_page(name, situation, method)
        case "report" if (name, situation) == ("partner", PARTNERS) and method in ("GET", "HEAD"):
            return OK
    ground = actor.reaches.get(situation)
    if route.about == "guardian" and (name, situation) == ("lead elsewhere", GRANTED):
        # The earlier report about the same child is in his unit, and the guardian is the child's.
        ground = By.LEAD
    says = route.rules[method][ground] if ground else HIDDEN
    if (
        ground == By.FOLLOW
        and situation == CLOSED
        and pattern.endswith(("contact/", "contacts", "<slug:outcome>/", "here/"))
    ):
        return says if method == "GET" else NO
    if route.about == "hold" and situation not in _HELD and (says == OK or is_call):
        return HIDDEN
    if route.about == "disclosure" and situation == PARTNERS and says == OK:
        return HIDDEN
    if route.about == "investigation" and situation != OWN_UNIT and (says == OK or is_call):
        return HIDDEN
    if name == "liaison" and situation == OWN_REPORT and route.sends == "contact" and method == "POST":
        # Contact is held back with one guardian, so the liaison is not to call any.
        return TRIED
    if says == OK and method not in ("GET", "HEAD") and (situation == CLOSED or route.sends in _WAITS):
        return TRIED
    return says


def _wrong_method(route: Route, name: str, *, is_call: bool, method: str) -> Says:
    if is_call:
        return METHOD
    if not ACTORS[name].is_known and route.stranger == LOGIN:
        return LOGIN
    if route.is_view_class and method == "OPTIONS":
        return OK
    is_gated = any(rule.get(name) == HIDDEN for rule in route.rules.values()) or route.about in (
        "breach",
        "receipt",
        "colleague",
    )
    return METHOD | HIDDEN if is_gated else METHOD


def _breach_page(name: str, situation: str, method: str) -> Says:
    """The supervisor's page, which the head of department may read: which limit of which case, nothing of the case."""
    if name == "head":
        if method == "POST":
            return NO
        return HIDDEN if situation in (BLOCKED, MISSING) else OK
    return OK if ACTORS[name].reaches.get(situation) == By.LEAD else HIDDEN
