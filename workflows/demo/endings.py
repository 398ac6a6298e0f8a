"""Which of the demo's cases end otherwise: handed over to another municipality, or registered in error?"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from workflows.demo.fates import Fate
from workflows.demo.names import Town
from workflows.demo.stage import Stage
from workflows.demo.stories import Story
from workflows.proposed_end import Wanted
from workflows.verbs.ends import confirm_end, propose_end

FIRST, SECOND = "karin.ek", "omar.nyman"
RECEIVER = "Mottagningen barn och unga, Ulricehamn"
REASONS = {
    "transferred": "Barnet bor i Ulricehamn, som tar emot ärendet.",
    "duplicate": "Samma gripande, skickat två gånger.",
    "wrong_person": "Den gripne uppgav någon annans namn. Rätt barn är registrerat.",
    "adult": "Den gripne är 19 år och uppgav en yngre släktings namn.",
    "not_identified": "Avvek innan någon kunde ta reda på vem det var. Polisen har inget mer.",
}


def play(
    stage: Stage,
    town: Town,
    stories: list[Story],
    body: dict[str, Any],
    register: Callable[[dict[str, Any]], list[Story]],
) -> None:
    """Let the cases of one report end as the fate of the first says; `register` sends one more report like it."""
    fate = stories[0].fate
    match fate.ends:
        case "duplicate":
            again = register(body)
            for first, second in zip(stories, again, strict=True):
                _goes_on(first)
                _end(stage, second, fate, duplicate_of=first)
        case "wrong_person":
            wrong, *others = stories
            stage.at(stage.later(20, 60), wrong.attempt)
            stage.at(stage.later(90, 150), partial(_put_right, stage, town, wrong, body, register, fate))
            for story in others:
                _goes_on(story)
        case _:
            for story in stories:
                _end(stage, story, fate)


def _put_right(
    stage: Stage,
    town: Town,
    wrong: Story,
    body: dict[str, Any],
    register: Callable[[dict[str, Any]], list[Story]],
    fate: Fate,
) -> None:
    """The right child is registered with the times of the event, then the wrong one's case is proposed to end."""
    family = town.family((stage.now - timedelta(days=30)).date(), youngest=14, oldest=16, kids=1)
    kid = family.kids[0]
    child = {
        "identity_number": kid.identity_number,
        "given_name": kid.given_name,
        "family_name": kid.family_name,
        "guardians": [parent.reported() for parent in family.parents],
    }
    right = register({**body, "children": [child]})[0]
    _goes_on(right)
    _end(stage, wrong, fate, replaced_by=right)


def _goes_on(story: Story) -> None:
    story.fate = Fate(hands_over=False)
    story.begin()


def _end(stage: Stage, story: Story, fate: Fate, **points_to: Story) -> None:
    proposed = stage.in_office(stage.now, 10, 60)
    stage.at(proposed, partial(_propose, stage, story, fate, points_to))
    if fate.second_party != "never":
        waits = stage.minutes(26 * 60, 30 * 60) if fate.second_party == "late" else stage.minutes(20, 90)
        stage.at(stage.in_office(proposed + waits, 0, 30), partial(_agree, stage, story))


def _propose(stage: Stage, story: Story, fate: Fate, points_to: dict[str, Story]) -> None:
    is_transfer = fate.ends == "transferred"
    wanted = Wanted(
        disposition="transferred" if is_transfer else "void",
        reason=REASONS[fate.ends],
        void_kind="" if is_transfer else fate.ends,
        municipality="Ulricehamn" if is_transfer else "",
        recipient=RECEIVER if is_transfer else "Vuxenenheten" if fate.ends == "adult" else "",
        **{name: str(target.case_id) for name, target in points_to.items()},
    )
    propose_end(stage.user(FIRST), story.case_id, wanted)


def _agree(stage: Stage, story: Story) -> None:
    confirm_end(stage.user(SECOND), story.case_id)
