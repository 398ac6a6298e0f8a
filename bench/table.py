"""How is a thing timed, and where do the rows go?"""

import gc
import statistics
import time
from collections.abc import Callable, Sequence


def timed(call: Callable[[], object], repeats: int) -> float:
    """The median of `repeats` runs, in milliseconds, after one warm run."""
    return in_turns([call], repeats)[0]


def in_turns(calls: Sequence[Callable[[], object]], repeats: int) -> list[float]:
    """The same for several that are compared: in turns, so that a machine that grows slow is slow for each of them."""
    taken: list[list[float]] = [[] for _call in calls]
    for call in calls:
        call()
    for _repeat in range(repeats):
        for call, times in zip(calls, taken, strict=True):
            gc.collect()
            times.append(once(call))
    return [statistics.median(times) for times in taken]


def once(call: Callable[[], object]) -> float:
    """One run, in milliseconds."""
    begin = time.perf_counter()
    call()
    return (time.perf_counter() - begin) * 1000


def share(values: Sequence[float], part: float) -> float:
    """The value that `part` of all do not exceed: 0.99 of 100 values is the 99th."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(part * len(ordered)) - 1))]


class Table:
    """The rows as they are measured, printed at once and kept for the file."""

    def __init__(self) -> None:
        self.rows: list[dict[str, object]] = []
        print(f"{'what':66} {'product':>14} {'peer':>14} {'limit':>14}   targets")

    def row(
        self, what: str, unit: str, product: float, peer: float | None = None, limit: float | None = None, **more: float
    ) -> None:
        """Add one row. `more`: ratios, and `at_most`, the target in the row's own unit; `docs.figures` says them."""
        self.rows.append({"what": what, "unit": unit, "product": product, "peer": peer, "limit": limit, **more})
        shown = [f"{value:,.2f} {unit}" if value is not None else "-" for value in (product, peer, limit)]
        said = "  ".join(f"{name.replace('_', ' ')} {value:,.2f}" for name, value in more.items())
        print(f"{what:66} {shown[0]:>14} {shown[1]:>14} {shown[2]:>14}   {said}", flush=True)
