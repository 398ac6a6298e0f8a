"""What changes, sweeps, sends and seals does so in a role with the rights of its part, and goes on where that is not there."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.core.checks import run_checks
from django.db import ProgrammingError, connection, transaction

from notifications.models import Delivery
from notifications.relay import send_waiting
from riskzon import drafts, narrow, narrow_roles, sealing, wall_role
from riskzon.access import Action
from riskzon.doors import change, look, register
from riskzon.models import Case, Report
from riskzon.narrow import Part, own_role, turn
from riskzon.narrow_rights import RIGHTS
from tests.factories import at, make_report, people, person
from workflows.auditor import look as audit_look
from workflows.models import Breach, Heartbeat
from workflows.sweep import sweep

Said = list[tuple[str, str]]


@pytest.fixture
def case(db: None) -> Case:
    people()
    at("2026-11-13T14:00:00+01:00")
    return make_report().cases[0]


#: Nobody who writes does this, in whichever part.
_NOBODY = [
    "UPDATE riskzon_auditentry SET what = ''",
    "DELETE FROM riskzon_auditentry",
    "TRUNCATE riskzon_auditentry",
    "INSERT INTO riskzon_auditentry (id) VALUES (DEFAULT)",
    "INSERT INTO riskzon_auditentry (at) VALUES (DEFAULT)",
    "INSERT INTO riskzon_auditentry (transaction) VALUES (DEFAULT)",
    "UPDATE riskzon_auditseal SET rows = 0",
    "DELETE FROM riskzon_auditseal",
    "UPDATE riskzon_report SET raw = '{}'",
    "UPDATE riskzon_report SET number = '2026-000001'",
    "UPDATE riskzon_report SET registered_at = now()",
    "DELETE FROM riskzon_report",
    "DELETE FROM riskzon_case",
    "DELETE FROM riskzon_child",
    "DELETE FROM riskzon_note",
    "DELETE FROM riskzon_casegrant",
    "DELETE FROM workflows_deadline",
    "DELETE FROM workflows_breach",
    "DELETE FROM workflows_deadlineevent",
    "DELETE FROM notifications_message",
    "ALTER TABLE riskzon_auditentry DISABLE TRIGGER ALL",
    "ALTER TABLE riskzon_case DISABLE ROW LEVEL SECURITY",
    "DROP TABLE riskzon_note",
    "DROP TRIGGER log_only_grows ON riskzon_auditentry",
    "CREATE OR REPLACE FUNCTION riskzon_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE TABLE mine (x int)",
    "SET session_replication_role = replica",
    "SELECT * FROM riskzon_secondfactor",
    "SELECT * FROM riskzon_recoverycode",
    "SELECT * FROM riskzon_apitoken",
    "SELECT * FROM riskzon_signon",
    "SELECT * FROM django_session",
    "SELECT * FROM riskzon_loginsession",
    "SELECT * FROM riskzon_loginattempt",
    "SELECT * FROM notifications_dutyfeed",
    "SELECT fields FROM riskzon_draft",
    "UPDATE riskzon_user SET role = 'admin'",
    "UPDATE riskzon_user SET password = ''",
    "INSERT INTO riskzon_user (id, username) VALUES (gen_random_uuid(), 'new')",
    "UPDATE riskzon_productclock SET \"offset\" = interval '1 day'",
]
_ONE_PART = [
    (Part.WORK, "SELECT password FROM riskzon_user"),
    (Part.WORK, "UPDATE riskzon_user SET email = ''"),
    (Part.WORK, "INSERT INTO riskzon_report (id) VALUES (gen_random_uuid())"),
    (Part.WORK, "UPDATE riskzon_child SET given_name = ''"),
    (Part.WORK, "UPDATE notifications_message SET facts = '{}'"),
    (Part.RELAY, "SELECT password FROM riskzon_user"),
    (Part.RELAY, "SELECT given_name FROM riskzon_child"),
    (Part.RELAY, "SELECT summary FROM riskzon_case"),
    (Part.RELAY, "SELECT raw FROM riskzon_report"),
    (Part.RELAY, "SELECT name FROM riskzon_guardian"),
    (Part.RELAY, "SELECT text FROM riskzon_note"),
    (Part.RELAY, "SELECT id FROM riskzon_auditentry"),
    (Part.RELAY, "UPDATE riskzon_case SET summary = ''"),
    (Part.RELAY, "UPDATE notifications_message SET facts = '{}'"),
    (Part.RELAY, "UPDATE workflows_deadline SET next_step_at = NULL"),
    (Part.SEAL, "SELECT id FROM riskzon_child"),
    (Part.SEAL, "INSERT INTO riskzon_auditentry (what) VALUES ('')"),
]


@pytest.mark.parametrize(("part", "forbidden"), [*((part, one) for part in Part for one in _NOBODY), *_ONE_PART])
def test_the_database_refuses_what_is_not_done_in_that_part(db: None, part: Part, forbidden: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, true)", [own_role(part)])
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            cursor.execute(forbidden)


def test_nothing_is_removed_but_drafts_and_the_log_only_grows() -> None:
    may_remove = {(part, table) for part, rights in RIGHTS.items() for table in rights if "DELETE" in rights[table]}
    assert may_remove == {(Part.WORK, "riskzon_draft")}
    grows = ("riskzon_auditentry", "riskzon_auditseal", "riskzon_audithead", "workflows_deadlineevent", "riskzon_note")
    assert not [table for rights in RIGHTS.values() for table in grows if "UPDATE" in rights.get(table, "")]
    known = wall_role.WALLED | wall_role.OPEN | wall_role.SHUT
    assert {table for rights in RIGHTS.values() for table in rights} <= known


# --- What is done is done in the role ---------------------------------------------------------------------------------


@contextmanager
def _asked_as() -> Iterator[set[str]]:
    """As whom the database was asked about the product's own tables."""
    seen: set[str] = set()

    def watch(execute: Callable[..., object], statement: str, *more: object) -> object:
        if re.search(r"\b(?:riskzon|workflows|notifications)_\w+\b(?!\()", str(statement)):
            with connection.connection.cursor() as raw:
                seen.add(raw.execute("SELECT current_user").fetchone()[0])
        return execute(statement, *more)

    with connection.execute_wrapper(watch):
        yield seen


