"""The database lets a page read the rows that its reader's cases let through, of a followed case in reduced form; no condition
can be spared."""

from importlib import import_module

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction

from riskzon import clock
from riskzon.access import Ground, permission_id, read_in_full, visible_cases
from riskzon.doors import look
from riskzon.matrix import REACHES
from riskzon.models import (
    AdultNote,
    Case,
    CaseGrant,
    CaseGroupGrant,
    CasePermission,
    Contact,
    EmergencyAccess,
    EndProposal,
    Extract,
    Investigation,
    Reveal,
    Role,
    Supplement,
    TimeCorrection,
    User,
    WrittenOff,
)
from riskzon.wall_role import WALLED
from tests.access.rows import ROWS, read, readable
from tests.access.world import BLOCKED, OTHER_UNIT, OWN_REPORT, PARTNERS, World
from tests.acts import HOUR
from tests.factories import person
from tests.riskzon.test_visibility import undone

reduced = import_module("riskzon.migrations.0030_wall_in_reduced_form")
steps = import_module("workflows.migrations.0014_wall_in_reduced_form")

NOW = {**reduced.POLICIES, **reduced.BLOCKS, **steps.POLICIES}
BEFORE = {**reduced.BEFORE, **steps.before.POLICIES, "riskzon_caseblock": "true"}
_USER, _BY = f"user_id = {reduced.READER}", f"by_id = {reduced.READER}"
#: They notice most of it, and are asked before the others.
_FIRST = ("per.holm", "karin.ek", "butik.city")
#: Each condition with what is left where it is taken away: all of it as it was, and what somebody has of the own.
MUTANTS = [
    *((table, NOW[table], BEFORE[table]) for table in NOW),
    *((table, f"OR {_BY}", "OR false") for table in ("riskzon_supplement", "riskzon_contact")),
    *((table, _USER, "false") for table in ("riskzon_casegrant", "riskzon_caseblock")),
    *((table, _USER, "false") for table in ("riskzon_emergencyaccess", "riskzon_reveal")),
    ("riskzon_casegroupgrant", "OR group_id = ANY", "OR false AND group_id = ANY"),
    ("riskzon_report", "= 'partner' AND", "= 'nobody' AND"),
    ("riskzon_report", f"AND registered_by_id = {reduced.READER}", ""),
    ("workflows_deadline", "kind = 'guardian_contact'", "false"),
    ("workflows_deadline", "kind = 'guardian_contact'", "true"),
]


def test_no_table_behind_the_wall_is_left_out() -> None:
    assert set(ROWS) == WALLED


def test_to_follow_is_what_liaisons_have_and_nobody_else() -> None:
    """So the wall takes the form in which a case is seen from the role."""
    assert {role: grounds for role, grounds in REACHES.items() if Ground.FOLLOW in grounds} == {
        Role.LIAISON: frozenset({Ground.FOLLOW})
    }


def test_what_is_written_about_a_followed_case_is_not_let_through(world: World) -> None:
    """Whatever the liaison's page asked for. A row comes whole: of the case and of what was disclosed the page takes less."""
    target, whole = world.targets[OWN_REPORT], {"riskzon_case", "riskzon_disclosure"}
    word = next(iter(target.told)).removesuffix("utlamnat")
    ours = target.ours | {f"{word}{name}" for name in ("styvfar", "skal", "bedomning", "samtal", "jav")}
    with look(person("per.holm"), "case") as door:
        door.case(target.case, "follow")
        with connection.cursor() as cursor:
            for table in sorted(WALLED - whole):
                cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t")  # noqa: S608
                found = " ".join(row for (row,) in cursor.fetchall())
                assert {one for one in ours if one in found} == set(), table


