"""Which figures may stand in the README? Those that a run has written, between their marks and nowhere else.

`.venv/bin/python -m docs.figures` after `make bench` (`bench/results.json`) or `make faults` (`tests/faults/results.json`).
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
#: Where each command keeps the figures of its last run; its marks are `<!-- bench:begin -->` and `<!-- bench:end -->`.
RESULTS = {"bench": ROOT / "bench" / "results.json", "faults": ROOT / "tests" / "faults" / "results.json"}

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


BEFORE_FAULTS = """What `make faults` did to the product and what it saw, each experiment in its long form, on {} processors:

| | must hold | tried on | broken on purpose | seen |
|---|---|---:|---|---|
"""


def bench_section(results: Mapping[str, Any]) -> str:
    """The performance section, as Markdown."""
    return BEFORE + "".join(_row(row) for row in results["rows"])


def faults_section(results: Mapping[str, Any]) -> str:
    """The table of experiments, as Markdown."""
    return BEFORE_FAULTS.format(results["processors"]) + "".join(_experiment(line) for line in results["lines"])


SECTIONS = {"bench": bench_section, "faults": faults_section}


def _experiment(line: Mapping[str, Any]) -> str:
    if "skipped" in line:
        return f"| {line['id']} | {line['invariant']} | – | – | not run: {line['skipped']} |\n"
    broken = "".join(f"**not held: {promise}**; " for promise in line.get("broken", ()))
    return (
        f"| {line['id']} | {line['invariant']} | {line['n']:,} | {_list(line['faults'])} "
        f"| {broken}{_list(line['figures'])} |\n"
    )


def _list(figures: Mapping[str, Any]) -> str:
    """`kills 25, flushes 12`; what lies deeper in brackets. Nothing seen is a dash."""
    said = [f"{str(name).replace('_', ' ')} {_said(value)}" for name, value in figures.items()]
    return ", ".join(said) or "–"


def _said(value: Any) -> str:
    match value:
        case Mapping():
            return f"({_list(value)})"
        case list():
            return ", ".join(map(_said, value)) or "none"
        case None:
            return "–"
        case int():
            return f"{value:,}"
    return str(value).replace("|", "/")


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
    missing = [name for name, results in RESULTS.items() if not results.exists()]
    for name in RESULTS.keys() - set(missing):
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        if begin in readme:
            before, rest = readme.split(begin)
            section = SECTIONS[name](json.loads(RESULTS[name].read_text()))
            readme = f"{before}{begin}\n{section}{end}{rest.split(end)[1]}"
    README.write_text(readme)
    for name in missing:
        print(f"No figures: run `make {name}` first.", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