def test_the_sweep_fires_in_its_role_and_is_the_login_again_afterwards(case: Case) -> None:
    at("2026-11-16T08:00:00+01:00")
    with _asked_as() as seen:
        assert sweep(name="loop") > 0
    assert seen == {own_role(Part.WORK)}
    assert Breach.objects.filter(case=case).exists()
    assert _who() == connection.settings_dict["USER"]


def test_the_relay_sends_the_sealer_seals_and_drafts_go_each_in_its_role(case: Case) -> None:
    for act, part in ((send_waiting, Part.RELAY), (sealing.seal, Part.SEAL), (drafts.forget_old, Part.WORK)):
        with _asked_as() as seen:
            act()
        assert seen == {own_role(part)}, part
    assert not Delivery.objects.filter(state=Delivery.State.WAITING).exists()


def test_a_change_is_made_in_its_role_also_after_it_has_looked(case: Case) -> None:
    karin = person("karin.ek")
    with look(karin, "case"):
        with change(karin, Action.NOTE, case.pk) as act:
            assert _who() == own_role(Part.CHANGE)
            with look(karin, "case"):
                assert _who() == wall_role.own_role()
            assert _who() == own_role(Part.CHANGE)
            with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("DELETE FROM riskzon_note")
            assert act.case.pk == case.pk
        assert _who() == wall_role.own_role()
    assert _who() == connection.settings_dict["USER"]


def test_an_act_that_fails_leaves_the_login(case: Case) -> None:
    def fails() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        turn(Part.WORK, fails)
    assert (_who(), narrow.standing()) == (connection.settings_dict["USER"], "none")


# --- Where the role is not there, the clock goes on ---------------------------------------------------------------------


def test_without_its_role_the_sweep_goes_on_and_says_so(case: Case, done_with_all_rights: Said) -> None:
    _drop(Part.WORK)
    at("2026-11-16T08:00:00+01:00")
    assert sweep(name="loop") > 0
    assert Breach.objects.filter(case=case).exists()
    assert done_with_all_rights == [("work", "missing")]
    assert Heartbeat.objects.get(name="loop").detail["all_rights"] == ["work"]
    found = audit_look()
    assert found.all_rights == ("work",)
    assert "all_rights" in found.faults
    assert [one.id for one in run_checks(tags=["access"], databases=["default"])] == ["access.W003"]
    done_with_all_rights.clear()
    narrow_roles.raise_roles()


