"""What is measured call by call: the worklist, opening a case, firing deadlines."""

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection, transaction

from bench import data, peers
from bench.table import Table, in_turns, once, timed
from riskzon import access, audit, clock
from riskzon.doors import look
from riskzon.models import AuditAction, User
from tests.servers import TestServers
from workflows.demo.people import ensure_people
from workflows.sweep import sweep
from workflows.verbs.intake import register_report
from workflows.worklist import counts, page

#: What the log may add to a read.
LOG_MS = 1
#: A peer is measured up to the size at which one call takes this long.
TOO_SLOW_MS = 10_000


@contextmanager
def servers() -> Iterator[None]:
    """Embedded servers with durable commits, a schema and people; gone afterwards."""
    pair = TestServers(fleeting=False)
    pair.start()
    try:
        call_command("migrate", verbosity=0)
        ensure_people()
        Group.objects.get_or_create(name="peer")
        yield
    finally:
        connection.close()
        pair.stop()


class _Peer:
    """One peer's list for one person: measured as long as one call, whose time grows with the cases, is no ordeal."""

    def __init__(self, call: Callable[[User], object]) -> None:
        self._call, self._took, self._size = call, 0.0, 1

    def measure(self, user: User, size: int, repeats: int) -> float | None:
        """The median in milliseconds; None beyond the size at which one call takes ten seconds."""
        if self._took * size / self._size > TOO_SLOW_MS:
            return None
        self._took, self._size = timed(lambda: self._call(user), repeats), size
        return self._took


def worklist(table: Table, sizes: list[int], repeats: int) -> None:
    """The first page of 50 by limit, with policy, blocks and its log row; and the counts of the tabs."""
    first: dict[str, float] = {}
    stock: dict[str, tuple[_Peer, _Peer]] = {}
    for size in sizes:
        data.load_cases(size)
        people = data.workers()
        as_peers = peers.prepare_queue(size)
        for name, user in people.items():
            viewflow, guardian = stock.setdefault(name, (_Peer(peers.queue), _Peer(peers.objects_for_user)))
            by_queue = viewflow.measure(as_peers[name], size, repeats)
            by_guardian = guardian.measure(as_peers[name], size, repeats)
            fields = User.objects.filter(pk=user.pk).values().get()
            units = access.units_of(user)
            ours, bare = in_turns(
                [lambda fields=fields: _page(User(**fields)), lambda units=units: peers.bare_worklist(units)],
                max(repeats, 25),
            )
            first.setdefault(name, ours)
            ratios = {"to_the_limit": ours / bare, "to_the_smallest": ours / first[name]}
            if by_queue:
                ratios["viewflow_x"] = by_queue / ours
            if by_guardian:
                ratios |= {"guardian_ms": by_guardian, "guardian_x": by_guardian / ours}
            table.row(f"worklist page, {name} user, {size:,} cases", "ms", ours, by_queue, bare, **ratios)
        wide = people["wide"]
        taken = timed(lambda wide=wide: counts(wide, clock.now()), max(repeats, 10))
        first.setdefault("counts", taken)
        table.row(
            f"counts of the tabs, wide user, {size:,} cases", "ms", taken, to_the_smallest=taken / first["counts"]
        )


def _page(user: User) -> int:
    """One page for a person whom the login has just loaded: nothing about her rights is remembered from before."""
    with look(user, "worklist") as door:
        return len(page(door, limit=50).cases)


def log_of_a_read(table: Table, repeats: int) -> None:
    """What the access log adds to a list of fifty: its row, and the commit before which nobody sees a name."""
    user = ensure_people().users["karin.ek"]
    shown = [uuid4() for _case in range(50)]

    def asked(case_ids: list[UUID] | None) -> None:
        with look(user, "worklist") as door:
            if case_ids:
                door.listed(case_ids)

    def written() -> None:
        for _row in range(20):
            audit.record(AuditAction.LIST, by=user, now=now, what="worklist", case_ids=shown)

    bare, logged = in_turns([lambda: asked(None), lambda: asked(shown)], max(repeats * 20, 100))
    with look(user, "worklist") as door:
        now = door.now
        row = timed(written, max(repeats, 10)) / 20
    table.row("the log's row of a list of 50", "ms", row, at_most=LOG_MS)
    table.row("the log's row of a list of 50 and its commit", "ms", logged - bare, at_most=LOG_MS)


