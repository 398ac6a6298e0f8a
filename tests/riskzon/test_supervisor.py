"""A program is kept alive, stopped in full, and named when it dies."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from riskzon.supervisor import NotReadyError, Program, Stopped, Supervisor, run_to_end, stop_on_signals
from tests.product import still_alive, wait_for

# A parent that leaves a child of its own behind when it is killed.
WITH_CHILD = "import subprocess, sys, time; print(subprocess.Popen(['sleep', '300']).pid, flush=True); time.sleep(300)"


def program(tmp_path: Path, code: str, **more) -> Program:
    return Program("thing", [sys.executable, "-c", code], log=tmp_path / "thing.log", **more)


@pytest.fixture
def supervisor():
    kept = Supervisor()
    yield kept
    kept.stop()


def test_what_dies_is_named_started_again_and_its_children_are_not_left(tmp_path, supervisor, capsys):
    thing = program(tmp_path, WITH_CHILD)
    supervisor.start(thing)
    wait_for(lambda: thing.log.exists() and thing.log.read_text().endswith("\n"), 10)
    orphan = int(thing.log.read_text())
    first = supervisor._running[0].process.pid

    os.kill(first, signal.SIGKILL)
    supervisor.keep(until=lambda: len(thing.log.read_text().split()) == 2)

    assert f"thing (process {first}) was ended by SIGKILL; starting it again in 0.5 s." in capsys.readouterr().out
    assert still_alive({orphan: "sleep"}) == {}


def test_a_program_that_keeps_dying_is_started_ever_more_seldom(tmp_path, supervisor, capsys):
    supervisor.start(program(tmp_path, "raise SystemExit(3)"))

    supervisor.keep(until=lambda: supervisor._running[0].pause > 2)

    shown = capsys.readouterr().out
    assert "ended with code 3; starting it again in 0.5 s." in shown
    assert "starting it again in 1 s." in shown


def test_a_dispatcher_that_keeps_dying_is_never_away_for_long(tmp_path, supervisor, capsys):
    supervisor.start(program(tmp_path, "raise SystemExit(3)"))
    running = supervisor._running[0]
    running.pause = 4.0

    supervisor.keep(until=lambda: running.restart_at is not None)

    assert running.pause == 5.0


def test_a_program_that_had_run_for_a_while_is_started_again_at_once(tmp_path, supervisor, capsys):
    supervisor.start(program(tmp_path, "raise SystemExit(3)"))
    running = supervisor._running[0]
    running.pause, running.started = 5.0, running.started - 11

    supervisor.keep(until=lambda: running.restart_at is not None)

    assert "starting it again in 0.5 s." in capsys.readouterr().out


def test_a_program_that_will_not_stop_is_ended(tmp_path, supervisor):
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(300)"
    thing = program(tmp_path, deaf, stop_seconds=0.2)
    supervisor.start(thing)
    wait_for(lambda: bool(thing.log.read_text()), 10)
    process = supervisor._running[0].process

    supervisor.stop()

    assert process.returncode == -signal.SIGKILL


def test_a_program_that_ends_before_it_serves_is_reported_with_its_log(tmp_path, supervisor):
    with pytest.raises(NotReadyError, match=r"thing ended with code 4 at start\. See .*thing\.log"):
        supervisor.start(program(tmp_path, "raise SystemExit(4)", ready=lambda: False))


def test_the_first_signal_stops_and_the_second_does_not_disturb():
    with stop_on_signals():
        with pytest.raises(Stopped):
            os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)


def test_a_signal_that_comes_while_something_is_cleared_away_is_heeded_all_the_same(tmp_path, supervisor, monkeypatch):
    class Cleared:
        def __del__(self):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.01)

    swallowed, end = [], time.monotonic() + 10
    monkeypatch.setattr(sys, "unraisablehook", swallowed.append)
    supervisor.start(program(tmp_path, "import time; time.sleep(300)"))
    with stop_on_signals():
        Cleared()
        with pytest.raises(Stopped):
            supervisor.keep(until=lambda: time.monotonic() > end)
    assert [one.exc_type for one in swallowed] == [Stopped]


def test_a_program_run_to_its_end_tells_its_code(tmp_path):
    assert run_to_end(program(tmp_path, "raise SystemExit(7)")) == 7
