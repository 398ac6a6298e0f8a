"""How urgent does one deadline look, and with which words and icon is that said?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from riskzon import timewords
from riskzon.localtime import local_midnight_after

PROTECTIVE_ASSESSMENT = "protective_assessment"

#: level -> icon. The level is also the last part of the css classes `due--…` and `is-…`.
ICONS = {
    "over": "alarm-clock",
    "soon": "clock-alert",
    "urgent": "zap",
    "calm": "clock",
    "done": "circle-check",
    "late": "circle-check-big",
    "off": "circle-slash",
}
#: state -> level and words of what counts no further.
SETTLED = {
    "met": ("done", _lazy("Klar i tid")),
    "met_late": ("late", _lazy("Klar efter fristen")),
    "exempt": ("off", _lazy("Undantagen")),
    "void": ("off", _lazy("Gäller inte längre")),
}
#: What a deadline is called where there is little room; the full name stands on the case page.
SHORT_TITLES = {
    "guardian_contact": _lazy("Kontakt med vårdnadshavare"),
    "protective_assessment": _lazy("Omedelbar skyddsbedömning"),
    "open_investigation": _lazy("Inleda utredning"),
    "reporter_feedback": _lazy("Återkoppling till anmälare"),
    "investigation": _lazy("Utredningstid"),
    "hold_review": _lazy("Ompröva avvakta kontakt"),
    "breach_review": _lazy("Granska överskriden frist"),
    "lul_statement": _lazy("Yttrande enligt LUL"),
}


@dataclass(frozen=True)
class Urgency:
    """What a badge says. `counts` is how the browser keeps it true: "left", "waited", or "" for a thing that is over."""

    level: str
    words: str
    counts: str = ""

    @property
    def icon(self) -> str:
        return ICONS[self.level]

    @property
    def waits(self) -> bool:
        return self.counts == "waited"


def read(deadline: Any, name: str) -> Any:
    """One field of a deadline, be it a row or a dict; None where it has no such field."""
    return deadline.get(name) if isinstance(deadline, dict) else getattr(deadline, name, None)


def urgency(deadline: Any, now: datetime) -> Urgency:
    """Read a deadline (object or dict with `kind`, `starts_at`, `due_at`, `state`) at `now`.

    A running one whose moment has passed is over even before any process has recorded the breach. The protective
    assessment is never counted down: it waits, and turns amber at the first local midnight.
    """
    state = read(deadline, "state") or "running"
    due, start = read(deadline, "due_at"), read(deadline, "starts_at")
    if state in SETTLED:
        level, words = SETTLED[state]
        return Urgency(level, str(words))
    if state == "breached" and read(deadline, "settled_at"):
        # Nothing is demanded any more: it is over, and counts no further.
        return Urgency("over", _("Överskriden"))
    if due is None:
        return Urgency("off", _("Ingen frist"))
    if state == "breached" or due < now:
        return Urgency("over", timewords.time_left(min(due, now - timedelta(microseconds=1)), now), "left")
    if read(deadline, "kind") == PROTECTIVE_ASSESSMENT and start is not None:
        return Urgency(
            "urgent" if now < local_midnight_after(start) else "soon", timewords.waited(start, now), "waited"
        )
    level = "soon" if due - now <= timewords.SOON else "calm"
    return Urgency(level, timewords.time_left(due, now), "left")
