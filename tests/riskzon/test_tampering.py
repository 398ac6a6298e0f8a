"""What is done to the log behind the product's back, by the owner of its tables, is found, and the first bad row named."""

import json
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from riskzon import check_audit, heads
from riskzon.models import AuditEntry
from tests.damage import sql
from tests.product import ROOT
from tests.riskzon.sealed import BATCH, FIRST, FORGED, KEY, ROWS, as_owner, seal_all, seal_anew, verdict, write_rows

pytestmark = pytest.mark.django_db

TABLE = "riskzon_auditentry"


@pytest.fixture
def ids(settings: Settings, tmp_path: Path) -> list[int]:
    """Twelve rows in three seals, and a head of the third."""
    settings.AUDIT_HEAD_DIR, settings.AUDIT_HEAD_KEY = tmp_path / "heads", KEY
    rows = write_rows()
    seals = seal_all()
    assert [seal.rows for seal in seals] == [BATCH] * 3
    assert heads.export_head()
    return rows


def _swap_contents(one: int, other: int) -> None:
    as_owner(
        f"UPDATE {TABLE} AS a SET what = b.what, detail = b.detail, cases = b.cases FROM {TABLE} AS b"
        f" WHERE (a.id, b.id) IN (({one}, {other}), ({other}, {one}))"
    )


def _change_places(one: int, other: int) -> None:
    as_owner(
        f"UPDATE {TABLE} AS a SET transaction = b.transaction FROM {TABLE} AS b"
        f" WHERE (a.id, b.id) IN (({one}, {other}), ({other}, {one}))"
    )


def _insert(transaction: int) -> None:
    as_owner(
        f"INSERT INTO {TABLE} (product_at, role, action, what, ground, cases, detail, transaction)"
        f" VALUES (now(), '', 'open', 'worklist', '', '{{}}', '{{}}', {transaction})"
    )


def _insert_below_the_first() -> None:
    as_owner(
        f"ALTER TABLE {TABLE} DROP CONSTRAINT audit_counts_up",
        f"{FORGED} VALUES (-7, now(), now(), '', 'open', 'case', '', '{{}}', '{{}}', 5)",
    )


def _rewrite_from(row: int, seal: int) -> None:
    as_owner(f"UPDATE {TABLE} SET what = 'never' WHERE id = {row}")
    seal_anew(after=seal - 1)


def _cut_tail(row: int, seal: int) -> None:
    as_owner(
        "DELETE FROM riskzon_audithead",
        f"DELETE FROM riskzon_auditseal WHERE number >= {seal}",
        f"DELETE FROM {TABLE} WHERE id >= {row}",
    )


#: What is done, with the ids of the twelve rows, and what the checker then says. The sixth row is the second of seal 2.
TAMPERINGS: dict[str, tuple[Callable[[list[int]], object], str]] = {
    "edit": (
        lambda ids: as_owner(f"UPDATE {TABLE} SET what = 'other' WHERE id = {ids[5]}"),
        "row {5} was changed (seal 2)",
    ),
    "delete": (
        lambda ids: as_owner(f"DELETE FROM {TABLE} WHERE id = {ids[5]}"),
        "row {5} is missing (seal 2)",
    ),
    "insert": (lambda ids: _insert(FIRST + 5), "row {new} was inserted (seal 2)"),
    "insert below the first id": (lambda ids: _insert_below_the_first(), "row -7 was inserted (seal 1)"),
    "reorder": (lambda ids: _change_places(ids[5], ids[6]), "row {6} stands in another place (seal 2)"),
    "swap": (lambda ids: _swap_contents(ids[5], ids[6]), "row {5} was changed (seal 2)"),
    "truncate the tail": (
        lambda ids: _cut_tail(ids[8], 3),
        "the tail was cut off after seal 2: head {head} knows seal 3",
    ),
    "rewrite from a row on, with new hashes": (
        lambda ids: _rewrite_from(ids[5], 2),
        "row {0} or one after it was written anew: seal 3 is not the one in head {head}",
    ),
    "change the time": (
        lambda ids: as_owner(f"UPDATE {TABLE} SET at = at - interval '1 microsecond' WHERE id = {ids[5]}"),
        "row {5} was changed (seal 2)",
    ),
    "change a seal": (
        lambda ids: as_owner("UPDATE riskzon_auditseal SET sealed_at = sealed_at + interval '1 hour' WHERE number = 2"),
        "seal 2 was changed",
    ),
    "change a seal's digests": (
        lambda ids: as_owner("UPDATE riskzon_auditseal SET leaves = substr(leaves, 1, 120) WHERE number = 2"),
        "seal 2 was changed",
    ),
    "take out a whole batch with its seal": (
        lambda ids: as_owner(
            "DELETE FROM riskzon_auditseal WHERE number = 2", f"DELETE FROM {TABLE} WHERE id IN {tuple(ids[4:8])}"
        ),
        "seal 3 stands where seal 2 should",
    ),
    "empty everything": (
        lambda ids: _cut_tail(ids[0], 1),
        "the tail was cut off after seal 0: head {head} knows seal 3",
    ),
    "write everything anew": (
        lambda ids: _rewrite_from(ids[0], 1),
        "row {0} or one after it was written anew: seal 3 is not the one in head {head}",
    ),
}


