"""Which figures about few children may be shown, and which others must be hidden so that those cannot be worked out.

Decided, for every output alike (page, chart, CSV, API, report):

* a count of 1-4 is shown as "<5"; zero is shown;
* a share needs at least 20 in its denominator; where 1-4 are in it, or outside it, it is only given as a bound;
* a median needs at least 10 values; any quantile needs 5 values on either side of it;
* in a table, further figures are hidden ("..") until every "<5" could still be at least three different numbers for a
  reader who knows all that is shown. A table that cannot be made so keeps only its grand total.

A function sees one output at a time. Two overlapping periods or filters can still be subtracted from each other, so an
overlap has to be published as one table with the parts as its rows.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from riskzon.tables import Arc, Status, hide

LEAST_SHOWN = 5
LEAST_DENOMINATOR = 20
LEAST_ON_EACH_SIDE = 5

SMALL_MARK = f"<{LEAST_SHOWN}"
HIDDEN_MARK = ".."

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Cell:
    """One count as it may be shown: a number, or None and a mark. `str()` gives what stands in the table."""

    value: int | None
    mark: str = ""

    def __str__(self) -> str:
        return self.mark if self.value is None else str(self.value)


SMALL = Cell(None, SMALL_MARK)
HIDDEN = Cell(None, HIDDEN_MARK)


class Bound(StrEnum):
    EXACT = "exact"
    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Share:
    """A share in whole per cent, and whether that is the share or a bound of it; None when it is hidden."""

    percent: int | None
    bound: Bound


@dataclass(frozen=True)
class Table:
    """A table of counts with all its totals, as it may be shown."""

    cells: tuple[tuple[Cell, ...], ...]
    row_totals: tuple[Cell, ...]
    column_totals: tuple[Cell, ...]
    total: Cell


def show_count(count: int) -> Cell:
    """One count that stands alone, without parts or a total beside it."""
    _check_counts([count])
    return SMALL if 0 < count < LEAST_SHOWN else Cell(count)


def show_share(part: int, whole: int) -> Share:
    """The share of `part` in `whole`. 0 and 100 per cent mean none and all, never nearly so."""
    _check_counts([part, whole - part])
    rest = whole - part
    if whole < LEAST_DENOMINATOR:
        return Share(None, Bound.HIDDEN)
    if 0 < part < LEAST_SHOWN:
        return Share(-(-100 * (LEAST_SHOWN - 1) // whole), Bound.AT_MOST)
    if 0 < rest < LEAST_SHOWN:
        return Share(100 * (whole - LEAST_SHOWN + 1) // whole, Bound.AT_LEAST)
    percent = round(100 * part / whole)
    if part and rest:
        percent = min(max(percent, 1), 99)
    return Share(percent, Bound.EXACT)


def show_quantile(values: Sequence[float], level: float) -> float | None:
    """The `level` quantile (0-1, linear between neighbours), or None with fewer than 5 values on either side of it."""
    if not 0 < level < 1:
        raise ValueError("level lies between 0 and 1")
    # Rounded, because 50 * (1 - 0.9) is a hair less than 5.
    if round(len(values) * min(level, 1 - level), 9) < LEAST_ON_EACH_SIDE:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * level
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def show_median(values: Sequence[float]) -> float | None:
    """The median, or None of fewer than 10 values."""
    return show_quantile(values, 0.5)


def suppress_counts(counts: Mapping[Key, int]) -> tuple[dict[Key, Cell], Cell]:
    """The parts of one whole as they may be shown, and their total."""
    _check_counts(list(counts.values()))
    arcs = [Arc("whole", "parts", count) for count in counts.values()]
    *parts, total = _show([*arcs, Arc("parts", "whole", sum(counts.values()), rank=2)])
    return dict(zip(counts, parts, strict=True)), total


def suppress_table(counts: Sequence[Sequence[int]]) -> Table:
    """Rows of equally many counts as they may be shown, with row totals, column totals and grand total."""
    if len({len(row) for row in counts}) > 1:
        raise ValueError("rows of a table are equally long")
    for row in counts:
        _check_counts(row)
    columns = list(zip(*counts, strict=True))
    arcs = [
        *(Arc(("row", r), ("column", c), count) for r, row in enumerate(counts) for c, count in enumerate(row)),
        *(Arc("rows", ("row", r), sum(row), rank=1) for r, row in enumerate(counts)),
        *(Arc(("column", c), "columns", sum(column), rank=1) for c, column in enumerate(columns)),
        Arc("columns", "rows", sum(sum(row) for row in counts), rank=2),
    ]
    shown = iter(_show(arcs))
    return Table(
        cells=tuple(tuple(next(shown) for _count in row) for row in counts),
        row_totals=tuple(next(shown) for _row in counts),
        column_totals=tuple(next(shown) for _column in columns),
        total=next(shown),
    )


def _show(arcs: Sequence[Arc]) -> list[Cell]:
    """What to show of a table whose last arc is its grand total."""
    statuses = hide(arcs, least_shown=LEAST_SHOWN)
    if statuses is None:
        return [*(HIDDEN for _arc in arcs[:-1]), show_count(arcs[-1].count)]
    cells = {Status.SMALL: SMALL, Status.HIDDEN: HIDDEN}
    return [cells.get(status, Cell(arc.count)) for arc, status in zip(arcs, statuses, strict=True)]


def _check_counts(counts: Sequence[int]) -> None:
    if any(count < 0 for count in counts):
        raise ValueError("a count is never negative, and a part never larger than its whole")
