"""Do list, count, search, detail and right all show the same cases, whatever was granted, blocked, closed or moved?"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from riskzon import access, clock, granting
from riskzon.access import RIGHTS, Action, Ground, ground_of, visible_cases
from riskzon.doors import look
from riskzon.duty import those_from_duty
from riskzon.errors import Refused
from riskzon.models import Absence, Case, CaseBlock, CaseGrant, CaseGroupGrant, CasePermission, Role, Unit, User
from tests.factories import at, child, make_report, people
from tests.workflows.ladder_by_hand import STOCKHOLM, unit_is_open
from workflows.demo.people import PEOPLE
from workflows.worklist import counts, page, search

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CASES = 5
USERS = [row[0] for row in PEOPLE]
SUPERVISORS = ("sara.lindh", "jonas.falk", "hanna.vide")
UNITS = ("mottagning-barn-och-unga", "utredning-norr", "utredning-syd")
MOMENTS = (
    "2026-11-13T10:00:00+01:00",
    "2026-11-13T17:00:00+01:00",
    "2026-11-14T03:00:00+01:00",
    "2026-11-16T07:59:59+01:00",
    "2026-11-16T08:00:00+01:00",
    "2026-12-24T10:00:00+01:00",
)
PERMISSIONS = {
    "handle_case": Ground.HANDLE,
    "read_case": Ground.READ,
    "follow_case": Ground.FOLLOW,
    "note_case": Ground.NOTE,
    "emergency_case": Ground.EMERGENCY,
}
#: These keep the right while the case is open, also after their end.
FOLLOWING = ("registered", "named", "taken_over")


@dataclass(frozen=True)
class Granted:
    """One right on one case, to a person or to a unit's group; hours from the moment asked about to its end."""

    to: str
    case: int
    permission: str
    source: str
    ends_in: int | None
    is_ended: bool
    is_group: bool


@dataclass(frozen=True)
class Condition:
    """What the columns of one case say; everything in hours from the moment asked about, None: never."""

    unit: str
    assessed: bool
    contact_open: bool
    review_in: int | None
    closed: bool
    registered: float
    duty: float | None
    taken_over: float | None
    reopened: float | None


grants = st.builds(
    Granted,
    to=st.sampled_from(USERS),
    case=st.integers(0, CASES - 1),
    permission=st.sampled_from(sorted(PERMISSIONS)),
    source=st.sampled_from(["registered", "named", "taken_over", "investigation", "assigned"]),
    ends_in=st.sampled_from([None, -1, 1]),
    is_ended=st.booleans(),
    is_group=st.booleans(),
)
conditions = st.builds(
    Condition,
    unit=st.sampled_from(UNITS),
    assessed=st.booleans(),
    contact_open=st.booleans(),
    review_in=st.sampled_from([None, -3, 1, 90]),
    closed=st.booleans(),
    # At 10 on an open day -2 is the very opening, -1 is after it and -9 is in the night before.
    registered=st.sampled_from([-30, -9, -2, -1]),
    duty=st.sampled_from([None, -30, -9, -1]),
    taken_over=st.sampled_from([None, -30, -9, -2, -1, 0]),
    reopened=st.sampled_from([None, -9, -2, -1]),
)
blocks = st.tuples(st.sampled_from(USERS), st.integers(0, CASES - 1), st.booleans())


@pytest.fixture
def cases() -> list[Case]:
    people()
    at("2026-11-12T09:00:00+01:00")
    Unit.objects.filter(slug="utredning-syd").update(supervisor=User.objects.get(username="jonas.falk"))
    return [
        make_report(children=[child(identity_number="", birth_date=datetime(2012, 3, 1 + n).date())]).cases[0]  # noqa: DTZ001
        for n in range(CASES)
    ]


@contextmanager
def undone() -> Iterator[None]:
    """What an example changes is gone after it."""
    with transaction.atomic():
        # The guards know no way into most of these states; the policy must hold in all of them.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        transaction.set_rollback(True)


def arrange(cases: list[Case], now: datetime, columns: list[Condition], granted: list[Granted], blocked: list) -> None:
    units = {unit.slug: unit.pk for unit in Unit.objects.all()}
    for case, column in zip(cases, columns, strict=True):
        Case.objects.filter(pk=case.pk).update(
            unit=units[column.unit],
            assessed_at=now if column.assessed else None,
            guardian_contact_open=column.contact_open,
            review_due_at=_moment(now, column.review_in),
            registered_at=_moment(now, column.registered),
            duty_at=_moment(now, column.duty),
            taken_over_at=_moment(now, column.taken_over),
            taken_over_by=None if column.taken_over is None else User.objects.get(username="sara.lindh"),
            contact_reopened_at=_moment(now, column.reopened),
            closed_at=now if column.closed else None,
            disposition="void" if column.closed else "",
            disposition_reason="Fel barn" if column.closed else "",
            disposed_at=now if column.closed else None,
            disposed_by=User.objects.get(username="sara.lindh") if column.closed else None,
        )
    for one in granted:
        person = User.objects.select_related("unit").get(username=one.to)
        if one.is_group and person.unit is None:
            continue
        fields = {
            "permission_id": access.permission_id(CasePermission(one.permission)),
            "content_object": cases[one.case],
            "source": one.source,
            "granted_at": now - DAY,
            "ends_at": None if one.ends_in is None else now + one.ends_in * HOUR,
            "ended_at": now if one.is_ended else None,
        }
        if one.is_group:
            CaseGroupGrant.objects.bulk_create(
                [CaseGroupGrant(group=person.unit.group, **fields)], ignore_conflicts=True
            )
        else:
            CaseGrant.objects.bulk_create([CaseGrant(user=person, **fields)], ignore_conflicts=True)
    for username, place, is_ended in blocked:
        CaseBlock.objects.bulk_create(
            [
                CaseBlock(
                    user=User.objects.get(username=username),
                    child=cases[place].child,
                    since=now - DAY,
                    set_by=User.objects.get(username="sara.lindh"),
                    reason="släkt",
                    ended_at=now if is_ended else None,
                )
            ],
            ignore_conflicts=True,
        )


