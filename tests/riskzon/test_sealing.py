"""Every row of the log comes into exactly one seal, however late it is committed, and a head goes out once an hour."""

import json
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from riskzon import audit, check_audit, clock, heads, sealing
from riskzon.models import AuditAction, AuditEntry, AuditHead, AuditSeal
from tests.acts import delete, refuses, update
from tests.damage import sql
from tests.riskzon.sealed import BATCH, FIRST, FORGED, KEY, ROWS, as_owner, seal_all, verdict, write_rows

#: Another test's transaction on the same server holds back what is settled for as long as it is open.
PATIENCE = 120.0


@pytest.fixture(autouse=True)
def _heads_apart(settings: Settings, tmp_path: Path) -> None:
    settings.AUDIT_HEAD_DIR, settings.AUDIT_HEAD_KEY = tmp_path / "heads", KEY


@pytest.mark.django_db
def test_a_seal_names_its_rows_and_the_seal_before_it() -> None:
    ids = write_rows()

    first, second, third = seal_all()

    assert [_ids(seal) for seal in (first, second, third)] == [ids[:4], ids[4:8], ids[8:]]
    assert [seal.number for seal in (first, second, third)] == [1, 2, 3]
    assert (first.previous, second.previous, third.previous) == (check_audit.NOTHING, first.hash, second.hash)
    assert (third.total, third.last_id, third.to_transaction) == (ROWS, ids[-1], FIRST + ROWS)


@pytest.mark.django_db
def test_nothing_new_makes_no_seal() -> None:
    write_rows()
    seal_all()

    assert sealing.seal(below=FIRST + ROWS) is None
    assert AuditSeal.objects.count() == 3


@pytest.mark.django_db
def test_one_transaction_is_never_divided() -> None:
    small, large = write_rows(3), []
    for _turn in range(2 * BATCH + 1):
        large += write_rows(1, FIRST + 3)
    after = write_rows(2, FIRST + 4)

    assert [_ids(seal) for seal in seal_all()] == [small, large, after]


@pytest.mark.django_db
def test_a_seal_and_a_head_are_never_changed_or_removed() -> None:
    write_rows()
    seal_all()
    heads.export_head()

    for table, column in (("auditseal", "number"), ("audithead", "at")):
        refuses(lambda table=table, column=column: update(f"riskzon_{table}", f"{column} = {column}"), "rows are kept")
        refuses(lambda table=table: delete(f"riskzon_{table}"), "rows are kept")


@pytest.mark.django_db
@pytest.mark.parametrize("tables", ["riskzon_auditentry", "riskzon_auditseal", "riskzon_audithead", "riskzon_unit"])
def test_the_log_is_never_emptied_nor_with_what_it_names(tables: str) -> None:
    """Not by a `flush` at the wrong machine either: who empties units, people or cases would empty the log with them."""
    refuses(lambda: sql(f"TRUNCATE {tables} CASCADE"), "TRUNCATE on riskzon_audit[a-z]+ is refused: rows are kept")


@pytest.mark.django_db
def test_a_row_of_the_log_counts_up() -> None:
    row = "(-7, now(), now(), '', 'open', 'case', '', '{}', '{}', 5)"
    refuses(lambda: sql(f"{FORGED} VALUES {row}"), "audit_counts_up")


@pytest.mark.django_db
def test_a_row_knows_its_own_transaction() -> None:
    audit.record(AuditAction.LIST, by=None, now=clock.now())

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        assert AuditEntry.objects.get().transaction == cursor.fetchone()[0]


@pytest.mark.django_db
def test_what_is_not_settled_is_not_sealed() -> None:
    """This test's own transaction is open, and so its rows are."""
    audit.record(AuditAction.LIST, by=None, now=clock.now())

    while sealing.seal():
        pass

    assert AuditEntry.objects.get().pk not in _sealed()


@pytest.mark.django_db
def test_rows_that_moved_to_another_cluster_go_on_in_the_same_chain() -> None:
    """There the numbers of transactions begin anew: as if everything so far came from a cluster far ahead of this one."""
    far = 2**62
    old = write_rows(6, far)
    seal_all(far + 4)
    new = write_rows(3)

    assert [_ids(seal) for seal in (sealing.seal(),)] == [old[4:]]
    assert [_ids(seal) for seal in seal_all(FIRST + 3)] == [new]

    whole = verdict()
    assert (whole.fault, whole.rows, whole.unsealed) == ("", 9, 0)
    as_owner(f"DELETE FROM riskzon_auditentry WHERE id = {old[5]}")
    assert verdict().fault == f"row {old[5]} is missing (seal 2)"


