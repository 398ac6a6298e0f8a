"""Is what proves the rest sound: the access log against its owner, the parts that are built in, the tests of the policy?"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.faults import mutants
from tests.faults.crawl import run_pytest
from tests.faults.plan import Outcome, experiment
from tests.faults.stand import Stands, servers_alone
from tests.product import ROOT, Product

_MILLION = """
import time
from pathlib import Path
from django.core.management import call_command
from django.db import transaction
from riskzon import heads, sealing
from tests.riskzon.sealed import FIRST, write_rows
began = time.monotonic()
# With numbers of transactions of their own, older than any real one: one for each batch.
batches = {rows} // sealing.BATCH
for batch in range(batches):
    write_rows(sealing.BATCH, FIRST + batch, sealing.BATCH)
wrote = time.monotonic()
seals = 0
while sealing.seal(below=FIRST + batches):
    seals += 1
heads.export_head()
sealed = time.monotonic()
call_command("verify_audit")
verified = time.monotonic()
call_command("export_audit", "{file}")
print("SECONDS", wrote - began, sealed - wrote, verified - sealed, time.monotonic() - verified, seals)
"""


@experiment(
    "F39",
    "whatever the owner of the tables does to the access log is found, by the command and by the script that stands alone,"
    " and the first bad row named; a million rows are checked within a minute",
    short=dict(rows=20_000),
    long=dict(rows=1_000_000),
)
def tampered(stands: Stands, outcome: Outcome, *, rows: int) -> None:
    done = run_pytest("tests/riskzon/test_tampering.py", "tests/riskzon/test_sealing.py", "-rA")
    kinds = set(re.findall(r"PASSED \S+test_tampering_is_found_and_named\w*\[(.+?)\]", done.stdout))
    outcome.must(f"each kind is found: {done.stdout[-1500:]}", done.returncode == 0)
    outcome.must("nine kinds and more", len(kinds) >= 9)
    outcome.faults["kinds_of_tampering"] = len(kinds)
    outcome.figures = {"kinds_found": sorted(kinds)} | _speed(stands, rows)
    outcome.n = rows
    most = 60 * max(rows / 1_000_000, 0.1)
    for name in ("verify_audit_s", "alone_s"):
        outcome.must(f"{name} in time", outcome.figures[name] <= most)
    outcome.must("the script says that it is whole", outcome.figures["alone_says"] == "whole")


def _speed(stands: Stands, rows: int) -> dict[str, object]:
    home = stands.prepared("log")
    file = stands.folder / "log.jsonl"
    with servers_alone(home):
        product = Product(home)
        environment = {**product.environment, "AUDIT_HEAD_DIR": str(home / "heads"), "AUDIT_HEAD_KEY": "k" * 40}
        code = _MILLION.format(rows=rows, file=file)
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "-v0", "-c", code],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert "SECONDS" in done.stdout, done.stdout[-1000:] + done.stderr[-1000:]
    wrote, sealed, verified, exported, seals = map(float, done.stdout.split("SECONDS")[1].split())
    key = stands.folder / "key"
    key.write_text("k" * 40 + "\n")
    began = time.monotonic()
    alone = subprocess.run(
        [sys.executable, "-I", "-S", str(ROOT / "riskzon" / "check_audit.py"), str(file), "--heads", str(home / "heads"),
         "--key-file", str(key)], capture_output=True, text=True, check=False, env={},
    )  # fmt: skip
    seconds = time.monotonic() - began
    shutil.rmtree(home, ignore_errors=True)
    file.unlink()
    says = (
        alone.stdout.splitlines()[0].rpartition(": ")[2]
        if alone.returncode == 0
        else alone.stdout[-300:] + alone.stderr[-300:]
    )
    return {
        "rows": rows,
        "seals": int(seals),
        "write_s": round(wrote, 1),
        "seal_s": round(sealed, 1),
        "verify_audit_s": round(verified, 1),
        "export_s": round(exported, 1),
        "alone_s": round(seconds, 1),
        "verify_audit_s_per_million": round(verified * 1_000_000 / rows, 1),
        "alone_s_per_million": round(seconds * 1_000_000 / rows, 1),
        "alone_says": says,
    }


#: A line of a lock that asks for one version, and one of its hashes.
_PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==(\S+)", re.IGNORECASE)
_TREE = ("riskzon", "notifications", "workflows", "settings")


@experiment(
    "F40",
    "what is built in is locked with hashes and listed; no high finding of bandit, no secret in the tree, clean production"
    " settings; of the policy's conditions that are taken away or turned round at least 95 in 100 are noticed by a test",
    short=dict(mutants_most=8),
    long=dict(mutants_most=10_000),
)
def supplied(stands: Stands, outcome: Outcome, *, mutants_most: int) -> None:
    figures = outcome.figures
    pinned, loose = _locks()
    figures |= {"locked": pinned, "not_locked": loose, "advisories": "not audited: no network is asked"}
    outcome.must(f"everything is locked with a hash: {loose}", not loose)
    figures["sbom_parts"] = _bill(stands.folder / "sbom.json")
    figures["bandit_high"] = _bandit()
    figures["secrets"] = _secrets()
    for name in ("bandit_high", "secrets"):
        outcome.must(f"{name}: {figures[name]}", figures[name] == 0)
    outcome.must(f"the bill lists everything: {figures['sbom_parts']}", figures["sbom_parts"] == pinned["core"])
    clean = subprocess.run(
        [str(ROOT / "tests/lint/deploy")], cwd=ROOT, capture_output=True, text=True, check=False, env=_path()
    )
    figures["check_deploy"] = "clean" if clean.returncode == 0 else clean.stderr[-300:]
    outcome.must("check --deploy", clean.returncode == 0)
    tried = mutants.run(mutants_most)
    survivors = [name for name, by in tried.items() if not by]
    figures |= {"mutants": len(tried), "noticed": len(tried) - len(survivors), "survivors": survivors}
    figures["not_by_a_test"] = {name: by for name, by in tried.items() if by and not by.startswith("tests/")}
    outcome.faults["mutants"] = outcome.n = len(tried)
    outcome.must("95 in 100 are noticed", len(survivors) <= len(tried) * 0.05)


def _path() -> dict[str, str]:
    # What the browser of another experiment needs in this process, nobody has in production.
    inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    return {**inherited, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def _locks() -> tuple[dict[str, int], list[str]]:
    """How many packages each lock pins; those without a hash, and lines that name a place of their own."""
    pinned, loose = {}, []
    for lock in sorted((ROOT / "requirements").glob("*.lock")):
        parts = re.split(r"\n(?=\S)", lock.read_text())
        packages = [part for part in parts if _PINNED.match(part)]
        pinned[lock.stem] = len(packages)
        loose += [f"{lock.stem}: {part.split()[0]}" for part in packages if "--hash=sha256:" not in part]
        loose += [
            f"{lock.stem}: {part.splitlines()[0]}"
            for part in parts
            if not _PINNED.match(part) and not part.lstrip().startswith("#") and part.strip()
        ]
    return pinned, loose


def _tool(module: str, *arguments: str) -> subprocess.CompletedProcess[str] | None:
    """What a tool answers; None where it is not installed."""
    if importlib.util.find_spec(module) is None:
        return None
    return subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def _bill(file: Path) -> int | str:
    """A software bill of materials (CycloneDX) of what runs in production; how many parts it names."""
    lock = str(ROOT / "requirements" / "core.lock")
    done = _tool("cyclonedx_py", "requirements", lock, "--output-format", "JSON", "-o", str(file))
    if done is None:
        return "not run: cyclonedx_py is missing"
    return len(json.loads(file.read_text())["components"]) if done.returncode == 0 else done.stderr[-300:]


def _bandit() -> int | str | list[str]:
    """How many findings of high severity; which, where there are any."""
    done = _tool("bandit", "--quiet", "--recursive", "--severity-level", "high", "--format", "json", *_TREE)
    if done is None:
        return "not run: bandit is missing"
    found = [f"{one['filename']}:{one['line_number']} {one['test_id']}" for one in json.loads(done.stdout)["results"]]
    return found or 0


def _secrets() -> int | str | list[str]:
    """How many texts that look like a secret stand in what is kept under version control, beside those that are known."""
    done = _tool(
        "detect_secrets", "scan", "--exclude-files", r"\.lock$|package-lock\.json$|^tests/|^bench/|results\.json$"
    )
    if done is None:
        return "not run: detect_secrets is missing"
    cited = re.findall(r"tests/[\w/.:]+", (ROOT / "docs" / "asvs.md").read_text())
    known = {hashlib.sha1(word.encode()).hexdigest() for word in (*_NO_SECRETS, *cited)}  # noqa: S324 - as the tool names them
    return [
        f"{file}:{one['line_number']} {one['type']}"
        for file, some in json.loads(done.stdout)["results"].items()
        for one in some
        if one["hashed_secret"] not in known
    ] or 0


#: The demo's one password, which its login page shows; what stands for a password in an example; the signs of a first
#: password; what settings.production says is missing; the key of the tests.
_NO_SECRETS = (
    "riskzon-demo",
    "password",
    "abcdefghjkmnpqrstuvwxyz23456789",
    "a long random text that signs sessions",
    "the secret that the sign-on has given this service",
    "only-for-tests-",
)
