"""What is an experiment, and what does it say when it has ended?"""

import json
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent


class Skipped(Exception):
    """A tool or a right is missing on this machine; the message says which."""


@dataclass
class Outcome:
    """What one run of an experiment has seen. `n`: on how many things the promise was tried."""

    n: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    figures: dict[str, Any] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def must(self, promise: str, holds: bool) -> None:
        """Note that `promise` was broken, unless it holds; the experiment goes on."""
        if not holds:
            self.broken.append(promise)


@dataclass(frozen=True)
class Experiment:
    """`run(stands, outcome, **sizes)` breaks something; `short` None: only in the long form. `beside`: mostly waits."""

    id: str
    invariant: str
    run: Callable[..., None]
    short: dict[str, Any] | None
    long: dict[str, Any]
    beside: bool = False


PLAN: dict[str, Experiment] = {}


def experiment(
    name: str,
    invariant: str,
    *,
    short: dict[str, Any] | None,
    long: dict[str, Any],
    beside: bool = False,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Put a function into the plan, with the sizes of both forms."""

    def add(run: Callable[..., None]) -> Callable[..., None]:
        PLAN[name] = Experiment(name, invariant, run, short, long, beside)
        return run

    return add


def perform(one: Experiment, stands: Any, *, is_short: bool) -> dict[str, Any]:
    """Run one experiment to its end, whatever happens, and return its line."""
    outcome, began = Outcome(), time.monotonic()
    line: dict[str, Any] = {"id": one.id}
    try:
        one.run(stands, outcome, **(one.short if is_short and one.short is not None else one.long))
    except Skipped as reason:
        line["skipped"] = str(reason)
    except Exception as problem:  # noqa: BLE001 - a failed experiment, and all others still run
        outcome.broken.append(f"{type(problem).__name__}: {problem}"[:2000])
        outcome.figures["where"] = traceback.format_exc(limit=-3).splitlines()[1:-1]
    line |= {
        "n": outcome.n,
        "faults": dict(outcome.faults),
        "invariant": one.invariant,
        "figures": outcome.figures,
        "seconds": round(time.monotonic() - began),
        "pass": not outcome.broken,
    }
    if outcome.broken:
        line["broken"] = outcome.broken
    return line


def percentiles(values: list[float], *wanted: int) -> dict[str, float]:
    """`{"p50": …, "max": …}` of these values, to the hundredth; empty where there are none."""
    if not values:
        return {}
    ordered = sorted(values)
    found = {f"p{each}": ordered[min(len(ordered) * each // 100, len(ordered) - 1)] for each in wanted or (50, 95, 99)}
    return {name: round(value, 2) for name, value in {**found, "max": ordered[-1]}.items()}


def show(line: dict[str, Any]) -> str:
    """One line of JSON."""
    return json.dumps(line, ensure_ascii=False)
