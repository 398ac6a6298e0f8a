"""How does anybody act in a life that Hypothesis makes up, die half way, and how is it looked through after each step?"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from hypothesis.stateful import RuleBasedStateMachine

from notifications.models import Message
from riskzon import clock
from riskzon.access import Action, rights, visible_cases
from riskzon.doors import look
from riskzon.errors import Forbidden, Refused, Unseen
from riskzon.models import AuditAction, AuditEntry, Case, CaseBlock, Investigation, User
from tests.acts import write
from tests.api.caller import Caller
from tests.damage import OWN_APPS
from tests.workflows.life_by_hand import Books, ask, faults, rungs_are_right
from workflows import auditor
from workflows.accounting import What, account
from workflows.demo.people import INTAKE, NORTH, PEOPLE, SOUTH
from workflows.sweep import next_moment, sweep
from workflows.worklist import page

USERS = [row[0] for row in PEOPLE]
#: Who acts: most often somebody who may, found in the case's unit; else anybody.
WORKERS = {INTAKE: "karin.ek", NORTH: "lina.dahl", SOUTH: "ivar.sjo"}
LEADS = {INTAKE: "sara.lindh", NORTH: "jonas.falk", SOUTH: "hanna.vide"}
#: So many times a dispatcher that is awake fires before it is only said to have been late.
MOST_ROUNDS = 25
#: What is written beside the acts: the log is looked through on its own; the rest is not about anybody.
_BESIDE = ("riskzon_auditentry", "riskzon_productclock", "riskzon_apitoken", "workflows_heartbeat")
_TABLES = sorted(
    model._meta.db_table
    for model in apps.get_models(include_auto_created=True)
    if model._meta.app_label in OWN_APPS and model._meta.db_table not in _BESIDE
)
_STATE = " UNION ALL ".join(
    f"SELECT '{table}', md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t" for table in _TABLES
)
_LOCK = "FOR NO KEY UPDATE"
_POINTS = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SET CONSTRAINTS")


class Killed(BaseException):
    """The process is gone: nothing after this moment happens, and no handler of an error runs."""


@contextmanager
def dying(after: int | None) -> Iterator[list[str]]:
    """Inside, the process dies before its statement number `after`; None: it lives. Yields what was asked until then."""
    said: list[str] = []

    def die(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not str(sql).startswith(_POINTS):
            if len(said) == after:
                raise Killed
            said.append(str(sql).strip())
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(die):
            yield said
    except Killed:
        # The test goes on with the connection, which would have gone with its process, and with it the role of its turn.
        connection.riskzon_part = connection.riskzon_wall = None
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
        raise


def is_locked_first(said: Sequence[str]) -> bool:
    """Whether nothing was written before a case was locked: two who act at once would else not know of each other."""
    locked = next((place for place, sql in enumerate(said) if "riskzon_case" in sql and sql.endswith(_LOCK)), None)
    written = next((place for place, sql in enumerate(said) if sql.startswith(("INSERT", "UPDATE"))), len(said))
    return locked is not None and locked < written


class Life(RuleBasedStateMachine):
    """One municipality from a moment on; gone when the example ends. `done` counts what was done in all of them."""

    done: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self._undone = transaction.atomic()
        self._undone.__enter__()
        self.books = Books()
        self.cases: list[Case] = []
        self.dies_after: int | None = None
        self.steps = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._undone.__exit__(None, None, None)

    def begin(self, moment: str) -> None:
        clock.stand_still(datetime.fromisoformat(moment))
        self.since = self.now = clock.now()
        self.state = _state()
        self.log_ends = _log_ends()

    # --- who and which ----------------------------------------------------------------------------------------------

    def case(self, place: int) -> Case:
        """One of the cases, as it stands; the latest are meant most often."""
        chosen = self.cases[-1 - place % len(self.cases)]
        return Case.objects.select_related("report", "child", "unit", "assignee").get(pk=chosen.pk)

    def has(self, table: str) -> bool:
        """Whether there is any row in one of the tables that the books know."""
        return table in self.books.tables

    def who(self, name: str, case: Case | None = None) -> str:
        unit = case.unit.slug if case else INTAKE
        return {"worker": WORKERS[unit], "lead": LEADS[unit]}.get(name, name)

    def guardian(self, case: Case, place: int) -> Any:
        """One guardian of the case's child, or now and then of another child."""
        own = list(case.child.guardianships.order_by("guardian__name").values_list("guardian", flat=True))
        return own[place % len(own)] if own else None

    # --- one act ----------------------------------------------------------------------------------------------------

    def act(
        self, username: str, what: str, do: Callable[[User], Any], *, about: Case | None = None, registers: bool = False
    ) -> Any:
        """Somebody does something, half a minute later; what came of it, or None where it was refused.

        A process that dies in it has changed nothing, and the same is done again. A refusal has changed nothing, and is in
        the log where it is about a right. What was done is in the log.
        """
        self._go_on(timedelta(seconds=30))
        for after in (self.dies_after, None):
            user = User.objects.select_related("unit").get(username=username)
            try:
                with dying(after) as said:
                    made = do(user)
            except Killed:
                self._changed_nothing(f"{what} by {username}, killed")
                assert not self._new_log()
                continue
            except Refused as refusal:
                self._changed_nothing(f"{what} by {username}, {refusal}")
                is_denied = isinstance(refusal, Forbidden | Unseen)
                assert [(row.action, row.actor_id) for row in self._new_log()] == (
                    [(AuditAction.DENIED, user.pk)] if is_denied else []
                ), what
                made = None
            else:
                self.done[what] += 1
                if registers:
                    self.books.numbers.append(made.report.number)
                    self.cases.extend(made.cases)
                if about is not None:
                    rows = [(row.actor_id, row.case_id) for row in self._new_log() if row.action == AuditAction.CHANGE]
                    assert (user.pk, about.pk) in rows, f"{what} is not in the log"
                    assert is_locked_first(said), f"{what} has locked no case"
            break
        self.dies_after = None
        self.look_through()
        return made

    def told(self, kind: str, case: Case, *, but: str = "") -> None:
        """Somebody was told so by the last act, if there is anybody left who may be: a head of department always is."""
        # FL 16-18 §§: whoever is blocked hears nothing; where the heads are too, there may be nobody.
        head = User.objects.get(username="maria.oberg")
        if but == head.username or CaseBlock.objects.filter(user=head, child=case.child_id, ended_at=None).exists():
            return
        heard = set(
            Message.objects.filter(kind=kind, case=case.pk, created_at=self.now).values_list(
                "recipient__username", flat=True
            )
        )
        assert heard, f"nobody was told {kind}"
        assert but not in heard

    def open_by_api(self, username: str, case: Case) -> None:
        """Somebody opens a case: it is there for whom the policy shows it, missing for the rest, and in the log for both."""
        self._go_on(timedelta(seconds=1))
        answer = Caller(username).get(f"/cases/{case.pk}")
        allowed = rights(User.objects.select_related("unit").get(username=username), case, self.now)
        assert answer.status_code == (200 if allowed else 404), (username, answer.content)
        logged = [(row.action, row.case_id) for row in self._new_log()]
        assert logged == [(AuditAction.OPEN if allowed else AuditAction.DENIED, case.pk)]
        if Action.READ in allowed:
            shown = answer.json()
            running = [
                row for row in shown["deadlines"] if row["state"] in ("running", "breached") and not row["met_at"]
            ]
            assert shown["next_due_at"] is None or shown["next_due_at"] in {row["due_at"] for row in running}
            assert len(shown["deadlines"]) == case.deadlines.count()
        self._changed_nothing(f"{username} has opened a case")
        self.look_through()

    # --- time -------------------------------------------------------------------------------------------------------

    def sweep(self) -> None:
        """A dispatcher comes, perhaps to die in the middle; then another one, and one more that finds nothing to do."""
        if self.dies_after is not None:
            try:
                with dying(self.dies_after):
                    sweep()
            except Killed:
                self.look_through()
            self.dies_after = None
        sweep()
        self.look_through(swept=True)
        if self.steps % 3 == 0:
            assert sweep() == 0
            self._changed_nothing("a second sweep at the same moment")

    def pass_time(self, by: timedelta, *, is_awake: bool) -> None:
        """Time goes on; with a dispatcher that is awake every rung fires at its very moment."""
        until = self.now + by
        if is_awake:
            sweep()
            begun = self.now
            for _round in range(MOST_ROUNDS):
                moment = next_moment()
                if moment is None or moment > until:
                    break
                self._stand(moment)
                sweep()
            late = ask(
                "SELECT step, at, fired_at FROM workflows_deadlineevent WHERE at > %(begun)s AND fired_at <> at",
                {"begun": begun},
            )
            assert not late, late
        self._stand(until)
        if is_awake:
            self.sweep()
        else:
            self.look_through()

    def _go_on(self, by: timedelta) -> None:
        self._stand(self.now + by)

    def _stand(self, moment: datetime) -> None:
        clock.stand_still(moment)
        self.now = moment.astimezone(UTC)

    # --- what is looked through -------------------------------------------------------------------------------------

    def look_through(self, *, swept: bool = False) -> None:
        """Every invariant, after every step."""
        write(lambda: None)
        wrong = faults(self.since, self.now, swept=swept)
        assert not wrong, wrong
        rungs_are_right(self.now, swept=swept)
        self.books.compare()
        unaccounted = {fault.what for fault in account(self.now).faults}
        assert unaccounted <= (set() if swept else {What.NOT_FIRED.value}), unaccounted
        if swept:
            # One dispatcher sweeps here, nobody sends canaries, and the roster may be empty.
            assert set(auditor.look().faults) <= {"silent_dispatchers", "canary_late", "roster_gap"}
        self.steps += 1
        if self.steps % 4 == 0:
            self.everywhere_the_same(
                User.objects.select_related("unit").get(username=USERS[self.steps // 4 % len(USERS)])
            )
        self.since, self.state, self.log_ends = self.now, _state(), _log_ends()

    def everywhere_the_same(self, user: User) -> None:
        """What one person sees, by the policy read for all cases, for one, and in the list; and none behind a block."""
        seen = {case.pk: case for case in visible_cases(user, self.now)}
        blocked = set(CaseBlock.objects.filter(user=user, ended_at=None).values_list("child", flat=True))
        assert not [case for case in seen.values() if case.child_id in blocked]
        for case in self.cases[-4:]:
            assert bool(rights(user, case, self.now)) == (case.pk in seen), (user.username, case.pk)
        with look(user, "life") as door:
            listed = [case.pk for case in page(door, limit=100).cases]
        still = sorted(
            (case for case in seen.values() if case.closed_at is None), key=lambda case: (case.next_due_at, case.pk)
        )
        assert listed == [case.pk for case in still], user.username

    def _changed_nothing(self, what: str) -> None:
        after = _state()
        changed = [table for table, before in self.state.items() if after[table] != before]
        assert not changed, f"{what}, has changed {changed}"

    def _new_log(self) -> Sequence[AuditEntry]:
        return AuditEntry.objects.filter(pk__gt=self.log_ends).order_by("pk")

    # --- what there is beside cases ---------------------------------------------------------------------------------

    def investigation(self, place: int) -> Investigation:
        found = list(Investigation.objects.order_by("-opened_at"))
        return found[place % len(found)]


def _state() -> dict[str, str | None]:
    return dict(ask(_STATE))


def _log_ends() -> int:
    return int(ask("SELECT coalesce(max(id), 0) FROM riskzon_auditentry")[0][0])
