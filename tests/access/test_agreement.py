"""List, count, search, API, one case and the database's own wall show everybody the same, whatever was done and whenever.

A few short lives at each run. RISKZON_AGREEMENT_LIVES (how many) and RISKZON_AGREEMENT_CASES (how many cases are there from
the start) make it as long as one has time for: `RISKZON_AGREEMENT_LIVES=20 RISKZON_AGREEMENT_CASES=2000`.
"""

import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from riskzon import clock, granting
from riskzon.access import Action, CasePermission, ground_of, read_in_full, visible_cases
from riskzon.doors import look
from riskzon.errors import Refused
from riskzon.models import Absence, ApiToken, Case, CaseGrant, Role, Unit, User
from tests.access.rows import read, readable
from tests.acts import hold, protect
from tests.factories import at, child, make_report, people, person
from workflows.demo.people import INTAKE, NORTH, PEOPLE, SOUTH
from workflows.proposed_end import Wanted
from workflows.sweep import sweep
from workflows.verbs import conflicts
from workflows.verbs.absences import end_absence, register_absence
from workflows.verbs.contacts import register_contact
from workflows.verbs.disposition import dispose
from workflows.verbs.ends import confirm_end, propose_end
from workflows.verbs.notes import write_note
from workflows.verbs.people import assign, hand_over, name_liaison, take, take_over
from workflows.verbs.supplements import supplement
from workflows.worklist import CAP, counts, page, search

LIVES = int(os.environ.get("RISKZON_AGREEMENT_LIVES", "2"))
CASES = int(os.environ.get("RISKZON_AGREEMENT_CASES", "5"))
#: As many as one search may find.
MOST = 200
USERS = [row[0] for row in PEOPLE]
WORKERS = ["karin.ek", "omar.nyman", "lina.dahl", "ivar.sjo", "sara.lindh", "jonas.falk", "hanna.vide", "jour.vakt"]
#: An hour, the evening, the morning, the end of a liaison's thirty days.
STEPS = [timedelta(hours=1), timedelta(hours=8), timedelta(hours=15), timedelta(days=3), timedelta(days=31)]

someone, worker = st.sampled_from(USERS), st.sampled_from(WORKERS)
which = st.integers(0, 10_000)


