"""`python -m tests.faults [--short] [F1 F3 ...]`: runs the experiments, prints one JSON line each, exits 1 if one failed."""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.faults import (
    agreement,
    assigned,
    connections,
    crawl,
    data,
    deadlines,
    delivery,
    entry,
    evidence,
    injected,
    leaks,
    malformed,
    people,
    restoring,
    retries,
    scripted,
    timing,
    uploads,
    watching,
)
from tests.faults.plan import PLAN, ROOT, Experiment, perform, show
from tests.faults.stand import Stands

#: In this order: what is done to one product must not disturb what comes after.
GROUPS = (
    deadlines, people, delivery, watching, timing, data, connections, retries, restoring,
    leaks, crawl, agreement, entry, malformed, assigned, uploads, injected, scripted, evidence,
)  # fmt: skip
RESULTS = ROOT / "results.json"


def main(arguments: list[str]) -> int:
    """Run what is asked for; the long form of the whole plan writes `results.json`, that of a part brings it up to date."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--short", action="store_true", help="small sizes, as in CI")
    parser.add_argument("ids", nargs="*", metavar="F1", help="only these experiments")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.ids) - PLAN.keys():
        parser.error(f"no such experiment: {', '.join(sorted(unknown))}")
    modules = [group.__name__ for group in GROUPS]
    plan = sorted(PLAN.values(), key=lambda one: (modules.index(one.run.__module__), _number(one.id)))
    chosen = [one for one in plan if not asked.ids or one.id in asked.ids]
    if asked.short and not asked.ids:
        chosen = [one for one in chosen if one.short is not None]
    # Whoever stops us stops the products as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    lines = _run(chosen, is_short=asked.short)
    if not asked.short:
        _keep(lines)
    failed = [line["id"] for line in lines if not line["pass"]]
    skipped = [line["id"] for line in lines if "skipped" in line]
    print(f"{len(lines)} experiments, failed: {failed or 'none'}, skipped: {skipped or 'none'}", file=sys.stderr)
    return 1 if failed else 0


def _run(chosen: list[Experiment], *, is_short: bool) -> list[dict[str, Any]]:
    """One after another; those that mostly wait run beside them, on products of their own."""
    folder = Path(tempfile.mkdtemp(prefix="riskzon-faults-"))
    folder.chmod(0o700)
    lines: list[dict[str, Any]] = []
    stands = Stands(folder)

    def row(some: list[Experiment]) -> None:
        for one in some:
            line = perform(one, stands, is_short=is_short)
            lines.append(line)
            print(show(line), flush=True)

    try:
        with ThreadPoolExecutor(1) as pool:
            beside = pool.submit(row, [one for one in chosen if one.beside])
            row([one for one in chosen if not one.beside])
            beside.result()
    finally:
        stands.stop()
    if all(line["pass"] for line in lines):
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"What the products of this run wrote is kept in {folder}", file=sys.stderr)
    return sorted(lines, key=lambda line: _number(line["id"]))


def _number(name: str) -> int:
    return int(name.removeprefix("F"))


def _keep(lines: list[dict[str, Any]]) -> None:
    known = json.loads(RESULTS.read_text())["lines"] if RESULTS.exists() else []
    at = datetime.fromtimestamp(time.time(), UTC).date().isoformat()
    by_id = {line["id"]: line for line in known} | {line["id"]: {**line, "at": at} for line in lines}
    kept = [by_id[one] for one in sorted(PLAN, key=_number) if one in by_id]
    RESULTS.write_text(json.dumps({"processors": os.cpu_count(), "lines": kept}, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
