"""Which group of the municipality's directory gives which role in which unit? Declared in OIDC_GROUPS, read at start.

A JSON list, the most important first: the first group that a person has decides.

    [{"group": "Riskzon enhetschef mottagning", "role": "supervisor", "unit": "mottagning-barn-och-unga"},
     {"group": "Riskzon verksamhetschef", "role": "head"}]
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

#: Each role of `riskzon.models.Role`, and whether it is held in a unit. (Settings are read before there are models.)
HAS_UNIT = {
    "social_worker": True,
    "supervisor": True,
    "duty": True,
    "liaison": True,
    "head": False,
    "analyst": False,
    "log_reviewer": False,
    "admin": False,
    "partner": False,
}


@dataclass(frozen=True)
class GroupRule:
    """Whoever is in `group` has `role`, in the unit with the slug `unit` ("" where the role has none)."""

    group: str
    role: str
    unit: str = ""


def read(text: str) -> tuple[tuple[GroupRule, ...], list[str]]:
    """The rules and, in English for whoever starts the product, what is wrong with them."""
    try:
        said = json.loads(text)
    except ValueError:
        return (), ["OIDC_GROUPS must be a JSON list."]
    if not isinstance(said, list) or not said:
        return (), ["OIDC_GROUPS must be a JSON list with at least one rule."]
    rules: list[GroupRule] = []
    faults: list[str] = []
    for place, one in enumerate(said, 1):
        if fault := _fault(one):
            faults.append(f"OIDC_GROUPS, rule {place}: {fault}.")
        else:
            rules.append(GroupRule(one["group"], one["role"], one.get("unit", "")))
    doubled = {rule.group for rule in rules if [other.group for other in rules].count(rule.group) > 1}
    faults += [f"OIDC_GROUPS: the group {group!r} is there twice." for group in sorted(doubled)]
    return tuple(rules), faults


def first(rules: Sequence[GroupRule], groups: Iterable[str]) -> GroupRule | None:
    """The rule that decides for somebody in these groups; None: no access."""
    here = set(groups)
    return next((rule for rule in rules if rule.group in here), None)


def _fault(one: Any) -> str:
    if not isinstance(one, dict) or not all(isinstance(value, str) for value in one.values()):
        return "it must be an object of texts"
    if unknown := one.keys() - {"group", "role", "unit"}:
        return f"unknown field {', '.join(sorted(unknown))}"
    if not one.get("group", "").strip():
        return "group is missing"
    if one.get("role") not in HAS_UNIT:
        return f"role must be one of {', '.join(HAS_UNIT)}"
    if HAS_UNIT[one["role"]] != bool(one.get("unit")):
        return f"{one['role']} {'needs a unit' if HAS_UNIT[one['role']] else 'has no unit'}"
    return ""
