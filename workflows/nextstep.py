"""What should be done next in one case: the same sentence in the list, on the case and wherever else it is said."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from riskzon.access import Action
from riskzon.models import Case
from workflows.models import Deadline, Kind, Todo


class What(StrEnum):
    """The things that can be next."""

    ASSESS = "assess"
    ASSESS_AGAIN = "assess_again"
    IDENTIFY = "identify"
    DECIDE_HOLD = "decide_hold"
    REVIEW_HOLD = "review_hold"
    FIND_GUARDIANS = "find_guardians"
    CONTACT = "contact"
    CONTACT_REST = "contact_rest"
    DECIDE = "decide"
    ANSWER = "answer"
    TODO = "todo"
    INVESTIGATE = "investigate"
    NOTHING = "nothing"


@dataclass(frozen=True)
class NextStep:
    """One sentence, and the button that does it. `url_name` is "" where there is nothing to press."""

    what: What
    text: Any
    button: Any = ""
    icon: str = ""
    url_name: str = ""
    action: Action | None = None
    fragment: str = ""

    def may(self, rights: Collection[Action]) -> bool:
        return bool(self.url_name) and self.action in rights


_STEPS = {
    step.what: step
    for step in (
        NextStep(
            What.ASSESS, _("Gör skyddsbedömning"), _("Gör skyddsbedömning"), "shield-check", "assessment", Action.ASSESS
        ),
        NextStep(
            What.ASSESS_AGAIN,
            _("Gör ny skyddsbedömning"),
            _("Gör ny bedömning"),
            "shield-check",
            "assessment",
            Action.ASSESS,
        ),
        NextStep(
            What.DECIDE_HOLD,
            _("Ta ställning till att avvakta kontakt"),
            _("Ta ställning"),
            "hand",
            "holds",
            Action.DECIDE_HOLD,
        ),
        NextStep(What.REVIEW_HOLD, _("Ompröva avvakta kontakt"), _("Ompröva"), "hand", "holds", Action.DECIDE_HOLD),
        NextStep(
            What.IDENTIFY,
            _("Ta reda på vem barnet är"),
            _("Fyll i vem barnet är"),
            "user-search",
            "child-identify",
            Action.IDENTIFY,
        ),
        NextStep(
            What.FIND_GUARDIANS,
            _("Ta reda på vårdnadshavarna"),
            _("Lägg till vårdnadshavare"),
            "user-plus",
            "guardian-new",
            Action.FAMILY,
        ),
        NextStep(What.CONTACT, _("Nå en vårdnadshavare"), _("Registrera kontakt"), "phone", "contact", Action.CONTACT),
        NextStep(
            What.CONTACT_REST,
            _("Nå övriga vårdnadshavare"),
            _("Registrera kontakt"),
            "phone",
            "contact",
            Action.CONTACT,
        ),
        NextStep(What.DECIDE, _("Inled utredning"), _("Inled utredning"), "folder-open", "disposition", Action.DISPOSE),
        NextStep(What.ANSWER, _("Återkoppla till anmälaren"), _("Återkoppla"), "reply", "feedback", Action.FEEDBACK),
        NextStep(What.INVESTIGATE, _("Utred i barnets personakt")),
        NextStep(What.NOTHING, _("Inget, ärendet är avslutat")),
    )
}
_TODOS = {
    Todo.What.INFORM_CHILD: ("child-informed", _("Barnet är informerat"), "message-circle", Action.CONTACT),
    Todo.What.SIBLING_HOLD: ("holds", _("Ta ställning"), "hand", Action.DECIDE_HOLD),
    Todo.What.DECIDE_HOLD: ("holds", _("Ta ställning"), "hand", Action.DECIDE_HOLD),
    Todo.What.IDENTIFY_CHILD: ("child-identify", _("Fyll i vem barnet är"), "user-search", Action.IDENTIFY),
    Todo.What.FIND_GUARDIANS: ("guardian-new", _("Lägg till vårdnadshavare"), "user-plus", Action.FAMILY),
    Todo.What.CONFIRM_END: ("case-end", _("Ta ställning"), "archive", Action.DISPOSE),
    Todo.What.ACKNOWLEDGE: ("case-end", _("Registrera mottagandet"), "archive", Action.DISPOSE),
    Todo.What.CHECK_CUSTODY: ("case", _("Rätta uppgifterna"), "users", Action.FAMILY),
}


#: Which of two clocks with the same limit is spoken of.
_FIRST = (Kind.PROTECTIVE_ASSESSMENT, Kind.GUARDIAN_CONTACT)


def by_limit(deadline: Deadline) -> tuple[datetime, int]:
    """Sort key: the earliest limit first, and of two at the same moment the one that the law puts first."""
    return deadline.due_at, _FIRST.index(deadline.kind) if deadline.kind in _FIRST else len(_FIRST)


def next_step(
    case: Case, waiting: Collection[str], demanded: Iterable[Deadline], todos: Collection[str], now: datetime
) -> NextStep:
    """The next step of a case, from what its reader has at hand; asks the database nothing.

    `waiting`: names of the open steps of the process; `demanded`: outstanding deadlines; `todos`: what is open beside.
    The protective assessment comes first (SoL 20:1): how and when guardians are contacted is part of it.
    """
    clocks = {deadline.kind: deadline for deadline in demanded}
    if not case.is_open:
        return _STEPS[What.INVESTIGATE if Kind.INVESTIGATION in clocks else What.NOTHING]
    if "protective_assessment" in waiting and (case.assessed_at is None or _is_first_review(case, clocks)):
        return _STEPS[What.ASSESS_AGAIN if case.assessed_at else What.ASSESS]
    if Todo.What.CONFIRM_END in todos:
        return of_todo(Todo.What.CONFIRM_END)
    if Todo.What.DECIDE_HOLD in todos:
        return _STEPS[What.DECIDE_HOLD]
    review = clocks.get(Kind.HOLD_REVIEW)
    if review is not None and review.due_at < now:
        return _STEPS[What.REVIEW_HOLD]
    if "contact_guardians" in waiting and (step := _towards_guardians(case, todos)):
        return step
    if "decide_investigation" in waiting:
        # Nothing is decided while another municipality has not answered.
        return of_todo(Todo.What.ACKNOWLEDGE) if Todo.What.ACKNOWLEDGE in todos else _STEPS[What.DECIDE]
    if "answer_reporter" in waiting:
        return _STEPS[What.ANSWER]
    if "protective_assessment" in waiting:
        return _STEPS[What.ASSESS_AGAIN]
    if todos:
        return of_todo(min(todos))
    return _STEPS[What.REVIEW_HOLD if review is not None else What.INVESTIGATE]


def of_todo(what: str) -> NextStep:
    """The sentence and the button of one thing to do beside the steps."""
    url_name, button, icon, action = _TODOS[Todo.What(what)]
    fragment = "family" if url_name == "case" else ""
    return NextStep(What.TODO, Todo.What(what).label, button, icon, url_name, action, fragment)


def _is_first_review(case: Case, clocks: dict[str, Deadline]) -> bool:
    """Whether the reassessment that was promised comes before everything else that has a limit."""
    return case.review_due_at is not None and all(case.review_due_at <= clock.due_at for clock in clocks.values())


def _towards_guardians(case: Case, todos: Collection[str]) -> NextStep | None:
    if Todo.What.IDENTIFY_CHILD in todos:
        return _STEPS[What.IDENTIFY]
    if Todo.What.FIND_GUARDIANS in todos:
        return _STEPS[What.FIND_GUARDIANS]
    if case.guardian_contact_open or case.guardian_reached_at is None:
        return _STEPS[What.CONTACT]
    if Todo.What.INFORM_CHILD in todos:
        return of_todo(Todo.What.INFORM_CHILD)
    return _STEPS[What.CONTACT_REST]
