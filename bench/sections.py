"""What is measured: the worklist, opening a case, firing deadlines."""

import time
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection, transaction

from bench import data, peers
from bench.__main__ import TOO_SLOW_SECONDS, Table, in_turns, timed
from riskzon import access, clock
from riskzon.doors import look
from riskzon.models import User
from workflows.demo.people import ensure_people
from workflows.sweep import sweep
from workflows.verbs.intake import register_report
from workflows.worklist import counts, page


def worklist(table: Table, sizes: list[int], repeats: int) -> None:
    """The first page of 50 by limit, with policy, blocks and its log row; and the counts of the tabs."""
    call_command("migrate", verbosity=0)
    ensure_people()
    group = Group.objects.create(name="peer")
    peer_alive = {"viewflow": True, "guardian": True}
    first: dict[str, float] = {}
    for size in sizes:
        data.load_cases(size)
        people = data.workers()
        stock = User.objects.get(username="omar.nyman")
        viewflow = guardian = None
        if peer_alive["viewflow"] or peer_alive["guardian"]:
            peers.prepare_queue(stock, group, size)
        if peer_alive["viewflow"]:
            begin = time.perf_counter()
            peers.queue(stock)
            once = time.perf_counter() - begin
            viewflow = timed(lambda: peers.queue(stock), repeats) if once < 1 else once * 1000
            peer_alive["viewflow"] = once * 10 < TOO_SLOW_SECONDS * 10 and once < TOO_SLOW_SECONDS / 2
        if peer_alive["guardian"]:
            guardian = timed(lambda: peers.objects_for_user(stock), repeats)
            peer_alive["guardian"] = guardian / 1000 < TOO_SLOW_SECONDS
        for name, user in people.items():
            fields = User.objects.filter(pk=user.pk).values().get()
            units = access.units_of(user)
            ours, bare = in_turns(
                [lambda fields=fields: _page(User(**fields)), lambda units=units: peers.bare_worklist(units)],
                max(repeats, 25),
            )
            first.setdefault(name, ours)
            ratios = {"to_the_limit": ours / bare, "to_the_smallest": ours / first[name]}
            if viewflow and name == "wide":
                ratios["viewflow_x"] = viewflow / ours
            if guardian and name == "wide":
                ratios["guardian_x"] = guardian / ours
            table.row(
                f"worklist page, {name} user, {size:,} cases",
                "ms",
                ours,
                viewflow if name == "wide" else None,
                bare,
                **ratios,
            )
        wide = people["wide"]
        table.row(
            f"counts of the tabs, wide user, {size:,} cases",
            "ms",
            timed(lambda: counts(wide, clock.now()), 10),
            None,
            None,
        )


def _page(user: User) -> int:
    """One page for a person whom the login has just loaded: nothing about her rights is remembered from before."""
    with look(user, "worklist") as door:
        return len(page(door, limit=50).cases)


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
    peers.make_due(few)
    peer = few * 1000 / _once(peers.fire_all)
    ours, bare, statement, whole = [], [], [], []
    for _repeat in range(max(3, repeats // 2)):
        ours.append(_fired_a_second(many, sweep))
        bare.append(_fired_a_second(many, peers.bare_update))
        statement.append(_fired_a_second(many, peers.one_statement_each))
        whole.append(_fired_a_second(many, peers.all_rows_in_one_statement))
    product, limit = sorted(ours)[len(ours) // 2], sorted(statement)[len(statement) // 2]
    table.row(
        "firing due deadlines, one CTE a batch as the limit",
        "/s",
        product,
        peer,
        limit,
        to_the_peer=product / peer,
        to_the_limit=product / limit,
    )
    rows = sorted(whole)[len(whole) // 2]
    table.row(
        "firing due deadlines, all its rows in one CTE as the limit",
        "/s",
        product,
        peer,
        rows,
        to_the_limit=product / rows,
        limit_to_the_peer=rows / peer,
    )
    update = sorted(bare)[len(bare) // 2]
    table.row(
        "firing due deadlines, a bare UPDATE as the limit", "/s", product, peer, update, to_the_limit=product / update
    )


def _once(call: Any) -> float:
    begin = time.perf_counter()
    call()
    return (time.perf_counter() - begin) * 1000


def _fired_a_second(most: int, call: Any) -> float:
    """Of as many deadlines as there are cases to have one, up to `most`."""
    data.forget_deadlines()
    data.load_deadlines(most, due_in_seconds=-3600)
    count = data.deadlines_left()
    taken = _once(call)
    assert data.deadlines_left() == 0
    return count * 1000 / taken
