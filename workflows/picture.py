"""How does the process look, and where in it does one case stand: drawn from the flow itself, for eyes and for text."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from textwrap import wrap
from typing import Any

from django.utils.translation import gettext_lazy as _
from viewflow.workflow.status import STATUS

from riskzon.models import Case
from workflows.flows.case import CaseFlow
from workflows.models import CaseTask
from workflows.nodes import Step

BOX, GATE = (188, 76), (34, 34)
GAP_X, GAP_Y, MARGIN = 46, 22, 14
LINE_HEIGHT, LETTERS = 19, 21


class Place(StrEnum):
    DONE = "done"
    OPEN = "open"
    AHEAD = "ahead"
    NOT_ASKED = "not_asked"
    DROPPED = "dropped"


WORDS = {
    Place.DONE: _("Klart"),
    Place.OPEN: _("Pågår"),
    Place.AHEAD: _("Inte nått hit än"),
    Place.NOT_ASKED: _("Behövs bara om anmälaren ber om det"),
    Place.DROPPED: _("Utgick när ärendet avslutades på annat sätt"),
}


#: The same where there is little room.
SHORT_WORDS = {**WORDS, Place.AHEAD: _("Inte än"), Place.NOT_ASKED: _("Bara på begäran"), Place.DROPPED: _("Utgick")}


@dataclass(frozen=True)
class Box:
    """One step in the picture, in the drawing's own units. `lines` are its title, broken to fit."""

    name: str
    title: str
    place: Place
    is_gate: bool
    x: int
    y: int
    width: int
    height: int
    who: str = ""

    @property
    def words(self) -> Any:
        return WORDS[self.place]

    @property
    def look(self) -> str:
        """How the box is drawn; what has been dropped looks like what is not asked for."""
        return Place.NOT_ASKED if self.place is Place.DROPPED else self.place

    @property
    def short_words(self) -> Any:
        return SHORT_WORDS[self.place]

    @property
    def lines(self) -> list[tuple[int, str]]:
        rows = wrap(self.title, LETTERS)
        top = self.y + 26 if len(rows) > 1 else self.y + 34
        return [(top + LINE_HEIGHT * row, text) for row, text in enumerate(rows)]

    @property
    def words_y(self) -> int:
        return self.lines[-1][0] + LINE_HEIGHT

    @property
    def middle(self) -> tuple[int, int]:
        return self.x + self.width // 2, self.y + self.height // 2

    @property
    def diamond(self) -> str:
        x, y = self.middle
        half = self.width // 2
        return f"{x},{y - half} {x + half},{y} {x},{y + half} {x - half},{y}"


@dataclass(frozen=True)
class Arrow:
    """One way from step to step; `walked` when the case has gone it."""

    path: str
    walked: bool


@dataclass(frozen=True)
class Picture:
    """The whole drawing, and `steps`: the same in words, in the order of the flow."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]

    @property
    def steps(self) -> list[Box]:
        return [box for box in self.boxes if not box.is_gate]


def draw(case: Case) -> Picture:
    """The picture of a case that the caller has opened; one query."""
    return lay_out(CaseTask.objects.filter(process__case=case).select_related("owner").order_by("pk"))


def clock_of(name: str) -> str:
    """The kind of the clock that runs while this step is open; "" for a step without one."""
    node = getattr(CaseFlow.instance, name)
    return node.clock if isinstance(node, Step) and node.clock else ""


def lay_out(tasks: Iterable[CaseTask]) -> Picture:
    """Columns by the longest way from the start, rows in the order in which the flow names its branches."""
    latest = {task.flow_task: task for task in tasks}
    is_cancelled = any(task.status == STATUS.CANCELED for task in latest.values())
    columns = _columns()
    tallest = max(len(column) for column in columns)
    height = tallest * BOX[1] + (tallest - 1) * GAP_Y
    boxes: dict[Any, Box] = {}
    left = MARGIN
    for column in columns:
        width = max(_size(node)[0] for node in column)
        used = sum(_size(node)[1] for node in column) + (len(column) - 1) * GAP_Y
        top = MARGIN + (height - used) // 2
        for node in column:
            boxes[node] = _box(node, latest.get(node), left, top, is_cancelled=is_cancelled)
            top += boxes[node].height + GAP_Y
        left += width + GAP_X
    arrows = [_arrow(boxes[edge.src], boxes[edge.dst]) for node in boxes for edge in node._outgoing()]
    # The ways that have been gone are drawn last, over those that share a line with them.
    arrows.sort(key=lambda arrow: arrow.walked)
    return Picture(left - GAP_X + MARGIN, height + 2 * MARGIN, tuple(boxes.values()), tuple(arrows))


def _columns() -> list[list[Any]]:
    depth: dict[Any, int] = {}
    order: list[Any] = []

    def walk(node: Any, level: int) -> None:
        if node not in depth:
            order.append(node)
        depth[node] = max(level, depth.get(node, 0))
        for edge in node._outgoing():
            walk(edge.dst, depth[node] + 1)

    for node in CaseFlow.instance.nodes():
        if not list(node._incoming()):
            walk(node, 0)
    return [[node for node in order if depth[node] == level] for level in range(max(depth.values()) + 1)]


def _is_gate(node: Any) -> bool:
    return node.task_type in ("PARALLEL_GATEWAY", "JOIN")


def _size(node: Any) -> tuple[int, int]:
    return GATE if _is_gate(node) else BOX


def _place(node: Any, task: CaseTask | None, *, is_cancelled: bool) -> Place:
    if task is not None and task.status == STATUS.DONE:
        return Place.DONE
    if is_cancelled:
        return Place.DROPPED
    if task is not None and not _is_gate(node):
        return Place.OPEN
    is_optional = isinstance(node, Step) and any(edge.edge_class == "cond_true" for edge in node._incoming())
    return Place.NOT_ASKED if is_optional else Place.AHEAD


def _box(node: Any, task: CaseTask | None, left: int, top: int, *, is_cancelled: bool) -> Box:
    width, height = _size(node)
    place = _place(node, task, is_cancelled=is_cancelled)
    is_done = place is Place.DONE and task is not None
    return Box(
        name=node.name,
        title=str(node.task_title),
        place=place,
        is_gate=_is_gate(node),
        x=left,
        y=top,
        width=width,
        height=height,
        who=str(task.owner) if is_done and task.owner else "",
    )


def _arrow(start: Box, end: Box) -> Arrow:
    x1, y1 = start.x + start.width, start.middle[1]
    x2, y2 = end.x - 2, end.middle[1]
    bend = (x1 + x2) // 2
    path = f"M{x1} {y1}H{x2}" if y1 == y2 else f"M{x1} {y1}H{bend}V{y2}H{x2}"
    return Arrow(path, start.place is Place.DONE and (end.is_gate or end.place in (Place.DONE, Place.OPEN)))