class Town(RuleBasedStateMachine):
    """One life of a municipality, in a transaction that is undone."""

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        people()
        at("2026-11-13T14:00:00+01:00")
        self.made, self.turn = 0, 0

    @initialize()
    def begin(self) -> None:
        for _one in range(CASES):
            self._register("per.holm" if self.made % 2 else "karin.ek")

    def _register(self, by: str) -> None:
        self.made += 1
        born = datetime(2011 + self.made % 4, 1 + self.made % 12, 1 + self.made % 28).date()  # noqa: DTZ001 - a date
        # Some children come back.
        body = child(identity_number="", birth_date=born, given_name=f"Barn {self.made}")
        make_report(by, key=str(uuid4()), children=[body])

    def _case(self, place: int) -> Case:
        found = Case.objects.order_by("report__number")
        return found[place % found.count()]

    def _try(self, act: Callable[[], object]) -> None:
        """What the rules of the product refuse is not done; that is not asked here."""
        try:
            with transaction.atomic():
                act()
        except Refused:
            pass

    @rule(by=st.sampled_from(["karin.ek", "per.holm", "nadia.rask", "jour.vakt", "butik.city"]))
    def registered(self, by: str) -> None:
        self._try(lambda: self._register(by))

    @rule(by=worker, place=which)
    def taken(self, by: str, place: int) -> None:
        self._try(lambda: take(person(by), self._case(place).pk))
        self._try(lambda: take_over(person(by), self._case(place).pk))

    @rule(by=worker, to=someone, place=which)
    def assigned(self, by: str, to: str, place: int) -> None:
        self._try(lambda: assign(person(by), self._case(place).pk, username=to))

    @rule(by=worker, to=st.sampled_from([INTAKE, NORTH, SOUTH]), place=which)
    def transferred(self, by: str, to: str, place: int) -> None:
        self._try(lambda: hand_over(person(by), self._case(place).pk, unit=to, note="Flyttat."))

    @rule(by=worker, place=which)
    def assessed(self, by: str, place: int) -> None:
        self._try(lambda: protect(self._case(place), by=by))

    @rule(by=st.sampled_from(["karin.ek", "sara.lindh", "jour.vakt", "per.holm"]), place=which)
    def worked(self, by: str, place: int) -> None:
        """What hangs on a case: a hold, a call, a note, a supplement, times put right, an investigation."""
        case, user = self._case(place), person(by)
        adult = case.child.guardians.values_list("pk", flat=True).first()
        self._try(lambda: supplement(user, case.report.number, text="Mer."))
        self._try(
            lambda: register_contact(
                user, case.pk, guardian=adult, at=clock.now(), channel="phone", outcome="no_answer"
            )
        )
        self._try(lambda: write_note(user, case.pk, text="Något."))
        self._try(lambda: hold(case, by=by))
        self._try(lambda: dispose(user, case.pk, disposition="opened"))

    @rule(by=worker, to=st.sampled_from(["per.holm", "nadia.rask"]), place=which)
    def named(self, by: str, to: str, place: int) -> None:
        self._try(lambda: name_liaison(person(by), self._case(place).pk, username=to))

    @rule(to=someone, place=which, kind=st.sampled_from(list(CasePermission)), hours=st.sampled_from([None, 1, 20]))
    def granted(self, to: str, place: int, kind: CasePermission, hours: int | None) -> None:
        now = clock.now()
        granting.grant(
            person(to),
            kind,
            self._case(place),
            source=CaseGrant._meta.get_field("source").choices[place % 6][0],
            by=person("sara.lindh"),
            now=now,
            ends_at=None if hours is None else now + timedelta(hours=hours),
        )

    @rule(place=which)
    def revoked(self, place: int) -> None:
        live = list(CaseGrant.objects.filter(ended_at=None).order_by("pk"))
        if live:
            one = live[place % len(live)]
            granting.revoke(one.user, one.content_object, source=one.source, by=None, now=clock.now())

    @rule(by=worker, to=someone, place=which)
    def blocked(self, by: str, to: str, place: int) -> None:
        case = self._case(place)
        if by == to:
            self._try(lambda: conflicts.declare(person(by), case.pk))
        else:
            self._try(lambda: conflicts.block(person(by), case.pk, username=to, reason="Släkt."))

    @rule(by=worker, to=someone, place=which)
    def unblocked(self, by: str, to: str, place: int) -> None:
        self._try(lambda: conflicts.unblock(person(by), self._case(place).pk, username=to))

    @rule(by=worker, cover=st.sampled_from(WORKERS))
    def away(self, by: str, cover: str) -> None:
        self._try(lambda: register_absence(person(by), username=by, cover=cover))

    @rule(place=which)
    def back(self, place: int) -> None:
        there = list(Absence.objects.filter(ended_at=None).order_by("starts_at", "pk"))
        if there:
            one = there[place % len(there)]
            self._try(lambda: end_absence(one.person, one.pk))

    @rule(by=worker, other=worker, place=which)
    def ended(self, by: str, other: str, place: int) -> None:
        case = self._case(place)
        self._try(lambda: propose_end(person(by), case.pk, Wanted("void", "Ingen vet.", "not_identified")))
        self._try(lambda: confirm_end(person(other), case.pk))

    @rule(who=someone)
    def left(self, who: str) -> None:
        user = person(who)
        User.objects.filter(pk=user.pk).update(is_active=not user.is_active)

    @rule(who=st.sampled_from(["omar.nyman", "ivar.sjo"]), role=st.sampled_from([Role.SOCIAL_WORKER, Role.ANALYST]))
    def changed_role(self, who: str, role: Role) -> None:
        User.objects.filter(username=who).update(role=role)

    @rule(
        unit=st.sampled_from([INTAKE, NORTH, SOUTH]),
        who=st.sampled_from(["sara.lindh", "jonas.falk", "lina.dahl", "nobody"]),
    )
    def changed_lead(self, unit: str, who: str) -> None:
        Unit.objects.filter(slug=unit).update(supervisor=User.objects.filter(username=who).first())

    @rule(by=st.sampled_from(STEPS))
    def time_passed(self, by: timedelta) -> None:
        now = clock.now() + by
        clock.stand_still(now)
        sweep(now)

    @invariant()
    def everything_agrees(self) -> None:
        """Asked of three people after each act, in turn; of everybody at the end."""
        self.turn += 3
        for place in range(self.turn, self.turn + 3):
            _agrees(USERS[place % len(USERS)])

    def teardown(self) -> None:
        try:
            for username in USERS:
                _agrees(username)
                _calls_agree(username)
        finally:
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)


