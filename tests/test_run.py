"""Does the product start with one command, stay up, and leave nothing behind?"""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.product import ROOT, Product, still_alive, wait_for

pytestmark = [pytest.mark.embedded, pytest.mark.slow, pytest.mark.xdist_group("run")]


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One running product, in a folder that only its owner may enter."""
    folder = tmp_path_factory.mktemp("private")
    folder.chmod(0o700)
    running = Product(folder / "home").start()
    try:
        yield running.wait_ready()
    finally:
        running.stop(signal.SIGTERM)


@pytest.fixture(scope="module")
def second_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made by the first test that starts a product there, found again by the next."""
    return tmp_path_factory.mktemp("second") / "home"


@pytest.fixture
def another(second_home: Path) -> Iterator[Product]:
    """A product that this test starts and stops."""
    running = Product(second_home)
    try:
        yield running
    finally:
        running.stop(signal.SIGTERM)


def test_one_command_brings_up_every_process(product: Product) -> None:
    running = " ".join(product.processes().values())

    for part in ("postgres", "valkey-server", "celery -A riskzon.celery worker", "beat", "riskzon.webserver"):
        assert part in running
    assert f"http://127.0.0.1:{product.port}/" in product.shown


def test_only_the_owner_may_enter_the_data(product: Product) -> None:
    assert stat.S_IMODE(product.home.stat().st_mode) == 0o700
    assert stat.S_IMODE((product.home / "servers.json").stat().st_mode) == 0o600


def test_no_password_stands_on_a_command_line(product: Product) -> None:
    known = (product.home / "servers.json").read_text()

    assert "database_password" in known
    assert not [
        word for line in product.processes().values() for word in line.split() if len(word) > 30 and word in known
    ]


def test_commands_find_the_servers_through_the_home_alone(product: Product) -> None:
    command = [sys.executable, "manage.py", "migrate", "--check"]
    keep = {"PATH": os.environ["PATH"], "RISKZON_HOME": str(product.home)}

    assert subprocess.run(command, cwd=ROOT, env=keep, check=False).returncode == 0


@pytest.mark.parametrize("words", ["riskzon.webserver", "celery -A riskzon.celery worker", "valkey-server", "postgres"])
def test_a_killed_process_is_named_and_started_again(product: Product, words: str) -> None:
    victim = product.child(words)

    os.kill(victim, signal.SIGKILL)

    wait_for(lambda: f"(process {victim}) was ended by SIGKILL" in product.shown, 10, lambda: product.shown)
    wait_for(lambda: any(words in line for line in product.processes().values()), 20, lambda: product.shown)
    wait_for(product.answers, 30, lambda: product.shown)


def test_pages_are_answered_while_the_broker_is_away(product: Product) -> None:
    broker = product.child("valkey-server")

    os.kill(broker, signal.SIGSTOP)
    try:
        assert product.answers()
    finally:
        os.kill(broker, signal.SIGCONT)


def test_a_second_start_on_the_same_home_or_port_says_so(product: Product, tmp_path: Path) -> None:
    same_home = Product(product.home).start()
    same_port = Product(tmp_path / "home", port=product.port).start()

    assert same_home.process.wait(30) == 1
    assert same_port.process.wait(30) == 1
    assert "is already in use by process" in same_home.shown
    assert f"Port {product.port} is in use by another program" in same_port.shown
    assert product.process.poll() is None


def test_two_homes_run_side_by_side_and_ctrl_c_leaves_nothing(product: Product, another: Product) -> None:
    another.start().wait_ready()
    assert product.answers()
    assert another.answers()
    started = another.processes()

    assert another.stop(signal.SIGINT) == 0

    assert still_alive(started) == {}
    assert product.answers()


def test_a_killed_supervisor_leaves_nothing_and_the_data_is_found_again(another: Product) -> None:
    another.start().wait_ready()
    started = another.processes()

    another.stop(signal.SIGKILL)

    assert still_alive(started) == {}
    another.start().wait_ready()
    assert "starting it again" not in another.shown


def test_a_closed_terminal_leaves_nothing(another: Product) -> None:
    ours, theirs = os.openpty()
    another.start(terminal=theirs)
    os.close(theirs)
    wait_for(lambda: len(another.processes()) > 5 and another.answers(), 90)
    started = another.processes()

    os.close(ours)

    another.process.wait(60)
    assert still_alive(started) == {}


def test_a_home_with_other_files_in_it_is_left_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    (home / "letter.txt").touch()

    refused = Product(home).start()

    assert refused.process.wait(30) == 1
    assert "holds other files" in refused.shown
    assert stat.S_IMODE(home.stat().st_mode) == 0o755