def test_what_one_has_registered_is_let_through_with_its_case_alone(world: World) -> None:
    """Registered by Karin and handed over, by Per and blocked since: neither the report nor what hangs on it. A partner's is."""
    for username, situation, rows in (
        ("karin.ek", OTHER_UNIT, 0),
        ("per.holm", BLOCKED, 0),
        ("butik.city", PARTNERS, 1),
    ):
        with look(person(username), "test"), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM riskzon_report WHERE number = %s", [world.targets[situation].report])
            assert cursor.fetchone() == (rows,), username
            cursor.execute(
                "SELECT count(*) FROM riskzon_supplement one"
                " WHERE NOT EXISTS (SELECT 1 FROM riskzon_case c WHERE c.report_id = one.report_id)"
            )
            assert cursor.fetchone() == (0,), username


@pytest.mark.slow
def test_everybody_reads_the_rows_of_their_cases_and_no_condition_can_be_spared(world: World) -> None:
    with undone():
        _fill(world)
        may = {
            user: readable(
                user,
                visible_cases(user).values_list("pk", flat=True),
                read_in_full(user).values_list("pk", flat=True),
            )
            for user in sorted(User.objects.all(), key=lambda user: user.username not in _FIRST)
        }
        assert {user.username for user, rows in may.items() if _let_through(user) != rows} == set()
        assert {table for rows in may.values() for table, _place in rows} >= set(NOW)
        missed = [mutant for mutant in MUTANTS if not _is_noticed(*mutant, may)]
    assert missed == []


def _is_noticed(table: str, words: str, instead: str, may: dict[User, set[tuple[str, str]]]) -> bool:
    assert words in NOW[table], (table, words)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER POLICY wall ON {table} USING ({NOW[table].replace(words, instead)})")
        noticed = any(_let_through(user) != rows for user, rows in may.items())
        transaction.set_rollback(True)
    return noticed


def _let_through(user: User) -> set[tuple[str, str]]:
    with look(user, "test"):
        return read()


def _fill(world: World) -> None:
    """A row in each table that the world leaves empty: in the liaison's own report, in one out of the registrar's sight."""
    now, sara, per = clock.now(), person("sara.lindh"), person("per.holm")
    own, gone, sold = (Case.objects.get(pk=world.targets[name].case) for name in (OWN_REPORT, OTHER_UNIT, PARTNERS))
    for report in (gone.report, sold.report):
        AdultNote.objects.create(report=report)
        TimeCorrection.objects.create(report=report, field="notified_at", new=now, at=now, by=sara, reason="Skäl.")
    Supplement.objects.create(report=own.report, at=now, by=per, text="Mer.")
    Contact.objects.create(
        case=own,
        guardian=own.child.guardians.first(),
        at=now,
        recorded_at=now,
        by=per,
        channel="visit",
        outcome="reached",
        counts=False,
    )
    WrittenOff.objects.create(case=own, at=now, by=sara, reason="Skäl.")
    EndProposal.objects.create(
        case=own, disposition="void", void_kind="not_identified", reason="Skäl.", proposed_at=now, proposed_by=sara
    )
    Investigation.objects.create(child=own.child, unit=own.unit, case_worker=sara, opened_at=now, opened_by=sara)
    Extract.objects.create(case=own, recipient="own_file", made_by=sara, made_at=now)
    # A liaison has none of these; where one has had another role they are still the own.
    for case, user in ((own, sara), (gone, per)):
        Reveal.objects.create(child=case.child, case=case, user=user, why="contact", at=now, until=now + HOUR)
        EmergencyAccess.objects.create(
            case=case,
            user=user,
            code="danger",
            reason="Någon måste veta nu, strax.",
            asked_at=now,
            opened_at=now,
            ends_at=now + HOUR,
            review_by=now,
        )
    group = Group.objects.create(name="Tillfällig")
    per.groups.add(group)
    given = {"permission_id": permission_id(CasePermission.READ), "source": "assigned", "granted_at": now}
    CaseGrant.objects.create(user=sara, content_object=own, **given)
    for case, holders in ((own, Group.objects.create(name="Annan")), (gone, group)):
        CaseGroupGrant.objects.create(group=holders, content_object=case, **given)