def opening(table: Table, repeats: int) -> None:
    """Cases opened a second: everything of the contract, beside viewflow's bare process and bare inserts."""
    user = ensure_people().users["per.holm"]
    group = Group.objects.get(name="peer")
    rounds = 40
    ours, peer, with_rows = (
        rounds * 1000 / taken
        for taken in in_turns(
            [
                lambda: [_register(user) for _turn in range(rounds)],
                lambda: [peers.open_case(group, "t") for _turn in range(rounds)],
                lambda: [_bare_rows() for _turn in range(rounds)],
            ],
            repeats,
        )
    )
    table.row("opening a case", "/s", ours, peer, with_rows, to_the_peer=ours / peer, to_bare_inserts=ours / with_rows)


def _register(user: User) -> None:
    now = clock.now()
    body: dict[str, Any] = {
        "kind": "arrest",
        "occurred_at": now,
        "notified_at": now,
        "children": [
            {
                "birth_date": now.date().replace(year=now.year - 14),
                "given_name": "Barn",
                "family_name": "Provsson",
                "guardians": [{"name": "Mamma Provsson", "phone": "070-174 06 05", "is_custodian": True}],
            }
        ],
    }
    register_report(user, body, key=str(uuid4()))


def _bare_rows() -> None:
    """The same number of rows as one report brings, inserted by hand: report, child, case, deadlines."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        key = str(uuid4())
        for sql in (
            "INSERT INTO riskzon_child (id, identity_number, description, given_name, family_name, name_key, given_key,"
            " protected_identity, home_municipality, whereabouts)"
            " VALUES (md5(%s)::uuid, '', '', 'B', 'P', 'p b', 'b p', 'none', '', '')",
            "INSERT INTO riskzon_case (id, report_id, ordinal, child_id, summary, as_reported, unit_id, registered_at,"
            " guardian_contact_open, feedback_owed, next_due_at, disposition, disposition_reason)"
            " SELECT md5('c' || %s)::uuid, gen_random_uuid(), 1, gen_random_uuid(), 'bare', '{}', id, now(), true, false,"
            " now(), '', '' FROM riskzon_unit LIMIT 1",
            "INSERT INTO workflows_deadline (id, case_id, kind, rule_id, starts_at, due_at, created_at, state, exempt_code,"
            " next_step_at, provisional_start, after_hold)"
            " SELECT gen_random_uuid(), md5('c' || %s)::uuid, kind, id, now(), now() + INTERVAL '1 year', now(), 'running',"
            " '', now() + INTERVAL '1 year', false, false FROM workflows_deadlinerule ORDER BY id LIMIT 3",
        ):
            cursor.execute(sql, [key])


def firing(table: Table, repeats: int) -> None:
    """Deadlines fired a second, each with event, breach, review clock, messages and log."""
    many, few = 10_000, 500
    data.load_cases(many)
    peer = statistics.median(_peer_fired_a_second(few) for _repeat in range(repeats))
    calls = (sweep, peers.bare_update, peers.one_statement_each, peers.all_rows_in_one_statement)
    speeds = [[_fired_a_second(many, call) for call in calls] for _repeat in range(repeats)]
    product, update, statement, rows = (statistics.median(speed) for speed in zip(*speeds, strict=True))
    what = "firing due deadlines"
    ours = {"to_the_peer": product / peer, "to_the_limit": product / statement}
    table.row(f"{what}, one CTE a batch as the limit", "/s", product, peer, statement, **ours)
    beside = {"to_the_limit": product / rows, "limit_to_the_peer": rows / peer}
    table.row(f"{what}, all its rows in one CTE as the limit", "/s", product, peer, rows, **beside)
    table.row(f"{what}, a bare UPDATE as the limit", "/s", product, peer, update, to_the_limit=product / update)


def _peer_fired_a_second(count: int) -> float:
    peers.make_due(count)
    return count * 1000 / once(peers.fire_all)


def _fired_a_second(most: int, call: Callable[[], object]) -> float:
    """Of as many deadlines as there are cases to have one, up to `most`."""
    data.forget_deadlines()
    data.load_deadlines(most, due_in_seconds=-3600)
    count = data.deadlines_left()
    taken = once(call)
    assert data.deadlines_left() == 0
    return count * 1000 / taken