def _send_away(away: list[tuple[str, str]], now: datetime) -> None:
    sara = User.objects.get(username="sara.lindh")
    for username, cover in dict(away).items():
        Absence.objects.create(
            person=User.objects.get(username=username),
            cover=User.objects.filter(username=cover).exclude(username=username).first(),
            starts_at=now,
            registered_by=sara,
            registered_at=now,
        )


def _moment(now: datetime, hours: float | None) -> datetime | None:
    return None if hours is None else now + hours * HOUR


@dataclass(frozen=True)
class World:
    """Everything that was granted and blocked, read once."""

    now: datetime
    grants: list[CaseGrant]
    unit_grants: list[CaseGroupGrant]
    blocks: set[tuple[UUID, UUID]]
    #: Who is away, and who covers.
    covers: set[tuple[UUID, UUID | None]]
    supervisors: set[UUID]

    @classmethod
    def read(cls, now: datetime) -> "World":
        return cls(
            now,
            list(CaseGrant.objects.filter(ended_at=None).select_related("permission")),
            list(CaseGroupGrant.objects.filter(ended_at=None).select_related("permission", "group__unit")),
            set(CaseBlock.objects.filter(ended_at=None).values_list("user_id", "child_id")),
            set(Absence.objects.values_list("person_id", "cover_id")),
            set(User.objects.filter(role=Role.SUPERVISOR, is_active=True).values_list("pk", flat=True)),
        )


#: Which roles can hold which right, by hand: whoever changes role takes no case along.
HELD_BY = {
    Ground.HANDLE: (Role.SOCIAL_WORKER, Role.SUPERVISOR, Role.DUTY, Role.HEAD),
    Ground.NOTE: (Role.DUTY,),
    Ground.READ: (Role.SOCIAL_WORKER, Role.SUPERVISOR, Role.DUTY, Role.HEAD),
    Ground.EMERGENCY: (Role.SOCIAL_WORKER, Role.SUPERVISOR, Role.DUTY),
    Ground.FOLLOW: (Role.LIAISON,),
}


def _leaders(case: Case, world: World) -> list[UUID]:
    """Whoever leads the unit now: its supervisor, else the supervisor who covers; nobody where both are away or gone."""
    supervisor = case.unit.supervisor_id
    away = {person for person, _cover in world.covers}
    found = (
        [supervisor] if supervisor not in away else [cover for person, cover in world.covers if person == supervisor]
    )
    return [one for one in found if one in world.supervisors and one not in away]


def _ground_by_hand(user: User, case: Case, world: World) -> Ground | None:
    """The rule as the words say it, one case and one person at a time."""
    now = world.now
    if not user.is_active or (user.pk, case.child_id) in world.blocks:
        return None
    found = []
    if user.role == Role.SUPERVISOR and case.unit.supervisor_id == user.pk:
        found.append(Ground.LEAD)
    if user.role == Role.SUPERVISOR and (case.unit.supervisor_id, user.pk) in world.covers:
        found.append(Ground.LEAD)
    if user.role == Role.HEAD and all((leader, case.child_id) in world.blocks for leader in _leaders(case, world)):
        found.append(Ground.LEAD)
    if user.role in (Role.SOCIAL_WORKER, Role.SUPERVISOR, Role.DUTY) and case.unit_id == user.unit_id:
        found.append(Ground.UNIT)
    own = [one for one in world.grants if one.user_id == user.pk]
    theirs = [one for one in world.unit_grants if one.group.unit.pk == user.unit_id]
    for one in (*own, *theirs):
        if one.content_object_id != case.pk:
            continue
        is_kept = one.source in FOLLOWING and case.closed_at is None
        is_held = user.role in HELD_BY[PERMISSIONS[one.permission.codename]]
        if is_held and (one.ends_at is None or one.ends_at > now or is_kept):
            found.append(PERMISSIONS[one.permission.codename])
    waits = case.assessed_at is None or case.guardian_contact_open
    waits = waits or (case.review_due_at is not None and case.review_due_at < _next_opening(now))
    is_open = unit_is_open(now)
    if user.role == Role.DUTY and not is_open and case.closed_at is None and (waits or _is_worked_on(case)):
        found.append(Ground.DUTY)
    if user.role == Role.DUTY and is_from_duty(case, now):
        found.append(Ground.DUTY)
    return min(found, key=list(Ground).index, default=None)