@pytest.mark.parametrize(
    "taken",
    [
        "REVOKE UPDATE ON workflows_deadline FROM {}",
        "REVOKE INSERT ON workflows_breach FROM {}",
        "REVOKE INSERT ON notifications_message FROM {}",
        "REVOKE SELECT ON riskzon_child FROM {}",
        "REVOKE INSERT ON riskzon_auditentry FROM {}",
    ],
)
def test_a_right_that_lacks_is_said_and_the_limit_is_fired_all_the_same(
    case: Case, taken: str, done_with_all_rights: Said
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(taken.format(own_role(Part.WORK)))
    at("2026-11-16T08:00:00+01:00")
    assert sweep(name="loop") > 0
    assert Breach.objects.filter(case=case).exists()
    assert done_with_all_rights == [("work", "refused")]
    assert audit_look().all_rights == ("work",)
    assert {one.id for one in run_checks(tags=["access"], databases=["default"])} == {"access.W004"}
    done_with_all_rights.clear()


_REVOKE_BESIDE = "REVOKE SELECT ON workflows_logreview FROM {}"


def test_a_right_that_lacks_beside_the_clocks_is_said_although_the_sweep_catches_it(
    case: Case, done_with_all_rights: Said
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_REVOKE_BESIDE.format(own_role(Part.WORK)))
    sweep(name="loop")
    assert done_with_all_rights == [("work", "refused")]
    done_with_all_rights.clear()


def test_without_its_role_a_report_is_taken_all_the_same(db: None, done_with_all_rights: Said) -> None:
    people()
    at("2026-11-13T14:00:00+01:00")
    _drop(Part.CHANGE)
    assert make_report().report.number
    assert Report.objects.count() == 1
    assert set(done_with_all_rights) == {("change", "missing")}
    done_with_all_rights.clear()


def test_a_process_tries_its_role_again_after_a_while(
    db: None, monkeypatch: pytest.MonkeyPatch, done_with_all_rights: Said
) -> None:
    _drop(Part.WORK)
    assert turn(Part.WORK, _who) == connection.settings_dict["USER"]
    narrow_roles.raise_roles()
    assert turn(Part.WORK, _who) == connection.settings_dict["USER"]
    before = narrow.time.monotonic()
    monkeypatch.setattr(narrow.time, "monotonic", lambda: before + narrow.REST + 1)
    assert turn(Part.WORK, _who) == own_role(Part.WORK)
    done_with_all_rights.clear()


# --- It cannot be wider in silence --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("GRANT UPDATE ON riskzon_auditentry TO {role}", "may more with riskzon_auditentry: UPDATE"),
        (
            "GRANT SELECT (secret) ON riskzon_secondfactor TO {role}",
            "may more with riskzon_secondfactor: SELECT secret",
        ),
        ("GRANT SELECT ON riskzon_apitoken TO PUBLIC", "may more with riskzon_apitoken: SELECT"),
        ("REVOKE UPDATE ON riskzon_case FROM {role}", "lacks with riskzon_case: UPDATE"),
        ("ALTER ROLE {role} BYPASSRLS", "more than its grants"),
        ("GRANT {owner} TO {role}", "more than its grants"),
        ("GRANT CREATE ON SCHEMA public TO {role}", "more than its grants"),
        ("ALTER POLICY narrow ON riskzon_case TO {role}", "is not for the roles that it is for"),
        ("DROP POLICY narrow ON riskzon_case", "is not for the roles that it is for"),
    ],
)
def test_the_check_finds_what_is_wider_or_narrower_and_migrate_mends_rights(
    case: Case, damage: str, found: str
) -> None:
    assert run_checks(tags=["access"], databases=["default"]) == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(damage.format(role=own_role(Part.WORK), owner=connection.settings_dict["USER"]))
    said = run_checks(tags=["access"], databases=["default"])
    assert any(found in one.msg for one in said), said
    assert {one.id for one in said} - {"access.W002"} == {"access.W004"}
    if damage.startswith(("GRANT UPDATE", "GRANT SELECT (", "REVOKE", "ALTER POLICY", "DROP")):
        narrow_roles.raise_roles()
        assert run_checks(tags=["access"], databases=["default"]) == []
    else:
        with pytest.raises(wall_role.WallError):
            narrow_roles.raise_roles()


def test_a_policy_that_lets_everybody_by_is_a_hole_in_the_wall(case: Case) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER POLICY narrow ON riskzon_case TO PUBLIC")
    assert "riskzon_case has a policy more, which lets through what it says" in wall_role.find_holes()


def test_a_turn_costs_two_statements_and_a_change_none(case: Case, django_assert_num_queries) -> None:
    with django_assert_num_queries(2 + 2 + 1):  # entering and the savepoint of this test around it, the act, leaving
        turn(Part.WORK, _who)
    # The clock, the role and the limit of the wait in one; around it the savepoint, and the role that held before.
    karin = person("karin.ek")
    with django_assert_num_queries(1 + 2 + 1), register(karin):
        pass


def _who() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


def _drop(part: Part) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"DROP OWNED BY {own_role(part)}; DROP ROLE {own_role(part)}")
        # As a transaction begins: a breach is written after its deadline.
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
