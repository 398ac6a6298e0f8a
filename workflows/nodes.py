"""What a step of a flow is: who may take it, by which clock, under which title."""

from typing import Any, Self

from viewflow.workflow.nodes import View

from riskzon.access import Action
from workflows.models import Kind


class Step(View):
    """A step that a person takes through our own pages and verbs; viewflow only keeps the place."""

    action: Action
    clock: Kind | None = None

    def __init__(self) -> None:
        super().__init__(None)

    def Titled(self, title: Any) -> Self:  # noqa: N802 - reads as one with viewflow's own Next and Always
        self.task_title = title
        return self

    def By(self, action: Action) -> Self:  # noqa: N802
        """Whoever the policy allows this action on the case."""
        self.action = action
        return self

    def Due(self, kind: Kind) -> Self:  # noqa: N802
        """The clock that runs while the step is open."""
        self.clock = kind
        return self
