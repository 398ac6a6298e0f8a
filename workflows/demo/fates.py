"""How do the demo's cases go: in which proportions, and which of them are there for certain?"""

from dataclasses import dataclass, replace
from random import Random
from typing import Any


@dataclass
class Fate:
    """How one case will go; drawn from believable proportions, or set for the cases that the demo wants to show."""

    reached: str = "in_time"  # in_time, late, recorded_late, never
    assessed: str = "in_time"  # in_time, late, never
    decided: str = "in_time"  # in_time, soon, late, never, deviation
    held: str = ""  # one, all
    hold_review: str = "in_time"  # in_time, late, never
    closes_after: int = 60  # days from the opening to the end of the investigation
    hands_over: bool = True
    answered: str = "in_time"
    #: The supervisor forgets to explain what passed.
    is_review_forgotten: bool = False
    ends: str = ""  # transferred, duplicate, wrong_person, adult, not_identified
    second_party: str = "soon"  # soon, late, never


def draw_fate(rng: Random, kind: str, special: str) -> Fate:
    """A fate in believable proportions, the same for the same `rng`."""
    reached = rng.choices(("in_time", "late", "recorded_late"), (91, 7, 2) if kind == "arrest" else (93, 5, 2))[0]
    decided = rng.choices(("in_time", "late", "deviation"), (955, 30, 15))[0]
    held = ""
    if special == "violence" or rng.random() < 0.012:
        held = rng.choice(("one", "all"))
    return Fate(
        reached=reached,
        assessed=rng.choices(("in_time", "late"), (955, 45))[0],
        decided=decided,
        held=held,
        hold_review=rng.choices(("in_time", "late"), (85, 15))[0],
        closes_after=rng.choices((rng.randint(25, 115), rng.randint(124, 150)), (94, 6))[0],
        hands_over=rng.random() < 0.65,
        answered=rng.choices(("in_time", "late"), (90, 10))[0],
    )


_STUCK = Fate(reached="never", decided="never")
_UNTOUCHED = Fate(reached="never", assessed="never", decided="never")
_DAY = 24 * 60
_SCHOOL = {"reporter": {"type": "school", "organisation": "Almskolan", "wants_feedback": True}}
_VIOLENCE = {"special": "violence"}
_QUICK = {"special": "quick"}
#: What the demo has for certain: minutes before its end, kind of report, how it goes, what else the report says.
SHOWN: list[tuple[int, str, Fate, dict[str, Any]]] = [
    # passed and never reached: the breach is some hours old
    (27 * 60, "arrest", _STUCK, _QUICK),
    (29 * 60, "concern", _STUCK, {}),
    # never assessed, and passed
    (26 * 60, "concern", _UNTOUCHED, {}),
    # an hour, three hours and a night are left
    (22 * 60, "arrest", _STUCK, _QUICK),
    (20 * 60 + 30, "lob_custody", _STUCK, _QUICK),
    (11 * 60, "arrest", _STUCK, _QUICK),
    # held for all, held for one, and a review that nobody has made
    (20 * 60, "concern", replace(_STUCK, held="all", hold_review="never"), _VIOLENCE),
    (16 * 60, "concern", replace(_STUCK, held="one", hold_review="never"), _VIOLENCE),
    (90 * 60, "concern", Fate(reached="never", held="all", hold_review="never"), _VIOLENCE),
    # not taken by anybody yet
    (160, "arrest", _UNTOUCHED, _QUICK),
    (75, "concern", _UNTOUCHED, {}),
    (35, "lob_custody", _UNTOUCHED, _QUICK),
    # children with a protected identity: nobody reads who they are before saying why
    (3 * _DAY, "concern", Fate(decided="never"), {"special": "protected"}),
    # two weeks without an answer, a breach that nobody has explained, reporters who wait
    (int(15.5 * _DAY), "concern", Fate(decided="never"), {}),
    (13 * _DAY, "concern", Fate(reached="late", assessed="late", is_review_forgotten=True), {}),
    (22 * _DAY, "concern", Fate(answered="never"), _SCHOOL),
    (6 * _DAY, "concern", Fate(decided="soon", answered="never"), _SCHOOL),
    # four months have passed, and will soon
    (130 * _DAY, "concern", Fate(closes_after=400), {}),
    (118 * _DAY, "arrest", Fate(closes_after=400), {}),
    # each clock met late, some time ago
    (200 * _DAY, "arrest", Fate(reached="late", assessed="late", decided="late", is_review_forgotten=True), _QUICK),
    (190 * _DAY, "concern", Fate(held="all", hold_review="late", answered="late", closes_after=140), _SCHOOL),
    (180 * _DAY, "arrest", Fate(reached="recorded_late"), _QUICK),
    # over to another municipality, or registered in error: before the limit, after it, and still to be agreed
    (150 * _DAY, "arrest", Fate(ends="transferred"), _QUICK),
    (110 * _DAY, "concern", Fate(ends="transferred", second_party="late"), {}),
    (9 * _DAY, "concern", Fate(ends="transferred", second_party="never"), {}),
    (140 * _DAY, "arrest", Fate(ends="duplicate"), _QUICK),
    (85 * _DAY, "lob_custody", Fate(ends="duplicate", second_party="late"), _QUICK),
    (8 * _DAY, "arrest", Fate(ends="duplicate", second_party="never"), _QUICK),
    (75 * _DAY, "arrest", Fate(ends="wrong_person"), _QUICK),
    (65 * _DAY, "arrest", Fate(ends="adult"), _QUICK),
    (55 * _DAY, "arrest", Fate(ends="not_identified"), {"special": "unknown"}),
    # and some in time
    (170 * _DAY, "concern", Fate(held="one"), _SCHOOL),
]
