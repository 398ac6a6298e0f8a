"""`make bench`: one table, the product beside the peer beside the limit, from one run on embedded servers.

`python -m bench [--sizes 1000 10000 100000] [--repeats 5]`. Writes bench/results.json.
"""

import argparse
import gc
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
os.environ.setdefault("RISKZON_HOME", tempfile.mkdtemp(prefix="riskzon-bench-"))

import django

RESULTS = Path(__file__).parent / "results.json"
#: A peer is measured up to the size at which one call takes this long.
TOO_SLOW_SECONDS = 10.0


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
            begin = time.perf_counter()
            call()
            times.append((time.perf_counter() - begin) * 1000)
    return [statistics.median(times) for times in taken]


class Table:
    """The rows as they are measured, printed at once and kept for the file."""

    def __init__(self) -> None:
        self.rows: list[dict[str, object]] = []
        print(f"{'what':58} {'product':>14} {'peer':>14} {'limit':>14}   targets")

    def row(
        self, what: str, unit: str, product: float, peer: float | None, limit: float | None, **ratios: float
    ) -> None:
        self.rows.append({"what": what, "unit": unit, "product": product, "peer": peer, "limit": limit, **ratios})
        shown = [f"{value:,.2f} {unit}" if value is not None else "-" for value in (product, peer, limit)]
        said = "  ".join(f"{name.replace('_', ' ')} {value:,.2f}" for name, value in ratios.items())
        print(f"{what:58} {shown[0]:>14} {shown[1]:>14} {shown[2]:>14}   {said}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    django.setup()
    from bench import sections

    table = Table()
    sections.worklist(table, options.sizes, options.repeats)
    sections.opening(table, options.repeats)
    sections.firing(table, options.repeats)
    RESULTS.write_text(json.dumps({"python": sys.version.split()[0], "rows": table.rows}, indent=1) + "\n")
    print(f"written to {RESULTS.relative_to(Path.cwd()) if RESULTS.is_relative_to(Path.cwd()) else RESULTS}")


if __name__ == "__main__":
    from tests.servers import TestServers

    django.setup()
    servers = TestServers(fleeting=False)
    shutil.rmtree(os.environ["RISKZON_HOME"], ignore_errors=True)
    servers.start()
    try:
        main()
    finally:
        servers.stop()