@pytest.mark.parametrize("kind", TAMPERINGS)
def test_tampering_is_found_and_named_by_the_command_and_by_the_script_that_stands_alone(
    kind: str, ids: list[int], tmp_path: Path
) -> None:
    act, says = TAMPERINGS[kind]
    assert verdict(tmp_path / "heads").fault == ""

    act(ids)

    named = {str(place): str(row) for place, row in enumerate(ids)}
    named["new"] = str(AuditEntry.objects.order_by("-id").values_list("id", flat=True).first())
    named["head"] = next((tmp_path / "heads").iterdir()).name
    for hole, word in named.items():
        says = says.replace("{" + hole + "}", word)
    out = StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("verify_audit", stdout=out)
    assert _what_is_wrong(out.getvalue()) == says
    call_command("export_audit", str(tmp_path / "log.jsonl"), stdout=StringIO())
    alone = _alone(tmp_path, "--heads", "heads")
    assert (alone.returncode, _what_is_wrong(alone.stdout)) == (1, says)


def test_a_whole_log_is_said_to_be_whole_and_what_is_not_sealed_is_counted(ids: list[int], tmp_path: Path) -> None:
    write_rows(2, FIRST + ROWS)
    out = StringIO()
    call_command("verify_audit", stdout=out)
    call_command("export_audit", str(tmp_path / "log.jsonl"), stdout=StringIO())

    done = _alone(tmp_path, "--heads", "heads")

    said = out.getvalue().splitlines()
    assert said[0].startswith("14 rows, 3 seals, head ")
    assert said[0].endswith("…: whole")
    assert said[1].startswith("2 of them not sealed yet, the oldest from 20")
    assert said[2] == "1 of 1 heads agree, signatures checked"
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[0].startswith("15 rows, 3 seals, head ")
    assert done.stdout.splitlines()[2] == said[2]


def test_without_heads_it_is_said_what_would_not_be_seen(ids: list[int], tmp_path: Path) -> None:
    out = StringIO()
    call_command("verify_audit", without_heads=True, stdout=out)

    assert "no heads compared: a tail cut off or a chain written anew would not be seen" in out.getvalue()
    call_command("export_audit", str(tmp_path / "log.jsonl"), stdout=StringIO())
    alone = _alone(tmp_path, "--without-heads")
    assert (alone.returncode, alone.stdout.splitlines()[-1]) == (0, out.getvalue().splitlines()[-1])
    assert _alone(tmp_path).returncode == 2, "neither folder nor the word that none is meant"


@pytest.mark.parametrize("is_removed", [False, True])
def test_heads_that_are_gone_are_a_fault(ids: list[int], tmp_path: Path, is_removed: bool) -> None:
    """Whoever cuts the tail off and empties the folder, or removes it, leaves a chain that is whole in itself."""
    _cut_tail(ids[8], 3)
    for path in (tmp_path / "heads").iterdir():
        path.unlink()
    says = "there are seals and no head to compare them with (--without-heads where that is meant)"
    if is_removed:
        (tmp_path / "heads").rmdir()
        says = "the folder of heads heads is missing"
    out = StringIO()

    with pytest.raises(SystemExit, match="1"):
        call_command("verify_audit", stdout=out)

    assert _what_is_wrong(out.getvalue()) == says
    call_command("export_audit", str(tmp_path / "log.jsonl"), stdout=StringIO())
    alone = _alone(tmp_path, "--heads", "heads")
    assert (alone.returncode, _what_is_wrong(alone.stdout)) == (1, says)