def _agrees(username: str) -> None:
    user, now = person(username), clock.now()
    shown = {case.pk: case.ground for case in visible_cases(user, now)}
    may_be_read = readable(user, shown, read_in_full(user, now).values_list("pk", flat=True))
    with look(user, "test"):
        found = read()
    assert found == may_be_read, (username, sorted(found ^ may_be_read)[:20])
    if not user.is_active:
        assert not shown
        return
    assert set(_listed(user)) == set(shown), username
    with look(user, "test") as door:
        assert {case.pk for case in search(door, "Barn", limit=10**6)} == set(shown), username
    if user.role != Role.LIAISON:  # whose list has no tabs
        tabs = counts(user, now)
        for scope in ("all", "mine", "unassigned", "from_duty"):
            still_open = _listed(user, scope=scope, state="open")
            assert tabs[scope] == min(len(still_open), CAP), (username, scope)
    everything = Case.objects.order_by("pk").values_list("pk", flat=True)
    for case_id in everything[:: max(len(everything) // 10, 1)]:
        assert ground_of(user, case_id, now) == shown.get(case_id), username
        try:
            with look(user, "test") as door:
                opened = door.case(case_id, Action.FOLLOW).ground
        except Refused:
            opened = None
        assert opened == shown.get(case_id), username


def _listed(user: User, *, scope: str = "all", state: str = "") -> list[UUID]:
    found: list[UUID] = []
    cursor = None
    while True:
        with look(user, "test") as door:
            one = page(door, scope=scope, state=state, cursor=cursor, limit=100)
        found += [case.pk for case in one.cases]
        if (cursor := one.next) is None:
            return found


def _calls_agree(username: str) -> None:
    """The API: its list, its search, and one case in ten."""
    user = person(username)
    if not user.is_active:
        return
    token = ApiToken.fresh()
    ApiToken.objects.create(digest=ApiToken.digest_of(token), user=user, created_at=clock.real_now())
    client = Client(headers={"Authorization": f"Bearer {token}"})
    shown = set(visible_cases(user, clock.now()).values_list("pk", flat=True))
    listed: list[UUID] = []
    cursor = ""
    while cursor is not None:
        answer = client.get(f"/api/v1/cases?scope=all&limit=50{f'&cursor={cursor}' if cursor else ''}").json()
        listed += [UUID(row["id"]) for row in answer["results"]]
        cursor = answer["next"]
    assert sorted(listed) == sorted(shown), username
    wanted = {"q": "Barn", "limit": MOST}
    found = client.post("/api/v1/cases/search", json.dumps(wanted), content_type="application/json").json()
    hits = {UUID(row["id"]) for row in found["results"]}
    assert hits == shown if len(shown) <= MOST else hits <= shown and len(hits) == MOST, username
    for case_id in Case.objects.order_by("pk").values_list("pk", flat=True)[::10]:
        assert (client.get(f"/api/v1/cases/{case_id}").status_code == 200) == (case_id in shown), username


@pytest.mark.slow
@pytest.mark.django_db
def test_everything_that_tells_of_cases_agrees_after_every_act() -> None:
    run_state_machine_as_test(
        Town,
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
