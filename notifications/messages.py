"""Which messages are there, what may stand in one, and how is it said in words?

The catalogue is closed: a kind that is not here, a fact that a kind does not name, and a value that is not a code, a
moment, a small number or a yes or no are refused. So no message can carry a name, a number of a person or an address.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from notifications.kinds import MessageKind
from notifications.kinds_of_cases import OF_CASES
from notifications.kinds_of_the_house import OF_THE_HOUSE, VALID
from riskzon.models import ReportKind
from riskzon.timewords import moment

CATALOGUE: dict[str, MessageKind] = OF_CASES | OF_THE_HOUSE

#: What can be late, in the screen's words.
DEADLINES = {
    "guardian_contact": _("Kontakt med vårdnadshavare eller beslut att avvakta"),
    "protective_assessment": _("Omedelbar skyddsbedömning"),
    "open_investigation": _("Inleda utredning"),
    "reporter_feedback": _("Återkoppling till anmälare"),
    "investigation": _("Utredningstid"),
    "hold_review": _("Ompröva avvakta kontakt"),
    "breach_review": _("Granska överskriden frist"),
    "lul_statement": _("Yttrande enligt LUL"),
}
#: Said after the message where the fact is true.
_ADDED = {
    "folded": _("Påminnelser som redan hade passerat ingår i detta meddelande."),
    "born": _("Fristen hade redan gått ut när ärendet registrerades."),
    "nobody_found": _("Du får meddelandet i stället för någon som inte gick att hitta."),
}


class NotInCatalogue(ValueError):
    """A message, a fact or a value that the catalogue does not know; nothing was written."""


@dataclass(frozen=True)
class Said:
    """One message in words, in the language that is active."""

    title: str
    text: str


def check(kind: str, facts: Mapping[str, object]) -> MessageKind:
    """The catalogue's entry of a kind to which these facts may be told; NotInCatalogue otherwise."""
    entry = CATALOGUE.get(kind)
    if entry is None:
        raise NotInCatalogue(f"no message of the kind {kind!r}")
    if unknown := facts.keys() - entry.facts:
        raise NotInCatalogue(f"{kind} carries no {', '.join(sorted(unknown))}")
    if missing := entry.needs - facts.keys():
        raise NotInCatalogue(f"{kind} needs {', '.join(sorted(missing))}")
    for name, value in facts.items():
        if not _FACTS[name](value):
            raise NotInCatalogue(f"{name} of {kind} is not a code, a moment with offset, a count or a yes or no")
    return entry


def say(kind: str, facts: Mapping[str, Any], number: str) -> Said:
    """A stored message in words. `number` is the case's or report's, empty where there is none."""
    entry = CATALOGUE[kind]
    words = {
        "number": number,
        "deadline": DEADLINES.get(facts.get("deadline", ""), ""),
        "count": facts.get("count", ""),
        "at": moment(datetime.fromisoformat(facts["at"])) if "at" in facts else "",
    }
    sentences = [str(entry.text) % words]
    if "report_kind" in facts:
        sentences.append(f"{ReportKind(facts['report_kind']).label}.")
    # An assessment that must be made at once is never given a time to wait for (SoL 20:1).
    waits = facts.get("deadline") != "protective_assessment" or entry.when is VALID
    if words["at"] and entry.when and waits:
        sentences.append(str(entry.when) % words)
    sentences += [str(added) for fact, added in _ADDED.items() if facts.get(fact)]
    return Said(title=str(entry.title), text=" ".join(sentences))


def _is_step(value: object) -> bool:
    """A rung's key such as `-12h`, `+1h-waiting` or `daily-2026-11-14`; ladders are data, so other codes pass too."""
    return isinstance(value, str) and bool(_STEP.fullmatch(value))


def _is_moment(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_count(value: object) -> bool:
    """So few digits that it can be nothing but a number of cases."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1000


# A date has eight digits, four in a row; whatever has more could be a personnummer or a telephone number.
_STEP = re.compile(r"(?!.*[0-9]{5})(?!(?:[^0-9]*[0-9]){9})[a-z0-9+_-]{1,24}")
_FACTS: dict[str, Callable[[object], bool]] = {
    "deadline": lambda value: isinstance(value, str) and value in DEADLINES,
    "report_kind": lambda value: isinstance(value, str) and value in ReportKind.values,
    "step": _is_step,
    "at": _is_moment,
    "folded": _is_flag,
    "born": _is_flag,
    "nobody_found": _is_flag,
    "count": _is_count,
}
