"""The embedded servers run for root and for everybody else, and keep to themselves."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from riskzon import embedded, supervisor
from tests.product import ROOT, still_alive

pytestmark = pytest.mark.embedded

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")

SUPERVISE = """
import signal, sys
from pathlib import Path
from riskzon import embedded, supervisor
way, home = sys.argv[1], Path(sys.argv[2])
real = embedded._succeeds
embedded._succeeds = lambda command: command[0] == way and real(command)
program = embedded.database_program(home, embedded.prepare(home), fleeting=True)
process = supervisor.spawn(program)
supervisor.wait_ready(program, process)
print(program.command[0], process.pid, flush=True)
signal.pause()
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home below a folder that only its owner may enter."""
    tmp_path.chmod(0o700)
    folder = tmp_path / "a home with spaces"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def servers(home: Path) -> Iterator[embedded.Servers]:
    """Both servers, running in `home`."""
    known = embedded.prepare(home)
    programs = [embedded.database_program(home, known, fleeting=True), embedded.broker_program(home, known)]
    running = [(program, supervisor.spawn(program)) for program in programs]
    try:
        for program, process in running:
            supervisor.wait_ready(program, process)
        yield known
    finally:
        for program, process in running:
            supervisor.stop(program, process)


def test_both_servers_answer_only_to_their_password(servers):
    with psycopg.connect(servers.database_url) as connection:
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        assert connection.execute("SELECT upper('å') < upper('ä')").fetchone() == (False,)
    with Redis.from_url(servers.broker_url) as broker:
        assert broker.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}

    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(servers.database_url.replace(servers.database_password, "guess")).close()


def test_the_database_logs_no_value_that_somebody_typed(home, servers):
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE child (name text PRIMARY KEY, born date)")
        connection.execute("INSERT INTO child VALUES (%s, NULL)", ["Vera Påhittad"])
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO child VALUES (%s, NULL)", ["Vera Påhittad"])
        with pytest.raises(psycopg.errors.DataError):
            connection.execute("SELECT 'Vera Påhittad'::date")

    assert "Vera" not in (home / "log" / "postgresql.log").read_text()


def test_preparing_again_keeps_the_data_and_the_passwords(home, servers):
    before = json.loads((home / "servers.json").read_text())

    again = embedded.find(home)

    assert before == vars(again)
    assert (home / "postgresql" / "riskzon.ready").exists()


def test_a_port_in_use_is_not_taken_again(home):
    first = embedded.prepare(home)
    with embedded.socket.create_server((embedded.HOST, first.database_port)):
        second = embedded.prepare(home)

    assert second.database_port != first.database_port
    assert second.database_password == first.database_password


def test_a_half_made_database_is_made_anew(home):
    embedded.prepare(home)
    (home / "postgresql" / "riskzon.ready").unlink()
    (home / "postgresql" / "global" / "pg_control").unlink()

    embedded.prepare(home)

    assert (home / "postgresql" / "global" / "pg_control").exists()


def test_a_home_is_held_by_one_process_at_a_time(home):
    with embedded.claim(home):
        second = embedded.claim(home)
        with pytest.raises(embedded.EmbeddedError, match=f"in use by process {os.getpid()}"):
            second.__enter__()


@AS_ROOT
@pytest.mark.parametrize("forbidden", [{"unshare"}, {"unshare", "--ambient-caps=+dac_read_search"}])
def test_root_without_user_namespaces_becomes_nobody(home, monkeypatch, forbidden):
    real = embedded._succeeds
    monkeypatch.setattr(embedded, "_succeeds", lambda command: not forbidden & set(command) and real(command))
    nobody = embedded._nobody().pw_uid
    known = embedded.prepare(home)
    program = embedded.database_program(home, known, fleeting=True)
    process = supervisor.spawn(program)
    try:
        supervisor.wait_ready(program, process)
        assert program.command[0] == "setpriv"
        assert (home / "postgresql").stat().st_uid == nobody
        assert f"Uid:\t{nobody}\t{nobody}" in Path(f"/proc/{process.pid}/status").read_text()
    finally:
        supervisor.stop(program, process)


@AS_ROOT
@pytest.mark.parametrize("way", ["unshare", "setpriv"])
def test_the_database_stops_with_its_supervisor_whoever_it_runs_as(home, way):
    embedded.prepare(home)
    if way == "setpriv":
        shutil.rmtree(home / "postgresql")  # each way owns its files
    parent = subprocess.Popen(
        [sys.executable, "-c", SUPERVISE, way, str(home)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    used, database = parent.stdout.readline().split()
    assert used == way

    parent.kill()
    parent.communicate()

    assert still_alive({int(database): "postgres"}) == {}
    assert "fast shutdown" in (home / "log" / "postgresql.log").read_text()


def test_a_missing_wheel_is_said_in_plain_words():
    with pytest.raises(embedded.EmbeddedError, match=r"not installed.*DATABASE_URL"):
        embedded._wheel("no_such_package")
