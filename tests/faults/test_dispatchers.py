"""Redis emptied, workers and loops killed, beat gone: no deadline lost, none early, none twice."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime

import psycopg
import pytest
import redis

from riskzon import embedded
from tests.product import ROOT, Product, wait_for

pytestmark = [pytest.mark.embedded, pytest.mark.slow, pytest.mark.xdist_group("run")]

#: How many deadlines end, and over how many seconds.
COUNT, FIRST, SPREAD = 150, 15, 20
VICTIMS = ("celery -A riskzon.celery worker", "deadline_loop", "beat")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    running = Product(tmp_path_factory.mktemp("faults") / "home").start()
    try:
        yield running.wait_ready()
    finally:
        running.stop(signal.SIGTERM)


def _register(product: Product) -> dict[str, datetime]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.register_due", str(COUNT), str(FIRST), str(SPREAD)],
        cwd=ROOT,
        env={**product.environment, "RISKZON_HOME": str(product.home), "RISKZON_DEMO": "1"},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return {pk: datetime.fromisoformat(due) for pk, due in json.loads(done.stdout.splitlines()[-1]).items()}


def _break_things(product: Product, until: float) -> dict[str, int]:
    servers = embedded.find(product.home)
    assert servers is not None
    faults = {"kills": 0, "flushes": 0}
    turn = 0
    while time.time() < until:
        with redis.Redis.from_url(servers.broker_url) as broker:
            broker.flushall()
            faults["flushes"] += 1
        try:
            os.kill(product.child(VICTIMS[turn % len(VICTIMS)]), signal.SIGKILL)
            faults["kills"] += 1
        except StopIteration:
            pass  # it is being started again
        turn += 1
        # The pace of the faults themselves, not a wait for the product.
        time.sleep(1.5)
    return faults


def test_every_deadline_fires_once_and_never_early_while_redis_is_emptied_and_dispatchers_are_killed(
    product: Product,
) -> None:
    dues = _register(product)
    assert len(dues) == COUNT
    faults = _break_things(product, until=max(dues.values()).timestamp())
    servers = embedded.find(product.home)
    assert servers is not None

    with psycopg.connect(servers.database_url, autocommit=True) as database:

        def fired() -> list[tuple[str, datetime]]:
            return database.execute(
                "SELECT deadline_id::text, fired_at FROM workflows_deadlineevent WHERE step = 'breach'"
            ).fetchall()

        wait_for(lambda: len({pk for pk, _at in fired() if pk in dues}) == COUNT, 30, lambda: f"{len(fired())} fired")
        events = [(pk, at) for pk, at in fired() if pk in dues]
        breaches = database.execute(
            "SELECT count(*), count(DISTINCT deadline_id) FROM workflows_breach WHERE kind = 'guardian_contact'"
        ).fetchone()
        twice = database.execute(
            "SELECT count(*) FROM (SELECT 1 FROM notifications_message GROUP BY recipient_id, key HAVING count(*) > 1) d"
        ).fetchone()

    late = sorted((at - dues[pk]).total_seconds() for pk, at in events)
    figures = {**faults, "n": COUNT, "p50": late[COUNT // 2], "max": late[-1]}
    print(json.dumps({"id": "F1", **figures}))
    assert len(events) == COUNT
    assert breaches == (COUNT, COUNT)
    assert twice == (0,)
    assert late[0] > 0, "none early"
    assert faults["kills"] >= 8
    assert faults["flushes"] >= 10
