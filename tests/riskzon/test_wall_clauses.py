"""The database shows everybody what the policy shows, and needs each of its clauses for that: one taken away is seen."""

from datetime import datetime, timedelta
from itertools import product
from random import Random
from uuid import UUID

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction

from riskzon import clock
from riskzon.access import permission_id, visible_cases
from riskzon.doors import look
from riskzon.models import (
    Absence,
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
from tests.factories import at, people
from tests.riskzon.test_visibility import UNITS, undone

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
OPEN, CLOSED = "2026-11-13T10:00:00+01:00", "2026-11-13T23:00:00+01:00"
MANY = 135


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


def _led(now: datetime) -> None:
    """Units with somebody there who leads, with somebody who covers, and with nobody: what is one level up, and what is not."""
    by_name = {user.username: user for user in User.objects.all()}
    nova, elin = (User.objects.create(username=f"{name}.leder", role=Role.SUPERVISOR) for name in ("nova", "elin"))
    units = [
        Unit.objects.create(
            slug=slug, name=slug, kind="investigation", group=Group.objects.create(name=slug), supervisor=who
        )
        for slug, who in (("led", nova), ("covered", elin), ("left", by_name["jonas.falk"]))
    ]
    # Elin is away and Nova covers; Nova's own are to come, just over, and called off.
    for who, cover, starts, ends, ended in (
        (elin, nova, 0, None, None),
        (nova, None, 1, None, None),
        (nova, None, -5, 0, None),
        (nova, None, -5, 9, -1),
    ):
        Absence.objects.create(
            person=who,
            cover=cover,
            starts_at=now + starts * HOUR,
            ends_at=None if ends is None else now + ends * HOUR,
            ended_at=None if ended is None else now + ended * HOUR,
            ended_by=None if ended is None else nova,
            registered_by=nova,
            registered_at=now,
        )
    for place, (unit, blocked) in enumerate(product(units, ((), (nova,), (elin,), (nova, elin)))):
        one = Child.objects.create()
        report = Report.objects.create(
            number=f"2026-{900000 + place}",
            year=2026,
            kind="concern",
            notified_at=now,
            registered_at=now,
            registered_by=by_name["per.holm"],
            raw={},
        )
        Case.objects.create(report=report, ordinal=1, child=one, as_reported={}, unit=unit, registered_at=now)
        for who, ended_at in [(who, None) for who in blocked] or [(nova, now)]:
            CaseBlock.objects.create(
                user=who, child=one, since=now, set_by=by_name["it.admin"], reason="släkt", ended_at=ended_at
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
    ("given", "('follow_case', 'liaison')", "('follow_case', 'liaison'), ('follow_case', 'social_worker')"),
    ("units", "riskzon_wall_role() = 'head'", "true"),
    ("units", "AND led.id NOT IN (SELECT chief.unit FROM riskzon_wall_leaders() chief)", ""),
    ("one_level_up", "block.ended_at IS NULL AND", ""),
    ("one_level_up", "AND riskzon_wall_role() = 'head'", ""),
    ("one_level_up", "WHERE every.led = mine.led", ""),
    ("leaders", "one.starts_at <= moment", "true"),
    ("leaders", "(one.ends_at IS NULL OR one.ends_at > moment)", "true"),
    ("leaders", "one.ends_at > moment", "one.ends_at >= moment"),
    ("leaders", "(one.ended_at IS NULL OR one.ended_at > moment)", "true"),
    ("leaders", "able.is_active AND", ""),
    ("leaders", "AND able.role = 'supervisor'", ""),
    ("leaders", "AND able.id NOT IN (SELECT away.person_id FROM away)", ""),
    ("leaders", "there.id = led.supervisor_id", "false"),
    ("leaders", "there.id = away.cover_id", "false"),
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
            _led(clock.now())
            shown = {user: _shown(user) for user in User.objects.order_by("username")}
            assert not _differs(shown)
            assert len({len(cases) for cases in shown.values()}) > 6
            assert all(len(cases) < Case.objects.count() for cases in shown.values())
            for mutant in list(missed):
                with transaction.atomic():
                    with connection.cursor() as cursor:
                        cursor.execute(_without(*mutant))
                    if _differs(shown):
                        missed.discard(mutant)
                    transaction.set_rollback(True)
    assert missed == set()
