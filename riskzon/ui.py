"""What does a page hand to the pieces it is built of?"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Alarm:
    """One red line on top of every page: something that must not be missed, with a link to where it is handled."""

    text: str
    url: str = ""
    link: str = ""


@dataclass(frozen=True)
class Action:
    """One button. `variant`: primary, secondary or tertiary; `method` post makes it a form of its own."""

    label: str
    url: str
    icon: str = ""
    variant: str = "secondary"
    method: str = "get"


@dataclass(frozen=True)
class Tab:
    """One view of a list. `level` over or soon colours its count."""

    label: str
    url: str
    count: int | None = None
    current: bool = False
    level: str = ""


@dataclass(frozen=True)
class Tile:
    """One figure that links to exactly the rows it counts. `value` is text already: "94 %", "2", "färre än 5"."""

    label: str
    value: str
    url: str = ""
    note: str = ""
    level: str = "calm"
    icon: str = ""


@dataclass(frozen=True)
class Tag:
    """One short label. `color`: neutral, info, success, warning or danger."""

    text: str
    color: str = "neutral"
    icon: str = ""


@dataclass(frozen=True)
class Identity:
    """Whom a case page is about: the bar that stays. `deadline` is the nearest one, read as `urgency` reads it."""

    name: str
    case_number: str
    identity_number: str = ""
    age: int | None = None
    kind: str = ""
    protected: str = ""
    deadline: Any = None
    tags: Sequence[Tag] = ()
    facts: Sequence[str] = ()
    actions: Sequence[Action] = ()


@dataclass(frozen=True)
class Entry:
    """One event of a timeline. `quiet`: written by the system. `tone`: over, soon, done or nothing."""

    at: datetime
    title: str
    who: str = ""
    text: str = ""
    icon: str = "circle-dot"
    quiet: bool = False
    tone: str = ""
    anchor: str = ""
    copyable: bool = False
    facts: Sequence[str] = field(default_factory=tuple)