def is_from_duty(case: Case, now: datetime) -> bool:
    """What lies under "Från jouren", as the words say it."""
    if not unit_is_open(now) or case.closed_at is not None:
        return False
    opened = _opened_at(now)
    is_needed = (
        case.assessed_at is None
        or (case.guardian_contact_open and (case.contact_reopened_at is None or case.contact_reopened_at < opened))
        or (case.review_due_at is not None and case.review_due_at < opened)
    )
    is_older = case.registered_at < opened and (case.taken_over_at is None or case.taken_over_at < opened)
    return _is_worked_on(case) or (is_older and is_needed)


def _is_worked_on(case: Case) -> bool:
    return case.duty_at is not None and (case.taken_over_at is None or case.duty_at > case.taken_over_at)


def _opened_at(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(STOCKHOLM).date(), time(8), STOCKHOLM)


def _next_opening(now: datetime) -> datetime:
    day = now.astimezone(STOCKHOLM).date()
    while True:
        opening = datetime.combine(day, time(8), STOCKHOLM)
        if opening > now and unit_is_open(opening):
            return opening
        day += DAY


def _listed(user: User, state: str, scope: str = "all") -> list[UUID]:
    found: list[UUID] = []
    cursor = None
    while True:
        with look(user, "test") as door:
            one = page(door, scope=scope, state=state, cursor=cursor, limit=3)
        found += [case.pk for case in one.cases]
        if (cursor := one.next) is None:
            return found


def _opened(user: User, cases: list[Case]) -> dict[UUID, frozenset[Action]]:
    opened = {}
    for case in cases:
        try:
            with look(user, "test") as door:
                opened[case.pk] = door.case(case.pk, Action.FOLLOW).rights
        except Refused:
            continue
    return opened


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    moment=st.sampled_from(MOMENTS),
    columns=st.lists(conditions, min_size=CASES, max_size=CASES),
    granted=st.lists(grants, max_size=14),
    blocked=st.lists(blocks, max_size=6),
    gone=st.sampled_from(["", *USERS]),
    leads=st.sampled_from(["sara.lindh", ""]),
    away=st.lists(st.tuples(st.sampled_from(SUPERVISORS), st.sampled_from(["", *SUPERVISORS])), max_size=2),
)
def test_everything_shows_the_same_cases(
    cases: list[Case],
    moment: str,
    columns: list[Condition],
    granted: list[Granted],
    blocked: list,
    gone: str,
    leads: str,
    away: list,
) -> None:
    with undone():
        now = at(moment)
        arrange(cases, now, columns, granted, blocked)
        User.objects.filter(username=gone).update(is_active=False)
        Unit.objects.filter(slug=UNITS[0]).update(supervisor=User.objects.filter(username=leads).first())
        _send_away(away, now)
        there = list(Case.objects.select_related("unit", "child").order_by("next_due_at", "id"))
        world = World.read(now)
        for user in User.objects.order_by("username"):
            by_hand = {case.pk: ground for case in there if (ground := _ground_by_hand(user, case, world))}
            open_ones = [case.pk for case in there if case.pk in by_hand and case.closed_at is None]

            assert {case.pk: case.ground for case in visible_cases(user, now)} == by_hand, user.username
            assert {case.pk: ground_of(user, case.pk, now) for case in there} == {
                case.pk: by_hand.get(case.pk) for case in there
            }
            assert _opened(user, there[:2]) == {
                case.pk: RIGHTS[by_hand[case.pk]] for case in there[:2] if case.pk in by_hand
            }
            assert _listed(user, "") == [case.pk for case in there if case.pk in by_hand], user.username
            assert _listed(user, "open") == open_ones
            assert counts(user, now)["all"] == len(open_ones)
            mornings = [case.pk for case in there if case.pk in by_hand and is_from_duty(case, now)]
            if user.role != Role.LIAISON:
                assert _listed(user, "open", scope="from_duty") == mornings, user.username
                assert counts(user, now)["from_duty"] == len(mornings)
            assert those_from_duty([case.pk for case in there if case.pk in by_hand], now) == set(mornings)


def test_a_search_finds_what_the_policy_shows_and_nothing_else(cases: list[Case]) -> None:
    omar = User.objects.get(username="omar.nyman")
    granting.block(omar, cases[0], by=User.objects.get(username="sara.lindh"), reason="släkt", now=clock.now())

    for username in USERS:
        user = User.objects.get(username=username)
        with look(user, "test") as door:
            found = {case.pk for case in search(door, "fiktivsson")}
        assert found == set(visible_cases(user, clock.now()).values_list("pk", flat=True)), username
    assert cases[0].pk not in set(visible_cases(omar, clock.now()).values_list("pk", flat=True))
