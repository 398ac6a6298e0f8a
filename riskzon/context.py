"""What does every page need around its own content: navigation by role, the product's clock, the demo's controls?"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, ResolverMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from riskzon import clock, stay, timewords
from riskzon.matrix import PLACES, Place
from riskzon.models import CANARY_USERNAME, Role, User

CITY = "Borås Stad"
PRODUCT = "Riskzon"


@dataclass(frozen=True)
class NavItem:
    """One place in the header. `under`: it is also the current one on pages whose route starts so."""

    name: str
    label: Any
    icon: str
    under: tuple[str, ...] = ()


WORKLIST = NavItem("worklist", _("Arbetslista"), "list-checks", ("cases/", "search/", "emergency/"))
INVESTIGATIONS = NavItem("investigations", _("Utredningar"), "folder-open")
NEW_REPORT = NavItem("report-new", _("Ny anmälan"), "file-plus-2", ("reports/new/",))
NEW_CUSTODY = NavItem("report-new", _("Registrera gripen / LOB"), "file-plus-2", ("reports/new/",))
OWN_REPORTS = NavItem("liaison-reports", _("Mina anmälningar"), "files", ("cases/", "reports/colleagues/"))
DISCLOSED = NavItem("disclosures-received", _("Utlämnat"), "send")
RECEIPTS = NavItem("partner-receipts", _("Mina anmälningar"), "files")
BOARD = NavItem("board", _("Enhetens läge"), "gauge", ("board/", "breaches/", "since/", "disclosures/"))
STATISTICS = NavItem("statistics", _("Statistik"), "chart-column")
ACCOUNTING = NavItem("accounting", _("Redovisning"), "scale")
ROSTER = NavItem("roster", _("Jour"), "calendar-clock", ("roster/",))
RULES = NavItem("rules", _("Regler"), "book-open-check", ("rules/", "ladders/"))
ACCOUNTS = NavItem("accounts", _("Konton"), "users", ("accounts/", "roles/"))
ROLES = NavItem("roles", _("Roller"), "user-check", ("roles/",))
LOG_REVIEWS = NavItem("log-reviews", _("Loggkontroll"), "shield-check", ("log-reviews/",))
WAITING = NavItem("waiting", _("Väntar på mig"), "list-todo", ("roles/",))
INBOX = NavItem("inbox", _("Meddelanden"), "inbox", ("inbox/",))

NAVIGATION: dict[str, tuple[NavItem, ...]] = {
    Role.SOCIAL_WORKER: (WORKLIST, INVESTIGATIONS, NEW_REPORT, ROSTER, INBOX),
    Role.SUPERVISOR: (WAITING, BOARD, WORKLIST, INVESTIGATIONS, NEW_REPORT, ROSTER, INBOX),
    Role.HEAD: (BOARD, WAITING, STATISTICS, ACCOUNTING, ROSTER, RULES, INBOX),
    Role.DUTY: (WORKLIST, WAITING, NEW_REPORT, ROSTER, INBOX),
    Role.LIAISON: (NEW_CUSTODY, OWN_REPORTS, DISCLOSED, INBOX),
    Role.ANALYST: (STATISTICS, INBOX),
    Role.LOG_REVIEWER: (LOG_REVIEWS, RULES, ROLES, INBOX),
    Role.ADMIN: (ROSTER, RULES, ACCOUNTS, INBOX),
    Role.PARTNER: (NEW_REPORT, RECEIPTS, INBOX),
}
#: Who has the search box in the header; the search itself asks the policy.
SEARCHES = PLACES[Place.SEARCH]
#: Who registers own absence in the menu under the name.
MAY_BE_AWAY = PLACES[Place.ABSENCE]
DEMO_ROLES = (
    Role.LIAISON,
    Role.SOCIAL_WORKER,
    Role.SUPERVISOR,
    Role.DUTY,
    Role.HEAD,
    Role.ANALYST,
    Role.PARTNER,
    Role.LOG_REVIEWER,
    Role.ADMIN,
)
DEMO_STEPS = ((900, _("+15 min")), (3600, _("+1 tim")), (4 * 3600, _("+4 tim")), (24 * 3600, _("+24 tim")))


def address(name: str) -> str:
    """The path of a url name, or "" where the page does not exist: the header shows no dead links."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def navigation(user: Any, here: ResolverMatch | None) -> list[dict[str, Any]]:
    """The header's places for one person, those that exist; `current` is what aria-current says of each."""
    name, route = (here.url_name, here.route or "") if here else ("", "")

    def current(item: NavItem) -> str:
        if item.name == name:
            return "page"
        return "true" if route.startswith(item.under or ("\0",)) else ""

    return [
        {"item": item, "url": url, "current": current(item)}
        for item in NAVIGATION.get(getattr(user, "role", ""), ())
        if (url := address(item.name))
    ]


def demo_accounts() -> list[User]:
    """The accounts of the demo, for the buttons on its login page: those who do the day's work first."""
    people = User.objects.filter(is_active=True).exclude(username=CANARY_USERNAME)
    found = people.select_related("unit").order_by("date_joined", "username")[:20]
    return sorted(found, key=lambda user: DEMO_ROLES.index(user.role))


def _session(request: HttpRequest) -> dict[str, str] | None:
    """Of which login the page is, and when that ends; None where no session is (a page drawn without one)."""
    told = stay.told(request)
    if not told:
        return None
    back = stay.way_back(request, address("login"))
    return {"left": told[stay.LEFT], "at_most": told[stay.AT_MOST], "mark": told[stay.MARK], "back": back}


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor. `now` is a callable, so that a page without moments never asks the database for the time."""
    user = getattr(request, "user", None)
    here = request.resolver_match
    signed_in = bool(user and user.is_authenticated)
    demo = settings.RISKZON_DEMO
    product_now: Callable[[], datetime] = cache(clock.now)
    return {
        "product": PRODUCT,
        "city": CITY,
        "nav": navigation(user, here) if signed_in else [],
        "nav_inbox": INBOX,
        "nav_waiting": WAITING,
        "search_url": address("search") if signed_in and getattr(user, "role", "") in SEARCHES else "",
        "absence_url": address("absence") if signed_in and getattr(user, "role", "") in MAY_BE_AWAY else "",
        "who_may_url": address("who-may") if signed_in and getattr(user, "role", "") in PLACES[Place.WHO_MAY] else "",
        "account_url": address("account") if signed_in else "",
        "accessibility_url": address("accessibility"),
        "login_url": address("login"),
        "logout_url": address("logout"),
        "session": _session(request) if signed_in else None,
        # A page for nobody: the other tabs of this browser show nothing of anybody any more.
        "session_over": user is not None and not signed_in,
        "language_url": address("set_language"),
        "other_language": ("sv", "Svenska") if get_language() == "en" else ("en", "English"),
        "here": request.get_full_path(),
        "demo": demo,
        "demo_clock_url": address("demo-clock") if demo and signed_in else "",
        "demo_steps": DEMO_STEPS,
        "demo_mailbox_url": address("mailbox") if demo and signed_in else "",
        "demo_accounts": demo_accounts if demo else (),
        "words": json.dumps(timewords.words_for_browser(), ensure_ascii=False),
        "now": product_now,
    }
