"""Which counts of a table must be hidden so that no reader can work out a small one from the others.

A table with its totals is a network in which every count flows along an arc, and what flows into a node flows out
again: a row total into its row, the row's cells into their columns, the column totals into the grand total, and round.
What a reader can know about a hidden count is then how far the flow on its arc could be changed while everything that
is shown stays as it is: an exact answer, where checking line by line would miss the reader who combines lines.
"""

from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import Enum

# A small count must be able to take this many values besides its own.
LEAST_SPREAD = 2


class Status(Enum):
    SHOWN = "shown"
    SMALL = "small"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Arc:
    """One count of a table, from node to node; of several that would do, the lowest `rank` is hidden first."""

    tail: Hashable
    head: Hashable
    count: int
    rank: int = 0


def hide(arcs: Sequence[Arc], *, least_shown: int) -> list[Status] | None:
    """For each count whether it is shown, small (known to be 1 to `least_shown` - 1) or hidden (known to be larger).

    None when not even hiding every large count protects the small ones, as in a total of 3 that is 1 + 1 + 1.
    """
    statuses = [Status.SMALL if 0 < arc.count < least_shown else Status.SHOWN for arc in arcs]
    network = _Network(arcs, statuses, least_shown)
    while weak := network.weak():
        place = _next_to_hide(arcs, statuses, weak, least_shown)
        if place is None:
            return None
        statuses[place] = Status.HIDDEN
    # The search goes one step at a time and may have hidden more than it needed: show again what does no harm.
    hidden = [place for place, status in enumerate(statuses) if status is Status.HIDDEN]
    for place in sorted(hidden, key=lambda place: (-arcs[place].rank, -arcs[place].count)):
        statuses[place] = Status.SHOWN
        if network.weak():
            statuses[place] = Status.HIDDEN
    return statuses


def _next_to_hide(arcs: Sequence[Arc], statuses: Sequence[Status], weak: Sequence[int], least_shown: int) -> int | None:
    """The cheapest large count beside a weak one, else anywhere; None when all are hidden."""
    nodes = {node for place in weak for node in (arcs[place].tail, arcs[place].head)}
    large = [place for place, arc in enumerate(arcs) if statuses[place] is Status.SHOWN and arc.count >= least_shown]
    return min(
        large,
        key=lambda place: (
            not {arcs[place].tail, arcs[place].head} & nodes,
            arcs[place].rank,
            arcs[place].count,
        ),
        default=None,
    )


class _Network:
    def __init__(self, arcs: Sequence[Arc], statuses: Sequence[Status], least_shown: int) -> None:
        self.arcs = arcs
        self.statuses = statuses
        self.least_shown = least_shown
        self.at_node: dict[Hashable, list[int]] = {}
        for place, arc in enumerate(arcs):
            self.at_node.setdefault(arc.tail, []).append(place)
            self.at_node.setdefault(arc.head, []).append(place)

    def weak(self) -> list[int]:
        """The small counts that a reader could pin down too closely."""
        return [
            place
            for place, status in enumerate(self.statuses)
            if status is Status.SMALL and self._spread(place) < LEAST_SPREAD
        ]

    def _spread(self, place: int) -> int:
        """How many values besides its own the count could have, as far as LEAST_SPREAD."""
        arc = self.arcs[place]
        more = self._detours(place, arc.head, arc.tail, self._room_up(place))
        less = self._detours(place, arc.tail, arc.head, self._room_down(place))
        return more + less

    def _room_up(self, place: int) -> int:
        match self.statuses[place]:
            case Status.SHOWN:
                return 0
            case Status.SMALL:
                return self.least_shown - 1 - self.arcs[place].count
            case Status.HIDDEN:
                return LEAST_SPREAD

    def _room_down(self, place: int) -> int:
        match self.statuses[place]:
            case Status.SHOWN:
                return 0
            case Status.SMALL:
                return self.arcs[place].count - 1
            case Status.HIDDEN:
                return self.arcs[place].count - self.least_shown

    def _detours(self, without: int, source: Hashable, sink: Hashable, limit: int) -> int:
        """How much, up to `limit` and LEAST_SPREAD, the other counts could carry from `source` to `sink` besides."""
        added = [0] * len(self.arcs)
        for carried in range(min(limit, LEAST_SPREAD)):
            path = self._path(without, source, sink, added)
            if path is None:
                return carried
            for place, step in path:
                added[place] += step
        return min(limit, LEAST_SPREAD)

    def _path(
        self, without: int, source: Hashable, sink: Hashable, added: Sequence[int]
    ) -> list[tuple[int, int]] | None:
        """The arcs that can take one more (+1) or one less (-1) on a shortest way from `source` to `sink`."""
        came_by: dict[Hashable, tuple[Hashable, int, int] | None] = {source: None}
        queue = deque([source])
        while queue and sink not in came_by:
            node = queue.popleft()
            for place in self.at_node[node]:
                arc = self.arcs[place]
                forward = arc.tail == node
                step, following = (1, arc.head) if forward else (-1, arc.tail)
                room = self._room_up(place) - added[place] if forward else self._room_down(place) + added[place]
                if place != without and room > 0 and following not in came_by:
                    came_by[following] = (node, place, step)
                    queue.append(following)
        if sink not in came_by:
            return None
        path = []
        while (arrival := came_by[sink]) is not None:
            sink, place, step = arrival
            path.append((place, step))
        return path