@pytest.fixture
def another_transaction() -> Iterator[tuple[Event, Thread]]:
    """Somebody who has written a row and does not commit until the event is set."""
    written, may_commit = Event(), Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                audit.record(AuditAction.OPEN, by=None, now=clock.now(), what="late")
                written.set()
                may_commit.wait(PATIENCE)
        finally:
            connection.close()

    thread = Thread(target=hold)
    thread.start()
    assert written.wait(30)
    yield may_commit, thread
    may_commit.set()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_a_row_that_is_committed_late_comes_in_a_later_seal_and_none_is_lost(
    another_transaction: tuple[Event, Thread],
) -> None:
    may_commit, thread = another_transaction
    audit.record(AuditAction.OPEN, by=None, now=clock.now(), what="early")
    early = AuditEntry.objects.get()

    sealing.seal()
    # The other row has the lower id, and might have been jumped over.
    assert early.pk not in _sealed()
    assert verdict().unsealed == 1
    may_commit.set()
    thread.join()
    late = AuditEntry.objects.get(what="late")
    _seal_until({late.pk, early.pk})

    assert late.pk < early.pk
    assert sorted(pk for seal in AuditSeal.objects.all() for pk in _ids(seal)) == [late.pk, early.pk]
    assert verdict().fault == ""


@pytest.mark.django_db(transaction=True)
def test_many_writers_and_two_sealers_at_once_leave_every_row_in_one_seal() -> None:
    def write(number: int) -> None:
        for turn in range(40):
            with transaction.atomic():
                audit.record(AuditAction.LIST, by=None, now=clock.now(), what=f"{number}.{turn}")
                if turn % 7 == 0:
                    # Given up: a gap in the ids.
                    transaction.set_rollback(True)
        connection.close()

    def keep_sealing() -> None:
        while not is_done.is_set():
            sealing.seal(batch=15)
        connection.close()

    is_done = Event()
    sealers = [Thread(target=keep_sealing) for _ in range(2)]
    writers = [Thread(target=write, args=(number,)) for number in range(3)]
    for thread in (*sealers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    is_done.set()
    for thread in sealers:
        thread.join()

    wanted = set(AuditEntry.objects.values_list("pk", flat=True))
    _seal_until(wanted)
    sealed = [pk for seal in AuditSeal.objects.all() for pk in _ids(seal)]
    assert len(sealed) == len(wanted) == 3 * 34
    assert set(sealed) == wanted
    assert verdict().fault == ""


@pytest.mark.django_db
def test_a_head_goes_out_once_an_hour_and_never_over_another(tmp_path: Path) -> None:
    assert heads.export_head() is None
    write_rows()
    sealing.seal(below=FIRST + ROWS, batch=BATCH)
    first = heads.export_head()
    assert first is not None
    sealing.seal(below=FIRST + ROWS, batch=BATCH)
    assert heads.export_head() is None
    as_owner("UPDATE riskzon_audithead SET at = at - interval '1 hour'")

    second = heads.export_head()

    assert second is not None
    assert sorted((tmp_path / "heads").iterdir()) == sorted((first, second))
    said = json.loads(second.read_text())
    newest = AuditSeal.objects.get(number=2)
    assert (said["seal"], said["hash"], said["total"]) == (2, newest.hash, 8)
    assert said["signature"] == check_audit.sign(said, KEY)
    assert stat.S_IMODE((tmp_path / "heads").stat().st_mode) == 0o700
    as_owner("UPDATE riskzon_audithead SET at = at - interval '1 hour'")
    assert heads.export_head() is None, "nothing was sealed since"


@pytest.mark.django_db
def test_a_head_that_cannot_be_written_is_not_said_to_be(tmp_path: Path) -> None:
    write_rows()
    seal_all()
    (tmp_path / "heads").write_text("a file where the folder should be")

    with pytest.raises(OSError, match="exists"):
        heads.export_head()

    assert not AuditHead.objects.exists()


@pytest.mark.django_db
def test_sealing_that_is_behind_is_a_fault_for_the_auditor() -> None:
    assert sealing.standing() == sealing.Standing(None, None)
    write_rows()
    assert sealing.standing().faults == ()
    as_owner("UPDATE riskzon_auditentry SET at = at - interval '11 minutes'")
    assert sealing.standing().faults == ("log_not_sealed",)

    seal_all()

    assert sealing.standing().unsealed_seconds is None
    assert sealing.standing().faults == ()
    as_owner("UPDATE riskzon_auditseal SET sealed_at = sealed_at - interval '121 minutes'")
    assert sealing.standing().faults == ("log_head_not_written",)
    heads.export_head()
    assert sealing.standing().faults == ()


@pytest.mark.django_db
def test_rows_of_another_cluster_that_nobody_seals_are_a_fault_as_well() -> None:
    write_rows(4, 2**62)
    seal_all(2**62 + 4)
    heads.export_head()
    write_rows(1)
    as_owner("UPDATE riskzon_auditentry SET at = at - interval '11 minutes'")

    assert sealing.standing().faults == ("log_not_sealed",)


def _ids(seal: AuditSeal | None) -> list[int]:
    assert seal is not None
    leaves = bytes(seal.leaves)
    return [int.from_bytes(leaves[i : i + 8], "big") for i in range(0, len(leaves), check_audit.LEAF)]


def _sealed() -> set[int]:
    return {pk for seal in AuditSeal.objects.all() for pk in _ids(seal)}


def _seal_until(wanted: set[int]) -> None:
    """Seal until these rows are, as the loop does minute for minute."""
    until = time.monotonic() + PATIENCE
    while not wanted <= _sealed():
        assert time.monotonic() < until, "another transaction on this server has been open all the time"
        if sealing.seal() is None:
            time.sleep(0.1)
