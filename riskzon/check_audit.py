"""Is an export of the access log whole? Needs Python alone: `python check_audit.py EXPORT --heads FOLDER --key-file FILE`.

Whole is said only of a log that was compared with its heads; `--without-heads` says that this is meant to be left out.

`manage.py export_audit` writes the export, the running product writes the heads. The one checker there is:
`manage.py verify_audit` gives it the rows straight from the database. Nothing is imported from the product, so this file
may be copied to a machine that has never seen it.

An export is text, one JSON object a line: the rows of a seal in their order, then the seal, and so on; at the end the
rows that no seal holds yet. A row's digest is the SHA-256 of its line, exactly as it stands.
"""

import argparse
import hashlib
import hmac
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

FORMAT = 1
#: Before the first seal.
NOTHING = "0" * 64
#: What a seal's own hash is taken over.
SEALED = (
    *("seal", "format", "after_id", "from_transaction", "to_transaction", "rows", "total", "last_id"),
    *("root", "previous", "sealed_at"),
)
SIGNED = ("format", "seal", "hash", "total", "sealed_at", "at")
LEAF = 40
#: So much earlier than a row that was sealed before it no later row was written: no transaction is open for so long.
BACKDATED = timedelta(days=1)


def leaf(row_id: int, line: str) -> bytes:
    """The digest of one row, led by its id."""
    return row_id.to_bytes(8, "big", signed=True) + hashlib.sha256(line.encode()).digest()


def root_of(leaves: bytes) -> str:
    """The digest of all rows of a seal."""
    return hashlib.sha256(leaves).hexdigest()


def seal_hash(seal: Mapping[str, Any]) -> str:
    """The hash of a seal, which the next one repeats."""
    return hashlib.sha256(_canonical(seal, SEALED)).hexdigest()


def sign(head: Mapping[str, Any], key: str) -> str:
    """The signature of a head: HMAC-SHA256 with a secret that the database does not hold."""
    return hmac.new(key.encode(), _canonical(head, SIGNED), hashlib.sha256).hexdigest()


