"""`make bench`: one table, the product beside the peer beside the limit, from one run on embedded servers.

`python -m bench [--sizes 1000 10000 100000 1000000] [--repeats 5] [--only worklist log opening firing running]`. Writes
bench/results.json, a part of the run to the file that `--out` names.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
os.environ.setdefault("RISKZON_HOME", tempfile.mkdtemp(prefix="riskzon-bench-"))

import django

from bench.table import Table

RESULTS = Path(__file__).parent / "results.json"
PARTS = ("worklist", "log", "opening", "firing", "running")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--repeats", type=int, default=5, help="of each measurement; the median counts")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--cases", type=int, default=100_000, help="how many the running product has")
    parser.add_argument("--seconds", type=float, default=12, help="how long one stretch of pages or limits lasts")
    parser.add_argument("--out", type=Path, default=RESULTS)
    return parser.parse_args()


def main(options: argparse.Namespace) -> None:
    from bench import running, sections

    begun = time.monotonic()
    table = Table()
    if set(options.only) - {"running"}:
        with sections.servers():
            if "worklist" in options.only:
                sections.worklist(table, options.sizes, options.repeats)
            if "log" in options.only:
                sections.log_of_a_read(table, options.repeats)
            if "opening" in options.only:
                sections.opening(table, options.repeats)
            if "firing" in options.only:
                sections.firing(table, options.repeats)
    if "running" in options.only:
        running.measure(table, cases=options.cases, stretches=options.repeats, seconds=options.seconds)
    about = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),  # noqa: TID251 - when a person ran it, by the wall clock
        "python": sys.version.split()[0],
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[2], 1),
        "minutes": round((time.monotonic() - begun) / 60, 1),
    }
    options.out.write_text(json.dumps({**about, "rows": table.rows}, indent=1) + "\n")
    print(f"{about['minutes']} minutes; written to {os.path.relpath(options.out)}")


if __name__ == "__main__":
    chosen = arguments()
    django.setup()
    shutil.rmtree(os.environ["RISKZON_HOME"], ignore_errors=True)
    main(chosen)
