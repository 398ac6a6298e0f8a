"""The database lets through what the policy shows and nothing else, to a page that reads behind its door."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.core.checks import run_checks
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from psycopg import sql

from riskzon import audit, clock, wall, wall_role
from riskzon.doors import look
from riskzon.errors import Unseen
from riskzon.models import (
    AuditAction,
    AuditEntry,
    Case,
)
from tests.factories import ALBIN, BEA, at, child, make_report, people, person
from workflows.board import account_figure
from workflows.casefile import fully_seen
from workflows.verbs.notes import write_note
from workflows.verbs.people import hand_over
from workflows.worklist import search

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
OPEN = "2026-11-13T10:00:00+01:00"


# --- What the role may -----------------------------------------------------------------------------------------------


@pytest.fixture
def case() -> Case:
    people()
    at(OPEN)
    return make_report(children=[child(identity_number=ALBIN)]).cases[0]


@pytest.fixture
def readers(case: Case) -> Iterator[psycopg.Cursor]:
    """This transaction as a page has it, but nobody has said whose page it is."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, true)", [wall_role.role_name(connection.settings_dict["NAME"])])
        yield cursor
        transaction.set_rollback(True)


def test_without_a_reader_no_table_of_the_wall_shows_a_row(readers) -> None:
    for table in sorted(wall_role.WALLED):
        readers.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        assert readers.fetchone() == (0,), table


def test_whoever_is_nobody_sees_nothing(readers) -> None:
    readers.execute(
        "SELECT set_config('riskzon.user', %s, true), set_config('riskzon.now', now()::text, true)", [str(uuid4())]
    )
    readers.execute("SELECT count(*) FROM riskzon_case")
    assert readers.fetchone() == (0,)
    # What is no id at all is no way in either.
    readers.execute("SELECT set_config('riskzon.user', 'x'' OR true --', true)")
    with pytest.raises(DatabaseError, match="invalid input syntax for type uuid"):
        readers.execute("SELECT count(*) FROM riskzon_case")


