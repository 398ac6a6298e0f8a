"""Which figures may stand in the README? Those of `bench/results.json`, written between its marks and nowhere else.

`.venv/bin/python -m docs.figures` after `make bench`.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
README, RESULTS = ROOT / "README.md", ROOT / "bench" / "results.json"
BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"

#: What each ratio of the results says; `{}` is the ratio.
SAID = {
    "viewflow_x": "{}× as fast as viewflow's queue",
    "guardian_x": "{}× as fast as `get_objects_for_user`",
    "to_the_peer": "{}× as fast as the peer",
    "to_bare_inserts": "{} of the speed of bare inserts",
    "to_the_smallest": "{}× the time at the smallest size",
    "limit_to_the_peer": "the limit itself {}× as fast as the peer",
    "at_most": "the target is at most {}",
}
#: Beside a time the limit is a lower time, beside a speed a higher one.
TO_THE_LIMIT = {"ms": "{}× the time of the limit", "/s": "{} of the speed of the limit"}

BEFORE = """## How fast

Measured by `make bench` on one machine, in one run, on the embedded servers, medians; the ratios say more than the times. The
*peer* is what one would take instead: stock viewflow's queue, its bare process with two object permissions, and its
`fire_due_timers`. The *limit* is the least that could do the same: a bare query, bare inserts, one statement. The last
part is measured at all processes of the product, started as with `make run`.

| what | Riskzon | peer | limit | that is |
|---|---:|---:|---:|---|
"""


def section(results: Mapping[str, Any]) -> str:
    """The performance section, as Markdown."""
    return BEFORE + "".join(_row(row) for row in results["rows"])


def _row(row: Mapping[str, Any]) -> str:
    known = {**SAID, "to_the_limit": TO_THE_LIMIT.get(row["unit"], "{}× the limit")}
    said = [
        words.format(_short(row[name])) for name, words in known.items() if name in row and not _says_nothing(name, row)
    ]
    cells = [_figure(row[name], row["unit"]) for name in ("product", "peer", "limit")]
    return f"| {row['what']} | {' | '.join(cells)} | {', '.join(said)} |\n"


def _says_nothing(name: str, row: Mapping[str, Any]) -> bool:
    return name == "to_the_smallest" and row[name] == 1


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}{unit}" if unit.startswith("/") else f"{_short(value)} {unit}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.1f}" if abs(value) >= 1 else f"{value:.2f}"


def main() -> int:
    readme = README.read_text()
    before, rest = readme.split(BEGIN)
    after = rest.split(END)[1]
    if not RESULTS.exists():
        print("No figures: run `make bench` first.", file=sys.stderr)
        return 1
    README.write_text(f"{before}{BEGIN}\n{section(json.loads(RESULTS.read_text()))}{END}{after}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
