"""The database lets through what the policy shows and nothing else, to a page that reads behind its door."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import psycopg
import pytest
from django.core.checks import run_checks
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from psycopg import sql

from riskzon import audit, clock, wall, wall_role
from riskzon.access import permission_id, visible_cases
from riskzon.doors import look
from riskzon.errors import Unseen
from riskzon.models import (
    Absence,
    AuditAction,
    AuditEntry,
    Case,
    CaseBlock,
    CaseGrant,
    CaseGroupGrant,
    CasePermission,
    Child,
    Report,
    Unit,
    User,
)
from riskzon.models.people import Role
from tests.factories import ALBIN, BEA, at, child, make_report, people, person
from tests.riskzon.test_visibility import UNITS, undone
from workflows.board import account_figure
from workflows.casefile import fully_seen
from workflows.verbs.notes import write_note
from workflows.verbs.people import hand_over
from workflows.worklist import search

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OPEN, CLOSED = "2026-11-13T10:00:00+01:00", "2026-11-13T23:00:00+01:00"
MANY = 135


# --- The two readings of the policy -----------------------------------------------------------------------------------


def _let_through(user: User) -> set[UUID]:
    with look(user, "test"):
        return set(Case.objects.values_list("pk", flat=True))


def _shown(user: User) -> set[UUID]:
    return set(visible_cases(user, clock.now()).values_list("pk", flat=True))


def _differs(shown: dict[User, set[UUID]]) -> str:
    """The first person to whom the database does not show what the policy does; "" where there is none."""
    return next((user.username for user in shown if _let_through(user) != shown[user]), "")


def _arrange(now: datetime) -> None:
    """Cases, grants, blocks and absences in many states, most of which no verb leads to."""
    rng, users = Random(5), list(User.objects.order_by("username"))
    by_name = {user.username: user for user in users}
    units = [Unit.objects.get(slug=slug) for slug in UNITS]
    groups = [unit.group_id for unit in Unit.objects.all()]
    # One leads a unit that is not her own; whoever leads one by its row alone leads nothing, and whoever sits in one
    # without working there sees nothing of it. One unit has hours of its own.
    Unit.objects.filter(slug=UNITS[1]).update(
        supervisor=by_name["hanna.vide"], weekly_hours={str(day): [[12 * 60, 22 * 60]] for day in range(5)}
    )
    Unit.objects.filter(slug=UNITS[2]).update(supervisor=by_name["stina.berg"])
    User.objects.filter(username="stina.berg").update(unit=units[0])
    # Of each kind somebody has left.
    User.objects.create(username="gone.head", role=Role.HEAD)
    User.objects.filter(username__in=["omar.nyman", "jour.reserv", "jonas.falk", "gone.head"]).update(is_active=False)
    children = Child.objects.bulk_create(Child() for _ in range(MANY))
    reports = Report.objects.bulk_create(
        Report(
            number=f"2026-{800000 + place}",
            year=2026,
            kind="concern",
            notified_at=now,
            registered_at=now,
            registered_by=by_name["per.holm"],
            raw={},
        )
        for place in range(MANY)
    )

    def hours(*choices: float | None) -> datetime | None:
        chosen = rng.choice(choices)
        return None if chosen is None else now + chosen * HOUR

    cases = []
    # What the night leaves for the morning hangs on five moments at once, which chance seldom brings together.
    mornings = list(product((-30, -1), (None, -9), (None, -9, -1), (None, -3)))
    for one, report in zip(children, reports, strict=True):
        is_closed, taken_over = rng.random() < 0.2, hours(None, None, -30, -9, -2, -1, 0)
        cases.append(
            Case(
                report=report,
                ordinal=1,
                child=one,
                as_reported={},
                unit=rng.choice(units),
                registered_at=hours(-30, -9, -2, -1),
                assessed_at=hours(None, 0),
                guardian_contact_open=rng.random() < 0.5,
                contact_reopened_at=hours(None, -9, -2, -1),
                review_due_at=hours(None, None, -3, -1, 1, 90),
                duty_at=hours(None, None, None, -30, -9, -1),
                taken_over_at=taken_over,
                taken_over_by=by_name["sara.lindh"] if taken_over else None,
                closed_at=now if is_closed else None,
                disposition="void" if is_closed else "",
                disposition_reason="Fel barn" if is_closed else "",
                disposed_at=now if is_closed else None,
                disposed_by=by_name["sara.lindh"] if is_closed else None,
            )
        )
    for case, (registered, taken, reopened, review) in zip(cases, mornings, strict=False):
        case.unit, case.closed_at, case.disposition, case.disposition_reason = units[0], None, "", ""
        case.disposed_at = case.disposed_by = case.duty_at = None
        case.assessed_at, case.guardian_contact_open = now, True
        case.registered_at = now + registered * HOUR
        case.taken_over_at = None if taken is None else now + taken * HOUR
        case.taken_over_by = None if taken is None else by_name["sara.lindh"]
        case.contact_reopened_at = None if reopened is None else now + reopened * HOUR
        case.review_due_at = None if review is None else now + review * HOUR
    Case.objects.bulk_create(cases)
    for model, owners in ((CaseGrant, [user.pk for user in users]), (CaseGroupGrant, groups)):
        model.objects.bulk_create(
            (
                model(
                    **{"user_id" if model is CaseGrant else "group_id": rng.choice(owners)},
                    content_object=rng.choice(cases),
                    permission_id=permission_id(rng.choice(list(CasePermission))),
                    source=rng.choice(["registered", "named", "taken_over", "assigned", "investigation"]),
                    granted_at=now,
                    ends_at=hours(None, -1, 0, 1),
                    ended_at=rng.choice([None, None, now]),
                )
                for _ in range(160)
            ),
            ignore_conflicts=True,
        )
    CaseBlock.objects.bulk_create(
        (
            CaseBlock(
                user=rng.choice(users),
                child=rng.choice(children),
                since=now,
                set_by=by_name["it.admin"],
                reason="släkt",
                ended_at=rng.choice([None, None, now]),
            )
            for _ in range(240)
        ),
        ignore_conflicts=True,
    )
    # Sara is away and Hanna leads her unit; Hanna is away, and nobody who may leads hers.
    for name, cover, starts, ends, ended in (
        ("sara.lindh", "hanna.vide", 0, None, None),
        ("sara.lindh", "jonas.falk", 0, None, None),
        ("hanna.vide", "karin.ek", 0, None, None),
        ("hanna.vide", "sara.lindh", 1, None, None),
        ("hanna.vide", "sara.lindh", -5, 0, None),
        ("hanna.vide", "sara.lindh", -5, 9, -1),
    ):
        Absence.objects.bulk_create(
            [
                Absence(
                    person=by_name[name],
                    cover=by_name[cover],
                    starts_at=now + starts * HOUR,
                    ends_at=None if ends is None else now + ends * HOUR,
                    ended_at=None if ended is None else now + ended * HOUR,
                    ended_by=None if ended is None else by_name[cover],
                    registered_by=by_name[cover],
                    registered_at=now,
                )
            ]
        )


#: What each clause of the wall holds back, or lets through: (where it stands, its words, what stands there without it).
MUTANTS = [
    ("riskzon_case", "(child_id <> ALL", "(true OR child_id <> ALL"),
    ("riskzon_case", "(unit_id = ANY", "(false AND unit_id = ANY"),
    ("riskzon_case", "(id IN (", "(false AND id IN ("),
    ("riskzon_case", "((unit_id, child_id) IN (", "(false AND (unit_id, child_id) IN ("),
    ("riskzon_case", "(closed_at IS NULL)", "true"),
    ("riskzon_case", "(duty_at IS NOT NULL)", "true"),
    ("riskzon_case", "(taken_over_at IS NULL)", "false"),
    ("riskzon_case", "(duty_at > taken_over_at)", "false"),
    ("riskzon_case", "(duty_at > taken_over_at)", "true"),
    ("riskzon_case", "(NOT shift.is_open)", "true"),
    ("riskzon_case", "(assessed_at IS NULL)", "false", 0),
    ("riskzon_case", "(assessed_at IS NULL)", "false", 1),
    ("riskzon_case", " guardian_contact_open ", " false ", 0),
    ("riskzon_case", "(guardian_contact_open AND", "(false AND"),
    ("riskzon_case", "(review_due_at < shift.since)", "false", 0),
    ("riskzon_case", "(review_due_at < shift.since)", "true", 0),
    ("riskzon_case", "(review_due_at < shift.since)", "false", 1),
    ("riskzon_case", "(review_due_at < shift.since)", "true", 1),
    ("riskzon_case", "(contact_reopened_at IS NULL)", "false"),
    ("riskzon_case", "(contact_reopened_at < shift.since)", "false"),
    ("riskzon_case", "(contact_reopened_at < shift.since)", "true"),
    ("riskzon_case", "(GREATEST(registered_at, taken_over_at) < shift.since)", "true"),
    ("riskzon_case", "GREATEST(registered_at, taken_over_at)", "registered_at"),
    ("riskzon_case", "(shift.unit = unit_id)", "true"),
    ("role", "AND me.is_active", ""),
    ("units", "AND me.is_active AND me.unit_id", "AND me.unit_id"),
    ("units", "AND me.is_active AND me.role", "AND me.role"),
    ("units", "AND me.role IN ('social_worker', 'supervisor', 'duty')", ""),
    ("units", "AND me.role = 'supervisor'", ""),
    ("units", "led.supervisor_id = me.id OR", ""),
    ("units", "away.cover_id = me.id AND", ""),
    ("units", "AND away.starts_at <= moment", ""),
    ("units", "(away.ends_at IS NULL OR away.ends_at > moment)", "true"),
    ("units", "away.ends_at > moment", "away.ends_at >= moment"),
    ("units", "(away.ended_at IS NULL OR away.ended_at > moment)", "true"),
    ("blocked", "AND block.ended_at IS NULL", ""),
    ("blocked", "block.user_id = riskzon_wall_reader()", "true"),
    ("given", "own.user_id = riskzon_wall_reader()", "true"),
    ("given", "AND own.ended_at IS NULL", ""),
    ("given", "mine.user_id = riskzon_wall_reader()", "true"),
    ("given", "AND ours.ended_at IS NULL", ""),
    ("given", "given.ends_at IS NULL OR", ""),
    ("given", "given.ends_at > moment", "false"),
    ("given", "given.ends_at > moment", "given.ends_at >= moment"),
    ("given", "given.source IN ('registered', 'named', 'taken_over') AND", ""),
    ("given", "'registered', ", ""),
    ("given", ", 'taken_over'", ""),
    ("given", " AND about.closed_at IS NULL", ""),
    ("given", "AND me.is_active", ""),
    ("given", "'handle_case', ", ""),
    ("given", "'note_case', ", ""),
    ("given", "'read_case', ", ""),
    ("given", "'emergency_case', ", ""),
    ("given", ", 'follow_case'", ""),
    ("one_level_up", "block.ended_at IS NULL AND", ""),
    ("one_level_up", "AND riskzon_wall_role() = 'head'", ""),
]


def _without(where: str, words: str, instead: str, place: int = 0) -> str:
    """The statement that puts something else where a clause stands."""
    with connection.cursor() as cursor:
        if where == "riskzon_case":
            cursor.execute(
                "SELECT pg_get_expr(polqual, polrelid) FROM pg_policy"
                " WHERE polname = 'wall' AND polrelid = 'riskzon_case'::regclass"
            )
        else:
            cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [f"riskzon_wall_{where}"])
        text = cursor.fetchone()[0]
        if where == "riskzon_case":
            text = " ".join(text.replace("riskzon_case.", "").split())
    pieces = text.split(words)
    assert len(pieces) > place + 1, (words, text)
    changed = words.join(pieces[: place + 1]) + instead + words.join(pieces[place + 1 :])
    return f"ALTER POLICY wall ON riskzon_case USING ({changed})" if where == "riskzon_case" else changed


@pytest.mark.slow
def test_each_clause_of_the_wall_is_needed() -> None:
    """The database shows what the policy shows, to everybody, by day and by night; without any clause it does not."""
    people()
    missed = set(MUTANTS)
    for moment in (OPEN, CLOSED):
        with undone():
            _arrange(at(moment))
            shown = {user: _shown(user) for user in User.objects.order_by("username")}
            assert not _differs(shown)
            assert len({len(cases) for cases in shown.values()}) > 6
            assert all(len(cases) < MANY for cases in shown.values())
            for mutant in list(missed):
                with transaction.atomic():
                    with connection.cursor() as cursor:
                        cursor.execute(_without(*mutant))
                    if _differs(shown):
                        missed.discard(mutant)
                    transaction.set_rollback(True)
    assert missed == set()


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