def _canonical(said: Mapping[str, Any], names: Sequence[str]) -> bytes:
    chosen = {name: said[name] for name in names}
    return json.dumps(chosen, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Heads:
    """What stands outside the database: the hash of each seal that was told, and which file says it."""

    told: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    fault: str = ""
    is_signed: bool = False


@dataclass
class Verdict:
    """What the checker found; `fault` names the first thing that is wrong, and is empty when the log is whole."""

    rows: int = 0
    seals: int = 0
    head: str = NOTHING
    unsealed: int = 0
    oldest_unsealed: str = ""
    heads: int = 0
    fault: str = ""

    def words(self, heads: Heads | None) -> list[str]:
        """The verdict for a person, the most important line first."""
        whole = f"NOT WHOLE: {self.fault}" if self.fault else "whole"
        said = [f"{self.rows} rows, {self.seals} seals, head {self.head[:16]}…: {whole}"]
        if self.unsealed:
            said += [
                f"{self.unsealed} of them not sealed yet, the oldest from {self.oldest_unsealed}Z: nothing is said of these"
            ]
        if heads is None or not heads.told:
            return [*said, "no heads compared: a tail cut off or a chain written anew would not be seen"]
        signed = "signatures checked" if heads.is_signed else "signatures NOT checked, no key given"
        return [*said, f"{self.heads} of {len(heads.told)} heads agree, {signed}"]


def read_heads(folders: Iterable[Path], key: str) -> Heads:
    """Every head in these folders, each of which must be there.

    Without a key signatures are not looked at; a wrong one is a fault, as is a contradiction.
    """
    told: dict[int, tuple[str, str]] = {}
    folders = list(folders)
    if missing := [folder.name for folder in folders if not folder.is_dir()]:
        return Heads(told, f"the folder of heads {missing[0]} is missing", bool(key))
    for path in sorted(path for folder in folders for path in folder.glob("*.json")):
        try:
            head = json.loads(path.read_text())
            number, said, signature = int(head["seal"]), str(head["hash"]), str(head["signature"])
            is_genuine = not key or hmac.compare_digest(signature, sign(head, key))
        except (ValueError, KeyError, TypeError):
            return Heads(told, f"head {path.name} cannot be read", bool(key))
        if not is_genuine:
            return Heads(told, f"the signature of head {path.name} is wrong", bool(key))
        if told.setdefault(number, (said, path.name))[0] != said:
            return Heads(told, f"heads {told[number][1]} and {path.name} contradict each other", bool(key))
    return Heads(told, "", bool(key))


def check(lines: Iterable[str], heads: Heads | None = None) -> Verdict:
    """Read an export to its first fault, or to its end. Lines that cannot be read are a fault, never an error.

    `heads` None: it is meant that nothing outside is compared. A row with a time long before what was sealed before it
    is a fault that is said last: the rest is read all the same.
    """
    is_alone, heads = heads is None, heads or Heads()
    verdict = Verdict(fault=heads.fault)
    if verdict.fault:
        return verdict
    found, unsure_from, times = bytearray(), 0, _Times()
    for number, line in enumerate(lines, 1):
        try:
            said = json.loads(line)
            if "seal" not in said:
                found += leaf(said["id"], line.removesuffix("\n"))
                verdict.rows += 1
                times.note(said)
                verdict.oldest_unsealed = verdict.oldest_unsealed or said["at"]
                continue
            verdict.fault = _fault_of_seal(said, verdict) or _fault_of_rows(said, bytes(found))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            verdict.fault = f"line {number} cannot be read"
        if verdict.fault:
            return verdict
        verdict.seals, verdict.head, verdict.oldest_unsealed = said["seal"], said["hash"], ""
        unsure_from = unsure_from or _id(bytes(found[:8]))
        found.clear()
        times.close()
        if verdict.seals in heads.told:
            outside, name = heads.told[verdict.seals]
            if outside != verdict.head:
                anew = f"row {unsure_from} or one after it was written anew"
                verdict.fault = f"{anew}: seal {verdict.seals} is not the one in head {name}"
                return verdict
            verdict.heads, unsure_from = verdict.heads + 1, 0
    verdict.unsealed = len(found) // LEAF
    beyond = max((seal for seal in heads.told if seal > verdict.seals), default=0)
    if beyond:
        cut = f"the tail was cut off after seal {verdict.seals}"
        verdict.fault = f"{cut}: head {heads.told[beyond][1]} knows seal {beyond}"
    elif verdict.seals and not heads.told and not is_alone:
        verdict.fault = "there are seals and no head to compare them with (--without-heads where that is meant)"
    verdict.fault = verdict.fault or times.fault
    return verdict


@dataclass
class _Times:
    """Whether rows lie in time as they do in the chain. Compared by rows and not by seals, which may come late."""

    fault: str = ""
    _sealed: datetime | None = None
    _newest: datetime | None = None

    def note(self, row: Mapping[str, Any]) -> None:
        at = datetime.fromisoformat(row["at"])
        if self._sealed and at < self._sealed - BACKDATED and not self.fault:
            self.fault = f"row {row['id']} says {row['at']}Z, long before rows that were sealed before it"
        self._newest = max(at, self._newest or at)

    def close(self) -> None:
        """What was noted so far is sealed."""
        self._sealed = self._newest


def _fault_of_seal(seal: Mapping[str, Any], before: Verdict) -> str:
    name = f"seal {seal['seal']}"
    if seal["format"] != FORMAT:
        return f"{name} is of format {seal['format']}, which this checker does not know"
    if seal["seal"] != before.seals + 1:
        return f"{name} stands where seal {before.seals + 1} should"
    if seal["hash"] != seal_hash(seal) or seal["root"] != root_of(bytes.fromhex(seal["leaves"])):
        return f"{name} was changed"
    if seal["previous"] != before.head:
        return f"{name} does not follow the seal before it"
    return ""


def _fault_of_rows(seal: Mapping[str, Any], found: bytes) -> str:
    """The first row in which what is there differs from what was sealed."""
    sealed = bytes.fromhex(seal["leaves"])
    if found == sealed:
        return ""
    here, then = _split(found), _split(sealed)
    at = next(
        (i for i, (one, other) in enumerate(zip(here, then, strict=False)) if one != other), min(len(here), len(then))
    )
    is_id, was_id = (_id(leaves[at]) if at < len(leaves) else None for leaves in (here, then))
    within = f"(seal {seal['seal']})"
    if is_id == was_id:
        return f"row {is_id} was changed {within}"
    if was_id is not None and was_id not in map(_id, here):
        return f"row {was_id} is missing {within}"
    if is_id is not None and is_id not in map(_id, then):
        return f"row {is_id} was inserted {within}"
    return f"row {is_id} stands in another place {within}"


def _split(leaves: bytes) -> list[bytes]:
    return [leaves[start : start + LEAF] for start in range(0, len(leaves), LEAF)]


def _id(one: bytes) -> int:
    return int.from_bytes(one[:8], "big", signed=True)


def main() -> int:
    """Check the export named on the command line; 0 when it is whole, else 1."""
    parser = argparse.ArgumentParser(description="Is an export of the access log whole?")
    parser.add_argument("export", type=Path)
    told = parser.add_mutually_exclusive_group(required=True)
    told.add_argument("--heads", type=Path, action="append", help="a folder of heads; may be repeated")
    told.add_argument("--without-heads", action="store_true", help="a tail cut off is not seen")
    parser.add_argument("--key-file", type=Path, help="holds the key of the signatures; else AUDIT_HEAD_KEY is used")
    options = parser.parse_args()
    key = options.key_file.read_text().strip() if options.key_file else os.environ.get("AUDIT_HEAD_KEY", "")
    heads = None if options.without_heads else read_heads(options.heads, key)
    # Only this one sign ends a line: a text may contain others that Python counts as line ends.
    with options.export.open(encoding="utf-8", newline="\n") as lines:
        verdict = check(lines, heads)
    sys.stdout.write("\n".join(verdict.words(heads)) + "\n")
    return 1 if verdict.fault else 0


if __name__ == "__main__":
    raise SystemExit(main())
