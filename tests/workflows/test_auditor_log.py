"""The auditor says within a round that the access log is not sealed, not told of outside, or not what it was."""

import pytest

from tests.riskzon.sealed import as_owner, seal_all, write_rows
from workflows.auditor import look

pytestmark = pytest.mark.django_db

LOG = {"log_broken", "log_not_sealed", "log_head_not_written"}


def faults() -> set[str]:
    return LOG & set(look().faults)


def test_a_log_that_is_sealed_and_whole_is_no_fault() -> None:
    assert faults() == set()
    write_rows()
    seal_all()
    assert faults() == set()


def test_a_row_that_nobody_has_sealed_for_long_is_a_fault() -> None:
    write_rows()
    as_owner("UPDATE riskzon_auditentry SET at = clock_timestamp() - interval '11 minutes'")
    assert faults() == {"log_not_sealed"}
    seal_all()
    assert faults() == set()


def test_a_seal_that_no_head_tells_of_for_long_is_a_fault() -> None:
    write_rows()
    seals = seal_all()
    as_owner("UPDATE riskzon_auditseal SET sealed_at = clock_timestamp() - interval '121 minutes'")
    assert "log_head_not_written" in faults()
    as_owner(f"INSERT INTO riskzon_audithead (seal_id, at) VALUES ({seals[-1].number}, clock_timestamp())")  # noqa: S608
    assert "log_head_not_written" not in faults()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE riskzon_auditseal SET root = repeat('0', 64) WHERE number = 2",
        "UPDATE riskzon_auditseal SET sealed_at = sealed_at - interval '1 hour' WHERE number = 3",
        "UPDATE riskzon_auditseal SET total = total + 1 WHERE number = 3",
        "UPDATE riskzon_auditseal SET hash = repeat('1', 64) WHERE number = 1",
        "DELETE FROM riskzon_auditseal WHERE number = 2",
        "UPDATE riskzon_auditseal SET previous = repeat('2', 64) WHERE number = 1",
    ],
)
def test_a_chain_that_is_broken_is_a_fault(damage: str) -> None:
    write_rows()
    seal_all()
    as_owner(damage)
    assert "log_broken" in faults()
