"""Who reads what: every answer to everybody is searched for every word that was planted, and holds only the allowed ones."""

import pytest

from tests.access.actors import ACTORS, STAFF, By
from tests.access.test_walk import EACH, Walked
from tests.access.walker import Cell
from tests.access.world import (
    BEFORE_GRANTED,
    BEFORE_OWN,
    BLOCKED,
    CLOSED,
    OTHER_UNIT,
    OWN_REPORT,
    OWN_UNIT,
    SAME_CHILD,
    SIBLING,
    Target,
)
from tests.factories import ALBIN, BEA

#: Who reads the cases that nobody asks for by address.
_BESIDE = {
    "worker": {BEFORE_OWN: By.UNIT, SIBLING: By.UNIT},
    "lead": {BEFORE_OWN: By.LEAD, SIBLING: By.LEAD},
    "worker elsewhere": {BEFORE_GRANTED: By.UNIT},
    "lead elsewhere": {BEFORE_GRANTED: By.LEAD},
    "duty by night": {BEFORE_OWN: By.DUTY, SIBLING: By.DUTY, BEFORE_GRANTED: By.DUTY},
}
#: The head of department is told which limit of which case has passed, and who is to act: the number, nothing else.
_OVERVIEW = ("board/", "breaches/", "since/", "waiting/", "api/v1/breaches", "api/v1/waiting", "inbox/")


@pytest.mark.parametrize("name", EACH)
def test_nobody_reads_a_word_that_is_not_theirs(name: str, walked: Walked) -> None:
    leaks = [
        f"{cell} {situation}: {sorted(foreign)}"
        for cell in walked(name)
        for situation, found in cell.words.items()
        if (foreign := found - allowed(name, situation, cell))
    ]
    assert leaks == []


@pytest.mark.xdist_group("walk 0")
def test_the_words_are_there_to_be_found(walked: Walked) -> None:
    """Without this a page that shows nothing at all would pass."""
    read = {word for cell in walked("worker") for word in cell.words.get(OWN_UNIT, ())}
    target = next(iter(walked("worker"))).world.targets[OWN_UNIT]
    # On paper and on the screen the number has its dash; the bare form is looked for as a leak.
    bare = {ALBIN.replace("-", "")}
    absent = {"mor", "besok", "lamnat", "natt", "barnet", "avsteg", "jav"}
    assert {word for word in target.words - read - bare if not any(word.endswith(end) for end in absent)} == {
        word for word in target.phones if word not in read
    }
    assert len(target.phones & read) == 1


@pytest.mark.xdist_group("walk 0")
def test_the_liaison_gets_what_was_sent_and_the_state_of_it(walked: Walked) -> None:
    shown = {
        word for cell in walked("liaison") for situation, words in cell.words.items() for word in words
        if situation == CLOSED
    }  # fmt: skip
    target = next(iter(walked("liaison"))).world.targets[CLOSED]
    sent = {word for word in target.sent if not word.endswith("om allt")}
    assert shown == target.keys | target.told | (target.name - {BEA.replace("-", "")}) | sent | {
        word for word in target.phones if word in shown
    }
    assert len(target.phones & shown) == 2


def allowed(name: str, situation: str, cell: Cell) -> frozenset[str]:
    """The words of one case that this person may meet in this answer."""
    target = cell.world.targets[situation]
    grounds = {**ACTORS[name].reaches, **_BESIDE.get(name, {})}
    if situation == BLOCKED:
        return frozenset()
    ground = grounds.get(situation)
    if ground == By.FOLLOW:
        # Disclosed is what the register says, with balancing note and all only for social services.
        return _sent(target, situation) | target.told
    if ground is not None:
        return target.words
    if (same := SAME_CHILD.get(situation, "")) in grounds:
        return target.name & cell.world.targets[same].name if grounds[same] == By.FOLLOW else _of_child(target)
    if name in STAFF and cell.pattern == "reports/known/" and situation in (OWN_UNIT, SIBLING):
        # The look-up before registering: who the child and the siblings are, for all of social services.
        return target.name | ({target.number} if situation == OWN_UNIT else frozenset())
    if name in STAFF and situation == OTHER_UNIT and cell.pattern == "inbox/":
        return target.keys
    if name == "head" and cell.pattern.startswith(_OVERVIEW):
        return target.keys
    if name == "liaison elsewhere" and cell.pattern.endswith(("take-over", "take-over/")):
        # The colleague's report is an own one from this answer on.
        if situation == OWN_REPORT:
            return _sent(target, situation)
        return target.name & cell.world.targets[OWN_REPORT].name
    return frozenset()


def _sent(target: Target, situation: str) -> frozenset[str]:
    """While contact is held back the numbers are nobody's to call."""
    return target.keys | target.name | target.sent | (target.phones if situation == CLOSED else frozenset())


def _of_child(target: Target) -> frozenset[str]:
    return target.name | target.child | target.phones