def test_a_mistyped_folder_of_heads_is_a_fault_beside_one_that_is_there(ids: list[int], tmp_path: Path) -> None:
    out = StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("verify_audit", heads=[tmp_path / "heads", tmp_path / "haeds"], stdout=out)
    assert _what_is_wrong(out.getvalue()) == "the folder of heads haeds is missing"


def test_a_log_that_nobody_has_sealed_yet_lacks_no_head(settings: Settings, tmp_path: Path) -> None:
    settings.AUDIT_HEAD_DIR = tmp_path / "none"
    write_rows()
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue().splitlines()[0].endswith("…: whole")


@pytest.mark.parametrize("is_sealed", [False, True])
def test_a_row_that_is_written_later_with_an_earlier_time_is_named(ids: list[int], is_sealed: bool) -> None:
    """The owner of the tables may choose a time and let the row be sealed. A day is left for what was open for long."""
    for day, transaction in (("2020-01-01", FIRST + ROWS), ("now", FIRST + ROWS + 1)):
        sql(f"{FORGED} VALUES (DEFAULT, '{day}', now(), '', 'open', 'case', '', '{{}}', '{{}}', {transaction})")
    row = AuditEntry.objects.get(at__year=2020).pk
    if is_sealed:
        seal_all(FIRST + ROWS + 2)

    found = verdict()

    assert found.fault == f"row {row} says 2020-01-01T00:00:00Z, long before rows that were sealed before it"
    assert found.rows == ROWS + 2, "the rest was read all the same"
    as_owner(f"UPDATE {TABLE} SET what = 'other' WHERE id = {ids[5]}")
    assert verdict().fault == f"row {ids[5]} was changed (seal 2)", "what is proven is said first"


def test_rows_that_were_sealed_long_after_they_were_written_are_whole(tmp_path: Path) -> None:
    """A restored tail, or a week without a sealer: seals come late, and one after the other."""
    write_rows()
    as_owner(f"UPDATE {TABLE} SET at = at - interval '9 days' + (id %% 5) * interval '1 hour'")
    seal_all()
    assert verdict().fault == ""


def test_a_head_that_was_changed_or_signed_with_another_key_is_not_believed(ids: list[int], tmp_path: Path) -> None:
    path = next((tmp_path / "heads").iterdir())
    genuine = json.loads(path.read_text())

    for changed in (
        {**genuine, "hash": "0" * 64},
        {**genuine, "seal": 2},
        {**genuine, "at": "2020-01-01T00:00:00.000000+00:00"},
        {**genuine, "signature": check_audit.sign(genuine, "another key")},
    ):
        path.write_text(json.dumps(changed))
        assert verdict(tmp_path / "heads").fault == f"the signature of head {path.name} is wrong"
    path.write_text("{}")
    assert verdict(tmp_path / "heads").fault == f"head {path.name} cannot be read"


@pytest.mark.parametrize(
    "line", ["", "null", "[]", "{", '{"seal": 1}', '{"v": 1}', '{"id": "x"}', '{"seal": "1", "id": 1}']
)
def test_an_export_that_cannot_be_read_is_a_fault_and_no_error(line: str) -> None:
    assert check_audit.check([line + "\n"]).fault == "line 1 cannot be read"


def test_an_export_is_never_written_over_and_is_a_row_in_the_log(ids: list[int], tmp_path: Path) -> None:
    target = tmp_path / "log.jsonl"
    call_command("export_audit", str(target), stdout=StringIO())
    first = target.read_text()

    with pytest.raises(Exception, match="exists already"):
        call_command("export_audit", str(target), stdout=StringIO())

    assert target.read_text() == first
    assert AuditEntry.objects.filter(action="export", what="audit").count() == 1


def _alone(tmp_path: Path, *told: str) -> subprocess.CompletedProcess[str]:
    """Run a copy of the script by a bare Python, away from the product."""
    script, key = tmp_path / "check_audit.py", tmp_path / "key"
    script.write_text((ROOT / "riskzon" / "check_audit.py").read_text())
    key.write_text(KEY + "\n")
    words = ["log.jsonl", *told, "--key-file", "key"]
    return subprocess.run(
        [sys.executable, "-I", "-S", str(script), *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={},
    )


def _what_is_wrong(said: str) -> str:
    return said.splitlines()[0].partition("NOT WHOLE: ")[2]