@pytest.mark.parametrize(
    "forbidden",
    [
        "UPDATE riskzon_case SET summary = ''",
        "DELETE FROM riskzon_note",
        "INSERT INTO riskzon_caseblock DEFAULT VALUES",
        "INSERT INTO riskzon_auditentry (id) VALUES (DEFAULT)",
        "INSERT INTO riskzon_auditentry (at) VALUES (DEFAULT)",
        "INSERT INTO riskzon_auditentry (transaction) VALUES (DEFAULT)",
        "UPDATE riskzon_auditentry SET what = ''",
        "DELETE FROM riskzon_auditentry",
        "TRUNCATE riskzon_auditentry",
        "SELECT * FROM riskzon_draft",
        "SELECT * FROM riskzon_apitoken",
        "SELECT * FROM django_session",
        "SELECT * FROM notifications_storedmail",
        "SELECT * FROM riskzon_auditseal",
        "CREATE TABLE mine (x int)",
        "ALTER TABLE riskzon_case DISABLE ROW LEVEL SECURITY",
        "DROP POLICY wall ON riskzon_case",
        "CREATE OR REPLACE FUNCTION riskzon_wall_units() RETURNS uuid[] LANGUAGE sql AS $$ SELECT NULL::uuid[] $$",
    ],
)
def test_a_page_reads_and_changes_nothing(readers, forbidden: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        readers.execute(forbidden)


def test_every_table_is_behind_the_wall_or_named(db: None) -> None:
    """A new table is neither until somebody has looked at it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, relrowsecurity FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
        )
        tables = dict(cursor.fetchall())
    assert set(tables) == wall_role.WALLED | wall_role.OPEN | wall_role.SHUT
    assert not wall_role.WALLED & wall_role.OPEN
    assert not (wall_role.WALLED | wall_role.OPEN) & wall_role.SHUT
    assert {table for table, is_secured in tables.items() if is_secured} == wall_role.WALLED


def test_the_rows_that_hang_on_a_case_are_seen_with_it_alone(case: Case) -> None:
    """For every table behind the wall: a row about another child does not come through."""
    other = make_report(children=[child(identity_number=BEA, given_name="Bea")]).cases[0]
    write_note(person("karin.ek"), other.pk, text="Hemligt.")
    hand_over(person("sara.lindh"), other.pk, unit="utredning-norr", note="Flyttat.")
    with look(person("omar.nyman"), "test"):
        seen = {}
        with connection.cursor() as cursor:
            for table in sorted(wall_role.WALLED):
                cursor.execute(sql.SQL("SELECT to_jsonb(t)::text FROM {} t").format(sql.Identifier(table)))
                seen[table] = " ".join(row for (row,) in cursor.fetchall())
    assert str(case.pk) in seen["riskzon_case"]
    assert str(case.child_id) in seen["riskzon_child"]
    assert str(case.report_id) in seen["riskzon_report"]
    for table, text in seen.items():
        assert str(other.pk) not in text, table
        assert str(other.child_id) not in text, table
        assert str(other.report_id) not in text, table
    assert "Hemligt" not in "".join(seen.values())


# --- The door ---------------------------------------------------------------------------------------------------------


def _who_reads() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        found: str = cursor.fetchone()[0]
    return found


def test_the_role_holds_for_the_page_and_ends_with_it(case: Case) -> None:
    own = _who_reads()
    with look(person("karin.ek"), "case") as door:
        assert _who_reads() == wall_role.role_name(connection.settings_dict["NAME"])
        door.case(case.pk)
    assert _who_reads() == own
    # A refusal ends it too, and is written about the case that was asked for.
    with pytest.raises(Unseen), look(person("ivar.sjo"), "case") as door:
        door.case(case.pk)
    assert _who_reads() == own
    assert AuditEntry.objects.get(action=AuditAction.DENIED).case_id == case.pk


def test_a_door_inside_another_leaves_the_outer_one_as_it_was(case: Case) -> None:
    with look(person("ivar.sjo"), "case"):
        with look(person("karin.ek"), "case"):
            assert Case.objects.count() == 1
        assert Case.objects.count() == 0
        with pytest.raises(Unseen), look(person("lina.dahl"), "case") as inner:
            inner.case(case.pk)
        assert Case.objects.count() == 0
        with look(person("maria.oberg"), "accounting"):
            assert Case.objects.count() == 1
        assert Case.objects.count() == 0


def test_a_change_inside_a_page_is_made_with_the_rights_of_a_change(case: Case) -> None:
    role = wall_role.role_name(connection.settings_dict["NAME"])
    with look(person("karin.ek"), "case"):
        write_note(person("karin.ek"), case.pk, text="Klart.")
        assert _who_reads() == role
        with pytest.raises(ValueError, match="oj"), wall.beyond():
            raise ValueError("oj")
        assert _who_reads() == role


def test_what_fails_past_the_wall_is_not_read_on_past_it(case: Case) -> None:
    def page() -> None:
        with look(person("ivar.sjo"), "case"):
            with pytest.raises(DatabaseError), wall.beyond(), connection.cursor() as cursor:
                cursor.execute("SELECT 1/0")
            Case.objects.count()

    with pytest.raises(transaction.TransactionManagementError):
        page()


def test_what_somebody_types_does_not_end_the_role(case: Case) -> None:
    for typed in (
        "'; RESET ROLE; --",
        "x') OR true; SET ROLE none; --",
        "\\'; SELECT set_config('role', 'none', true)",
    ):
        with look(person("karin.ek"), "search") as door:
            assert search(door, typed) == []
            assert _who_reads() == wall_role.own_role()
            assert set(Case.objects.values_list("pk", flat=True)) == {case.pk}


def test_a_page_reads_of_children_behind_the_wall_alone(case: Case, client: Client) -> None:
    """But for the messages in its head, which are counted without those about a child from whom the reader is blocked."""
    client.force_login(person("karin.ek"))
    beside: list[str] = []

    def watch(execute, statement, *more):
        names = set(re.findall(r"\b\w+_\w+\b", statement))
        if not getattr(connection, "riskzon_wall", None) and names & wall_role.WALLED:
            beside.append(statement)
        return execute(statement, *more)

    pages = ["/", *(reverse(name, args=[case.pk]) for name in ("case", "case-deadlines", "case-process", "holds"))]
    with connection.execute_wrapper(watch):
        for page in pages:
            assert client.get(page).status_code == 200
    # The first is the door itself, which asks whether the wall stands.
    named = ("row_security_active", 'FROM "notifications_message"')
    assert [statement for statement in beside if not any(words in statement for words in named)] == []


def test_what_is_read_past_the_wall_is_a_page_that_there_is() -> None:
    said = "".join(
        path.read_text() for top in ("workflows", "notifications", "riskzon/api") for path in Path(top).rglob("*.py")
    )
    assert {what for what in wall.BEYOND if f'"{what}"' not in said} == set()
    assert all(why for _roles, why in wall.BEYOND.values())


def test_the_hours_that_are_told_are_believed_for_socialjouren_alone(case: Case) -> None:
    told = f'[{{"unit": "{case.unit_id}", "since": "2030-01-01T00:00:00Z", "is_open": false}}]'
    for username, seen in (("lina.dahl", 0), ("maria.oberg", 0), ("per.holm", 0), ("jour.vakt", 1)):
        with look(person(username), "test"), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('riskzon.shift', %s, true)", [told])
            assert Case.objects.count() == seen, username


def test_the_act_is_logged_in_the_transaction_of_the_page(case: Case) -> None:
    with look(person("karin.ek"), "case"):
        audit.record(AuditAction.OPEN, by=person("karin.ek"), now=clock.now(), what="case", case_id=case.pk)
    assert AuditEntry.objects.filter(action=AuditAction.OPEN, case=case).exists()


def test_a_page_asks_no_more_than_one_statement_for_the_wall(case: Case, django_assert_num_queries) -> None:
    """The clock is read in the same statement; Socialjouren's hours are told in one more. Three are the test's own."""
    karin, eva = person("karin.ek"), person("jour.vakt")
    with look(eva, "test"):
        pass
    with django_assert_num_queries(4), look(karin, "test"):
        pass
    with django_assert_num_queries(5), look(eva, "test"):
        pass


# --- What it must not hide from a rule that asks for all ---------------------------------------------------------------


def test_a_report_is_not_whole_where_a_case_of_it_is_out_of_sight(case: Case) -> None:
    both = make_report(
        key="both", children=[child(identity_number=ALBIN), child(identity_number=BEA, given_name="Bea")]
    ).cases
    hand_over(person("sara.lindh"), both[1].pk, unit="utredning-norr", note="Flyttat.")
    karin = person("karin.ek")
    with look(karin, "case") as door:
        assert fully_seen([door.case(both[0].pk)], karin, door.now) == set()


def test_the_account_on_a_supervisors_board_is_of_every_report(case: Case) -> None:
    hand_over(person("sara.lindh"), case.pk, unit="utredning-norr", note="Flyttat.")
    with look(person("hanna.vide"), "board") as door:
        assert Case.objects.count() == 0
        assert account_figure(door.now).is_whole


# --- It cannot be off in silence ---------------------------------------------------------------------------------------


def _damage(cursor, damage: str) -> None:
    # What is registered is checked at the end of the transaction; no table is altered before.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    own = connection.settings_dict
    cursor.execute(damage.format(role=wall_role.role_name(own["NAME"]), owner=own["USER"]))


@pytest.mark.parametrize(
    ("damage", "hole"),
    [
        ("ALTER TABLE riskzon_case DISABLE ROW LEVEL SECURITY", "riskzon_case has no policy"),
        ("ALTER TABLE riskzon_note DISABLE ROW LEVEL SECURITY", "riskzon_note has no policy"),
        ("DROP POLICY wall ON workflows_breach", "workflows_breach has no policy"),
        ("CREATE POLICY more ON riskzon_case USING (true)", "riskzon_case has a policy more"),
        ("ALTER ROLE {role} SUPERUSER", "is not held by policies"),
        ("ALTER ROLE {role} BYPASSRLS", "is not held by policies"),
        ("GRANT {owner} TO {role}", "is not held by policies"),
        ("GRANT UPDATE ON riskzon_case TO {role}", "riskzon_case can be written"),
        ("GRANT DELETE ON riskzon_auditentry TO {role}", "riskzon_auditentry can be written"),
        ("GRANT INSERT ON riskzon_auditentry TO {role}", "riskzon_auditentry can be written"),
        ("GRANT UPDATE (summary) ON riskzon_case TO {role}", "riskzon_case can be written"),
        ("GRANT SELECT ON riskzon_draft TO {role}", "riskzon_draft can be read"),
        ("CREATE TABLE more (x int); GRANT SELECT ON more TO {role}", "more can be read"),
    ],
)
def test_the_check_finds_a_hole(case: Case, damage: str, hole: str) -> None:
    assert run_checks(tags=["access"], databases=["default"]) == []
    with transaction.atomic():
        with connection.cursor() as cursor:
            _damage(cursor, damage)
        found = run_checks(tags=["access"], databases=["default"])
        assert {one.id for one in found} == {"access.W002"}
        assert any(hole in one.msg for one in found)
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "damage",
    [
        "ALTER TABLE riskzon_case DISABLE ROW LEVEL SECURITY",
        "ALTER ROLE {role} SUPERUSER",
        "ALTER ROLE {role} BYPASSRLS",
    ],
)
def test_no_page_is_shown_where_the_wall_is_down(case: Case, damage: str) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            _damage(cursor, damage)
        with pytest.raises(wall_role.WallError), look(person("karin.ek"), "case"):
            pass
        transaction.set_rollback(True)


def test_no_page_is_shown_without_the_role_and_migrate_mends_what_it_can(case: Case) -> None:
    name = wall_role.role_name(connection.settings_dict["NAME"])
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"GRANT SELECT ON riskzon_draft TO {name}")
        wall_role.raise_wall()
        assert list(wall_role.find_holes()) == []
        with connection.cursor() as cursor:
            cursor.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")
        assert [one.id for one in run_checks(tags=["access"], databases=["default"])] == ["access.W001"]
        with pytest.raises(DatabaseError, match="does not exist"), look(person("karin.ek"), "case"):
            pass
        wall_role.raise_wall()
        with look(person("karin.ek"), "case"):
            assert Case.objects.count() == 1
        transaction.set_rollback(True)
